//! Values that pass between the rooms of lobule: the clock, random streams, spike trains, traces, progress, range
//! checks and the contract of errors. Nothing here knows of neurons or plants.

#![forbid(unsafe_code)]
mod clock;
mod error;
mod fingerprint;
mod parameter;
mod progress;
mod record;
mod stream;

pub use clock::{Clock, ClockError};
pub use error::{Reach, RoomError};
pub use fingerprint::{Fingerprint, fingerprint};
pub use parameter::{Parameter, Range, Ranges};
pub use progress::{Progress, Quiet};
pub use record::{SpikeTrain, Trace};
pub use stream::{GROUP, Stream, philox4x32};
