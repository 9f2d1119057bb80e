//! Generators of a stored simulation: populations of spike sources, one neuron per target, and currents.
//!
//! Times are those at which NEST 3.10 acts, which was measured: a spike of `spike_generator` at t leaves its step at
//! t; the first step of a `poisson_generator` is the second after `start`; a current flows from `start` + delay on.

use super::{Plan, neurons::NeuronKind, synapses};
use crate::module::drive;
use lobule_circuit::models::{PoissonGenerator, RateProfile};
use lobule_circuit::{CurrentStimulus, Model, Population};
use lobule_scaffold::configuration::{Device, DeviceKind, Span};
use std::sync::Arc;

/// Adds a generator with its (population, neurons).
pub(super) fn add(plan: &mut Plan, device: &Device, key: &str, targets: Vec<(String, Vec<u32>)>) {
    let Some(delay_ms) = plan.delay(key, device.delay_ms) else { return };
    if let Some(first) = first_action_ms(&device.kind).filter(|t| *t >= plan.duration_ms) {
        let (name, end) = (&device.name, plan.duration_ms);
        plan.notes
            .push(format!("device `{name}` begins at {first} ms, after the end of the run at {end} ms."));
    }
    let many = targets.len() > 1;
    for (cell_type, neurons) in targets {
        let label = if many { format!("{}.{cell_type}", device.name) } else { device.name.clone() };
        if plan.population(&label).is_some() || plan.drives.populations().iter().any(|p| p.label == label) {
            let what = format!("would be population `{label}`, a name that is in use; rename the device");
            plan.problem(key, what);
            continue;
        }
        let Some(cells) = plan.population(&cell_type).cloned() else { continue };
        if let DeviceKind::Current { steps } = &device.kind {
            if cells.kind == NeuronKind::Relay {
                let what = format!("names `{cell_type}`, a relay, which takes no current");
                plan.problem(format!("{key}.targetting"), what);
            } else if device.receptor != 0 {
                let what = "is given, but a current has no receptor: remove it";
                plan.problem(format!("{key}.receptor_type"), what);
            } else if let Some(steps) = steps
                .iter()
                .map(|&(ms, pa)| Some((plan.on_grid(key, "changes at", ms)? + delay_ms, pa * device.weight)))
                .collect()
            {
                plan.drives.add_current(CurrentStimulus { label, population: cell_type, neurons, steps });
            }
            continue;
        }
        let input = synapses::receptor(plan, key, &cells, device.receptor, device.weight);
        let Some((receptor, weight)) = input else { continue };
        if cells.kind == NeuronKind::Relay && device.weight != 1.0 {
            let what = format!("its weight of {} has no effect; relays count spikes", device.weight);
            plan.notes.push(format!("device `{}`: {what}.", device.name));
        }
        let Some((model, n)) = source(plan, &device.kind, key, neurons.len()) else { return };
        let of = |k: usize| if n == 1 { 0 } else { k as u32 };
        let list: Vec<(u32, u32)> = neurons.iter().enumerate().map(|(k, &target)| (of(k), target)).collect();
        plan.drives.add_population(Population::new(&label, n, model));
        let drive = drive(&label, &cell_type, list, (weight, receptor), delay_ms);
        plan.drives.add_projection(drive);
    }
}

fn first_action_ms(kind: &DeviceKind) -> Option<f64> {
    match kind {
        DeviceKind::Poisson { span, .. } | DeviceKind::SinusoidalPoisson { span, .. } => Some(span.start_ms),
        DeviceKind::SpikeTimes { times_ms } => times_ms.first().copied(),
        DeviceKind::Current { steps } => steps.first().map(|s| s.0),
        DeviceKind::SpikeRecorder { .. } | DeviceKind::Multimeter { .. } => None,
    }
}

/// The model of a spike source and the number of its neurons: one for each of `n` targets, or one for all.
fn source(plan: &mut Plan, kind: &DeviceKind, key: &str, n: usize) -> Option<(Model, usize)> {
    let dt_ms = plan.resolution_ms;
    let mut span_ms = |span: &Span| plan.span(key, span).map(|(from, to)| (from + dt_ms, to + dt_ms));
    Some(match kind {
        DeviceKind::Poisson { rate_hz, span } => {
            let (from, to) = span_ms(span)?;
            let end = to.is_finite().then_some((to, 0.0));
            let steps = [(from, *rate_hz)].into_iter().chain(end).collect();
            (Model::PoissonGenerator(PoissonGenerator { rate: RateProfile::Steps(steps) }), n)
        }
        &DeviceKind::SinusoidalPoisson { rate_hz, amplitude_hz, frequency_hz, phase_deg, ref span } => {
            let (from_ms, to_ms) = span_ms(span)?;
            let (mean_hz, phase_rad) = (rate_hz, phase_deg.to_radians());
            let rate =
                RateProfile::Sinusoid { mean_hz, amplitude_hz, frequency_hz, phase_rad, from_ms, to_ms };
            (Model::PoissonGenerator(PoissonGenerator { rate }), n)
        }
        DeviceKind::SpikeTimes { times_ms } => {
            let spike = |&t: &f64| Some((plan.on_grid(format!("{key}.spike_times"), "has", t)? - dt_ms, 0));
            (Model::SpikeTimes(Arc::new(times_ms.iter().map(spike).collect::<Option<_>>()?)), 1)
        }
        DeviceKind::Current { .. } | DeviceKind::SpikeRecorder { .. } | DeviceKind::Multimeter { .. } => {
            return None;
        }
    })
}
