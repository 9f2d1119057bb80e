//! What every neuron model and every plasticity rule must keep, whoever wrote it.
//!
//! A new model or rule is one more line in the tables at the end to be tested by
//! all of [`conforms_neuron_model`] or [`conforms_plasticity_rule`].

mod common;

use common::{Script, irregular, network, play, spikes};
use lobule_circuit::models::{
    BlockStep, CondLif, Eglif, EglifMultirec, LocalSpike, NeuronModel, Poisson, PoissonGenerator,
    RateProfile, SynapseShape, Variable,
};
use lobule_circuit::plasticity::{AdditiveStdp, CosExp, InhibitoryStdp, Kernel, Rule, Supervised};
use lobule_circuit::{Circuit, Connect, Model, Population, Projection, Simulation, State};

const SOURCES: u32 = 96;
const MS: f64 = 120.0;

/// `n` neurons; neuron i hears source i mod 96 on every receptor, so that the same neuron has the
/// same input in populations of any size.
fn population_of(model: &Model, receptors: usize, weight: f32, n: u32, interval_ms: f64) -> Circuit {
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("source", SOURCES as usize, Model::SpikeSource));
    circuit.add_population(Population::new("cell", n as usize, model.clone()));
    for r in 1..=receptors {
        let pairs: Vec<(u32, u32)> = (0..n).map(|i| ((i + 31 * r as u32) % SOURCES, i)).collect();
        circuit.add_projection(
            Projection::new(format!("receptor_{r}"), "source", "cell", Connect::List(pairs.into()))
                .weight(weight)
                .delay_ms(2.0)
                .receptor(r),
        );
    }
    // Sets the exchange interval and does nothing else.
    circuit.add_population(Population::new("clock", 1, Model::Relay));
    circuit
        .add_projection(Projection::new("tick", "clock", "clock", Connect::OneToOne).delay_ms(interval_ms));
    circuit
}

struct Run {
    spikes: Script,
    state: State,
    /// Final values `[variable][n]`.
    variables: Vec<Vec<f32>>,
}

fn run(circuit: &Circuit, drive: &Script, threads: usize) -> Run {
    let mut simulation = Simulation::new(network(circuit, 0.1, 11), threads).unwrap();
    simulation.record_spikes("cell").unwrap();
    play(&mut simulation, &[("source", drive)], (MS * 10.0) as u64);
    let of_cell = simulation.network().populations().into_iter().find(|p| p.label == "cell").unwrap();
    let variables = of_cell.variables.iter().map(|v| simulation.variable("cell", &v.name).unwrap()).collect();
    Run { spikes: spikes(&simulation, "cell"), state: simulation.state().clone(), variables }
}

/// Checks a neuron model: `receptors` of it are driven at 200 Hz each through synapses of `weight`.
///
/// * nothing becomes non-finite under that drive;
/// * the padding behind the last neuron never spikes; spikes are in order of (step, neuron);
/// * the same run twice, on 1, 2 and 3 threads, and cut into other intervals, has the same bits;
/// * a neuron does not notice how many others there are, nor in which block it lies.
pub fn conforms_neuron_model(name: &str, model: &Model, receptors: usize, weight: f32) {
    let drive = irregular(SOURCES, 50, 0, (MS * 10.0) as u64 - 30, 21);
    let of = |n| run(&population_of(model, receptors, weight, n, 1.0), &drive, 1);
    let n = 512 + 41;
    let whole = of(n);
    assert!(receptors == 0 || !whole.spikes.is_empty(), "{name}: the drive is no test when nothing fires");

    for (v, values) in whole.variables.iter().enumerate() {
        assert_eq!(values.len(), n as usize);
        assert!(values.iter().all(|x| x.is_finite()), "{name}: variable {v} is not finite");
    }
    assert!(whole.spikes.iter().all(|s| s.1 < n), "{name}: a padding neuron fired");
    assert!(whole.spikes.is_sorted(), "{name}: spikes are out of order");

    let circuit = population_of(model, receptors, weight, n, 1.0);
    for threads in [1, 2, 3] {
        let again = run(&circuit, &drive, threads);
        assert!(again.state == whole.state && again.spikes == whole.spikes, "{name}: {threads} threads");
    }
    for interval_ms in [0.1, 0.7, 2.0] {
        let other = run(&population_of(model, receptors, weight, n, interval_ms), &drive, 1);
        // The last interval may end later than the drive.
        let common = |r: &Run| r.spikes.iter().copied().filter(|s| s.0 < 1190).collect::<Script>();
        assert!(common(&other) == common(&whole), "{name}: intervals of {interval_ms} ms");
    }

    for other in [1, 31, 32, 33, 96, 511, 512, 513, 1100] {
        let other = (other, of(other));
        let both = n.min(other.0);
        let first = |r: &Run| r.spikes.iter().copied().filter(|s| s.1 < both).collect::<Script>();
        assert!(first(&whole) == first(&other.1), "{name}: {} neurons fire differently from {n}", other.0);
        for (a, b) in whole.variables.iter().zip(&other.1.variables) {
            assert!(a[..both as usize] == b[..both as usize], "{name}: {} neurons differ from {n}", other.0);
        }
    }
}

/// A plastic projection of 40 sources onto `n_post` cells that are made to fire now and then.
fn plastic(rule: Rule, is_taught: bool, n_post: u32) -> Circuit {
    let (n_pre, n_teach) = (40u32, 7u32);
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("pre", n_pre as usize, Model::SpikeSource));
    circuit.add_population(Population::new("teacher", n_teach as usize, Model::SpikeSource));
    let cell = CondLif { c_m: 1e4, g_l: 1e2, ..CondLif::default() };
    circuit.add_population(Population::new("post", n_post as usize, Model::CondLif(cell)));
    let pairs: Vec<(u32, u32)> = (0..n_pre)
        .flat_map(|i| (0..n_post).map(move |j| (i, j)))
        .filter(|(i, j)| (i * 7 + j) % 3 != 0)
        .collect();
    let projection =
        Projection::new("plastic", "pre", "post", Connect::List(pairs.into())).weight(0.3).plastic(rule);
    circuit.add_projection(if is_taught { projection.taught_by("teaching") } else { projection });
    let taught: Vec<(u32, u32)> = (0..n_post).map(|j| (j % n_teach, j)).collect();
    circuit.add_projection(
        Projection::new("teaching", "teacher", "post", Connect::List(taught.into()))
            .weight(6e4)
            .delay_ms(3.0),
    );
    circuit
}

/// Checks a plasticity rule whose weights may lie in `w_min..=w_max` and start at 0.3.
///
/// * weights stay in the bounds and do change under strong drive;
/// * without spikes, and with the rule off, nothing changes;
/// * the same run twice and on 1, 2 and 3 threads has the same bits;
/// * a row does not notice how many other targets there are, nor in which block it lies.
pub fn conforms_plasticity_rule(name: &str, rule: Rule, is_taught: bool, w_min: f32, w_max: f32) {
    let (pre, teacher) = (irregular(40, 100, 0, 5000, 31), irregular(7, 400, 0, 5000, 32));
    let learn = |n_post: u32, threads: usize, is_driven: bool, is_on: bool| {
        let mut simulation =
            Simulation::new(network(&plastic(rule, is_taught, n_post), 0.1, 1), threads).unwrap();
        simulation.set_learning("plastic", is_on).unwrap();
        let none = Script::new();
        let scripts = if is_driven {
            [("pre", &pre), ("teacher", &teacher)]
        } else {
            [("pre", &none), ("teacher", &none)]
        };
        common::play_and(&mut simulation, &scripts, 5000, |s| {
            if s.step() % 1000 == 0 {
                let synapses = s.synapses("plastic").unwrap();
                assert!(synapses.iter().all(|x| (w_min..=w_max).contains(&x.2)), "{name}: out of bounds");
            }
        });
        simulation
    };
    let n = 512 + 41;
    let learned = learn(n, 1, true, true);
    let synapses = learned.synapses("plastic").unwrap();
    let changed = synapses.iter().filter(|s| s.2 != 0.3).count();
    assert!(changed > synapses.len() / 2, "{name}: {changed} of {} weights changed", synapses.len());

    for (is_driven, is_on) in [(false, true), (true, false)] {
        let still = learn(n, 1, is_driven, is_on).synapses("plastic").unwrap();
        assert!(still.iter().all(|s| s.2 == 0.3), "{name}: driven {is_driven}, on {is_on}");
    }
    for threads in [1, 2, 3] {
        assert!(learn(n, threads, true, true).state() == learned.state(), "{name}: {threads} threads");
    }
    for other in [1, 33, 512, 1100] {
        let both = n.min(other);
        let rows = |s: &[(u32, u32, f32)]| {
            let mut rows: Vec<_> =
                s.iter().filter(|s| s.1 < both).map(|s| (s.1, s.0, s.2.to_bits())).collect();
            rows.sort_unstable();
            rows
        };
        let others = learn(other, 1, true, true).synapses("plastic").unwrap();
        assert!(rows(&others) == rows(&synapses), "{name}: {other} targets learn differently from {n}");
    }
}

/// A model of a user's own: every input charges it by its weight, at 1 it fires and starts again.
struct Counter;

impl NeuronModel for Counter {
    fn variables(&self) -> Vec<Variable> {
        vec![Variable::new("charge", "1", 0.0)]
    }

    fn receptors(&self) -> usize {
        1
    }

    fn advance(&self, block: BlockStep<'_>) {
        for step in 0..block.steps {
            for i in 0..block.len {
                let charge = &mut block.state[i];
                if block.receptors > 0 {
                    *charge += block.input[step * block.receptors * block.stride + i];
                }
                if *charge >= 1.0 {
                    *charge = 0.0;
                    block.spikes.push(LocalSpike { step: step as u16, neuron: i as u16 });
                }
            }
        }
    }
}

#[test]
fn every_eglif_cell_conforms() {
    for (label, p) in common::cells::spec_2_2() {
        // Three tenths of the membrane capacitance in nS: moves V by some 10 mV within a millisecond.
        conforms_neuron_model(label, &Model::Eglif(p), 4, (0.03 * p.c_m) as f32);
    }
}

#[test]
fn variants_of_eglif_conform() {
    let p = Eglif { i_e: 5.0, ..Eglif::default() };
    conforms_neuron_model("isolated", &Model::Eglif(Eglif { i_e: 30.0, ..p }), 0, 0.0);
    conforms_neuron_model("hard threshold", &Model::Eglif(Eglif { threshold_is_hard: true, ..p }), 4, 1.0);
    conforms_neuron_model("membrane sign", &Model::Eglif(Eglif { leak_is_published: false, ..p }), 3, 2.0);
    let mut exponential = p;
    exponential.receptors.iter_mut().for_each(|r| r.shape = SynapseShape::Exponential);
    conforms_neuron_model("exponential", &Model::Eglif(exponential), 1, 1.0);
}

#[test]
fn multirec_eglif_conforms() {
    let p = EglifMultirec::default();
    conforms_neuron_model("multirec", &Model::EglifMultirec(p.into()), 3, 0.8);
    conforms_neuron_model(
        "multirec, isolated",
        &Model::EglifMultirec(EglifMultirec { i_e: 30.0, ..p }.into()),
        0,
        0.0,
    );
    let noisy = EglifMultirec { lambda_0: 1.0, tau_v: 0.3, ..p };
    conforms_neuron_model("multirec with an escape rate", &Model::EglifMultirec(noisy.into()), 2, 0.8);
}

#[test]
fn cond_lif_conforms() {
    for shape in [SynapseShape::Exponential, SynapseShape::Alpha] {
        let model = Model::CondLif(CondLif { shape, tau_syn_ex: 1.0, ..CondLif::default() });
        conforms_neuron_model("cond_lif", &model, 2, 60.0);
        conforms_neuron_model("cond_lif, excited", &model, 1, 60.0);
    }
    conforms_neuron_model(
        "cond_lif, isolated",
        &Model::CondLif(CondLif { i_e: 500.0, ..CondLif::default() }),
        0,
        0.0,
    );
}

#[test]
fn generators_and_relays_conform() {
    conforms_neuron_model("poisson", &Model::Poisson(Poisson { rate_hz: 70.0 }), 0, 0.0);
    let rate = RateProfile::Steps(vec![(0.0, 70.0), (20.0, 0.0), (33.3, 20_000.0), (34.0, 5.0)]);
    let generator = PoissonGenerator { rate };
    conforms_neuron_model("poisson generator", &Model::PoissonGenerator(generator), 0, 0.0);
    let list: Vec<(f64, u32)> = vec![(0.0, 0), (35.7, 0), (35.7, 0), (100.0, 0)];
    conforms_neuron_model("spike times", &Model::SpikeTimes(list.into()), 0, 0.0);
    conforms_neuron_model("relay", &Model::Relay, 1, 1.0);
    conforms_neuron_model("spike source", &Model::SpikeSource, 0, 0.0);
}

#[test]
fn a_model_of_the_users_own_conforms() {
    conforms_neuron_model("counter", &Model::custom("counter", &[1.0], Counter), 1, 0.26);
}

#[test]
fn every_rule_conforms() {
    let pf_pc = Supervised::pf_pc(0.01, -0.05, 0.6);
    conforms_plasticity_rule("PF→PC", Rule::Supervised(pf_pc), true, 0.0, 0.6);
    let newer = Supervised { kernel: Kernel::SinExp { t0_ms: 100.0, tau_ms: 1000.0 }, ..pf_pc };
    conforms_plasticity_rule("PF→PC, newer kernel", Rule::Supervised(newer), true, 0.0, 0.6);
    conforms_plasticity_rule(
        "PF→MLI",
        Rule::Supervised(Supervised::pf_mli(-0.01, 0.05, 0.6)),
        true,
        0.0,
        0.6,
    );
    let cos_exp = CosExp { a_plus: 0.01, a_minus: -0.03, window_ms: 10.0, w_min: 0.05, w_max: 0.4 };
    conforms_plasticity_rule("MF→DCN", Rule::CosExp(cos_exp), true, 0.05, 0.4);
    let inhibitory = InhibitoryStdp {
        tau_plus_ms: 125.0,
        lambda: 5.0451,
        mu_plus: 0.552,
        mu_minus_ms: 195.6,
        w_min: 0.1,
        w_max: 2.0,
    };
    conforms_plasticity_rule("PC→DCN, inhibitory", Rule::InhibitoryStdp(inhibitory), false, 0.1, 2.0);
    let additive = AdditiveStdp { tau_plus_ms: 30.0, lambda: 0.1, alpha: 1.2, w_min: 0.1, w_max: 0.5 };
    conforms_plasticity_rule("PC→DCN, additive", Rule::AdditiveStdp(additive), false, 0.1, 0.5);
}
