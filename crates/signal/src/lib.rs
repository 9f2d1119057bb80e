//! What passes between the rooms of lobule: the clock, random streams, spike
//! trains and traces. Nothing here knows what a neuron or a plant is.

mod clock;
mod record;
mod stream;

pub use clock::{Clock, ClockError};
pub use record::{SpikeTrain, Trace};
pub use stream::{GROUP, Stream, philox4x32};
