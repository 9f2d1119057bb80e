//! Learning by perturbations: the experiments of Bouvier et al. 2018, eLife
//! 7:e31599, doi:10.7554/eLife.31599, and what follows from them.

pub mod pointing;
