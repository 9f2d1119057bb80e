//! What passes between the rooms of lobule: the clock, random streams, spike
//! trains, traces, progress, and the contract of errors. Nothing here knows what a neuron or a plant is.

mod clock;
mod error;
mod fingerprint;
mod progress;
mod record;
mod stream;

pub use clock::{Clock, ClockError};
pub use error::{Reach, RoomError};
pub use fingerprint::{Fingerprint, fingerprint};
pub use progress::{Progress, Quiet};
pub use record::{SpikeTrain, Trace};
pub use stream::{GROUP, Stream, philox4x32};
