//! One pattern: speed of rising and falling rates (panel A).

use super::Config;
use lobule_analysis::{mean, quantile};
use lobule_signal::Stream;
use lobule_study::Error;
use lobule_theory::perceptron::{Patterns, SgdegePerceptron as Sgdege, Start};
use serde::{Deserialize, Serialize};

/// Speeds and ends of the runs of one seed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Single {
    /// Mean speed of rising and of falling rates, Hz per epoch: total distance divided by total time.
    pub(super) up_hz: f64,
    pub(super) down_hz: f64,
    pub(super) up_runs: u32,
    pub(super) down_runs: u32,
    /// Median, over runs that reached their target, of the mean P - R over the last 500 epochs, Hz.
    pub(super) end_hz: f64,
    /// P - R of the first runs, every tenth epoch, Hz.
    pub(super) courses: Vec<Vec<f64>>,
}

/// Epochs at the end over which a run's end is averaged. Chosen: the rate wanders by some steps.
const END: usize = 500;

pub(super) fn runs(config: &Config, seed: u64) -> Result<Single, Error> {
    let s = &config.single;
    let seeds = Stream::new(seed, "sgdege.perceptron.single");
    // Distance and time of rising and falling runs.
    let (mut distances, mut times, mut counts) = ([0.0; 2], [0.0; 2], [0u32; 2]);
    let (mut ends, mut courses) = (Vec::new(), Vec::new());
    for k in 0..s.runs {
        let own = u64::from(seeds.u32(0, k)) << 32 | u64::from(seeds.u32(1, k));
        let patterns = Patterns::draw(&config.cell, 1, own)?;
        let target = patterns.targets_hz()[0];
        let mut cell = Sgdege::new(config.cell, config.steps, patterns, Start::HalfZero, own)?;
        let mut off = vec![cell.rates_hz(0).0 - target];
        while cell.state().epoch < s.epochs {
            cell.epoch()?;
            off.push(cell.rates_hz(0).0 - target);
        }
        let begin = s.settle as usize;
        // Far from the target, and not silent: the rate of a silent cell is zero until its drive exceeds the threshold.
        let counts_from = |t: usize| off[t].abs() > s.begin_hz && off[t] > -target;
        if counts_from(begin) {
            let last = (begin..off.len()).find(|&t| off[t].abs() < s.stop_hz).unwrap_or(off.len() - 1);
            let side = usize::from(off[begin] > 0.0);
            distances[side] += off[last] - off[begin];
            times[side] += (last - begin) as f64;
            counts[side] += 1;
        }
        let end = mean(&off[off.len() - END..]);
        if end.abs() < s.stop_hz {
            ends.push(end);
        }
        if courses.len() < s.shown {
            courses.push(off.iter().copied().step_by(10).collect());
        }
    }
    // A seed without such a run has no speed; 0 is out of every range.
    let speed = |side: usize| if times[side] > 0.0 { distances[side] / times[side] } else { 0.0 };
    let ([up_hz, down_hz], [up_runs, down_runs]) = ([0, 1].map(speed), counts);
    let end_hz = if ends.is_empty() { 0.0 } else { quantile(&ends, 0.5) };
    Ok(Single { up_hz, down_hz, up_runs, down_runs, end_hz, courses })
}
