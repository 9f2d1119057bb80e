//! Escape noise for a group of 32 neurons: spike with probability `1 - exp(-y)`, `y = λ₀ dt exp((V - V_th) / τ_V)`.
//!
//! A draw is only made where it can matter: the smallest draw is 2⁻³³, so a neuron with `y <= 2⁻³³` cannot spike
//! whatever is drawn, and leaving the draw out changes nothing (draws have no state).

use lobule_signal::{GROUP, Stream};

/// `ln 2⁻³³`, rounded down: below it no draw can be smaller than the probability.
const NEVER: f32 = -22.875;

/// Bit j is set when neuron j of the group spikes. `ln_y` is the logarithm of y.
#[inline(always)]
pub(super) fn spikes(ln_y: &[f32; GROUP], stream: &Stream, step: u64, first_neuron: u32) -> u32 {
    let mut hot = 0u32;
    for (j, &x) in ln_y.iter().enumerate() {
        hot |= u32::from(x > NEVER) << j;
    }
    if hot == 0 {
        return 0;
    }
    let mut fired = 0u32;
    if hot.count_ones() <= 4 {
        while hot != 0 {
            let j = hot.trailing_zeros();
            hot &= hot - 1;
            let draw = stream.u32(step, first_neuron + j);
            let x = ln_y[j as usize];
            // A draw with z leading zeros is at least 2^-(z + 1): most are settled without an exponential.
            if x > -0.6932 * (draw.leading_zeros() + 1) as f32 {
                fired |= u32::from(below(unit(draw), exp(x))) << j;
            }
        }
    } else {
        let mut draws = [0u32; GROUP];
        stream.fill_group(step, first_neuron / GROUP as u32, &mut draws);
        let mut y = [0f32; GROUP];
        let mut maybe = 0u32;
        for j in 0..GROUP {
            y[j] = exp(ln_y[j]);
        }
        for j in 0..GROUP {
            // 1 - exp(-y) <= y: most neurons are settled without a second exponential.
            maybe |= u32::from(unit(draws[j]) < y[j]) << j;
        }
        maybe &= hot;
        while maybe != 0 {
            let j = maybe.trailing_zeros() as usize;
            maybe &= maybe - 1;
            fired |= u32::from(below(unit(draws[j]), y[j])) << j;
        }
    }
    fired
}

/// The largest `f32` below 1.
const ALMOST_ONE: f32 = 1.0 - f32::EPSILON / 2.0;

/// A draw as a number in (0, 1). The highest draws would round to 1, which is
/// not below a probability of 1: a certain spike would be missed.
#[inline(always)]
fn unit(draw: u32) -> f32 {
    let u = (draw as f32 + 0.5) * (1.0 / 4_294_967_296.0);
    if u > ALMOST_ONE { ALMOST_ONE } else { u }
}

/// `u < 1 - exp(-y)`.
#[inline(always)]
fn below(u: f32, y: f32) -> bool {
    u < y && f64::from(u) < -libm::expm1(-f64::from(y))
}

/// Exponential to 2 units in the last place for -80 <= x; saturates above 20.
///
/// Range reduction by powers of two and a polynomial of degree 6, in plain
/// multiplications and additions, so that every vector width gives the same bits.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    let x = if x > 20.0 { 20.0 } else { x };
    let x = if x < -80.0 { -80.0 } else { x };
    // Round to nearest by the 1.5 * 2^23 trick.
    const MAGIC: f32 = 12_582_912.0;
    let n = (x * std::f32::consts::LOG2_E + MAGIC) - MAGIC;
    let r = x - n * 0.693_359_4;
    let r = r - n * -2.121_944_4e-4;
    let p = 1.0
        + r * (1.0
            + r * (0.5 + r * (0.166_666_67 + r * (0.041_666_64 + r * (0.008_333_7 + r * 0.001_388_9)))));
    f32::from_bits((p.to_bits() as i32 + ((n as i32) << 23)) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_within_two_ulp() {
        for k in -2300..2000 {
            let x = k as f32 * 0.01;
            let exact = libm::exp(f64::from(x));
            assert!((f64::from(exp(x)) / exact - 1.0).abs() < 2.5e-7, "{x}: {} {exact}", exp(x));
        }
        assert_eq!(exp(1e6), exp(20.0));
    }

    #[test]
    fn frequency_follows_the_hazard() {
        let stream = Stream::new(5, "escape");
        for (y, dense) in [(0.02f32, true), (0.02, false), (0.7, true), (3.0, true)] {
            let mut ln_y = [f32::NEG_INFINITY; GROUP];
            let lanes = if dense { GROUP } else { 3 };
            ln_y[..lanes].fill(libm::logf(y));
            let steps = 20_000;
            let count: u32 = (0..steps).map(|s| spikes(&ln_y, &stream, s, 64).count_ones()).sum();
            let p = 1.0 - libm::exp(-f64::from(y));
            let n = steps as f64 * lanes as f64;
            let error = (f64::from(count) / n - p) / (p * (1.0 - p) / n).sqrt();
            assert!(error.abs() < 4.0, "y = {y}: {error} standard errors");
        }
    }

    #[test]
    fn every_draw_is_below_a_certain_spike() {
        for draw in [0, 1, u32::MAX / 2, u32::MAX - 200, u32::MAX - 64, u32::MAX] {
            assert!(unit(draw) > 0.0 && unit(draw) < 1.0, "{draw}");
            assert!(below(unit(draw), exp(30.0)), "{draw}");
        }
    }

    #[test]
    fn few_and_many_hot_neurons_take_the_same_decisions() {
        let stream = Stream::new(5, "escape");
        for k in 0..400 {
            let x = -12.0 + k as f32 * 0.04;
            let all = spikes(&[x; GROUP], &stream, k, 32);
            for j in 0..GROUP {
                let mut one = [f32::NEG_INFINITY; GROUP];
                one[j] = x;
                assert_eq!(spikes(&one, &stream, k, 32), all & 1 << j, "ln y = {x}, neuron {j}");
            }
        }
    }

    #[test]
    fn hopeless_neurons_need_no_draw_and_certain_ones_always_fire() {
        let stream = Stream::new(5, "escape");
        let mut ln_y = [-23.0f32; GROUP];
        ln_y[7] = 30.0;
        for step in 0..1000 {
            assert_eq!(spikes(&ln_y, &stream, step, 0), 1 << 7);
        }
    }
}
