//! The configuration kept inside a file, and lobule's own record beside it.
//!
//! The configuration lobule writes opens in BSB and describes the network with
//! strategies of bsb-core: as many cells at random places, and random
//! connections of the same mean in-degree. It is a description to run
//! simulations with; compiling it again makes another, unstructured network.

use super::chunk::CHUNK_SIDE;
use super::store::{Attributes, Node, Store};
use crate::{Anatomy, CellSites, ConnectionSet, Error};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Root attribute with what an [`Anatomy`] has and BSB's layout does not.
pub(super) const OWN_RECORD: &str = "lobule";

/// The network's configuration: the file marked active in `/files`.
pub(super) fn active(store: &Store, files: Option<&Node>) -> Result<Option<Value>, Error> {
    let Some(files) = files else { return Ok(None) };
    for node in store.members(files)?.into_values() {
        let meta = store.dataset_attribute(&node.path, "meta");
        let meta: Option<Value> = meta.and_then(|text| serde_json::from_str(&text).ok());
        if meta.is_some_and(|m| m["active_config"] == json!(true)) {
            let text = store.text(&node.path)?;
            let parsed = serde_json::from_str(&text);
            return parsed.map(Some).map_err(|e| {
                store.error(
                    &node.path,
                    format!("the active configuration is not JSON ({e}); compile the network again"),
                )
            });
        }
    }
    Ok(None)
}

/// Base x, y and cortex height of a configuration, µm: the height is that of the
/// first stack of layers, since `network.z` also spans nuclei and olive.
pub(super) fn size(configuration: &Value) -> Option<[f64; 3]> {
    let network = &configuration["network"];
    let stacks = configuration["regions"].as_object().into_iter().flatten().map(|(_, region)| region);
    let heights = stacks.filter(|r| r["type"] == "stack").filter_map(|region| {
        let thickness = |child: &Value| configuration["partitions"][child.as_str()?]["thickness"].as_f64();
        region["children"].as_array()?.iter().map(thickness).sum::<Option<f64>>()
    });
    let height = heights.into_iter().find(|&h| h > 0.0).or_else(|| network["z"].as_f64())?;
    let size = [network["x"].as_f64()?, network["y"].as_f64()?, height];
    size.iter().all(|s| s.is_finite() && *s >= 0.0).then_some(size)
}

/// Extent of all cells at z ≥ 0, for a file without a usable configuration.
pub(super) fn bounding_size(anatomy: &Anatomy) -> [f64; 3] {
    let mut size = [0.0f64; 3];
    for position in anatomy.cells.iter().flat_map(|c| &c.positions) {
        for (s, p) in size.iter_mut().zip(position) {
            *s = s.max(*p);
        }
    }
    size
}

/// The name cell types have in files: those of cerebellar-models, so that its
/// configurations and simulations find them. Inverse of [`crate::canonical_cell_name`].
pub(super) fn file_cell_name(name: &str) -> &str {
    match name {
        "mossy_fiber" => "mossy_fibers",
        "io_cell" => "io",
        "unipolar_brush_cell" => "unipolar_brush",
        other => other,
    }
}

/// A configuration that BSB opens the file with.
pub(super) fn for_anatomy(anatomy: &Anatomy) -> Value {
    let name = |cells: &CellSites| file_cell_name(&cells.cell_type).to_string();
    let cell_types = anatomy.cells.iter().map(|cells| {
        // Radius only matters when cells are placed again. Chosen: 1 µm.
        (name(cells), json!({"spatial": {"radius": 1.0, "count": cells.len()}}))
    });
    let placement = anatomy.cells.iter().map(|cells| {
        let strategy = "bsb.placement.RandomPlacement";
        let node = json!({"strategy": strategy, "partitions": ["cortex"], "cell_types": [name(cells)]});
        (format!("{}_placement", name(cells)), node)
    });
    let connectivity = anatomy.connections.iter().map(|set| {
        let indegree = set.pairs().len() as f64 / anatomy.count(&set.post_type).max(1) as f64;
        let node = json!({
            "strategy": "bsb.connectivity.FixedIndegree",
            "presynaptic": {"cell_types": [file_cell_name(&set.pre_type)]},
            "postsynaptic": {"cell_types": [file_cell_name(&set.post_type)]},
            "indegree": indegree.round() as u64,
        });
        (set.name.clone(), node)
    });
    let [x, y, z] = anatomy.size;
    json!({
        "name": format!("lobule: {}", anatomy.source),
        "storage": {"engine": "hdf5"},
        "network": {"x": x, "y": y, "z": z, "chunk_size": [CHUNK_SIDE, CHUNK_SIDE, CHUNK_SIDE]},
        "regions": {"cerebellar_cortex": {"type": "stack", "children": ["cortex"]}},
        "partitions": {"cortex": {"type": "layer", "thickness": z}},
        "cell_types": Value::from_iter(cell_types),
        "placement": Value::from_iter(placement),
        "connectivity": Value::from_iter(connectivity),
    })
}

/// What lobule writes beside BSB's data, so that reading gives back the same
/// [`Anatomy`]: HDF5 lists members by name, and BSB has no place for the rest.
///
/// It holds as long as the file has the types and sets, of the sizes, that it
/// lists; BSB may have changed the file since.
pub(super) struct OwnRecord {
    /// [`Anatomy::size`].
    pub size: [f64; 3],
    /// [`Anatomy::source`].
    pub source: String,
    /// [`Anatomy::notes`].
    pub notes: Vec<String>,
    cell_types: Sizes,
    connection_sets: Sizes,
}

/// Names and numbers of cells or rows, in order.
type Sizes = Vec<(String, usize)>;

impl OwnRecord {
    /// The record of a file, if it has one.
    pub fn of_file(root: &Attributes) -> Result<Option<Self>, Error> {
        if !root.has(OWN_RECORD) {
            return Ok(None);
        }
        let record = root.json(OWN_RECORD)?;
        let texts = |key: &str| {
            let list = record[key].as_array()?;
            list.iter().map(|v| v.as_str().map(String::from)).collect::<Option<Vec<_>>>()
        };
        let sizes = |key: &str| {
            let entry = |v: &Value| Some((v[0].as_str()?.to_string(), v[1].as_u64()? as usize));
            record[key].as_array()?.iter().map(entry).collect::<Option<Sizes>>()
        };
        let parse = || {
            let size: Vec<f64> = texts("size")?.iter().filter_map(|s| s.parse().ok()).collect();
            Some(Self {
                size: size.try_into().ok()?,
                source: record["source"].as_str()?.into(),
                notes: texts("notes")?,
                cell_types: sizes("cell_types")?,
                connection_sets: sizes("connection_sets")?,
            })
        };
        let what =
            "does not hold size, source, notes, cell_types and connection_sets; build the network again";
        parse().map(Some).ok_or_else(|| root.error(OWN_RECORD, what))
    }

    /// The record of an anatomy.
    pub fn json(anatomy: &Anatomy) -> Value {
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            // As text, because JSON numbers are not read back to the last bit.
            "size": anatomy.size.map(|s| format!("{s:?}")),
            "source": anatomy.source,
            "notes": anatomy.notes,
            "cell_types": sizes_of_cells(&anatomy.cells),
            "connection_sets": sizes_of_sets(&anatomy.connections),
        })
    }

    /// Whether types and sets, with their cells and rows, are those that were written.
    pub fn is_of(&self, cells: &[CellSites], rows: &BTreeMap<String, usize>) -> bool {
        let is_same = |written: &Sizes, mut found: Sizes| {
            let mut written = written.clone();
            written.sort();
            found.sort();
            written == found
        };
        is_same(&self.cell_types, sizes_of_cells(cells))
            && is_same(&self.connection_sets, rows.iter().map(|(name, n)| (name.clone(), *n)).collect())
    }

    /// Puts types and sets back into the order they were written in.
    pub fn sort(&self, cells: &mut [CellSites], connections: &mut [ConnectionSet]) {
        let place = |sizes: &Sizes, name: &str| sizes.iter().position(|(n, _)| n == name);
        cells.sort_by_key(|c| place(&self.cell_types, &c.cell_type));
        connections.sort_by_key(|c| place(&self.connection_sets, &c.name));
    }
}

fn sizes_of_cells(cells: &[CellSites]) -> Sizes {
    cells.iter().map(|c| (c.cell_type.clone(), c.len())).collect()
}

fn sizes_of_sets(sets: &[ConnectionSet]) -> Sizes {
    sets.iter().map(|s| (s.name.clone(), s.len())).collect()
}
