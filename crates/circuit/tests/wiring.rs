//! Wiring rules keep what their names say, and no spike is lost or doubled on its
//! way, for circuits drawn at random.

mod common;

use common::{Script, play, simulation, spikes};
use lobule_circuit::models::{CondLif, Poisson};
use lobule_circuit::{Circuit, Connect, Model, Population, Projection};
use proptest::prelude::*;
use std::collections::HashSet;

/// The synapses of one projection between `n_pre` and `n_post` neurons.
fn wire(n_pre: usize, n_post: usize, connect: Connect, seed: u64) -> Vec<(u32, u32, f32)> {
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("pre", n_pre, Model::Poisson(Poisson { rate_hz: 1.0 })));
    circuit.add_population(Population::new("post", n_post, Model::CondLif(CondLif::default())));
    circuit.add_projection(Projection::new("pre_to_post", "pre", "post", connect).weight(0.5));
    let simulation = simulation(&circuit, seed);
    let synapses = simulation.synapses("pre_to_post").unwrap();
    assert_eq!(simulation.network().synapses(), synapses.len());
    assert_eq!(simulation.network().projections()[0].synapses, synapses.len());
    synapses
}

/// Every end exists, and no pair occurs twice.
fn is_simple(synapses: &[(u32, u32, f32)], n_pre: usize, n_post: usize) -> bool {
    let pairs: HashSet<(u32, u32)> = synapses.iter().map(|s| (s.0, s.1)).collect();
    pairs.len() == synapses.len()
        && pairs.iter().all(|&(i, j)| (i as usize) < n_pre && (j as usize) < n_post)
        && synapses.iter().all(|s| s.2 == 0.5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fixed_indegree_gives_each_target_that_many_distinct_sources(
        n_pre in 1usize..200, n_post in 1usize..700, part in 0.0..=1.0, seed in any::<u64>(),
    ) {
        let k = (part * n_pre as f64) as usize;
        let synapses = wire(n_pre, n_post, Connect::FixedIndegree(k), seed);
        prop_assert!(is_simple(&synapses, n_pre, n_post));
        let mut indegree = vec![0; n_post];
        synapses.iter().for_each(|s| indegree[s.1 as usize] += 1);
        prop_assert!(indegree.iter().all(|&d| d == k));
    }

    #[test]
    fn bernoulli_gives_each_pair_its_probability(
        n_pre in 1usize..120, n_post in 1usize..700, probability in 0.0..=1.0, seed in any::<u64>(),
    ) {
        let synapses = wire(n_pre, n_post, Connect::PairwiseBernoulli(probability), seed);
        prop_assert!(is_simple(&synapses, n_pre, n_post));
        let n = (n_pre * n_post) as f64;
        // Six standard deviations: 64 cases in every run, never a false alarm in a lifetime of runs.
        let error = (n * probability * (1.0 - probability)).sqrt();
        prop_assert!((synapses.len() as f64 - n * probability).abs() <= 6.0 * error + 1.0);
    }

    #[test]
    fn all_to_all_and_one_to_one_are_complete(n_pre in 1usize..60, n_post in 1usize..600) {
        let all = wire(n_pre, n_post, Connect::AllToAll, 1);
        prop_assert!(is_simple(&all, n_pre, n_post));
        prop_assert_eq!(all.len(), n_pre * n_post);
        let one = wire(n_post, n_post, Connect::OneToOne, 1);
        prop_assert!(is_simple(&one, n_post, n_post));
        prop_assert!(one.len() == n_post && one.iter().all(|s| s.0 == s.1));
    }

    /// Also a pair that is listed twice is two synapses.
    #[test]
    fn a_list_is_taken_as_it_is(
        pairs in prop::collection::vec((0u32..40, 0u32..700), 0..300), scale in 0.1f32..2.0,
    ) {
        let weights: Vec<f32> = (0..pairs.len()).map(|k| scale * k as f32).collect();
        let mut circuit = Circuit::new();
        circuit.add_population(Population::new("pre", 40, Model::SpikeSource));
        circuit.add_population(Population::new("post", 700, Model::CondLif(CondLif::default())));
        let list = Projection::new("list", "pre", "post", Connect::List(pairs.clone().into()));
        circuit.add_projection(list.weights(weights.clone()));
        let mut synapses = simulation(&circuit, 1).synapses("list").unwrap();
        let mut expected: Vec<_> = pairs.iter().zip(&weights).map(|(p, w)| (p.0, p.1, *w)).collect();
        let order = |a: &(u32, u32, f32), b: &(u32, u32, f32)| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2));
        synapses.sort_by(order);
        expected.sort_by(order);
        prop_assert_eq!(synapses, expected);
    }

    /// Each spike reaches each of its targets once, in the step that its delay gives, whatever the
    /// exchange interval and however its spikes fall into it.
    #[test]
    fn events_are_conserved(
        pairs in prop::collection::vec((0u32..20, 0u32..600), 1..80),
        others in prop::collection::vec((0u32..20, 0u32..600), 1..40),
        delays in (1u64..60, 1u64..500),
        script in prop::collection::btree_set((0u64..400, 0u32..20), 0..60),
    ) {
        let mut circuit = Circuit::new();
        circuit.add_population(Population::new("source", 20, Model::SpikeSource));
        circuit.add_population(Population::new("relay", 600, Model::Relay));
        for (label, pairs, delay) in [("a", &pairs, delays.0), ("b", &others, delays.1)] {
            circuit.add_projection(
                Projection::new(label, "source", "relay", Connect::List(pairs.clone().into()))
                    .delay_ms(delay as f64 * 0.1),
            );
        }
        let script: Script = script.into_iter().collect();
        let mut simulation = simulation(&circuit, 1);
        simulation.record_spikes("relay").unwrap();
        play(&mut simulation, &[("source", &script)], 1000);
        let mut expected = Script::new();
        for &(step, i) in &script {
            for (pairs, delay) in [(&pairs, delays.0), (&others, delays.1)] {
                expected.extend(pairs.iter().filter(|p| p.0 == i).map(|p| (step + delay, p.1)));
            }
        }
        expected.sort_unstable();
        prop_assert_eq!(spikes(&simulation, "relay"), expected);
    }
}

/// A target's draws are its own: more targets, or more populations, change nothing for it.
#[test]
fn the_sources_of_a_target_do_not_depend_on_the_number_of_targets() {
    for connect in [Connect::FixedIndegree(7), Connect::PairwiseBernoulli(0.2)] {
        let few: HashSet<(u32, u32)> = wire(90, 20, connect.clone(), 5).iter().map(|s| (s.0, s.1)).collect();
        let many = wire(90, 600, connect, 5);
        let first: HashSet<(u32, u32)> = many.iter().map(|s| (s.0, s.1)).filter(|s| s.1 < 20).collect();
        assert_eq!(few, first);
    }
}

/// Every source is drawn equally often.
#[test]
fn fixed_indegree_prefers_no_source() {
    let (n_pre, n_post, k) = (50, 20_000, 5);
    let mut outdegree = vec![0f64; n_pre];
    wire(n_pre, n_post, Connect::FixedIndegree(k), 3).iter().for_each(|s| outdegree[s.0 as usize] += 1.0);
    let p = k as f64 / n_pre as f64;
    let (mean, error) = (p * n_post as f64, (p * (1.0 - p) * n_post as f64).sqrt());
    assert!(outdegree.iter().all(|d| (d - mean).abs() < 4.5 * error), "{outdegree:?}");
}
