//! Weights of plastic sets at the end of a run.

use crate::Error;
use crate::stored::set_of;
use lobule_circuit::Simulation;

/// Weights of a plastic connection set.
#[derive(Debug, Clone, PartialEq)]
pub struct SetWeights {
    /// Connection set.
    pub set: String,
    /// (source, target, weight nS), in order of source and target.
    pub synapses: Vec<(u32, u32, f32)>,
}

/// The weights of all plastic sets, in order of set, the same on every rank. Collective.
///
/// # Errors
/// [`Error::Config`] when the system refuses the memory, and those of the exchange.
pub(super) fn all(simulation: &Simulation) -> Result<Vec<SetWeights>, Error> {
    let mut all: Vec<SetWeights> = Vec::new();
    for projection in simulation.network().projections().iter().filter(|p| p.is_plastic) {
        let synapses = of(simulation, &projection.label)?;
        let set = set_of(&projection.label);
        // A set whose delays are drawn is several projections.
        match all.iter_mut().find(|w| w.set == set) {
            Some(weights) => weights.synapses.extend(synapses),
            None => all.push(SetWeights { set: set.into(), synapses }),
        }
    }
    all.sort_by(|a, b| a.set.cmp(&b.set));
    for weights in &mut all {
        weights.synapses.sort_by_key(|&(pre, post, _)| (pre, post));
    }
    Ok(all)
}

fn of(simulation: &Simulation, label: &str) -> Result<Vec<(u32, u32, f32)>, Error> {
    // A rank knows its own synapses only.
    let mut count = [0.0];
    simulation.fold_synapses(label, &mut count, |count, _, _, _| count[0] += 1.0)?;
    let n = count[0] as usize;
    // The number of those that are written down, then three numbers of each.
    let mut numbers = Vec::new();
    let room = n.checked_mul(3).and_then(|n| n.checked_add(1));
    if room.is_none_or(|room| numbers.try_reserve_exact(room).is_err()) {
        let what = format!("the {n} weights of `{label}` do not fit the memory; leave out --weights");
        return Err(Error::config("memory", what));
    }
    numbers.resize(3 * n + 1, 0.0);
    simulation.fold_synapses(label, &mut numbers, |numbers, pre, post, weight| {
        let at = 1 + 3 * numbers[0] as usize;
        numbers[at..at + 3].copy_from_slice(&[f64::from(pre), f64::from(post), f64::from(weight)]);
        numbers[0] += 1.0;
    })?;
    Ok(numbers[1..].chunks_exact(3).map(|w| (w[0] as u32, w[1] as u32, w[2] as f32)).collect())
}
