//! The morphologies of a file: `/morphologies/<name>` with tables of points and branches, read and written.
//!
//! `data` has a row per point: x, y, z, radius, number of its label set, then the columns
//! named by the attribute `properties`; `graph` a row per branch: the end of its rows in
//! `data`, and its parent branch or -1. Points are as they were after the pipeline of the
//! configuration, so no pipeline is applied to them again.

use super::members::MISSING;
use crate::error::{Result, ensure};
use crate::hdf5::{Group, Node, Store};
use crate::morphology::{Branch, MAX_COORDINATE, Morphology};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

pub(super) fn read(path: &Path) -> Result<Vec<Morphology>> {
    let store = Store::open(path)?;
    let group = store.member(&store.root(), "morphologies")?;
    let group = group.ok_or_else(|| store.error("/morphologies", MISSING))?;
    store.members(&group)?.into_iter().map(|(name, node)| morphology(&store, name, &node)).collect()
}

fn morphology(store: &Store, name: String, node: &Node) -> Result<Morphology> {
    let (data, graph) = (format!("{}/data", node.path), format!("{}/graph", node.path));
    let shape = store.shape(&data)?;
    let columns = shape.get(1).copied().unwrap_or(0);
    ensure(shape.len() == 2 && columns >= 5, || {
        store.error(&data, format!("has shape {shape:?}, expected (n, 5 or more); write the file again"))
    })?;
    let table = store.floats(&data, Some(columns))?;
    let label_sets = label_sets(store, &data)?;

    let mut branches: Vec<Branch> = Vec::new();
    let mut start = 0;
    for (row, pair) in store.integers(&graph, Some(2))?.chunks_exact(2).enumerate() {
        let end = usize::try_from(pair[0]).ok().filter(|&e| start <= e && e <= shape[0]);
        let parent = match pair[1] {
            -1 => Ok(None),
            p => usize::try_from(p).map(Some),
        };
        let (Some(end), Ok(parent)) = (end, parent) else {
            let what = format!("row {row} is {pair:?}, which is no branch; write the file again");
            return Err(store.error(&graph, what));
        };
        branches.push(Branch { start, len: end - start, parent });
        start = end;
    }
    let count = branches.len();
    // BSB orders branches parent first.
    if let Some(row) = branches.iter().enumerate().position(|(i, b)| b.parent.is_some_and(|p| p >= i)) {
        let what = format!("row {row} has a parent that is not before it among {count} branches");
        return Err(store.error(&graph, what));
    }
    ensure(start == shape[0], || {
        store.error(&graph, format!("ends at point {start} of {}; write the file again", shape[0]))
    })?;
    let (mut points, mut radii, mut types, mut labels) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (i, row) in table.chunks_exact(columns).enumerate() {
        let set = label_sets.iter().position(|(number, _)| *number as f64 == row[4]);
        let Some(set) = set.filter(|_| row[..4].iter().all(|v| v.abs() <= MAX_COORDINATE)) else {
            let what = "expected a place, a radius and the number of a label set";
            return Err(store.error(&data, format!("row {i} is {:?}; {what}", &row[..5])));
        };
        points.push([row[0], row[1], row[2]]);
        radii.push(row[3]);
        // BSB keeps the SWC types as the first property.
        types.push(row.get(5).map_or(0, |&t| t as i64));
        labels.push(set as u16);
    }
    let label_sets = label_sets.into_iter().map(|(_, labels)| labels).collect();
    Ok(Morphology { name, points, radii, types, labels, label_sets, branches })
}

fn label_sets(store: &Store, data: &str) -> Result<Vec<(i64, Vec<String>)>> {
    // BSB writes the attributes to the group or to the table, by version.
    let group = data.rsplit_once('/').map_or("", |(group, _)| group);
    let text = store.text_attribute(data, "labels").or_else(|| store.text_attribute(group, "labels"));
    let error = |what: String| store.error(format!("{data} (attribute `labels`)"), what);
    let text = text.ok_or_else(|| error(MISSING.into()))?;
    let numbered = |sets: BTreeMap<String, Vec<String>>| {
        sets.into_iter().map(|(k, v)| Some((k.parse().ok()?, v))).collect::<Option<BTreeMap<i64, _>>>()
    };
    let sets = serde_json::from_str(&text).ok().and_then(numbered);
    let sets = sets.filter(|sets| sets.len() < usize::from(u16::MAX));
    sets.map(|sets| sets.into_iter().collect()).ok_or_else(|| {
        error(format!("is `{text}`, expected a JSON mapping of numbers to labels; write the file again"))
    })
}

/// Writes morphologies and what BSB keeps about them.
pub(super) fn write(root: &Group, morphologies: &[Arc<Morphology>]) -> Result<()> {
    let group = root.group("morphologies")?;
    let mut about = Map::new();
    for m in morphologies {
        let one = group.group(&m.name)?;
        let mut table = Vec::with_capacity(6 * m.points.len());
        for (i, [x, y, z]) in m.points.iter().enumerate() {
            // Label set 0 is the empty one in BSB.
            table.extend([*x, *y, *z, m.radii[i], f64::from(m.labels[i]) + 1.0, m.types[i] as f64]);
        }
        let sets = m.label_sets.iter().enumerate().map(|(i, set)| ((i + 1).to_string(), json!(set)));
        let labels = Value::from_iter([("0".to_string(), json!([]))].into_iter().chain(sets)).to_string();
        let data = one.data("data", &table, &[m.points.len(), 6])?;
        data.text("labels", &labels)?;
        data.texts("properties", &["tags"])?;
        let end = |b: &Branch| [(b.start + b.len) as i64, b.parent.map_or(-1, |p| p as i64)];
        let graph: Vec<i64> = m.branches.iter().flat_map(end).collect();
        one.data("graph", &graph, &[m.branches.len(), 2])?;
        let corner = |c: [f64; 3]| json!([c[0], c[1], c[2], "__ndarray__"]);
        let [low, high] = m.bounds();
        about.insert(m.name.clone(), json!({"name": m.name, "ldc": corner(low), "mdc": corner(high)}));
    }
    root.document("morphology_meta", &Value::from(about).to_string(), &[])
}
