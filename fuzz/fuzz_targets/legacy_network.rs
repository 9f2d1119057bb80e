//! A network file of dbbs-scaffold, BSB 3 or Casali et al. 2019, damaged in every way: reading it ends in an anatomy or in an
//! error, never in a panic, and an anatomy that was read can be counted and written in today's format.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lobule_scaffold::format::{self, Reading};
use lobule_scaffold::{bsb, configuration};

fuzz_target!(|data: &[u8]| {
    let folder = std::env::temp_dir();
    let path = folder.join(format!("lobule-fuzz-legacy-{}.hdf5", std::process::id()));
    std::fs::write(&path, data).expect("a scratch file");
    let _ = format::read_as(&path, Reading { is_as_stored: true });
    if let Ok(Some(document)) = format::read_configuration(&path) {
        configuration::simulations(&document);
    }
    let Ok(mut anatomy) = format::read(&path) else { return };
    for set in &anatomy.connections {
        set.statistics(anatomy.count(&set.pre_type), anatomy.count(&set.post_type));
    }
    anatomy.sort_by_chunk();
    let copy = folder.join(format!("lobule-fuzz-legacy-{}-copy.hdf5", std::process::id()));
    let _ = std::fs::remove_file(&copy);
    if bsb::write(&copy, &anatomy).is_ok() {
        let again = bsb::read(&copy).expect("what was written can be read");
        assert_eq!(again.cells.len(), anatomy.cells.len());
    }
});
