//! Stored simulations at the times of NEST 3.10, which was measured: initial potentials, refractory periods and delays off the grid,
//! synapses shorter than the step. NEST writes the end of a step, lobule its begin.

use lobule_cerebellum::open_loop::{OpenLoop, OpenLoopResult, SharedAnatomy, stored};
use lobule_cerebellum::{Error, stored::plan};
use lobule_exchange::Ranks;
use lobule_scaffold::configuration::{StoredSimulation, simulations};
use lobule_scaffold::{Anatomy, CellSites, ConnectionSet};
use lobule_signal::Quiet;
use serde_json::{Value, json};

/// Two relays, each onto three cells.
fn anatomy() -> Anatomy {
    let cells = |cell_type: &str, n| CellSites {
        cell_type: cell_type.into(),
        positions: vec![[50.0; 3]; n],
        ..CellSites::default()
    };
    let set = ConnectionSet {
        name: "src_to_tgt".into(),
        pre_type: "src".into(),
        post_type: "tgt".into(),
        pre: vec![0, 0, 0, 1, 1, 1],
        post: vec![0, 1, 2, 0, 1, 2],
        ..ConnectionSet::default()
    };
    let cells = vec![cells("src", 2), cells("tgt", 3)];
    Anatomy { size: [100.0; 3], cells, connections: vec![set], ..Anatomy::default() }
}

fn node(model: &str, constants: Value, resolution: f64, weight: f64, delay: f64) -> Value {
    let on = |cells: &str| json!({"strategy": "cell_model", "cell_models": [cells]});
    json!({
        "simulator": "nest", "duration": 50, "resolution": resolution,
        "cell_models": {"src": {"model": "parrot_neuron"}, "tgt": {"model": model, "constants": constants}},
        "connection_models": {"src_to_tgt": {"synapses": [{"model": "static_synapse", "weight": weight, "delay": delay}]}},
        "devices": {
            "stimulus": {
                "device": "external", "nest_model": "spike_generator", "weight": 1.0, "delay": 1.0,
                "targetting": on("src"), "constants": {"spike_times": [5.0, 10.0]},
            },
        },
    })
}

fn simulation(node: Value) -> StoredSimulation {
    simulations(&json!({"simulations": {"s": node}})).remove(0)
}

fn run(node: Value) -> Result<OpenLoopResult, Error> {
    let mut shared = SharedAnatomy::whole(anatomy());
    stored(&mut shared, &simulation(node), &OpenLoop::default(), &Quiet, &Ranks::alone())
}

/// Times at which the first cell fires, ms.
fn times(node: Value) -> Vec<f64> {
    let result = run(node).unwrap();
    let train = result.spikes.iter().find(|s| s.label == "tgt").unwrap();
    let own = train.steps.iter().zip(&train.ids).filter(|(_, id)| **id == 0);
    own.map(|(step, _)| (*step as f64 * result.dt_ms * 1e4).round() / 1e4).collect()
}

#[test]
fn cells_start_at_their_potential_and_rest_at_another() {
    let started = json!({"V_m": -58.0, "t_ref": 2.0, "I_e": 260.0});
    assert_eq!(times(node("iaf_cond_alpha", started, 0.1, 20.0, 1.0)), [7.2, 12.6, 48.2]);
    let resting = json!({"E_L": -65.0, "t_ref": 2.0, "I_e": 200.0});
    assert_eq!(times(node("iaf_cond_exp", resting, 0.1, 20.0, 1.0)), [23.4, 44.2]);
}

#[test]
fn refractory_periods_off_the_grid_end_with_a_whole_step() {
    let coarse = times(node("iaf_cond_alpha", json!({"t_ref": 1.2, "I_e": 1500.0}), 1.0, 20.0, 1.0));
    assert_eq!(coarse, (0..16).map(|k| f64::from(2 + 3 * k)).collect::<Vec<_>>());
    let fine = times(node("iaf_cond_exp", json!({"t_ref": 1.04, "I_e": 1500.0}), 0.1, 20.0, 1.0));
    assert_eq!((fine.len(), &fine[..6], fine[22]), (23, &[2.7, 4.8, 6.9, 9.0, 11.1, 13.1][..], 48.8));
}

#[test]
fn a_synapse_of_a_tenth_of_a_step_acts_with_its_charge() {
    let short = json!({"tau_syn_ex": 0.01, "t_ref": 2.0, "I_e": 300.0});
    assert_eq!(times(node("iaf_cond_exp", short, 0.1, 400.0, 1.0)), [19.0, 35.8]);
}

#[test]
fn delays_are_rounded_to_the_nearest_step_with_a_note() {
    // NEST: 1.04 and 1.049 are 1.0 ms, 1.05 and 1.06 are 1.1 ms, 0.05 is a step.
    for (delay, rounded) in
        [(1.0, 1.0), (1.04, 1.0), (1.049, 1.0), (1.05, 1.1), (1.06, 1.1), (1.15, 1.2), (0.05, 0.1)]
    {
        let plan = plan(&anatomy(), &simulation(node("iaf_cond_exp", json!({}), 0.1, 20.0, delay)), None, 0);
        assert!(plan.problems.is_empty(), "{:?}", plan.problems);
        let circuit = plan.circuit(&anatomy()).unwrap();
        let projection = circuit.projections().iter().find(|p| p.label == "src_to_tgt").unwrap();
        assert!((projection.delay_ms - rounded).abs() < 1e-12, "{delay}: {}", projection.delay_ms);
        let is_noted = plan.notes.iter().any(|n| n.contains("synapses.0.delay") && n.contains("rounded"));
        assert_eq!(is_noted, delay != rounded, "{delay}: {:?}", plan.notes);
    }
}

#[test]
fn delays_and_times_out_of_range_are_problems_with_key_value_and_range() {
    let says = |node: Value, key: &str, words: &[&str]| {
        let plan = plan(&anatomy(), &simulation(node.clone()), None, 0);
        let problem = plan.problems.iter().find(|p| p.key == format!("simulations.s.{key}"));
        let problem = problem.unwrap_or_else(|| panic!("no problem at `{key}`: {:#?}", plan.problems));
        words.iter().for_each(|w| assert!(problem.what.contains(w), "{problem}: `{w}` is missing"));
        assert!(matches!(run(node), Err(Error::Stored { .. })));
    };
    // Below a step of this simulation; beyond what any file may ask for.
    let most = "up to 10000 ms";
    for (delay, text, range) in
        [(0.04, "0.04", "0.1..100000 ms"), (1e10, "10000000000", most), (1e18, "1e+18", most)]
    {
        let far = node("iaf_cond_exp", json!({}), 0.1, 20.0, delay);
        says(far, "connection_models.src_to_tgt.synapses.0.delay", &[text, range]);
        let mut far = node("iaf_cond_exp", json!({}), 0.1, 20.0, 1.0);
        far["devices"]["stimulus"]["delay"] = json!(delay);
        says(far, "devices.stimulus.delay", &[text, range]);
    }
    let mut late = node("iaf_cond_exp", json!({}), 0.1, 20.0, 1.0);
    late["devices"]["stimulus"]["constants"]["spike_times"] = json!([1e300]);
    says(late, "devices.stimulus.constants.spike_times", &["1e300"]);
    let mut long = node("iaf_cond_exp", json!({}), 0.1, 20.0, 1.0);
    long["duration"] = json!(1e18);
    says(long, "duration", &["86400000 ms"]);
    let mut off = node("iaf_cond_exp", json!({}), 0.1, 20.0, 1.0);
    off["devices"]["noise"] = json!({
        "device": "poisson_generator", "rate": 100, "start": 10.04, "weight": 1, "delay": 1,
        "targetting": {"strategy": "cell_model", "cell_models": ["src"]},
    });
    // NEST: "start must be a multiple of the simulation resolution".
    says(off, "devices.noise.start", &["10.04", "multiple"]);
}

#[test]
fn times_within_half_a_tic_of_the_grid_are_on_it() {
    let mut near = node("iaf_cond_exp", json!({}), 0.1, 20.0, 1.0);
    near["devices"]["stimulus"]["constants"]["spike_times"] = json!([5.0004, 10.0]);
    let result = run(near).unwrap();
    let relays = result.spikes.iter().find(|s| s.label == "src").unwrap();
    assert_eq!(relays.steps, [59, 59, 109, 109]);
}
