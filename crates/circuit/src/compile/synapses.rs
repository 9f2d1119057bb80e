//! The synapses of a projection: who is connected with whom, by its rule or its list, and with which weight.

use crate::describe::{Connect, Projection, Weight};
use crate::error::CompileError;
use lobule_signal::{Ranges, Stream};
use std::borrow::Cow;
use std::sync::Arc;

/// Synapses of a projection onto the targets that a rank keeps.
pub(super) struct Synapses<'a, K> {
    projection: &'a Projection,
    /// (source, target), and more where a list names targets of other ranks.
    pairs: Arc<Vec<(u32, u32)>>,
    keeps: K,
}

impl<'a, K: Fn(u32) -> bool> Synapses<'a, K> {
    /// Draws or checks the pairs between populations of the given sizes.
    pub fn of(p: &'a Projection, sizes: [u32; 2], seed: u64, keeps: K) -> Result<Self, CompileError> {
        let pairs = pairs(p, sizes, seed, &keeps)?;
        for (synapse, &(i, j)) in pairs.iter().enumerate() {
            let ends = [("presynaptic", i, &p.pre), ("postsynaptic", j, &p.post)];
            if let Some(((side, index, population), n)) =
                ends.into_iter().zip(sizes).find(|(end, n)| end.1 >= *n)
            {
                let (of, population, n) = (p.label.clone(), population.clone(), n as usize);
                return Err(CompileError::NeuronOutOfRange { of, synapse, side, index, population, n });
            }
        }
        p.weight.check_count(&p.label, pairs.len())?;
        Ok(Self { projection: p, pairs, keeps })
    }

    pub fn uniform(&self) -> Option<f32> {
        match self.projection.weight {
            Weight::Uniform(w) => Some(w),
            Weight::PerSynapse(_) => None,
        }
    }

    /// (source, target, weight), in the order of the list.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32, f32)> {
        let kept = self.pairs.iter().enumerate().filter(|(_, pair)| (self.keeps)(pair.1));
        kept.map(|(k, &(i, j))| (i, j, self.projection.weight.at(k)))
    }

    /// Refuses the first weight on which a condition does not hold.
    pub fn check_weights<W: Into<Cow<'static, str>>>(
        &self,
        allowed: W,
        holds: impl Fn(f32) -> bool,
    ) -> Result<(), CompileError> {
        let Some((_, _, w)) = self.iter().find(|&(_, _, w)| !holds(w)) else { return Ok(()) };
        // As its user wrote it: 0.7, not the 0.699999988 that is nearest to it in `f32`.
        let as_written = w.to_string().parse().unwrap_or(f64::from(w));
        let ranges = Ranges::of(format!("projection `{}`", self.projection.label));
        Err(ranges.refusal("weight", as_written, allowed).into())
    }
}

fn pairs(
    p: &Projection,
    [n_pre, n_post]: [u32; 2],
    seed: u64,
    keeps: impl Fn(u32) -> bool,
) -> Result<Arc<Vec<(u32, u32)>>, CompileError> {
    let stream = Stream::new(seed, &format!("connect/{}", p.label));
    let ranges = Ranges::of(format!("projection `{}`", p.label));
    Ok(match &p.connect {
        Connect::List(pairs) => pairs.clone(),
        Connect::OneToOne if n_pre == n_post => {
            Arc::new((0..n_pre).filter(|&i| keeps(i)).map(|i| (i, i)).collect())
        }
        Connect::OneToOne => {
            let allowed = format!("`{}` has {n_post} neurons; sizes must agree", p.post);
            return Err(ranges.refusal("one_to_one", n_pre.into(), allowed).into());
        }
        Connect::AllToAll => {
            let kept: Vec<u32> = (0..n_post).filter(|&j| keeps(j)).collect();
            Arc::new((0..n_pre).flat_map(|i| kept.iter().map(move |&j| (i, j))).collect())
        }
        Connect::FixedIndegree(k) => {
            let allowed = format!("`{}` has only {n_pre} neurons", p.pre);
            ranges.require(*k <= n_pre as usize, "fixed_indegree", *k as f64, allowed)?;
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
            let is_one = (0.0..=1.0).contains(probability);
            ranges.require(is_one, "pairwise_bernoulli", *probability, "a probability lies in 0..1")?;
            let kept = (0..n_post).filter(|&j| keeps(j));
            let all = kept.flat_map(|j| (0..n_pre).map(move |i| (i, j)));
            Arc::new(all.filter(|&(i, j)| stream.uniform(u64::from(j), i) < *probability).collect())
        }
    })
}
