//! How far the neuron kernel is from what the machine can do: arithmetic and memory peaks, measured, beside the
//! kernel's own numbers. One thread. Run with `cargo bench -p lobule-circuit --bench roofline`.
//!
//! Operations are counted in the source: one for each multiplication, addition and comparison with a choice of the
//! membrane, its receptors and the threshold; exponentials and random draws are left out of the count and stay in
//! the time, so that the share of the peak is a lower bound.

use lobule_circuit::models::{Eglif, Poisson};
use lobule_circuit::{Circuit, Connect, Model, Population, Projection, Simulation};
use lobule_signal::Clock;
use multiversion::multiversion;
use std::hint::black_box;
use std::time::Instant;

const NEURONS: usize = 30_000;
const STEPS: u64 = 10;
/// Operations per neuron and step without receptors, and for each of them.
const MEMBRANE: f64 = 79.0;
const RECEPTOR: f64 = 24.0;

/// Multiplications and additions on registers only; the kernel does not contract them, so neither does this.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512bw+avx512vl", "x86_64+avx2", "x86_64+sse4.1"))]
fn arithmetic(rounds: usize, x: &mut [f32; 256]) {
    let mut y = *x;
    for _ in 0..rounds {
        for v in &mut y {
            *v = *v * 0.999_9 + 1e-5;
        }
    }
    *x = y;
}

/// `a = b + s c`.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512bw+avx512vl", "x86_64+avx2", "x86_64+sse4.1"))]
fn triad(a: &mut [f32], b: &[f32], c: &[f32]) {
    for ((a, b), c) in a.iter_mut().zip(b).zip(c) {
        *a = b + 3.0 * c;
    }
}

/// Shortest of several runs, s: the machine's own noise only ever adds.
fn best(mut run: impl FnMut()) -> f64 {
    (0..9)
        .map(|_| {
            let begin = Instant::now();
            run();
            begin.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min)
}

/// ns per neuron and step of granule cells with `receptors` addressed receptors.
fn kernel(receptors: usize, is_noisy: bool) -> f64 {
    let cell = Eglif { threshold_is_hard: !is_noisy, ..Eglif::default() };
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("granule_cell", NEURONS, Model::Eglif(cell)));
    circuit.add_population(Population::new("drive", 1, Model::Poisson(Poisson { rate_hz: 0.0 })));
    for r in 1..=receptors {
        let one = Connect::List(vec![(0, 0)].into());
        circuit.add_projection(Projection::new(format!("to_{r}"), "drive", "granule_cell", one).receptor(r));
    }
    let network = circuit.compile(Clock::new(0.1).expect("a step"), 1).expect("a circuit");
    let mut simulation = Simulation::new(network, 1).expect("one thread");
    simulation.run_ms(300.0).expect("a run");
    let s = best(|| (0..30).for_each(|_| simulation.advance().expect("a step")));
    s / (30 * STEPS) as f64 / NEURONS as f64 * 1e9
}

fn main() {
    let mut x = [1f32; 256];
    let rounds = 400_000;
    let peak = 2.0 * 256.0 * rounds as f64 / best(|| arithmetic(rounds, black_box(&mut x)));
    let n = 1 << 24;
    let (mut a, b, c) = (vec![0f32; n], vec![1f32; n], vec![2f32; n]);
    let bandwidth = 12.0 * n as f64 / best(|| triad(&mut a, black_box(&b), black_box(&c)));
    println!("arithmetic peak      {:8.1} GFLOP/s   mul and add of f32 on registers", peak * 1e-9);
    println!("memory bandwidth     {:8.1} GB/s      a = b + s c on 64 MB arrays", bandwidth * 1e-9);
    println!(
        "\n{:>9} {:>9} {:>12} {:>10} {:>9} {:>12} {:>10}",
        "receptors", "noise", "ns per step", "GFLOP/s", "of peak", "bytes/step", "of memory"
    );
    for receptors in 0..=4 {
        for is_noisy in [false, true] {
            let ns = kernel(receptors, is_noisy);
            let operations = MEMBRANE + RECEPTOR * receptors as f64;
            // State is read and written once an interval, input once a step inside the cache.
            let bytes = 2.0 * 4.0 * (4 + 2 * receptors) as f64 / STEPS as f64;
            println!(
                "{receptors:>9} {is_noisy:>9} {ns:>12.2} {:>10.1} {:>8.0}% {bytes:>12.1} {:>9.0}%",
                operations / ns,
                100.0 * operations / ns * 1e9 / peak,
                100.0 * bytes / ns * 1e9 / bandwidth
            );
        }
    }
}
