//! From cells and sets on file to an [`Anatomy`].

use super::cells::{Cells, Directory};
use super::connections::{Counted, Rows, StoredSet, check_names};
use super::document::Document;
use super::{labels, space};
use crate::error::{Result, ensure};
use crate::hdf5::{Node, Store};
use crate::notes::{self, Findings};
use crate::part::Choose;
use crate::{Anatomy, CellSites, ConnectionSet};
use std::collections::BTreeMap;

/// A network and its names on file.
pub(crate) struct Network {
    pub anatomy: Anatomy,
    /// Rows of each connection set in the file. `[connections]`
    pub rows: Vec<usize>,
    /// Names on file by lobule's names, where they differ.
    pub stored_names: BTreeMap<String, String>,
}

/// Contents of a file, before its rows are read.
pub(super) struct Contents<'a> {
    pub store: &'a Store,
    /// Software, version and years, in words.
    pub software: String,
    pub cells: Vec<Cells>,
    pub labels: Option<Node>,
    pub document: Option<Document>,
    pub found: Findings,
    pub notes: Vec<String>,
}

/// The set that says which glomeruli belong to a mossy fiber.
const FIBERS: &str = "mossy_fibers_to_glomerulus";

impl Contents<'_> {
    /// The network, with the sets that `sets` finds among the cells.
    pub fn read(
        mut self,
        choose: Choose<'_>,
        sets: impl FnOnce(&mut Self, &Directory) -> Result<Vec<StoredSet>>,
    ) -> Result<Network> {
        let store = self.store;
        for (k, cells) in self.cells.iter().enumerate() {
            let other = self.cells[..k].iter().find(|other| other.name == cells.name);
            ensure(other.is_none(), || {
                let (stored, other) = (&cells.stored, other.map_or("", |other| &other.stored));
                let what = format!(
                    "`{stored}` and `{other}` are both lobule's `{}`; rename one of them",
                    cells.name
                );
                store.error(&cells.object, what)
            })?;
        }
        ensure(self.cells.len() < usize::from(u16::MAX), || {
            store.error("/", format!("has {} cell types; up to 65534 are read", self.cells.len()))
        })?;
        let total: usize = self.cells.iter().map(Cells::len).sum();
        ensure(u32::try_from(total).is_ok(), || {
            store.error("/", format!("has {total} cells, at most 2^32 - 1 are supported; divide the network"))
        })?;
        let directory = Directory::of(&self.cells).map_err(|(object, what)| store.error(object, what))?;
        let sets = sets(&mut self, &directory)?;
        check_names(store, &sets)?;
        let space = space::turned(&mut self.cells, self.document.as_ref());
        self.notes.extend(space.notes);

        let entities: Vec<usize> = (0..self.cells.len()).filter(|k| self.cells[*k].is_entity()).collect();
        for k in entities {
            let positions = self.places(k as u16, &sets, &directory, space.middle)?;
            self.cells[k].positions = positions;
        }
        let site = |cells: &mut Cells| CellSites {
            cell_type: cells.name.clone(),
            positions: std::mem::take(&mut cells.positions),
            label_sets: vec![Vec::new()],
            labels: Vec::new(),
        };
        let mut sites: Vec<CellSites> = self.cells.iter_mut().map(site).collect();
        if let Some(group) = &self.labels {
            labels::read(store, group, &directory, &self.cells, &mut sites)?;
        }

        let rows = Rows { store, directory: &directory, cells: &self.cells };
        let is_part = choose.is_some();
        let mut anatomy = Anatomy { size: space.size, cells: sites, ..Anatomy::default() };
        let keeps = choose.map(|choose| {
            let named = |set: &StoredSet| match (&set.ends[0][..], &set.ends[1][..]) {
                ([pre], [post]) => Some(rows.empty(set, [*pre, *post])),
                _ => None,
            };
            anatomy.connections = sets.iter().filter_map(named).collect();
            choose(&anatomy)
        });
        let mut read: Vec<Counted> = Vec::new();
        let mut empty = Vec::new();
        for set in &sets {
            let parts = rows.read(set, keeps.as_ref())?;
            match &parts[..] {
                [] => empty.push(set.stored.clone()),
                [_] => {}
                several => {
                    let names: Vec<&String> = several.iter().map(|(part, _)| &part.name).collect();
                    let what = format!("`{}` joins several types and is read as", set.stored);
                    self.notes.push(format!("{what} {}.", crate::error::listed(names)));
                }
            }
            read.extend(parts);
        }
        self.notes.extend(notes::about(
            &empty,
            "are empty sets, whose types the file does not tell or which join several, and are left out",
        ));
        let counts: BTreeMap<String, usize> = read.iter().map(|(set, n)| (set.name.clone(), *n)).collect();
        ensure(counts.len() == read.len(), || {
            let mut names: Vec<&str> = read.iter().map(|(set, _)| set.name.as_str()).collect();
            names.sort_unstable();
            let twice = names.windows(2).find(|w| w[0] == w[1]).map_or("", |w| w[0]);
            store.error("/", format!("has two sets that are lobule's `{twice}`; rename one of them"))
        })?;
        let rows: Vec<usize> = read.iter().map(|(_, n)| *n).collect();
        anatomy.connections = read.into_iter().map(|(set, _)| set).collect::<Vec<ConnectionSet>>();
        anatomy.source = format!("{}, {total} cells", self.software);

        let of_cells = self.cells.iter().map(|c| (c.name.clone(), c.stored.clone()));
        let of_sets = sets.into_iter().map(|set| (set.name, set.stored));
        let stored_names: BTreeMap<String, String> =
            of_cells.chain(of_sets).filter(|(name, stored)| name != stored).collect();
        let renamed: Vec<String> =
            stored_names.iter().map(|(name, stored)| format!("{name} is `{stored}`")).collect();
        if !renamed.is_empty() {
            self.notes.push(format!("types and sets have lobule's names; on file {}.", renamed.join(", ")));
        }
        self.notes.extend(notes::of(&anatomy, &self.found, &counts, is_part));
        anatomy.notes = self.notes;
        Ok(Network { anatomy, rows, stored_names })
    }

    /// Places of cells that have none on file: a mossy fiber is in the middle of its glomeruli, other cells and a fiber
    /// without glomeruli are in the middle of the granular layer.
    fn places(
        &mut self,
        of: u16,
        sets: &[StoredSet],
        directory: &Directory,
        middle: [f64; 3],
    ) -> Result<Vec<[f64; 3]>> {
        let entity = &self.cells[usize::from(of)];
        let n = entity.len();
        let mut sums = vec![([0.0; 3], 0usize); n];
        if let Some(set) = sets.iter().find(|set| set.name == FIBERS) {
            let rows = Rows { store: self.store, directory, cells: &self.cells };
            for (part, _) in rows.read(set, None)?.iter().filter(|(part, _)| part.pre_type == entity.name) {
                let glomeruli = self.cells.iter().find(|c| c.name == part.post_type);
                let Some(places) = glomeruli.map(|c| &c.positions).filter(|p| !p.is_empty()) else {
                    continue;
                };
                for (&pre, &post) in part.pre.iter().zip(&part.post) {
                    let (sum, count) = &mut sums[pre as usize];
                    (0..3).for_each(|k| sum[k] += places[post as usize][k]);
                    *count += 1;
                }
            }
        }
        let far = sums.iter().filter(|(_, count)| *count == 0).count();
        let place = |(sum, count): ([f64; 3], usize)| match count {
            0 => middle,
            _ => sum.map(|s| s / count as f64),
        };
        let name = &entity.name;
        self.notes.push(match far {
            0 => format!("{name} have no positions on file; each of the {n} is put in the middle of its glomeruli."),
            _ if far == n => {
                format!("{name} have no positions on file; all {n} are put in the middle of the granular layer.")
            }
            _ => format!(
                "{name} have no positions on file; each is put in the middle of its glomeruli, {far} of {n} that have none in \
                 the middle of the granular layer."
            ),
        });
        Ok(sums.into_iter().map(place).collect())
    }
}
