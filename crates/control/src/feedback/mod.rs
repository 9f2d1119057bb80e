//! Feedback laws: controllers that answer an error and learn nothing.

mod pid;

pub use pid::{Pid, PidGains, Reflex};
