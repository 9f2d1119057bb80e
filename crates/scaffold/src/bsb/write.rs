//! Writing a network file in the layout of bsb-hdf5 8.0.2.

use super::{check, config, identity, morphologies};
use crate::built::Shapes;
use crate::chunk::{CHUNK_SIDE, ChunkId, ChunkRuns};
use crate::error::Result;
use crate::hdf5::{Group, Output};
use crate::own_record::OwnRecord;
use crate::{Anatomy, CellSites, ConnectionSet};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

const BSB_VERSION: &str = "8.0.2";

/// Rows between two chunks: the locations of the local and of the other cell.
type BlockRows = Vec<[[i64; 3]; 2]>;

/// Per chunk: cells, rows onto them, rows from them.
type Statistics = BTreeMap<ChunkId, [usize; 3]>;

pub(super) fn anatomy(path: &Path, anatomy: &Anatomy, shapes: &Shapes, configuration: &Value) -> Result<()> {
    let chunks = check::chunks(path, anatomy)?;
    let output = Output::create(path)?;
    let root = output.root();
    let mut statistics = Statistics::new();

    let placement = root.group("placement")?;
    for cells in &anatomy.cells {
        let own = shapes.of.get(&cells.cell_type);
        cell_type(&placement, cells, own, &chunks[cells.cell_type.as_str()], &mut statistics)?;
    }
    let connectivity = root.group("connectivity")?;
    for set in &anatomy.connections {
        let sides = [&chunks[set.pre_type.as_str()], &chunks[set.post_type.as_str()]];
        connection_set(&connectivity, set, sides, &mut statistics)?;
    }
    let files = root.group("files")?;
    let id = identity::uuid(anatomy);
    let meta = json!({"active_config": true, "producer": producer(), "mtime": 0}).to_string();
    let configuration = configuration.to_string();
    files.document(&id, &configuration, &[("encoding", "utf-8"), ("meta", &meta)])?;
    morphologies::write(&root, &shapes.morphologies)?;

    root.text("bsb_version", BSB_VERSION)?;
    root.text("bsb_hdf5_version", BSB_VERSION)?;
    let provenance = json!({
        "storage_id": id,
        // BSB counts this up at every change of a file.
        "state_id": 1,
        "bsb_schema_version": 1,
        "bsb_core_version": BSB_VERSION,
        "engine_name": "hdf5",
        "engine_version": BSB_VERSION,
        "producer": producer(),
    });
    root.text("bsb_provenance", &provenance.to_string())?;
    root.text(config::OWN_RECORD, &OwnRecord::json(anatomy).to_string())?;
    root.array("chunk_size", &[CHUNK_SIDE; 3], &[3])?;
    let entry = |(id, [placed, inc, out]): (&ChunkId, &[usize; 3])| {
        (id.to_string(), json!({"placed": placed, "connections": {"inc": inc, "out": out}}))
    };
    root.text("chunks", &Value::from_iter(statistics.iter().map(entry)).to_string())?;
    drop((placement, connectivity, files, root));
    output.finish()
}

fn producer() -> Value {
    json!({"package": "lobule", "version": env!("CARGO_PKG_VERSION")})
}

fn cell_type(
    parent: &Group,
    cells: &CellSites,
    shapes: Option<&(Vec<String>, Vec<u16>)>,
    runs: &ChunkRuns,
    statistics: &mut Statistics,
) -> Result<()> {
    let name = config::file_cell_name(&cells.cell_type);
    let group = parent.group(name)?;
    let counts: Map<String, Value> =
        runs.iter().map(|(id, cells)| (id.to_string(), cells.len().into())).collect();
    group.text("cell_type", name)?;
    group.text("chunks", &Value::from(counts).to_string())?;
    group.integer("len", cells.len())?;
    group.integer("revision", 1)?;
    if !cells.label_sets.is_empty() {
        let sets = cells.label_sets.iter().enumerate().map(|(i, set)| (i.to_string(), json!(set)));
        group.text("labelsets", &Value::from_iter(sets).to_string())?;
    }
    for (id, range) in runs.iter() {
        let n = range.len();
        statistics.entry(id).or_default()[0] += n;
        let chunk = group.group(&id.to_string())?;
        let labels = cells.labels.get(range.clone()).unwrap_or_default();
        let labels: Vec<i64> = labels.iter().map(|&label| label.into()).collect();
        // The HDF5 chunk shapes are those h5py chooses by itself for BSB.
        chunk.table("position", cells.positions[range.clone()].as_flattened(), &[n, 3], &[512, 2])?;
        // Only cells with a morphology have a rotation, none.
        let shape_of = shapes.map_or(&[][..], |(_, shape_of)| &shape_of[range]);
        let indices: Vec<i64> = shape_of.iter().map(|&shape| shape.into()).collect();
        chunk.table("rotation", &vec![0.0; 3 * indices.len()], &[indices.len(), 3], &[512, 2])?;
        chunk.table("morphology", &indices, &[indices.len()], &[1024])?;
        if let Some((names, _)) = shapes {
            chunk.texts("morphology_loaders", &names.iter().map(String::as_str).collect::<Vec<_>>())?;
        }
        chunk.table("labels", &labels, &[labels.len()], &[1024])?;
        chunk.group("additional")?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
struct Side<'a> {
    runs: &'a ChunkRuns,
    cells: &'a [u32],
    sites: &'a [[i32; 2]],
}

impl Side<'_> {
    /// A row's entry in a table: cell within its chunk, branch, point.
    fn location(&self, row: usize, within: usize) -> [i64; 3] {
        let [branch, point] = self.sites.get(row).copied().unwrap_or([-1, -1]);
        [within as i64, branch.into(), point.into()]
    }
}

/// Writes one connection set, every row in both halves.
fn connection_set(
    parent: &Group,
    set: &ConnectionSet,
    [pre_runs, post_runs]: [&ChunkRuns; 2],
    statistics: &mut Statistics,
) -> Result<()> {
    let group = parent.group(&set.name)?;
    group.text("pre", config::file_cell_name(&set.pre_type))?;
    group.text("post", config::file_cell_name(&set.post_type))?;
    group.text("tag", &set.name)?;
    group.integer("len", set.len())?;
    group.integer("revision", 1)?;
    let pre = Side { runs: pre_runs, cells: &set.pre, sites: &set.pre_site };
    let post = Side { runs: post_runs, cells: &set.post, sites: &set.post_site };
    let mut counts: BTreeMap<ChunkId, [usize; 2]> = BTreeMap::new();
    for (which, (name, local, global)) in [("inc", post, pre), ("out", pre, post)].into_iter().enumerate() {
        let half = group.group(name)?;
        for (id, rows) in half_of(&half, local, global)? {
            counts.entry(id).or_default()[which] = rows;
            statistics.entry(id).or_default()[1 + which] += rows;
        }
    }
    let entry = |(id, [inc, out]): (&ChunkId, &[usize; 2])| (id.to_string(), json!({"inc": inc, "out": out}));
    group.text("chunks", &Value::from_iter(counts.iter().map(entry)).to_string())
}

/// Writes all rows grouped by the chunk of their local cell; within it by the
/// chunk of the other cell, in the order those first occur. Returns rows per chunk.
fn half_of(group: &Group, local: Side, global: Side) -> Result<Vec<(ChunkId, usize)>> {
    // Of each local chunk: its partner chunks with the rows between both.
    let mut chunks: BTreeMap<ChunkId, Vec<(ChunkId, BlockRows)>> = BTreeMap::new();
    let mut places: HashMap<(ChunkId, ChunkId), usize> = HashMap::new();
    for (row, (&here, &there)) in local.cells.iter().zip(global.cells).enumerate() {
        let located = (local.runs.locate(here as usize), global.runs.locate(there as usize));
        let (Some((id, here)), Some((partner, there))) = located else { unreachable!("checked before") };
        let blocks = chunks.entry(id).or_default();
        let place = *places.entry((id, partner)).or_insert_with(|| {
            blocks.push((partner, Vec::new()));
            blocks.len() - 1
        });
        blocks[place].1.push([local.location(row, here), global.location(row, there)]);
    }

    let mut counts = Vec::new();
    for (id, blocks) in chunks {
        let chunk = group.group(&id.to_string())?;
        let partners: Vec<i16> = blocks.iter().flat_map(|(partner, _)| partner.coordinates()).collect();
        chunk.array("chunk_list", &partners, &[blocks.len(), 3])?;
        let mut rows = 0;
        for (partner, own) in &blocks {
            chunk.integer(&partner.to_string(), rows)?;
            rows += own.len();
        }
        for (side, name) in ["local_locs", "global_locs"].into_iter().enumerate() {
            let values: Vec<[i64; 3]> =
                blocks.iter().flat_map(|(_, rows)| rows).map(|row| row[side]).collect();
            chunk.table(name, values.as_flattened(), &[rows, 3], &[1024, 3])?;
        }
        counts.push((id, rows));
    }
    Ok(counts)
}
