//! Movements to be followed. Minimum jerk: the quintic polynomial with zero velocity and
//! acceleration at both ends (Flash & Hogan 1985, doi:10.1523/JNEUROSCI.05-07-01688.1985).

use lobule_signal::Stream;

/// Position, velocity and acceleration of a movement from 0 to 1 at phase `s` in 0..=1,
/// per unit of phase.
pub fn minimum_jerk(s: f64) -> [f64; 3] {
    let (s2, s3) = (s * s, s * s * s);
    [s3 * (10.0 - 15.0 * s + 6.0 * s2), 30.0 * s2 * (1.0 - 2.0 * s + s2), 60.0 * s - 180.0 * s2 + 120.0 * s3]
}

/// Movements of a joint that is to be at 1 after 1.3 s, at -0.5 after 2.4 s and at 0 after 3.4 s, each of minimum jerk. `[ticks]`
pub fn reaches(ticks: usize, dt_s: f64) -> Vec<f64> {
    let part = |t: f64, from: f64, to: f64| minimum_jerk(((t - from) / (to - from)).clamp(0.0, 1.0))[0];
    (0..ticks)
        .map(|n| {
            let t = n as f64 * dt_s;
            part(t, 0.5, 1.3) - 1.5 * part(t, 1.7, 2.4) + 0.5 * part(t, 2.7, 3.4)
        })
        .collect()
}

/// A sum of sines of random phase, 0.25 to 1.5 Hz in steps of 0.25, within a smooth window, largest value 1: a movement of
/// its own for each `index`, from the stream `sines` of `seed`. `[ticks]`
pub fn sines(seed: u64, index: u64, ticks: usize, dt_s: f64) -> Vec<f64> {
    let phases = Stream::new(seed, "sines");
    let raw: Vec<f64> = (0..ticks)
        .map(|i| {
            let t = i as f64 * dt_s;
            let window = 0.5 - 0.5 * libm::cos(std::f64::consts::TAU * i as f64 / (ticks - 1) as f64);
            let sum: f64 = (1..=6u32)
                .map(|k| {
                    let angle = t * f64::from(k) * 0.25 + phases.uniform(index, k);
                    libm::sin(std::f64::consts::TAU * angle)
                })
                .sum();
            window * sum
        })
        .collect();
    let top = raw.iter().fold(f64::MIN_POSITIVE, |top, v| top.max(v.abs()));
    raw.into_iter().map(|v| v / top).collect()
}

/// Acceleration divided by its largest magnitude, for `ticks` samples from start to end:
/// positive first, negative later. `[ticks]`
pub fn normalized_acceleration(ticks: usize) -> Vec<f64> {
    let last = ticks.saturating_sub(1).max(1) as f64;
    let raw: Vec<f64> = (0..ticks).map(|k| minimum_jerk(k as f64 / last)[2]).collect();
    let top = raw.iter().fold(0.0f64, |m, a| m.max(a.abs())).max(f64::MIN_POSITIVE);
    raw.into_iter().map(|a| a / top).collect()
}
