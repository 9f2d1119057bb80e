//! Runs the network of Table 2 under SGDEGE and prints wall time and errors, for
//! `validation/sgdege/speed.py`.
//!
//! Usage: `network_speed [presentations] [seed]`.

use lobule_theory::learner::Learner;
use lobule_theory::network::{NetworkParameters, PerturbationNetwork};
use lobule_theory::rules::{Sgdege, SgdegeParameters};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let presentations: u64 = arguments.next().map_or(Ok(120_000), |a| a.parse())?;
    let seed: u64 = arguments.next().map_or(Ok(1), |a| a.parse())?;

    let start = Instant::now();
    let network = PerturbationNetwork::new(&NetworkParameters::default(), seed)?;
    let rule = Sgdege::new(&network, &SgdegeParameters::default(), seed)?;
    let mut learner = Learner::new(network, Box::new(rule));
    let build_s = start.elapsed().as_secs_f64();

    let start = Instant::now();
    let (mut first, mut last) = (0.0, 0.0);
    // The last twelfth of the run, as the paper's trials 55,000 to 60,000.
    let tail = presentations - presentations / 12;
    for trial in 0..presentations {
        let error = learner.step()?.error;
        if trial < 2 {
            first += error / 2.0;
        }
        if trial >= tail {
            last += error / (presentations - tail) as f64;
        }
    }
    let run_s = start.elapsed().as_secs_f64();
    let drift = learner.network().drives().largest_difference(&learner.network().drives_from_weights());
    println!(
        "{{\"presentations\": {presentations}, \"build_s\": {build_s:.3}, \"run_s\": {run_s:.3}, \
         \"error_first_hz\": {first:.3}, \"error_last_hz\": {last:.3}, \"drift_hz\": {drift:.2e}}}"
    );
    Ok(())
}
