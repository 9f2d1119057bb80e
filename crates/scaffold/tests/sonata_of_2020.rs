//! Promise: SONATA circuits as people wrote them are read where their meaning is unambiguous, and a note says how; the
//! rest is refused with the remedy.
//!
//! `legacy/sonata_offset_tiny` has the oddities of an export of 2020 through PyNN: node ids that go on over
//! populations, a manifest relative to the folder above, an edge file that is listed twice, an index of groups that
//! saturates, positions that count the cells.

use lobule_scaffold::hdf5::{Group, Output};
use lobule_scaffold::{Anatomy, CellSites, ConnectionSet, Error, bsb, format, sonata};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// A copy of the circuit of 2020.
fn tiny(folder: &Path) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/legacy/sonata_offset_tiny");
    let to = folder.join("sonata_offset_tiny");
    copy(&from, &to);
    to
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Changes the text of a file.
fn change(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "`{from}` is not in {}", path.display());
    fs::write(path, text.replace(from, to)).unwrap();
}

#[track_caller]
fn assert_names(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

#[track_caller]
fn refused(read: Result<Anatomy, Error>, parts: &[&str]) {
    let message = read.expect_err("the circuit must be refused").to_string();
    assert!(!message.contains('\n') && message.len() < 700, "{message}");
    assert_names(&message, parts);
}

/// One note that begins with a text.
#[track_caller]
fn note(anatomy: &Anatomy, begin: &str) -> String {
    let found: Vec<&String> = anatomy.notes.iter().filter(|note| note.starts_with(begin)).collect();
    assert_eq!(found.len(), 1, "`{begin}`: {:#?}", anatomy.notes);
    found[0].clone()
}

// ------------------------------------------------------------ the circuit of 2020

#[test]
fn the_circuit_of_2020_is_read_with_a_note_on_each_departure() {
    let folder = folder();
    let anatomy = format::read(&tiny(folder.path())).unwrap();
    let counts: Vec<(&str, usize)> = anatomy.cells.iter().map(|c| (c.cell_type.as_str(), c.len())).collect();
    assert_eq!(counts, [("purkinje_cell", 4), ("granule_cell", 60), ("mossy_fiber", 6), ("io_cell", 4)]);
    let set = |name: &str| {
        let set = anatomy.connections(name).unwrap();
        (set.pre_type.as_str(), set.post_type.as_str(), set.len(), set.pairs().len())
    };
    assert_eq!(set("ascending_axon_to_purkinje"), ("granule_cell", "purkinje_cell", 240, 240));
    assert_eq!(set("glomerulus_to_granule"), ("mossy_fiber", "granule_cell", 227, 156));
    assert_eq!(set("io_to_purkinje"), ("io_cell", "purkinje_cell", 4, 4));
    assert_eq!(anatomy.connections.len(), 3);
    // Olive cells 150, 150, 152, 151 contact Purkinje cells 3, 6, 4, 5.
    let climbing = anatomy.connections("io_to_purkinje").unwrap();
    assert_eq!((&climbing.pre[..], &climbing.post[..]), (&[0, 0, 2, 1][..], &[0, 3, 1, 2][..]));

    for (population, first) in [("purkinje", 3), ("granule", 73), ("mossy", 140), ("io", 150)] {
        note(&anatomy, &format!("node ids of `{population}` begin at {first};"));
    }
    note(&anatomy, "relative paths of circuit_config.json begin at the folder above");
    assert_names(&note(&anatomy, "edges_granule-purkinje.h5 is listed more than once"), &["networks.edges"]);
    assert_names(&note(&anatomy, "`purkinje_cell` have lost"), &["parallel fibers"]);
    assert_names(
        &note(&anatomy, "`edges/granule-purkinje/edge_group_index` (rows 100 and 101 both are 100)"),
        &["`edges/mossy-granule/edge_group_index`", "nothing that is read depends on them"],
    );
    assert_names(
        &note(&anatomy, "`purkinje`, `granule`, `mossy`, `io` have positions"),
        &["numbers, not places"],
    );
    let names = anatomy.notes.join("\n");
    assert_names(&names, &["`granule` is read as `granule_cell`", "`io` is read as `io_cell`"]);
    assert_names(
        &names,
        &["`granule-purkinje` is read as `ascending_axon_to_purkinje`", "count as those of ascending axons"],
    );
    assert_names(
        &names,
        &["`glomerulus_to_granule` begin at mossy fibers", "dynamics_params are attributes"],
    );
}

#[test]
fn a_circuit_of_2020_is_the_same_after_a_round_trip_through_both_formats() {
    let folder = folder();
    let anatomy = sonata::read(&tiny(folder.path())).unwrap();
    let path = |name: &str| folder.path().join(name);
    sonata::write(&path("again"), &anatomy).unwrap();
    assert_eq!(sonata::read(&path("again")).unwrap(), anatomy);
    assert!(anatomy.is_in_chunk_order());
    bsb::write(&path("again.hdf5"), &anatomy).unwrap();
    let mut file = format::read(&path("again.hdf5")).unwrap();
    // A file of BSB has the empty set of labels, too.
    file.cells.iter_mut().for_each(|cells| cells.label_sets.retain(|set| !set.is_empty()));
    assert_eq!(file, anatomy);
}

// --------------------------------------------------------------- paths and folders

#[test]
fn a_folder_of_the_same_name_inside_comes_before_the_one_above() {
    let folder = folder();
    let circuit = tiny(folder.path());
    // A circuit as the format says: the manifest begins at the configuration's own folder.
    let inside = circuit.join("sonata_offset_tiny");
    fs::create_dir(&inside).unwrap();
    copy(&circuit.join("networks"), &inside.join("networks"));
    for name in ["edges_io-purkinje.h5", "nodes_io.h5"] {
        fs::remove_file(circuit.join("networks").join(name)).unwrap();
    }
    let whole = sonata::read(&circuit).unwrap();
    assert_eq!(whole.count("io_cell"), 4);
    assert!(whole.notes.iter().all(|note| !note.starts_with("relative paths")), "{:?}", whole.notes);

    // Where the one inside is not whole, and the one above is, it is that.
    let again = self::folder();
    let circuit = tiny(again.path());
    fs::create_dir_all(circuit.join("sonata_offset_tiny/networks")).unwrap();
    fs::write(circuit.join("sonata_offset_tiny/networks/nodes_io.h5"), "not a circuit").unwrap();
    note(&sonata::read(&circuit).unwrap(), "relative paths");

    // Half here and half there are two circuits.
    fs::rename(
        circuit.join("networks/edges_io-purkinje.h5"),
        circuit.join("sonata_offset_tiny/networks/edges_io-purkinje.h5"),
    )
    .unwrap();
    refused(sonata::read(&circuit), &["sonata_offset_tiny/networks/", "no such file", "`manifest`"]);
}

#[test]
fn a_circuit_is_found_through_a_link_to_its_folder() {
    let folder = folder();
    fs::create_dir(folder.path().join("data")).unwrap();
    let circuit = tiny(&folder.path().join("data"));
    let direct = sonata::read(&circuit).unwrap();
    let link = folder.path().join("my_circuit");
    symlink(&circuit, &link).unwrap();
    assert_eq!(sonata::read(&link).unwrap(), direct);
    assert_eq!(sonata::read(&link.join("circuit_config.json")).unwrap(), direct);
    // The configuration of a simulation with the same manner.
    let simulation = circuit.join("simulation.json");
    fs::write(&simulation, r#"{"network": "sonata_offset_tiny/circuit_config.json"}"#).unwrap();
    let read = sonata::read(&simulation).unwrap();
    assert_eq!((&read.cells, &read.connections), (&direct.cells, &direct.connections));
    assert_names(&read.notes.join("\n"), &["relative paths of simulation.json begin at the folder above"]);
}

#[test]
fn a_missing_file_of_a_manifest_is_told_with_the_folders_it_was_looked_for() {
    let folder = folder();
    let circuit = tiny(folder.path());
    fs::remove_file(circuit.join("networks/nodes_io.h5")).unwrap();
    refused(
        sonata::read(&circuit),
        &["no such file", "the folder of circuit_config.json, or at the one above", "`manifest`"],
    );
    change(&circuit.join("circuit_config.json"), "\"sonata_offset_tiny\"", "\"elsewhere\"");
    refused(sonata::read(&circuit), &["elsewhere/networks/nodes_purkinje.h5", "no such file"]);
}

// ------------------------------------------------------------------- repeated files

#[test]
fn a_file_is_read_once_by_whatever_path_or_link_it_is_listed() {
    let folder = folder();
    let circuit = tiny(folder.path());
    let networks = circuit.join("networks");
    symlink("edges_io-purkinje.h5", networks.join("soft.h5")).unwrap();
    fs::hard_link(networks.join("edges_io-purkinje.h5"), networks.join("hard.h5")).unwrap();
    let config = circuit.join("circuit_config.json");
    let original = fs::read_to_string(&config).unwrap();
    let entry = "\"edges_file\": \"$NETWORK_DIR/edges_io-purkinje.h5\",\n    \"edge_types_file\": \"$NETWORK_DIR/edge_types_io-purkinje.csv\"\n   },";
    assert!(original.contains(entry));
    for other in
        ["$NETWORK_DIR/../networks/edges_io-purkinje.h5", "$NETWORK_DIR/soft.h5", "$NETWORK_DIR/hard.h5"]
    {
        let again = format!("{entry}\n{{{}", entry.replace("$NETWORK_DIR/edges_io-purkinje.h5", other));
        fs::write(&config, original.replace(entry, &again)).unwrap();
        let anatomy = sonata::read(&circuit).unwrap();
        assert_eq!(anatomy.connections.len(), 3, "{other}");
        let name = other.rsplit('/').next().unwrap();
        assert_names(&note(&anatomy, &format!("{name} is listed more than once")), &["read once"]);
    }
    // Nodes likewise.
    let entry = "\"nodes_file\": \"$NETWORK_DIR/nodes_io.h5\",\n    \"node_types_file\": \"$NETWORK_DIR/node_types_io.csv\"\n   }";
    fs::write(&config, original.replace(entry, &format!("{entry},\n{{{entry}"))).unwrap();
    assert_names(&note(&sonata::read(&circuit).unwrap(), "nodes_io.h5 is listed"), &["`networks.nodes`"]);
}

#[test]
fn a_file_that_is_listed_with_two_tables_of_types_is_refused() {
    let folder = folder();
    let circuit = tiny(folder.path());
    let config = circuit.join("circuit_config.json");
    let last = "edge_types_granule-purkinje.csv\"\n   }\n  ]";
    change(&config, last, &last.replace("granule-purkinje", "io-purkinje"));
    refused(
        sonata::read(&circuit),
        &["`networks.edges`", "edges_granule-purkinje.h5 is listed twice", "edge_types_io-purkinje.csv"],
    );
}

#[test]
fn one_population_in_two_files_is_refused() {
    let folder = folder();
    let circuit = tiny(folder.path());
    let config = circuit.join("circuit_config.json");
    fs::copy(circuit.join("networks/edges_io-purkinje.h5"), circuit.join("networks/other.h5")).unwrap();
    let last = "$NETWORK_DIR/edges_granule-purkinje.h5\",\n    \"edge_types_file\": \"$NETWORK_DIR/edge_types_granule-purkinje.csv\"\n   }\n  ]";
    change(&config, last, &last.replace("edges_granule-purkinje.h5", "other.h5"));
    refused(sonata::read(&circuit), &["other.h5", "`io-purkinje`", "already", "rename the population"]);
    let other = self::folder();
    let circuit = tiny(other.path());
    fs::copy(circuit.join("networks/nodes_io.h5"), circuit.join("networks/other.h5")).unwrap();
    change(&circuit.join("circuit_config.json"), "nodes_mossy.h5", "other.h5");
    change(&circuit.join("circuit_config.json"), "node_types_mossy.csv", "node_types_io.csv");
    refused(sonata::read(&circuit), &["nodes_io.h5", "nodes/io", "population of an earlier file"]);
}

// -------------------------------------------------------------------- ids and indices

/// Writes a circuit of the populations `a` and `b` with the set `a_to_b`.
fn pair(
    folder: &Path,
    nodes: impl Fn(&Group, &str) -> Result<(), Error>,
    edges: impl Fn(&Group) -> Result<(), Error>,
) -> Result<Anatomy, Error> {
    let output = Output::create(&folder.join("nodes.h5"))?;
    let root = output.root().group("nodes")?;
    for name in ["a", "b"] {
        let group = root.group(name)?;
        group.data("node_type_id", &[0i64; 4], &[4])?;
        nodes(&group, name)?;
    }
    drop(root);
    output.finish()?;
    let output = Output::create(&folder.join("edges.h5"))?;
    let group = output.root().group("edges")?.group("a_to_b")?;
    edges(&group)?;
    drop(group);
    output.finish()?;
    sonata::read(folder)
}

/// Edges between ids, as numbers of a type.
fn edges(group: &Group, pre: &[u64], post: &[u64]) -> Result<(), Error> {
    group.data("source_node_id", pre, &[pre.len()])?.text("node_population", "a")?;
    group.data("target_node_id", post, &[post.len()])?.text("node_population", "b").map(drop)
}

fn x_of(anatomy: &Anatomy, cell_type: &str) -> Vec<f64> {
    anatomy.cells(cell_type).unwrap().positions.iter().map(|p| p[0]).collect()
}

#[test]
fn a_cells_number_is_the_place_of_its_id_in_ascending_order() {
    let large = 1u64 << 40;
    // (ids in the order of rows, x in the order of cells, note)
    let cases: [([u64; 4], [f64; 4], Option<&str>); 5] = [
        ([0, 1, 2, 3], [10.0, 20.0, 30.0, 40.0], None),
        ([3, 1, 2, 0], [40.0, 20.0, 30.0, 10.0], None),
        ([76, 75, 74, 73], [40.0, 30.0, 20.0, 10.0], Some("begin at 73;")),
        ([5, 9, 0, 200], [30.0, 10.0, 20.0, 40.0], Some("have gaps (from 0 to 200 for 4 nodes)")),
        ([large, 7, large + 1, 8], [20.0, 40.0, 10.0, 30.0], Some("have gaps (from 7 to 1099511627777")),
    ];
    for (ids, x, said) in cases {
        let folder = folder();
        let nodes = |group: &Group, _: &str| {
            group.data("node_id", &ids, &[4])?;
            let columns = group.group("0")?;
            columns.data("x", &[10.0, 20.0, 30.0, 40.0], &[4])?;
            columns.data("y", &[1.0; 4], &[4])?;
            columns.data("z", &[0.0; 4], &[4]).map(drop)
        };
        // An edge from and onto each node, in the order of rows.
        let anatomy = pair(folder.path(), nodes, |group| edges(group, &ids, &ids)).unwrap();
        assert_eq!(x_of(&anatomy, "a"), x, "{ids:?}");
        let set = &anatomy.connections[0];
        assert_eq!(set.pre, set.post);
        let reached: Vec<f64> = set.pre.iter().map(|&i| x_of(&anatomy, "b")[i as usize]).collect();
        assert_eq!(reached, [10.0, 20.0, 30.0, 40.0], "{ids:?}");
        match said {
            Some(text) => assert_names(&note(&anatomy, "node ids of `a`"), &[text]),
            None => assert!(anatomy.notes.iter().all(|n| !n.starts_with("node ids")), "{:?}", anatomy.notes),
        }
    }
}

#[test]
fn ids_that_name_no_node_are_refused_with_those_there_are() {
    let with = |ids: [u64; 4], target: u64| {
        let folder = folder();
        let nodes = |group: &Group, _: &str| group.data("node_id", &ids, &[4]).map(drop);
        pair(folder.path(), nodes, |group| edges(group, &ids[..2], &[ids[0], target]))
    };
    refused(with([0, 1, 2, 3], 4), &["target_node_id", "edge 1 names node 4", "`b` has 4, numbered from 0"]);
    // Numbers of rows in a population whose ids begin elsewhere.
    refused(with([73, 74, 75, 76], 0), &["edge 1 names node 0", "numbered from 73 to 76"]);
    refused(with([73, 74, 75, 76], 77), &["names node 77"]);
    refused(with([2, 4, 6, 8], 5), &["names node 5", "numbered from 2 to 8 with gaps"]);
    refused(
        with([7, 9, 7, 8], 7),
        &["nodes/a/node_id", "has 7 twice (rows 0 and 2)", "number the nodes again"],
    );
    refused(with([0, 1, 2, u64::MAX], 0), &["nodes/a/node_id", "18446744073709551615"]);
}

#[test]
fn an_index_that_saturates_is_refused_as_soon_as_an_attribute_is_read_by_it() {
    let n = 300;
    let read = |index: fn(usize) -> i64, column: Option<(&str, usize)>| {
        let folder = folder();
        let all = |group: &Group| {
            edges(group, &vec![0; n], &vec![1; n])?;
            group.data("edge_group_id", &vec![0i16; n], &[n])?;
            group.data("edge_group_index", &(0..n).map(index).collect::<Vec<_>>(), &[n])?;
            let columns = group.group("0")?;
            columns.data("weight", &vec![1.0; n], &[n])?;
            column.map_or(Ok(()), |(name, m)| columns.data(name, &vec![2u8; m], &[m]).map(drop))
        };
        pair(folder.path(), |_, _| Ok(()), all)
    };
    let saturated: fn(usize) -> i64 = |k| k.min(127) as i64;
    let wrapped: fn(usize) -> i64 = |k| i64::from(k as u8 as i8);
    for index in [saturated, wrapped] {
        let anatomy = read(index, None).unwrap();
        assert_eq!(anatomy.connections[0].len(), n);
        note(&anatomy, "`edges/a_to_b/edge_group_index` (row");
    }
    refused(
        read(saturated, Some(("nsyns", n))),
        &[
            "edge_group_index",
            "rows 127 and 128 both are 127",
            "172 of the 300 entries",
            "write the index again",
        ],
    );
    refused(read(wrapped, Some(("nsyns", n))), &["edge_group_index", "row 128 is -128", "0 or more"]);
    // Rows that share the entries of a short column are no fault.
    let shared = read(|k| k as i64 % 3, Some(("nsyns", 3))).unwrap();
    assert_eq!(shared.connections[0].len(), 2 * n);
    assert!(shared.notes.iter().all(|note| !note.contains("edge_group_index")), "{:?}", shared.notes);
}

#[test]
fn places_by_an_index_that_saturates_are_refused() {
    let folder = folder();
    let nodes = |group: &Group, _: &str| {
        group.data("node_group_id", &[0i8; 4], &[4])?;
        group.data("node_group_index", &[0i8, 1, 1, 1], &[4])?;
        group.group("0")?.data("x", &[1.0, 2.0, 3.0, 4.0], &[4]).map(drop)
    };
    let read = pair(folder.path(), nodes, |group| edges(group, &[0], &[1]));
    refused(
        read,
        &["nodes/a/node_group_index", "rows 1 and 2 both are 1", "2 of the 4 entries of `nodes/a/0/x`"],
    );
}

#[test]
fn positions_on_a_line_are_noted_and_others_are_not() {
    let read = |x: [f64; 4], y: f64| {
        let folder = folder();
        let nodes = |group: &Group, _: &str| {
            let columns = group.group("0")?;
            columns.data("x", &x, &[4])?;
            columns.data("y", &[0.0, 0.0, 0.0, y], &[4])?;
            columns.data("z", &[0.0; 4], &[4]).map(drop)
        };
        let anatomy = pair(folder.path(), nodes, |group| edges(group, &[0], &[1])).unwrap();
        anatomy.notes.into_iter().find(|note| note.contains("have positions"))
    };
    assert_names(&read([0.0, 1.0, 2.0, 3.0], 0.0).unwrap(), &["`a`, `b`", "numbers, not places"]);
    assert_names(&read([73.0, 74.0, 75.0, 76.0], 0.0).unwrap(), &["numbers, not places"]);
    assert_names(&read([0.5, 12.0, 3.0, 80.0], 0.0).unwrap(), &["on a line"]);
    assert_eq!(read([0.0, 1.0, 2.0, 3.0], 5.0), None);
}

// ------------------------------------------------------------------------ round trips

#[test]
fn names_that_lobule_has_no_model_for_survive_a_circuit() {
    let cells = |cell_type: &str, n: usize, labels: Vec<u16>| CellSites {
        cell_type: cell_type.into(),
        positions: (0..n).map(|i| [i as f64, 0.1 * i as f64, -3.0]).collect(),
        label_sets: vec![vec![], vec!["plus".into()], vec!["minus".into(), "my label".into()]],
        labels,
    };
    let set = |name: &str, pre: &str, post: &str, rows: &[(u32, u32)]| ConnectionSet {
        name: name.into(),
        pre_type: pre.into(),
        post_type: post.into(),
        pre: rows.iter().map(|r| r.0).collect(),
        post: rows.iter().map(|r| r.1).collect(),
        ..ConnectionSet::default()
    };
    // Among them the names of the export of 2020, which are not read as others in circuits of lobule's own.
    let anatomy = Anatomy {
        size: [40.0, 40.0, 100.0],
        cells: vec![
            cells("purkinje_cell", 4, vec![1, 1, 2, 2]),
            cells("dcn_cell_Gly-I", 2, vec![1, 2]),
            cells("granule", 3, vec![]),
            cells("my own cell", 0, vec![]),
            cells("dcn", 1, vec![0]),
        ],
        connections: vec![
            set(
                "purkinje_to_dcn_Gly-I",
                "purkinje_cell",
                "dcn_cell_Gly-I",
                &[(0, 1), (0, 1), (3, 0), (0, 1)],
            ),
            set("granule-purkinje", "granule", "purkinje_cell", &[(2, 0), (1, 3)]),
            set("NC_dcn_empty", "dcn_cell_Gly-I", "dcn", &[]),
            set("of nobody", "my own cell", "my own cell", &[]),
            set("golgi_to_glomerulus_anatomy", "granule", "granule", &[(0, 0)]),
        ],
        source: "a test".into(),
        notes: vec!["one note.".into()],
    };
    let folder = folder();
    let path = folder.path().join("circuit");
    sonata::write(&path, &anatomy).unwrap();
    assert_eq!(sonata::read(&path).unwrap(), anatomy);
}

#[test]
fn files_of_2020_and_later_go_through_a_circuit_and_back() {
    for name in ["scaffold3_tiny", "bsb3_tiny", "scaffold2_tiny", "casali2019_tiny"] {
        let folder = folder();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/legacy/{name}.hdf5"));
        let anatomy = format::read(&file).unwrap();
        let path = folder.path().join("circuit");
        sonata::write(&path, &anatomy).unwrap();
        assert_eq!(format::read(&path).unwrap(), anatomy, "{name}");
    }
}
