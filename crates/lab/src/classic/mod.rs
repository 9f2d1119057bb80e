//! Classic tasks of cerebellar learning.

mod look;
//pub mod pursuit;
pub mod vor;
