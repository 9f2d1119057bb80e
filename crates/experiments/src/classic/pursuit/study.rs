//! The experiment as a [`Study`].

use super::config::{DEFAULTS, Kind, PRESETS, PursuitConfig};
use super::eyes::{Pursuer, Target, track};
use super::findings::{mean_delay, mean_mixed};
use crate::classic::response::Response;
use lobule_study::Error;
use lobule_study::report::numbers::{fixed, plain};
use lobule_study::report::{Figure, Finding};
use lobule_study::{Card, Run, Section, Story, Study};
use serde::{Deserialize, Serialize};

/// `classic/pursuit`.
#[derive(Debug, Clone, Copy)]
pub struct Pursuit;

static CARD: Card = Card {
    name: "classic/pursuit",
    title: "Following what is seen too late",
    line: "smooth pursuit behind a delay of 100 ms: a model of the eye, a learning flocculus, an expected target",
    source: "Robinson, Gordon & Gordon 1986; Barnes, Barnes & Chakraborti 2000; Becker & Fuchs 1985",
    sources: &[
        "Delay, step-ramps, internal feedback: Robinson, Gordon & Gordon 1986, doi:10.1007/BF00363977 (abstract)",
        "Predictable targets: Bahill & McDonald 1983, doi:10.1016/0042-6989(83)90171-2; Barnes, Barnes & Chakraborti 2000, J Neurophysiol 84, 2340-2355 (abstracts)",
        "Hidden targets: Becker & Fuchs 1985, doi:10.1007/BF00237843; van den Berg 1988, doi:10.1007/BF00248504 (abstracts)",
        "Smith predictor: Smith 1957; CFPC: Herreros-Alonso et al. 2016, arXiv:1701.07775; feedback-error learning: Kawato et al. 1987, doi:10.1007/BF00364149",
    ],
    defaults: DEFAULTS,
    presets: &PRESETS,
    unit: "runs",
};

/// All that a run records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PursuitRecord {
    /// By controller, target, seed.
    pub(super) tracked: Vec<Tracked>,
    pub(super) ramps: Vec<Ramp>,
    /// By controller, seed.
    pub(super) hidden: Vec<Hidden>,
}

/// (s, target deg/s, eye deg/s)
pub type Sample = (f64, f64, f64);

/// One subject on one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tracked {
    pub(super) kind: Kind,
    /// Of a predictable target; none for a mixed one.
    pub(super) hz: Option<f64>,
    pub(super) seed: u64,
    /// At each frequency of the target; none when the eye was lost.
    pub(super) responses: Option<Vec<Response>>,
    /// The first seconds that were measured, of the first seed.
    pub(super) movement: Vec<Sample>,
}

/// A target that starts to move; no noise, the nominal eye.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ramp {
    pub(super) kind: Kind,
    pub(super) ki: f64,
    /// From the start of the movement on.
    pub(super) samples: Vec<Sample>,
}

/// A learned target that disappears at 0 s.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hidden {
    pub(super) kind: Kind,
    pub(super) seed: u64,
    pub(super) samples: Vec<Sample>,
    /// Whether the eye was lost; the samples end there.
    pub(super) is_lost: bool,
}

/// Seconds of movement that are kept.
const KEPT_S: f64 = 3.0;

impl Study for Pursuit {
    type Config = PursuitConfig;
    type Record = PursuitRecord;

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, config: &PursuitConfig) -> Result<(), Error> {
        config.validate()?;
        // Parts check themselves; a wrong one is reported before anything runs.
        for &kind in &config.controllers {
            Pursuer::new(config, kind, config.feedback.ki, config.seeds[0], config.noise_deg_s)?;
        }
        Ok(())
    }

    fn seeds(&self, config: &PursuitConfig) -> Vec<u64> {
        config.seeds.clone()
    }

    fn run(&self, config: &PursuitConfig, run: &Run) -> Result<PursuitRecord, Error> {
        let targets: Vec<Option<f64>> =
            config.targets.sines_hz.iter().map(|hz| Some(*hz)).chain([None]).collect();
        let mut tracked = Vec::new();
        for &kind in &config.controllers {
            for &hz in &targets {
                tracked.extend(config.seeds.iter().map(|&seed| (kind, hz, seed)));
            }
        }
        let mut ramps = Vec::new();
        for &kind in &config.controllers {
            match kind {
                Kind::Feedback => ramps.extend(config.ramp.ki.iter().map(|&ki| (kind, ki))),
                Kind::Smith => ramps.push((kind, config.feedback.ki)),
                // What learns has no ramps to learn from here.
                Kind::Cfpc | Kind::Fel | Kind::Foresight => {}
            }
        }
        let hidden: Vec<(Kind, u64)> =
            config.controllers.iter().flat_map(|&k| config.seeds.iter().map(move |&s| (k, s))).collect();
        run.progress.expect((tracked.len() + ramps.len() + hidden.len()) as u64);
        Ok(PursuitRecord {
            tracked: run.each(&tracked, |&(kind, hz, seed)| {
                let done = one(config, kind, hz, seed)?;
                run.progress.done(1);
                Ok(done)
            })?,
            ramps: run.each(&ramps, |&(kind, ki)| {
                let done = ramp(config, kind, ki)?;
                run.progress.done(1);
                Ok(done)
            })?,
            hidden: run.each(&hidden, |&(kind, seed)| {
                let done = hide(config, kind, seed)?;
                run.progress.done(1);
                Ok(done)
            })?,
        })
    }

    fn findings(&self, config: &PursuitConfig, record: &PursuitRecord) -> Vec<Finding> {
        super::findings::findings(config, record)
    }

    fn figures(&self, config: &PursuitConfig, record: &PursuitRecord) -> Result<Vec<Figure>, Error> {
        super::figures::figures(config, record)
    }

    fn story(&self, config: &PursuitConfig, record: &PursuitRecord) -> Story {
        // The predictable frequency nearest to 1 Hz.
        let nearest = |best: f64, hz: f64| if (hz - 1.0).abs() < (best - 1.0).abs() { hz } else { best };
        let hz = config.targets.sines_hz.iter().copied().fold(f64::INFINITY, nearest);
        let parts: Vec<String> = config
            .controllers
            .iter()
            .map(|&kind| {
                let (sine, mixed) =
                    (mean_delay(record, kind, hz), mean_mixed(record, kind, Response::delay_ms));
                format!("{} {} and {}", kind.words(), fixed(sine, 0), fixed(mixed, 0))
            })
            .collect();
        Story {
            answer: format!(
                "How late the eye is, in ms, on a sine of {} Hz and on a mixed target: {}.",
                plain(hz),
                parts.join("; ")
            ),
            small_print: vec![
                "Delays from phases, means over subjects; for the mixed target over its frequencies as well.".into(),
                "A gain below 1 hides in a delay: both are in the figures.".into(),
            ],
            steps: [
                "A target moves; the eye sees its slip late. With a copy of its own movement of then, the eye knows how the target moved then.",
                "Feedback turns slip into eye acceleration, as much as the delay allows.",
                "A model of the eye takes the delay out of the loop (Smith predictor), not out of what is seen.",
                "A flocculus learns from slip what to add: to the slip (CFPC) or to the command (feedback-error learning).",
                "Or the target itself is expected: an array predictor of what will be seen feeds the model of the eye.",
            ]
            .map(String::from)
            .to_vec(),
            sections: vec![
                Section::new("Which eye is late?", "", &["movement", "bode"]),
                Section::new(
                    "Predictable and mixed",
                    "A mixed target has no frequency above its highest: signals of its velocity and acceleration that carry no noise foretell a tenth \
                     of a second of it nearly as well as a sine. Past values alone do worse.",
                    &["delay"],
                ),
                Section::new("A target that starts to move, one that disappears", "", &["ramp"]),
            ],
            differences: [
                "There are no saccades and no limits of velocity or acceleration; position does not matter.",
                "Fixation is pursuit of a target at rest here; in humans the offset does not ring (Robinson et al. 1986).",
                "Latency here is the delay; that of humans has time for a decision in it.",
                "What a hidden target does to a flocculus is an assumption: what was expected, or the eye's own movement, stands for it.",
            ]
            .map(String::from)
            .to_vec(),
        }
    }
}

fn one(config: &PursuitConfig, kind: Kind, hz: Option<f64>, seed: u64) -> Result<Tracked, Error> {
    let target = match hz {
        Some(hz) => Target::sine(config, seed, hz),
        None => Target::mixed(config, seed),
    };
    let (is_kept, mut movement) = (seed == config.seeds[0], Vec::new());
    let kept = (KEPT_S / config.dt_s()) as usize;
    let responses = track(config, kind, seed, &target, |t, v, eye| {
        if is_kept && movement.len() < kept {
            movement.push((t, v, eye));
        }
    })?;
    Ok(Tracked { kind, hz, seed, responses, movement })
}

fn ramp(config: &PursuitConfig, kind: Kind, ki: f64) -> Result<Ramp, Error> {
    // Every model is of the nominal eye, and here the eye is the same.
    let nominal = PursuitConfig {
        eye: super::config::EyeConfig { spread: 0.0, ..config.eye.clone() },
        ..config.clone()
    };
    let mut pursuer = Pursuer::new(&nominal, kind, ki, 0, 0.0)?;
    let ticks = (config.ramp.duration_s / config.dt_s()).round() as usize;
    let mut samples = Vec::with_capacity(ticks);
    // A first tick at rest: the first reference of a loop has been there before.
    pursuer.follow(|_| 0.0, true, 1, |_, _, _| ());
    let from_s = config.dt_s();
    pursuer.follow(|_| config.ramp.speed_deg_s, true, ticks, |t, v, eye| samples.push((t - from_s, v, eye)));
    Ok(Ramp { kind, ki, samples })
}

fn hide(config: &PursuitConfig, kind: Kind, seed: u64) -> Result<Hidden, Error> {
    let dt_s = config.dt_s();
    let hz = config.hidden.hz;
    let target = Target::sine(config, seed, hz);
    let mut pursuer = Pursuer::new(config, kind, config.feedback.ki, seed, config.noise_deg_s)?;
    let mut learned = (config.targets.learning_s as f64 / dt_s).round() as usize;
    // It disappears as it turns round, so that half a cycle has one direction.
    let turns = |tick: usize| {
        target.velocity((tick - 1) as f64 * dt_s) < 0.0 && target.velocity(tick as f64 * dt_s) >= 0.0
    };
    while !turns(learned) {
        learned += 1;
    }
    let mut samples = Vec::new();
    let zero_s = learned as f64 * dt_s;
    let shown = ((0.5 / hz) / dt_s) as usize;
    let mut keep = |t: f64, v: f64, eye: f64| samples.push((t - zero_s, v, eye));
    let velocity = |t: f64| target.velocity(t);
    let hidden = (config.hidden.duration_s / dt_s).round() as usize;
    let kept = pursuer.follow(velocity, true, learned - shown, |_, _, _| ())
        && pursuer.follow(velocity, true, shown, &mut keep)
        && pursuer.follow(velocity, false, hidden, &mut keep)
        && pursuer.follow(velocity, true, shown, &mut keep);
    Ok(Hidden { kind, seed, samples, is_lost: !kept })
}
