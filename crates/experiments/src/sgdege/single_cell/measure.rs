//! Measurements on each seed: speeds along the lines, end points, trajectories.

use super::Config;
use lobule_analysis::mean;
use lobule_signal::Stream;
use lobule_study::{Error, Run};
use lobule_theory::single_cell::{
    Corridor, Line, SingleCell as Model, SingleCellParameters as Parameters, SingleCellState as State,
};
use serde::{Deserialize, Serialize};

/// Measurements of all seeds, and trajectories of the first: \[set\]\[start\]\[trial\] (P, J), Hz, the diverging set last.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    pub(super) seeds: Vec<Seed>,
    pub(super) trajectories: Vec<Vec<Vec<(f64, f64)>>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Seed {
    /// The converging sets in the order of the configuration.
    pub(super) sets: Vec<Measured>,
    /// Largest P of all runs at the end of the diverging set.
    pub(super) diverged_hz: f64,
    /// P - R at the end for each q of the scan.
    pub(super) scan_hz: Vec<f64>,
}

/// Means over the runs of one set on one seed.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Measured {
    /// Speed of P in the upper and the lower corridor over the long window, Hz per trial.
    pub(super) upper_hz: f64,
    pub(super) lower_hz: f64,
    /// The same over the window of the figures.
    pub(super) upper_short_hz: f64,
    pub(super) lower_short_hz: f64,
    /// P - R at the end.
    pub(super) end_hz: f64,
    /// Distance from that mean of the run that ended farthest from it.
    pub(super) end_spread_hz: f64,
}

pub(super) fn run(config: &Config, run: &Run) -> Result<Record, Error> {
    let sets = config.converging();
    run.progress.expect((config.seeds.len() * (sets.len() + 1)) as u64);
    let seeds = run.each("seeds", &config.seeds, |&seed, at| {
        let of_set = |(k, (_, set, _)): (usize, &(_, Parameters, _))| {
            let measured = at.once(&format!("set{k}"), || of_set(config, set, seed))?;
            at.done(1)?;
            Ok(measured)
        };
        let sets = sets.iter().enumerate().map(of_set).collect::<Result<_, Error>>()?;
        let diverged_hz = diverged(config, seed)?;
        let trials = config.measure.scan_trials;
        let scan = |&q: &f64| {
            let set = Parameters { q, ..config.sets.figure_9ef };
            // Few runs: a run of this length averages over many returns.
            Ok(mean(&ends(&set, seed, 10, trials / 2, trials.div_ceil(2).max(1))?))
        };
        let scan_hz = config.measure.scan_q.iter().map(scan).collect::<Result<_, Error>>()?;
        at.done(1)?;
        Ok(Seed { sets, diverged_hz, scan_hz })
    })?;
    let diverging = ("", config.sets.figure_9d, config.demo.trials);
    let trajectory = |(_, set, trials)| trajectory(config, &set, config.seeds[0], trials);
    let trajectories =
        run.once("trajectories", |_| sets.into_iter().chain([diverging]).map(trajectory).collect())?;
    Ok(Record { seeds, trajectories })
}

fn of_set(config: &Config, set: &Parameters, seed: u64) -> Result<Measured, Error> {
    let m = &config.measure;
    let far = Parameters { target_hz: m.long_target_hz, ..*set };
    let ends = ends(set, seed, m.runs, m.settle, m.average)?;
    let end_hz = mean(&ends);
    Ok(Measured {
        upper_hz: speed(&far, Corridor::Upper, m.long_way_hz, m.runs, seed)?,
        lower_hz: speed(&far, Corridor::Lower, m.long_way_hz, m.runs, seed)?,
        upper_short_hz: speed(set, Corridor::Upper, m.short_way_hz, m.runs, seed)?,
        lower_short_hz: speed(set, Corridor::Lower, m.short_way_hz, m.runs, seed)?,
        end_hz,
        end_spread_hz: ends.iter().map(|e| (e - end_hz).abs()).fold(0.0, f64::max),
    })
}

/// A stream of its own for each run of each seed.
fn run_seed(seed: u64, run: u32) -> u64 {
    let stream = Stream::new(seed, "sgdege.single_cell.runs");
    u64::from(stream.u32(0, run)) << 32 | u64::from(stream.u32(1, run))
}

fn run_until(trials: u64, model: &Model, state: &mut State) {
    while state.trial < trials {
        model.step(state);
    }
}

/// Mean speed in a corridor, Hz per trial. A run starts on the predicted line, `start` Hz from the target; at the predicted speed it
/// settles over `settle` Hz and is measured over `measured` Hz (`way`, in this order).
fn speed(set: &Parameters, corridor: Corridor, way: [f64; 3], runs: u32, seed: u64) -> Result<f64, Error> {
    let Some(followed) = set.followed(corridor) else { return Ok(f64::NAN) };
    let each = followed.speed_hz.abs();
    let from = (way[1] / each) as u64;
    let to = from + ((way[2] / each) as u64).max(1);
    // Off the lattice of the steps.
    let p = set.target_hz - way[0] * followed.speed_hz.signum() + 0.3 * set.step_p_hz;
    let j = followed.line.unwrap_or(Line::DMinus).at(set, p) + 0.1 * set.step_j_hz;
    let mut sum = 0.0;
    for run in 0..runs {
        let model = Model::new(*set, run_seed(seed, run))?;
        let mut state = State::at(p.max(0.0), j.max(0.0));
        run_until(from, &model, &mut state);
        let begin = state.p_hz;
        run_until(to, &model, &mut state);
        sum += (state.p_hz - begin) / (to - from) as f64;
    }
    Ok(sum / f64::from(runs))
}

/// P - R of each run, averaged over `average` trials after `settle`, from starts between 0 and 2 R, Hz.
fn ends(set: &Parameters, seed: u64, runs: u32, settle: u64, average: u64) -> Result<Vec<f64>, Error> {
    let starts = Stream::new(seed, "sgdege.single_cell.starts");
    let one = |run| {
        let model = Model::new(*set, run_seed(seed, run))?;
        let start = |index| 2.0 * set.target_hz * starts.uniform(u64::from(run), index);
        let mut state = State::at(start(0), start(1));
        run_until(settle, &model, &mut state);
        let mut sum = 0.0;
        while state.trial < settle + average {
            model.step(&mut state);
            sum += state.p_hz - set.target_hz;
        }
        Ok(sum / average as f64)
    };
    (0..runs).map(one).collect()
}

/// The largest P of all runs after the configured trials, from the first start of the figures, Hz.
fn diverged(config: &Config, seed: u64) -> Result<f64, Error> {
    let [p, j] = config.demo.starts[0];
    let mut largest = 0.0f64;
    for run in 0..config.measure.runs {
        let model = Model::new(config.sets.figure_9d, run_seed(seed, run))?;
        let mut state = State::at(p, j);
        run_until(config.measure.diverging, &model, &mut state);
        largest = largest.max(state.p_hz);
    }
    Ok(largest)
}

type Path = Vec<(f64, f64)>;

fn trajectory(config: &Config, set: &Parameters, seed: u64, trials: u64) -> Result<Vec<Path>, Error> {
    let of_start = |(k, &[p, j]): (usize, &[f64; 2])| {
        let model = Model::new(*set, run_seed(seed, k as u32))?;
        let mut state = State::at(p, j);
        let mut points = vec![(p, j)];
        while state.trial < trials {
            model.step(&mut state);
            points.push((state.p_hz, state.j_hz));
        }
        Ok(points)
    };
    config.demo.starts.iter().enumerate().map(of_start).collect()
}
