//! Phase *electric*: stimulus currents, in label order, and gap junctions.

use super::draft::Draft;
use crate::{describe::GapJunctions, error::CompileError, network::CompiledPopulation};
use std::collections::{BTreeMap, HashSet};

impl Draft<'_> {
    pub fn connect_electrically(&mut self) -> Result<(), CompileError> {
        let mut labels = HashSet::new();
        let mut currents: Vec<_> = self.circuit.currents.iter().collect();
        currents.sort_by(|a, b| a.label.cmp(&b.label));
        for current in currents {
            let of = || format!("current `{}`", current.label);
            let p = self.population(&current.population, of)?;
            let population = &mut self.network.populations[p];
            capacitance(population, of)?;
            population.electric.add_current(current, population.n, &self.network.clock)?;
            if !labels.insert(current.label.as_str()) {
                return Err(CompileError::DuplicateLabel { kind: "current", label: current.label.clone() });
            }
        }
        let mut coupled: BTreeMap<usize, (f64, Vec<&GapJunctions>)> = BTreeMap::new();
        for gaps in &self.circuit.gap_junctions {
            let of = || format!("gap junctions `{}`", gaps.label);
            let p = self.population(&gaps.population, of)?;
            let c_m = capacitance(&self.network.populations[p], of)?;
            coupled.entry(p).or_insert((c_m, Vec::new())).1.push(gaps);
        }
        for (p, (c_m, gaps)) in coupled {
            let population = &mut self.network.populations[p];
            population.electric.add_gaps(&gaps, population.n, c_m / self.network.clock.dt_ms())?;
        }
        Ok(())
    }
}

/// Membrane capacitance, pF, of cells that take current.
fn capacitance(population: &CompiledPopulation, of: impl Fn() -> String) -> Result<f64, CompileError> {
    population.model.capacitance().ok_or_else(|| CompileError::Rule {
        of: of(),
        what: format!("`{}` has no membrane; only cells with one take current", population.label),
    })
}
