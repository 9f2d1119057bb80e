//! Delays of a loop, stated once, and the lines that keep them.

use crate::{Channel, DelayLine, Error, Snapshot, StateReader, StateWriter};
use lobule_signal::Ranges;

const PART: &str = "closed loop";
/// Longest delay, ticks.
pub(crate) const LONGEST: usize = 1_000_000;

/// Sensory and motor delay of a loop, ticks. Two numbers in brackets do as well: `[10, 5]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delays {
    /// Age of what is sensed when the controller is given it.
    pub sensory: usize,
    /// Time from a command to its effect on the plant.
    pub motor: usize,
}

impl Delays {
    /// No delay.
    pub const NONE: Self = Self { sensory: 0, motor: 0 };

    /// Delays of so many seconds in ticks of `dt_s`.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a tick that is not positive, and for a delay that is negative, no whole number of ticks, or longer than
    /// a million of them.
    ///
    /// # Example
    /// ```
    /// use lobule_control::Delays;
    /// assert_eq!(Delays::seconds(0.06, 0.0, 0.005)?, Delays { sensory: 12, motor: 0 });
    /// assert!(Delays::seconds(0.06, 0.0, 0.007).is_err());
    /// # Ok::<(), lobule_control::Error>(())
    /// ```
    pub fn seconds(sensory_s: f64, motor_s: f64, dt_s: f64) -> Result<Self, Error> {
        Ranges::of(PART).require(dt_s > 0.0, "dt_s", dt_s, "a tick lasts more than 0 s")?;
        let sensory = whole_ticks("sensory delay", sensory_s, dt_s)?;
        Ok(Self { sensory, motor: whole_ticks("motor delay", motor_s, dt_s)? })
    }

    /// Both together.
    pub fn total(self) -> usize {
        self.sensory.saturating_add(self.motor)
    }

    /// Checks that both are possible.
    pub(crate) fn check(self) -> Result<(), Error> {
        let named = [("sensory delay", self.sensory as f64), ("motor delay", self.motor as f64)];
        Ok(Ranges::of(PART).each(named, |ticks| ticks <= LONGEST as f64, "at most 1000000 ticks")?)
    }
}

impl From<[usize; 2]> for Delays {
    fn from([sensory, motor]: [usize; 2]) -> Self {
        Self { sensory, motor }
    }
}

impl From<Delays> for [usize; 2] {
    fn from(delays: Delays) -> Self {
        [delays.sensory, delays.motor]
    }
}

/// Refuses a part of a controller that is made for another tick than the loop's.
///
/// # Errors
/// [`Error::Parameter`] naming the part and both ticks.
pub fn same_tick(part: &str, own_s: f64, dt_s: f64) -> Result<(), Error> {
    let same = (own_s - dt_s).abs() <= 1e-9 * dt_s;
    let allowed = format!("the loop advances in ticks of {dt_s} s; make all its parts with that tick");
    Ok(Ranges::of(part.to_string()).require(same, "dt_s", own_s, allowed)?)
}

/// Refuses a controller that was told of other delays than the loop has.
///
/// # Errors
/// [`Error::Parameter`] naming the part, the delay and both values.
pub fn same_delay(part: &str, which: &'static str, own: usize, ticks: usize) -> Result<(), Error> {
    let allowed = format!("that of the loop is {ticks} ticks; state it once and give it to both");
    Ok(Ranges::of(part.to_string()).require(own == ticks, which, own as f64, allowed)?)
}

/// A delay in ticks.
fn whole_ticks(name: &str, delay_s: f64, dt_s: f64) -> Result<usize, Error> {
    let (ranges, nearest) = (Ranges::of(PART), (delay_s / dt_s).round());
    ranges.require(delay_s >= 0.0, name.to_string(), delay_s, "at least 0 s")?;
    let allowed = format!("at most {LONGEST} ticks of {dt_s} s");
    ranges.require(nearest <= LONGEST as f64, name.to_string(), delay_s, allowed)?;
    let allowed = format!("a whole number of ticks of {dt_s} s; the nearest is {} s", nearest * dt_s);
    ranges.require((delay_s / dt_s - nearest).abs() < 1e-6, name.to_string(), delay_s, allowed)?;
    Ok(nearest as usize)
}

/// Delay lines of all channels together, and of those that are later than the others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lines {
    together: DelayLine,
    later: Vec<(usize, DelayLine)>,
}

impl Lines {
    /// `ticks` for all `channels`, to which each adds its own.
    pub(crate) fn new(ticks: usize, channels: &[Channel], dt_s: f64) -> Result<Self, Error> {
        let own =
            |channel: &Channel| whole_ticks(&format!("delay_s of `{}`", channel.name), channel.delay_s, dt_s);
        let own = channels.iter().map(own).collect::<Result<Vec<_>, _>>()?;
        let later = own.into_iter().enumerate().filter(|(_, own)| *own > 0);
        let later = later.map(|(i, own)| Ok((i, DelayLine::new(own, 1)?))).collect::<Result<_, Error>>()?;
        Ok(Self { together: DelayLine::new(ticks, channels.len())?, later })
    }

    pub(crate) fn fill(&mut self, sample: &[f64]) {
        self.together.flood(sample);
        self.later.iter_mut().for_each(|(i, line)| line.flood(&sample[*i..=*i]));
    }

    pub(crate) fn exchange(&mut self, sample: &mut [f64]) {
        self.together.pass(sample);
        self.later.iter_mut().for_each(|(i, line)| line.pass(&mut sample[*i..=*i]));
    }
}

impl Snapshot for Lines {
    fn write_state(&self, to: &mut StateWriter) {
        to.put(&self.together);
        self.later.iter().for_each(|(_, line)| to.put(line));
    }

    fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
        self.together.read_state(from)?;
        self.later.iter_mut().try_for_each(|(_, line)| line.read_state(from))
    }
}
