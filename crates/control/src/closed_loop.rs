//! The closed loop of a controller and a plant, with exact delays.
//!
//! A tick: the plant senses → noise → sensory delay → the controller advances → motor delay → disturbance is added →
//! what exceeds a command's range is clamped, and counted → the plant holds the sum for the tick. Noise, ranges and
//! delays of single channels are those of the [`Signature`]. Everything that is not a finite number ends the tick with
//! an error that names where it came from.

use crate::{
    Channel, Controller, DelayLine, Error, Name, Plant, Senses, Signature, Snapshot, StateReader,
    StateWriter, Status,
};
use lobule_signal::{Ranges, Stream};

const PART: &str = "closed loop";
/// Longest delay, ticks.
const LONGEST: usize = 1_000_000;

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

/// Delay lines of all channels together, and of those that are later than the others.
#[derive(Debug, Clone, Default)]
struct Delays {
    together: DelayLine,
    later: Vec<(usize, DelayLine)>,
}

impl Delays {
    /// `ticks` for all `channels`, to which each adds its own.
    fn new(ticks: usize, channels: &[Channel], dt_s: f64) -> Result<Self, Error> {
        let own = channels.iter().map(|channel| whole_ticks(channel, dt_s)).collect::<Result<Vec<_>, _>>()?;
        let later = own.into_iter().enumerate().filter(|(_, own)| *own > 0);
        let later = later.map(|(i, own)| (i, DelayLine::new(own, 1))).collect();
        Ok(Self { together: DelayLine::new(ticks, channels.len()), later })
    }

    fn fill(&mut self, sample: &[f64]) {
        self.together.fill(sample);
        self.later.iter_mut().for_each(|(i, line)| line.fill(&sample[*i..=*i]));
    }

    fn exchange(&mut self, sample: &mut [f64]) {
        self.together.exchange(sample);
        self.later.iter_mut().for_each(|(i, line)| line.exchange(&mut sample[*i..=*i]));
    }
}

impl Snapshot for Delays {
    fn write_state(&self, to: &mut StateWriter) {
        to.put(&self.together);
        self.later.iter().for_each(|(_, line)| to.put(line));
    }

    fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
        self.together.read_state(from)?;
        self.later.iter_mut().try_for_each(|(_, line)| line.read_state(from))
    }
}

/// A channel's own delay in ticks.
fn whole_ticks(channel: &Channel, dt_s: f64) -> Result<usize, Error> {
    let ticks = channel.delay_s / dt_s;
    let nearest = ticks.round();
    let delay = || format!("delay_s of `{}`", channel.name);
    let allowed = format!("at most {LONGEST} ticks of {dt_s} s");
    let ranges = Ranges::of(PART);
    ranges.require(nearest <= LONGEST as f64, delay(), channel.delay_s, allowed)?;
    let allowed = format!("a whole number of ticks of {dt_s} s; the nearest is {} s", nearest * dt_s);
    ranges.require((ticks - nearest).abs() < 1e-6, delay(), channel.delay_s, allowed)?;
    Ok(nearest as usize)
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
    controller: C,
    signature: Signature,
    dt_s: f64,
    /// Sensory and motor delay of all channels, ticks.
    delays: [usize; 2],
    tick: u64,
    noise: Noise,
    sensory: Delays,
    references: Delays,
    motor: Delays,
    /// True senses of this tick. `[senses]`
    senses: Vec<f64>,
    /// The same with noise. `[senses]`
    measured: Vec<f64>,
    sensed: Vec<f64>,
    reference_then: Vec<f64>,
    command: Vec<f64>,
    /// Command that acts on the plant. `[commands]`
    acting: Vec<f64>,
    /// Ticks of this trial in which a command was clamped. `[commands]`
    clamped: Vec<u64>,
}

crate::snapshot!([P: Plant, C: Controller] ClosedLoop<P, C> {
    tick, noise, sensory, references, motor, senses, measured, sensed, reference_then, command, acting, clamped, plant,
    controller,
});

impl<P: Plant, C: Controller> ClosedLoop<P, C> {
    /// A loop at the start of a trial, in ticks of `dt_s` seconds; `references` is the number of leading senses that
    /// are controlled, `delays` the sensory and the motor delay of all channels in ticks, to which a channel adds its own.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the tick is not positive, the plant takes another number of commands than the
    /// controller gives, there are more references than senses, the controller reads more of either, or a delay is no whole
    /// number of ticks; what [`Signature::check`] refuses.
    pub fn new(
        plant: P,
        controller: C,
        references: usize,
        dt_s: f64,
        delays: [usize; 2],
    ) -> Result<Self, Error> {
        let signature = plant.signature().clone();
        signature.check()?;
        let (commands, senses) = (signature.commands.len(), signature.senses.len());
        let ranges = Ranges::of(PART);
        ranges.require(dt_s > 0.0, "dt_s", dt_s, "a tick lasts more than 0 s")?;
        let given = controller.commands();
        let allowed = format!("the plant `{}` takes {commands}", signature.name);
        ranges.require(given == commands, "commands of the controller", given as f64, allowed)?;
        let allowed = format!("the plant `{}` has {senses} senses", signature.name);
        ranges.require(references <= senses, "references", references as f64, allowed.clone())?;
        let reads = controller.inputs();
        let read = |what: &str| format!("{what} read by the controller `{}`", controller.name());
        ranges.require(reads.senses <= senses, read("senses"), reads.senses as f64, allowed)?;
        let (fits, allowed) = (reads.references <= references, format!("the loop has {references}"));
        ranges.require(fits, read("references"), reads.references as f64, allowed)?;
        let delay = delays.map(|ticks| ticks as f64);
        let named = ["sensory delay", "motor delay"].into_iter().zip(delay);
        ranges.each(named, |ticks| ticks <= LONGEST as f64, "at most 1000000 ticks")?;
        let mut joined = Self {
            sensory: Delays::default(),
            references: Delays::default(),
            motor: Delays::default(),
            senses: vec![0.0; senses],
            measured: vec![0.0; senses],
            sensed: vec![0.0; senses],
            reference_then: vec![0.0; references],
            command: vec![0.0; commands],
            acting: vec![0.0; commands],
            clamped: vec![0; commands],
            noise: Noise::new(0, "closed_loop/noise"),
            signature,
            plant,
            controller,
            dt_s,
            delays,
            tick: 0,
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
        let (Signature { senses, commands, .. }, [sensory, motor]) = (&self.signature, self.delays);
        let controlled = &senses[..self.reference_then.len()];
        self.sensory = Delays::new(sensory, senses, self.dt_s)?;
        self.references = Delays::new(sensory, controlled, self.dt_s)?;
        self.motor = Delays::new(motor, commands, self.dt_s)?;
        Ok(())
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
        self.controller.reset();
        self.begin();
    }

    fn begin(&mut self) {
        self.tick = 0;
        self.clamped.fill(0);
        self.measure();
        self.sensory.fill(&self.measured);
        self.command.fill(0.0);
        self.motor.fill(&self.command);
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
    }

    /// Refuses a sense that is not finite, as the sensor's.
    fn check_senses(&self) -> Result<(), Error> {
        let sensor = format_args!("sensor of the plant `{}`", self.signature.name);
        Error::finite(sensor, self.signature.sense_names(), &self.senses, self.time_s())
    }

    /// Refuses what comes from outside in the wrong length or is not finite.
    fn check_drive(&self, drive: &Drive) -> Result<(), Error> {
        let (references, commands) = (self.reference_then.len(), self.command.len());
        let length = |input: &'static str, count: usize, ok: bool, needed: &dyn Fn() -> String| match ok {
            true => Ok(()),
            false => Err(Error::Length { part: PART.into(), input: input.into(), count, needed: needed() }),
        };
        let n = drive.reference.len();
        length("reference", n, n == references, &|| format!("the loop has {references} references"))?;
        let (n, needed) =
            (drive.disturbance.len(), || format!("one for each of {commands} commands, or none"));
        length("disturbance", n, n == 0 || n == commands, &needed)?;
        let (n, read, name) = (drive.cues.len(), self.controller.inputs().cues, self.controller.name());
        length("cues", n, n >= read, &|| format!("the controller `{name}` reads {read}"))?;
        for (input, values) in
            [("reference", drive.reference), ("disturbance", drive.disturbance), ("cue", drive.cues)]
        {
            let names = (0..).map(|i: usize| format!("{input} {i}"));
            Error::finite("input of the loop", names, values, self.time_s())?;
        }
        Ok(())
    }

    /// Advances by a tick. The first reference of a trial has been the reference before it, too.
    ///
    /// # Errors
    /// [`Error::Length`] for a part of `drive` of the wrong length; [`Error::NonFinite`] naming what left the numbers: an
    /// input, a sensor, the controller or the plant; what the controller reports.
    pub fn tick(&mut self, drive: &Drive) -> Result<(), Error> {
        self.check_drive(drive)?;
        if self.tick == 0 {
            self.references.fill(drive.reference);
        }
        self.measure();
        self.check_senses()?;
        self.sensed.copy_from_slice(&self.measured);
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
        let advanced = self.controller.advance(&senses, &mut self.command);
        advanced.map_err(|error| error.at(self.time_s()))?;
        if let Some(i) = self.command.iter().position(|u| u.is_nan()) {
            return Err(Error::NonFinite {
                part: Name::Owned(self.controller.name().into()),
                variable: format!("command `{}`", self.signature.commands[i].name).into(),
                value: self.command[i],
                time_s: self.time_s(),
            });
        }
        self.acting.copy_from_slice(&self.command);
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
        self.plant.advance(&self.acting, self.dt_s)?;
        self.tick += 1;
        self.measure();
        self.check_senses()
    }

    /// Ends the trial with its cost, for controllers that learn from one number per movement.
    ///
    /// # Errors
    /// A controller that left the numbers.
    pub fn finish(&mut self, cost: f64) -> Result<(), Error> {
        self.controller.finish(cost)
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
        &self.sensed
    }

    /// The controller's last command, before the motor delay. `[commands]`
    pub fn command(&self) -> &[f64] {
        &self.command
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
        self.reference_then.len()
    }

    /// Ticks since the start of the trial.
    pub fn ticks(&self) -> u64 {
        self.tick
    }

    /// Time since the start of the trial, s.
    pub fn time_s(&self) -> f64 {
        self.tick as f64 * self.dt_s
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
        &self.controller
    }

    /// The controller, to be changed between ticks.
    pub fn controller_mut(&mut self) -> &mut C {
        &mut self.controller
    }
}
