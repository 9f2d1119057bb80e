//! Spikes in the folder of a run of `prism`, of its first seed: three trials of the condition `plastic`, or all trials of
//! `static` and `plastic` after a run with `protocol.spikes=all`. The direction of a trial is the deviation by the prisms.

use super::events::{Events, TrialEvent, Unit, UnitTimes};
use super::table::longest;
use crate::Error;
use lobule_scaffold::files;
use lobule_signal::SpikeTrain;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The keys of the record that hold spikes; the others belong to the experiment.
#[derive(Deserialize)]
struct Recording {
    trial_ms: f64,
    dt_ms: f64,
    arms: Vec<ConditionRun>,
}

#[derive(Deserialize)]
struct ConditionRun {
    condition: String,
    seed: u64,
    trials: Vec<Trial>,
    snapshots: Vec<Snapshot>,
}

#[derive(Deserialize)]
struct Trial {
    index: usize,
    prism_deg: f64,
}

/// Spikes of a module in a trial; steps count from its start.
#[derive(Deserialize)]
struct Snapshot {
    trial: usize,
    module: String,
    spikes: Vec<SpikeTrain>,
}

/// Reads the spikes of a module (`forward` or `inverse`) under a condition from `recordings/prism.json` of a run folder, or from the folder.
///
/// # Errors
/// [`Error::File`] if it is not such a recording, or holds no spikes of that module.
pub fn read(path: &Path, condition: &str, module: &str) -> Result<Events, Error> {
    let path = if path.is_dir() { path.join("recordings/prism.json") } else { path.into() };
    let wrong = |what: String| Error::file(&path, what);
    let remedy = "give the folder of a run of prism, or its recordings/prism.json";
    let text = files::text(&path, longest()).map_err(|e| wrong(format!("{e}; {remedy}")))?;
    let result: Recording = serde_json::from_str(&text)
        .map_err(|e| wrong(format!("{e}; it is not of a run of prism by this version")))?;
    let has_spikes = |a: &&ConditionRun| a.condition == condition && !a.snapshots.is_empty();
    let arm = result.arms.iter().find(has_spikes).ok_or_else(|| {
        let remedy = "run prism with it, and with --set protocol.spikes=all for others than `plastic`";
        wrong(format!("it holds no spikes of the condition `{condition}`; {remedy}"))
    })?;
    let mut events = Events {
        source: path.display().to_string(),
        recorded_ms: Some((0.0, result.trial_ms)),
        ..Events::default()
    };
    let mut units: BTreeMap<(String, u32), Vec<Vec<f64>>> = BTreeMap::new();
    let shown: Vec<_> = arm.snapshots.iter().filter(|s| s.module == module).collect();
    if shown.is_empty() {
        return Err(wrong(format!("there is no module `{module}`; `forward` and `inverse` are known")));
    }
    // A population that was recorded in only some trials would appear silent in the others.
    let is_common = |label: &str| shown.iter().all(|s| s.spikes.iter().any(|t| t.label == label));
    for (k, snapshot) in shown.iter().enumerate() {
        let prism_deg = arm.trials.iter().find(|t| t.index == snapshot.trial).map_or(0.0, |t| t.prism_deg);
        let (name, direction) = (snapshot.trial.to_string(), format!("{prism_deg} deg"));
        events.trials.push(TrialEvent { name, direction, onset_s: 0.0 });
        for train in snapshot.spikes.iter().filter(|t| is_common(&t.label)) {
            for id in 0..train.n as u32 {
                units.entry((train.label.clone(), id)).or_insert_with(|| vec![Vec::new(); shown.len()]);
            }
            for (&step, &id) in train.steps.iter().zip(&train.ids) {
                let of = units.get_mut(&(train.label.clone(), id)).ok_or_else(|| {
                    wrong(format!("neuron {id} of `{}` does not exist; there are {}", train.label, train.n))
                })?;
                of[k].push(step as f64 * result.dt_ms * 1e-3);
            }
        }
    }
    let unit = |((population, id), mut times): ((String, u32), Vec<Vec<f64>>)| {
        times.iter_mut().for_each(|own| own.sort_by(f64::total_cmp));
        Unit { name: id.to_string(), population, times: UnitTimes::OfTrials(times) }
    };
    events.units = units.into_iter().map(unit).collect();
    let trials: Vec<&str> = events.trials.iter().map(|t| t.name.as_str()).collect();
    let (seed, trials, ms) = (arm.seed, trials.join(", "), result.trial_ms);
    events.notes.push(format!(
        "condition `{condition}`, seed {seed}, module `{module}`, trials {trials}; trials last {ms} ms"
    ));
    Ok(events)
}
