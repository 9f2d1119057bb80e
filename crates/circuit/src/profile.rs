//! Where the time of a simulation goes, for those who ask.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Wall time spent in each stage since the profile was started, s. The first three are summed over
/// threads, the others are those of the calling thread.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Profile {
    /// Gathering what is due.
    pub deliver_s: f64,
    /// Advancing neurons, drawing included.
    pub integrate_s: f64,
    /// Sending spikes to other ranks and waiting for theirs; 0 in a single process.
    pub exchange_s: f64,
    /// Changing weights.
    pub learn_s: f64,
    /// Appending spikes to the histories.
    pub propagate_s: f64,
    /// Recording and looking for values that are no numbers.
    pub record_s: f64,
}

impl Profile {
    /// Name of each stage and its time, s.
    pub fn stages(&self) -> [(&'static str, f64); 6] {
        [
            ("deliver", self.deliver_s),
            ("integrate", self.integrate_s),
            ("exchange", self.exchange_s),
            ("learn", self.learn_s),
            ("propagate", self.propagate_s),
            ("record", self.record_s),
        ]
    }
}

/// A stage, in the order of [`Profile`].
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stage {
    Deliver,
    Integrate,
    Exchange,
    Learn,
    Propagate,
    Record,
}

/// Nanoseconds by stage; many threads may add.
#[derive(Debug, Default)]
pub(crate) struct Stopwatch([AtomicU64; 6]);

impl Stopwatch {
    /// Adds the time since `begin` to a stage; gives the time now.
    pub fn lap(&self, stage: Stage, begin: Instant) -> Instant {
        let now = Instant::now();
        let spent = now.duration_since(begin).as_nanos() as u64;
        self.0[stage as usize].fetch_add(spent, Ordering::Relaxed);
        now
    }

    /// The sums so far.
    pub fn read(&self) -> Profile {
        let seconds = |stage: Stage| self.0[stage as usize].load(Ordering::Relaxed) as f64 * 1e-9;
        Profile {
            deliver_s: seconds(Stage::Deliver),
            integrate_s: seconds(Stage::Integrate),
            exchange_s: seconds(Stage::Exchange),
            learn_s: seconds(Stage::Learn),
            propagate_s: seconds(Stage::Propagate),
            record_s: seconds(Stage::Record),
        }
    }
}

/// Times the stages of one sequence of calls; does nothing when nobody asked.
pub(crate) struct Laps<'a>(Option<(&'a Stopwatch, Instant)>);

impl<'a> Laps<'a> {
    pub fn begin(watch: Option<&'a Stopwatch>) -> Self {
        Self(watch.map(|w| (w, Instant::now())))
    }

    /// What was done since the beginning or the last end was this stage.
    pub fn end(&mut self, stage: Stage) {
        if let Some((watch, begin)) = &mut self.0 {
            *begin = watch.lap(stage, *begin);
        }
    }
}
