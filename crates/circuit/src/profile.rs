//! Where the time of a simulation goes, for those who ask.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Wall time spent in each stage since the profile was started. The first three are summed over threads, the others are
/// those of the calling thread.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Profile([f64; 6]);

impl Profile {
    /// Name of each stage and its time, s: *deliver*, gathering what is due; *integrate*, advancing neurons, drawing
    /// included; *exchange*, sending spikes to other ranks and waiting for theirs, 0 in a single process; *learn*, changing
    /// weights; *propagate*, appending spikes to the histories; *record*, recording and looking for values that are no
    /// numbers.
    pub fn stages(&self) -> [(&'static str, f64); 6] {
        let names = ["deliver", "integrate", "exchange", "learn", "propagate", "record"];
        std::array::from_fn(|k| (names[k], self.0[k]))
    }
}

/// A stage, in the order of [`Profile::stages`].
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
    pub fn read(&self) -> Profile {
        Profile(self.0.each_ref().map(|ns| ns.load(Ordering::Relaxed) as f64 * 1e-9))
    }
}

/// Times the stages of one sequence of calls; does nothing when nobody asked.
pub(crate) struct Laps<'a>(Option<(&'a Stopwatch, Instant)>);

impl<'a> Laps<'a> {
    pub fn begin(watch: Option<&'a Stopwatch>) -> Self {
        Self(watch.map(|w| (w, Instant::now())))
    }

    /// Ends a stage: the time since the beginning or the last end counts for it.
    pub fn end(&mut self, stage: Stage) {
        if let Some((watch, begin)) = &mut self.0 {
            let now = Instant::now();
            let spent = now.duration_since(*begin).as_nanos() as u64;
            watch.0[stage as usize].fetch_add(spent, Ordering::Relaxed);
            *begin = now;
        }
    }
}
