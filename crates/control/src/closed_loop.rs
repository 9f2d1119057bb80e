//! The closed loop of a controller and a plant, with exact delays.
//!
//! A tick: the plant senses → noise, silent sensors → sensory delay → the [`Driver`] advances the controller → motor delay → disturbance is added →
//! what exceeds a command's range is clamped, and counted → the plant holds the sum for the tick. Noise, ranges and
//! delays of single channels are those of the [`Signature`]. Everything that is not a finite number ends the tick with
//! an error that names where it came from.

use crate::delays::Lines;
use crate::dropout::Dropout;
use crate::{
    Controller, Delays, Driver, Error, Missing, News, Plant, Signature, Snapshot, StateReader, StateWriter,
    Status,
};
use lobule_signal::Stream;

/// External input of a tick.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Drive<'a> {
    /// Desired values of the first senses. `[references]`
    pub reference: &'a [f64],
    /// Added to the command at the plant; empty for none. `[commands]`
    pub disturbance: &'a [f64],
    /// Further input of the controller. `[cues]`
    pub cues: &'a [f64],
}

/// Noise of the senses: one draw for each noisy sense and tick.
#[derive(Debug, Clone)]
struct Noise {
    seed: u64,
    label: String,
    stream: Stream,
    /// Ticks since the loop was made, or seeded: every trial has noise of its own.
    tick: u64,
}

impl Noise {
    fn new(seed: u64, label: &str) -> Self {
        Self { seed, label: label.into(), stream: Stream::new(seed, label), tick: 0 }
    }
}

impl Snapshot for Noise {
    fn write_state(&self, to: &mut StateWriter) {
        to.put(&self.seed);
        to.put(&self.tick);
    }

    fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
        from.take("seed", &mut self.seed)?;
        self.stream = Stream::new(self.seed, &self.label);
        from.take("tick", &mut self.tick)
    }
}

/// A controller and a plant, joined. Both keep their types, so that what they hold can be read between ticks;
/// boxes of trait objects do as well.
///
/// # Example: a feedback law of your own on a joint
/// ```
/// use lobule_control::plant::Joint;
/// use lobule_control::{ClosedLoop, Controller, Drive, Error, Senses, snapshot};
///
/// struct Pd;
/// snapshot!(Pd {}); // nothing of it changes while it runs
/// impl Controller for Pd {
///     fn name(&self) -> &str { "pd" }
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
    driver: Driver<C>,
    signature: Signature,
    noise: Noise,
    dropouts: Vec<Dropout>,
    sensory: Lines,
    motor: Lines,
    /// True senses of this tick. `[senses]`
    senses: Vec<f64>,
    /// The same with noise; not a number where a sensor is silent. `[senses]`
    measured: Vec<f64>,
    /// The same, late. `[senses]`
    late: Vec<f64>,
    /// Command that acts on the plant. `[commands]`
    acting: Vec<f64>,
    /// Ticks of this trial in which a command was clamped. `[commands]`
    clamped: Vec<u64>,
}

crate::snapshot!([P: Plant, C: Controller] ClosedLoop<P, C> {
    noise, sensory, motor, senses, measured, late, acting, clamped, plant, driver,
});

impl<P: Plant, C: Controller> ClosedLoop<P, C> {
    /// A loop at the start of a trial, in ticks of `dt_s` seconds; `references` is the number of leading senses that
    /// are controlled, `delays` the sensory and the motor delay of all channels in ticks, to which a channel adds its own.
    ///
    /// # Errors
    /// As [`Driver::new`].
    pub fn new(
        plant: P,
        controller: C,
        references: usize,
        dt_s: f64,
        delays: impl Into<Delays>,
    ) -> Result<Self, Error> {
        let signature = plant.signature().clone();
        let driver = Driver::new(&signature, controller, references, dt_s, delays)?;
        plant.fits(dt_s)?;
        let (commands, senses) = (signature.commands.len(), signature.senses.len());
        let mut joined = Self {
            sensory: Lines::default(),
            motor: Lines::default(),
            senses: vec![0.0; senses],
            measured: vec![0.0; senses],
            late: vec![0.0; senses],
            acting: vec![0.0; commands],
            clamped: vec![0; commands],
            noise: Noise::new(0, "closed_loop/noise"),
            dropouts: Vec::new(),
            signature,
            plant,
            driver,
        };
        joined.lay_lines()?;
        joined.reset();
        Ok(joined)
    }

    /// The same loop with other ranges, noise or delays than the plant signs with; at the start of a trial.
    ///
    /// # Errors
    /// As [`ClosedLoop::new`], and when `change` adds, removes or renames a channel.
    ///
    /// # Example: a sensor that is noisy, and a motor with bounds
    /// ```
    /// use lobule_control::feedback::{Pid, PidGains, Reflex};
    /// use lobule_control::plant::Linear;
    /// use lobule_control::{ClosedLoop, Drive, Error};
    ///
    /// let law = Pid::new(PidGains { kp: 6.0, kd: 1.5, ki: 4.0, filter_s: 0.03 }, 0.01)?;
    /// let body = Linear::second_order(1.0, 2.0, 4.0)?;
    /// let mut arm = ClosedLoop::new(body, Reflex::new(law), 1, 0.01, [10, 5])?.signed(|channels| {
    ///     channels.senses[0].noise_sd = 0.01;
    ///     channels.commands[0].range = [-2.0, 2.0];
    /// })?;
    /// for _ in 0..100 {
    ///     arm.tick(&Drive { reference: &[1.0], ..Drive::default() })?;
    /// }
    /// assert!(arm.clamped()[0] > 0);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn signed(mut self, change: impl FnOnce(&mut Signature)) -> Result<Self, Error> {
        let before = self.signature.clone();
        change(&mut self.signature);
        let signature = &self.signature;
        signature.check()?;
        let is_same = signature.sense_names().eq(before.sense_names())
            && signature.command_names().eq(before.command_names());
        if !is_same {
            let what = "channels cannot be added, removed or renamed; change their ranges, noise and delays";
            return Err(Error::Description { part: signature.name.clone().into(), what: what.into() });
        }
        self.lay_lines()?;
        self.begin();
        Ok(self)
    }

    /// Lays the delay lines of the signature.
    fn lay_lines(&mut self) -> Result<(), Error> {
        let Signature { senses, commands, .. } = &self.signature;
        let (Delays { sensory, motor }, dt_s) = (self.driver.delays(), self.driver.dt_s());
        self.sensory = Lines::new(sensory, senses, dt_s)?;
        self.motor = Lines::new(motor, commands, dt_s)?;
        self.driver.lay_lines(&self.signature)
    }

    /// The same loop with a sensor that fails: see [`Dropout`]. Several add up.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a sense that the plant does not have.
    pub fn with_dropout(mut self, dropout: Dropout) -> Result<Self, Error> {
        self.dropouts.push(dropout.found_in(&self.signature)?);
        self.begin();
        Ok(self)
    }

    /// The same loop with a rule for sensors that give no number; without one the tick ends with an error.
    pub fn on_missing(mut self, missing: Missing) -> Self {
        self.driver.set_missing(missing);
        self
    }

    /// The same loop without a guard over learning: a learner that makes the error grow goes on. For studies of divergence.
    pub fn unguarded(mut self) -> Self {
        self.driver.set_unguarded();
        self
    }

    /// The same loop with noise from the stream `label` of `seed`; at the start of a trial.
    pub fn with_noise_of(mut self, seed: u64, label: &str) -> Self {
        self.noise = Noise::new(seed, label);
        self.begin();
        self
    }

    /// Starts a trial: the plant goes back to its start and has been there, without command, as long as the
    /// delays reach; the controller keeps what it learned.
    pub fn reset(&mut self) {
        self.restart(None);
    }

    /// The same, with everything that is drawn in the loop drawn from `seed` from now on: starts of the plant, noise.
    pub fn reset_to(&mut self, seed: u64) {
        self.noise = Noise::new(seed, &self.noise.label);
        self.restart(Some(seed));
    }

    fn restart(&mut self, seed: Option<u64>) {
        self.plant.reset(seed);
        self.driver.reset();
        self.begin();
    }

    fn begin(&mut self) {
        self.driver.begin();
        self.clamped.fill(0);
        self.measure();
        self.sensory.fill(&self.measured);
        self.motor.fill(self.driver.command());
    }

    /// Senses, and the noise on them.
    fn measure(&mut self) {
        self.plant.sense(&mut self.senses);
        self.measured.copy_from_slice(&self.senses);
        for (i, (y, channel)) in self.measured.iter_mut().zip(&self.signature.senses).enumerate() {
            if channel.noise_sd > 0.0 {
                *y += channel.noise_sd * self.noise.stream.normal(self.noise.tick, i as u32);
            }
        }
        for dropout in &self.dropouts {
            if dropout.is_silent(self.driver.ticks(), self.noise.tick) {
                self.measured[dropout.sense()] = f64::NAN;
            }
        }
    }

    /// Refuses a sense that is not finite, as the sensor's, unless the last value is to be held.
    fn check_senses(&self) -> Result<(), Error> {
        match self.senses.iter().position(|y| !y.is_finite()) {
            Some(i) if self.driver.missing() == Missing::Stop => {
                Err(self.driver.no_number(i, self.senses[i]))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a disturbance of the wrong length or that is not finite.
    fn check_disturbance(&self, disturbance: &[f64]) -> Result<(), Error> {
        let (count, commands) = (disturbance.len(), self.acting.len());
        if count != 0 && count != commands {
            let needed = format!("one for each of {commands} commands, or none");
            let (part, input) = ("closed loop".into(), "disturbance".into());
            return Err(Error::Length { part, input, count, needed });
        }
        self.driver.check_numbers("disturbance", disturbance)
    }

    /// Advances by a tick. The first reference of a trial has been the reference before it, too.
    ///
    /// # Errors
    /// [`Error::Length`] for a part of `drive` of the wrong length; [`Error::Sensor`] for a sensor that gives no number;
    /// [`Error::NonFinite`] naming what left the numbers: an input, the controller or the plant; what the controller reports.
    pub fn tick(&mut self, drive: &Drive) -> Result<(), Error> {
        self.driver.check_inputs(self.senses.len(), drive.reference, drive.cues)?;
        self.check_disturbance(drive.disturbance)?;
        self.measure();
        self.check_senses()?;
        self.late.copy_from_slice(&self.measured);
        self.sensory.exchange(&mut self.late);
        let command = self.driver.act(&self.late, drive.reference, drive.cues)?;
        self.acting.copy_from_slice(command);
        self.motor.exchange(&mut self.acting);
        self.acting.iter_mut().zip(drive.disturbance).for_each(|(u, d)| *u += d);
        for ((u, channel), count) in
            self.acting.iter_mut().zip(&self.signature.commands).zip(&mut self.clamped)
        {
            let [low, high] = channel.range;
            if *u < low || *u > high {
                *u = u.clamp(low, high);
                *count += 1;
            }
        }
        self.noise.tick += 1;
        self.plant.advance(&self.acting, self.driver.dt_s())?;
        self.measure();
        self.check_senses()
    }

    /// Ends the trial with its cost, for controllers that learn from one number per movement.
    ///
    /// # Errors
    /// A controller that left the numbers.
    pub fn finish(&mut self, cost: f64) -> Result<(), Error> {
        self.driver.finish(cost)
    }

    /// Actions of the guard over learning since the loop was made, in order, the first 100; empty while learning goes well.
    pub fn news(&self) -> &[News] {
        self.driver.news()
    }

    /// Senses of the plant after the last tick, without noise and delay. `[senses]`
    pub fn senses(&self) -> &[f64] {
        &self.senses
    }

    /// The same with the noise of the sensors. `[senses]`
    pub fn measured(&self) -> &[f64] {
        &self.measured
    }

    /// Senses given to the controller in the last tick. `[senses]`
    pub fn sensed(&self) -> &[f64] {
        self.driver.sensed()
    }

    /// The controller's last command, before the motor delay. `[commands]`
    pub fn command(&self) -> &[f64] {
        self.driver.command()
    }

    /// Input of the plant in the last tick: the delayed command plus the disturbance, within its range. `[commands]`
    pub fn acting(&self) -> &[f64] {
        &self.acting
    }

    /// Ticks of this trial in which each command was clamped to its range. `[commands]`
    pub fn clamped(&self) -> &[u64] {
        &self.clamped
    }

    /// Number of leading senses that have a reference.
    pub fn references(&self) -> usize {
        self.driver.references()
    }

    /// Ticks since the start of the trial.
    pub fn ticks(&self) -> u64 {
        self.driver.ticks()
    }

    /// Duration of a tick, s.
    pub fn dt_s(&self) -> f64 {
        self.driver.dt_s()
    }

    /// Time since the start of the trial, s.
    pub fn time_s(&self) -> f64 {
        self.driver.ticks() as f64 * self.driver.dt_s()
    }

    /// Status of the trial.
    pub fn status(&self) -> Status {
        self.plant.status()
    }

    /// Channels as the loop takes them: those of the plant, as changed by [`ClosedLoop::signed`].
    pub fn signature(&self) -> &Signature {
        &self.signature
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
        self.driver.controller()
    }

    /// The controller, to be changed between ticks.
    pub fn controller_mut(&mut self) -> &mut C {
        self.driver.controller_mut()
    }
}
