//! Promise: what is written as a SONATA circuit is read back unchanged; circuits of other
//! programs are read with a note about all that is left out; and a circuit that
//! contradicts itself ends in one message that names the file, the object, the
//! value and the remedy. It never ends in a panic.

use lobule_scaffold::hdf5::Output;
use lobule_scaffold::{Anatomy, CellSites, ConnectionSet, ScaffoldSpec, bsb, format, reconstruct, sonata};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn refusal(path: &Path) -> String {
    let message = sonata::read(path).expect_err("the circuit must be refused").to_string();
    assert!(!message.contains('\n') && message.len() < 600, "{message}");
    message
}

fn assert_names(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

// ---------------------------------------------------------------- round trips

fn cells(cell_type: &'static str) -> impl Strategy<Value = CellSites> {
    let position = || prop_oneof![4 => -150.0..250.0f64, 1 => Just(0.1 + 0.2), 1 => Just(-0.0)];
    let cell = ([position(), position(), position()], 0u16..3);
    (prop::collection::vec(cell, 0..20), any::<bool>()).prop_map(move |(placed, is_labeled)| CellSites {
        cell_type: cell_type.into(),
        positions: placed.iter().map(|(p, _)| *p).collect(),
        // A comma in a label divides labels in the file, but not in the record.
        label_sets: vec![vec![], vec!["plus".into()], vec!["minus".into(), "a,b".into()]],
        labels: if is_labeled { placed.iter().map(|(_, label)| *label).collect() } else { vec![] },
    })
}

fn anatomies() -> impl Strategy<Value = Anatomy> {
    let types = (cells("unipolar_brush_cell"), cells("golgi_cell"), cells("mossy_fiber"));
    let row = (0u32..1000, 0u32..1000, [-1i32..5, -1..5], [-1i32..5, -1..9]);
    let set = (0usize..3, 0usize..3, prop::collection::vec(row, 0..60), any::<[bool; 2]>());
    (types, prop::collection::vec(set, 0..3), [0.0f64..1e4, 0.0..1e4, 0.0..1e4], ".{0,20}").prop_map(
        |((a, b, c), sets, size, note)| {
            let cells = vec![a, b, c];
            let connect = |(k, (pre, post, rows, has_sites)): (usize, (usize, usize, Vec<_>, [bool; 2]))| {
                let (n, m) = (cells[pre].len() as u32, cells[post].len() as u32);
                let rows: Vec<(u32, u32, [i32; 2], [i32; 2])> = if n * m == 0 { vec![] } else { rows };
                ConnectionSet {
                    name: format!("set_{}", 9 - k),
                    pre_type: cells[pre].cell_type.clone(),
                    post_type: cells[post].cell_type.clone(),
                    pre: rows.iter().map(|r| r.0 % n).collect(),
                    post: rows.iter().map(|r| r.1 % m).collect(),
                    pre_site: if has_sites[0] { rows.iter().map(|r| r.2).collect() } else { vec![] },
                    post_site: if has_sites[1] { rows.iter().map(|r| r.3).collect() } else { vec![] },
                }
            };
            let connections: Vec<_> = sets.into_iter().enumerate().map(connect).collect();
            Anatomy { size, cells: cells.clone(), connections, source: "generated".into(), notes: vec![note] }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_anatomy_survives_a_circuit(anatomy in anatomies()) {
        let folder = folder();
        let path = folder.path().join("circuit");
        sonata::write(&path, &anatomy).unwrap();
        prop_assert_eq!(sonata::read(&path).unwrap(), anatomy.clone());
        prop_assert_eq!(format::read(&path.join("circuit_config.json")).unwrap(), anatomy);
    }
}

#[test]
fn a_reconstruction_goes_from_one_format_to_the_other_and_back() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let mut anatomy = reconstruct(&ScaffoldSpec::mouse(50.0, 50.0), 3).unwrap();
    anatomy.sort_by_chunk();
    bsb::write(&path("a.hdf5"), &anatomy).unwrap();
    let read = bsb::read(&path("a.hdf5")).unwrap();
    sonata::write(&path("a"), &read).unwrap();
    let again = sonata::read(&path("a")).unwrap();
    assert_eq!(again, read);
    assert!(again.is_in_chunk_order());
    bsb::write(&path("b.hdf5"), &again).unwrap();
    assert_eq!(bsb::read(&path("b.hdf5")).unwrap(), anatomy);
    // The same anatomy gives the same bytes.
    sonata::write(&path("b"), &again).unwrap();
    for name in ["nodes.h5", "edges.h5", "circuit_config.json", "node_types.csv"] {
        assert!(
            std::fs::read(path("a").join(name)).unwrap() == std::fs::read(path("b").join(name)).unwrap(),
            "{name}"
        );
    }
}

#[test]
fn a_name_that_is_taken_is_refused_and_nothing_is_left() {
    let folder = folder();
    let path = folder.path().join("circuit");
    std::fs::create_dir(&path).unwrap();
    let message = sonata::write(&path, &Anatomy::default()).unwrap_err().to_string();
    assert_names(&message, &["circuit", "not overwritten"]);
    std::fs::remove_dir(&path).unwrap();

    let golgi =
        CellSites { cell_type: "golgi_cell".into(), positions: vec![[f64::NAN; 3]], ..CellSites::default() };
    let bad = Anatomy { cells: vec![golgi], ..Anatomy::default() };
    assert_names(&sonata::write(&path, &bad).unwrap_err().to_string(), &["`golgi_cell`", "cell 0", "NaN"]);
    let message =
        sonata::write(&folder.path().join("no/circuit"), &Anatomy::default()).unwrap_err().to_string();
    assert_names(&message, &["circuit", "folder exists"]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

// ------------------------------------------------------- circuits of other programs

/// Values of a dataset.
#[derive(Clone)]
enum Data {
    Integers(Vec<i64>),
    Floats(Vec<f64>),
}

/// A circuit as bmtk's builder writes it: two populations, one of two kinds of cells.
#[derive(Clone)]
struct Draft {
    data: BTreeMap<String, Data>,
    /// `node_population` of the two ends.
    ends: [Option<&'static str>; 2],
    config: Option<String>,
    node_types: String,
    edge_types: String,
}

const NODES: &str = "nodes/cortex";
const EDGES: &str = "edges/inputs_to_cortex";

impl Draft {
    fn network() -> Self {
        let mut draft = Self {
            data: BTreeMap::new(),
            ends: [Some("inputs"), Some("cortex")],
            config: None,
            node_types: "node_type_id pop_name model_type model_template\n\
                         7 golgi_cell point_neuron nest:iaf\n8 purkinje_cell point_neuron nest:iaf\n9 NULL virtual NULL\n"
                .into(),
            edge_types: "edge_type_id target_query source_query delay\n1 \"pop_name=='a b'\" * 2.0\n".into(),
        };
        // Cells of either kind alternate; ids are not in the order of rows.
        draft.integers(NODES, "node_id", &[3, 1, 2, 0]);
        draft.integers(NODES, "node_type_id", &[8, 8, 7, 7]);
        draft.integers(NODES, "node_group_id", &[0, 1, 0, 0]);
        draft.integers(NODES, "node_group_index", &[2, 0, 1, 0]);
        for (axis, values) in [("x", [1.0, 2.0, 3.0]), ("y", [10.0, 20.0, 30.0]), ("z", [5.0, 5.0, 5.0])] {
            draft.data.insert(format!("{NODES}/0/{axis}"), Data::Floats(values.to_vec()));
        }
        draft.integers(NODES, "1/tuning", &[4]);
        draft.integers("nodes/inputs", "node_type_id", &[9, 9]);
        draft.integers(EDGES, "source_node_id", &[0, 1, 1]);
        draft.integers(EDGES, "target_node_id", &[3, 0, 2]);
        draft.integers(EDGES, "edge_type_id", &[1, 1, 1]);
        draft.integers(EDGES, "edge_group_id", &[0, 0, 0]);
        draft.integers(EDGES, "edge_group_index", &[0, 1, 2]);
        draft.integers(EDGES, "0/nsyns", &[1, 3, 2]);
        draft.data.insert(format!("{EDGES}/0/syn_weight"), Data::Floats(vec![1.0; 3]));
        draft
    }

    fn integers(&mut self, group: &str, name: &str, values: &[i64]) {
        self.data.insert(format!("{group}/{name}"), Data::Integers(values.to_vec()));
    }

    fn remove(&mut self, path: &str) {
        self.data.retain(|key, _| key != path && !key.starts_with(&format!("{path}/")));
    }

    fn write(&self, folder: &Path) {
        for root in ["nodes", "edges"] {
            let output = Output::create(&folder.join(format!("net_{root}.h5"))).unwrap();
            let mut groups = BTreeMap::from([(String::new(), output.root())]);
            for (path, data) in self.data.iter().filter(|(path, _)| path.split('/').next() == Some(root)) {
                let (parent, name) = path.rsplit_once('/').unwrap();
                let mut at = String::new();
                for part in parent.split('/') {
                    let next = format!("{at}/{part}");
                    if !groups.contains_key(&next) {
                        let group = groups[&at].group(part).unwrap();
                        groups.insert(next.clone(), group);
                    }
                    at = next;
                }
                let group = &groups[&at];
                let data = match data {
                    Data::Integers(v) => group.data(name, v, &[v.len()]).unwrap(),
                    Data::Floats(v) => group.data(name, v, &[v.len()]).unwrap(),
                };
                let end = ["source_node_id", "target_node_id"].iter().position(|n| *n == name);
                if let Some(population) = end.and_then(|end| self.ends[end]) {
                    data.text("node_population", population).unwrap();
                }
            }
            drop(groups);
            output.finish().unwrap();
        }
        std::fs::write(folder.join("net_node_types.csv"), &self.node_types).unwrap();
        std::fs::write(folder.join("net_edge_types.csv"), &self.edge_types).unwrap();
        if let Some(config) = &self.config {
            std::fs::write(folder.join("circuit_config.json"), config).unwrap();
        }
    }
}

const CONFIG: &str = r#"{
    "manifest": {"$BASE": "${configdir}", "$NET": "$BASE/."},
    "components": {"point_neuron_models_dir": "$BASE/models"},
    "networks": {
        "nodes": [{"nodes_file": "$NET/net_nodes.h5", "node_types_file": "${NET}/net_node_types.csv"}],
        "edges": [{"edges_file": "net_edges.h5", "edge_types_file": null}]
    }
}"#;

#[test]
fn a_circuit_of_another_program_is_read_by_its_standard_columns() {
    let folder = folder();
    Draft::network().write(folder.path());
    let anatomy = sonata::read(folder.path()).unwrap();
    assert_eq!(anatomy.source, "SONATA circuit, 6 cells");
    let names: Vec<&str> = anatomy.cells.iter().map(|c| c.cell_type.as_str()).collect();
    assert_eq!(names, ["golgi_cell", "purkinje_cell", "inputs"]);
    // Golgi cells are nodes 0 and 2 (rows 3 and 2), Purkinje cells 1 and 3 (rows 1 and 0).
    assert_eq!(anatomy.cells[0].positions, [[1.0, 10.0, 5.0], [2.0, 20.0, 5.0]]);
    assert_eq!(anatomy.cells[1].positions, [[0.0; 3], [3.0, 30.0, 5.0]]);
    let rows = |name: &str| {
        let set = anatomy.connections(name).unwrap();
        set.pre.iter().copied().zip(set.post.iter().copied()).collect::<Vec<_>>()
    };
    assert_eq!(rows("inputs_to_cortex.inputs_to_golgi_cell"), [(1, 0), (1, 0), (1, 0), (1, 1), (1, 1)]);
    assert_eq!(rows("inputs_to_cortex.inputs_to_purkinje_cell"), [(0, 1)]);
    let notes = anatomy.notes.join("\n");
    assert_names(
        &notes,
        &["`cortex` gives cell type `golgi_cell`", "1 of 4 nodes of `cortex`", "2 of 2 nodes of `inputs`"],
    );
    assert_names(
        &notes,
        &["tuning are attributes of nodes", "syn_weight are attributes of edges", "model_template"],
    );
    assert_names(&notes, &["delay are columns of edge types", "`inputs` (2 cells) is not known"]);

    // With a configuration the same, by its variables.
    let with = Draft { config: Some(CONFIG.into()), ..Draft::network() };
    with.write(folder.path());
    let configured = sonata::read(&folder.path().join("circuit_config.json")).unwrap();
    assert_eq!((&configured.cells, &configured.connections), (&anatomy.cells, &anatomy.connections));
    assert_names(&configured.notes.join("\n"), &["components are sections"]);
    std::fs::write(folder.path().join("simulation.json"), r#"{"network": "circuit_config.json"}"#).unwrap();
    assert_eq!(sonata::read(&folder.path().join("simulation.json")).unwrap(), configured);
}

/// A change of the draft, and what the refusal must name.
type Case = (fn(&mut Draft), &'static [&'static str]);

#[test]
fn circuits_that_contradict_themselves_are_refused() {
    let cases: [Case; 26] = [
        (|d| d.remove("nodes"), &["net_nodes.h5", "/nodes", "is missing"]),
        (|d| d.remove("edges"), &["net_edges.h5", "/edges", "is missing"]),
        (|d| d.remove("nodes/cortex/node_type_id"), &["nodes/cortex/node_type_id", "is missing"]),
        (
            |d| d.integers(NODES, "node_id", &[0, 1, 2, 4]),
            &["target_node_id", "edge 0 names node 3", "`cortex` has 4, numbered from 0 to 4 with gaps"],
        ),
        (|d| d.integers(NODES, "node_id", &[0, 1, 2, 2]), &["node_id", "2 twice", "rows 2 and 3"]),
        (|d| d.integers(NODES, "node_id", &[0, 1, 2, -3]), &["node_id", "row 3 is -3", "0 or more"]),
        (|d| d.integers(NODES, "node_id", &[0, 1]), &["node_id", "2 entries", "4"]),
        (|d| d.integers(NODES, "node_type_id", &[7, 7, 7, 6]), &["node_type_id", "node 0 is of type 6"]),
        (|d| d.integers(NODES, "node_group_id", &[0, 0, 0, 5]), &["node_group_id", "row 3", "group 5"]),
        (
            |d| d.integers(NODES, "node_group_index", &[0, 0, 9, 0]),
            &["nodes/cortex/0/", "3 entries", "entry 9"],
        ),
        (|d| d.integers(NODES, "node_group_index", &[0, 0, -1, 0]), &["node_group_index", "row 2 is -1"]),
        (
            |d| _ = d.data.insert(format!("{NODES}/0/x"), Data::Floats(vec![f64::NAN; 3])),
            &["nodes/cortex", "node 0", "NaN", "finite"],
        ),
        (
            |d| _ = d.data.insert(format!("{NODES}/node_id"), Data::Floats(vec![0.5; 4])),
            &["node_id", "entry 0 is 0.5", "whole number"],
        ),
        (|d| d.ends[0] = None, &["source_node_id", "`node_population`"]),
        (|d| d.ends[1] = Some("thalamus"), &["target_node_id", "`thalamus`", "cortex, inputs"]),
        (
            |d| d.integers(EDGES, "source_node_id", &[0, 1, 2]),
            &["source_node_id", "edge 2 names node 2", "`inputs` has 2"],
        ),
        (|d| d.integers(EDGES, "target_node_id", &[0, -1, 2]), &["target_node_id", "edge 1 names node -1"]),
        (|d| d.integers(EDGES, "target_node_id", &[0]), &["target_node_id", "1 entries", "3"]),
        (|d| d.integers(EDGES, "0/nsyns", &[1, -3, 2]), &["edges/inputs_to_cortex/0", "`nsyns`", "-3"]),
        (
            |d| d.integers(EDGES, "0/nsyns", &[1, i64::MAX, 2]),
            &["edges/inputs_to_cortex", "`nsyns`", "up to"],
        ),
        (|d| d.node_types = "node_type_id\n\"".into(), &["net_node_types.csv", "never closed"]),
        (|d| d.node_types = "id\n7\n".into(), &["net_node_types.csv", "`node_type_id`"]),
        (|d| d.config = Some("{".into()), &["circuit_config.json", "not JSON"]),
        (|d| d.config = Some("{}".into()), &["circuit_config.json", "`networks`", "is missing"]),
        (
            |d| d.config = Some(r#"{"cell_types": {}}"#.into()),
            &["`networks`", "is a configuration of BSB", "--configuration"],
        ),
        (
            |d| d.config = Some(CONFIG.replace("$BASE/.", "$OTHER")),
            &["`networks.nodes`", "$OTHER", "`manifest`"],
        ),
    ];
    for (damage, parts) in cases {
        let folder = folder();
        let mut draft = Draft::network();
        damage(&mut draft);
        draft.write(folder.path());
        assert_names(&refusal(folder.path()), parts);
    }
}

#[test]
fn variables_in_a_circle_and_files_that_are_missing_are_named() {
    let folder = folder();
    Draft { config: Some(CONFIG.replace("${configdir}", "$NET")), ..Draft::network() }.write(folder.path());
    assert_names(&refusal(folder.path()), &["circle"]);
    Draft { config: Some(CONFIG.replace("/net_nodes.h5", "/gone.h5")), ..Draft::network() }
        .write(folder.path());
    assert_names(&refusal(folder.path()), &["gone.h5", "no such file"]);
    assert_names(&refusal(&folder.path().join("absent")), &["absent", "no such file or folder"]);
    let empty = self::folder();
    assert_names(&refusal(empty.path()), &["circuit_config.json", "*nodes.h5"]);
}

#[test]
fn truncated_and_damaged_files_never_panic() {
    let folder = folder();
    let path = folder.path().join("circuit");
    let mut anatomy = reconstruct(&ScaffoldSpec::mouse(50.0, 50.0), 1).unwrap();
    anatomy.connections.retain(|set| set.name.contains("io"));
    sonata::write(&path, &anatomy).unwrap();
    for name in ["nodes.h5", "edges.h5"] {
        let whole = std::fs::read(path.join(name)).unwrap();
        for cut in [0, 3, 100, whole.len() / 3, whole.len() - 1] {
            std::fs::write(path.join(name), &whole[..cut]).unwrap();
            assert_names(&refusal(&path), &[name]);
        }
        let used: Vec<usize> = (0..whole.len().min(60_000)).filter(|&i| whole[i] != 0).collect();
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..60 {
            let mut bytes = whole.clone();
            for _ in 0..3 {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                bytes[used[(random % used.len() as u64) as usize]] = (random >> 40) as u8;
            }
            std::fs::write(path.join(name), &bytes).unwrap();
            let _ = sonata::read(&path);
        }
        std::fs::write(path.join(name), &whole).unwrap();
    }
    assert_eq!(sonata::read(&path).unwrap(), anatomy);
}
