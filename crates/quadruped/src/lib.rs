//! Experiments on legs: cerebella on a quadruped in MuJoCo (`quadruped/*`), in a catalogue of their own.
#![forbid(unsafe_code)]

pub mod bout;
pub mod robot;
