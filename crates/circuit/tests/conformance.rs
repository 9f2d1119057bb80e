//! All models and rules of this crate, and one of a user's own, keep what [`lobule_circuit::conforms`] demands. A new
//! model or rule is one more line.

mod common;

use lobule_circuit::models::{
    BlockStep, CondLif, Eglif, EglifMultirec, LocalSpike, NeuronModel, Poisson, PoissonGenerator,
    RateProfile, SynapseShape, Variable,
};
use lobule_circuit::plasticity::{AdditiveStdp, CosExp, InhibitoryStdp, Kernel, Rule, Supervised};
use lobule_circuit::{Model, conforms};

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
        conforms::neuron_model(label, &Model::Eglif(p), 4, (0.03 * p.c_m) as f32);
    }
}

#[test]
fn variants_of_eglif_conform() {
    let p = Eglif { i_e: 5.0, ..Eglif::default() };
    conforms::neuron_model("isolated", &Model::Eglif(Eglif { i_e: 30.0, ..p }), 0, 0.0);
    conforms::neuron_model("hard threshold", &Model::Eglif(Eglif { threshold_is_hard: true, ..p }), 4, 1.0);
    conforms::neuron_model("membrane sign", &Model::Eglif(Eglif { leak_is_published: false, ..p }), 3, 2.0);
    let mut exponential = p;
    exponential.receptors.iter_mut().for_each(|r| r.shape = SynapseShape::Exponential);
    conforms::neuron_model("exponential", &Model::Eglif(exponential), 1, 1.0);
}

#[test]
fn multirec_eglif_conforms() {
    let p = EglifMultirec::default();
    conforms::neuron_model("multirec", &Model::EglifMultirec(p.into()), 3, 0.8);
    conforms::neuron_model(
        "multirec, isolated",
        &Model::EglifMultirec(EglifMultirec { i_e: 30.0, ..p }.into()),
        0,
        0.0,
    );
    let noisy = EglifMultirec { lambda_0: 1.0, tau_v: 0.3, ..p };
    conforms::neuron_model("multirec with an escape rate", &Model::EglifMultirec(noisy.into()), 2, 0.8);
}

#[test]
fn cond_lif_conforms() {
    for shape in [SynapseShape::Exponential, SynapseShape::Alpha] {
        let model = Model::CondLif(CondLif { shape, tau_syn_ex: 1.0, ..CondLif::default() });
        conforms::neuron_model("cond_lif", &model, 2, 60.0);
        conforms::neuron_model("cond_lif, excited", &model, 1, 60.0);
    }
    conforms::neuron_model(
        "cond_lif, isolated",
        &Model::CondLif(CondLif { i_e: 500.0, ..CondLif::default() }),
        0,
        0.0,
    );
}

#[test]
fn generators_and_relays_conform() {
    conforms::neuron_model("poisson", &Model::Poisson(Poisson { rate_hz: 70.0 }), 0, 0.0);
    let rate = RateProfile::Steps(vec![(0.0, 70.0), (20.0, 0.0), (33.3, 20_000.0), (34.0, 5.0)]);
    let generator = PoissonGenerator { rate };
    conforms::neuron_model("poisson generator", &Model::PoissonGenerator(generator), 0, 0.0);
    let list: Vec<(f64, u32)> = vec![(0.0, 0), (35.7, 0), (35.7, 0), (100.0, 0)];
    conforms::neuron_model("spike times", &Model::SpikeTimes(list.into()), 0, 0.0);
    conforms::neuron_model("relay", &Model::Relay, 1, 1.0);
    conforms::neuron_model("spike source", &Model::SpikeSource, 0, 0.0);
}

#[test]
fn a_model_of_the_users_own_conforms() {
    conforms::neuron_model("counter", &Model::custom("counter", &[1.0], Counter), 1, 0.26);
}

#[test]
fn every_rule_conforms() {
    let pf_pc = Supervised::pf_pc(0.01, -0.05, 0.6);
    conforms::plasticity_rule("PF→PC", Rule::Supervised(pf_pc), true, 0.0..=0.6);
    let newer = Supervised { kernel: Kernel::SinExp { t0_ms: 100.0, tau_ms: 1000.0 }, ..pf_pc };
    conforms::plasticity_rule("PF→PC, newer kernel", Rule::Supervised(newer), true, 0.0..=0.6);
    conforms::plasticity_rule(
        "PF→MLI",
        Rule::Supervised(Supervised::pf_mli(-0.01, 0.05, 0.6)),
        true,
        0.0..=0.6,
    );
    let cos_exp = CosExp { a_plus: 0.01, a_minus: -0.03, window_ms: 10.0, w_min: 0.05, w_max: 0.4 };
    conforms::plasticity_rule("MF→DCN", Rule::CosExp(cos_exp), true, 0.05..=0.4);
    let inhibitory = InhibitoryStdp {
        tau_plus_ms: 125.0,
        lambda: 5.0451,
        mu_plus: 0.552,
        mu_minus_ms: 195.6,
        w_min: 0.1,
        w_max: 2.0,
    };
    conforms::plasticity_rule("PC→DCN, inhibitory", Rule::InhibitoryStdp(inhibitory), false, 0.1..=2.0);
    let additive = AdditiveStdp { tau_plus_ms: 30.0, lambda: 0.1, alpha: 1.2, w_min: 0.1, w_max: 0.5 };
    conforms::plasticity_rule("PC→DCN, additive", Rule::AdditiveStdp(additive), false, 0.1..=0.5);
}
