//! Mean rates of populations and microzones over a trial.

use super::circuit::TEACHING;
use super::keys::{ModuleName, RateOf};
use lobule_cerebellum::DT_MS;
use lobule_circuit::Simulation;
use lobule_exchange::Ranks;
use lobule_scaffold::{Anatomy, Microzone};
use lobule_study::Error;
use std::collections::BTreeMap;

/// A population whose spikes are counted.
struct CountedPopulation {
    module: ModuleName,
    cell: String,
    population: usize,
    n: usize,
    /// Microzone of each cell; empty without labels. `[n]` or `[0]`
    zones: Vec<Option<Microzone>>,
    /// For each cell: true if this rank counts it; empty for all. `[n]` or `[0]`
    owned: Vec<bool>,
    /// Spikes of all cells, of the plus and of the minus zone.
    spikes: [u64; 3],
}

/// Counts the spikes of all populations of some modules.
pub struct RateCounter {
    populations: Vec<CountedPopulation>,
}

impl RateCounter {
    /// A counter of every cell type of the anatomy in each module, and of its teaching spikes. On one rank of several it
    /// counts that rank's own cells.
    pub fn new(
        simulation: &Simulation,
        modules: impl Iterator<Item = ModuleName>,
        anatomy: &Anatomy,
        ranks: &Ranks,
    ) -> Result<Self, Error> {
        let mut populations = Vec::new();
        for module in modules {
            let mut count = |cell: &str, n: usize, zones: Vec<Option<Microzone>>| -> Result<(), Error> {
                let label = format!("{module}/{cell}");
                let owned = match ranks.ranks() {
                    1 => Vec::new(),
                    _ => simulation.network().owned(&label)?,
                };
                let population = simulation.population(&label)?;
                let cell = cell.into();
                populations.push(CountedPopulation {
                    module,
                    cell,
                    population,
                    n,
                    zones,
                    owned,
                    spikes: [0; 3],
                });
                Ok(())
            };
            for cells in anatomy.cells.iter().filter(|c| !c.is_empty()) {
                let zones = if cells.labels.is_empty() { Vec::new() } else { cells.microzones() };
                count(&cells.cell_type, cells.len(), zones)?;
            }
            let olive = anatomy.cells("io_cell").map(|c| c.microzones()).unwrap_or_default();
            count(TEACHING, olive.len(), olive)?;
        }
        Ok(Self { populations })
    }

    pub fn clear(&mut self) {
        self.populations.iter_mut().for_each(|p| p.spikes = [0; 3]);
    }

    /// Adds the spikes since step `from`.
    pub fn count(&mut self, simulation: &Simulation, from: u64) {
        for CountedPopulation { population, zones, owned, spikes, .. } in &mut self.populations {
            let history = simulation.history(*population);
            for step in from..simulation.step() {
                let ids = history.at(step);
                if zones.is_empty() && owned.is_empty() {
                    spikes[0] += ids.len() as u64;
                    continue;
                }
                let ids = ids.iter().map(|&i| i as usize);
                for i in ids.filter(|&i| owned.is_empty() || owned[i]) {
                    spikes[0] += 1;
                    if let Some(zone) = zones.get(i).copied().flatten() {
                        spikes[1 + zone as usize] += 1;
                    }
                }
            }
        }
    }

    /// Mean rates, Hz, over the `steps` of a trial, from the spikes of all ranks. Collective.
    pub fn rates_hz(&mut self, steps: u64, ranks: &Ranks) -> Result<BTreeMap<RateOf, f64>, Error> {
        let seconds = steps as f64 * DT_MS * 1e-3;
        let mut counts: Vec<[u64; 3]> = self.populations.iter().map(|p| p.spikes).collect();
        ranks.sum(counts.as_flattened_mut())?;
        let mut rates = BTreeMap::new();
        for (cells, [all, by_zone @ ..]) in self.populations.iter().zip(&counts) {
            let mut insert = |zone, spikes: u64, n: usize| {
                let key = RateOf { module: cells.module, cell: cells.cell.clone(), zone };
                rates.insert(key, spikes as f64 / (n as f64 * seconds));
            };
            insert(None, *all, cells.n);
            for zone in Microzone::ALL.into_iter().filter(|_| !cells.zones.is_empty()) {
                let n = cells.zones.iter().filter(|z| **z == Some(zone)).count().max(1);
                insert(Some(zone), by_zone[zone as usize], n);
            }
        }
        Ok(rates)
    }
}
