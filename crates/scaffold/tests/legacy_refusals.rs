//! Older network files with faults: each ends in one message that names file, object and value, or in a note.

#[path = "legacy_files/files.rs"]
mod files;
#[path = "../examples/write_scaffold3/layout.rs"]
mod layout;
#[path = "legacy_files/raw.rs"]
mod raw;

use files::{anatomy, file};
use layout::Layout;
use lobule_scaffold::hdf5::Output;
use lobule_scaffold::{Anatomy, format};
use proptest::prelude::*;
use raw::Raw;
use serde_json::json;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The error of reading a file, which must be one line and name the file.
fn refusal(path: &Path) -> String {
    let message = format::read(path).expect_err("the file must be refused").to_string();
    assert!(message.contains(path.file_name().unwrap().to_str().unwrap()), "{message}");
    assert!(!message.contains('\n') && message.len() < 700, "{message}");
    message
}

fn assert_names(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

/// The tiny network of scaffold 3, to be changed. Identifiers: Golgi cells 0 to 2, ..., granule cells last, 54 to 113.
fn tiny() -> Layout {
    Layout::of(&anatomy("scaffold3_tiny"), json!({}))
}

/// The cells of a type.
fn cells<'a>(layout: &'a mut Layout, name: &str) -> &'a mut layout::Cells {
    layout.cells.iter_mut().find(|c| c.name == name).unwrap()
}

fn set<'a>(layout: &'a mut Layout, tag: &str) -> &'a mut layout::Set {
    layout.sets.iter_mut().find(|s| s.tag == tag).unwrap()
}

fn written(folder: &TempDir, layout: &Layout) -> PathBuf {
    let path = folder.path().join("draft.hdf5");
    layout.write(&path).unwrap();
    path
}

/// A change of the layout, and what the refusal must name.
type Case = (fn(&mut Layout), &'static [&'static str]);

fn assert_refused(cases: &[Case]) {
    let folder = tempfile::tempdir().unwrap();
    for (damage, parts) in cases {
        let mut layout = tiny();
        damage(&mut layout);
        assert_names(&refusal(&written(&folder, &layout)), parts);
    }
}

/// Compared but for source, notes and, since they are not kept, the places of mossy fibers.
fn assert_same(read: &Anatomy, original: &Anatomy) {
    assert_eq!(read.size, original.size);
    assert_eq!(read.cells.len(), original.cells.len());
    for cells in &original.cells {
        let own = read.cells(&cells.cell_type).unwrap();
        if cells.cell_type != "mossy_fiber" {
            assert_eq!(own.positions, cells.positions, "{}", cells.cell_type);
        }
        assert_eq!(own.len(), cells.len());
        assert_eq!(own.microzones(), cells.microzones(), "{}", cells.cell_type);
    }
    for set in &original.connections {
        assert_eq!(read.connections(&set.name), Some(set));
    }
    assert_eq!(read.connections.len(), original.connections.len());
}

#[test]
fn what_is_written_in_the_layout_of_scaffold_3_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut native =
        lobule_scaffold::reconstruct(&lobule_scaffold::ScaffoldSpec::mouse(100.0, 100.0), 3).unwrap();
    // The mirrors of sets for the `minus` cells are one set with them in the file.
    let mut sets = std::mem::take(&mut native.connections);
    let mirrors: Vec<_> = sets.extract_if(.., |set| set.name.ends_with("_minus")).collect();
    for mirror in mirrors {
        let name = mirror.name.trim_end_matches("_minus");
        let set = sets.iter_mut().find(|set| set.name == name).unwrap();
        set.pre.extend(mirror.pre);
        set.post.extend(mirror.post);
    }
    native.connections = sets;
    for original in [anatomy("scaffold3_tiny"), native] {
        let mut layout = Layout::of(&original, json!({}));
        let path = written(&folder, &layout);
        assert_same(&format::read(&path).unwrap(), &original);
        // Without tables, as BSB 3.9 and 3.10; without placement, as early files of scaffold 3.
        layout.has_tables = false;
        assert_same(&format::read(&written(&folder, &layout)).unwrap(), &original);
        (layout.has_tables, layout.has_placement) = (true, false);
        assert_same(&format::read(&written(&folder, &layout)).unwrap(), &original);
    }
}

#[test]
fn cells_of_a_type_may_have_identifiers_in_several_runs() {
    let folder = tempfile::tempdir().unwrap();
    let original = anatomy("scaffold3_tiny");
    let mut layout = tiny();
    // Granule cells 54..114 become 200..210 and 54..104, in this order.
    cells(&mut layout, "granule_cell").runs = vec![200, 10, 54, 50];
    layout.has_tables = false;
    let moved = |id: f64| {
        let number = id - 54.0;
        if number < 0.0 {
            id
        } else if number < 10.0 {
            200.0 + number
        } else {
            54.0 + number - 10.0
        }
    };
    layout.sets.iter_mut().flat_map(|set| &mut set.rows).for_each(|id| *id = moved(*id));
    assert_same(&format::read(&written(&folder, &layout)).unwrap(), &original);
}

#[test]
fn files_without_cells_say_what_is_missing() {
    assert_refused(&[(
        |l| (l.has_placement, l.has_tables) = (false, false),
        &["/cells", "neither `placement` nor `positions`", "compile the network again"],
    )]);
}

#[test]
fn runs_of_identifiers_that_are_none_are_refused() {
    assert_refused(&[
        (
            |l| cells(l, "mossy_fibers").runs = vec![28, 6, 30],
            &["placement/mossy_fibers/identifiers", "[28, 6, 30]", "odd number", "`mossy_fibers`"],
        ),
        (
            |l| cells(l, "mossy_fibers").runs = vec![28, -6],
            &["placement/mossy_fibers/identifiers", "the run 28, -6 is negative"],
        ),
        (
            |l| cells(l, "mossy_fibers").runs = vec![-1, 6],
            &["placement/mossy_fibers/identifiers", "the run -1, 6 is negative"],
        ),
        (
            |l| {
                cells(l, "golgi_cell").runs = vec![0, 2, 1, 1];
                l.has_tables = false;
            },
            &["placement/golgi_cell/identifiers", "0 to 1 of `golgi_cell` overlap 1 to 1 of itself"],
        ),
        (
            |l| {
                cells(l, "golgi_cell").runs = vec![111, 3];
                l.has_tables = false;
            },
            &["identifiers 54 to 113 of `granule_cell` overlap 111 to 113 of `golgi_cell`"],
        ),
        (
            |l| cells(l, "golgi_cell").runs = vec![0, 4],
            &[
                "placement/golgi_cell/positions",
                "has 3 rows, but `identifiers` count 4 cells of `golgi_cell`",
            ],
        ),
        (
            |l| {
                cells(l, "mossy_fibers").runs = vec![1000, i32::MAX];
                l.has_tables = false;
            },
            &[
                "placement/mossy_fibers/identifiers",
                "makes 2147483647 cells without positions",
                "`mossy_fibers`; up to 1000000",
            ],
        ),
    ]);
}

#[test]
fn positions_that_are_none_are_refused_with_their_row() {
    assert_refused(&[
        (|l| l.columns = 2, &["cells/positions", "[108, 2]", "(n, 5)"]),
        (
            |l| {
                cells(l, "golgi_cell").positions.as_mut().unwrap()[4] = f64::NAN;
            },
            &["placement/golgi_cell/positions", "row 1", "NaN", "three finite numbers"],
        ),
        (
            |l| {
                cells(l, "golgi_cell").positions.as_mut().unwrap()[4] = f64::INFINITY;
                l.has_placement = false;
            },
            &["cells/positions", "row 1", "inf", "three finite numbers"],
        ),
    ]);
}

#[test]
fn rows_of_no_cell_are_refused_with_the_range_of_identifiers() {
    let folder = tempfile::tempdir().unwrap();
    for value in [113.5, -1.0, 1e12, f64::NAN, 114.0, f64::INFINITY] {
        for side in [0, 1] {
            let mut layout = tiny();
            set(&mut layout, "parallel_fiber_to_purkinje").rows[2 * 7 + side] = value;
            let shown = format!("row 7 {} {value}, which is no cell", ["begins at", "ends on"][side]);
            let parts =
                ["cells/connections/parallel_fiber_to_purkinje", &shown, "whole numbers from 0 to 113"];
            assert_names(&refusal(&written(&folder, &layout)), &parts);
        }
    }
}

#[test]
fn rows_that_end_on_another_type_are_refused_with_their_number() {
    assert_refused(&[
        (
            |l| {
                for row in [3, 4, 9] {
                    set(l, "parallel_fiber_to_purkinje").rows[2 * row + 1] = 0.0;
                }
            },
            &[
                "cells/connections/parallel_fiber_to_purkinje",
                "row 3 ends on identifier 0, which is a `golgi_cell`, but the set ends on purkinje_cell",
                "3 of 240 rows do not fit",
            ],
        ),
        // Without a configuration all rows must have the types of the first.
        (
            |l| {
                l.configuration = "{".into();
                set(l, "golgi_to_granule").rows[10] = 113.0;
            },
            &[
                "row 5 begins at identifier 113, which is a `granule_cell`",
                "row 0 begins at `golgi_cell`",
                "1 of 227",
            ],
        ),
        // A set of types that the file does not have is not one of the types that its rows happen to have.
        (
            |l| {
                let text = r#"{"from_cell_types": [{"type": "nobody"}], "to_cell_types": [{"type": "purkinje_cell"}]}"#;
                let ends: serde_json::Value = serde_json::from_str(text).unwrap();
                let mut configuration: serde_json::Value = serde_json::from_str(&l.configuration).unwrap();
                configuration["connection_types"]["parallel_fiber_to_purkinje"] = ends;
                l.configuration = configuration.to_string();
            },
            &["cells/connections/parallel_fiber_to_purkinje", "has 240 rows", "`from_cell_types` are nobody"],
        ),
    ]);
}

#[test]
fn parts_of_an_interrupted_writing_disagree() {
    assert_refused(&[
        (
            |l| _ = l.maps.insert("golgi_cell".into(), vec![0, 1]),
            &["type_maps/golgi_cell_map", "has 2 cells of `golgi_cell`, but `placement` has 3"],
        ),
        (
            |l| _ = l.maps.insert("golgi_cell".into(), vec![0, 1, 50]),
            &["type_maps/golgi_cell_map", "identifier 56 at row 50", "`placement` has 2 there"],
        ),
        (
            |l| _ = l.maps.insert("golgi_cell".into(), vec![0, 1, -7]),
            &["type_maps/golgi_cell_map", "no cell at row -7"],
        ),
        (
            |l| _ = l.placed.insert("granule_cell".into(), 61),
            &["statistics/cells_placed", "`granule_cell`", "counts [61] cells, but the file has 60"],
        ),
        // Of a type that is missing altogether.
        (
            |l| _ = l.placed.insert("unipolar_brush_cell".into(), 7),
            &["statistics/cells_placed", "`unipolar_brush_cell`", "counts [7] cells, but the file has 0"],
        ),
    ]);
}

#[test]
fn labels_of_no_cell_are_refused() {
    assert_refused(&[
        (|l| l.labels[0].1.push(114.0), &["cells/labels/microzone-negative", "identifier 114", "0 to 113"]),
        (|l| l.labels[1].1[2] = 2.5, &["cells/labels/microzone-positive", "entry 2 is 2.5"]),
    ]);
}

#[test]
fn two_types_or_sets_of_one_name_are_refused() {
    assert_refused(&[
        (
            |l| {
                cells(l, "dcn_interneuron").name = "dcn_cell_glut_large".into();
                let n = l.placed.remove("dcn_interneuron").unwrap();
                l.placed.insert("dcn_cell_glut_large".into(), n);
            },
            &["`dcn_cell_glut_large` and `dcn_cell` are both lobule's `dcn_p`", "rename"],
        ),
        (
            |l| {
                let mut other = set(l, "mossy_to_dcn").clone();
                other.tag = "mossy_to_dcn_glut_large".into();
                l.sets.push(other);
            },
            &["mossy_to_dcn_glut_large", "`mossy_to_dcn`", "lobule's `mossy_fibers_to_dcn_p`"],
        ),
        (
            |l| l.labels.push(("plus".into(), vec![0.0])),
            &[
                "cells/labels/plus",
                "`plus` and `microzone-positive` are both lobule's label `plus`",
                "rename",
            ],
        ),
    ]);
}

#[test]
fn a_version_of_another_layout_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let mut layout = tiny();
    layout.version = "4.1.0".into();
    let read = format::read(&written(&folder, &layout)).unwrap();
    assert!(read.source.contains("4.1.0") && !read.source.contains("20"), "{}", read.source);
    assert!(read.notes.iter().any(|note| note.contains("`4.1.0` is not known")), "{:?}", read.notes);
    assert!(anatomy("scaffold3_tiny").notes.iter().all(|note| !note.contains("not known")));
}

#[test]
fn a_configuration_that_is_none_leaves_the_counts_and_is_refused_itself() {
    let folder = tempfile::tempdir().unwrap();
    let whole = anatomy("scaffold3_tiny");
    for (text, why) in [
        ("{\"name\": ", "is not JSON"),
        ("{\"network\": {}}", "is no configuration of BSB 3"),
        (
            r#"{"cell_types": {"granule_cell": {}}, "connection_types": {}, "network_architecture": {}}"#,
            "is of another network (it has no cell types basket_cell, dcn_cell",
        ),
    ] {
        let mut layout = tiny();
        layout.configuration = text.into();
        let path = written(&folder, &layout);
        let read = format::read(&path).unwrap();
        assert!(read.notes.iter().any(|note| note.contains(why)), "{why}: {:?}", read.notes);
        for cells in &whole.cells {
            assert_eq!(read.count(&cells.cell_type), cells.len());
        }
        // An empty set has no types without the configuration.
        for set in whole.connections.iter().filter(|set| !set.is_empty()) {
            assert_eq!(read.connections(&set.name), Some(set));
        }
        let refused = format::read_configuration(&path).unwrap_err().to_string();
        assert_names(&refused, &["`configuration_string`", why, "give the configuration of this network"]);
    }
}

#[test]
fn an_unknown_class_of_configuration_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let mut layout = tiny();
    layout.class = "my.own.Config".into();
    let read = format::read(&written(&folder, &layout)).unwrap();
    assert!(read.notes.iter().any(|n| n.contains("configuration_class `my.own.Config` is not known")));
    assert!(read.source.contains("dbbs-scaffold or BSB 3.2.9"), "{}", read.source);
}

#[test]
fn a_base_that_the_cells_do_not_keep_to_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut layout = tiny();
    layout.configuration =
        layout.configuration.replace(r#""simulation_volume_x":40.0"#, r#""simulation_volume_x":400.0"#);
    let wide = format::read(&written(&folder, &layout)).unwrap();
    assert_eq!(wide.size, [400.0, 40.0, 100.0]);
    layout.configuration =
        layout.configuration.replace(r#""simulation_volume_x":400.0"#, r#""simulation_volume_x":20.0"#);
    let narrow = format::read(&written(&folder, &layout)).unwrap();
    assert!((narrow.size[0] - 39.9683).abs() < 1e-3, "{:?}", narrow.size);
    assert!(narrow.notes.iter().any(|n| n.contains("states a base of 20 x 40")), "{:?}", narrow.notes);
}

#[test]
fn a_set_between_several_types_is_read_by_types() {
    let folder = tempfile::tempdir().unwrap();
    let mut layout = tiny();
    let rows = set(&mut layout, "stellate_to_purkinje").rows.clone();
    let joined = set(&mut layout, "basket_to_purkinje");
    joined.rows.extend(rows);
    joined.connection_types.push("stellate_to_purkinje".into());
    layout.sets.retain(|set| set.tag != "stellate_to_purkinje");
    let read = format::read(&written(&folder, &layout)).unwrap();
    let rows = |name: &str| read.connections(name).unwrap().len();
    assert_eq!(rows("basket_to_purkinje_basket_cell_to_purkinje_cell"), 11);
    assert_eq!(rows("basket_to_purkinje_stellate_cell_to_purkinje_cell"), 12);
    assert!(read.notes.iter().any(|n| n.contains("`basket_to_purkinje` joins several types")));
}

#[test]
fn pickles_are_never_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let mut layout = tiny();
    let plain = format::read(&written(&folder, &layout)).unwrap();
    layout.pickle = b"cos\nsystem\n(S'false'\ntR.".repeat(40_000);
    assert_eq!(format::read(&written(&folder, &layout)).unwrap(), plain);
}

#[test]
fn other_files_are_named_as_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.hdf5");
    for (member, parts) in [
        ("recorders", &["results of BSB 3"][..]),
        ("spikes", &["spikes in SONATA's format"]),
        ("nodes", &["nodes of a SONATA circuit", "circuit_config.json"]),
        ("edges", &["edges of a SONATA circuit"]),
        ("specifications", &["NWB"]),
        ("anything", &["holds no network (it has anything)", "BSB 3 to 8", "Casali et al. 2019", "SONATA"]),
    ] {
        let output = Output::create(&path).unwrap();
        output.root().group(member).unwrap();
        output.finish().unwrap();
        assert_names(&refusal(&path), parts);
    }
    let output = Output::create(&path).unwrap();
    output.finish().unwrap();
    assert_names(&refusal(&path), &["it has nothing"]);
    let packed = file("bsb7_tiny").with_extension("hdf5.gz");
    assert_names(&refusal(&packed), &["gzip", "unzip it first"]);
}

#[test]
fn types_of_2019_are_numbered_from_1() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("2019.hdf5");
    let mut shifted = Raw::of("casali2019_tiny");
    shifted.positions.chunks_exact_mut(5).for_each(|row| row[1] -= 1.0);
    shifted.write(&path);
    let found = "has type numbers 0, 1, 2, 3, 4, 5, 6; known are 1 golgi_cell, 2 glomerulus";
    assert_names(&refusal(&path), &["positions", found, "7 dcn_p, 8 io_cell"]);

    let mut ninth = Raw::of("casali2019_tiny");
    ninth.positions[1] = 9.0;
    ninth.write(&path);
    assert_names(&refusal(&path), &["type numbers 1, 2, 3, 4, 5, 6, 7, 9; known are"]);

    // An eighth type is the olive of late files.
    let mut late = Raw::of("casali2019_tiny");
    late.positions.extend([464.0, 8.0, 10.0, -300.0, 10.0]);
    late.write(&path);
    let read = format::read(&path).unwrap();
    assert_eq!((read.count("io_cell"), read.count("dcn_p")), (1, 8));
    assert_eq!(read.size, anatomy("casali2019_tiny").size);
    assert!(read.notes.iter().any(|n| n.contains("type number 8")));
}

#[test]
fn faults_of_raw_layouts_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("raw.hdf5");
    type Fault = (&'static str, fn(&mut Raw), &'static [&'static str]);
    let cases: [Fault; 9] = [
        ("scaffold2_tiny", |r| r.positions[0] = 0.5, &["positions", "row 0 has identifier 0.5"]),
        ("scaffold2_tiny", |r| r.positions[1] = 7.0, &["positions", "row 0 has type number 7", "names 7"]),
        ("scaffold2_tiny", |r| r.positions[3] = f64::NAN, &["positions", "row 0 is at", "NaN"]),
        ("scaffold2_tiny", |r| r.positions[5] = r.positions[0], &["positions", "overlap"]),
        (
            "casali2019_tiny",
            |r| r.set("glom_grc")[0] = 464.0,
            &["connections/glom_grc", "row 0 begins at 464", "0 to 463"],
        ),
        (
            "casali2019_tiny",
            |r| r.set("glom_grc")[1] = 0.0,
            &[
                "connections/glom_grc",
                "row 0 ends on identifier 0, which is a `golgi_cell (type 1)`",
                "1 of 1487",
            ],
        ),
        // A faulty set is put right as a whole or not at all.
        (
            "scaffold2_tiny",
            |r| r.set("GolgiGlomerulus")[1] = 5.0,
            &["connections/GolgiGlomerulus", "row 0 ends on identifier 5", "Purkinje Cell", "of 23 rows"],
        ),
        (
            "scaffold2_tiny",
            |r| r.types[6] = "Rosette".into(),
            &["connections/GlomerulusDCN", "30 rows", "no cells `glomerulus`"],
        ),
        (
            "scaffold2_tiny",
            |r| r.types[5] = "Granule Cell".into(),
            &["`Granule Cell` and `Granule Cell` are both lobule's `granule_cell`"],
        ),
    ];
    for (name, damage, parts) in cases {
        let mut raw = Raw::of(name);
        raw.write(&path);
        assert_eq!(format::read(&path).unwrap().connections, anatomy(name).connections);
        damage(&mut raw);
        raw.write(&path);
        assert_names(&refusal(&path), parts);
    }
}

#[test]
fn a_raw_set_without_a_known_name_joins_the_types_of_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("raw.hdf5");
    let mut raw = Raw::of("scaffold2_tiny");
    raw.sets.iter_mut().find(|set| set.0 == "PFPurkinje").unwrap().0 = "Mine".into();
    raw.write(&path);
    let read = format::read(&path).unwrap();
    let set = read.connections("Mine").unwrap();
    assert_eq!(
        (set.len(), set.pre_type.as_str(), set.post_type.as_str()),
        (237, "granule_cell", "purkinje_cell")
    );
    assert!(read.notes.iter().any(|n| n.contains("`Mine` is a set that lobule does not know")));
}

#[test]
fn files_cut_off_anywhere_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.hdf5");
    for name in ["scaffold3_tiny", "scaffold2_tiny"] {
        let bytes = std::fs::read(file(name)).unwrap();
        let steps = (0..bytes.len()).step_by(499).chain(bytes.len() - 40..bytes.len()).chain(0..40);
        for n in steps {
            std::fs::write(&path, &bytes[..n]).unwrap();
            refusal(&path);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn changed_bytes_end_in_a_network_or_in_a_message(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..30),
        which in 0usize..4,
    ) {
        let name = ["scaffold3_tiny", "bsb3_tiny", "scaffold2_tiny", "casali2019_tiny"][which];
        let mut bytes = std::fs::read(file(name)).unwrap();
        for (at, byte) in changes {
            let n = bytes.len();
            bytes[at.index(n)] = byte;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("changed.hdf5");
        std::fs::write(&path, bytes).unwrap();
        match format::read(&path) {
            Ok(read) => read.connections.iter().for_each(|set| {
                set.statistics(read.count(&set.pre_type), read.count(&set.post_type));
            }),
            Err(error) => prop_assert!(error.to_string().contains("changed.hdf5")),
        }
        let _ = format::read_configuration(&path);
    }
}
