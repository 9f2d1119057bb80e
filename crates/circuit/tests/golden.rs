//! Golden recordings: the states of small fixed circuits after 200 ms, one for each kernel, as hashes beside a number
//! that can be read. A change of any bit of a kernel fails here; a hash is written anew only with a ∿ in the changelog.

mod common;

use common::{irregular, network, play};
use lobule_circuit::models::{CondLif, Eglif, EglifMultirec, SynapseShape};
use lobule_circuit::{
    Circuit, Connect, CurrentStimulus, GapJunctions, Model, Population, Projection, Simulation, Weight,
};

const CELLS: usize = 150;

/// Cells that are driven on every receptor; with `is_electric` also by a current and by their neighbors.
fn driven(model: Model, receptors: usize, weight: f32, is_electric: bool) -> (u64, usize) {
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("source", 60, Model::SpikeSource));
    circuit.add_population(Population::new("cell", CELLS, model));
    for r in 1..=receptors {
        circuit.add_projection(
            Projection::new(format!("receptor_{r}"), "source", "cell", Connect::FixedIndegree(3))
                .weight(weight)
                .receptor(r),
        );
    }
    if is_electric {
        circuit.add_current(CurrentStimulus {
            label: "step".into(),
            population: "cell".into(),
            neurons: (0..CELLS as u32).step_by(2).collect(),
            steps: vec![(20.0, 30.0), (90.0, -10.0)],
        });
        circuit.add_gap_junctions(GapJunctions {
            label: "gap".into(),
            population: "cell".into(),
            pairs: std::sync::Arc::new((1..CELLS as u32).map(|i| (i - 1, i)).collect()),
            conductance: Weight::Uniform(0.3),
        });
    }
    let mut simulation = Simulation::new(network(&circuit, 0.1, 7), 1).unwrap();
    simulation.record_spikes("cell").unwrap();
    play(&mut simulation, &[("source", &irregular(60, 80, 0, 1900, 3))], 2000);
    (simulation.state().fingerprint(), simulation.recorded_spikes("cell").unwrap().len())
}

#[test]
fn kernels_give_the_bits_they_have_always_given() {
    let eglif = |p: Eglif| Model::Eglif(p);
    let p = Eglif { i_e: 5.0, ..Eglif::default() };
    let membrane = Eglif { leak_is_published: false, threshold_is_hard: true, ..p };
    let m = EglifMultirec::default();
    let multirec = |p: EglifMultirec| Model::EglifMultirec(p.into());
    let noisy = EglifMultirec { lambda_0: 1.0, tau_v: 0.3, ..m };
    let lif =
        |shape| Model::CondLif(CondLif { shape, tau_syn_ex: 1.0, c_m: 60.0, g_l: 4.0, ..CondLif::default() });
    let cases = [
        ("eglif, alone", eglif(Eglif { i_e: 30.0, ..p }), 0, 0.0, false, (0xe73a_aa02_6311_baa7, 3750)),
        ("eglif, one receptor", eglif(p), 1, 0.8, false, (0xd412_51cd_05b0_6c5d, 12000)),
        ("eglif, four receptors", eglif(p), 4, 0.8, false, (0x6bc8_4a7b_1dde_d500, 1405)),
        (
            "eglif, hard threshold, gap junctions",
            eglif(membrane),
            3,
            0.8,
            true,
            (0x7982_488b_dee6_d6ef, 2281),
        ),
        ("eglif, gap junctions", eglif(p), 2, 0.8, true, (0x450b_f1f2_86f2_f0b8, 1063)),
        ("multirec", multirec(m), 3, 0.8, false, (0xc5ee_7cb0_7efb_1139, 310)),
        ("multirec, gap junctions", multirec(m), 3, 0.8, true, (0x0a3b_b5f1_d9f9_2f6a, 572)),
        ("multirec, escape noise", multirec(noisy), 2, 0.8, false, (0x7771_4657_3f0f_0556, 3171)),
        (
            "cond_lif, exponential",
            lif(SynapseShape::Exponential),
            2,
            9.0,
            false,
            (0x7201_de71_5d4e_fa0a, 1850),
        ),
        (
            "cond_lif, alpha, gap junctions",
            lif(SynapseShape::Alpha),
            1,
            9.0,
            true,
            (0x05d7_971b_06e2_63b8, 8154),
        ),
    ];
    for (name, model, receptors, weight, is_electric, golden) in cases {
        let (hash, spikes) = driven(model, receptors, weight, is_electric);
        println!("{name}: ({hash:#018x}, {spikes})");
        assert!(spikes > 50, "{name}: {spikes} spikes");
        assert_eq!((hash, spikes), golden, "{name}");
    }
}
