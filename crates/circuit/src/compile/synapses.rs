//! The synapses of a projection: who is connected with whom, by its rule or its list, and with which weight.

use crate::describe::{Connect, Projection, Weight};
use crate::error::CompileError;
use lobule_signal::{Ranges, Stream};
use std::sync::Arc;

/// Synapses of a projection onto the targets that a rank keeps.
pub(super) struct Synapses<'a> {
    /// (source, target), and more where a list names targets of other ranks.
    pairs: Arc<Vec<(u32, u32)>>,
    weight: &'a Weight,
}

impl<'a> Synapses<'a> {
    /// Draws or checks the pairs between populations of `n_pre` and `n_post` neurons.
    pub fn of(
        p: &'a Projection,
        [n_pre, n_post]: [u32; 2],
        seed: u64,
        keeps: impl Fn(u32) -> bool,
    ) -> Result<Self, CompileError> {
        let pairs = pairs(p, n_pre, n_post, seed, keeps)?;
        check_range(p, n_pre, n_post, &pairs)?;
        p.weight.check_count(&p.label, pairs.len())?;
        Ok(Self { pairs, weight: &p.weight })
    }

    pub fn uniform(&self) -> Option<f32> {
        match self.weight {
            Weight::Uniform(w) => Some(*w),
            Weight::PerSynapse(_) => None,
        }
    }

    /// (source, target, weight), in the order of the list.
    pub fn iter(&self, keeps: impl Fn(u32) -> bool) -> impl Iterator<Item = (u32, u32, f32)> {
        let kept = self.pairs.iter().enumerate().filter(move |(_, pair)| keeps(pair.1));
        kept.map(move |(k, &(i, j))| (i, j, self.weight.at(k)))
    }
}

fn check_range(p: &Projection, n_pre: u32, n_post: u32, pairs: &[(u32, u32)]) -> Result<(), CompileError> {
    for (synapse, &(i, j)) in pairs.iter().enumerate() {
        for (side, index, population, n) in
            [("presynaptic", i, &p.pre, n_pre), ("postsynaptic", j, &p.post, n_post)]
        {
            if index >= n {
                let (of, population, n) = (p.label.clone(), population.clone(), n as usize);
                return Err(CompileError::NeuronOutOfRange { of, synapse, side, index, population, n });
            }
        }
    }
    Ok(())
}

fn pairs(
    p: &Projection,
    n_pre: u32,
    n_post: u32,
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
            Arc::new(
                (0..n_post)
                    .filter(|&j| keeps(j))
                    .flat_map(|j| (0..n_pre).map(move |i| (i, j)))
                    .filter(|&(i, j)| stream.uniform(u64::from(j), i) < *probability)
                    .collect(),
            )
        }
    })
}
