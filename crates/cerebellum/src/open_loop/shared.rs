//! A network file that several ranks read. Each rank keeps the rows onto its own cells.

use crate::{BrainState, DT_MS, Drive, Error, ModuleOptions, add_module};
use lobule_circuit::{Circuit, GapJunctions, Network, Share, Weight};
use lobule_exchange::Ranks;
use lobule_scaffold::Anatomy;
use lobule_scaffold::format::{self, Format, Part, Reading};
use lobule_signal::Clock;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// A network file as one rank has read it.
pub struct SharedAnatomy {
    /// All cells, and the rows onto those of this rank.
    pub anatomy: Anatomy,
    /// True if other ranks hold the other rows.
    pub is_part: bool,
    /// True for each cell whose rows were kept; empty if all were. `[cell type][n]`
    kept: BTreeMap<String, Vec<bool>>,
}

impl SharedAnatomy {
    /// Reads a whole network file on every rank.
    ///
    /// # Errors
    /// As [`format::read_as`], on every rank.
    pub fn read_whole(path: &Path, reading: Reading, ranks: &Ranks) -> Result<Self, Error> {
        let network = ranks.agree(format::read_as(path, reading).map_err(Error::from))?;
        Ok(Self::whole(network.anatomy))
    }

    /// A whole anatomy, for one process.
    pub fn whole(anatomy: Anatomy) -> Self {
        Self { anatomy, is_part: false, kept: BTreeMap::new() }
    }

    /// Reads a network file; with several ranks the rows onto this rank's cells only.
    ///
    /// # Errors
    /// As [`format::read_as`], on every rank.
    pub fn read(path: &Path, reading: Reading, state: BrainState, ranks: &Ranks) -> Result<Self, Error> {
        // Only HDF5 files are read in parts.
        if ranks.ranks() == 1 || Format::of_input(path) != Format::Bsb {
            return Self::read_whole(path, reading, ranks);
        }
        let share = Share::on(ranks);
        let mut kept = BTreeMap::new();
        let part = format::read_part(path, reading, |cells| {
            kept = owned(cells, state, &share);
            let kept = kept.clone();
            Box::new(move |set, cell| {
                // Coupled cells need all junctions; other sets end on the cells of one rank.
                let is_own = |owned: &Vec<bool>| owned.get(cell as usize).copied().unwrap_or(true);
                set.name.starts_with("gap_") || kept.get(&set.post_type).is_none_or(is_own)
            })
        });
        let Part { mut anatomy, rows } = ranks.agree(part.map_err(Error::from))?;
        // A set that is empty on file is missing for all; one that is empty here is not.
        let is_there: BTreeMap<String, bool> =
            anatomy.connections.iter().zip(&rows).map(|(set, &n)| (set.name.clone(), n > 0)).collect();
        let mirror = |name: &str| is_there.get(&format!("{name}_minus")).copied().unwrap_or(false);
        anatomy.connections.retain(|set| is_there[&set.name] || mirror(&set.name));
        Ok(Self { anatomy, is_part: true, kept })
    }

    /// Checks that the rows onto all cells of this rank were kept.
    ///
    /// # Errors
    /// [`Error::Anatomy`], a bug of lobule.
    pub fn covers(&self, network: &Network) -> Result<(), Error> {
        for (cell_type, kept) in &self.kept {
            let owned = network.owned(cell_type)?;
            if owned.iter().zip(kept).any(|(owns, keeps)| *owns && !keeps) {
                let what = format!(
                    "the rows onto some `{cell_type}` of this rank were not read; this is a bug of lobule"
                );
                return Err(Error::anatomy(what));
            }
        }
        Ok(())
    }
}

/// The cells of each type that this rank may own, with or without gap junctions in a population.
fn owned(cells: &Anatomy, state: BrainState, share: &Share) -> BTreeMap<String, Vec<bool>> {
    let bare = Anatomy { cells: cells.cells.clone(), ..Anatomy::default() };
    let mut circuit = Circuit::new();
    let mut owned: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    // Defects of the cells are reported when the circuit itself is built.
    if add_module(&mut circuit, "", &bare, &ModuleOptions::new(state, Drive::Poisson(0.0))).is_err() {
        return owned;
    }
    let mut coupled = circuit.clone();
    for set in cells.connections.iter().filter(|set| set.name.starts_with("gap_")) {
        let (label, population) = (set.name.clone(), set.post_type.clone());
        let (pairs, conductance) = (Arc::default(), Weight::Uniform(0.0));
        coupled.add_gap_junctions(GapJunctions { label, population, pairs, conductance });
    }
    for circuit in [circuit, coupled] {
        let Ok(clock) = Clock::new(DT_MS) else { continue };
        let Ok(network) = circuit.compile_share(clock, 0, share) else { continue };
        for population in network.populations() {
            let now = network.owned(&population.label).unwrap_or_default();
            let before = owned.entry(population.label).or_insert_with(|| vec![false; now.len()]);
            before.iter_mut().zip(now).for_each(|(before, now)| *before |= now);
        }
    }
    owned
}
