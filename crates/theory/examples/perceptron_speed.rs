//! Times perturbation learning of a perceptron: `perceptron_speed <patterns> <epochs>`.
//! Prints microseconds per presentation and the error at the end.

use lobule_theory::perceptron::{Patterns, PerceptronParameters, SgdegePerceptron, Start, Steps};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: u32| arguments.next().map_or(Ok(default), |a| a.parse());
    let (count, epochs) = (number(400)?, number(1000)?);
    let parameters = PerceptronParameters::default();
    let patterns = Patterns::draw(&parameters, count, 1)?;
    let mut cell = SgdegePerceptron::new(parameters, Steps::default(), patterns, Start::Uniform, 1)?;
    let begin = Instant::now();
    let mut error_hz = 0.0;
    for _ in 0..epochs {
        error_hz = cell.epoch()?.error_hz;
    }
    let wall_s = begin.elapsed().as_secs_f64();
    let each_us = wall_s / f64::from(count) / f64::from(epochs) * 1e6;
    println!(
        "{count} patterns, {epochs} epochs: {wall_s:.3} s, {each_us:.4} us each, error {error_hz:.3} Hz"
    );
    Ok(())
}
