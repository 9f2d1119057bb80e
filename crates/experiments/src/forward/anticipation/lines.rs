//! Lines that mix noisy oscillators, each with a lag of its own, and their prediction by an anticipator.
//!
//! Oscillator: `z(t + dt) = exp(-dt/τ + 2πi f dt) z(t) + noise`, its real part of variance 1. Line i: a random mixture of all
//! of them, `lag_i` ago, plus noise.

use super::LinesConfig;
use super::record::{LineResult, LinesRun};
use lobule_analysis::mean;
use lobule_control::forward::{Anticipator, AnticipatorParameters};
use lobule_signal::Stream;
use lobule_study::Error;
use std::f64::consts::TAU;

/// The lines of a seed. `[ticks][lines]`, and the lag of each in ticks.
fn signals(config: &LinesConfig, seed: u64, ticks: usize) -> (Vec<Vec<f64>>, Vec<usize>) {
    let dt = config.tick_ms as f64 * 1e-3;
    let draw = Stream::new(seed, "anticipation/lines");
    let (noise, sensor) =
        (Stream::new(seed, "anticipation/oscillators"), Stream::new(seed, "anticipation/noise"));
    let (n, oscillators) = (config.lines, config.oscillators);
    let longest = config.longest_lag_ms / config.tick_ms;
    let lag: Vec<usize> = (0..n).map(|i| draw.below(0, i as u32, longest as u32 + 1) as usize).collect();
    let size = 1.0 / (oscillators as f64).sqrt();
    let mix: Vec<f64> = (0..n * oscillators).map(|i| size * draw.normal(1, i as u32)).collect();
    let [low, high] = config.frequency_hz;
    let decay = libm::exp(-dt / config.coherence_s);
    let push = (1.0 - decay * decay).sqrt();
    let turn: Vec<(f64, f64)> = (0..oscillators)
        .map(|k| {
            let angle = TAU * dt * (low + (high - low) * draw.uniform(2, k as u32));
            (libm::cos(angle), libm::sin(angle))
        })
        .collect();
    let mut z: Vec<(f64, f64)> =
        (0..oscillators as u32).map(|k| (draw.normal(3, 2 * k), draw.normal(3, 2 * k + 1))).collect();
    let mut held: Vec<Vec<f64>> = Vec::with_capacity(longest + ticks);
    for t in 0..longest + ticks {
        for (k, ((x, y), (cos, sin))) in z.iter_mut().zip(&turn).enumerate() {
            let at = 2 * k as u32;
            (*x, *y) = (
                decay * (cos * *x - sin * *y) + push * noise.normal(t as u64, at),
                decay * (sin * *x + cos * *y) + push * noise.normal(t as u64, at + 1),
            );
        }
        held.push(z.iter().map(|z| z.0).collect());
    }
    let line = |t: usize, i: usize| {
        let then = &held[t + longest - lag[i]];
        let pure: f64 = mix[i * oscillators..][..oscillators].iter().zip(then).map(|(m, x)| m * x).sum();
        pure + config.noise * sensor.normal(t as u64, i as u32)
    };
    ((0..ticks).map(|t| (0..n).map(|i| line(t, i)).collect()).collect(), lag)
}

pub fn run(config: &LinesConfig, lead_ms: usize, seed: u64) -> Result<LinesRun, Error> {
    let (n, lead) = (config.lines, lead_ms / config.tick_ms);
    let ticks = config.duration_s * 1000 / config.tick_ms;
    let (signals, lag) = signals(config, seed, ticks);
    let taps: Vec<usize> = config.taps_ms.iter().map(|ms| ms / config.tick_ms).collect();
    let mut anticipator = Anticipator::new(AnticipatorParameters {
        lines: n,
        features: n * taps.len(),
        lead,
        max_lead: lead,
        rate: config.rate,
        gate: Some(config.gate),
        // Chosen: ten seconds at ticks of 10 ms, several periods of the slowest oscillator.
        skill_samples: 1000,
        adaptive_lead: None,
    })?;
    let from = ticks * 2 / 3;
    let mut context = vec![0.0; n * taps.len()];
    let mut out = vec![0.0; n];
    // Squared errors of prediction, gated output and persistence, and ticks with an open gate. `[lines]`
    let mut sums = vec![[0.0; 4]; n];
    for (t, lines) in signals.iter().enumerate() {
        for (part, &age) in context.chunks_exact_mut(n).zip(&taps) {
            part.copy_from_slice(&signals[t.saturating_sub(age)]);
        }
        anticipator.tick(lines, &context, &mut out)?;
        if t < from || t + lead >= ticks {
            continue;
        }
        for (i, sum) in sums.iter_mut().enumerate() {
            let truth = signals[t + lead][i];
            let predicted = lines[i] + anticipator.predicted_increment(i);
            for (s, guess) in sum.iter_mut().zip([predicted, out[i], lines[i]]) {
                *s += (truth - guess) * (truth - guess);
            }
            sum[3] += f64::from(u8::from(anticipator.is_open(i)));
        }
    }
    let counted = (ticks - lead - from) as f64;
    let result = |i: usize| {
        let truth: Vec<f64> = signals[from + lead..].iter().map(|l| l[i]).collect();
        let mean = mean(&truth);
        let variance: f64 = truth.iter().map(|x| (x - mean) * (x - mean)).sum();
        let [predicted, gated, persistence, open] = sums[i];
        let [predicted, gated, persistence] = [predicted, gated, persistence].map(|sum| 1.0 - sum / variance);
        LineResult { lag_ms: lag[i] * config.tick_ms, predicted, gated, persistence, open: open / counted }
    };
    Ok(LinesRun { lead_ms, seed, lines: (0..n).map(result).collect() })
}
