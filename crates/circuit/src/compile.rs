//! From description to network: all checks are made here, once.

use crate::block::{BlockRef, blocks_of};
use crate::describe::{Circuit, Connect, GapJunctions, Model, Projection, Weight};
use crate::electric::CompiledElectric;
use crate::error::CompileError;
use crate::models::BLOCK;
use crate::network::{CompiledPopulation, CompiledProjection, Network};
use crate::share::Share;
use crate::state::Fnv;
use crate::wiring::BlockWiring;
use lobule_signal::{Clock, Stream};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Source, target, weight nS.
type Synapse = (u32, u32, f32);

/// A weight as its user wrote it: 0.7, not the 0.699999988 that is nearest to it in `f32`.
fn as_written(weight: f32) -> f64 {
    weight.to_string().parse().unwrap_or(f64::from(weight))
}

impl Circuit {
    /// Checks the description and compiles it. `seed` names the run: wiring rules and
    /// noise draw from streams named by (seed, label), so the order of declaration does
    /// not matter and a further population changes no other's draws.
    ///
    /// # Errors
    /// [`CompileError`] with the culprit, its value and the remedy.
    pub fn compile(&self, clock: Clock, seed: u64) -> Result<Arc<Network>, CompileError> {
        self.compile_share(clock, seed, &Share::whole())
    }

    /// As [`Circuit::compile`] for the part of one rank: only the blocks that it owns get wiring. The
    /// synapses of a list that end on other ranks' neurons may be left out of this rank's description.
    ///
    /// # Errors
    /// [`CompileError`]; one rank may find what others do not see.
    pub fn compile_share(
        &self,
        clock: Clock,
        seed: u64,
        share: &Share,
    ) -> Result<Arc<Network>, CompileError> {
        let index = self.population_index()?;
        let mut known = HashMap::new();
        for (i, projection) in self.projections.iter().enumerate() {
            if known.insert(projection.label.as_str(), i).is_some() {
                return Err(CompileError::DuplicateLabel {
                    kind: "projection",
                    label: projection.label.clone(),
                });
            }
        }

        // Receptors in use, and the block layout.
        let mut receptors = vec![0usize; self.populations.len()];
        for projection in &self.projections {
            let post = self.lookup(&index, projection, &projection.post)?;
            self.lookup(&index, projection, &projection.pre)?;
            let offered = self.populations[post].model.receptor_count();
            if projection.receptor == 0 || projection.receptor > offered {
                return Err(CompileError::BadReceptor {
                    of: projection.label.clone(),
                    receptor: projection.receptor,
                    population: projection.post.clone(),
                    receptors: offered,
                });
            }
            receptors[post] = receptors[post].max(projection.receptor);
        }

        let mut blocks = Vec::new();
        let mut populations = Vec::new();
        for (i, population) in self.populations.iter().enumerate() {
            if population.n == 0 || population.n > u32::MAX as usize / 2 {
                return Err(CompileError::BadParameter {
                    of: format!("population `{}`", population.label),
                    parameter: "n",
                    value: population.n as f64,
                    allowed: "a population has 1 to 2^31 neurons; leave an empty one out".into(),
                });
            }
            let model = population.model.compile(&population.label, population.n, &clock, receptors[i])?;
            let first_block = blocks.len();
            blocks.extend(blocks_of(i, population.n));
            populations.push(CompiledPopulation {
                label: population.label.clone(),
                n: population.n,
                variables: model.variables(),
                model,
                receptors: receptors[i],
                incoming: Vec::new(),
                first_block,
                is_source: matches!(population.model, Model::SpikeSource),
                is_ahead: false,
                electric: CompiledElectric::default(),
                initial: Stream::new(seed, &format!("initial/{}", population.label)),
                is_replicated: population.model.is_generator(),
                is_everywhere: share.everywhere().contains(&population.label),
                stream: Stream::new(seed, &population.label),
                keep: 1,
            });
        }

        if let Some(label) = share.everywhere().iter().find(|l| !index.contains_key(l.as_str())) {
            return Err(CompileError::UnknownLabel {
                of: "spikes for every rank".into(),
                kind: "population",
                label: label.clone(),
                known: self.labels(),
            });
        }
        // Cells that are coupled are advanced together, so one rank owns them all.
        let coupled: HashSet<&str> = self.gap_junctions.iter().map(|g| g.population.as_str()).collect();
        let together: Vec<bool> =
            self.populations.iter().map(|p| coupled.contains(p.label.as_str())).collect();
        let owner = share.owners(&blocks, &together);
        let owns = |block: usize| owner[block] as usize == share.rank();

        let mut projections: Vec<CompiledProjection> = Vec::new();
        let mut plastic = Vec::new();
        let mut short_terms = 0;
        let receives: HashSet<&str> = self.projections.iter().map(|p| p.post.as_str()).collect();
        for (p, projection) in self.projections.iter().enumerate() {
            let (pre, post) = (index[projection.pre.as_str()], index[projection.post.as_str()]);
            let delay_steps = clock.steps(projection.delay_ms).map_err(|source| CompileError::Time {
                of: format!("projection `{}`", projection.label),
                source,
            })?;
            if delay_steps == 0 {
                return Err(CompileError::DelayBelowStep {
                    of: projection.label.clone(),
                    delay_ms: projection.delay_ms,
                    dt_ms: clock.dt_ms(),
                });
            }
            let first_block = populations[post].first_block;
            let (synapses, uniform) =
                self.synapses(projection, seed, |j| owns(first_block + j as usize / BLOCK))?;
            let counts = populations[post].model.counts_spikes();
            for &(_, _, w) in &synapses {
                if !(w.is_finite() && w >= 0.0) || (counts && w != 1.0) {
                    let allowed = if counts {
                        "a relay counts spikes: weights onto it are 1".to_string()
                    } else {
                        "weights are 0 or more; inhibition is a receptor with a low reversal potential".into()
                    };
                    return Err(CompileError::BadParameter {
                        of: format!("projection `{}`", projection.label),
                        parameter: "weight",
                        value: as_written(w),
                        allowed,
                    });
                }
            }
            if counts && projection.rule.is_some() {
                return Err(CompileError::Rule {
                    of: projection.label.clone(),
                    what: "a relay counts spikes: weights onto it are 1 and cannot learn; remove the rule"
                        .into(),
                });
            }
            let short_term = match &projection.short_term {
                Some(_) if projection.rule.is_some() || counts => {
                    return Err(CompileError::Rule {
                        of: projection.label.clone(),
                        what: "short-term plasticity goes with fixed weights onto cells that integrate; remove it or the rule"
                            .into(),
                    });
                }
                Some(s) => {
                    short_terms += 1;
                    Some((short_terms - 1, s.compile(&projection.label, &clock)?))
                }
                None => None,
            };
            let rule = projection.rule.as_ref().map(|r| r.compile(&projection.label, &clock)).transpose()?;
            let teacher =
                self.teacher(projection, rule.as_ref().is_some_and(|r| r.needs_teacher()), &known)?;
            if let Some(rule) = &rule {
                let (lo, hi) = rule.bounds();
                if let Some(&(_, _, w)) = synapses.iter().find(|s| s.2 < lo || s.2 > hi) {
                    return Err(CompileError::BadParameter {
                        of: format!("projection `{}`", projection.label),
                        parameter: "weight",
                        value: as_written(w),
                        allowed: format!("initial weights must lie in the rule's bounds {lo}..{hi}"),
                    });
                }
            }

            // Split by target block; delivery order is (source, target) whatever the order given.
            let n_pre = populations[pre].n;
            let post_blocks: Vec<(usize, usize)> =
                blocks.iter().filter(|b| b.population == post).map(|b| (b.first, b.len)).collect();
            let mut split: Vec<Vec<(u32, u16, f32)>> = vec![Vec::new(); post_blocks.len()];
            for &(i, j, w) in &synapses {
                let b = j as usize / BLOCK;
                split[b].push((i, (j as usize - post_blocks[b].0) as u16, w));
            }
            let wiring = split
                .into_iter()
                .zip(&post_blocks)
                .enumerate()
                .map(|(b, (mut s, &(_, len)))| {
                    if !owns(first_block + b) {
                        return BlockWiring::absent();
                    }
                    s.sort_by_key(|&(i, j, _)| (i, j));
                    BlockWiring::new(n_pre, len, &s, uniform, rule.is_some())
                })
                .collect::<Vec<_>>();
            let first_plastic = plastic.len();
            if rule.is_some() {
                plastic.extend((0..wiring.len()).map(|b| (p, b)));
            }
            projections.push(CompiledProjection {
                label: projection.label.clone(),
                pre,
                post,
                receptor: projection.receptor - 1,
                delay_steps,
                wiring,
                synapses: synapses.len(),
                short_term,
                rule,
                teacher,
                first_plastic,
            });
        }
        let interval =
            self.interval(&clock, &projections, |p| receives.contains(self.populations[p].label.as_str()))?;
        for projection in &projections {
            let source = &mut populations[projection.pre];
            source.is_ahead |= projection.delay_steps < interval;
            source.is_replicated |= source.is_ahead;
        }
        self.electric(&index, &mut populations, &clock)?;

        // How long each population's spikes are needed, and who listens to whom.
        for (p, projection) in projections.iter().enumerate() {
            populations[projection.post].incoming.push(p);
            let window = projection.rule.as_ref().map_or(0, |r| r.window_steps());
            let keep = projection.delay_steps.max(window) + interval;
            for k in [projection.pre, projection.post] {
                populations[k].keep = populations[k].keep.max(keep as usize);
            }
            if let Some(t) = projection.teacher {
                let k = projections[t].pre;
                populations[k].keep = populations[k].keep.max((window + interval) as usize);
            }
        }
        for population in &mut populations {
            population.incoming.sort_by(|&a, &b| projections[a].label.cmp(&projections[b].label));
            population.keep = population.keep.max(interval as usize);
        }
        let hears = hears(&blocks, &populations, &projections, owns);
        Ok(Arc::new(Network {
            clock,
            interval: interval as usize,
            has_ahead: populations.iter().any(|p| p.is_ahead),
            populations,
            projections,
            blocks,
            plastic,
            share: share.clone(),
            owner,
            hears,
            description: self.described(),
            seed,
        }))
    }

    /// The exchange interval in steps: the smallest delay from a population that receives something. What a
    /// population that receives nothing emits is known beforehand, so its delays may be shorter.
    fn interval(
        &self,
        clock: &Clock,
        projections: &[CompiledProjection],
        receives: impl Fn(usize) -> bool,
    ) -> Result<u64, CompileError> {
        let smallest =
            |all: bool| projections.iter().filter(|p| all || receives(p.pre)).map(|p| p.delay_steps).min();
        let mut interval =
            smallest(false).or(smallest(true)).unwrap_or_else(|| clock.steps(1.0).unwrap_or(1).max(1));
        if let Some(ms) = self.interval_at_most_ms {
            let of = || "circuit".to_string();
            let steps = clock.steps(ms).map_err(|source| CompileError::Time { of: of(), source })?;
            if steps == 0 {
                return Err(CompileError::BadParameter {
                    of: of(),
                    parameter: "interval_at_most",
                    value: ms,
                    allowed: format!("at least one step of {} ms is needed", clock.dt_ms()),
                });
            }
            interval = interval.min(steps);
        }
        // A step inside an interval is kept in 16 bits.
        if interval > u64::from(u16::MAX) {
            return Err(CompileError::BadParameter {
                of: "circuit".into(),
                parameter: "smallest delay",
                value: clock.ms(interval),
                allowed: format!(
                    "it spans at most {} steps of {} ms; use a longer step or a shorter delay",
                    u16::MAX,
                    clock.dt_ms()
                ),
            });
        }
        Ok(interval)
    }

    pub(crate) fn labels(&self) -> String {
        self.populations.iter().map(|p| p.label.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// A hash of what the network does not keep: models, rules, currents, gap junctions.
    fn described(&self) -> u64 {
        let mut hash = Fnv::default();
        let mut add = |text: String| text.bytes().for_each(|b| hash.word(u64::from(b)));
        for population in &self.populations {
            add(format!("{:?}", population.model));
            if let Model::SpikeTimes(spikes) = &population.model {
                add(format!("{spikes:?}"));
            }
        }
        for p in &self.projections {
            add(format!("{} {:?} {:?} {:?}", p.receptor, p.short_term, p.rule, p.teacher));
        }
        add(format!("{:?} {:?}", self.currents, self.gap_junctions));
        hash.value()
    }

    fn population_index(&self) -> Result<HashMap<&str, usize>, CompileError> {
        let mut index = HashMap::new();
        for (i, population) in self.populations.iter().enumerate() {
            if index.insert(population.label.as_str(), i).is_some() {
                return Err(CompileError::DuplicateLabel {
                    kind: "population",
                    label: population.label.clone(),
                });
            }
        }
        Ok(index)
    }

    fn lookup(
        &self,
        index: &HashMap<&str, usize>,
        of: &Projection,
        label: &str,
    ) -> Result<usize, CompileError> {
        index.get(label).copied().ok_or_else(|| CompileError::UnknownLabel {
            of: format!("projection `{}`", of.label),
            kind: "population",
            label: label.into(),
            known: self.labels(),
        })
    }

    /// The synapses (source, target, weight) of a projection onto the targets that are kept, and its
    /// weight if uniform.
    fn synapses(
        &self,
        p: &Projection,
        seed: u64,
        keeps: impl Fn(u32) -> bool,
    ) -> Result<(Vec<Synapse>, Option<f32>), CompileError> {
        let size = |label: &str| self.populations.iter().find(|q| q.label == label).map_or(0, |q| q.n);
        let (n_pre, n_post) = (size(&p.pre) as u32, size(&p.post) as u32);
        let stream = Stream::new(seed, &format!("connect/{}", p.label));
        let bad = |parameter, value: f64, allowed: String| CompileError::BadParameter {
            of: format!("projection `{}`", p.label),
            parameter,
            value,
            allowed,
        };
        let pairs: Arc<Vec<(u32, u32)>> = match &p.connect {
            Connect::List(pairs) => pairs.clone(),
            Connect::OneToOne if n_pre == n_post => {
                Arc::new((0..n_pre).filter(|&i| keeps(i)).map(|i| (i, i)).collect())
            }
            Connect::OneToOne => {
                return Err(bad(
                    "one_to_one",
                    f64::from(n_pre),
                    format!("`{}` has {n_post} neurons; sizes must agree", p.post),
                ));
            }
            Connect::AllToAll => {
                let kept: Vec<u32> = (0..n_post).filter(|&j| keeps(j)).collect();
                Arc::new((0..n_pre).flat_map(|i| kept.iter().map(move |&j| (i, j))).collect())
            }
            Connect::FixedIndegree(k) => {
                if *k > n_pre as usize {
                    return Err(bad(
                        "fixed_indegree",
                        *k as f64,
                        format!("`{}` has only {n_pre} neurons", p.pre),
                    ));
                }
                let mut pairs = Vec::new();
                let mut pool: Vec<u32> = (0..n_pre).collect();
                for j in (0..n_post).filter(|&j| keeps(j)) {
                    for d in 0..*k as u32 {
                        let pick = d + stream.below(u64::from(j), d, n_pre - d);
                        pool.swap(d as usize, pick as usize);
                        pairs.push((pool[d as usize], j));
                    }
                    // Each target draws from the same pool, so that it does not depend on the ones before.
                    pool.iter_mut().enumerate().for_each(|(i, x)| *x = i as u32);
                }
                Arc::new(pairs)
            }
            Connect::PairwiseBernoulli(probability) => {
                if !(0.0..=1.0).contains(probability) {
                    return Err(bad("pairwise_bernoulli", *probability, "a probability lies in 0..1".into()));
                }
                Arc::new(
                    (0..n_post)
                        .filter(|&j| keeps(j))
                        .flat_map(|j| (0..n_pre).map(move |i| (i, j)))
                        .filter(|&(i, j)| stream.uniform(u64::from(j), i) < *probability)
                        .collect(),
                )
            }
        };
        for (k, &(i, j)) in pairs.iter().enumerate() {
            for (side, index, population, n) in
                [("presynaptic", i, &p.pre, n_pre), ("postsynaptic", j, &p.post, n_post)]
            {
                if index >= n {
                    return Err(CompileError::NeuronOutOfRange {
                        of: p.label.clone(),
                        synapse: k,
                        side,
                        index,
                        population: population.clone(),
                        n: n as usize,
                    });
                }
            }
        }
        match &p.weight {
            Weight::Uniform(w) => {
                let kept = pairs.iter().filter(|pair| keeps(pair.1));
                Ok((kept.map(|&(i, j)| (i, j, *w)).collect(), Some(*w)))
            }
            Weight::PerSynapse(weights) if weights.len() == pairs.len() => {
                let kept = pairs.iter().zip(weights).filter(|(pair, _)| keeps(pair.1));
                Ok((kept.map(|(&(i, j), &w)| (i, j, w)).collect(), None))
            }
            Weight::PerSynapse(weights) => Err(CompileError::WeightCount {
                of: p.label.clone(),
                weights: weights.len(),
                synapses: pairs.len(),
            }),
        }
    }

    fn teacher(
        &self,
        p: &Projection,
        is_needed: bool,
        known: &HashMap<&str, usize>,
    ) -> Result<Option<usize>, CompileError> {
        let rule_error = |what: String| CompileError::Rule { of: p.label.clone(), what };
        match &p.teacher {
            None if is_needed => Err(rule_error(
                "its rule needs a teacher; name one with `taught_by`, a projection onto the same population"
                    .into(),
            )),
            None => Ok(None),
            Some(_) if !is_needed => Err(rule_error(
                "it has a teacher, but no rule that listens to one; remove `taught_by`".into(),
            )),
            Some(teacher) => {
                let t =
                    *known.get(teacher.projection.as_str()).ok_or_else(|| CompileError::UnknownLabel {
                        of: format!("projection `{}`", p.label),
                        kind: "projection",
                        label: teacher.projection.clone(),
                        known: self
                            .projections
                            .iter()
                            .map(|q| q.label.as_str())
                            .collect::<Vec<_>>()
                            .join(", "),
                    })?;
                if self.projections[t].post != p.post {
                    return Err(rule_error(format!(
                        "its teacher `{}` ends on `{}`, not on `{}`",
                        teacher.projection, self.projections[t].post, p.post
                    )));
                }
                Ok(Some(t))
            }
        }
    }
}

impl Circuit {
    /// Gives the populations their currents, in label order, and their gap junctions.
    pub(crate) fn electric(
        &self,
        index: &HashMap<&str, usize>,
        populations: &mut [CompiledPopulation],
        clock: &Clock,
    ) -> Result<(), CompileError> {
        let mut labels = HashSet::new();
        let find = |of: String, label: &str| {
            index.get(label).copied().ok_or_else(|| CompileError::UnknownLabel {
                of,
                kind: "population",
                label: label.into(),
                known: self.labels(),
            })
        };
        let capacitance = |of: String, population: &CompiledPopulation| {
            population.model.capacitance().ok_or_else(|| CompileError::Rule {
                of,
                what: format!("`{}` has no membrane; only cells with one take current", population.label),
            })
        };
        let mut currents: Vec<_> = self.currents.iter().collect();
        currents.sort_by(|a, b| a.label.cmp(&b.label));
        for current in currents {
            let of = format!("current `{}`", current.label);
            let population = &mut populations[find(of.clone(), &current.population)?];
            capacitance(of, population)?;
            population.electric.add_current(current, population.n, clock)?;
            if !labels.insert(current.label.as_str()) {
                return Err(CompileError::DuplicateLabel { kind: "current", label: current.label.clone() });
            }
        }
        let mut coupled: BTreeMap<usize, Vec<&GapJunctions>> = BTreeMap::new();
        for gaps in &self.gap_junctions {
            let of = format!("gap junctions `{}`", gaps.label);
            let p = find(of.clone(), &gaps.population)?;
            capacitance(of, &populations[p])?;
            coupled.entry(p).or_default().push(gaps);
        }
        for (p, gaps) in coupled {
            let population = &mut populations[p];
            if let Some(c_m) = population.model.capacitance() {
                population.electric.add_gaps(&gaps, population.n, c_m, clock)?;
            }
        }
        Ok(())
    }
}

/// The blocks whose spikes this rank needs: its own, those of which a synapse ends on its own, the whole
/// source of a rule at work on its own blocks (a rule may remember sources without synapses), sources
/// of given spikes, and what every rank has.
fn hears(
    blocks: &[BlockRef],
    populations: &[CompiledPopulation],
    projections: &[CompiledProjection],
    owns: impl Fn(usize) -> bool,
) -> Vec<bool> {
    let mut hears: Vec<bool> = blocks
        .iter()
        .enumerate()
        .map(|(b, block)| {
            let population = &populations[block.population];
            owns(b) || population.is_source || population.is_everywhere
        })
        .collect();
    for projection in projections {
        let (pre, post) = (&populations[projection.pre], &populations[projection.post]);
        let own = projection.wiring.iter().enumerate().filter(|(local, _)| owns(post.first_block + local));
        for (_, wiring) in own {
            for (k, first) in (0..pre.n).step_by(BLOCK).enumerate() {
                let end = (first + BLOCK).min(pre.n);
                let is_connected = wiring.offsets[first] < wiring.offsets[end];
                hears[pre.first_block + k] |= is_connected || projection.rule.is_some();
            }
        }
    }
    // Who computes one of several coupled blocks computes all.
    for population in populations.iter().filter(|p| p.is_replicated && p.electric.is_coupled()) {
        let any = hears[population.blocks()].contains(&true);
        hears[population.blocks()].fill(any);
    }
    hears
}
