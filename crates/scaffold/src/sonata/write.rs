//! Writing an anatomy as a SONATA circuit. Nothing is compressed: the HDF5 library in
//! libsonata's wheels has no deflate filter.

use super::folder::NewFolder;
use super::index::index;
use super::table;
use crate::error::Result;
use crate::hdf5::{Group, H5Type, Output};
use crate::own_record::OwnRecord;
use crate::{Anatomy, CellSites, ConnectionSet, check};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// Marks a SONATA file. Source: SONATA guide, "magic".
const MAGIC: u32 = 0x0A7A;
const VERSION: [u32; 2] = [0, 1];

pub(super) fn anatomy(path: &Path, anatomy: &Anatomy) -> Result<()> {
    check::anatomy(path, anatomy)?;
    let folder = NewFolder::create(path)?;

    let output = Output::create(&folder.member("nodes.h5"))?;
    let nodes = begin(&output)?.group("nodes")?;
    for (k, cells) in anatomy.cells.iter().enumerate() {
        population(&nodes, k, cells)?;
    }
    drop(nodes);
    output.finish()?;

    let output = Output::create(&folder.member("edges.h5"))?;
    let edges = begin(&output)?.group("edges")?;
    for (k, set) in anatomy.connections.iter().enumerate() {
        projection(&edges, k, set, [anatomy.count(&set.pre_type), anatomy.count(&set.post_type)])?;
    }
    drop(edges);
    output.finish()?;

    folder.text("node_types.csv", &node_types(anatomy))?;
    folder.text("edge_types.csv", &edge_types(anatomy))?;
    folder.text("node_sets.json", &format!("{:#}\n", node_sets(anatomy)))?;
    folder.text("circuit_config.json", &format!("{:#}\n", configuration(anatomy)))?;
    folder.finish()
}

/// The root of a file, marked as one of SONATA.
fn begin(output: &Output) -> Result<Group<'_>> {
    let root = output.root();
    root.array("magic", &[MAGIC], &[])?;
    root.array("version", &VERSION, &[2])?;
    Ok(root)
}

/// Writes one cell type as a node population with one group of attributes.
fn population(parent: &Group, k: usize, cells: &CellSites) -> Result<()> {
    let n = cells.len();
    let group = parent.group(&cells.cell_type)?;
    vector(&group, "node_id", (0..n as u64).collect())?;
    vector(&group, "node_type_id", vec![k as u64; n])?;
    vector(&group, "node_group_id", vec![0u32; n])?;
    vector(&group, "node_group_index", (0..n as u64).collect())?;
    let attributes = group.group("0")?;
    for (axis, name) in ["x", "y", "z"].into_iter().enumerate() {
        vector(&attributes, name, cells.positions.iter().map(|p| p[axis]).collect())?;
    }
    if !cells.labels.is_empty() {
        vector(&attributes, "labels", cells.labels.iter().map(|&l| u32::from(l)).collect())?;
        let names: Vec<String> = cells.label_sets.iter().map(|set| set.join(",")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        attributes.group("@library")?.strings("labels", &names)?;
    }
    Ok(())
}

/// Writes one connection set as an edge population, an edge per row.
fn projection(parent: &Group, k: usize, set: &ConnectionSet, nodes: [usize; 2]) -> Result<()> {
    let n = set.len();
    let group = parent.group(&set.name)?;
    for (name, ids, population) in
        [("source_node_id", &set.pre, &set.pre_type), ("target_node_id", &set.post, &set.post_type)]
    {
        let ids: Vec<u64> = ids.iter().map(|&i| i.into()).collect();
        group.data(name, &ids, &[n])?.text("node_population", population)?;
    }
    vector(&group, "edge_type_id", vec![k as u64; n])?;
    vector(&group, "edge_group_id", vec![0u32; n])?;
    vector(&group, "edge_group_index", (0..n as u64).collect())?;
    let attributes = group.group("0")?;
    for (sites, names) in
        [(&set.pre_site, ["pre_branch", "pre_point"]), (&set.post_site, ["post_branch", "post_point"])]
    {
        for (column, name) in names.into_iter().enumerate() {
            if !sites.is_empty() {
                vector(&attributes, name, sites.iter().map(|s| s[column]).collect())?;
            }
        }
    }

    let indices = group.group("indices")?;
    for (name, ids, nodes) in
        [("source_to_target", &set.pre, nodes[0]), ("target_to_source", &set.post, nodes[1])]
    {
        let tables = index(ids, nodes);
        let half = indices.group(name)?;
        let ranges = half.data("node_id_to_ranges", &tables.node_to_ranges, &[nodes, 2])?;
        // The Allen Institute's tools look for the singular.
        half.link("node_id_to_range", &ranges.path())?;
        half.data("range_to_edge_id", &tables.range_to_edges, &[tables.range_to_edges.len() / 2, 2])?;
    }
    Ok(())
}

fn vector<T: H5Type>(group: &Group, name: &str, values: Vec<T>) -> Result<()> {
    group.data(name, &values, &[values.len()]).map(drop)
}

/// Type of a population for a simulator that knows no cerebellum.
fn model_type(cell_type: &str) -> &'static str {
    // Mossy fibers come from outside of the circuit; they have no dynamics.
    if cell_type == "mossy_fiber" { "virtual" } else { "point_neuron" }
}

fn node_types(anatomy: &Anatomy) -> String {
    let header = ["node_type_id", "population", "pop_name", "model_type", "model_template"];
    let row = |(k, cells): (usize, &CellSites)| {
        let name = cells.cell_type.as_str();
        [&k.to_string(), name, name, model_type(name), "NULL"].map(String::from)
    };
    table::csv(&header, anatomy.cells.iter().enumerate().map(row))
}

fn edge_types(anatomy: &Anatomy) -> String {
    let header = ["edge_type_id", "population", "source_query", "target_query"];
    let query = |name: &str| format!("pop_name=='{name}'");
    let row = |(k, set): (usize, &ConnectionSet)| {
        [k.to_string(), set.name.clone(), query(&set.pre_type), query(&set.post_type)]
    };
    table::csv(&header, anatomy.connections.iter().enumerate().map(row))
}

/// A set for each label of each type, such as `purkinje_cell_plus`.
fn node_sets(anatomy: &Anatomy) -> Value {
    let mut sets = Map::new();
    for cells in anatomy.cells.iter().filter(|c| !c.labels.is_empty()) {
        for label in cells.label_sets.iter().flatten().collect::<BTreeSet<&String>>() {
            let names = cells.label_sets.iter().filter(|set| set.contains(label)).map(|set| set.join(","));
            let value = json!({"population": cells.cell_type, "labels": names.collect::<Vec<_>>()});
            sets.insert(format!("{}_{label}", cells.cell_type), value);
        }
    }
    Value::Object(sets)
}

fn configuration(anatomy: &Anatomy) -> Value {
    let kind = |c: &CellSites| (c.cell_type.clone(), json!({"type": model_type(&c.cell_type)}));
    let sets = |c: &ConnectionSet| (c.name.clone(), json!({"type": "point_neuron"}));
    let mut record = OwnRecord::json(anatomy);
    record["label_sets"] =
        Value::from_iter(anatomy.cells.iter().map(|c| (c.cell_type.clone(), json!(c.label_sets))));
    json!({
        "manifest": {"$NETWORK_DIR": "."},
        "node_sets_file": "$NETWORK_DIR/node_sets.json",
        "networks": {
            "nodes": [{
                "nodes_file": "$NETWORK_DIR/nodes.h5",
                "node_types_file": "$NETWORK_DIR/node_types.csv",
                "populations": Value::from_iter(anatomy.cells.iter().map(kind)),
            }],
            "edges": [{
                "edges_file": "$NETWORK_DIR/edges.h5",
                "edge_types_file": "$NETWORK_DIR/edge_types.csv",
                "populations": Value::from_iter(anatomy.connections.iter().map(sets)),
            }],
        },
        super::OWN_RECORD: record,
    })
}
