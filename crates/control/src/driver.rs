//! Driver of a controller: the half of a loop that needs no plant, called once in a tick.

use crate::delays::Lines;
use crate::guard::Guard;
use crate::{Controller, Delays, Error, Inputs, Name, News, Senses, Signature};
use lobule_signal::Ranges;

const PART: &str = "closed loop";

/// Policy for a sensor that gives no number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Missing {
    /// The tick ends with an error that names the sensor.
    #[default]
    Stop,
    /// The last number is given again, for at most so many ticks in a row; then the tick ends with the error.
    Hold {
        /// Ticks.
        at_most: u64,
    },
}

/// A controller in ticks: keeps the reference until what is sensed is as late, refuses what has the wrong length or is no number, counts
/// ticks, and guards what is learned ([`News`]). [`crate::ClosedLoop`] is a driver and a plant.
///
/// # Example: a motor on a bus
/// ```
/// use lobule_control::feedback::{Pid, PidGains, Reflex};
/// use lobule_control::{Delays, Driver, Error, Missing, Signature};
///
/// let dt_s = 0.005;
/// let law = Pid::new(PidGains { kp: 20.0, kd: 1.0, ki: 5.0, filter_s: 0.02 }, dt_s)?;
/// let motor = Signature::new("motor", &[("angle", "rad")], &[("voltage", "V")]);
/// let delays = Delays::seconds(0.06, 0.0, dt_s)?;
/// let mut driver = Driver::new(&motor, Reflex::new(law), 1, dt_s, delays)?.on_missing(Missing::Hold { at_most: 4 });
/// # let read_encoder = || 0.0;
/// # let write_voltage = |_: f64| ();
/// for n in 0..200 {
///     let reference = [(dt_s * n as f64).sin()];
///     let command = driver.act(&[read_encoder()], &reference, &[])?; // once every 5 ms
///     write_voltage(command[0]);
/// }
/// driver.finish(0.0)?; // the movement is over: learn from it
/// driver.reset();
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Driver<C = Box<dyn Controller>> {
    controller: C,
    dt_s: f64,
    delays: Delays,
    sense_names: Vec<Name>,
    command_names: Vec<Name>,
    plant: Name,
    missing: Missing,
    tick: u64,
    references: Lines,
    /// Senses as the controller is given them. `[senses]`
    sensed: Vec<f64>,
    /// Ticks since each sense was a number. `[senses]`
    gone: Vec<u64>,
    reference_then: Vec<f64>,
    command: Vec<f64>,
    guard: Guard,
}

crate::snapshot!([C: Controller] Driver<C> {
    tick, references, sensed, gone, reference_then, command, guard, controller,
});

impl<C: Controller> Driver<C> {
    /// A driver at the start of a trial, in ticks of `dt_s` seconds. `plant` names senses and commands; `references` is the number of
    /// leading senses that are controlled, `delays` how late all senses and commands are, to which a channel adds its own.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the tick is not positive, the controller gives another number of commands than the plant takes, there are
    /// more references than senses, the controller reads more of either, was made for another tick or for other delays, or a delay is no
    /// whole number of ticks; what [`Signature::check`] refuses.
    pub fn new(
        plant: &Signature,
        controller: C,
        references: usize,
        dt_s: f64,
        delays: impl Into<Delays>,
    ) -> Result<Self, Error> {
        plant.check()?;
        let delays = delays.into();
        let (commands, senses) = (plant.commands.len(), plant.senses.len());
        let ranges = Ranges::of(PART);
        ranges.require(dt_s > 0.0, "dt_s", dt_s, "a tick lasts more than 0 s")?;
        let given = controller.commands();
        let allowed = format!("the plant `{}` takes {commands}", plant.name);
        ranges.require(given == commands, "commands of the controller", given as f64, allowed)?;
        let allowed = format!("the plant `{}` has {senses} senses", plant.name);
        ranges.require(references <= senses, "references", references as f64, allowed.clone())?;
        let reads = controller.inputs();
        let read = |what: &str| format!("{what} read by the controller `{}`", controller.name());
        ranges.require(reads.senses <= senses, read("senses"), reads.senses as f64, allowed)?;
        let (fits, allowed) = (reads.references <= references, format!("the loop has {references}"));
        ranges.require(fits, read("references"), reads.references as f64, allowed)?;
        delays.check()?;
        controller.fits(dt_s, delays)?;
        let name = |name: &str| Name::Owned(name.to_string());
        let mut made = Self {
            guard: Guard::new(&controller, references, dt_s),
            references: Lines::default(),
            sense_names: plant.sense_names().map(name).collect(),
            command_names: plant.command_names().map(name).collect(),
            plant: name(&plant.name),
            missing: Missing::Stop,
            tick: 0,
            sensed: vec![0.0; senses],
            gone: vec![0; senses],
            reference_then: vec![0.0; references],
            command: vec![0.0; commands],
            controller,
            dt_s,
            delays,
        };
        made.lay_lines(plant)?;
        made.controller.reset();
        Ok(made)
    }

    /// Lays the delay lines of the references.
    pub(crate) fn lay_lines(&mut self, plant: &Signature) -> Result<(), Error> {
        let controlled = &plant.senses[..self.reference_then.len()];
        self.references = Lines::new(self.delays.sensory, controlled, self.dt_s)?;
        Ok(())
    }

    /// The same driver with a rule for sensors that give no number.
    pub fn on_missing(mut self, missing: Missing) -> Self {
        self.missing = missing;
        self
    }

    /// The same driver without a guard over learning: a learner that makes the error grow goes on.
    pub fn unguarded(mut self) -> Self {
        self.guard.off();
        self
    }

    pub(crate) fn set_missing(&mut self, missing: Missing) {
        self.missing = missing;
    }

    pub(crate) fn set_unguarded(&mut self) {
        self.guard.off();
    }

    pub(crate) fn missing(&self) -> Missing {
        self.missing
    }

    /// The command of this tick for what is sensed now, late as it is; `reference` is what is desired now, `cues` is further input. The
    /// first reference of a trial has been the reference before it, too.
    ///
    /// # Errors
    /// [`Error::Length`] for an input of the wrong length; [`Error::Sensor`] for a sensor that gives no number, as [`Missing`] says;
    /// [`Error::NonFinite`] for another input or a command that is not a number; what the controller reports. What was learned is kept; the trial cannot go on: begin another with [`Driver::reset`].
    pub fn act(&mut self, sensed: &[f64], reference: &[f64], cues: &[f64]) -> Result<&[f64], Error> {
        self.check_inputs(sensed.len(), reference, cues)?;
        self.take_senses(sensed)?;
        if self.tick == 0 {
            self.references.fill(reference);
        }
        self.reference_then.copy_from_slice(reference);
        self.references.exchange(&mut self.reference_then);
        let senses = Senses {
            tick: self.tick,
            sensed: &self.sensed,
            reference,
            reference_then: &self.reference_then,
            cues,
        };
        let advanced = self.controller.advance(&senses, &mut self.command);
        let time_s = self.tick as f64 * self.dt_s;
        advanced.map_err(|error| error.at(time_s))?;
        if let Some(i) = self.command.iter().position(|u| u.is_nan()) {
            return Err(Error::NonFinite {
                part: Name::Owned(self.controller.name().into()),
                variable: format!("command `{}`", self.command_names[i]).into(),
                value: self.command[i],
                time_s,
            });
        }
        self.guard.tick(&mut self.controller, &senses)?;
        self.tick += 1;
        Ok(&self.command)
    }

    /// Takes what is sensed, or what was sensed last where a sensor is silent.
    fn take_senses(&mut self, sensed: &[f64]) -> Result<(), Error> {
        for (i, value) in sensed.iter().enumerate() {
            if value.is_finite() {
                (self.sensed[i], self.gone[i]) = (*value, 0);
                continue;
            }
            self.gone[i] += 1;
            let held = match self.missing {
                Missing::Stop => 0,
                // Nothing can be held before there was a number.
                Missing::Hold { .. } if self.tick < self.gone[i] => 0,
                Missing::Hold { at_most } => at_most,
            };
            if self.gone[i] > held {
                return Err(self.no_number(i, *value));
            }
        }
        Ok(())
    }

    /// The error for sense `i`, which gave `value`.
    pub(crate) fn no_number(&self, i: usize, value: f64) -> Error {
        Error::Sensor {
            plant: self.plant.clone(),
            sense: self.sense_names[i].clone(),
            value,
            ticks: self.gone[i].max(1),
            time_s: self.tick as f64 * self.dt_s,
        }
    }

    /// Refuses what comes from outside in the wrong length or is not finite.
    pub(crate) fn check_inputs(&self, sensed: usize, reference: &[f64], cues: &[f64]) -> Result<(), Error> {
        let (senses, references) = (self.sensed.len(), self.reference_then.len());
        let length = |input: &'static str, count: usize, ok: bool, needed: &dyn Fn() -> String| match ok {
            true => Ok(()),
            false => Err(Error::Length { part: PART.into(), input: input.into(), count, needed: needed() }),
        };
        length("senses", sensed, sensed == senses, &|| format!("the plant has {senses} senses"))?;
        let n = reference.len();
        length("reference", n, n == references, &|| format!("the loop has {references} references"))?;
        let Inputs { cues: read, .. } = self.controller.inputs();
        let (n, name) = (cues.len(), self.controller.name());
        length("cues", n, n >= read, &|| format!("the controller `{name}` reads {read}"))?;
        for (input, values) in [("reference", reference), ("cue", cues)] {
            self.check_numbers(input, values)?;
        }
        Ok(())
    }

    pub(crate) fn check_numbers(&self, input: &str, values: &[f64]) -> Result<(), Error> {
        let names = (0..).map(|i: usize| format!("{input} {i}"));
        Error::finite("input of the loop", names, values, self.tick as f64 * self.dt_s)
    }

    /// Ends the trial with its cost, for controllers that learn from one number per movement.
    ///
    /// # Errors
    /// A controller that left the numbers.
    pub fn finish(&mut self, cost: f64) -> Result<(), Error> {
        self.controller.finish(cost)?;
        self.guard.finish(&mut self.controller)
    }

    /// Starts a trial: the controller forgets the movement and keeps what it learned.
    pub fn reset(&mut self) {
        // A trial that was not finished is judged all the same; what was put back fits, since it came from this controller.
        let judged = self.guard.finish(&mut self.controller);
        debug_assert!(judged.is_ok(), "{judged:?}");
        self.controller.reset();
        self.guard.begin(&self.controller);
        self.begin();
    }

    pub(crate) fn begin(&mut self) {
        self.tick = 0;
        self.gone.fill(0);
        self.command.fill(0.0);
    }

    /// Actions of the guard since the driver was made, in order, the first 100; empty while learning goes well.
    pub fn news(&self) -> &[News] {
        self.guard.news()
    }

    /// Senses given to the controller in the last tick. `[senses]`
    pub fn sensed(&self) -> &[f64] {
        &self.sensed
    }

    /// The last command. `[commands]`
    pub fn command(&self) -> &[f64] {
        &self.command
    }

    /// Ticks since the start of the trial.
    pub fn ticks(&self) -> u64 {
        self.tick
    }

    /// Duration of a tick, s.
    pub fn dt_s(&self) -> f64 {
        self.dt_s
    }

    /// Delays of all channels.
    pub fn delays(&self) -> Delays {
        self.delays
    }

    /// Number of leading senses that have a reference.
    pub fn references(&self) -> usize {
        self.reference_then.len()
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
