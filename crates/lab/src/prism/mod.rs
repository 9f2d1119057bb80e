//! Closed-loop prism adaptation on a spiking cerebellum.

pub mod results;
