//! Node populations as cell types.

use super::config::Part;
use super::ids::Ids;
use super::members::{Members, Unread, populations, types_of, unused_columns};
use super::table::Types;
use crate::error::{Result, ensure};
use crate::hdf5::Store;
use crate::{CellSites, canonical_cell_name};
use std::collections::{BTreeMap, BTreeSet};

/// Most nodes of a population. Chosen: a whole mouse cerebellum has 6e7 granule cells.
const MAX_NODES: usize = 100_000_000;

#[derive(Default)]
pub(super) struct Nodes {
    pub cells: Vec<CellSites>,
    pub populations: BTreeMap<String, Population>,
}

pub(super) struct Population {
    /// The ids of its nodes, by which edges name them.
    pub ids: Ids,
    /// Index into [`Nodes::cells`] and number of the cell, of every node in the order of ids. `[n]`
    pub cell_of: Vec<(u16, u32)>,
}

pub(super) fn read(part: &Part, nodes: &mut Nodes, extra: &mut Unread) -> Result<()> {
    let types = types_of(part, "node_type_id")?;
    let store = Store::open(&part.data)?;
    let group = populations(&store, "nodes")?;
    for (name, node) in store.members(&group)? {
        ensure(!nodes.populations.contains_key(&name), || {
            let what = "is a population of an earlier file too; give each a name of its own";
            store.error(&node.path, what)
        })?;
        let members = Members::of(&store, &node)?;
        let raw = RawPopulation::read(&members, &name, types.as_ref(), extra)?;
        let population = raw.place(&members, &name, nodes, extra)?;
        nodes.populations.insert(name, population);
    }
    let models = types.iter().flat_map(|t| t.values()).filter_map(|t| t.get("model_type"));
    extra.models.extend(models.filter(|m| !POINT_MODELS.contains(&m.as_str())).map(|m| format!("`{m}`")));
    extra.node_types.extend(unused_columns(&types, &USED_OF_TYPES));
    Ok(())
}

/// Columns of node types that are read; those of nodes come before them.
const USED_OF_TYPES: [&str; 6] = ["pop_name", "population", "model_type", "x", "y", "z"];
/// Model types of cells without extent, and of cells that are inputs.
const POINT_MODELS: [&str; 5] = ["virtual", "point_neuron", "point_process", "point_soma", "rate_population"];
const AXES: [&str; 3] = ["x", "y", "z"];

/// A population as the file has it; everything in the order of node ids.
struct RawPopulation {
    ids: Ids,
    types: Vec<i64>,
    /// Positions, µm. `[n]`
    positions: Vec<[f64; 3]>,
    /// Cell type of each node as an index into `kinds`; the name of the population for one without. `[n]`
    kind_of: Vec<Option<u16>>,
    /// Cell types in the order in which they first occur.
    kinds: Vec<String>,
    /// Labels of each node. `[n]` or `[0]`, with the sets they refer to
    labels: Vec<i64>,
    label_sets: Vec<Vec<String>>,
    without_position: usize,
}

impl RawPopulation {
    fn read(members: &Members, population: &str, types: Option<&Types>, extra: &mut Unread) -> Result<Self> {
        let n = members.entries("node_type_id")?;
        ensure(n <= MAX_NODES, || {
            members.refuse(format!("has {n} nodes; up to {MAX_NODES} are supported: divide the population"))
        })?;
        let type_of_row = members.integers("node_type_id")?;
        let (ids, row_of) = match members.has("node_id") {
            true => Ids::read(members, n)?,
            false => (Ids::of_rows(n), (0..n).collect()),
        };
        extra.ids.extend(ids.note(population));
        let groups = members.groups("node_group_id", "node_group_index", n)?;

        let mut raw = Self {
            ids,
            types: row_of.iter().map(|&row| type_of_row[row]).collect(),
            positions: vec![[0.0; 3]; n],
            kind_of: vec![None; n],
            kinds: vec![],
            labels: vec![],
            label_sets: vec![],
            without_position: 0,
        };
        let mut place_of = vec![0; n];
        row_of.iter().enumerate().for_each(|(place, &row)| place_of[row] = place);
        let mut places = Places::of_types(members, &raw, types)?;
        let mut names: Vec<Option<String>> =
            vec![None; if types.is_some() || !groups.is_empty() { n } else { 0 }];
        for group in &groups {
            let columns = members.columns(group)?;
            let mut used = BTreeSet::new();
            if let Some(positions) = columns.positions()? {
                used.extend(["x", "y", "z", "positions"]);
                group.rows.iter().for_each(|&(row, i)| places.of[place_of[row]] = positions[i].map(Some));
            } else {
                for (axis, name) in AXES.into_iter().enumerate() {
                    let Some(column) = columns.floats(name)? else { continue };
                    used.insert(name);
                    group.rows.iter().for_each(|&(row, i)| places.of[place_of[row]][axis] = Some(column[i]));
                }
            }
            if columns.has("pop_name") {
                used.insert("pop_name");
                let texts = columns.texts("pop_name")?;
                for &(row, i) in &group.rows {
                    names[place_of[row]] = Some(texts[i].clone()).filter(|name| !name.is_empty());
                }
            }
            // Labels need their library, and a population with one group, as lobule writes them.
            if groups.len() == 1
                && let Some((labels, sets)) = columns.labels()?
            {
                used.insert("labels");
                raw.labels = vec![0; n];
                for &(row, index) in &group.rows {
                    raw.labels[place_of[row]] = labels[index];
                }
                raw.label_sets = sets;
            }
            if used.is_empty() && columns.names().next().is_some() {
                extra.indices.extend(group.fault());
            }
            extra.nodes.extend(columns.names().filter(|c| !used.contains(c.as_str())).cloned());
        }
        places.settle(members, population, &mut raw, extra)?;
        raw.name(members, names, types)?;
        Ok(raw)
    }

    /// Gives each node the cell type of its own `pop_name`, else that of its type, if either has one.
    fn name(&mut self, members: &Members, own: Vec<Option<String>>, types: Option<&Types>) -> Result<()> {
        let mut known: BTreeMap<String, u16> = BTreeMap::new();
        for (place, own) in own.into_iter().enumerate() {
            let of_type = match types {
                None => None,
                Some(types) => self.type_of(members, types, place)?.get("pop_name").map(String::as_str),
            };
            let Some(name) = own.as_deref().or(of_type) else { continue };
            let next = known.len();
            let index = match known.get(name) {
                Some(index) => *index,
                None => {
                    let what = || members.refuse("has more than 65535 different `pop_name`; join some");
                    let index = u16::try_from(next).map_err(|_| what())?;
                    self.kinds.push(name.to_string());
                    *known.entry(name.to_string()).or_insert(index)
                }
            };
            self.kind_of[place] = Some(index);
        }
        Ok(())
    }

    /// The type of a node in the table.
    fn type_of<'a>(
        &self,
        members: &Members,
        types: &'a Types,
        place: usize,
    ) -> Result<&'a BTreeMap<String, String>> {
        let number = self.types[place];
        types.get(&number).ok_or_else(|| {
            let what = "which the table of node types does not have; add it there";
            let id = self.ids.id(place);
            members.error("node_type_id", format!("node {id} is of type {number}, {what}"))
        })
    }

    fn place(
        self,
        members: &Members,
        population: &str,
        nodes: &mut Nodes,
        extra: &mut Unread,
    ) -> Result<Population> {
        let n = self.types.len();
        if self.without_position > 0 {
            extra.unplaced.push(format!("{} of {n} nodes of `{population}`", self.without_position));
        }
        // In the order in which they first occur; an empty population is a type too.
        let mut kinds: Vec<&str> = Vec::new();
        // Index into `kinds` of each of the population's own kinds; the last is the population itself.
        let mut place_of = vec![usize::MAX; self.kinds.len() + 1];
        let own = |kind: &Option<u16>| kind.map_or(self.kinds.len(), usize::from);
        for kind in &self.kind_of {
            if place_of[own(kind)] == usize::MAX {
                let name = kind.map_or(population, |k| &self.kinds[usize::from(k)]);
                // A `pop_name` may be that of the population.
                place_of[own(kind)] = kinds.iter().position(|k| *k == name).unwrap_or(kinds.len());
                if place_of[own(kind)] == kinds.len() {
                    kinds.push(name);
                }
            }
        }
        if n == 0 {
            kinds.push(population);
        }
        let first = nodes.cells.len();
        for kind in &kinds {
            let plain = canonical_cell_name(kind);
            let is_taken = |name: &str| nodes.cells.iter().any(|c| c.cell_type == name);
            let cell_type = if is_taken(plain) { format!("{population}.{plain}") } else { plain.to_string() };
            ensure(!is_taken(&cell_type), || {
                let what = format!(
                    "gives cell type `{cell_type}`, which there is already; give `pop_name` of its own"
                );
                members.refuse(what)
            })?;
            if cell_type != population && *kind != population {
                extra.renamed.push(format!("`{population}` gives cell type `{cell_type}`"));
            } else if cell_type != population {
                extra.translated.push(format!("`{population}` is read as `{cell_type}`"));
            }
            let (label_sets, labels) = (self.label_sets.clone(), vec![]);
            nodes.cells.push(CellSites { cell_type, positions: vec![], label_sets, labels });
        }
        ensure(nodes.cells.len() <= usize::from(u16::MAX), || {
            members.refuse("there are more than 65535 cell types; join some")
        })?;
        let mut cell_of = Vec::with_capacity(n);
        for (place, kind) in self.kind_of.iter().enumerate() {
            let kind = place_of[own(kind)];
            let cells = &mut nodes.cells[first + kind];
            cell_of.push(((first + kind) as u16, cells.positions.len() as u32));
            cells.positions.push(self.positions[place]);
            // In range: `Members::labels` has compared it with the library.
            cells.labels.extend(self.labels.get(place).map(|&label| label as u16));
        }
        Ok(Population { ids: self.ids, cell_of })
    }
}

/// Coordinates of the nodes, each as far as the file or the table of types gives it.
struct Places {
    of: Vec<[Option<f64>; 3]>,
}

impl Places {
    /// Those that the types give; columns of nodes come later and take their place.
    fn of_types(members: &Members, raw: &RawPopulation, types: Option<&Types>) -> Result<Self> {
        let mut of = vec![[None; 3]; raw.types.len()];
        let is_given =
            types.is_some_and(|t| t.values().any(|t| AXES.iter().any(|axis| t.contains_key(*axis))));
        let Some(types) = types.filter(|_| is_given) else { return Ok(Self { of }) };
        for (place, coordinates) in of.iter_mut().enumerate() {
            let (columns, number) = (raw.type_of(members, types, place)?, raw.types[place]);
            for (coordinate, axis) in coordinates.iter_mut().zip(AXES) {
                let Some(text) = columns.get(axis) else { continue };
                let number_of = text.parse().map_err(|_| {
                    let what =
                        format!("type {number} has `{axis}` {text:?} in the table, which is no number");
                    members.error("node_type_id", what)
                })?;
                *coordinate = Some(number_of);
            }
        }
        Ok(Self { of })
    }

    /// Fills in the positions, 0 where an axis is not given.
    fn settle(
        &self,
        members: &Members,
        population: &str,
        raw: &mut RawPopulation,
        extra: &mut Unread,
    ) -> Result<()> {
        let (mut without, n) = ([0; 3], self.of.len());
        for (place, (coordinates, position)) in self.of.iter().zip(&mut raw.positions).enumerate() {
            *position = coordinates.map(Option::unwrap_or_default);
            ensure(position.iter().all(|p| p.is_finite()), || {
                let id = raw.ids.id(place);
                members.refuse(format!("node {id} is at {position:?}; positions must be finite, in µm"))
            })?;
            if coordinates.iter().all(Option::is_none) {
                raw.without_position += 1;
            } else {
                (0..3).for_each(|k| without[k] += usize::from(coordinates[k].is_none()));
            }
        }
        for (axis, missing) in AXES.into_iter().zip(without).filter(|(_, n)| *n > 0) {
            extra.flat.push(format!("{axis} of {missing} of {n} nodes of `{population}`"));
        }
        let is_given = raw.without_position == 0 && without == [0; 3];
        // One node may well be at the origin.
        if is_given && n > 1 && raw.positions.iter().all(|[_, y, z]| *y == 0.0 && *z == 0.0) {
            let name = format!("`{population}`");
            let is_counted = raw.positions.windows(2).all(|pair| pair[1][0] - pair[0][0] == 1.0);
            if is_counted { extra.numbered.push(name) } else { extra.lined.push(name) }
        }
        Ok(())
    }
}
