//! Forward models at work: what prediction adds to a control loop that is late, and what it does not add.

pub mod anticipation;
pub mod cartpole;
