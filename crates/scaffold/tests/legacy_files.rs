//! Network files of the software before BSB 8, each counted as a program of its own counted it with h5py.
//!
//! The files in `tests/legacy` were made by the original software: the scripts of Casali et al. 2019, dbbs-scaffold 2.2.2 and 3.2.9,
//! bsb 3.10.5 and bsb 4.0.0a57 to 7.6.1.

#[path = "legacy_files/files.rs"]
mod files;

use files::{anatomy, file};
use lobule_scaffold::format::{self, Reading};
use lobule_scaffold::{Anatomy, Microzone, bsb, sonata};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

/// Sets whose name on file is not lobule's.
const SETS: &[(&str, &str)] = &[
    ("mossy_to_glomerulus", "mossy_fibers_to_glomerulus"),
    ("golgi_to_granule", "golgi_to_glomerulus"),
    ("golgi_to_glomerulus", "golgi_to_glomerulus_anatomy"),
    ("mossy_to_dcn", "mossy_fibers_to_dcn_p"),
    ("mossy_to_dcn_glut_large", "mossy_fibers_to_dcn_p"),
    ("purkinje_to_dcn", "purkinje_to_dcn_p"),
    ("purkinje_to_dcn_glut_large", "purkinje_to_dcn_p"),
    ("purkinje_to_dcn_interneuron", "purkinje_to_dcn_i"),
    ("purkinje_to_dcn_GABA", "purkinje_to_dcn_i"),
    ("io_to_dcn", "io_to_dcn_p"),
    ("io_to_dcn_glut_large", "io_to_dcn_p"),
    ("io_to_dcn_interneuron", "io_to_dcn_i"),
    ("io_to_dcn_GABA", "io_to_dcn_i"),
    ("dcn_interneuron_to_io", "dcn_i_to_io"),
    ("dcn_GABA_to_io", "dcn_i_to_io"),
    ("io_to_basket", "io_to_mli_io_to_basket_cell"),
    ("io_to_stellate", "io_to_mli_io_to_stellate_cell"),
    ("GlomerulusGranule", "glomerulus_to_granule"),
    ("GlomerulusGolgi", "glomerulus_to_golgi"),
    ("GlomerulusDCN", "glomerulus_to_dcn_p"),
    ("GolgiGranule", "golgi_to_glomerulus"),
    ("AscendingAxonGolgi", "ascending_axon_to_golgi"),
    ("GranuleGolgi", "parallel_fiber_to_golgi"),
    ("AscAxonPurkinje", "ascending_axon_to_purkinje"),
    ("PFPurkinje", "parallel_fiber_to_purkinje"),
    ("PFStellate", "parallel_fiber_to_stellate"),
    ("BasketPurkinje", "basket_to_purkinje"),
    ("GapJunctionsStellate", "stellate_to_stellate"),
    ("PurkinjeDCN", "purkinje_to_dcn_p"),
    ("glom_grc", "glomerulus_to_granule"),
    ("glom_goc", "glomerulus_to_golgi"),
    ("glom_dcn", "glomerulus_to_dcn_p"),
    ("goc_grc", "golgi_to_glomerulus"),
    ("goc_glom", "golgi_to_glomerulus_anatomy"),
    ("gj_goc", "golgi_to_golgi"),
    ("aa_goc", "ascending_axon_to_golgi"),
    ("pf_goc", "parallel_fiber_to_golgi"),
    ("aa_pc", "ascending_axon_to_purkinje"),
    ("pf_pc", "parallel_fiber_to_purkinje"),
    ("pf_bc", "parallel_fiber_to_basket"),
    ("bc_pc", "basket_to_purkinje"),
    ("pc_dcn", "purkinje_to_dcn_p"),
    ("PFBasket", "parallel_fiber_to_basket"),
    ("StellatePurkinje", "stellate_to_purkinje"),
    ("GapJunctionsBasket", "basket_to_basket"),
    ("GapJunctionsGolgi", "golgi_to_golgi"),
    ("GolgiGlomerulus", "golgi_to_glomerulus_anatomy"),
    ("pf_sc", "parallel_fiber_to_stellate"),
    ("sc_pc", "stellate_to_purkinje"),
    ("gj_bc", "basket_to_basket"),
    ("gj_sc", "stellate_to_stellate"),
];

/// Counts of a file.
fn counts(name: &str) -> Value {
    let path = file(name).with_file_name(format!("{name}.counts.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A compressed file of `tests/legacy`, unzipped into a folder.
fn unzipped(name: &str, folder: &tempfile::TempDir) -> PathBuf {
    let packed = std::fs::File::open(file(name).with_extension("hdf5.gz")).unwrap();
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
    let path = folder.path().join(format!("{name}.hdf5"));
    std::fs::write(&path, bytes).unwrap();
    path
}

fn lobules(stored: &str) -> &str {
    SETS.iter().find(|(from, _)| *from == stored).map_or(stored, |(_, to)| to)
}

fn number(value: &Value) -> usize {
    value.as_u64().unwrap() as usize
}

/// Compares every count of a set.
fn assert_set(anatomy: &Anatomy, stored: &str, counted: &Value, lobule_of: &BTreeMap<&str, &str>) {
    let set = anatomy.connections(lobules(stored)).unwrap_or_else(|| panic!("{stored} is there"));
    assert_eq!(set.len(), number(&counted["rows"]), "{stored}");
    assert_eq!(set.pre_type, lobule_of[counted["pre"].as_str().unwrap()], "{stored}");
    assert_eq!(set.post_type, lobule_of[counted["post"].as_str().unwrap()], "{stored}");
    let statistics = set.statistics(anatomy.count(&set.pre_type), anatomy.count(&set.post_type));
    assert_eq!(statistics.pairs, number(&counted["pairs"]), "{stored}");
    assert_eq!(statistics.unconnected, number(&counted["unconnected"]), "{stored}");
    for (key, (mean, sd)) in [
        ("indeg_rows", statistics.in_degree_rows),
        ("indeg_pairs", statistics.in_degree_pairs),
        ("outdeg_pairs", statistics.out_degree_pairs),
    ] {
        let [m, s] = [0, 1].map(|k| counted[key][k].as_f64().unwrap());
        assert!(
            (mean - m).abs() <= 1e-6 && (sd - s).abs() <= 1e-6,
            "{stored}: {key} {mean} {sd}, not {m} {s}"
        );
    }
    let sum = |column: &[u32]| column.iter().map(|&cell| cell as usize).sum::<usize>();
    assert_eq!(sum(&set.pre), number(&counted["sum_pre_index"]), "{stored}");
    assert_eq!(sum(&set.post), number(&counted["sum_post_index"]), "{stored}");
}

/// Compares a file with what was counted in it; gives the sets that end on several types there.
fn assert_counts(anatomy: &Anatomy, counted: &Value) -> Vec<String> {
    let cells = counted["cells"].as_object().unwrap();
    let lobule_of: BTreeMap<&str, &str> =
        cells.iter().map(|(stored, c)| (stored.as_str(), c["lobule"].as_str().unwrap())).collect();
    assert_eq!(anatomy.cells.len(), cells.len());
    for (stored, c) in cells {
        assert_eq!(anatomy.count(lobule_of[stored.as_str()]), number(&c["count"]), "{stored}");
    }
    let zones = counted["microzones"].as_object().unwrap();
    for cells in &anatomy.cells {
        let stored = lobule_of.iter().find(|(_, name)| **name == cells.cell_type).unwrap().0;
        for (zone, label) in
            [(Microzone::Plus, "microzone-positive"), (Microzone::Minus, "microzone-negative")]
        {
            let n = zones.get(*stored).map_or(0, |zones| zones[label].as_u64().unwrap_or(0));
            assert_eq!(cells.in_microzone(zone).len() as u64, n, "{stored} {label}");
        }
    }
    let mut mixed = Vec::new();
    let mut rows = 0;
    for (stored, set) in counted["sets"].as_object().unwrap() {
        rows += usize::from(set["rows"] != 0);
        if set["rows"] == 0 {
            assert!(anatomy.connections(lobules(stored)).is_none_or(|set| set.is_empty()), "{stored}");
        } else if set["pre"].is_string() {
            assert_set(anatomy, stored, set, &lobule_of);
        } else {
            mixed.push(stored.clone());
        }
    }
    assert_eq!(anatomy.connections.iter().filter(|set| !set.is_empty()).count(), rows);
    mixed
}

#[test]
fn cells_labels_and_sets_are_those_that_were_counted() {
    for (name, faulty) in [
        ("scaffold3_tiny", &[][..]),
        ("bsb3_tiny", &[]),
        ("casali2019_tiny", &[]),
        // One of the two ends on several types, the other on one that is wrong.
        ("scaffold2_tiny", &["GolgiGlomerulus"]),
    ] {
        let mut counted = counts(name);
        if name == "scaffold2_tiny" {
            counted["sets"].as_object_mut().unwrap().remove("GapJunctionsGolgi");
            let mut anatomy = anatomy(name);
            anatomy.connections.retain(|set| set.name != "golgi_to_golgi");
            assert_eq!(assert_counts(&anatomy, &counted), faulty);
        } else {
            assert_eq!(assert_counts(&anatomy(name), &counted), faulty);
        }
    }
}

#[test]
fn files_say_which_software_wrote_them_and_when() {
    for (name, source) in [
        ("scaffold3_tiny", "dbbs-scaffold 3.2.9 file (2020), 114 cells"),
        ("bsb3_tiny", "BSB 3.10.5 file (2021 to 2023), 116 cells"),
        ("scaffold2_tiny", "dbbs-scaffold 2 file (2019), 158 cells"),
        ("casali2019_tiny", "file of Casali et al. 2019, 464 cells"),
    ] {
        assert_eq!(anatomy(name).source, source);
    }
}

#[test]
fn base_and_height_are_those_of_the_configuration_or_of_the_cortex() {
    assert_eq!(anatomy("scaffold3_tiny").size, [40.0, 40.0, 100.0]);
    assert_eq!(anatomy("bsb3_tiny").size, [40.0, 40.0, 100.0]);
    // Without one: from a whole 10 µm to the farthest soma of the cortex. h5py has these corners.
    for (name, [x, y, z]) in [
        ("scaffold2_tiny", [57.0951, 57.9251, 229.2039 - 101.5083]),
        ("casali2019_tiny", [76.9224, 78.4940, 163.2582]),
    ] {
        let size = anatomy(name).size;
        let is_near = |k: usize, value: f64| (size[k] - value).abs() < 1e-3;
        assert!(is_near(0, x) && is_near(1, y) && is_near(2, z), "{name}: {size:?}");
    }
}

#[test]
fn the_axes_are_lobule_s() {
    let read = anatomy("scaffold3_tiny");
    let cells = |name: &str| &read.cells(name).unwrap().positions;
    let z = |name: &str, from: f64, to: f64| {
        assert!(cells(name).iter().all(|p| (from..=to).contains(&p[2])), "{name}: {:?}", cells(name));
    };
    z("granule_cell", 0.0, 40.0);
    z("purkinje_cell", 40.0, 60.0);
    z("basket_cell", 60.0, 80.0);
    z("stellate_cell", 80.0, 100.0);
    z("dcn_p", -60.0, 0.0);
    z("io_cell", -160.0, -130.0);
    // The median along the parallel fibers, lobule's y, divides the microzones.
    let purkinje = read.cells("purkinje_cell").unwrap();
    let along = |zone| purkinje.in_microzone(zone).into_iter().map(|i| purkinje.positions[i as usize][1]);
    let highest_minus = along(Microzone::Minus).fold(f64::MIN, f64::max);
    assert!(along(Microzone::Plus).all(|y| y >= highest_minus));
    assert!(read.notes.iter().any(|n| n.contains("(x, z, y - 60)")), "{:?}", read.notes);
    assert_eq!(read.granular_middle(), [20.0, 20.0, 20.0]);
}

#[test]
fn mossy_fibers_are_in_the_middle_of_their_glomeruli() {
    for name in ["scaffold3_tiny", "bsb3_tiny"] {
        let read = anatomy(name);
        let (fibers, glomeruli) = (read.cells("mossy_fiber").unwrap(), read.cells("glomerulus").unwrap());
        let set = read.connections("mossy_fibers_to_glomerulus").unwrap();
        assert_eq!((fibers.len(), set.len()), (6, 20));
        for fiber in 0..6 {
            let own: Vec<[f64; 3]> = (0..set.len())
                .filter(|k| set.pre[*k] == fiber)
                .map(|k| glomeruli.positions[set.post[k] as usize])
                .collect();
            let place = fibers.positions[fiber as usize];
            let mean = |k: usize| own.iter().map(|p| p[k]).sum::<f64>() / own.len() as f64;
            let expected = if own.is_empty() { [20.0; 3] } else { [0, 1, 2].map(mean) };
            assert!(
                (0..3).all(|k| (place[k] - expected[k]).abs() < 1e-9),
                "{name} {fiber}: {place:?} {expected:?}"
            );
        }
        assert!(
            read.notes.iter().any(|n| n.contains("mossy_fiber have no positions on file")),
            "{:?}",
            read.notes
        );
    }
}

#[test]
fn notes_say_what_a_point_network_does_not_honor() {
    let notes = anatomy("bsb3_tiny").notes.join("\n");
    for part in [
        "basket_to_basket, stellate_to_stellate have compartments",
        "TinyBasket, TinyStellate",
        "ascending_axon_lengths",
        "`dcn_cell_Gly-I` (2 cells) is not known to lobule",
        "dcn_p is `dcn_cell_glut_large`",
        "golgi_to_glomerulus is `golgi_to_granule`",
    ] {
        assert!(notes.contains(part), "{part}: {notes}");
    }
    let notes = anatomy("scaffold3_tiny").notes.join("\n");
    assert!(notes.contains("basket_and_stellate_to_purkinje are empty sets"), "{notes}");
    assert!(anatomy("casali2019_tiny").notes.join("\n").contains("DCNangle, hpf are additional data"));
}

#[test]
fn names_on_file_are_kept_beside_lobule_s() {
    let network = format::read_as(&file("scaffold3_tiny"), Reading::default()).unwrap();
    let stored = |name: &str| network.stored_names.get(name).map(String::as_str);
    assert_eq!(stored("dcn_p"), Some("dcn_cell"));
    assert_eq!(stored("golgi_to_glomerulus"), Some("golgi_to_granule"));
    assert_eq!(stored("golgi_to_glomerulus_anatomy"), Some("golgi_to_glomerulus"));
    assert_eq!([stored("granule_cell"), stored("parallel_fiber_to_purkinje")], [None; 2]);
    let of_2019 = format::read_as(&file("casali2019_tiny"), Reading::default()).unwrap().stored_names;
    assert_eq!(
        (of_2019["granule_cell"].as_str(), of_2019["parallel_fiber_to_purkinje"].as_str()),
        ("3", "pf_pc")
    );
}

#[test]
fn wrongly_numbered_sets_of_scaffold_2_are_put_right_and_said() {
    let path = file("scaffold2_tiny");
    let right = format::read(&path).unwrap();
    let set = right.connections("golgi_to_glomerulus_anatomy").unwrap();
    assert_eq!((set.len(), set.post_type.as_str()), (23, "glomerulus"));
    // Glomeruli have the identifiers 29 to 72: posts 30 to 72 of the file are numbers 1 to 43.
    assert_eq!((set.post.iter().min(), set.post.iter().max()), (Some(&1), Some(&43)));
    let set = right.connections("golgi_to_golgi").unwrap();
    assert_eq!((set.len(), set.post_type.as_str(), set.post.iter().max()), (10, "golgi_cell", Some(&3)));
    let notes = right.notes.join("\n");
    for part in [
        "`GolgiGlomerulus` is put right: the postsynaptic ends of its 23 rows were too high",
        "`GapJunctionsGolgi` is put right: the postsynaptic ends of its 10 rows were numbers within",
        "`GolgiGranule` was derived from the faulty numbers",
    ] {
        assert!(notes.contains(part), "{part}: {notes}");
    }
}

#[test]
fn wrongly_numbered_sets_stay_on_request_and_nothing_else_changes() {
    let path = file("scaffold2_tiny");
    let right = format::read(&path).unwrap();
    let stored = format::read_as(&path, Reading { is_as_stored: true }).unwrap().anatomy;
    let name = |to: &str| format!("golgi_to_glomerulus_anatomy_golgi_cell_to_{to}");
    let rows = |to: &str| stored.connections(&name(to)).unwrap().len();
    assert_eq!((rows("granule_cell"), rows("glomerulus")), (18, 5));
    let set = stored.connections("golgi_to_golgi").unwrap();
    assert_eq!((set.len(), set.post_type.as_str()), (10, "purkinje_cell"));
    for set in &right.connections {
        if !["golgi_to_glomerulus_anatomy", "golgi_to_golgi"].contains(&set.name.as_str()) {
            assert_eq!(stored.connections(&set.name), Some(set));
        }
    }
    assert!(stored.notes.iter().any(|n| n.contains("`GapJunctionsGolgi` is left as it is on file")));
    for other in ["scaffold3_tiny", "casali2019_tiny"] {
        let refused =
            format::read_as(&file(other), Reading { is_as_stored: true }).err().unwrap().to_string();
        assert!(refused.contains("leave --as-stored out"), "{refused}");
    }
}

#[test]
fn files_of_bsb_4_to_7_are_one_network() {
    let folder = tempfile::tempdir().unwrap();
    let mut first: Option<Anatomy> = None;
    for (name, source) in [
        ("bsb4.0a57_tiny", "BSB 4 alpha file (2022 to 2023), 15 cells"),
        ("bsb4.0_tiny", "BSB 4.0.1 file (2024), 15 cells"),
        ("bsb4.5_tiny", "BSB 4.5.5 file (2024), 15 cells"),
        ("bsb5_tiny", "BSB 5.1.1 file (2025), 15 cells"),
        ("bsb6_tiny", "BSB 6.0.7 file (2025), 15 cells"),
        ("bsb7_tiny", "BSB 7.6.1 file (2025 to 2026), 15 cells"),
    ] {
        let path = unzipped(name, &folder);
        let mut read = format::read(&path).unwrap();
        assert_eq!(read.source, source);
        assert_eq!(read.size, [200.0, 120.0, 150.0]);
        assert_eq!((read.count("granule_cell"), read.count("purkinje_cell")), (12, 3));
        let purkinje = read.cells("purkinje_cell").unwrap();
        assert_eq!(purkinje.positions, [[20.0, 20.0, 140.0], [120.0, 30.0, 140.0], [60.0, 110.0, -10.0]]);
        assert_eq!(purkinje.in_microzone(Microzone::Plus), [0, 2]);
        let s = read.connections("parallel_fiber_to_purkinje").unwrap().statistics(12, 3);
        assert_eq!((s.rows, s.pairs, s.in_degree_rows), (36, 36, (12.0, 0.0)));
        assert_eq!((s.in_degree_pairs, s.out_degree_pairs), ((12.0, 0.0), (3.0, 0.0)));
        assert!(format::read_configuration(&path).unwrap().is_some());
        let copy = folder.path().join("copy.hdf5");
        bsb::write(&copy, &read).unwrap();
        assert_eq!(bsb::read(&copy).unwrap(), read);
        read.source = String::new();
        assert_eq!(*first.get_or_insert_with(|| read.clone()), read);
    }
}

#[test]
fn old_networks_go_round_through_bsb_8_and_sonata() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["scaffold3_tiny", "bsb3_tiny", "scaffold2_tiny", "casali2019_tiny"] {
        let read = anatomy(name);
        let circuit = folder.path().join(name);
        sonata::write(&circuit, &read).unwrap();
        assert_eq!(format::read(&circuit).unwrap(), read);
        let mut sorted = read.clone();
        if !sorted.is_in_chunk_order() {
            sorted.sort_by_chunk();
        }
        let copy = folder.path().join(format!("{name}.hdf5"));
        bsb::write(&copy, &sorted).unwrap();
        let again = format::read(&copy).unwrap();
        // Rows are grouped by chunk in the copy.
        let rows = |anatomy: &Anatomy| -> Vec<(String, Vec<_>)> {
            anatomy.connections.iter().map(|set| (set.name.clone(), set.pairs())).collect()
        };
        assert_eq!(rows(&again), rows(&sorted));
        let bare = |anatomy: Anatomy| Anatomy { connections: Vec::new(), ..anatomy };
        assert_eq!(bare(again), bare(sorted));
    }
}

#[test]
fn a_part_has_the_rows_onto_the_chosen_cells_and_counts_all() {
    for name in ["scaffold3_tiny", "scaffold2_tiny"] {
        let whole = anatomy(name);
        let part = format::read_part(&file(name), Reading::default(), |cells| {
            assert_eq!(cells.cells, whole.cells);
            assert!(cells.connections.iter().all(|set| set.is_empty()));
            Box::new(|set, cell| set.post_type != "granule_cell" && cell % 2 == 0)
        })
        .unwrap();
        assert_eq!(part.anatomy.cells, whole.cells);
        let rows: Vec<usize> = whole.connections.iter().map(|set| set.len()).collect();
        assert_eq!(part.rows, rows);
        for (kept, set) in part.anatomy.connections.iter().zip(&whole.connections) {
            let expected: Vec<(u32, u32)> = (set.pre.iter().copied().zip(set.post.iter().copied()))
                .filter(|(_, post)| set.post_type != "granule_cell" && post % 2 == 0)
                .collect();
            let found: Vec<(u32, u32)> = kept.pre.iter().copied().zip(kept.post.iter().copied()).collect();
            assert_eq!((&kept.name, found), (&set.name, expected));
        }
    }
}

#[test]
fn the_configuration_of_a_file_is_given_whatever_its_year() {
    let of = |name: &str| format::read_configuration(&file(name)).unwrap();
    for name in ["scaffold3_tiny", "bsb3_tiny"] {
        assert!(of(name).unwrap()["simulations"].is_object());
    }
    assert_eq!((of("scaffold2_tiny"), of("casali2019_tiny")), (None, None));
}
