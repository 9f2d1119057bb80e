//! A network of `theory` as the cerebellum in a closed loop: its nuclear cells command, and it learns from one number per
//! movement.
//!
//! ```text
//! u_k(t) = gain_k (mean PN_l(t) over the plus columns of command k - mean over its minus columns)
//! E      = error_hz * cost of the movement
//! ```
//!
//! Columns are shared out evenly among the commands whose gain is not 0: plus, minus, plus of the next, ... The
//! rule may be SGDEGE or any other [`LearningRule`](lobule_theory::rules::LearningRule) that needs no target of a single cell.

use lobule_control::{Controller, Error, Senses, Snapshot, StateReader, StateWriter};
use lobule_signal::Ranges;
use lobule_theory::learner::{Learner, LearnerState};

/// A learner of `theory` as a controller.
///
/// # Example: a joint that learns where to stop from the size of its miss
/// ```
/// use lobule_cerebellum::SgdegeController;
/// use lobule_control::{ClosedLoop, Drive, plant::Joint};
/// use lobule_theory::{learner::Learner, network::{NetworkParameters, PerturbationNetwork}, rules::{Sgdege, SgdegeParameters}};
///
/// let network = PerturbationNetwork::new(&NetworkParameters { patterns: 1, ..Default::default() }, 1)?;
/// let parameters = SgdegeParameters { rho: 0.3, amplitude: 10.0, alpha_w: 0.2, alpha_v: 0.004 };
/// let rule = Sgdege::new(&network, &parameters, 1)?;
/// let cerebellum = SgdegeController::new(Learner::new(network, Box::new(rule)), &[2e-5, 0.0], 1.0, 300)?;
/// let mut arm = ClosedLoop::new(Joint::new(1.0, 0.0), cerebellum, 0, 1e-3, [0, 0])?;
///
/// let mut miss = Vec::new();
/// for _movement in 0..2000 {
///     arm.reset();
///     for _tick in 0..300 {
///         arm.tick(&Drive::default())?;
///     }
///     miss.push((arm.plant().pointing_deg() - 20.0).abs());
///     arm.finish(miss[miss.len() - 1])?; // its only feedback
/// }
/// let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
/// assert!(mean(&miss[1900..]) < 0.3 * mean(&miss[..10]));
/// # Ok::<(), lobule_cerebellum::Error>(())
/// ```
pub struct SgdegeController {
    learner: Learner,
    /// Command at one Hz of difference. `[commands]`
    gain: Vec<f64>,
    error_hz: f64,
    ticks_per_bin: u64,
    learns: bool,
    /// Commands of the current movement. `[T][commands]`
    plan: Vec<f64>,
    /// Inhibition of the olive in the current movement, Hz.
    inhibition: f64,
    failure: Option<lobule_theory::Error>,
}

fn refuse(parameter: &'static str, value: f64, allowed: &str) -> Error {
    Ranges::of("sgdege").refusal(parameter, value, allowed.to_string()).into()
}

impl SgdegeController {
    /// A controller whose movement of `trial_ticks` ticks is divided into the bins of the network. `gain` is
    /// the command at one Hz of difference between plus and minus, `error_hz` what a cost of 1 is in Hz.
    ///
    /// # Errors
    /// [`Error::Parameter`] if the columns cannot be shared out evenly, the bins do not divide the movement,
    /// or a gain is not a number.
    pub fn new(learner: Learner, gain: &[f64], error_hz: f64, trial_ticks: u64) -> Result<Self, Error> {
        let p = learner.network().parameters();
        let groups = 2 * gain.iter().filter(|g| **g != 0.0).count();
        if groups == 0 || !p.columns.is_multiple_of(groups) {
            let allowed = format!(
                "a multiple of {groups}: plus and minus columns for each command with a gain, and at least one such"
            );
            return Err(refuse("columns", p.columns as f64, &allowed));
        }
        if trial_ticks == 0 || !trial_ticks.is_multiple_of(p.bins as u64) {
            let allowed = format!("a multiple of {}, the bins of a movement", p.bins);
            return Err(refuse("trial_ticks", trial_ticks as f64, &allowed));
        }
        if let Some(&value) = gain.iter().find(|g| !g.is_finite()) {
            return Err(refuse("gain", value, "a number"));
        }
        if !(error_hz.is_finite() && error_hz > 0.0) {
            return Err(refuse("error_hz", error_hz, "more than 0 Hz for a cost of 1"));
        }
        let mut made = Self {
            ticks_per_bin: trial_ticks / p.bins as u64,
            plan: vec![0.0; p.bins * gain.len()],
            gain: gain.to_vec(),
            error_hz,
            learns: true,
            inhibition: 0.0,
            failure: None,
            learner,
        };
        made.reset();
        Ok(made)
    }

    /// The learner.
    pub fn learner(&self) -> &Learner {
        &self.learner
    }

    /// Inhibition of the olive in the current movement, Hz.
    pub fn inhibition(&self) -> f64 {
        self.inhibition
    }

    fn plan_movement(&mut self) -> Result<(), lobule_theory::Error> {
        let p = self.learner.network().parameters();
        let groups = 2 * self.gain.iter().filter(|g| **g != 0.0).count();
        let (bins, per_group) = (p.bins, p.columns / groups);
        let pattern = self.learner.next_pattern();
        let rates = if self.learns {
            let seen = self.learner.move_perturbed()?;
            self.inhibition = seen.inhibition;
            seen.projection.clone()
        } else {
            let seen = self.learner.at_rest(pattern)?;
            self.inhibition = seen.inhibition;
            seen.projection
        };
        let commands = self.gain.len();
        for t in 0..bins {
            let with_columns = self.gain.iter().enumerate().filter(|(_, g)| **g != 0.0);
            for (pair, (k, gain)) in with_columns.enumerate() {
                let mean = |group: usize| {
                    let columns = group * per_group..(group + 1) * per_group;
                    columns.map(|l| rates[l * bins + t]).sum::<f64>() / per_group as f64
                };
                self.plan[t * commands + k] = gain * (mean(2 * pair) - mean(2 * pair + 1));
            }
        }
        Ok(())
    }

    fn failed(error: &lobule_theory::Error) -> Error {
        Error::Controller { controller: "sgdege".into(), what: error.to_string() }
    }
}

impl Snapshot for SgdegeController {
    fn write_state(&self, to: &mut StateWriter) {
        to.section("sgdege");
        // A learner's state is plain data, which is always written.
        to.bytes(&postcard::to_stdvec(&self.learner.state()).unwrap_or_default());
        to.put(&self.learns);
        to.put(&self.plan);
        to.put(&self.inhibition);
    }

    fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
        let wrong = |what: String| Error::State { part: "sgdege".into(), what };
        from.section("sgdege")?;
        let learner: LearnerState = postcard::from_bytes(from.bytes()?)
            .map_err(|e| wrong(format!("its learner cannot be read: {e}")))?;
        self.learner.restore(&learner).map_err(|e| wrong(e.to_string()))?;
        // The movement of the trial is a function of the learner: it is made again, for what `finish` learns from it.
        self.failure = self.learner.move_perturbed().err();
        from.take("learns", &mut self.learns)?;
        from.take("plan", &mut self.plan)?;
        from.take("inhibition", &mut self.inhibition)
    }
}

impl Controller for SgdegeController {
    fn name(&self) -> &str {
        "sgdege"
    }

    fn commands(&self) -> usize {
        self.gain.len()
    }

    /// Plans a movement: rates are those of the whole movement, perturbed where the rule perturbs.
    fn reset(&mut self) {
        self.failure = self.plan_movement().err();
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        if let Some(error) = &self.failure {
            return Err(Self::failed(error));
        }
        senses.check(self, command)?;
        let commands = self.gain.len();
        let bin = (senses.tick / self.ticks_per_bin) as usize;
        // After the movement nuclear cells command nothing.
        match self.plan.get(bin * commands..(bin + 1) * commands) {
            Some(plan) => command.copy_from_slice(plan),
            None => command.fill(0.0),
        }
        Ok(())
    }

    fn finish(&mut self, cost: f64) -> Result<(), Error> {
        Error::finite("sgdege", ["cost of the movement"], &[cost], f64::NAN)?;
        let learned = if self.learns { self.learner.learn(self.error_hz * cost) } else { Ok(()) };
        learned.map_err(|e| Self::failed(&e))
    }

    /// Sizes, rates and the seed, which gives the weights their fibers.
    fn parameters(&self, to: &mut StateWriter) {
        to.put(&self.learner.network().fibers().seed());
        to.bytes(format!("{:?}", self.learner.network().parameters()).as_bytes());
        to.put(&self.gain);
        to.put(&self.ticks_per_bin);
    }

    fn write_learned(&self, to: &mut StateWriter) {
        // A learner's state is plain data, which is always written.
        to.bytes(&postcard::to_stdvec(&self.learner.state()).unwrap_or_default());
    }

    fn read_learned(&mut self, from: &mut StateReader) -> Result<(), Error> {
        let wrong = |what: String| Error::State { part: "sgdege".into(), what };
        let learner: LearnerState = postcard::from_bytes(from.bytes()?)
            .map_err(|e| wrong(format!("its learner cannot be read: {e}")))?;
        self.learner.restore(&learner).map_err(|e| wrong(e.to_string()))?;
        // The movement in hand is a function of the learner.
        self.failure = self.learner.move_perturbed().err();
        Ok(())
    }

    /// Switches learning from the next movement on; without it nothing is perturbed either.
    fn set_learning(&mut self, learns: bool) {
        self.learns = learns;
    }
}
