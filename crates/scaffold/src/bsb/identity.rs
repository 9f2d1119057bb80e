//! A network's identity, computed from what it holds: BSB tells files apart by a
//! UUID, and equal networks shall give equal files, byte for byte.

use crate::Anatomy;
use crate::identity::ContentHash;

pub(super) fn uuid(anatomy: &Anatomy) -> String {
    let mut hash = ContentHash::default();
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
    hash.uuid()
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
