//! Weights of mossy fibers on nucleo-olivary neurons, and the drives they make.
//!
//! `v[i,s] = max(0, v + step)` at every presentation of a pattern in which the fiber is
//! active. Fibers active in the same set of patterns take the same steps, so that
//! `v = walk + max(v0, floor)` with `floor = max(0, -min walk)`: Skorokhod's reflection.
//! A step moves a drive by the step times a count of fibers. Only when a walk reaches a new minimum are fibers visited,
//! and of those only the ones already at zero.

use super::fibers::{Fiber, Fibers};
use super::parameters::NetworkParameters;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Weights and drives, as learning changes them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct NucleoOlivaryState {
    /// Sum of the steps of a set of patterns. `[sets]`
    pub walk: Vec<f64>,
    /// Largest distance of the walk below zero so far. `[sets]`
    pub floor: Vec<f64>,
    /// Drives of fibers, `[p][L][T]`, Hz.
    pub drive: Vec<f64>,
}

/// Fibers active in the same patterns.
#[derive(Debug, Clone)]
struct Set {
    /// Patterns, one bit each.
    patterns: u64,
    /// Initial weights, ascending, `[n]`.
    initial: Vec<f64>,
    /// Place `(mu L + l) T + t` of each fiber in the drives, for each pattern of the set, `[n][|set|]`.
    places: Vec<u32>,
}

#[derive(Debug, Clone)]
pub(super) struct NucleoOlivary {
    sets: Vec<Set>,
    /// Sets that include a pattern. `[p][..]`
    sets_of: Vec<Vec<u32>>,
    /// Fibers of a column active in a bin of nu and anywhere in mu, `[p mu][p nu][L][T]`.
    shared: Vec<u16>,
    pub state: NucleoOlivaryState,
}

impl NucleoOlivary {
    pub fn new(fibers: &Fibers) -> Self {
        let p = fibers.parameters();
        let drives = p.patterns * p.outputs();
        let mut members: BTreeMap<u64, Vec<(f64, Fiber)>> = BTreeMap::new();
        let mut shared = vec![0u16; p.patterns * drives];
        let mut drive = vec![0.0; drives];
        let mut active = Vec::new();
        for fiber in fibers.iter() {
            fibers.activity(fiber, &mut active);
            if active.is_empty() {
                continue;
            }
            let weight = fibers.initial_nucleo_olivary_weight(fiber);
            let set = active.iter().map(|&(mu, _)| 1 << mu).sum();
            members.entry(set).or_default().push((weight, fiber));
            for &(nu, bin) in &active {
                let place = place(p, nu, fibers.nuclear_column(fiber), bin);
                drive[place] += weight;
                for &(mu, _) in &active {
                    shared[mu * drives + place] += 1;
                }
            }
        }

        let mut sets = Vec::with_capacity(members.len());
        let mut sets_of = vec![Vec::new(); p.patterns];
        for (number, (patterns, mut members)) in members.into_iter().enumerate() {
            members.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut places = Vec::new();
            for &(_, fiber) in &members {
                fibers.activity(fiber, &mut active);
                let column = fibers.nuclear_column(fiber);
                places.extend(active.iter().map(|&(mu, t)| place(p, mu, column, t) as u32));
            }
            for (mu, of) in sets_of.iter_mut().enumerate().filter(|(mu, _)| patterns >> mu & 1 == 1) {
                debug_assert!(mu < p.patterns);
                of.push(number as u32);
            }
            sets.push(Set { patterns, initial: members.iter().map(|f| f.0).collect(), places });
        }
        let n = sets.len();
        Self {
            sets,
            sets_of,
            shared,
            state: NucleoOlivaryState { walk: vec![0.0; n], floor: vec![0.0; n], drive },
        }
    }

    /// Moves the weights of all fibers active in a pattern, clipped at zero.
    pub fn shift(&mut self, pattern: usize, by: f64) {
        let state = &mut self.state;
        let drives = state.drive.len();
        for (drive, &n) in state.drive.iter_mut().zip(&self.shared[pattern * drives..(pattern + 1) * drives])
        {
            *drive += by * f64::from(n);
        }
        for &set in &self.sets_of[pattern] {
            let k = set as usize;
            state.walk[k] += by;
            let (before, after) = (state.floor[k], -state.walk[k]);
            // A weight that is not a number must appear in the rates; a floor would hide it.
            if after <= before || after.is_nan() {
                continue;
            }
            state.floor[k] = after;
            let set = &self.sets[k];
            let per_fiber = set.patterns.count_ones() as usize;
            let at_zero = set.initial.iter().take_while(|&&initial| initial < after);
            for (&initial, places) in at_zero.zip(set.places.chunks_exact(per_fiber)) {
                let lifted = after - initial.max(before);
                for &place in places {
                    state.drive[place as usize] += lifted;
                }
            }
        }
    }

    /// The weight of one fiber, zero or more.
    pub fn weight(&self, fibers: &Fibers, fiber: Fiber) -> f64 {
        let p = fibers.parameters();
        let initial = fibers.initial_nucleo_olivary_weight(fiber);
        let patterns = (0..p.patterns).filter(|&mu| fibers.active_bin(mu, fiber).is_some());
        let set: u64 = patterns.map(|mu| 1 << mu).sum();
        match self.sets.binary_search_by_key(&set, |s| s.patterns) {
            Ok(k) => self.state.walk[k] + initial.max(self.state.floor[k]),
            // Never active, never moved.
            Err(_) => initial,
        }
    }

    /// Drives computed from all weights, `[p][L][T]`, Hz.
    pub fn drive_from_weights(&self, fibers: &Fibers) -> Vec<f64> {
        let p = fibers.parameters();
        let mut drive = vec![0.0; self.state.drive.len()];
        let mut active = Vec::new();
        for fiber in fibers.iter() {
            fibers.activity(fiber, &mut active);
            let weight = self.weight(fibers, fiber);
            for &(mu, t) in &active {
                drive[place(p, mu, fibers.nuclear_column(fiber), t)] += weight;
            }
        }
        drive
    }
}

fn place(p: &NetworkParameters, pattern: usize, column: usize, bin: usize) -> usize {
    (pattern * p.columns + column) * p.bins + bin
}
