//! Minimum-jerk movements: the quintic polynomial with zero velocity and
//! acceleration at both ends (Flash & Hogan 1985, doi:10.1523/JNEUROSCI.05-07-01688.1985).

/// Position, velocity and acceleration of a movement from 0 to 1 at phase `s` in 0..=1,
/// per unit of phase.
pub fn minimum_jerk(s: f64) -> [f64; 3] {
    let (s2, s3) = (s * s, s * s * s);
    [s3 * (10.0 - 15.0 * s + 6.0 * s2), 30.0 * s2 * (1.0 - 2.0 * s + s2), 60.0 * s - 180.0 * s2 + 120.0 * s3]
}

/// Acceleration divided by its largest magnitude, for `ticks` samples from start to end:
/// positive first, negative later. `[ticks]`
pub fn normalised_acceleration(ticks: usize) -> Vec<f64> {
    let last = ticks.saturating_sub(1).max(1) as f64;
    let raw: Vec<f64> = (0..ticks).map(|k| minimum_jerk(k as f64 / last)[2]).collect();
    let top = raw.iter().fold(0.0f64, |m, a| m.max(a.abs())).max(f64::MIN_POSITIVE);
    raw.into_iter().map(|a| a / top).collect()
}
