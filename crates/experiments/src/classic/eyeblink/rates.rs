//! The protocols on the model of rates: acquisition, extinction and reacquisition; timing by interval; blocking.

use super::config::EyeblinkConfig;
use super::record::{Blocking, Course, Interval, Phase, SAMPLE_MS, Session};
use super::subject::{Response, Stimuli, Subject};
use lobule_control::{Conditioning, ConditioningParameters};
use lobule_study::Error;

/// A climbing-fiber spike this soon after the puff counts as its answer, ms. Chosen: puff, delay and some more.
const ANSWER_MS: i64 = 60;
/// Criterion of learning: so many responses within so many successive trials. Chosen: 8 of 9, usual with rabbits.
const WITHIN: (usize, usize) = (8, 9);
/// Probes of the tone or light alone after each session of a course and at the end of blocking. Chosen: enough for a mean closure, few
/// against the trials of a session.
const COURSE_PROBES: usize = 5;

/// What is changed in an ablation.
pub const ABLATIONS: [(&str, &str); 4] = [
    ("no_nucleo_olivary", "no inhibition of the olive"),
    ("one_kernel", "all kernels alike"),
    ("window_0", "eligibility at 0 ms"),
    ("window_200", "eligibility at -200 ms"),
];

/// Parameters under a condition; `full` is the configured ones.
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

fn subject(
    config: &EyeblinkConfig,
    condition: &str,
    cues: usize,
    seed: u64,
) -> Result<Subject<Conditioning>, Error> {
    Subject::new(config, Conditioning::new(&parameters(config, condition), cues, 1e-3, seed)?, cues, seed)
}

fn sampled(trace: &[f64]) -> Vec<f64> {
    trace.iter().copied().step_by(SAMPLE_MS).collect()
}

/// Mean closure over probes, in which nothing is learned; and the share of them with a response, %.
fn probe(
    config: &EyeblinkConfig,
    subject: &mut Subject<Conditioning>,
    cues: &[f64],
    probes: usize,
) -> Result<(Vec<f64>, f64), Error> {
    let p = &config.protocol;
    let stimuli =
        Stimuli { cues, before_ms: p.before_ms, tone_ms: p.probe_ms, puff_ms: None, after_ms: p.probe_ms };
    let mut mean = vec![0.0; p.before_ms + p.probe_ms];
    let mut responses = 0;
    for _ in 0..probes {
        let closure = subject.trial(&stimuli, false, |_, _| Ok(()))?;
        mean.iter_mut().zip(&closure).for_each(|(m, x)| *m += x / probes as f64);
        let response = Response::of(&closure, p.before_ms, p.probe_ms, config.criterion.closure);
        responses += usize::from(response.is_conditioned());
    }
    Ok((mean, 100.0 * responses as f64 / probes as f64))
}

/// Trials of a session: whether there was a response in each, their mean amplitude, and the share with a climbing-fiber spike, %.
fn session(
    config: &EyeblinkConfig,
    subject: &mut Subject<Conditioning>,
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
        let closure = subject.trial(&stimuli, true, |ms, cerebellum| {
            let since = ms - interval_ms as i64;
            answered |= (0..ANSWER_MS).contains(&since) && cerebellum.climbing_fiber();
            Ok(())
        })?;
        let response = Response::of(&closure, p.before_ms, interval_ms, config.criterion.closure);
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

/// Runs a course.
///
/// # Errors
/// A lid or a cerebellum that left the numbers.
pub fn course(config: &EyeblinkConfig, condition: &str, seed: u64, keeps: bool) -> Result<Course, Error> {
    let p = &config.protocol;
    let mut animal = subject(config, condition, 1, seed)?;
    let mut course = Course {
        condition: condition.into(),
        seed,
        sessions: Vec::new(),
        acquired: None,
        reacquired: [None; 3],
    };
    let run = |animal: &mut Subject<Conditioning>, phase, sessions: usize, told: &mut Vec<Session>| {
        let mut all = Vec::new();
        for _ in 0..sessions {
            let has_puff = phase != Phase::Extinction;
            let (responses, amplitude, climbing_percent) =
                session(config, animal, &[1.0], p.interval_ms, has_puff)?;
            let (trace, _) = probe(config, animal, &[1.0], COURSE_PROBES)?;
            told.push(Session {
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
    let mut told = Vec::new();
    course.acquired = run(&mut animal, Phase::Acquisition, p.sessions[0], &mut told)?;
    run(&mut animal, Phase::Extinction, p.sessions[1], &mut told)?;
    let lesions = [(false, false), (false, true), (true, false)];
    for (reacquired, (cortex, nucleus)) in course.reacquired.iter_mut().zip(lesions) {
        let mut copy = animal.clone();
        copy.cerebellum().forget(cortex, nucleus);
        let mut aside = Vec::new();
        let is_whole = !cortex && !nucleus;
        *reacquired = run(
            &mut copy,
            Phase::Reacquisition,
            p.sessions[2],
            if is_whole { &mut told } else { &mut aside },
        )?;
    }
    course.sessions = told;
    Ok(course)
}

/// Trains at an interval and times the response.
///
/// # Errors
/// As [`course`].
pub fn interval(
    config: &EyeblinkConfig,
    condition: &str,
    interval_ms: usize,
    seed: u64,
    keeps: bool,
) -> Result<Interval, Error> {
    let p = &config.protocol;
    let mut animal = subject(config, condition, 1, seed)?;
    for _ in 0..p.interval_sessions {
        session(config, &mut animal, &[1.0], interval_ms, true)?;
    }
    let (trace, percent) = probe(config, &mut animal, &[1.0], p.probes)?;
    let response = Response::of(&trace, p.before_ms, p.probe_ms, config.criterion.closure);
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

/// Adds a light to the tone and asks what the light alone has learned.
///
/// # Errors
/// As [`course`].
pub fn blocking(
    config: &EyeblinkConfig,
    condition: &str,
    is_blocked: bool,
    seed: u64,
) -> Result<Blocking, Error> {
    let p = &config.protocol;
    let mut animal = subject(config, condition, 2, seed)?;
    if is_blocked {
        for _ in 0..p.blocking_sessions[0] {
            session(config, &mut animal, &[1.0, 0.0], p.interval_ms, true)?;
        }
    }
    for _ in 0..p.blocking_sessions[1] {
        session(config, &mut animal, &[1.0, 1.0], p.interval_ms, true)?;
    }
    let (trace, _) = probe(config, &mut animal, &[0.0, 1.0], COURSE_PROBES)?;
    let response = Response::of(&trace, p.before_ms, p.probe_ms, config.criterion.closure);
    Ok(Blocking { condition: condition.into(), is_blocked, seed, amplitude: response.amplitude })
}
