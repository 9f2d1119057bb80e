//! Forward models at work: what prediction adds to a control loop that is late, and what it does not add.

mod anticipation;
mod cartpole;

pub use anticipation::AnticipationStudy;
pub use cartpole::CartPoleStudy;
