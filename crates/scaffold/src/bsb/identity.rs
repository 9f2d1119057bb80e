//! A file's identity, computed from what it holds: BSB tells files apart by a
//! UUID, and equal networks shall give equal files, byte for byte.

use crate::Anatomy;

/// A UUID in form, 122 bits of an FNV-1a hash of cells and rows in content.
///
/// Source of the hash: Fowler, Noll, Vo 1991, FNV-1a with its 128-bit parameters.
pub(super) fn uuid(anatomy: &Anatomy) -> String {
    let mut hash = Fnv(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
    for cells in &anatomy.cells {
        hash.bytes(cells.cell_type.as_bytes());
        cells.positions.as_flattened().iter().for_each(|p| hash.bytes(&p.to_le_bytes()));
        cells.labels.iter().for_each(|l| hash.bytes(&l.to_le_bytes()));
    }
    for set in &anatomy.connections {
        hash.bytes(set.name.as_bytes());
        for column in [&set.pre, &set.post] {
            column.iter().for_each(|c| hash.bytes(&c.to_le_bytes()));
        }
        for column in [&set.pre_site, &set.post_site] {
            column.as_flattened().iter().for_each(|c| hash.bytes(&c.to_le_bytes()));
        }
    }
    // Version 8 ("custom"), variant 10, as RFC 9562 sets the bits.
    let id = hash.0 & !(0xf << 76) & !(0x3 << 62) | 0x8 << 76 | 0x2 << 62;
    let hex = format!("{id:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

struct Fnv(u128);

impl Fnv {
    fn bytes(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.0 = (self.0 ^ u128::from(b)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_networks_have_equal_names_and_others_do_not() {
        let mut anatomy = Anatomy { cells: vec![crate::CellSites::default()], ..Anatomy::default() };
        let empty = uuid(&anatomy);
        assert_eq!(empty, uuid(&anatomy.clone()));
        anatomy.cells[0].positions.push([1.0, 2.0, 3.0]);
        let one = uuid(&anatomy);
        assert_ne!(empty, one);
        assert_eq!((one.len(), &one[14..15]), (36, "8"), "{one}");
        assert!("89ab".contains(&one[19..20]), "{one}");
    }
}
