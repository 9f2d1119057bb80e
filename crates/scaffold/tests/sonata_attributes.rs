//! Promise: an attribute of nodes or edges is read from the HDF5 file where it is there, else from the table of
//! types; as text, as numbers with names in `@library`, as integers or floating-point numbers.

use lobule_scaffold::hdf5::{Group, Output};
use lobule_scaffold::{Anatomy, Error, sonata};
use std::path::Path;

type Part = fn(&Group) -> Result<(), Error>;

/// Four nodes of the population `net` and three edges between them; `nodes` and `edges` write their attributes.
fn circuit(folder: &Path, types: [&str; 2], nodes: Part, edges: Part) -> Result<Anatomy, Error> {
    let output = Output::create(&folder.join("nodes.h5"))?;
    let net = output.root().group("nodes")?.group("net")?;
    net.data("node_type_id", &[1i64, 1, 2, 2], &[4])?;
    nodes(&net.group("0")?)?;
    drop(net);
    output.finish()?;
    let output = Output::create(&folder.join("edges.h5"))?;
    let set = output.root().group("edges")?.group("contacts")?;
    set.data("source_node_id", &[0u64, 1, 0], &[3])?.text("node_population", "net")?;
    set.data("target_node_id", &[2u64, 3, 3], &[3])?.text("node_population", "net")?;
    set.data("edge_type_id", &[7i64, 7, 8], &[3])?;
    edges(&set.group("0")?)?;
    drop(set);
    output.finish()?;
    for (name, text) in ["node_types.csv", "edge_types.csv"].iter().zip(types) {
        std::fs::write(folder.join(name), text).unwrap();
    }
    sonata::read(folder)
}

const NODES: &str = "node_type_id pop_name\n1 mossy_fiber\n2 glomerulus\n";
const EDGES: &str = "edge_type_id target_query\n7 *\n8 *\n";
const PLACED: Part = |group| {
    group.data("x", &[5.0, 6.0, 7.0, 8.0], &[4])?;
    group.data("y", &[1.0f64; 4], &[4])?;
    group.data("z", &[2.0f64; 4], &[4]).map(drop)
};
const NOTHING: Part = |_| Ok(());

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn counts(anatomy: &Anatomy) -> Vec<(&str, usize)> {
    anatomy.cells.iter().map(|c| (c.cell_type.as_str(), c.len())).collect()
}

#[test]
fn names_of_nodes_come_before_those_of_their_types() {
    let of = |types, nodes: Part| {
        let folder = folder();
        circuit(folder.path(), [types, EDGES], nodes, NOTHING).unwrap()
    };
    assert_eq!(counts(&of(NODES, PLACED)), [("mossy_fiber", 2), ("glomerulus", 2)]);
    // As texts; one that is empty gives way to the table.
    let texts: Part = |group| {
        PLACED(group)?;
        group.strings("pop_name", &["golgi_cell", "", "golgi_cell", "glomerulus"]).map(drop)
    };
    let named = of(NODES, texts);
    assert_eq!(counts(&named), [("golgi_cell", 2), ("mossy_fiber", 1), ("glomerulus", 1)]);
    assert!(named.notes.iter().all(|n| !n.contains("not read")), "{:?}", named.notes);
    // As numbers of names, in floating point, without a table that names them.
    let numbers: Part = |group| {
        PLACED(group)?;
        group.data("pop_name", &[1.0, 0.0, 0.0, 0.0], &[4])?;
        group.group("@library")?.strings("pop_name", &["granule_cell", "mossy_fiber"]).map(drop)
    };
    assert_eq!(counts(&of("node_type_id\n1\n2\n", numbers)), [("mossy_fiber", 1), ("granule_cell", 3)]);
}

#[test]
fn a_number_without_a_name_in_the_library_is_refused() {
    let folder = folder();
    let nodes: Part = |group| {
        group.data("pop_name", &[0u8, 1, 2, 0], &[4])?;
        group.group("@library")?.strings("pop_name", &["a", "b"]).map(drop)
    };
    let error = circuit(folder.path(), [NODES, EDGES], nodes, NOTHING).unwrap_err().to_string();
    assert!(error.contains("nodes/net/0/pop_name: row 2 is 2; `@library/pop_name` has 2 entries"), "{error}");
}

#[test]
fn contacts_of_edges_come_before_those_of_their_types() {
    let table = "edge_type_id nsyns target_query\n7 3 *\n8 NULL *\n";
    let rows = |edges: Part| {
        let folder = folder();
        let read = circuit(folder.path(), [NODES, table], PLACED, edges).unwrap();
        assert!(read.notes.iter().all(|n| !n.contains("nsyns")), "{:?}", read.notes);
        let set = &read.connections[0];
        set.pre.iter().copied().zip(set.post.iter().copied()).collect::<Vec<_>>()
    };
    let (a, b, c) = ((0, 0), (1, 1), (0, 1));
    assert_eq!(rows(NOTHING), [a, a, a, b, b, b, c]);
    assert_eq!(rows(|group| group.data("nsyns", &[1.0, 2.0, 2.0], &[3]).map(drop)), [a, b, b, c, c]);
    let refused = |types| {
        let folder = folder();
        circuit(folder.path(), [NODES, types], PLACED, NOTHING).unwrap_err().to_string()
    };
    assert!(refused("edge_type_id nsyns\n7 1.5\n8 1\n").contains("type 7 has `nsyns` \"1.5\" in the table"));
    assert!(refused("edge_type_id nsyns\n7 1e12\n8 1\n").contains("up to"));
    assert!(refused("edge_type_id nsyns\n7 1\n").contains("edge 2 is of type 8"));
}

#[test]
fn a_coordinate_that_is_not_given_is_zero_with_a_note() {
    let folder = folder();
    let flat: Part = |group| {
        group.data("x", &[5i32, 15, 25, 95], &[4])?;
        group.data("y", &[1.0f32; 4], &[4]).map(drop)
    };
    let read = circuit(folder.path(), [NODES, EDGES], flat, NOTHING).unwrap();
    assert_eq!(read.size, [95.0, 1.0, 0.0]);
    assert_eq!(read.cells[1].positions, [[25.0, 1.0, 0.0], [95.0, 1.0, 0.0]]);
    assert!(read.notes.iter().any(|n| n.starts_with("z of 4 of 4 nodes of `net`")), "{:?}", read.notes);
}

#[test]
fn coordinates_of_types_stand_in_for_those_of_nodes() {
    let folder = folder();
    let table = "node_type_id pop_name x z\n1 mossy_fiber 50 60\n2 glomerulus 70 NULL\n";
    let nodes: Part = |group| group.data("x", &[1.0, 2.0, 3.0, 4.0], &[4]).map(drop);
    let read = circuit(folder.path(), [table, EDGES], nodes, NOTHING).unwrap();
    assert_eq!(read.cells[0].positions, [[1.0, 0.0, 60.0], [2.0, 0.0, 60.0]]);
    assert_eq!(read.cells[1].positions, [[3.0, 0.0, 0.0], [4.0, 0.0, 0.0]]);
    let bad = "node_type_id pop_name x\n1 mossy_fiber far\n2 glomerulus 70\n";
    let error = circuit(folder.path(), [bad, EDGES], nodes, NOTHING).unwrap_err().to_string();
    assert!(error.contains("`x` \"far\""), "{error}");
}

#[test]
fn a_place_that_is_no_place_is_refused_with_its_node() {
    for bad in [f64::NAN, f64::INFINITY] {
        let folder = folder();
        let nodes: Part = match bad.is_nan() {
            true => |group| group.data("x", &[5.0, f64::NAN, 7.0, 8.0], &[4]).map(drop),
            false => |group| group.data("z", &[5.0, f64::INFINITY, 7.0, 8.0], &[4]).map(drop),
        };
        let error = circuit(folder.path(), [NODES, EDGES], nodes, NOTHING).unwrap_err().to_string();
        assert!(error.contains("nodes.h5: nodes/net: node 1 is at") && error.contains("finite"), "{error}");
    }
}

#[test]
fn models_of_cells_with_a_shape_are_noted() {
    let folder = folder();
    let table = "node_type_id pop_name model_type\n1 mossy_fiber virtual\n2 glomerulus biophysical\n";
    let read = circuit(folder.path(), [table, EDGES], PLACED, NOTHING).unwrap();
    assert!(read.notes.iter().any(|n| n.starts_with("`biophysical` are models")), "{:?}", read.notes);
}

#[test]
fn a_column_far_longer_than_its_population_is_refused_before_it_is_read() {
    let folder = folder();
    let nodes: Part = |group| group.data("x", &vec![0u8; 1_000_100], &[1_000_100]).map(drop);
    let error = circuit(folder.path(), [NODES, EDGES], nodes, NOTHING).unwrap_err().to_string();
    assert!(error.contains("nodes/net/0/x: has 1000100 entries"), "{error}");
}
