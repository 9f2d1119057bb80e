//! Walking: the senses of a body with legs.

mod body;

pub use body::{Body, Leg, View};
