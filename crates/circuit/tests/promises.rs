//! What a run promises.
//!
//! 1. The number of threads changes no bit.
//! 2. A snapshot between intervals resumes bit for bit, also after it was written down and read back.
//! 3. Probes and profiles do not disturb.
//! 4. A population that is not connected to the others changes nothing for them.
//! 5. The order of declaration changes nothing.
//! 6. The same seed gives the same run, another seed another one.
//! 7. Running for A + B is running for A, then for B.
//! 8. A network is never changed by its simulations.
//!
//! All hold on one circuit with all four rules, all models and several blocks of neurons per population.

mod common;

use common::{Script, network, pairs};
use lobule_circuit::models::{CondLif, Eglif, Poisson};
use lobule_circuit::plasticity::{AdditiveStdp, CosExp, InhibitoryStdp, Rule, Supervised};
use lobule_circuit::{Circuit, Connect, Model, Network, Population, Projection, RunError, Simulation, State};
use std::collections::BTreeMap;
use std::sync::Arc;

const SPIKING: [&str; 8] = [
    "mossy_fiber",
    "glomerulus",
    "granule_cell",
    "golgi_cell",
    "purkinje_cell",
    "stellate_cell",
    "dcn_p",
    "io_cell",
];
const PLASTIC: [&str; 5] = [
    "granule_cell_to_purkinje_cell",
    "granule_cell_to_stellate_cell",
    "mossy_fiber_to_dcn_p",
    "purkinje_cell_to_dcn_p",
    "stellate_cell_to_dcn_p",
];

fn populations() -> Vec<Population> {
    let mli = common::cells::eglif("basket_cell");
    let p = Population::new;
    vec![
        p("mossy_fiber", 90, Model::Poisson(Poisson { rate_hz: 60.0 })),
        p("glomerulus", 700, Model::Relay),
        p("granule_cell", 1300, Model::Eglif(Eglif::default())),
        p("golgi_cell", 33, Model::Eglif(common::cells::eglif("golgi_cell"))),
        p("purkinje_cell", 1100, Model::Eglif(common::cells::eglif("purkinje_cell"))),
        p("stellate_cell", 520, Model::Eglif(mli)),
        p("dcn_p", 40, Model::CondLif(CondLif { i_e: 400.0, ..CondLif::default() })),
        p("io_cell", 20, Model::Poisson(Poisson { rate_hz: 10.0 })),
    ]
}

fn projections() -> Vec<Projection> {
    let p = |pre: &str, post: &str, connect| Projection::new(format!("{pre}_to_{post}"), pre, post, connect);
    let inhibitory = InhibitoryStdp {
        tau_plus_ms: 20.0,
        lambda: 1.0,
        mu_plus: 1.0,
        mu_minus_ms: 40.0,
        w_min: 0.0,
        w_max: 2.0,
    };
    let additive = AdditiveStdp { tau_plus_ms: 30.0, lambda: 0.01, alpha: 1.0, w_min: 0.0, w_max: 1.0 };
    let cos_exp = CosExp { a_plus: 1e-3, a_minus: -1e-3, window_ms: 10.0, w_min: 0.0, w_max: 1.0 };
    let one_glomerulus_each = (0..700).map(|j| (j * 7 % 90, j)).collect::<Vec<_>>();
    vec![
        p("mossy_fiber", "glomerulus", Connect::List(one_glomerulus_each.into())),
        p("glomerulus", "granule_cell", Connect::FixedIndegree(4)).weight(0.6),
        p("golgi_cell", "granule_cell", Connect::FixedIndegree(3)).weight(0.24).delay_ms(2.0).receptor(2),
        p("granule_cell", "golgi_cell", Connect::PairwiseBernoulli(0.05))
            .weight(0.8)
            .delay_ms(2.0)
            .receptor(3),
        p("granule_cell", "purkinje_cell", Connect::FixedIndegree(60))
            .weight(0.3)
            .delay_ms(5.0)
            .plastic(Rule::Supervised(Supervised::pf_pc(1e-3, -2e-2, 0.6)))
            .taught_by("io_cell_to_purkinje_cell"),
        p("io_cell", "purkinje_cell", Connect::FixedIndegree(1)).weight(2.0).delay_ms(4.0).receptor(3),
        p("granule_cell", "stellate_cell", Connect::FixedIndegree(60))
            .weight(0.05)
            .delay_ms(5.0)
            .plastic(Rule::Supervised(Supervised::pf_mli(-1e-4, 1e-3, 0.2)))
            .taught_by("io_cell_to_stellate_cell"),
        p("io_cell", "stellate_cell", Connect::FixedIndegree(2)).weight(1.0).delay_ms(40.0).receptor(3),
        p("stellate_cell", "purkinje_cell", Connect::FixedIndegree(5)).weight(0.2).delay_ms(5.0).receptor(2),
        p("mossy_fiber", "dcn_p", Connect::FixedIndegree(20))
            .weight(0.5)
            .delay_ms(4.0)
            .plastic(Rule::CosExp(cos_exp))
            .taught_by("purkinje_cell_to_dcn_p"),
        p("purkinje_cell", "dcn_p", Connect::FixedIndegree(10))
            .weight(0.4)
            .delay_ms(4.0)
            .receptor(2)
            .plastic(Rule::InhibitoryStdp(inhibitory)),
        p("stellate_cell", "dcn_p", Connect::FixedIndegree(4))
            .weight(0.4)
            .delay_ms(4.0)
            .receptor(2)
            .plastic(Rule::AdditiveStdp(additive)),
    ]
}

fn circuit(populations: Vec<Population>, projections: Vec<Projection>) -> Circuit {
    let mut circuit = Circuit::new();
    for population in populations {
        circuit.add_population(population);
    }
    for projection in projections {
        circuit.add_projection(projection);
    }
    circuit
}

fn compiled(seed: u64) -> Arc<Network> {
    network(&circuit(populations(), projections()), 0.1, seed)
}

/// What a run leaves behind: spikes by population, weights by plastic projection.
#[derive(Debug, PartialEq)]
struct Outcome {
    spikes: BTreeMap<&'static str, Script>,
    /// (source, target, bits of the weight), in order.
    weights: BTreeMap<&'static str, Vec<(u32, u32, u32)>>,
}

fn outcome(simulation: &Simulation) -> Outcome {
    let spikes = SPIKING.map(|label| (label, pairs(simulation.recorded_spikes(label).unwrap())));
    let weights = PLASTIC.map(|label| {
        let mut synapses: Vec<_> =
            simulation.synapses(label).unwrap().iter().map(|&(i, j, w)| (i, j, w.to_bits())).collect();
        synapses.sort_unstable();
        (label, synapses)
    });
    Outcome { spikes: spikes.into(), weights: weights.into() }
}

fn recording(network: Arc<Network>, threads: usize) -> Simulation {
    let mut simulation = Simulation::new(network, threads).unwrap();
    for label in SPIKING {
        simulation.record_spikes(label).unwrap();
    }
    simulation
}

const MS: f64 = 300.0;

#[test]
fn the_circuit_of_these_tests_spikes_and_learns() {
    let network = compiled(1);
    let before = Simulation::new(network.clone(), 1).unwrap();
    let mut simulation = recording(network, 1);
    simulation.run_ms(MS).unwrap();
    for (label, spikes) in outcome(&simulation).spikes {
        println!("{label}: {} spikes", spikes.len());
        assert!(spikes.len() > 20, "{label}: {} spikes", spikes.len());
    }
    for label in PLASTIC {
        let (a, b) = (before.synapses(label).unwrap(), simulation.synapses(label).unwrap());
        let changed = a.iter().zip(&b).filter(|(a, b)| a.2 != b.2).count();
        println!("{label}: {changed} of {} weights changed", a.len());
        assert!(changed > a.len() / 4, "{label}: {changed} weights changed");
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let network = compiled(1);
    let runs: Vec<(Outcome, State)> = [1, 2, 4]
        .into_iter()
        .map(|threads| {
            let mut simulation = recording(network.clone(), threads);
            simulation.run_ms(MS).unwrap();
            (outcome(&simulation), simulation.state().clone())
        })
        .collect();
    for (other, state) in &runs[1..] {
        assert_eq!(state.fingerprint(), runs[0].1.fingerprint());
        assert!(*state == runs[0].1, "the states differ");
        assert!(*other == runs[0].0, "spikes or weights differ");
    }
}

#[test]
fn a_snapshot_resumes_bit_for_bit() {
    let network = compiled(2);
    let mut whole = recording(network.clone(), 1);
    whole.run_ms(113.0).unwrap();
    let snapshot = whole.state().clone();
    whole.run_ms(MS - 113.0).unwrap();

    // In another simulation, and by going back in the same one.
    let mut resumed = recording(network.clone(), 2);
    resumed.restore(snapshot.clone()).unwrap();
    resumed.run_ms(MS - 113.0).unwrap();
    assert!(resumed.state() == whole.state());
    assert_eq!(resumed.state().fingerprint(), whole.state().fingerprint());
    for label in SPIKING {
        let later = whole.recorded_spikes(label).unwrap().window(1130, u64::MAX);
        assert_eq!(*resumed.recorded_spikes(label).unwrap(), later, "{label}");
    }
    resumed.restore(snapshot).unwrap();
    resumed.run_ms(MS - 113.0).unwrap();
    assert!(resumed.state() == whole.state());
}

#[test]
fn a_snapshot_that_was_written_down_resumes_bit_for_bit() {
    let network = compiled(2);
    let mut whole = Simulation::new(network.clone(), 1).unwrap();
    whole.run_ms(113.0).unwrap();
    whole.set_learning("mossy_fiber_to_dcn_p", false).unwrap();
    let text = serde_json::to_string(whole.state()).unwrap();
    let read: State = serde_json::from_str(&text).unwrap();
    assert!(read == *whole.state(), "written down and read back, it is the same state");
    assert_eq!(read.fingerprint(), whole.state().fingerprint());
    let mut resumed = Simulation::new(network, 1).unwrap();
    resumed.restore(read).unwrap();
    whole.run_ms(MS).unwrap();
    resumed.run_ms(MS).unwrap();
    assert!(resumed.state() == whole.state());
    assert_eq!(resumed.state().fingerprint(), whole.state().fingerprint());
}

#[test]
fn injected_spikes_belong_to_the_snapshot() {
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("source", 4, Model::SpikeSource));
    let network = network(&circuit, 0.1, 1);
    let mut simulation = Simulation::new(network.clone(), 1).unwrap();
    let quiet = simulation.state().fingerprint();
    simulation.inject(0, &[(3, 1)]).unwrap();
    assert_ne!(simulation.state().fingerprint(), quiet, "spikes to come are part of the state");
    let mut resumed = Simulation::new(network, 1).unwrap();
    resumed.restore(simulation.state().clone()).unwrap();
    resumed.advance().unwrap();
    assert_eq!(resumed.history(0).at(3), [1]);
}

#[test]
fn a_state_of_another_network_is_refused() {
    let mut simulation = Simulation::new(compiled(1), 1).unwrap();
    let other = |populations: Vec<Population>, projections| {
        network(&circuit(populations, projections), 0.1, 1).initial_state()
    };
    let before = simulation.state().clone();
    let (mut fewer, mut slower) = (populations(), projections());
    fewer[6].n = 600;
    slower[3].delay_ms = 200.0;
    let static_only =
        projections().into_iter().map(|p| Projection { rule: None, teacher: None, ..p }).collect();
    for state in
        [other(fewer, projections()), other(populations(), slower), other(populations(), static_only)]
    {
        let error = simulation.restore(state).unwrap_err();
        assert!(matches!(&error, RunError::BadInput { label, .. } if label == "state"), "{error}");
        assert!(*simulation.state() == before, "a refused state changes nothing");
    }
}

/// Of the same shape, so that its numbers alone tell nothing.
#[test]
fn a_state_of_another_seed_or_rule_is_refused_and_may_be_transferred() {
    let mut own = Simulation::new(compiled(1), 1).unwrap();
    own.run_ms(20.0).unwrap();
    let before = own.state().clone();
    let mut faster = populations();
    let Model::CondLif(p) = &mut faster[6].model else { panic!("population 6 has another model") };
    p.i_e += 1.0;
    for other in [compiled(2), network(&circuit(faster, projections()), 0.1, 1)] {
        let mut other = Simulation::new(other, 1).unwrap();
        other.run_ms(30.0).unwrap();
        let error = own.restore(other.state().clone()).unwrap_err().to_string();
        assert!(error.contains("another network"), "{error}");
        let error = own.restore_with_own_weights(other.state().clone()).unwrap_err().to_string();
        assert!(error.contains("another network"), "{error}");
        assert!(*own.state() == before, "a refused state changes nothing");
        // Asked for, it goes on here, and its own network does not take it back.
        own.transfer(other.state().clone()).unwrap();
        assert_eq!(own.step(), other.step());
        own.run_ms(10.0).unwrap();
        assert!(other.restore(own.state().clone()).is_err());
        own.restore(before.clone()).unwrap();
    }
}

#[test]
fn probes_do_not_disturb() {
    let network = compiled(3);
    let mut bare = Simulation::new(network.clone(), 1).unwrap();
    let mut probed = recording(network.clone(), 1);
    for population in network.populations() {
        for variable in &population.variables {
            let some: Vec<u32> = (0..population.n as u32).step_by(17).collect();
            probed.record_variable(&population.label, &variable.name, &some).unwrap();
        }
    }
    for k in 0..300 {
        bare.advance().unwrap();
        probed.advance().unwrap();
        if k % 50 == 0 {
            // Looking at things directly does not disturb either.
            probed.variable("granule_cell", "v_m").unwrap();
            probed.synapses("granule_cell_to_purkinje_cell").unwrap();
            probed.take_spikes("golgi_cell").unwrap();
            probed.state().fingerprint();
        }
    }
    assert!(probed.state() == bare.state());
    let trace = probed.traces().find(|t| t.label == "purkinje_cell.v_m").unwrap();
    assert_eq!((trace.steps.len(), trace.n, trace.unit.as_str()), (300, 1100usize.div_ceil(17), "mV"));
    assert_eq!(trace.values.len(), 300 * trace.n);
    let now = bare.variable("purkinje_cell", "v_m").unwrap();
    assert_eq!(trace.series(2).last().unwrap(), now[34], "the last sample is the state");
}

#[test]
fn an_unrelated_population_changes_nothing_for_the_others() {
    let mut plain = recording(compiled(4), 1);
    plain.run_ms(MS).unwrap();
    let (mut more, mut wires) = (populations(), projections());
    // In front, so that all indices move; connected to itself, learning, and with longer histories.
    more.insert(0, Population::new("a_stranger", 600, Model::Eglif(common::cells::eglif("dcn_p"))));
    more.insert(3, Population::new("its_teacher", 3, Model::Poisson(Poisson { rate_hz: 50.0 })));
    wires.insert(
        0,
        Projection::new("a_stranger_to_itself", "a_stranger", "a_stranger", Connect::FixedIndegree(10))
            .weight(0.1)
            .delay_ms(70.0)
            .plastic(Rule::Supervised(Supervised::pf_pc(1e-3, -1e-2, 0.6)))
            .taught_by("teaching_a_stranger"),
    );
    wires.push(
        Projection::new("teaching_a_stranger", "its_teacher", "a_stranger", Connect::FixedIndegree(1))
            .weight(0.1),
    );
    let mut joined = recording(network(&circuit(more, wires), 0.1, 4), 1);
    joined.record_spikes("a_stranger").unwrap();
    joined.run_ms(MS).unwrap();
    assert!(joined.recorded_spikes("a_stranger").unwrap().len() > 1000);
    assert!(outcome(&joined) == outcome(&plain));
}

/// Without plasticity, a shorter exchange interval changes nothing either. (With it, learned weights
/// act earlier: from the next interval on.)
#[test]
fn the_length_of_the_exchange_interval_changes_nothing_in_a_static_network() {
    let fixed = || {
        projections().into_iter().map(|p| Projection { rule: None, teacher: None, ..p }).collect::<Vec<_>>()
    };
    let mut plain = recording(network(&circuit(populations(), fixed()), 0.1, 5), 1);
    let mut more = populations();
    more.push(Population::new("pair", 2, Model::Relay));
    for delay_ms in [0.1, 0.3, 0.5] {
        let mut wires = fixed();
        wires.push(Projection::new("pair_to_pair", "pair", "pair", Connect::OneToOne).delay_ms(delay_ms));
        let mut finer = recording(network(&circuit(more.clone(), wires), 0.1, 5), 1);
        assert_eq!(finer.network().interval_steps(), (delay_ms * 10.0) as usize);
        finer.run_ms(150.0).unwrap();
        if plain.step() == 0 {
            plain.run_ms(150.0).unwrap();
        }
        assert!(outcome(&finer).spikes == outcome(&plain).spikes, "{delay_ms} ms");
    }
}

#[test]
fn the_order_of_declaration_changes_nothing() {
    let mut plain = recording(compiled(6), 1);
    plain.run_ms(MS).unwrap();
    for turn in [1, 5] {
        let (mut p, mut w) = (populations(), projections());
        p.reverse();
        p.rotate_left(turn);
        w.reverse();
        w.rotate_left(2 * turn);
        let mut turned = recording(network(&circuit(p, w), 0.1, 6), 1);
        turned.run_ms(MS).unwrap();
        assert!(outcome(&turned) == outcome(&plain));
    }
}

/// Sums of `f32` depend on their order: 1 + ε + ε is 1, but 1 + (ε + ε) is more. Input is summed in the
/// order of labels.
#[test]
fn sums_of_input_do_not_depend_on_the_order_of_declaration() {
    let run = |order: [usize; 3]| {
        let mut circuit = Circuit::new();
        circuit.add_population(Population::new("source", 1, Model::SpikeSource));
        circuit.add_population(Population::new("cell", 1, Model::CondLif(CondLif::default())));
        for k in order {
            let label = ["a", "b", "c"][k];
            circuit.add_projection(
                Projection::new(label, "source", "cell", Connect::OneToOne).weight([1.0, 5e-8, 5e-8][k]),
            );
        }
        let mut simulation = Simulation::new(network(&circuit, 0.1, 1), 1).unwrap();
        simulation.inject(0, &[(9, 0)]).unwrap();
        simulation.run_ms(2.0).unwrap();
        simulation.variable("cell", "g_ex").unwrap()
    };
    assert_ne!((1.0f32 + 5e-8) + 5e-8, 1.0 + (5e-8 + 5e-8), "the case tests nothing");
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        assert_eq!(run(order), run([0, 1, 2]), "{order:?}");
    }
    assert_eq!(run([2, 1, 0])[0], 1.0);
}

/// The pairs of a list may come in any order; their weights go with them.
#[test]
fn the_order_of_a_list_changes_nothing() {
    let run = |turn: usize| {
        let mut pairs: Vec<(u32, u32)> =
            (0..600).flat_map(|j| [(j % 50, j), ((j * 3 + 1) % 50, j)]).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let mut weights: Vec<f32> =
            pairs.iter().map(|&(i, j)| 0.1 + 0.01 * ((i * 31 + j) % 17) as f32).collect();
        pairs.rotate_left(turn);
        weights.rotate_left(turn);
        let mut circuit = Circuit::new();
        circuit.add_population(Population::new("drive", 50, Model::Poisson(Poisson { rate_hz: 80.0 })));
        circuit.add_population(Population::new("granule_cell", 600, Model::Eglif(Eglif::default())));
        circuit.add_projection(
            Projection::new("list", "drive", "granule_cell", Connect::List(pairs.into())).weights(weights),
        );
        let mut simulation = Simulation::new(network(&circuit, 0.1, 1), 1).unwrap();
        simulation.run_ms(100.0).unwrap();
        (simulation.state().clone(), simulation.synapses("list").unwrap())
    };
    let plain = run(0);
    assert!(run(1) == plain);
    assert!(run(777) == plain);
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_seed_another_one() {
    let run = |seed| {
        let mut simulation = recording(compiled(seed), 1);
        simulation.run_ms(100.0).unwrap();
        (outcome(&simulation), simulation.state().fingerprint())
    };
    let (a, again, b) = (run(7), run(7), run(8));
    assert!(a == again);
    assert_ne!(a.1, b.1);
    for label in SPIKING {
        assert_ne!(a.0.spikes[label], b.0.spikes[label], "{label}");
    }
    let wiring = |x: &Outcome| x.weights[PLASTIC[0]].iter().map(|w| (w.0, w.1)).collect::<Vec<_>>();
    assert_ne!(wiring(&a.0), wiring(&b.0), "the wiring is drawn under the seed, too");
}

#[test]
fn running_for_a_and_b_is_running_for_a_then_b() {
    let network = compiled(9);
    let mut whole = recording(network.clone(), 1);
    whole.run_ms(MS).unwrap();
    let mut parts = recording(network.clone(), 1);
    for ms in [0.0, 1.0, 119.0, 0.0, 180.0] {
        parts.run_ms(ms).unwrap();
    }
    let mut steps = recording(network, 1);
    for _ in 0..300 {
        steps.advance().unwrap();
    }
    for other in [parts, steps] {
        assert!(other.state() == whole.state());
        assert!(outcome(&other) == outcome(&whole));
        assert_eq!((other.step(), other.ms()), (3000, 300.0));
    }
}

#[test]
fn a_network_is_not_changed_by_its_simulations() {
    let network = compiled(10);
    let before = network.initial_state();
    let mut simulation = Simulation::new(network.clone(), 2).unwrap();
    simulation.run_ms(50.0).unwrap();
    assert!(network.initial_state() == before);
    assert!(*Simulation::new(network, 1).unwrap().state() == before);
}

#[test]
fn a_profile_counts_every_stage_and_changes_no_bit() {
    let network = compiled(11);
    let mut plain = Simulation::new(network.clone(), 2).unwrap();
    plain.run_ms(100.0).unwrap();
    assert_eq!(plain.profile(), None);
    let mut timed = Simulation::new(network, 2).unwrap();
    timed.start_profile();
    timed.run_ms(100.0).unwrap();
    assert!(timed.state() == plain.state());
    let p = timed.profile().unwrap();
    for (stage, s) in p.stages() {
        assert_eq!(s > 0.0, stage != "exchange", "{stage}: a single process exchanges nothing");
    }
}
