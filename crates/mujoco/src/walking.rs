//! A robot that walks by itself, as a plant: what is commanded is not its joints but its steering.

use crate::{Error, MujocoPlant, refuse};
use lobule_control::walking::{Effector, Steerable, WalkError, WalkErrors, Walker, WalkerParameters};
use lobule_control::{
    Channel, Controller, Plant, Senses, Signature, Snapshot, StateReader, StateWriter, Status,
};

/// Control step of the walker, s. Source: MH-FLOCKE v0.4.1.
const STEP_S: f64 = 0.005;
/// Ticks of a gait cycle. Source: 2 Hz, as above.
const CYCLE_TICKS: usize = 100;
/// Most control steps of a tick. Chosen: ten seconds.
const MOST_STEPS: f64 = 2000.0;
/// Effectors that are commanded, and their largest values. Chosen: within what the gait bears without a fall.
const EFFECTORS: [(Effector, f64); 2] = [(Effector::LateralStep, 0.3), (Effector::Trim, 0.3)];
/// What is sensed.
const SENSES: [(&str, &str, WalkError); 5] = [
    ("heading", "rad", WalkError::Heading),
    ("heading rate", "rad/s", WalkError::HeadingRate),
    ("yaw rate over a cycle", "rad/s", WalkError::YawRateMean),
    ("roll", "rad", WalkError::Roll),
    ("roll over a cycle", "rad", WalkError::RollMean),
];

/// A robot and its walker. A tick is a whole number of control steps of 5 ms; a fall ends the trial.
///
/// Senses: heading (rad to the left since the start, whole turns count), its rate (mean over the tick), yaw rate and roll over the last gait
/// cycle, roll. Commands: the lateral step that is locked to the gait, and the trim, rad ([`Effector`]).
pub struct WalkingRobot {
    signature: Signature,
    robot: MujocoPlant,
    walker: Walker,
    /// Limits of a fallen body.
    fallen: WalkerParameters,
    errors: WalkErrors,
    tick: u64,
    is_down: bool,
    /// Senses and joint targets of the robot.
    sensed: Vec<f64>,
    targets: Vec<f64>,
    senses: [f64; SENSES.len()],
}

impl std::fmt::Debug for WalkingRobot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WalkingRobot").field("signature", &self.signature).finish_non_exhaustive()
    }
}

impl WalkingRobot {
    /// A robot at the start of its first trial, and what walks on it.
    ///
    /// # Errors
    /// [`Error::Description`] for a robot whose senses or commands are not those of the walker's body, or a walker with cues.
    pub fn new(name: &str, robot: MujocoPlant, walker: Walker) -> Result<Self, Error> {
        let body = walker.body();
        let of = robot.signature();
        if (of.senses.len(), of.commands.len()) != (body.senses(), body.joints()) {
            let what = format!(
                "the robot has {} senses and {} commands; the walker's body has {} and {}",
                of.senses.len(),
                of.commands.len(),
                body.senses(),
                body.joints()
            );
            return Err(refuse(name, what));
        }
        if walker.inputs().cues > 0 {
            return Err(refuse(name, "its walker reads cues, which a walking robot has none of"));
        }
        let command = |(effector, limit): &(Effector, f64)| {
            Channel::new(effector.name().replace('_', " "), effector.unit()).within([-limit, *limit])
        };
        let signature = Signature {
            name: name.into(),
            senses: SENSES.iter().map(|(name, unit, _)| Channel::new(*name, *unit)).collect(),
            commands: EFFECTORS.iter().map(command).collect(),
        };
        signature.check()?;
        let mut walking = Self {
            signature,
            sensed: vec![0.0; body.senses()],
            targets: vec![0.0; body.joints()],
            fallen: WalkerParameters { body, ..WalkerParameters::default() },
            errors: WalkErrors::new(CYCLE_TICKS)?,
            tick: 0,
            is_down: false,
            senses: [0.0; SENSES.len()],
            robot,
            walker,
        };
        walking.begin()?;
        Ok(walking)
    }

    fn begin(&mut self) -> Result<(), Error> {
        self.walker.reset();
        self.errors.reset();
        (self.tick, self.is_down) = (0, false);
        self.robot.sense(&mut self.sensed);
        self.look()?;
        self.read();
        Ok(())
    }

    /// Takes a control step's senses.
    fn look(&mut self) -> Result<(), Error> {
        let view = self.fallen.body.view(&self.sensed)?;
        self.errors.put(&view);
        self.is_down |= self.fallen.is_fallen(&view);
        Ok(())
    }

    fn read(&mut self) {
        self.senses = SENSES.map(|(_, _, error)| self.errors.get(error));
    }

    fn steps_of(&self, dt_s: f64) -> Result<u64, Error> {
        let steps = dt_s / STEP_S;
        if (steps - steps.round()).abs() <= 1e-6 && (1.0..=MOST_STEPS).contains(&steps.round()) {
            return Ok(steps.round() as u64);
        }
        let allowed = "a whole number of control steps of 0.005 s, 1 to 2000 of them";
        Err(lobule_signal::Ranges::of(self.signature.name.clone()).refusal("tick", dt_s, allowed).into())
    }
}

impl Plant for WalkingRobot {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn reset(&mut self, seed: Option<u64>) {
        self.robot.reset(seed);
        self.begin().expect("a start is sensed, as it was when the plant was made");
    }

    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        assert_eq!(
            command.len(),
            EFFECTORS.len(),
            "one command for each effector of {}",
            self.signature.name
        );
        let time_s = self.tick as f64 * STEP_S;
        Error::finite(&self.signature.name, self.signature.command_names(), command, time_s)?;
        for ((effector, limit), value) in EFFECTORS.iter().zip(command) {
            self.walker.steer(*effector, value.clamp(-limit, *limit))?;
        }
        self.errors.forget_means();
        for _ in 0..self.steps_of(dt_s)? {
            let senses = Senses {
                tick: self.tick,
                sensed: &self.sensed,
                reference: &[],
                reference_then: &[],
                cues: &[],
            };
            self.walker.advance(&senses, &mut self.targets)?;
            self.robot.advance(&self.targets, STEP_S)?;
            self.robot.sense(&mut self.sensed);
            self.look()?;
            self.tick += 1;
        }
        self.read();
        Error::finite(&self.signature.name, self.signature.sense_names(), &self.senses, time_s)
    }

    fn sense(&self, out: &mut [f64]) {
        out.copy_from_slice(&self.senses);
    }

    fn status(&self) -> Status {
        if self.is_down { Status::Terminated } else { Status::Running }
    }

    fn fits(&self, dt_s: f64) -> Result<(), Error> {
        self.steps_of(dt_s).map(|_| ())
    }
}

/// Robot, walker and what was measured so far.
impl Snapshot for WalkingRobot {
    fn write_state(&self, to: &mut StateWriter) {
        to.section("WalkingRobot");
        to.put(&self.robot);
        to.put(&self.walker);
        to.put(&self.errors);
        to.put(&self.tick);
        to.put(&self.is_down);
        to.put(&self.senses[..]);
    }

    fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
        from.section("WalkingRobot")?;
        from.take("robot", &mut self.robot)?;
        from.take("walker", &mut self.walker)?;
        from.take("errors", &mut self.errors)?;
        from.take("tick", &mut self.tick)?;
        from.take("is_down", &mut self.is_down)?;
        from.take("senses", &mut self.senses[..])?;
        self.robot.sense(&mut self.sensed);
        Ok(())
    }
}
