//! A BSB network file, damaged in every way: reading it ends in an anatomy or in an error, never in a panic, and
//! an anatomy that was read can be counted and written again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lobule_scaffold::bsb;

fuzz_target!(|data: &[u8]| {
    let folder = std::env::temp_dir();
    let path = folder.join(format!("lobule-fuzz-{}.hdf5", std::process::id()));
    std::fs::write(&path, data).expect("a scratch file");
    if let Ok(anatomy) = bsb::read(&path) {
        for set in &anatomy.connections {
            set.statistics(anatomy.count(&set.pre_type), anatomy.count(&set.post_type));
        }
        let copy = folder.join(format!("lobule-fuzz-{}-copy.hdf5", std::process::id()));
        let _ = std::fs::remove_file(&copy);
        if bsb::write(&copy, &anatomy).is_ok() {
            let again = bsb::read(&copy).expect("what was written can be read");
            assert_eq!(again.cells.len(), anatomy.cells.len());
        }
    }
});
