//! The neurons against NEST: the same spikes in, the same potential and the same spikes out.
//!
//! `validation/nest/traces.json` is what `validation/nest/traces.py` recorded; it holds parameters, input and
//! results of each case and the version of NEST.

mod common;

use common::{Script, play_and, simulation, spikes};
use lobule_circuit::models::{CondLif, Eglif, Receptor, SynapseShape};
use lobule_circuit::{Circuit, Connect, Model, Population, Projection, ShortTerm};
use serde_json::Value;

const TRACES: &str = include_str!("../../../validation/nest/traces.json");
/// Largest difference of V that is allowed, mV.
const TOLERANCE_MV: f64 = 0.05;

fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_else(|| panic!("`{key}` is missing in {value}"))
}

fn model(case: &Value) -> Model {
    let p = &case["parameters"];
    let n = |key: &str| number(p, key);
    match case["model"].as_str().unwrap() {
        "eglif" => Model::Eglif(Eglif {
            c_m: n("C_m"),
            tau_m: n("tau_m"),
            e_l: n("E_L"),
            v_th: n("V_th"),
            v_reset: n("V_reset"),
            v_min: n("V_min"),
            v_init: n("V_m"),
            t_ref: n("t_ref"),
            i_e: n("I_e"),
            k_adap: n("k_adap"),
            k_1: n("k_1"),
            k_2: n("k_2"),
            a1: n("A1"),
            a2: n("A2"),
            lambda_0: n("lambda_0"),
            tau_v: n("tau_V"),
            receptors: [("tau_syn1", 0.0), ("tau_syn2", -80.0), ("tau_syn3", 0.0), ("tau_syn4", -80.0)]
                .map(|(tau, e_rev)| Receptor { tau_syn: n(tau), e_rev, shape: SynapseShape::Alpha }),
            leak_is_published: true,
            threshold_is_hard: p["is_hard"].as_bool().unwrap_or(false),
        }),
        name => Model::CondLif(CondLif {
            c_m: n("C_m"),
            g_l: n("g_L"),
            e_l: n("E_L"),
            v_th: n("V_th"),
            v_reset: n("V_reset"),
            t_ref: n("t_ref"),
            e_ex: n("E_ex"),
            e_in: n("E_in"),
            tau_syn_ex: n("tau_syn_ex"),
            tau_syn_in: n("tau_syn_in"),
            i_e: p["I_e"].as_f64().unwrap_or(0.0),
            shape: match name {
                "iaf_cond_exp" => SynapseShape::Exponential,
                "iaf_cond_alpha" => SynapseShape::Alpha,
                other => panic!("no model `{other}`"),
            },
            v_init: None,
        }),
    }
}

/// Steps from a time of NEST, ms: the end of step k is (k + 1) dt.
fn step_ending_at(ms: f64, dt_ms: f64) -> u64 {
    (ms / dt_ms).round() as u64 - 1
}

#[test]
fn single_cells_follow_nest() {
    let traces: Value = serde_json::from_str(TRACES).unwrap();
    let (dt_ms, delay_ms) = (number(&traces, "dt_ms"), number(&traces, "delay_ms"));
    let steps = step_ending_at(number(&traces, "duration_ms"), dt_ms) + 1;
    let cases = traces["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 22);
    let mut total = 0;
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let weights = case["weights_ns"].as_array().unwrap();
        let mut circuit = Circuit::new();
        circuit.add_population(Population::new("source", weights.len(), Model::SpikeSource));
        circuit.add_population(Population::new("cell", 1, model(case)));
        for (r, w) in weights.iter().enumerate() {
            let mut projection = Projection::new(
                format!("receptor_{r}"),
                "source",
                "cell",
                Connect::List(vec![(r as u32, 0)].into()),
            )
            .weight(w.as_f64().unwrap() as f32)
            .delay_ms(delay_ms)
            .receptor(r + 1);
            if case["short_term"].is_array() {
                let p = &case["short_term"][r];
                let short_term = ShortTerm::new(number(p, "U"), number(p, "tau_rec"), number(p, "tau_fac"));
                projection = projection.short_term(short_term);
            }
            circuit.add_projection(projection);
        }
        let input: Script = case["input"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| (step_ending_at(s[0].as_f64().unwrap(), dt_ms), s[1].as_u64().unwrap() as u32 - 1))
            .collect();
        let v_nest: Vec<f64> =
            case["v_m_mv"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        let nest: Vec<u64> = case["spikes_ms"]
            .as_array()
            .unwrap()
            .iter()
            .map(|t| step_ending_at(t.as_f64().unwrap(), dt_ms))
            .collect();
        let mut simulation = simulation(&circuit, 1);
        simulation.record_spikes("cell").unwrap();
        let per_ms = (1.0 / dt_ms).round() as u64;
        let mut v = Vec::new();
        play_and(&mut simulation, &[("source", &input)], steps, |s| {
            assert_eq!(s.step() % per_ms, 0, "the potential is compared at the end of each interval");
            v.push(f64::from(s.variable("cell", "v_m").unwrap()[0]));
        });
        let ours: Vec<u64> = spikes(&simulation, "cell").iter().map(|s| s.0).collect();
        assert_eq!(ours.len(), nest.len(), "{name}: spikes at {ours:?}, NEST at {nest:?}");
        let latest = ours.iter().zip(&nest).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
        assert!(v_nest.len() + 1 >= v.len(), "NEST's meter gives every millisecond but the last");
        let worst = v.iter().zip(&v_nest).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        println!(
            "{name}: {} spikes, at most {latest} steps apart; V at most {worst:.1e} mV apart",
            ours.len()
        );
        assert!(latest <= 1, "{name}: spikes {latest} steps apart");
        assert!(worst <= TOLERANCE_MV, "{name}: V {worst} mV apart");
        total += ours.len();
    }
    assert!(total > 150, "{total} spikes compared: the drive is too weak to test anything");
}
