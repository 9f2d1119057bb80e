//! The protocols on the rate model: acquisition, extinction and reacquisition; timing by interval; blocking.

use super::config::EyeblinkConfig;
use super::record::{Blocking, ConditioningRun, Interval, Phase, SAMPLE_MS, Session};
use super::subject::{Animal, LidResponse, Stimuli};
use lobule_control::{Conditioning, ConditioningParameters};
use lobule_study::Error;

/// Longest latency of a climbing-fiber spike that counts as an answer to the puff, ms. Chosen: puff, delay and a margin.
const ANSWER_MS: i64 = 60;
/// Criterion of learning: responses, and successive trials among which they must occur. Chosen: 8 of 9, usual with rabbits.
const WITHIN: (usize, usize) = (8, 9);
/// Probes of the tone or light alone after each session and at the end of blocking. Chosen: enough for a mean closure, few compared
/// with the trials of a session.
const SESSION_PROBES: usize = 5;

/// Ablations: condition and description.
pub const ABLATIONS: [(&str, &str); 4] = [
    ("no_nucleo_olivary", "no inhibition of the olive"),
    ("one_kernel", "all kernels alike"),
    ("window_0", "eligibility at 0 ms"),
    ("window_200", "eligibility at -200 ms"),
];

/// Parameters under a condition; `full` keeps the configured ones.
pub fn parameters(config: &EyeblinkConfig, condition: &str) -> ConditioningParameters {
    let mut p = config.conditioning.clone();
    match condition {
        "no_nucleo_olivary" => p.nucleo_olivary_hz = 0.0,
        // The middle of the range on its logarithmic scale.
        "one_kernel" => p.peaks_s = [(p.peaks_s[0] * p.peaks_s[1]).sqrt(); 2],
        "window_0" => p.window_s = 0.0,
        "window_200" => p.window_s = 0.2,
        "frozen_nucleus" => p.mossy_weight[0] = p.mossy_weight[1],
        _ => {}
    }
    p
}

fn animal(
    config: &EyeblinkConfig,
    condition: &str,
    cues: usize,
    seed: u64,
) -> Result<Animal<Conditioning>, Error> {
    Animal::new(config, Conditioning::new(&parameters(config, condition), cues, 1e-3, seed)?, cues, seed)
}

fn sampled(trace: &[f64]) -> Vec<f64> {
    trace.iter().copied().step_by(SAMPLE_MS).collect()
}

/// Mean closure over probes without learning, and the percentage of them with a response.
fn probe(
    config: &EyeblinkConfig,
    animal: &mut Animal<Conditioning>,
    cues: &[f64],
    probes: usize,
) -> Result<(Vec<f64>, f64), Error> {
    let p = &config.protocol;
    let stimuli =
        Stimuli { cues, before_ms: p.before_ms, tone_ms: p.probe_ms, puff_ms: None, after_ms: p.probe_ms };
    let mut mean = vec![0.0; p.before_ms + p.probe_ms];
    let mut responses = 0;
    for _ in 0..probes {
        let closure = animal.trial(&stimuli, false, |_, _| Ok(()))?;
        mean.iter_mut().zip(&closure).for_each(|(m, x)| *m += x / probes as f64);
        let response = LidResponse::of(&closure, p.before_ms, p.probe_ms, config.criterion.closure);
        responses += usize::from(response.is_conditioned());
    }
    Ok((mean, 100.0 * responses as f64 / probes as f64))
}

/// Runs the trials of a session: presence of a response in each, mean amplitude, and percentage with a climbing-fiber spike.
fn session(
    config: &EyeblinkConfig,
    animal: &mut Animal<Conditioning>,
    cues: &[f64],
    interval_ms: usize,
    has_puff: bool,
) -> Result<(Vec<bool>, f64, f64), Error> {
    let p = &config.protocol;
    let stimuli = Stimuli {
        cues,
        before_ms: p.before_ms,
        tone_ms: interval_ms + p.puff_ms,
        puff_ms: has_puff.then_some([interval_ms, p.puff_ms]),
        after_ms: interval_ms + p.after_ms,
    };
    let (mut responses, mut amplitude, mut answers) = (Vec::with_capacity(p.trials), 0.0, 0);
    for _ in 0..p.trials {
        let mut answered = false;
        let closure = animal.trial(&stimuli, true, |ms, cerebellum| {
            let since = ms - interval_ms as i64;
            answered |= (0..ANSWER_MS).contains(&since) && cerebellum.climbing_fiber();
            Ok(())
        })?;
        let response = LidResponse::of(&closure, p.before_ms, interval_ms, config.criterion.closure);
        responses.push(response.is_conditioned());
        amplitude += response.amplitude / p.trials as f64;
        answers += usize::from(answered);
    }
    Ok((responses, amplitude, 100.0 * answers as f64 / p.trials as f64))
}

fn percent(responses: &[bool]) -> f64 {
    100.0 * responses.iter().filter(|r| **r).count() as f64 / responses.len() as f64
}

/// Trials until the criterion of learning.
fn to_criterion(responses: &[bool]) -> Option<usize> {
    let (wanted, of) = WITHIN;
    responses.windows(of).position(|w| w.iter().filter(|r| **r).count() >= wanted).map(|k| k + of)
}

/// Runs acquisition, extinction and reacquisition; `keeps`: traces of probes are recorded.
///
/// # Errors
/// A lid or a cerebellum whose state is no longer finite.
pub fn conditioning(
    config: &EyeblinkConfig,
    condition: &str,
    seed: u64,
    keeps: bool,
) -> Result<ConditioningRun, Error> {
    let p = &config.protocol;
    let mut animal = animal(config, condition, 1, seed)?;
    let run = |animal: &mut Animal<Conditioning>, phase, count: usize, kept: &mut Vec<Session>| {
        let mut all = Vec::new();
        for _ in 0..count {
            let has_puff = phase != Phase::Extinction;
            let (responses, amplitude, climbing_percent) =
                session(config, animal, &[1.0], p.interval_ms, has_puff)?;
            let (trace, _) = probe(config, animal, &[1.0], SESSION_PROBES)?;
            kept.push(Session {
                phase,
                percent: percent(&responses),
                amplitude,
                climbing_percent,
                nuclear: animal.cerebellum().nuclear(0),
                probe: if keeps { sampled(&trace) } else { Vec::new() },
            });
            all.extend(responses);
        }
        Ok::<_, Error>(to_criterion(&all))
    };
    let mut sessions = Vec::new();
    let acquired = run(&mut animal, Phase::Acquisition, p.sessions[0], &mut sessions)?;
    run(&mut animal, Phase::Extinction, p.sessions[1], &mut sessions)?;
    let mut reacquired = [None; 3];
    let lesions = [(false, false), (false, true), (true, false)];
    for (trials, (cortex, nucleus)) in reacquired.iter_mut().zip(lesions) {
        let mut copy = animal.clone();
        copy.cerebellum().forget(cortex, nucleus);
        let mut aside = Vec::new();
        let is_intact = !cortex && !nucleus;
        let kept = if is_intact { &mut sessions } else { &mut aside };
        *trials = run(&mut copy, Phase::Reacquisition, p.sessions[2], kept)?;
    }
    Ok(ConditioningRun { condition: condition.into(), seed, sessions, acquired, reacquired })
}

/// Trains at an interval and measures the timing of the response.
///
/// # Errors
/// As [`conditioning`].
pub fn interval(
    config: &EyeblinkConfig,
    condition: &str,
    interval_ms: usize,
    seed: u64,
    keeps: bool,
) -> Result<Interval, Error> {
    let p = &config.protocol;
    let mut animal = animal(config, condition, 1, seed)?;
    for _ in 0..p.interval_sessions {
        session(config, &mut animal, &[1.0], interval_ms, true)?;
    }
    let (trace, percent) = probe(config, &mut animal, &[1.0], p.probes)?;
    let response = LidResponse::of(&trace, p.before_ms, p.probe_ms, config.criterion.closure);
    let responds = percent >= 50.0 && response.is_conditioned();
    let above_half = trace.iter().filter(|x| **x > 0.5 * response.amplitude).count();
    Ok(Interval {
        condition: condition.into(),
        interval_ms,
        seed,
        percent,
        amplitude: response.amplitude,
        peak_ms: responds.then_some(response.peak_ms),
        onset_ms: response.onset_ms.filter(|_| responds),
        width_ms: responds.then_some(above_half as f64),
        trace: if keeps { sampled(&trace) } else { Vec::new() },
        weights: if keeps { animal.cerebellum().cortical(0).to_vec() } else { Vec::new() },
    })
}

/// Pairs a light with the tone and measures the response to the light alone.
///
/// # Errors
/// As [`conditioning`].
pub fn blocking(
    config: &EyeblinkConfig,
    condition: &str,
    is_blocked: bool,
    seed: u64,
) -> Result<Blocking, Error> {
    let p = &config.protocol;
    let mut animal = animal(config, condition, 2, seed)?;
    if is_blocked {
        for _ in 0..p.blocking_sessions[0] {
            session(config, &mut animal, &[1.0, 0.0], p.interval_ms, true)?;
        }
    }
    for _ in 0..p.blocking_sessions[1] {
        session(config, &mut animal, &[1.0, 1.0], p.interval_ms, true)?;
    }
    let (trace, _) = probe(config, &mut animal, &[0.0, 1.0], SESSION_PROBES)?;
    let response = LidResponse::of(&trace, p.before_ms, p.probe_ms, config.criterion.closure);
    Ok(Blocking { condition: condition.into(), is_blocked, seed, amplitude: response.amplitude })
}
