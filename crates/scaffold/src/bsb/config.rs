//! The configuration kept inside a file, and where lobule's own record is beside it.
//!
//! The configuration lobule writes opens in BSB and describes the network with
//! strategies of bsb-core: as many cells at random places, and random
//! connections of the same mean in-degree. It is a description to run
//! simulations with; compiling it again makes another, unstructured network.

use crate::chunk::CHUNK_SIDE;
use crate::error::Result;
use crate::hdf5::{Attributes, Node, Store};
use crate::own_record::OwnRecord;
use crate::{Anatomy, CellSites};
use serde_json::{Value, json};

/// Root attribute with what an [`Anatomy`] has and BSB's layout does not.
pub(super) const OWN_RECORD: &str = "lobule";

/// The network's configuration: the file marked active in `/files`.
pub(super) fn active(store: &Store, files: Option<&Node>) -> Result<Option<Value>> {
    let Some(files) = files else { return Ok(None) };
    for node in store.members(files)?.into_values() {
        let meta = store.text_attribute(&node.path, "meta");
        let meta: Option<Value> = meta.and_then(|text| serde_json::from_str(&text).ok());
        if meta.is_some_and(|m| m["active_config"] == json!(true)) {
            let parsed = serde_json::from_str(&store.text(&node.path)?);
            return parsed.map(Some).map_err(|e| {
                let what = format!("the active configuration is not JSON ({e}); compile the network again");
                store.error(&node.path, what)
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

/// The name cell types have in files: those of cerebellar-models, so that its
/// configurations and simulations find them. [`crate::canonical_cell_name`] goes back.
pub fn file_cell_name(name: &str) -> &str {
    match name {
        "mossy_fiber" => "mossy_fibers",
        "io_cell" => "io",
        other => other,
    }
}

pub(super) fn for_anatomy(anatomy: &Anatomy, simulations: Option<&Value>) -> Value {
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
    let mut configuration = json!({
        "name": format!("lobule: {}", anatomy.source),
        "storage": {"engine": "hdf5"},
        "network": {"x": x, "y": y, "z": z, "chunk_size": [CHUNK_SIDE, CHUNK_SIDE, CHUNK_SIDE]},
        "regions": {"cerebellar_cortex": {"type": "stack", "children": ["cortex"]}},
        "partitions": {"cortex": {"type": "layer", "thickness": z}},
        "cell_types": Value::from_iter(cell_types),
        "placement": Value::from_iter(placement),
        "connectivity": Value::from_iter(connectivity),
    });
    if let Some(simulations) = simulations {
        configuration["simulations"] = simulations.clone();
    }
    configuration
}

pub(super) fn own_record(root: &Attributes) -> Result<Option<OwnRecord>> {
    if !root.has(OWN_RECORD) {
        return Ok(None);
    }
    OwnRecord::parse(&root.json(OWN_RECORD)?).map(Some).map_err(|what| root.error(OWN_RECORD, what))
}
