//! Classic tasks of cerebellar learning.

mod look;
pub mod pursuit;
mod response;
pub mod vor;
