//! The Marr-Albus-Ito circuit.

pub mod graded;
