//! Projections of a planned circuit: one for each link, or one for each delay of a link whose delays are drawn.

use super::Plan;
use super::rules::bounds;
use super::synapses::Link;
use lobule_circuit::{Circuit, Connect, Projection};
use lobule_scaffold::configuration::{ConnectionRule, Law};
use lobule_scaffold::{Anatomy, ConnectionSet};
use lobule_signal::Stream;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The pairs of cells of a set, which all its synapse models share, and the rows of each.
struct Wiring<'a> {
    set: &'a str,
    list: Arc<Vec<(u32, u32)>>,
    contacts: Vec<u32>,
}

impl<'a> Wiring<'a> {
    fn of(set: &'a ConnectionSet) -> Self {
        let pairs = set.pairs();
        Self {
            set: &set.name,
            list: Arc::new(pairs.iter().map(|p| (p.pre, p.post)).collect()),
            contacts: pairs.iter().map(|p| p.contacts).collect(),
        }
    }

    /// Every row as a synapse of its own: the pair of each.
    fn rows(&self) -> Vec<(u32, u32)> {
        let rows = self.list.iter().zip(&self.contacts);
        rows.flat_map(|(pair, n)| std::iter::repeat_n(*pair, *n as usize)).collect()
    }
}

impl Plan {
    /// Adds the projections of all links.
    pub(super) fn add_projections(&self, circuit: &mut Circuit, anatomy: &Anatomy) {
        let mut wiring: Option<Wiring> = None;
        let teachers: BTreeSet<&String> =
            self.links.iter().filter_map(|link| link.teacher.as_ref()).collect();
        for link in &self.links {
            let Some(set) = anatomy.connections(&link.set) else { continue };
            let is_empty = |cell_type: &str| self.population(cell_type).is_none_or(|c| c.n == 0);
            if (set.is_empty() && link.rule.is_none()) || is_empty(&link.pre) || is_empty(&link.post) {
                continue;
            }
            let known = wiring.take().filter(|w| w.set == link.set);
            let of_set = wiring.insert(known.unwrap_or_else(|| Wiring::of(set)));
            if link.is_gap {
                link.add_gap_junctions(circuit, &of_set.list, &of_set.contacts);
                continue;
            }
            if let Some(law) = link.delay_law {
                self.add_by_delay(circuit, link, of_set, &law);
                if teachers.contains(&link.label) {
                    // The transmitter of the original, which hears all rows of the set without their delays.
                    let connect = Connect::List(of_set.list.clone());
                    let whole = Projection::new(teaching(&link.label), &link.pre, &link.post, connect);
                    circuit.add_projection(whole.weight(0.0).receptor(link.receptor));
                }
                continue;
            }
            let connect = match link.rule {
                None => Connect::List(of_set.list.clone()),
                Some(ConnectionRule::OneToOne) => Connect::OneToOne,
                Some(ConnectionRule::AllToAll) => Connect::AllToAll,
            };
            let projection = Projection::new(&link.label, &link.pre, &link.post, connect)
                .delay_ms(link.delay_ms)
                .receptor(link.receptor);
            // A uniform weight takes no memory.
            let is_single = of_set.contacts.iter().all(|&c| c == 1);
            let projection = if let Some(law) = link.weight_law.filter(|_| !link.counts_spikes) {
                projection.weights(self.pair_weights(link, &law, &of_set.contacts))
            } else if link.counts_spikes || link.rule.is_some() || is_single {
                projection.weight(link.weight as f32)
            } else {
                projection
                    .weights(of_set.contacts.iter().map(|&c| (link.weight * f64::from(c)) as f32).collect())
            };
            circuit.add_projection(self.learning(link, projection));
        }
    }

    /// The projection with its plasticity.
    fn learning(&self, link: &Link, mut projection: Projection) -> Projection {
        projection.short_term = link.short_term;
        let Some(rule) = link.plasticity else { return projection };
        projection = projection.plastic(rule);
        let Some(teacher) = &link.teacher else { return projection };
        let is_divided = self.links.iter().any(|l| &l.label == teacher && l.delay_law.is_some());
        let by = if is_divided { teaching(teacher) } else { teacher.clone() };
        projection.taught_through_volume_by(by)
    }

    /// One projection for each drawn delay, with a synapse for each row.
    fn add_by_delay(&self, circuit: &mut Circuit, link: &Link, wiring: &Wiring, law: &Law) {
        let rows = wiring.rows();
        let draws = Draws::new(self.seed, &link.label, "delay");
        let mut by_delay: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
        for k in 0..rows.len() as u32 {
            by_delay.entry(self.steps_of_delay(draws.number(law, k))).or_default().push(k);
        }
        let weights = Draws::new(self.seed, &link.label, "weight");
        for (steps, of_delay) in by_delay {
            let delay_ms = (steps as f64 * self.stored_resolution_ms * 1e9).round() / 1e9;
            let label = format!("{}{AT}{delay_ms}{MS}", link.label);
            let list = of_delay.iter().map(|&k| rows[k as usize]).collect();
            let mut projection = Projection::new(label, &link.pre, &link.post, Connect::List(Arc::new(list)))
                .delay_ms(delay_ms)
                .receptor(link.receptor)
                .weight(link.weight as f32);
            if let Some(law) = link.weight_law.filter(|_| !link.counts_spikes) {
                projection = projection
                    .weights(of_delay.iter().map(|&k| within(link, weights.number(&law, k))).collect());
            }
            circuit.add_projection(self.learning(link, projection));
        }
    }

    /// A drawn delay in steps of the stored resolution, at least one.
    fn steps_of_delay(&self, ms: f64) -> u64 {
        ((ms / self.stored_resolution_ms + 0.5).floor() as u64).max(1)
    }

    /// The weight of each pair: the sum of those drawn for its rows.
    fn pair_weights(&self, link: &Link, law: &Law, contacts: &[u32]) -> Vec<f32> {
        let draws = Draws::new(self.seed, &link.label, "weight");
        let mut row = 0;
        let pair = |&n: &u32| {
            let sum: f64 = (row..row + n).map(|k| f64::from(within(link, draws.number(law, k)))).sum();
            row += n;
            sum as f32
        };
        contacts.iter().map(pair).collect()
    }
}

/// A drawn weight as a conductance; a plastic one starts within the bounds of its rule.
fn within(link: &Link, drawn: f64) -> f32 {
    let weight = link.conductance(drawn);
    match link.plasticity {
        Some(rule) => weight.clamp(bounds(&rule).0, bounds(&rule).1) as f32,
        None => weight as f32,
    }
}

/// Highest drawn weight, nS. Chosen: the bound of weights that are given as numbers.
const MOST_WEIGHT: f64 = 1e9;

/// A drawn number as a message shows it.
fn shown(drawn: f64) -> String {
    let is_plain = drawn == 0.0 || (1e-3..1e6).contains(&drawn.abs());
    if is_plain { format!("{drawn:.4}") } else { format!("{drawn:.3e}") }
}

/// Most different delays of a set, each of which is a projection. Chosen: a hundred times those of a published configuration.
const MOST_DELAYS: usize = 10_000;

impl Plan {
    /// Checks the weights and delays that a link draws for its rows, which `circuit` draws again.
    pub(super) fn check_draws(&mut self, key: &str, link: &Link, rows: usize) {
        let Ok(rows) = u32::try_from(rows) else {
            self.problem(key, format!("draws numbers for {rows} rows; up to 2^32 - 1 are known"));
            return;
        };
        for (law, name) in [(&link.weight_law, "weight"), (&link.delay_law, "delay")] {
            if let Some(what) = law.and_then(|law| law.hardly_drawn()) {
                self.problem(format!("{key}.{name}"), what);
                return;
            }
        }
        if let Some(law) = &link.delay_law {
            let draws = Draws::new(self.seed, &link.label, "delay");
            let (step_ms, most_ms) = (self.stored_resolution_ms, self.most_delay_ms());
            let all = (0..rows).map(|k| draws.number(law, k));
            let (mut least, mut longest, mut different) = (f64::INFINITY, 0f64, BTreeSet::new());
            for ms in all {
                (least, longest) = (least.min(ms), longest.max(ms));
                if different.len() <= MOST_DELAYS {
                    different.insert(self.steps_of_delay(ms));
                }
            }
            let refused = if least < step_ms / 2.0 {
                let remedy = "clip them, e.g. normal_clipped with `low`";
                Some(format!(
                    "draws {} ms; delays are at least one step of {step_ms} ms: {remedy}",
                    shown(least)
                ))
            } else if longest > most_ms {
                let drawn = shown(longest);
                Some(format!("draws {drawn} ms; delays are at most {most_ms} ms: clip them with `high`"))
            } else if different.len() > MOST_DELAYS {
                let what =
                    format!("draws more than {MOST_DELAYS} different delays at a step of {step_ms} ms");
                Some(format!("{what}; give a longer `resolution` or a narrower distribution"))
            } else {
                None
            };
            if let Some(what) = refused {
                self.problem(format!("{key}.delay"), what);
            }
        }
        let Some(law) = link.weight_law.filter(|_| !link.counts_spikes) else { return };
        let draws = Draws::new(self.seed, &link.label, "weight");
        let weights = (0..rows).map(|k| link.conductance(draws.number(&law, k)));
        if let Some(least) = weights.clone().min_by(f64::total_cmp).filter(|least| *least < 0.0) {
            let drawn = shown(link.conductance(least));
            let what = format!("draws {drawn}, of the other sign than most of its numbers");
            let remedy = "clip it, e.g. normal_clipped with `low` or `high` 0";
            self.problem(format!("{key}.weight"), format!("{what}: {remedy}"));
        }
        if let Some(most) = weights.clone().max_by(f64::total_cmp).filter(|most| *most > MOST_WEIGHT) {
            let drawn = shown(link.conductance(most));
            let what = format!("draws {drawn}; weights are at most {MOST_WEIGHT}: clip them");
            self.problem(format!("{key}.weight"), what);
            return;
        }
        let Some((low, high)) = link.plasticity.as_ref().map(bounds) else { return };
        let outside = weights.filter(|w| !(low..=high).contains(w)).count();
        if outside > 0 {
            self.notes.push(format!(
                "connection model `{}`: {outside} of {rows} drawn weights start at the nearest of Wmin and Wmax, {low} and {high} nS; \
                 NEST bounds them at their first change.",
                link.label
            ));
        }
    }
}

/// Signs before and after the delay in the label of a part of a set.
const AT: char = '@';
const MS: &str = "ms";

/// The set of a projection, of which it may be the part with one delay.
pub(crate) fn set_of(label: &str) -> &str {
    let part = label.rsplit_once(AT).filter(|(_, delay)| delay.ends_with(MS));
    part.map_or(label, |(set, _)| set)
}

/// Label of the projection that teaches for a set whose delays are drawn.
fn teaching(label: &str) -> String {
    format!("{label}.teaching")
}

/// Random numbers of the rows of a set.
struct Draws(Stream);

impl Draws {
    fn new(seed: u64, label: &str, what: &str) -> Self {
        Self(Stream::new(seed, &format!("{what} of {label}")))
    }

    /// The number of row `k` in the order of the pairs.
    fn number(&self, law: &Law, k: u32) -> f64 {
        law.draw(|attempt| self.0.uniform(attempt, k), |attempt| self.0.normal(attempt, k))
    }
}
