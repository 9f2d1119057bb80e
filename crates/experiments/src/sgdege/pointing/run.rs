//! Runs of the pointing experiment: every rule on every seed.

use super::Config;
use crate::sweep::over_seeds;
use lobule_cerebellum::SgdegeController;
use lobule_control::plant::PlanarArm;
use lobule_control::{Beside, ClosedLoop, Controller, Drive, Senses, normalized_acceleration};
use lobule_study::prelude::*;
use lobule_theory::{learner::Learner, network::PerturbationNetwork as Network};

/// Control tick, s.
const TICK_S: f64 = 1e-3;

/// One rule on one seed: signed error and inhibition of the olive of each movement, and the learned state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleRun {
    pub rule: String,
    pub seed: u64,
    pub errors_deg: Vec<f64>,
    pub inhibition_hz: Vec<f64>,
    /// Hand of the last movement through prisms each ms: (x, y).
    pub hand_m: Vec<[f64; 2]>,
    /// Direction of the target from the shoulder, to the right of straight ahead.
    pub target_deg: f64,
    pub fingerprint: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Rules × seeds.
    #[serde(rename = "arms")]
    pub runs: Vec<RuleRun>,
}

impl Record {
    /// The runs of a rule, by seed.
    pub fn of<'a>(&'a self, rule: &'a str) -> impl Iterator<Item = &'a RuleRun> {
        self.runs.iter().filter(move |r| r.rule == rule)
    }
}

/// Motor cortex that points to the apparent position of the target: minimum-jerk accelerations of shoulder (deg/ms²) and elbow. The cue
/// is the turn of the shoulder, deg.
struct Cortex {
    /// Acceleration of a turn by one unit within the movement, 1/ms². `[ticks]`
    profile: Vec<f64>,
}

impl Cortex {
    fn new(ticks: usize) -> Self {
        let mut profile = normalized_acceleration(ticks);
        let (mut velocity, mut position) = (0.0, 0.0);
        for a in &profile {
            velocity += a;
            position += velocity;
        }
        profile.iter_mut().for_each(|a| *a /= position);
        Self { profile }
    }
}

lobule_control::snapshot!(Cortex {});

impl Controller for Cortex {
    fn name(&self) -> &str {
        "cortex"
    }

    fn commands(&self) -> usize {
        2
    }

    fn reset(&mut self) {}

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), lobule_control::Error> {
        let a = self.profile.get(senses.tick as usize).copied().unwrap_or(0.0);
        command.copy_from_slice(&[senses.cues[0] * a, a]);
        Ok(())
    }
}

/// Cortex and cerebellum in parallel, on the arm; feed-forward, so without delays.
struct Pointer {
    body: ClosedLoop<PlanarArm, Beside<Cortex, SgdegeController>>,
    ticks: usize,
    reach_deg: f64,
}

impl Pointer {
    fn new(config: &Config, rule: &str, seed: u64) -> Result<Self, Error> {
        let ticks = config.protocol.trial_ms as usize;
        let reach_deg = config.protocol.reach_deg;
        let network = Network::new(&config.network, seed)?;
        let rule = config.rule(rule, &network, seed)?;
        // A difference of twice the mean rate, held throughout, turns the shoulder by `full_deg`.
        let gain = config.decoder.full_deg / (2.0 * config.network.rate_pn * 0.5 * (ticks * ticks) as f64);
        let (learner, error_hz) = (Learner::new(network, rule), config.decoder.error_hz_per_deg);
        let cerebellum = SgdegeController::new(learner, &[gain, 0.0], error_hz, ticks as u64)?;
        let movement_s = ticks as f64 * TICK_S;
        let mut arm = PlanarArm::new(1f64.to_radians(), PlanarArm::planned_elbow_rad(), movement_s);
        arm.start_shoulder_rad = PlanarArm::pointing_shoulder_rad() + reach_deg.to_radians();
        // The target lies where the cortex alone points without prisms, so that errors of the cortex itself do not count.
        let mut alone = ClosedLoop::new(arm, Cortex::new(ticks), 0, TICK_S, [0, 0])?;
        for _ in 0..ticks {
            alone.tick(&Drive { cues: &[reach_deg], ..Drive::default() })?;
        }
        let mut arm = alone.plant().clone();
        arm.straight_ahead_deg = arm.direction_deg();
        // Without a reference there is no error to guard against.
        let both = Beside::new(Cortex::new(ticks), cerebellum)?;
        let body = ClosedLoop::new(arm, both, 0, TICK_S, [0, 0])?.unguarded();
        Ok(Self { body, ticks, reach_deg })
    }

    /// One movement toward a target that appears `seen_deg` from straight ahead; `hand` receives the position at each tick.
    /// Returns the signed error, deg.
    fn move_once(&mut self, seen_deg: f64, mut hand: impl FnMut([f64; 2])) -> Result<f64, Error> {
        self.body.reset();
        for _ in 0..self.ticks {
            self.body.tick(&Drive { cues: &[self.reach_deg + seen_deg], ..Drive::default() })?;
            hand(self.body.plant().hand_m());
        }
        Ok(self.body.plant().pointing_deg())
    }

    fn cerebellum(&self) -> &SgdegeController {
        self.body.controller().second()
    }
}

pub fn run(config: &Config, run: &Run) -> Result<Record, Error> {
    let p = &config.protocol;
    let movements = p.baseline + p.prism + p.removal;
    let rules: Vec<&str> = config.rules.iter().map(String::as_str).collect();
    let items = over_seeds(&rules, &config.seeds);
    run.progress.expect((items.len() * movements) as u64);
    let runs = run.each("runs", &items, |&(rule, seed), at| {
        let mut pointer = Pointer::new(config, rule, seed)?;
        pointer.body.controller_mut().set_learning(rule != "static");
        let (mut errors_deg, mut inhibition_hz, mut hand_m) = (Vec::new(), Vec::new(), Vec::new());
        for k in 0..movements {
            let is_prism = (p.baseline..p.baseline + p.prism).contains(&k);
            let error = pointer.move_once(if is_prism { p.prism_deg } else { 0.0 }, |_| ())?;
            inhibition_hz.push(pointer.cerebellum().inhibition());
            errors_deg.push(error);
            pointer.body.finish(error.abs())?;
            if k + 1 == p.baseline + p.prism {
                // The path that was learned, without perturbation and without learning.
                pointer.body.controller_mut().set_learning(false);
                pointer.move_once(p.prism_deg, |hand| hand_m.push(hand))?;
                pointer.body.controller_mut().set_learning(rule != "static");
            }
            if k % 100 == 99 {
                at.done(100)?;
            }
        }
        at.done((movements % 100) as u64)?;
        let bug = |e| Error::File { path: "state".into(), what: format!("{e}; this is a bug of lobule") };
        let state = serde_json::to_vec(&pointer.cerebellum().learner().state()).map_err(bug)?;
        let target_deg = pointer.body.plant().straight_ahead_deg;
        let fingerprint = format!("{:016x}", lobule_study::fingerprint(&state));
        Ok(RuleRun { rule: rule.into(), seed, errors_deg, inhibition_hz, hand_m, target_deg, fingerprint })
    })?;
    Ok(Record { runs })
}
