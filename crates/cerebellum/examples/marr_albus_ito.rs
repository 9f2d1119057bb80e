//! Statistics and speed of the published circuit over a scripted walk of 50,000 control steps.
//!
//! Run with `cargo run --release -p lobule-cerebellum --example marr_albus_ito`.

use lobule_cerebellum::marr_albus_ito::{Circuit, CircuitParameters};
use std::time::Instant;

mod gait;

fn main() -> Result<(), lobule_control::Error> {
    let (steps, seed) = (50_000, std::env::args().nth(1).and_then(|seed| seed.parse().ok()).unwrap_or(1));
    let mut circuit = Circuit::new(&CircuitParameters::paper(), 12, 4, seed)?;
    let (mut gait, mut corrections) = (gait::Gait::new(), [0.0; 12]);
    let (mut sparseness, mut loss, mut size, mut mean) = (0.0, 0.0, 0.0, [0.0; 12]);
    println!("step  sparseness  b     theta  CF     corrections  mean      weight  spikes");
    let begin = Instant::now();
    for step in 1..=steps {
        let sensors = gait.next();
        let upright = sensors.upright;
        let update = circuit.update(&sensors)?;
        circuit.corrections(upright, &mut corrections)?;
        sparseness += update.granule_sparseness;
        loss += update.loss;
        size += update.correction_magnitude;
        mean.iter_mut().zip(corrections).for_each(|(sum, correction)| *sum += correction);
        let window = match step {
            500 => 500.0,
            2000 => 1500.0,
            step if step % 10_000 == 0 => 10_000.0 - if step == 10_000 { 2000.0 } else { 0.0 },
            _ => continue,
        };
        let [theta, b] = circuit.granule_threshold();
        let bias = mean.iter().map(|sum: &f64| (sum / window).abs()).sum::<f64>() / 12.0;
        println!(
            "{step:6}  {:.3}  {b:.3}  {theta:.3}  {:.3}  {:.4}  {bias:.5}  {:.3}  {:?}",
            sparseness / window,
            loss / window,
            size / window,
            circuit.weight_mean(),
            circuit.spikes()
        );
        (sparseness, loss, size, mean) = (0.0, 0.0, 0.0, [0.0; 12]);
    }
    let seconds = begin.elapsed().as_secs_f64();
    println!("{:.3} ms per control step", 1000.0 * seconds / steps as f64);
    let histogram = circuit.weight_histogram(100);
    let share = |n: u64| 100.0 * n as f64 / circuit.weights().len() as f64;
    println!("weights below 0.02: {:.1} %, above 1.98: {:.1} %", share(histogram[0]), share(histogram[99]));
    let apical = circuit.apical_potentials();
    let ends = apical.iter().fold([f64::MAX, 0.0_f64], |[a, b], x| [a.min(*x), b.max(*x)]);
    println!("apical potentials {:.1} to {:.1}; rates {:.3?}", ends[0], ends[1], circuit.purkinje_rates());
    Ok(())
}
