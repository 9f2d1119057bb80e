//! Phase *wiring*: each projection with its synapses by target block, its rule and its teacher.

use super::{draft::Draft, synapses::Synapses};
use crate::{
    describe::Projection, error::CompileError, models::BLOCK, network::CompiledProjection,
    plasticity::PlasticityRule, short_term::ShortTerm, wiring::BlockWiring,
};
use lobule_signal::Ranges;
use std::sync::Arc;

/// Longest delay, steps. Chosen: 100 s at a step of 0.1 ms; spikes of the source are kept for so long.
const MOST_DELAY_STEPS: u64 = 1_000_000;

type MaybeRule = Option<Arc<dyn PlasticityRule>>;

impl Draft<'_> {
    pub fn wire_projections(&mut self) -> Result<(), CompileError> {
        let mut short_terms = 0;
        for (p, projection) in self.circuit.projections.iter().enumerate() {
            let pre = self.population_of[projection.pre.as_str()];
            let post = self.population_of[projection.post.as_str()];
            let delay_steps = self.delay_steps(projection)?;
            let first_block = self.network.populations[post].first_block;
            let keeps = |j: u32| self.network.owns(first_block + j as usize / BLOCK);
            let sizes = [pre, post].map(|k| self.network.populations[k].n as u32);
            let synapses = Synapses::of(projection, sizes, self.network.seed, keeps)?;
            let counts = self.network.populations[post].model.counts_spikes();
            if counts {
                synapses.check_weights("a relay counts spikes: weights onto it are 1", |w| w == 1.0)?;
            } else {
                let allowed = "weights are 0 or more; inhibition is a receptor with a low reversal potential";
                synapses.check_weights(allowed, |w| w.is_finite() && w >= 0.0)?;
            }
            let short_term = self.short_term(projection, counts)?.map(|compiled| {
                short_terms += 1;
                (short_terms - 1, compiled)
            });
            let clock = &self.network.clock;
            let rule = projection.rule.as_ref().map(|r| r.compile(&projection.label, clock)).transpose()?;
            let teacher = self.teacher(projection, &rule)?;
            if let Some((lo, hi)) = rule.as_ref().map(|rule| rule.bounds()) {
                let allowed = format!("initial weights must lie in the rule's bounds {lo}..{hi}");
                synapses.check_weights(allowed, |w| (lo..=hi).contains(&w))?;
            }

            let wiring = self.wiring(&synapses, [pre, post], rule.is_some());
            let first_plastic = self.network.plastic.len();
            if rule.is_some() {
                self.network.plastic.extend((0..wiring.len()).map(|b| (p, b)));
            }
            self.network.projections.push(CompiledProjection {
                label: projection.label.clone(),
                pre,
                post,
                receptor: projection.receptor - 1,
                delay_steps,
                synapses: wiring.iter().map(|block| block.targets.len()).sum(),
                wiring,
                short_term,
                rule,
                teacher,
                first_plastic,
            });
        }
        Ok(())
    }

    fn delay_steps(&self, p: &Projection) -> Result<u64, CompileError> {
        let (of, dt_ms) = (p.label.clone(), self.network.clock.dt_ms());
        match self.network.clock.steps(p.delay_ms) {
            Ok(0) => Err(CompileError::DelayBelowStep { of, delay_ms: p.delay_ms, dt_ms }),
            Ok(steps) if steps <= MOST_DELAY_STEPS => Ok(steps),
            Ok(_) => {
                let most_ms = MOST_DELAY_STEPS as f64 * dt_ms;
                let allowed = format!("delays lie in {dt_ms}..{most_ms} ms at this time step");
                Err(Ranges::of(format!("projection `{of}`")).refusal("delay", p.delay_ms, allowed).into())
            }
            Err(source) => Err(CompileError::Time { of: format!("projection `{}`", p.label), source }),
        }
    }

    /// Short-term plasticity, which goes with fixed weights; `counts` when the target counts spikes.
    fn short_term(&self, p: &Projection, counts: bool) -> Result<Option<ShortTerm>, CompileError> {
        let refuse = |what: &str| Err(CompileError::Rule { of: p.label.clone(), what: what.into() });
        if counts && p.rule.is_some() {
            return refuse("a relay counts spikes: weights onto it are 1 and cannot learn; remove the rule");
        }
        if p.short_term.is_some() && (counts || p.rule.is_some()) {
            let what = "short-term plasticity goes with fixed weights onto cells that integrate";
            return refuse(&format!("{what}; remove it or the rule"));
        }
        Ok(p.short_term.map(|s| s.check(&p.label).map(|()| s)).transpose()?)
    }

    fn teacher(&self, p: &Projection, rule: &MaybeRule) -> Result<Option<(usize, bool)>, CompileError> {
        let refuse = |what: String| Err(CompileError::Rule { of: p.label.clone(), what });
        let is_needed = rule.as_ref().is_some_and(|r| r.needs_teacher());
        let Some(teacher) = &p.teacher else {
            let remedy = "name one with `taught_by`, a projection onto the same population";
            return if is_needed { refuse(format!("its rule needs a teacher; {remedy}")) } else { Ok(None) };
        };
        if !is_needed {
            return refuse("it has a teacher, but no rule that listens to one; remove `taught_by`".into());
        }
        let all = &self.circuit.projections;
        let Some(&t) = self.projection_of.get(teacher.projection.as_str()) else {
            let (of, labels) = (format!("projection `{}`", p.label), all.iter().map(|q| &q.label));
            return Err(CompileError::unknown(of, "projection", &teacher.projection, labels));
        };
        if all[t].post != p.post {
            let (name, end) = (&teacher.projection, &all[t].post);
            return refuse(format!("its teacher `{name}` ends on `{end}`, not on `{}`", p.post));
        }
        Ok(Some((t, teacher.is_volume)))
    }

    /// Divides synapses by target block, each in the order of delivery, (source, target), whatever the order given.
    fn wiring(
        &self,
        synapses: &Synapses<impl Fn(u32) -> bool>,
        [pre, post]: [usize; 2],
        is_plastic: bool,
    ) -> Vec<BlockWiring> {
        let blocks = self.network.populations[post].blocks();
        let mut split: Vec<Vec<(u32, u16, f32)>> = vec![Vec::new(); blocks.len()];
        for (i, j, w) in synapses.iter() {
            let local = j as usize / BLOCK;
            split[local].push((i, (j as usize - local * BLOCK) as u16, w));
        }
        let n_pre = self.network.populations[pre].n;
        let wiring = split.into_iter().zip(blocks).map(|(mut s, b)| {
            if !self.network.owns(b) {
                return BlockWiring::absent();
            }
            s.sort_by_key(|&(i, j, _)| (i, j));
            BlockWiring::new(n_pre, self.network.blocks[b].len, &s, synapses.uniform(), is_plastic)
        });
        wiring.collect()
    }
}
