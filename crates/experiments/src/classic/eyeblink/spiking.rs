//! Conditioning of the spiking scaffold, for a few dozen trials.

use super::config::{Config, SpikingConfig};
use super::record::{BIN_MS, CellRates, SpikingRun};
use super::subject::{Animal, Stimuli};
use lobule_cerebellum::{
    MossySignal, Pause, SpikingController, SpikingParameters, Teacher, Tuning, balanced_potentiation_ns,
};
use lobule_control::plant::Eyelid;
use lobule_scaffold::{Microzone, ScaffoldSpec, reconstruct};
use lobule_study::Error;

/// Conditions: learning with a code of time, learning from a tone without a code of time, and no learning.
pub const CONDITIONS: [(&str, &str); 3] = [
    ("time", "fibers tuned to the time since the tone"),
    ("tone", "fibers that signal the tone alone"),
    ("static", "no learning"),
];

/// The scaffold's parameters under a condition.
pub fn parameters(config: &SpikingConfig, condition: &str) -> SpikingParameters {
    // Source: prism, a kernel with its peak near -100 ms.
    let kernel_t0_ms = 150.0;
    let tuning = match condition {
        "tone" => Tuning { signal: MossySignal::Cue(0), range: [1.0, 1.0], width: 0.5 },
        _ => Tuning { signal: MossySignal::SinceOnset(0), range: config.preferred_s, width: config.width_s },
    };
    SpikingParameters {
        state: config.state,
        tunings: vec![tuning],
        base_hz: config.mossy_hz[0],
        peak_hz: config.mossy_hz[1],
        teacher: Teacher::Sense(Eyelid::CORNEA),
        teacher_scale: 1.0,
        teaching_hz: config.teaching_hz[1],
        spontaneous_hz: config.teaching_hz[0],
        // Source: prism; each teaching spike makes a pair in every olive cell.
        teaching_ns: 200.0,
        // Source: prism.
        climbing_fiber_ns: 100.0,
        purkinje_to_dcn_ns: config.purkinje_to_dcn_ns,
        a_minus_ns: config.a_minus_ns,
        a_plus_ns: balanced_potentiation_ns(config.a_minus_ns, kernel_t0_ms, config.teaching_hz[0]),
        w_max_ns: config.w_max_ns,
        kernel_t0_ms,
        gain: vec![config.gain],
        settle_ms: config.settle_ms,
        pause: Pause::Rest(config.pause_ms),
    }
}

/// Trains a scaffold with tone and puff, then with the tone alone, with probes between.
pub fn train(
    config: &Config,
    condition: &str,
    seed: u64,
    done: impl Fn() -> Result<(), Error>,
) -> Result<SpikingRun, Error> {
    let s = &config.spiking;
    let anatomy = reconstruct(&ScaffoldSpec::mouse(s.size_um[0], s.size_um[1]), seed)?;
    let cerebellum = SpikingController::new(&anatomy, &parameters(s, condition), seed)?;
    let mut animal = Animal::new(config, cerebellum, 1, seed)?;
    let stimuli = |has_puff: bool| Stimuli::delay(config, &[1.0], s.interval_ms, has_puff);
    let learns = condition != "static";
    let mut run = SpikingRun { condition: condition.into(), seed, ..SpikingRun::default() };
    for (phase, trials) in [0].into_iter().chain(s.trials).enumerate() {
        for _ in 0..trials {
            let closure = animal.trial(&stimuli(phase == 1), learns, |_, _| Ok(()))?;
            run.amplitude.push(animal.response(&closure, s.interval_ms).amplitude);
            run.weights_ns.push(animal.cerebellum().mean_weights_ns()?);
            done()?;
        }
        let (rates, responses) = probe(&mut animal, &stimuli(false), &done)?;
        let mean = animal.response(&rates.closure, s.interval_ms + config.protocol.after_ms);
        run.peaks.push([mean.amplitude, mean.peak_ms]);
        run.percent.push(100.0 * responses as f64 / s.probes as f64);
        run.probes.push(rates);
    }
    Ok(run)
}

/// Runs probes without learning: their mean rates and closure, and the number of responses before the omitted puff.
fn probe(
    animal: &mut Animal<SpikingController>,
    stimuli: &Stimuli,
    done: impl Fn() -> Result<(), Error>,
) -> Result<(CellRates, usize), Error> {
    let (s, before_ms) = (&animal.config.spiking, animal.config.protocol.before_ms);
    let length = before_ms + stimuli.after_ms;
    // Purkinje cells of the plus and of the minus zone, nuclear cells of both, olive cells.
    let mut rates: [Vec<f64>; 5] = std::array::from_fn(|_| vec![0.0; length.div_ceil(BIN_MS)]);
    let (mut closure, mut responses) = (vec![0.0; length], 0);
    for _ in 0..s.probes {
        let seen = animal.trial(stimuli, false, |since, cerebellum| {
            let simulation = cerebellum.simulation();
            let bin = (since + before_ms as i64) as usize / BIN_MS;
            let now = simulation.step();
            let from = now - simulation.network().interval_steps() as u64;
            let spikes = |label: &str| -> Result<Vec<u32>, Error> {
                let history = simulation.history(simulation.population(label)?);
                Ok((from..now).flat_map(|step| history.at(step).to_vec()).collect())
            };
            for (kind, label) in ["purkinje_cell", "dcn_p"].into_iter().enumerate() {
                for cell in spikes(label)? {
                    if let Some(zone) = cerebellum.zones()[kind][cell as usize] {
                        rates[2 * kind + zone as usize][bin] += 1.0;
                    }
                }
            }
            rates[4][bin] += spikes("io_cell")?.len() as f64;
            Ok(())
        })?;
        closure.iter_mut().zip(&seen).for_each(|(sum, x)| *sum += x);
        responses += usize::from(animal.response(&seen, s.interval_ms).onset_ms.is_some());
        done()?;
    }
    // Sums over probes become means, and counts rates.
    let probes = s.probes as f64;
    let zones = animal.cerebellum().zones();
    let count = |kind: usize, zone| zones[kind].iter().filter(|z| **z == Some(zone)).count() as f64;
    let [plus, minus] = [Microzone::Plus, Microzone::Minus];
    let cells = [count(0, plus), count(0, minus), count(1, plus), count(1, minus), zones[2].len() as f64];
    for (sum, n) in rates.iter_mut().zip(cells) {
        sum.iter_mut().for_each(|x| *x /= probes * n * BIN_MS as f64 * 1e-3);
    }
    closure.iter_mut().for_each(|x| *x /= probes);
    let [purkinje_plus, purkinje_minus, nuclear_plus, nuclear_minus, olive] = rates;
    Ok((CellRates { purkinje_plus, purkinje_minus, nuclear_plus, nuclear_minus, olive, closure }, responses))
}
