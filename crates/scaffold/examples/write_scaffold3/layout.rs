//! A network file in the layout of dbbs-scaffold 3 and BSB 3.0 to 3.8, made from an anatomy, with every part open to change.
//!
//! Written without the reader's code, so that each checks the other.

use lobule_scaffold::hdf5::{Group, Output};
use lobule_scaffold::{Anatomy, ConnectionSet, Error, Microzone};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// lobule's names of cell types and sets, and those of scaffold 3.
const NAMES: [(&str, &str); 15] = [
    ("mossy_fiber", "mossy_fibers"),
    ("dcn_p", "dcn_cell"),
    ("dcn_i", "dcn_interneuron"),
    ("mossy_fibers_to_glomerulus", "mossy_to_glomerulus"),
    ("golgi_to_glomerulus", "golgi_to_granule"),
    ("golgi_to_glomerulus_anatomy", "golgi_to_glomerulus"),
    ("mossy_fibers_to_dcn_p", "mossy_to_dcn"),
    ("purkinje_to_dcn_p", "purkinje_to_dcn"),
    ("purkinje_to_dcn_i", "purkinje_to_dcn_interneuron"),
    ("io_to_dcn_p", "io_to_dcn"),
    ("io_to_dcn_i", "io_to_dcn_interneuron"),
    ("dcn_i_to_io", "dcn_interneuron_to_io"),
    ("io_to_mli_io_to_basket_cell", "io_to_basket"),
    ("io_to_mli_io_to_stellate_cell", "io_to_stellate"),
    ("glomerulus_to_dcn_p", "glomerulus_to_dcn"),
];

fn stored(name: &str) -> String {
    NAMES.iter().find(|(own, _)| *own == name).map_or(name, |(_, stored)| stored).to_string()
}

/// The cells of one type.
#[derive(Debug, Clone)]
pub struct Cells {
    pub name: String,
    /// Runs of identifiers: first, count.
    pub runs: Vec<i32>,
    /// Positions in the axes of the file, µm; none for entities. `[n, 3]`
    pub positions: Option<Vec<f64>>,
}

impl Cells {
    /// Identifiers in order.
    fn identifiers(&self) -> Vec<f64> {
        let run = |&[first, n]: &[i32; 2]| (0..n.max(0)).map(move |k| f64::from(first) + f64::from(k));
        self.runs.as_chunks::<2>().0.iter().flat_map(run).collect()
    }
}

/// One set of contacts.
#[derive(Debug, Clone)]
pub struct Set {
    pub tag: String,
    pub connection_types: Vec<String>,
    /// Identifiers pre, post. `[rows, 2]`
    pub rows: Vec<f64>,
}

/// The members of a file.
#[derive(Debug, Clone)]
pub struct Layout {
    pub version: String,
    pub class: String,
    pub configuration: String,
    pub cells: Vec<Cells>,
    pub sets: Vec<Set>,
    /// Labels and the identifiers that have them.
    pub labels: Vec<(String, Vec<f64>)>,
    /// Cells that `statistics/cells_placed` counts.
    pub placed: BTreeMap<String, usize>,
    pub has_placement: bool,
    /// True for `cells/positions`, `cells/type_maps` and `entities`, which BSB 3.9 and 3.10 do not write.
    pub has_tables: bool,
    /// Columns of `cells/positions`.
    pub columns: usize,
    /// Maps of types that are not those of the placement.
    pub maps: BTreeMap<String, Vec<i64>>,
    /// A pickle under `trees`.
    pub pickle: Vec<u8>,
}

impl Layout {
    /// The layout of an anatomy. A set and its mirror for the `minus` cells become one; sites, other labels than the
    /// microzones and places of mossy fibers are lost, since the format has none.
    pub fn of(anatomy: &Anatomy, simulations: Value) -> Self {
        // Types are placed in ascending number of cells.
        let mut order: Vec<usize> = (0..anatomy.cells.len()).collect();
        order.sort_by_key(|k| anatomy.cells[*k].len());
        let mut first = BTreeMap::new();
        let (mut next, mut cells) = (0i32, Vec::new());
        let mut labels: Vec<(String, Vec<f64>)> =
            ["microzone-negative", "microzone-positive"].map(|name| (name.into(), Vec::new())).into();
        for sites in order.iter().map(|k| &anatomy.cells[*k]) {
            let is_entity = sites.cell_type == "mossy_fiber";
            let positions = || sites.positions.iter().flat_map(|&[x, y, z]| [x, z, y]).collect();
            first.insert(sites.cell_type.clone(), next);
            for (label, zone) in labels.iter_mut().zip([Microzone::Minus, Microzone::Plus]) {
                label.1.extend(sites.in_microzone(zone).into_iter().map(|k| f64::from(next) + f64::from(k)));
            }
            cells.push(Cells {
                name: stored(&sites.cell_type),
                runs: vec![next, sites.len() as i32],
                positions: (!is_entity).then(positions),
            });
            next += sites.len() as i32;
        }
        let sets: Vec<(&ConnectionSet, Set)> = merged(anatomy)
            .into_iter()
            .map(|(set, parts)| {
                let [pre, post] = [&set.pre_type, &set.post_type].map(|name| f64::from(first[name]));
                let rows = |part: &&ConnectionSet| -> Vec<f64> {
                    let both = part.pre.iter().zip(&part.post);
                    both.flat_map(|(&i, &j)| [pre + f64::from(i), post + f64::from(j)]).collect()
                };
                let tag = stored(&set.name);
                let rows = parts.iter().flat_map(rows).collect();
                (set, Set { connection_types: vec![tag.clone()], tag, rows })
            })
            .collect();
        let configuration = configuration(anatomy, &sets, simulations);
        let placed = cells.iter().map(|c| (c.name.clone(), c.identifiers().len())).collect();
        Self {
            version: "3.2.9".into(),
            class: "scaffold.config.JSONConfig".into(),
            configuration: configuration.to_string(),
            cells,
            sets: sets.into_iter().map(|(_, set)| set).collect(),
            labels,
            placed,
            has_placement: true,
            has_tables: true,
            columns: 5,
            maps: BTreeMap::new(),
            pickle: b"no pickle".to_vec(),
        }
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let output = Output::create(path)?;
        let root = output.root();
        for (name, text) in [
            ("version", self.version.as_str()),
            ("configuration_name", "written.json"),
            ("configuration_type", "json"),
            ("configuration_class", &self.class),
            ("configuration_string", &self.configuration),
        ] {
            root.text(name, text)?;
        }
        let group = root.group("cells")?;
        if self.has_placement {
            let placement = group.group("placement")?;
            for cells in &self.cells {
                let one = placement.group(&cells.name)?;
                one.data("identifiers", &cells.runs, &[cells.runs.len()])?;
                if let Some(positions) = &cells.positions {
                    one.data("positions", positions, &[positions.len() / 3, 3])?;
                }
            }
        }
        if self.has_tables {
            self.tables(&root, &group)?;
        }
        let connections = group.group("connections")?;
        for set in &self.sets {
            let data = connections.data(&set.tag, &set.rows, &[set.rows.len() / 2, 2])?;
            data.text("tag", &set.tag)?;
            let types: Vec<&str> = set.connection_types.iter().map(String::as_str).collect();
            data.texts("connection_types", &types)?;
        }
        let labels = group.group("labels")?;
        for (label, ids) in &self.labels {
            labels.data(label, ids, &[ids.len()])?;
        }
        let placed = root.group("statistics")?.group("cells_placed")?;
        self.placed.iter().try_for_each(|(name, n)| placed.integer(name, *n))?;
        root.group("trees")?.data("cells", &self.pickle, &[self.pickle.len()])?;
        output.finish()
    }

    /// The table of all cells, the rows of each type in it, and the entities.
    fn tables(&self, root: &Group, group: &Group) -> Result<(), Error> {
        let types: Vec<&str> = self.cells.iter().map(|c| c.name.as_str()).collect();
        group.texts("types", &types)?;
        let (maps, entities) = (group.group("type_maps")?, root.group("entities")?);
        let mut table = Vec::new();
        let mut row = 0i64;
        for (k, cells) in self.cells.iter().enumerate() {
            let ids = cells.identifiers();
            let mut map = Vec::new();
            if let Some(positions) = &cells.positions {
                for (id, position) in ids.iter().zip(positions.as_chunks::<3>().0) {
                    let whole = [*id, k as f64, position[0], position[1], position[2]];
                    table.extend_from_slice(&whole[..self.columns]);
                    map.push(row);
                    row += 1;
                }
            } else {
                entities.data(&cells.name, &ids, &[ids.len()])?;
            }
            let map = self.maps.get(&cells.name).unwrap_or(&map);
            maps.data(&format!("{}_map", cells.name), map, &[map.len()])?;
        }
        group.data("positions", &table, &[row as usize, self.columns])?;
        Ok(())
    }
}

/// The sets of an anatomy, each with its mirror for the `minus` cells, if there is one.
fn merged<'a>(anatomy: &'a Anatomy) -> Vec<(&'a ConnectionSet, Vec<&'a ConnectionSet>)> {
    let is_own = |set: &&ConnectionSet| {
        set.name.strip_suffix("_minus").is_none_or(|name| anatomy.connections(name).is_none())
    };
    let with_mirror = |set: &'a ConnectionSet| {
        let mirror = anatomy.connections(&format!("{}_minus", set.name));
        (set, std::iter::once(set).chain(mirror).collect())
    };
    anatomy.connections.iter().filter(is_own).map(with_mirror).collect()
}

/// The configuration of the network: sizes, layers, cell types, ends of sets, simulations.
fn configuration(anatomy: &Anatomy, sets: &[(&ConnectionSet, Set)], simulations: Value) -> Value {
    let [x, y, height] = anatomy.size;
    let granular = 2.0 * anatomy.granular_middle()[2];
    let layer = |position: usize, thickness: f64| json!({"thickness": thickness, "stack": {"stack_id": 0, "position_in_stack": position}});
    // The stack begins below 0, so that the granular layer begins there.
    let mut nuclei = layer(0, 300.0);
    nuclei["stack"]["position"] = json!([0.0, -300.0, 0.0]);
    let types = anatomy.cells.iter().map(|c| {
        let is_entity = c.cell_type == "mossy_fiber";
        (stored(&c.cell_type), json!({"entity": is_entity, "placement": {"count": c.len()}}))
    });
    let end = |name: &str| json!([{"type": stored(name), "compartments": ["soma"]}]);
    let connections = sets.iter().map(|(set, written)| {
        let ends = json!({"from_cell_types": end(&set.pre_type), "to_cell_types": end(&set.post_type)});
        (written.tag.clone(), ends)
    });
    json!({
        "name": "written",
        "network_architecture": {"simulation_volume_x": x, "simulation_volume_z": y},
        "layers": {
            "dcn_layer": nuclei,
            "granular_layer": layer(1, granular),
            "purkinje_layer": layer(2, (height - granular) / 2.0),
            "molecular_layer": layer(3, (height - granular) / 2.0),
        },
        "cell_types": Value::from_iter(types),
        "connection_types": Value::from_iter(connections),
        "simulations": simulations,
    })
}
