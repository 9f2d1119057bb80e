//! Fingerprints: 64-bit hashes that are the same on every machine.
//!
//! Source: Fowler, Noll, Vo 1991, FNV-1a with its 64-bit parameters.

/// The FNV-1a hash of some bytes.
///
/// # Example
/// ```
/// assert_eq!(lobule_signal::fingerprint(b"a"), 0xaf63_dc4c_8601_ec8c);
/// ```
pub const fn fingerprint(bytes: &[u8]) -> u64 {
    let mut hash = Fingerprint::new();
    hash.bytes(bytes);
    hash.value()
}

/// Incremental hash, for content that is not contiguous.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint(u64);

const PRIME: u64 = 0x0000_0100_0000_01B3;

impl Default for Fingerprint {
    fn default() -> Self {
        Self::new()
    }
}

impl Fingerprint {
    /// The hash of no bytes.
    pub const fn new() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }

    /// Adds bytes, as FNV-1a does.
    pub const fn bytes(&mut self, bytes: &[u8]) {
        let mut k = 0;
        while k < bytes.len() {
            self.0 = (self.0 ^ bytes[k] as u64).wrapping_mul(PRIME);
            k += 1;
        }
    }

    /// Adds a word of 64 bits at once. Its upper half is folded down, because multiplication carries upward only.
    pub const fn word(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(PRIME);
        self.0 ^= self.0 >> 29;
    }

    /// The hash so far.
    pub const fn value(&self) -> u64 {
        self.0
    }
}
