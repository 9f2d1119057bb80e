//! Conditioning of the spiking scaffold, for a few dozen trials.

use super::config::{EyeblinkConfig, SpikingConfig};
use super::record::{BIN_MS, CellRates, SpikingRun};
use super::subject::{Animal, LidResponse, Stimuli};
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
///
/// # Errors
/// A circuit that cannot be built, or whose state is no longer finite.
pub fn train(
    config: &EyeblinkConfig,
    condition: &str,
    seed: u64,
    mut done: impl FnMut(),
) -> Result<SpikingRun, Error> {
    let (s, p) = (&config.spiking, &config.protocol);
    let anatomy = reconstruct(&ScaffoldSpec::mouse(s.size_um[0], s.size_um[1]), seed)?;
    let cerebellum = SpikingController::new(&anatomy, &parameters(s, condition), seed)?;
    let mut animal = Animal::new(config, cerebellum, 1, seed)?;
    let stimuli = |has_puff: bool| Stimuli {
        cues: &[1.0],
        before_ms: p.before_ms,
        tone_ms: s.interval_ms + p.puff_ms,
        puff_ms: has_puff.then_some([s.interval_ms, p.puff_ms]),
        after_ms: s.interval_ms + p.after_ms,
    };
    let learns = condition != "static";
    let mut run = SpikingRun {
        condition: condition.into(),
        seed,
        amplitude: Vec::new(),
        weights_ns: Vec::new(),
        probes: Vec::new(),
        percent: Vec::new(),
        peaks: Vec::new(),
    };
    for (phase, trials) in [0].into_iter().chain(s.trials).enumerate() {
        for _ in 0..trials {
            let closure = animal.trial(&stimuli(phase == 1), learns, |_, _| Ok(()))?;
            let response = LidResponse::of(&closure, p.before_ms, s.interval_ms, config.criterion.closure);
            run.amplitude.push(response.amplitude);
            run.weights_ns.push(animal.cerebellum().mean_weights_ns()?);
            done();
        }
        let (mut sums, mut responses) = (CellRates::default(), 0);
        for _ in 0..s.probes {
            responses += usize::from(probe(config, &mut animal, &stimuli(false), &mut sums)?);
            done();
        }
        scale(&mut sums, s.probes as f64, animal.cerebellum());
        let until = s.interval_ms + p.after_ms;
        let mean = LidResponse::of(&sums.closure, p.before_ms, until, config.criterion.closure);
        run.peaks.push([mean.amplitude, mean.peak_ms]);
        run.percent.push(100.0 * responses as f64 / s.probes as f64);
        run.probes.push(sums);
    }
    Ok(run)
}

/// Runs a probe without learning and adds its spikes and closure to the sums; true if there was a response before the omitted puff.
fn probe(
    config: &EyeblinkConfig,
    animal: &mut Animal<SpikingController>,
    stimuli: &Stimuli,
    sums: &mut CellRates,
) -> Result<bool, Error> {
    let length = stimuli.before_ms + stimuli.after_ms;
    let bins = length.div_ceil(BIN_MS);
    let CellRates { purkinje_plus, purkinje_minus, nuclear_plus, nuclear_minus, olive, closure } = sums;
    for sum in
        [&mut *purkinje_plus, &mut *purkinje_minus, &mut *nuclear_plus, &mut *nuclear_minus, &mut *olive]
    {
        sum.resize(bins, 0.0);
    }
    closure.resize(length, 0.0);
    let before = stimuli.before_ms as i64;
    let seen = animal.trial(stimuli, false, |since, cerebellum| {
        let simulation = cerebellum.simulation();
        let bin = (since + before) as usize / BIN_MS;
        let now = simulation.step();
        let from = now - simulation.network().interval_steps() as u64;
        let spikes = |label: &str| -> Result<Vec<u32>, Error> {
            let history = simulation.history(simulation.population(label)?);
            Ok((from..now).flat_map(|step| history.at(step).to_vec()).collect())
        };
        let [purkinje_zones, nuclear_zones, _] = cerebellum.zones();
        for (label, zones, sums) in [
            ("purkinje_cell", purkinje_zones, [&mut *purkinje_plus, &mut *purkinje_minus]),
            ("dcn_p", nuclear_zones, [&mut *nuclear_plus, &mut *nuclear_minus]),
        ] {
            for cell in spikes(label)? {
                if let Some(zone) = zones[cell as usize] {
                    sums[zone as usize][bin] += 1.0;
                }
            }
        }
        olive[bin] += spikes("io_cell")?.len() as f64;
        Ok(())
    })?;
    closure.iter_mut().zip(&seen).for_each(|(sum, x)| *sum += x);
    let until = config.spiking.interval_ms;
    Ok(LidResponse::of(&seen, stimuli.before_ms, until, config.criterion.closure).is_conditioned())
}

/// Converts sums over probes to means, and counts to rates.
fn scale(cells: &mut CellRates, probes: f64, cerebellum: &SpikingController) {
    let zones = cerebellum.zones();
    let count = |kind: usize, zone| zones[kind].iter().filter(|z| **z == Some(zone)).count() as f64;
    let counts = [
        count(0, Microzone::Plus),
        count(0, Microzone::Minus),
        count(1, Microzone::Plus),
        count(1, Microzone::Minus),
        zones[2].len() as f64,
    ];
    let CellRates { purkinje_plus, purkinje_minus, nuclear_plus, nuclear_minus, olive, closure } = cells;
    let sums = [purkinje_plus, purkinje_minus, nuclear_plus, nuclear_minus, olive];
    for (sum, n) in sums.into_iter().zip(counts) {
        sum.iter_mut().for_each(|x| *x /= probes * n * BIN_MS as f64 * 1e-3);
    }
    closure.iter_mut().for_each(|x| *x /= probes);
}
