//! The two configurations of the closed-loop use case: cells, weights, delays and rules of both modules from them in place of lobule's.
//!
//! `scaffold.plastic` has the rules; `scaffold.static` is the same network without them. What moves the loop stays the experiment's:
//! the mossy fibers and the olive are driven by it, and devices of the configurations are left out.

use super::config::{Condition, PrismConfig};
use lobule_cerebellum::stored::{self, Plan};
use lobule_cerebellum::{DT_MS, PLASTIC_SET};
use lobule_circuit::plasticity::Rule;
use lobule_scaffold::Anatomy;
use lobule_scaffold::configuration::{GivenConfiguration, StoredSimulation, StoredSynapse, simulations};
use lobule_study::Error;
use std::collections::BTreeSet;
use std::path::Path;

/// Duration that a plan needs, ms; the loop runs as long as its trials.
const ANY_MS: f64 = 1000.0;

/// The simulation of both modules.
#[derive(Debug, Clone)]
pub struct Pair {
    plan: Plan,
    /// Parts that it leaves out, and parts that are not taken from it; one sentence each.
    pub notes: Vec<String>,
}

impl Pair {
    /// Reads the pair that a configuration names; `None` for none. The anatomy loses cell types that have no model in it.
    ///
    /// # Errors
    /// [`Error::Config`] with key and file: no such simulation, one that cannot be run, without a rule where something must learn, or two
    /// that differ in more than rules and teachers.
    pub fn read(config: &PrismConfig, anatomy: &mut Anatomy) -> Result<Option<Self>, Error> {
        let s = &config.scaffold;
        let named = |key: &'static str, file: &str| -> Result<Option<Named>, Error> {
            if file.is_empty() { Ok(None) } else { Named::read(key, file, &s.simulation).map(Some) }
        };
        let (fixed, plastic) = (named("scaffold.static", &s.fixed)?, named("scaffold.plastic", &s.plastic)?);
        let Some(used) = plastic.as_ref().or(fixed.as_ref()) else {
            if !s.simulation.is_empty() {
                let what = "would have no effect without scaffold.static and scaffold.plastic; give one of them, or leave it out";
                return Err(Error::config("scaffold.simulation", format!("{} {what}", s.simulation)));
            }
            return Ok(None);
        };
        let learns = config.conditions.iter().any(|condition| *condition != Condition::Static);
        if learns && !used.has_rules() {
            let what = "has no plastic synapse, so nothing would learn; give the plastic configuration, or run the condition static alone";
            return Err(used.refused(what));
        }
        let mut notes = Vec::new();
        if let (Some(fixed), Some(plastic)) = (&fixed, &plastic) {
            if fixed.has_rules() {
                notes.push(format!("{} has rules of plasticity, which are frozen.", fixed.file));
            }
            let differing = differences(&fixed.simulation, &plastic.simulation);
            if !differing.is_empty() {
                let list = differing.join("; ");
                return Err(fixed.refused(format!(
                    "differs from {} in more than rules and teachers: {list}; make them equal there, so that the two conditions can be compared",
                    plastic.file
                )));
            }
        }
        let mut simulation = used.simulation.clone();
        let devices = take_devices(&mut simulation);
        if !devices.is_empty() {
            let names = devices.into_iter().collect::<Vec<_>>().join(", ");
            notes.push(format!(
                "devices of the configuration ({names}) are left out; the loop drives mossy fibers and olive."
            ));
        }
        let plan = stored::plan(anatomy, &simulation, Some(ANY_MS), 0);
        if !plan.problems.is_empty() {
            let problems: String = plan.problems.iter().map(|p| format!("\n  {p}")).collect();
            return Err(used.refused(format!("cannot be run:{problems}")));
        }
        if (plan.resolution_ms - DT_MS).abs() > 1e-9 {
            let what = format!("has a step of {} ms; the loop has one of {DT_MS} ms", plan.resolution_ms);
            return Err(used.refused(what));
        }
        notes.extend(plan.notes.iter().cloned());
        notes.push(format!(
            "cells, weights, delays and rules are those of {}; teaching spikes, planner, cortex and gains are the experiment's.",
            used.file
        ));
        let with_model = plan.populations();
        anatomy.cells.retain(|cells| with_model.contains(&cells.cell_type));
        Ok(Some(Self { plan, notes }))
    }

    /// The plan of a module.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Highest weight of the synapses of parallel fibers on Purkinje cells, nS; none where they do not learn.
    pub fn w_max_ns(&self) -> Option<f64> {
        match self.plan.rule_of(PLASTIC_SET)? {
            Rule::Supervised(rule) => Some(rule.w_max),
            Rule::CosExp(rule) => Some(rule.w_max),
            Rule::InhibitoryStdp(rule) => Some(rule.w_max),
            Rule::AdditiveStdp(rule) => Some(rule.w_max),
        }
    }
}

/// Removes the devices of a simulation, with what cannot be honored of them; gives their names.
fn take_devices(simulation: &mut StoredSimulation) -> BTreeSet<String> {
    let prefix = format!("simulations.{}.devices.", simulation.name);
    // A device that cannot be read is in the list of problems alone; names have no point.
    let unread = simulation.problems.iter().filter_map(|p| p.key.strip_prefix(&prefix)?.split('.').next());
    let mut names: BTreeSet<String> = unread.map(String::from).collect();
    names.extend(simulation.devices.drain(..).map(|device| device.name));
    simulation.problems.retain(|problem| !problem.key.starts_with(&prefix));
    simulation.notes.retain(|note| !names.iter().any(|name| note.contains(&format!("device `{name}`"))));
    names
}

/// A simulation of one of the two files.
struct Named {
    key: &'static str,
    file: String,
    simulation: StoredSimulation,
}

impl Named {
    fn read(key: &'static str, file: &str, name: &str) -> Result<Self, Error> {
        let refused = |what: String| Error::config(key, format!("{file}: {what}"));
        let given =
            GivenConfiguration::read(Path::new(file)).map_err(|e| Error::config(key, e.to_string()))?;
        let mut all = simulations(&given.document);
        let known = all.iter().map(|s| s.name.clone()).collect::<Vec<_>>().join(", ");
        let at = match (name, all.len()) {
            (_, 0) => {
                return Err(refused("has no simulation; give a configuration with `simulations`".into()));
            }
            ("", 1) => 0,
            ("", _) => {
                let what = format!("{file} has several simulations: {known}; name one of them");
                return Err(Error::config("scaffold.simulation", what));
            }
            (name, _) => all.iter().position(|s| s.name == name).ok_or_else(|| {
                Error::config("scaffold.simulation", format!("{name}; {file} has: {known}"))
            })?,
        };
        Ok(Self { key, file: file.into(), simulation: all.swap_remove(at) })
    }

    fn refused(&self, what: impl std::fmt::Display) -> Error {
        Error::config(self.key, format!("{}: simulation `{}` {what}", self.file, self.simulation.name))
    }

    fn has_rules(&self) -> bool {
        synapses(&self.simulation).any(|(_, synapse)| stored::is_plastic(&synapse.model))
    }
}

fn synapses(simulation: &StoredSimulation) -> impl Iterator<Item = (&str, &StoredSynapse)> {
    simulation.connection_models.iter().flat_map(|m| m.synapses.iter().map(|s| (m.name.as_str(), s)))
}

/// Keys in which two simulations differ beside rules and teachers.
fn differences(a: &StoredSimulation, b: &StoredSimulation) -> Vec<String> {
    let mut differing = Vec::new();
    if a.resolution_ms != b.resolution_ms || a.stored_resolution_ms != b.stored_resolution_ms {
        differing.push("resolution".to_string());
    }
    for (one, other) in [(a, b), (b, a)] {
        for cell in &one.cell_models {
            match other.cell_models.iter().find(|c| c.cell_type == cell.cell_type) {
                None => differing.push(format!("cell_models.{} is in one alone", cell.cell_type)),
                Some(same) => {
                    let is_first = std::ptr::eq(one, a);
                    if is_first && same.model != cell.model {
                        differing.push(format!("cell_models.{}.neuron_model", cell.cell_type));
                    }
                    // A key of both is told once.
                    let keys = cell.constants.keys().filter(|key| match same.constants.get(*key) {
                        None => true,
                        other => is_first && other != cell.constants.get(*key),
                    });
                    differing.extend(keys.map(|key| format!("cell_models.{}.{key}", cell.cell_type)));
                    if is_first && same.receptors != cell.receptors {
                        differing.push(format!("cell_models.{}.receptors", cell.cell_type));
                    }
                }
            }
        }
        for model in &one.connection_models {
            let key = format!("connection_models.{}", model.name);
            let Some(same) = other.connection_models.iter().find(|m| m.name == model.name) else {
                differing.push(format!("{key} is in one alone"));
                continue;
            };
            if !std::ptr::eq(one, a) {
                continue;
            }
            if same.set != model.set || same.rule != model.rule || same.synapses.len() != model.synapses.len()
            {
                differing.push(key);
                continue;
            }
            for (s, t) in model.synapses.iter().zip(&same.synapses) {
                let is_learned = |synapse: &StoredSynapse| stored::is_plastic(&synapse.model);
                let has_rule = is_learned(s) || is_learned(t);
                let unequal = [
                    ("synapse_model", !has_rule && s.model != t.model),
                    ("synapse", !has_rule && s.constants != t.constants),
                    ("weight", s.weight != t.weight || s.weight_law != t.weight_law),
                    ("delay", s.delay_ms != t.delay_ms || s.delay_law != t.delay_law),
                    ("receptor_type", s.receptor != t.receptor),
                ];
                let unequal = unequal.into_iter().filter(|(_, is)| *is);
                differing.extend(unequal.map(|(name, _)| format!("{key}.{name}")));
            }
        }
    }
    differing
}
