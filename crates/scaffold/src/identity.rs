//! Names computed from content, for formats that tell objects apart by a UUID:
//! equal content shall give equal files, byte for byte.

/// An FNV-1a hash in the making.
///
/// Source: Fowler, Noll, Vo 1991, FNV-1a with its 128-bit parameters.
#[derive(Debug, Clone)]
pub struct ContentHash(u128);

impl Default for ContentHash {
    fn default() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }
}

impl ContentHash {
    /// Takes in some bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.0 = (self.0 ^ u128::from(b)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }

    /// A UUID in form, 122 bits of the hash in content.
    pub fn uuid(&self) -> String {
        // Version 8 ("custom"), variant 10, as RFC 9562 sets the bits.
        let id = self.0 & !(0xf << 76) & !(0x3 << 62) | 0x8 << 76 | 0x2 << 62;
        let hex = format!("{id:032x}");
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }
}
