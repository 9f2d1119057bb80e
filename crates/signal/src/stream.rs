//! Random streams without generator state: a draw is a pure function of (seed, label, step, index).
//!
//! Philox4x32-10 (Salmon et al. 2011, doi:10.1145/2063384.2063405): a counter of four 32-bit words is enciphered
//! under a key of two. The key is made of the seed and the label; the counter of the step and the index.

use multiversion::multiversion;

/// Number of neurons whose draws [`Stream::fill_group`] makes together.
pub const GROUP: usize = 32;
const LANES: usize = 8;

const M0: u32 = 0xD251_1F53;
const M1: u32 = 0xCD9E_8D57;
const W0: u32 = 0x9E37_79B9;
const W1: u32 = 0xBB67_AE85;

/// Enciphers one counter: ten rounds of Philox4x32.
pub fn philox4x32(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    let [mut k0, mut k1] = key;
    for _ in 0..10 {
        let p0 = u64::from(M0) * u64::from(c0);
        let p1 = u64::from(M1) * u64::from(c2);
        (c0, c1, c2, c3) = ((p1 >> 32) as u32 ^ c1 ^ k0, p1 as u32, (p0 >> 32) as u32 ^ c3 ^ k1, p0 as u32);
        k0 = k0.wrapping_add(W0);
        k1 = k1.wrapping_add(W1);
    }
    [c0, c1, c2, c3]
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512bw+avx512vl", "x86_64+avx2", "x86_64+sse4.1"))]
fn philox_group(key: [u32; 2], step: [u32; 2], first: u32, out: &mut [u32; GROUP]) {
    let mut c0 = [step[0]; LANES];
    let mut c1 = [step[1]; LANES];
    let mut c2 = [0u32; LANES];
    let mut c3 = [0u32; LANES];
    for (j, c) in c2.iter_mut().enumerate() {
        *c = first + j as u32;
    }
    let [mut k0, mut k1] = key;
    for _ in 0..10 {
        for j in 0..LANES {
            let p0 = u64::from(M0) * u64::from(c0[j]);
            let p1 = u64::from(M1) * u64::from(c2[j]);
            let n0 = (p1 >> 32) as u32 ^ c1[j] ^ k0;
            let n2 = (p0 >> 32) as u32 ^ c3[j] ^ k1;
            c0[j] = n0;
            c1[j] = p1 as u32;
            c2[j] = n2;
            c3[j] = p0 as u32;
        }
        k0 = k0.wrapping_add(W0);
        k1 = k1.wrapping_add(W1);
    }
    out[..LANES].copy_from_slice(&c0);
    out[LANES..2 * LANES].copy_from_slice(&c1);
    out[2 * LANES..3 * LANES].copy_from_slice(&c2);
    out[3 * LANES..].copy_from_slice(&c3);
}

/// A random stream named by a label.
///
/// # Example: the same draw, whenever and wherever it is asked for
/// ```
/// use lobule_signal::Stream;
/// let noise = Stream::new(7, "purkinje_cell");
/// let u = noise.uniform(1000, 3);
/// assert_eq!(u, Stream::new(7, "purkinje_cell").uniform(1000, 3));
/// assert_ne!(u, Stream::new(7, "golgi_cell").uniform(1000, 3));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    key: [u32; 2],
}

impl Stream {
    /// The stream of `label` under `seed`.
    pub fn new(seed: u64, label: &str) -> Self {
        // FNV-1a of the label, then the splitmix64 finalizer over both.
        let hash = crate::fingerprint(label.as_bytes());
        let mut z = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(hash);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        Self { key: [z as u32, (z >> 32) as u32] }
    }

    /// A 32-bit draw.
    ///
    /// Index `i` is word `(i % 32) / 8` of the block with counter `(step, 8 * (i / 32) + i % 8)`, so that 32
    /// consecutive indices are made of eight blocks side by side whatever the width of the machine's vectors.
    pub fn u32(&self, step: u64, index: u32) -> u32 {
        let (group, inside) = (index / GROUP as u32, index % GROUP as u32);
        let counter = [step as u32, (step >> 32) as u32, group * LANES as u32 + inside % LANES as u32, 0];
        philox4x32(counter, self.key)[(inside / LANES as u32) as usize]
    }

    /// A draw in the open interval (0, 1): `(x + 1/2) / 2^32`.
    pub fn uniform(&self, step: u64, index: u32) -> f64 {
        Self::to_uniform(self.u32(step, index))
    }

    /// The number in (0, 1) of a 32-bit draw, as in [`Stream::uniform`].
    pub fn to_uniform(draw: u32) -> f64 {
        (f64::from(draw) + 0.5) / 4_294_967_296.0
    }

    /// A standard normal draw (Box-Muller on the draws `2 index`, `2 index + 1`).
    pub fn normal(&self, step: u64, index: u32) -> f64 {
        let (u, v) = (self.uniform(step, 2 * index), self.uniform(step, 2 * index + 1));
        (-2.0 * libm::log(u)).sqrt() * libm::cos(std::f64::consts::TAU * v)
    }

    /// A uniform integer in `0..n` (multiply-shift; bias below `n / 2^32`).
    ///
    /// # Panics
    /// If `n` is 0.
    pub fn below(&self, step: u64, index: u32, n: u32) -> u32 {
        assert!(n > 0, "cannot draw from an empty range");
        ((u64::from(self.u32(step, index)) * u64::from(n)) >> 32) as u32
    }

    /// The draws of indices `32 * group .. 32 * group + 32`, equal to [`Stream::u32`] of each.
    pub fn fill_group(&self, step: u64, group: u32, out: &mut [u32; GROUP]) {
        philox_group(self.key, [step as u32, (step >> 32) as u32], group * LANES as u32, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn philox_gives_the_published_known_answers() {
        // Random123 known-answer vectors of philox4x32 with 10 rounds.
        assert_eq!(philox4x32([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(
            philox4x32([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox4x32([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn a_group_equals_its_single_draws() {
        let stream = Stream::new(12, "granule_cell");
        let mut out = [0; GROUP];
        for group in [0, 1, 77] {
            stream.fill_group(1 << 33, group, &mut out);
            for (i, &x) in out.iter().enumerate() {
                assert_eq!(x, stream.u32(1 << 33, group * 32 + i as u32));
            }
        }
    }

    #[test]
    fn uniform_and_normal_have_their_moments() {
        let stream = Stream::new(3, "moments");
        let n = 40_000;
        let (mut mean, mut var, mut nmean, mut nvar) = (0.0, 0.0, 0.0, 0.0);
        for i in 0..n {
            let (u, z) = (stream.uniform(5, i), stream.normal(6, i));
            mean += u / f64::from(n);
            var += (u - 0.5).powi(2) / f64::from(n);
            nmean += z / f64::from(n);
            nvar += z * z / f64::from(n);
        }
        // Four standard errors of each moment.
        assert!((mean - 0.5).abs() < 4.0 * 0.2887 / 200.0, "{mean}");
        assert!((var - 1.0 / 12.0).abs() < 4.0 * 0.0745 / 200.0, "{var}");
        assert!(nmean.abs() < 4.0 / 200.0, "{nmean}");
        assert!((nvar - 1.0).abs() < 4.0 * 1.4143 / 200.0, "{nvar}");
    }
}
