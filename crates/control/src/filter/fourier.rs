//! Convolution through the Fourier transform: the trace of a whole trial at once.
//!
//! Radix 2, with libm's sine and cosine. Our own because the established crates take both from the machine, and
//! equal runs must give equal bits.

/// The first `x.len()` values of `h * x`, both at rest before their start; cost n log n.
pub fn convolve(h: &[f64], x: &[f64]) -> Vec<f64> {
    let n = (h.len() + x.len()).next_power_of_two().max(2);
    // One transform for both: the first in the real part, the second in the imaginary part.
    let mut both: Vec<[f64; 2]> =
        (0..n).map(|i| [h.get(i).copied().unwrap_or(0.0), x.get(i).copied().unwrap_or(0.0)]).collect();
    transform(&mut both);
    let mut product: Vec<[f64; 2]> = (0..n)
        .map(|k| {
            let (p, q) = (both[k], both[(n - k) % n]);
            let a = [0.5 * (p[0] + q[0]), 0.5 * (p[1] - q[1])];
            let b = [0.5 * (p[1] + q[1]), 0.5 * (q[0] - p[0])];
            // The inverse transform is the transform of the conjugate.
            [a[0] * b[0] - a[1] * b[1], -(a[0] * b[1] + a[1] * b[0])]
        })
        .collect();
    transform(&mut product);
    product[..x.len()].iter().map(|v| v[0] / n as f64).collect()
}

/// The transform of a power of two of complex values, in place.
fn transform(values: &mut [[f64; 2]]) {
    let n = values.len();
    let bits = n.trailing_zeros();
    for i in 0..n {
        let j = i.reverse_bits() >> (usize::BITS - bits);
        if i < j {
            values.swap(i, j);
        }
    }
    let mut half = 1;
    while half < n {
        for k in 0..half {
            let angle = -std::f64::consts::PI * k as f64 / half as f64;
            let (s, c) = (libm::sin(angle), libm::cos(angle));
            for i in (k..n).step_by(2 * half) {
                let ([a, b], [p, q]) = (values[i], values[i + half]);
                let turned = [c * p - s * q, c * q + s * p];
                values[i] = [a + turned[0], b + turned[1]];
                values[i + half] = [a - turned[0], b - turned[1]];
            }
        }
        half *= 2;
    }
}
