//! The closed loop of a controller and a plant, with exact delays.
//!
//! A tick: the plant senses → sensory delay → the controller advances → motor
//! delay → disturbance is added → the plant holds the sum for the tick.

use crate::controller::{Controller, Senses};
use crate::delay::DelayLine;
use crate::error::{Error, check};
use crate::plant::Plant;

/// What comes from outside in a tick.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Drive<'a> {
    /// What the first senses should be. `[references]`
    pub reference: &'a [f64],
    /// Added to the command at the plant; empty for none. `[commands]`
    pub disturbance: &'a [f64],
    /// Further input of the controller. `[cues]`
    pub cues: &'a [f64],
}

/// A controller and a plant, joined. Both keep their types, so that what they hold can be read between ticks;
/// boxes of trait objects do as well.
///
/// # Example: a feedback law of your own on a joint
/// ```
/// use lobule_control::plant::Joint;
/// use lobule_control::{ClosedLoop, Controller, Drive, Error, Senses};
///
/// struct Pd;
/// impl Controller for Pd {
///     fn name(&self) -> &'static str { "pd" }
///     fn commands(&self) -> usize { 2 }
///     fn reset(&mut self) {}
///     fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
///         command[0] = 1e-3 * senses.error(0) - 0.05 * senses.sensed[1];
///         Ok(())
///     }
/// }
///
/// // Ticks of 1 ms; what is sensed is 10 ms old, what is commanded acts 5 ms later.
/// let mut arm = ClosedLoop::new(Joint::new(1.0, 0.0), Pd, 1, 1e-3, [10, 5])?;
/// for _ in 0..2000 {
///     arm.tick(&Drive { reference: &[20.0], ..Drive::default() })?;
/// }
/// assert!((arm.plant().pointing_deg() - 20.0).abs() < 0.1);
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ClosedLoop<P = Box<dyn Plant>, C = Box<dyn Controller>> {
    plant: P,
    controller: C,
    dt_s: f64,
    tick: u64,
    sensory: DelayLine,
    references: DelayLine,
    motor: DelayLine,
    /// True senses of this tick. `[senses]`
    senses: Vec<f64>,
    sensed: Vec<f64>,
    reference_then: Vec<f64>,
    command: Vec<f64>,
    /// What acts on the plant. `[commands]`
    acting: Vec<f64>,
}

impl<P: Plant, C: Controller> ClosedLoop<P, C> {
    /// A loop at the start of a trial, in ticks of `dt_s` seconds; `references` is the number of leading senses that
    /// are controlled, `delays` the sensory and the motor delay in ticks.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the tick is not positive, the plant takes another number of commands than the
    /// controller gives, or there are more references than senses.
    pub fn new(
        plant: P,
        controller: C,
        references: usize,
        dt_s: f64,
        delays: [usize; 2],
    ) -> Result<Self, Error> {
        let (commands, senses) = (plant.commands(), plant.senses().len());
        check("closed loop", "dt_s", dt_s, dt_s > 0.0, "a tick lasts more than 0 s")?;
        check(
            "closed loop",
            "commands of the controller",
            controller.commands() as f64,
            controller.commands() == commands,
            &format!("the plant `{}` takes {commands}", plant.name()),
        )?;
        check(
            "closed loop",
            "references",
            references as f64,
            references <= senses,
            &format!("the plant `{}` has {senses} senses", plant.name()),
        )?;
        for (which, ticks) in [("sensory delay", delays[0]), ("motor delay", delays[1])] {
            check("closed loop", which, ticks as f64, ticks <= 1_000_000, "at most 1000000 ticks")?;
        }
        let mut joined = Self {
            sensory: DelayLine::new(delays[0], senses),
            references: DelayLine::new(delays[0], references),
            motor: DelayLine::new(delays[1], commands),
            senses: vec![0.0; senses],
            sensed: vec![0.0; senses],
            reference_then: vec![0.0; references],
            command: vec![0.0; commands],
            acting: vec![0.0; commands],
            plant,
            controller,
            dt_s,
            tick: 0,
        };
        joined.reset();
        Ok(joined)
    }

    /// Starts a trial: the plant goes back to its start and has been there, without command, as long as the
    /// delays reach; the controller keeps what it learned.
    pub fn reset(&mut self) {
        self.plant.reset();
        self.controller.reset();
        self.plant.sense(&mut self.senses);
        self.sensory.fill(&self.senses);
        self.command.fill(0.0);
        self.motor.fill(&self.command);
        self.tick = 0;
    }

    /// Advances by a tick. The first reference of a trial has been the reference before it, too.
    ///
    /// # Errors
    /// A plant or controller that left the numbers.
    ///
    /// # Panics
    /// When a part of `drive` has the wrong length: a bug of the caller.
    pub fn tick(&mut self, drive: &Drive) -> Result<(), Error> {
        if self.tick == 0 {
            self.references.fill(drive.reference);
        }
        self.plant.sense(&mut self.senses);
        self.sensed.copy_from_slice(&self.senses);
        self.sensory.exchange(&mut self.sensed);
        self.reference_then.copy_from_slice(drive.reference);
        self.references.exchange(&mut self.reference_then);
        let senses = Senses {
            tick: self.tick,
            sensed: &self.sensed,
            reference: drive.reference,
            reference_then: &self.reference_then,
            cues: drive.cues,
        };
        self.controller.advance(&senses, &mut self.command)?;
        self.acting.copy_from_slice(&self.command);
        self.motor.exchange(&mut self.acting);
        if !drive.disturbance.is_empty() {
            assert_eq!(drive.disturbance.len(), self.acting.len(), "one disturbance for each command");
            self.acting.iter_mut().zip(drive.disturbance).for_each(|(u, d)| *u += d);
        }
        self.plant.advance(&self.acting, self.dt_s)?;
        self.plant.sense(&mut self.senses);
        self.tick += 1;
        Ok(())
    }

    /// Ends the trial with its cost, for controllers that learn from one number per movement.
    ///
    /// # Errors
    /// A controller that left the numbers.
    pub fn finish(&mut self, cost: f64) -> Result<(), Error> {
        self.controller.finish(cost)
    }

    /// What the plant senses after the last tick, without delay. `[senses]`
    pub fn senses(&self) -> &[f64] {
        &self.senses
    }

    /// What the controller was given in the last tick. `[senses]`
    pub fn sensed(&self) -> &[f64] {
        &self.sensed
    }

    /// The controller's last command, before the motor delay. `[commands]`
    pub fn command(&self) -> &[f64] {
        &self.command
    }

    /// Ticks since the start of the trial.
    pub fn ticks(&self) -> u64 {
        self.tick
    }

    /// Whether the plant can go on.
    pub fn has_ended(&self) -> bool {
        self.plant.has_ended()
    }

    /// The plant.
    pub fn plant(&self) -> &P {
        &self.plant
    }

    /// The plant, to be changed between ticks.
    pub fn plant_mut(&mut self) -> &mut P {
        &mut self.plant
    }

    /// The controller.
    pub fn controller(&self) -> &C {
        &self.controller
    }

    /// The controller, to be changed between ticks.
    pub fn controller_mut(&mut self) -> &mut C {
        &mut self.controller
    }
}
