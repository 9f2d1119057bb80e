//! Promise: links of every sort are followed as the HDF5 library follows them, or refused with file, link and
//! target; numbers are read whatever type they have on file. The files were made by h5py (`links/README.md`).

use lobule_scaffold::hdf5::Store;
use lobule_scaffold::{Anatomy, bsb};
use std::path::{Path, PathBuf};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/links").join(name)
}

fn assert_whole(anatomy: &Anatomy) {
    let [src, tgt] = ["src", "tgt"].map(|name| anatomy.cells(name).unwrap());
    for cells in [src, tgt] {
        assert_eq!(cells.positions, [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [100.0, 1.0, 2.0]]);
    }
    assert_eq!(anatomy.connections.len(), 1);
    let set = anatomy.connections("src_to_tgt").unwrap();
    assert_eq!((&set.pre[..], &set.post[..]), (&[1, 0][..], &[0, 1][..]));
    assert!(anatomy.notes.iter().all(|n| n.contains("is not known to lobule")), "{:?}", anatomy.notes);
}

#[test]
fn links_of_every_sort_are_followed() {
    for name in ["soft", "soft_rel_new", "external", "ext_self_new", "leaf_new"] {
        assert_whole(&bsb::read(&file(&format!("{name}.hdf5"))).unwrap());
    }
}

#[test]
fn numbers_of_any_type_are_read_where_nothing_is_lost() {
    // Big-endian, half and single precision, unsigned; texts of fixed length and as lists of one.
    assert_whole(&bsb::read(&file("types_new.hdf5")).unwrap());
}

#[test]
fn the_signature_may_stand_behind_a_user_block() {
    let folder = tempfile::tempdir().unwrap();
    assert_whole(&bsb::read(&file("user_512.hdf5")).unwrap());
    // A block that is put in front of a file later.
    for block in [512, 1024, 2048, 1 << 16] {
        let path = folder.path().join("block.hdf5");
        let mut bytes = vec![b'#'; block];
        bytes.extend(std::fs::read(file("soft.hdf5")).unwrap());
        std::fs::write(&path, &bytes).unwrap();
        assert_whole(&bsb::read(&path).unwrap());
        // A cut is noticed all the same.
        std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        assert!(bsb::read(&path).unwrap_err().to_string().contains("incomplete"));
    }
    let path = folder.path().join("off.hdf5");
    let mut bytes = vec![b'#'; 700];
    bytes.extend(std::fs::read(file("soft.hdf5")).unwrap());
    std::fs::write(&path, &bytes).unwrap();
    assert!(bsb::read(&path).unwrap_err().to_string().contains("is not an HDF5 file"));
}

#[test]
fn links_that_lead_nowhere_are_refused_with_file_link_and_target() {
    for (name, parts) in [
        ("dangling", &["connectivity/lost", "soft link to `/nowhere/at/all`"][..]),
        ("dangling_new", &["connectivity/lost", "soft link to `/nowhere/at/all`"]),
        ("cycle_new", &["connectivity/", "more than 16 links", "circle"]),
        ("ext_cycle_new", &["connectivity/a", "more than 16 links", "circle"]),
        (
            "ext_missing_file_new",
            &["connectivity/lost", "external link to `/x` in `gone.hdf5`", "put it there"],
        ),
        ("ext_missing_obj_new", &["connectivity/lost", "external link to `/x` in", "part.hdf5"]),
        ("user", &["connectivity/ud", "class 65"]),
        ("virtual_new", &["placement/src/0/position", "virtual dataset", "lobule does not read"]),
        ("longdouble", &["placement/src/0/position", "floating-point numbers of 128 bits", "are read"]),
        ("raw_new", &["placement/src/0/position", "raw file", "lobule does not read"]),
    ] {
        let name = format!("{name}.hdf5");
        let message = bsb::read(&file(&name)).unwrap_err().to_string();
        for part in parts.iter().chain([&name.as_str()]) {
            assert!(message.contains(part), "`{part}` is not in: {message}");
        }
        assert!(!message.contains("damaged"), "{message}");
    }
}

#[test]
fn a_link_that_nobody_asks_for_hides_nothing_else() {
    let store = Store::open(&file("dangling.hdf5")).unwrap();
    let connectivity = store.member(&store.root(), "connectivity").unwrap().unwrap();
    assert!(store.member(&connectivity, "src_to_tgt").unwrap().is_some());
    assert!(store.member(&connectivity, "absent").unwrap().is_none());
    assert!(store.member(&connectivity, "lost").is_err());
    assert!(store.members(&connectivity).is_err());
}

#[test]
fn an_external_link_to_what_is_no_regular_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("external.hdf5");
    std::fs::copy(file("external.hdf5"), &path).unwrap();
    let part = folder.path().join("part.hdf5");
    std::os::unix::fs::symlink("/dev/zero", &part).unwrap();
    let message = bsb::read(&path).unwrap_err().to_string();
    assert!(message.contains("part.hdf5") && message.contains("regular file"), "{message}");
    std::fs::remove_file(&part).unwrap();
    std::fs::write(&part, "no HDF5 at all").unwrap();
    let message = bsb::read(&path).unwrap_err().to_string();
    assert!(message.contains("part.hdf5: is not an HDF5 file"), "{message}");
}
