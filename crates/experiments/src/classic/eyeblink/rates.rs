//! The protocols on the rate model: acquisition, extinction and reacquisition; timing by interval; blocking.

use super::config::Config;
use super::record::{Blocking, ConditioningRun, Interval, Phase, SAMPLE_MS, Session};
use super::subject::{Animal, Stimuli};
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
pub fn parameters(config: &Config, condition: &str) -> ConditioningParameters {
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

type RateAnimal<'a> = Animal<'a, Conditioning>;

fn sampled(trace: &[f64]) -> Vec<f64> {
    trace.iter().copied().step_by(SAMPLE_MS).collect()
}

impl<'a> RateAnimal<'a> {
    fn naive(config: &'a Config, condition: &str, cues: usize, seed: u64) -> Result<Self, Error> {
        let cerebellum = Conditioning::new(&parameters(config, condition), cues, 1e-3, seed)?;
        Self::new(config, cerebellum, cues, seed)
    }

    /// Mean closure over probes without learning, and the percentage of them with a response.
    fn probe(&mut self, cues: &[f64], probes: usize) -> Result<(Vec<f64>, f64), Error> {
        let p = &self.config.protocol;
        let stimuli = Stimuli { cues, tone_ms: p.probe_ms, puff_ms: None, after_ms: p.probe_ms };
        let mut mean = vec![0.0; p.before_ms + p.probe_ms];
        let mut responses = 0;
        for _ in 0..probes {
            let closure = self.trial(&stimuli, false, |_, _| Ok(()))?;
            mean.iter_mut().zip(&closure).for_each(|(m, x)| *m += x / probes as f64);
            responses += usize::from(self.response(&closure, p.probe_ms).onset_ms.is_some());
        }
        Ok((mean, 100.0 * responses as f64 / probes as f64))
    }

    /// Runs the trials of a session: presence of a response in each, mean amplitude, and percentage with a climbing-fiber spike.
    fn session(
        &mut self,
        cues: &[f64],
        interval_ms: usize,
        has_puff: bool,
    ) -> Result<(Vec<bool>, f64, f64), Error> {
        let stimuli = Stimuli::delay(self.config, cues, interval_ms, has_puff);
        let trials = self.config.protocol.trials;
        let (mut responses, mut amplitude, mut answers) = (Vec::with_capacity(trials), 0.0, 0);
        for _ in 0..trials {
            let mut answered = false;
            let closure = self.trial(&stimuli, true, |ms, cerebellum| {
                let since = ms - interval_ms as i64;
                answered |= (0..ANSWER_MS).contains(&since) && cerebellum.climbing_fiber();
                Ok(())
            })?;
            let response = self.response(&closure, interval_ms);
            responses.push(response.onset_ms.is_some());
            amplitude += response.amplitude / trials as f64;
            answers += usize::from(answered);
        }
        Ok((responses, amplitude, 100.0 * answers as f64 / trials as f64))
    }

    /// Runs sessions of a phase; gives the trials until the criterion of learning.
    fn phase(
        &mut self,
        phase: Phase,
        count: usize,
        keeps: bool,
        kept: &mut Vec<Session>,
    ) -> Result<Option<usize>, Error> {
        let mut all = Vec::new();
        for _ in 0..count {
            let (responses, amplitude, climbing_percent) =
                self.session(&[1.0], self.config.protocol.interval_ms, phase != Phase::Extinction)?;
            let (trace, _) = self.probe(&[1.0], SESSION_PROBES)?;
            let conditioned = responses.iter().filter(|r| **r).count();
            kept.push(Session {
                phase,
                percent: 100.0 * conditioned as f64 / responses.len() as f64,
                amplitude,
                climbing_percent,
                nuclear: self.cerebellum().nuclear(0),
                probe: if keeps { sampled(&trace) } else { Vec::new() },
            });
            all.extend(responses);
        }
        let (least, among) = WITHIN;
        let is_met = |w: &[bool]| w.iter().filter(|r| **r).count() >= least;
        Ok(all.windows(among).position(is_met).map(|k| k + among))
    }
}

/// Runs acquisition, extinction and reacquisition; `keeps`: traces of probes are recorded.
pub fn conditioning(
    config: &Config,
    condition: &str,
    seed: u64,
    keeps: bool,
) -> Result<ConditioningRun, Error> {
    let [paired, alone, again] = config.protocol.sessions;
    let mut animal = RateAnimal::naive(config, condition, 1, seed)?;
    let mut sessions = Vec::new();
    let acquired = animal.phase(Phase::Acquisition, paired, keeps, &mut sessions)?;
    animal.phase(Phase::Extinction, alone, keeps, &mut sessions)?;
    let mut reacquired = [None; 3];
    let lesions = [(false, false), (false, true), (true, false)];
    for (trials, (cortex, nucleus)) in reacquired.iter_mut().zip(lesions) {
        let mut copy = animal.clone();
        copy.cerebellum().forget(cortex, nucleus);
        let is_intact = !cortex && !nucleus;
        let kept = if is_intact { &mut sessions } else { &mut Vec::new() };
        *trials = copy.phase(Phase::Reacquisition, again, keeps, kept)?;
    }
    Ok(ConditioningRun { condition: condition.into(), seed, sessions, acquired, reacquired })
}

/// Trains at an interval and measures the timing of the response.
pub fn interval(
    config: &Config,
    condition: &str,
    interval_ms: usize,
    seed: u64,
    keeps: bool,
) -> Result<Interval, Error> {
    let p = &config.protocol;
    let mut animal = RateAnimal::naive(config, condition, 1, seed)?;
    for _ in 0..p.interval_sessions {
        animal.session(&[1.0], interval_ms, true)?;
    }
    let (trace, percent) = animal.probe(&[1.0], p.probes)?;
    let response = animal.response(&trace, p.probe_ms);
    let responds = percent >= 50.0 && response.onset_ms.is_some();
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
pub fn blocking(config: &Config, condition: &str, is_blocked: bool, seed: u64) -> Result<Blocking, Error> {
    let p = &config.protocol;
    let mut animal = RateAnimal::naive(config, condition, 2, seed)?;
    let [tone, both] = p.blocking_sessions;
    for _ in 0..if is_blocked { tone } else { 0 } {
        animal.session(&[1.0, 0.0], p.interval_ms, true)?;
    }
    for _ in 0..both {
        animal.session(&[1.0, 1.0], p.interval_ms, true)?;
    }
    let (trace, _) = animal.probe(&[0.0, 1.0], SESSION_PROBES)?;
    let amplitude = animal.response(&trace, p.probe_ms).amplitude;
    Ok(Blocking { condition: condition.into(), is_blocked, seed, amplitude })
}
