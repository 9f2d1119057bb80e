//! Sensors that fail, to test a loop whose values do not come.

use crate::{Error, Signature};
use lobule_signal::{Ranges, Stream};

/// A sense that gives no number for some ticks. The plant is not affected: [`crate::ClosedLoop::senses`] stays true.
///
/// # Example: an encoder that is silent for 20 ms in each movement
/// ```
/// use lobule_control::feedback::{Pid, PidGains, Reflex};
/// use lobule_control::plant::Linear;
/// use lobule_control::{ClosedLoop, Drive, Dropout, Error, Missing};
///
/// let law = Pid::new(PidGains { kp: 6.0, kd: 1.5, ki: 4.0, filter_s: 0.03 }, 0.01)?;
/// let make = || ClosedLoop::new(Linear::second_order(1.0, 2.0, 4.0)?, Reflex::new(law.clone()), 1, 0.01, [10, 5])?
///     .with_dropout(Dropout::between("position", 50..52)?);
/// let drive = Drive { reference: &[1.0], ..Drive::default() };
/// let mut strict = make()?;
/// let error = (0..100).find_map(|_| strict.tick(&drive).err()).unwrap();
/// assert!(error.to_string().contains("sensor `position` of the plant"));
/// let mut patient = make()?.on_missing(Missing::Hold { at_most: 5 });
/// assert!((0..100).all(|_| patient.tick(&drive).is_ok()));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Dropout {
    name: String,
    sense: usize,
    when: When,
}

#[derive(Debug, Clone)]
enum When {
    /// Ticks of each trial.
    Between(std::ops::Range<u64>),
    /// Outages of so many ticks, which begin in a tick with this chance.
    Drawn { chance: f64, ticks: u64, stream: Stream },
}

impl Dropout {
    /// An outage of `sense` in these ticks of each trial.
    ///
    /// # Errors
    /// [`Error::Parameter`] for no tick.
    pub fn between(sense: impl Into<String>, ticks: std::ops::Range<u64>) -> Result<Self, Error> {
        let (count, allowed) = (ticks.end.saturating_sub(ticks.start), "an end after the start");
        Ranges::of("dropout").require(count > 0, "ticks", count as f64, allowed)?;
        Ok(Self { name: sense.into(), sense: 0, when: When::Between(ticks) })
    }

    /// Outages of `ticks` ticks, which begin in a tick with this chance: drawn from the stream `closed_loop/dropout` of `seed`.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a chance outside 0 to 1, or outages of 0 or more than 10000 ticks.
    pub fn drawn(sense: impl Into<String>, chance: f64, ticks: u64, seed: u64) -> Result<Self, Error> {
        let ranges = Ranges::of("dropout");
        ranges.probability("chance", chance)?;
        ranges.require((1..=10_000).contains(&ticks), "ticks", ticks as f64, "1 to 10000")?;
        let name = sense.into();
        let stream = Stream::new(seed, &format!("closed_loop/dropout/{name}"));
        Ok(Self { name, sense: 0, when: When::Drawn { chance, ticks, stream } })
    }

    /// Finds the sense.
    pub(crate) fn found_in(mut self, signature: &Signature) -> Result<Self, Error> {
        let found = signature.sense_names().position(|name| name == self.name);
        let unknown = || Error::unknown("sense", &self.name, signature.sense_names());
        self.sense = found.ok_or_else(unknown)?;
        Ok(self)
    }

    /// Index of the sense.
    pub(crate) fn sense(&self) -> usize {
        self.sense
    }

    /// True if it is silent in `tick` of the trial, the `all`-th of the loop.
    pub(crate) fn is_silent(&self, tick: u64, all: u64) -> bool {
        match &self.when {
            When::Between(ticks) => ticks.contains(&tick),
            When::Drawn { chance, ticks, stream } => {
                let begins = |n: u64| stream.uniform(n, 0) < *chance;
                (all.saturating_sub(ticks - 1)..=all).any(begins)
            }
        }
    }
}
