//! Plasticity of stored simulations: weight trajectories under scripted spikes, and the weights of a run against those that
//! its spikes and the written-out laws give. Teachers act through a volume: once per step and cell.

mod legacy;

use legacy::{anatomy, closed_loop, fixed, plastic, run};
use lobule_cerebellum::open_loop::{OpenLoop, OpenLoopResult, SharedAnatomy, Snapshots, stored};
use lobule_cerebellum::stored::plan;
use lobule_exchange::{Distribution, Threads};
use lobule_scaffold::configuration::simulations;
use lobule_scaffold::{Anatomy, CellSites, ConnectionSet};
use lobule_signal::Quiet;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const DT_MS: f64 = 0.1;

/// A weight of each pair, nS.
type Weights = BTreeMap<(u32, u32), f64>;

/// Neurons that fired, by step; a relay may fire several times in one.
type Fired = BTreeMap<u64, Vec<u32>>;

fn sin_exp(delta: f64) -> f64 {
    let x = (delta - 150.0) / 1000.0;
    (-x).exp() * (std::f64::consts::TAU * x).sin().powi(20) / 1.2848
}

fn alpha(delta: f64) -> f64 {
    std::f64::consts::E * (-delta / 50.0) * (delta / 50.0).exp()
}

fn cos_exp(delta: f64) -> f64 {
    (-(0.4 * delta).abs()).exp() * (delta / 1000.0).cos().powi(2)
}

fn fired(result: &OpenLoopResult, label: &str) -> Fired {
    let train = result.spikes.iter().find(|s| s.label == label).unwrap();
    let mut fired = Fired::new();
    for (&step, &id) in train.steps.iter().zip(&train.ids) {
        fired.entry(step).or_default().push(id);
    }
    fired
}

fn weights(result: &OpenLoopResult, set: &str) -> Weights {
    let weights = result.weights.iter().find(|w| w.set == set).unwrap();
    weights.synapses.iter().map(|&(pre, post, w)| ((pre, post), f64::from(w))).collect()
}

/// Cells that a teaching set teaches in each step, each once.
fn taught(anatomy: &Anatomy, teaching: &str, teachers: &Fired) -> Fired {
    let set = anatomy.connections(teaching).unwrap();
    let mut taught = Fired::new();
    for (&step, ids) in teachers {
        let rows = set.pre.iter().zip(&set.post).filter(|(pre, _)| ids.contains(pre));
        let cells: BTreeSet<u32> = rows.map(|(_, post)| *post).collect();
        taught.insert(step, cells.into_iter().collect());
    }
    taught
}

/// A rule with a teacher: change with every presynaptic spike, and with each pair of a presynaptic and a teaching spike by their
/// distance t_pre − t_teacher.
struct Taught {
    set: &'static str,
    teaching: &'static str,
    pre: &'static str,
    teachers: &'static str,
    start: f64,
    a_pre: f64,
    a_teacher: f64,
    most: f64,
    kernel: fn(f64) -> f64,
    /// Distances that count, steps.
    window: std::ops::RangeInclusive<i64>,
}

impl Taught {
    /// The weights that spikes give, step by step: first presynaptic spikes, then teachers.
    fn weights(&self, anatomy: &Anatomy, result: &OpenLoopResult) -> Weights {
        let (pre, teachers) = (fired(result, self.pre), fired(result, self.teachers));
        let taught = taught(anatomy, self.teaching, &teachers);
        let set = anatomy.connections(self.set).unwrap();
        let mut weights = Weights::new();
        let end = (result.duration_ms / DT_MS).round() as i64;
        for (&i, &j) in set.pre.iter().zip(&set.post) {
            let times = |fired: &Fired, id: u32| -> Vec<i64> {
                let spikes = |(step, ids): (&u64, &Vec<u32>)| {
                    let n = ids.iter().filter(|other| **other == id).count();
                    std::iter::repeat_n(*step as i64, n)
                };
                fired.iter().flat_map(spikes).collect()
            };
            let (pres, taughts) = (times(&pre, i), times(&taught, j));
            let at = |delta: i64| {
                let counts = self.window.contains(&delta);
                if counts { (self.kernel)(delta as f64 * DT_MS) } else { 0.0 }
            };
            let mut w = self.start;
            let mut add = |by: f64| w = (w + by).clamp(0.0, self.most);
            for step in 0..end {
                for _ in pres.iter().filter(|s| **s == step) {
                    add(self.a_pre);
                    let before: f64 = taughts.iter().filter(|t| **t < step).map(|t| at(step - t)).sum();
                    add(self.a_teacher * before);
                }
                if taughts.binary_search(&step).is_ok() {
                    let before: f64 = pres.iter().filter(|s| **s <= step).map(|s| at(s - step)).sum();
                    add(self.a_teacher * before);
                }
            }
            weights.insert((i, j), w);
        }
        weights
    }
}

/// The sets with teachers of the tiny files.
fn taught_sets() -> [Taught; 4] {
    let before = -2000..=-1;
    let interneurons = |set, teaching| Taught {
        set,
        teaching,
        pre: "granule_cell",
        teachers: "io_cell",
        start: 0.3,
        a_pre: -0.001,
        a_teacher: 0.02,
        most: 2.0,
        kernel: alpha,
        window: before.clone(),
    };
    [
        Taught {
            set: "parallel_fiber_to_purkinje",
            teaching: "io_to_purkinje",
            start: 0.7,
            a_pre: 0.002,
            a_teacher: -0.05,
            most: 4.0,
            kernel: sin_exp,
            ..interneurons("", "")
        },
        interneurons("parallel_fiber_to_basket", "io_to_mli_io_to_basket_cell"),
        interneurons("parallel_fiber_to_stellate", "io_to_mli_io_to_stellate_cell"),
        Taught {
            set: "mossy_fibers_to_dcn_p",
            teaching: "purkinje_to_dcn_p",
            pre: "mossy_fiber",
            teachers: "purkinje_cell",
            start: 0.5,
            a_pre: 0.001,
            a_teacher: -0.002,
            most: 2.0,
            kernel: cos_exp,
            window: -100..=100,
        },
    ]
}

/// Purkinje cell to nucleus: each spike with the last one of the other side.
fn additive(anatomy: &Anatomy, result: &OpenLoopResult) -> Weights {
    let (tau, lambda, alpha, most) = (30.0, 0.1, 0.5, 2.0);
    let (pre, post) = (fired(result, "purkinje_cell"), fired(result, "dcn_p"));
    let set = anatomy.connections("purkinje_to_dcn_p").unwrap();
    let end = (result.duration_ms / DT_MS).round() as u64;
    let mut weights = Weights::new();
    for (&i, &j) in set.pre.iter().zip(&set.post) {
        let fires = |fired: &Fired, id: u32, step: u64| fired.get(&step).is_some_and(|ids| ids.contains(&id));
        let (mut w, mut last_pre, mut last_post) = (0.4f64, None, None);
        for step in 0..end {
            let decay = |last: u64| (-((step - last) as f64 * DT_MS) / tau).exp();
            if fires(&pre, i, step) {
                if let Some(last) = last_post {
                    w = (w - alpha * lambda * most * decay(last)).clamp(0.0, most);
                }
                last_pre = Some(step);
            }
            if fires(&post, j, step) {
                if let Some(last) = last_pre.filter(|last| *last < step) {
                    w = (w + lambda * most * decay(last)).clamp(0.0, most);
                }
                last_post = Some(step);
            }
        }
        weights.insert((i, j), w);
    }
    weights
}

fn compare(set: &str, found: &Weights, expected: &Weights, start: f64) {
    assert_eq!(found.len(), expected.len(), "{set}");
    let mut moved = 0;
    for (pair, expected) in expected {
        let is = found[pair];
        assert!((is - expected).abs() <= 1e-5 * expected.max(0.01), "{set} {pair:?}: {is} of {expected}");
        moved += usize::from((is - start).abs() > 1e-4);
    }
    assert!(moved > 0, "{set}: no weight moved");
}

/// A run of the plastic configuration inside the file, with its weights.
fn whole(anatomy: &Anatomy, seed: u64, threads: usize) -> OpenLoopResult {
    let what = OpenLoop { seed, threads, has_weights: true, ..OpenLoop::default() };
    run(anatomy, &closed_loop(&plastic("scaffold3_tiny")), &what).unwrap()
}

#[test]
fn the_weights_of_a_run_follow_from_its_spikes() {
    let anatomy = anatomy("scaffold3_tiny");
    let mut configuration = plastic("scaffold3_tiny");
    // A drive of the fibers, which the file has not, so that synapses onto the nuclei are at work.
    let devices = configuration["simulations"]["closed_loop"]["devices"].as_object_mut().unwrap();
    let fibers = json!({
        "device": "poisson_generator", "io": "input", "targetting": "cell_type", "cell_types": ["mossy_fibers"],
        "parameters": {"rate": 30.0},
    });
    devices.insert("fibers".into(), fibers);
    for seed in [1, 2] {
        let what = OpenLoop { seed, has_weights: true, ..OpenLoop::default() };
        let result = run(&anatomy, &closed_loop(&configuration), &what).unwrap();
        assert_eq!(result.weights.len(), 5);
        for rule in taught_sets() {
            let found = weights(&result, rule.set);
            compare(rule.set, &found, &rule.weights(&anatomy, &result), rule.start);
        }
        compare(
            "purkinje_to_dcn_p",
            &weights(&result, "purkinje_to_dcn_p"),
            &additive(&anatomy, &result),
            0.4,
        );
    }
}

#[test]
fn a_cell_without_teacher_only_potentiates_and_is_told() {
    let mut anatomy = anatomy("scaffold3_tiny");
    let set = anatomy.connections.iter_mut().find(|c| c.name == "io_to_purkinje").unwrap();
    let rows: Vec<(u32, u32)> = set.pre.iter().copied().zip(set.post.iter().copied()).collect();
    let kept: Vec<&(u32, u32)> = rows.iter().filter(|(_, post)| *post != 2).collect();
    assert!(kept.len() < rows.len() && !kept.is_empty());
    set.pre = kept.iter().map(|r| r.0).collect();
    set.post = kept.iter().map(|r| r.1).collect();
    (set.pre_site, set.post_site) = (Vec::new(), Vec::new());
    let result = whole(&anatomy, 3, 1);
    let weights = weights(&result, "parallel_fiber_to_purkinje");
    let of = |taught: bool| weights.iter().filter(move |((_, j), _)| (*j != 2) == taught).map(|(_, w)| *w);
    assert!(of(false).all(|w| w >= 0.7 - 1e-6) && of(false).any(|w| w > 0.7));
    assert!(of(true).any(|w| w < 0.69));
    let notes = result.left_out.join("\n");
    assert!(notes.contains("1 of 4 cells of `purkinje_cell`") && notes.contains("io_to_purkinje"), "{notes}");
}

#[test]
fn a_configuration_without_plasticity_moves_no_weight() {
    let anatomy = anatomy("scaffold3_tiny");
    let simulation = closed_loop(&fixed("scaffold3_tiny"));
    let circuit = plan(&anatomy, &simulation, None, 0).circuit(&anatomy).unwrap();
    assert!(circuit.projections().iter().all(|p| p.rule.is_none() && p.teacher.is_none()));
    let what = OpenLoop { has_weights: true, ..OpenLoop::default() };
    assert_eq!(run(&anatomy, &simulation, &what).unwrap().weights, []);
}

#[test]
fn threads_and_ranks_change_no_bit() {
    let anatomy = anatomy("scaffold3_tiny");
    let (one, two) = (whole(&anatomy, 5, 1), whole(&anatomy, 5, 2));
    assert_eq!((one.fingerprint, &one.spikes, &one.weights), (two.fingerprint, &two.spikes, &two.weights));
    let simulation = closed_loop(&plastic("scaffold3_tiny"));
    let what = OpenLoop { seed: 5, has_weights: true, ..OpenLoop::default() };
    let several = Threads::each(3, Distribution::RoundRobin, |ranks| {
        stored(&mut SharedAnatomy::whole(anatomy.clone()), &simulation, &what, &Quiet, &ranks).unwrap()
    });
    assert!(several.iter().all(|r| r.fingerprint == one.fingerprint && r.weights == one.weights));
    assert_eq!(several[0].spikes, one.spikes);
    assert_ne!(whole(&anatomy, 6, 1).weights, one.weights);
}

#[test]
fn a_resumed_run_ends_with_the_same_weights() {
    let (anatomy, folder) = (anatomy("scaffold3_tiny"), tempfile::tempdir().unwrap());
    let state = folder.path().join("half.state");
    let simulation = closed_loop(&plastic("scaffold3_tiny"));
    let part = |duration_ms: f64, snapshots: Snapshots| {
        let what = OpenLoop {
            duration_ms: Some(duration_ms),
            seed: 9,
            has_weights: true,
            snapshots,
            ..OpenLoop::default()
        };
        run(&anatomy, &simulation, &what).unwrap()
    };
    let whole = part(500.0, Snapshots::default());
    let half = part(255.0, Snapshots { to: Some(state.clone()), ..Snapshots::default() });
    assert_ne!(half.weights, whole.weights);
    let rest = part(500.0, Snapshots { from: Some(state), ..Snapshots::default() });
    assert_eq!((rest.fingerprint, rest.weights), (whole.fingerprint, whole.weights));
}

/// A network of relays onto one large cell of each type that learns, with one row in each set.
fn script() -> (Anatomy, Value) {
    let types = ["granule_cell", "io_cell", "purkinje_cell", "basket_cell", "mossy_fiber", "dcn_p"];
    let cells = |name: &str| CellSites {
        cell_type: name.into(),
        positions: vec![[5.0, 5.0, 5.0]],
        ..CellSites::default()
    };
    let set = |name: &str, pre: &str, post: &str| ConnectionSet {
        name: name.into(),
        pre_type: pre.into(),
        post_type: post.into(),
        pre: vec![0],
        post: vec![0],
        ..ConnectionSet::default()
    };
    let anatomy = Anatomy {
        size: [10.0; 3],
        cells: types.map(cells).into(),
        connections: vec![
            set("parallel_fiber_to_purkinje", "granule_cell", "purkinje_cell"),
            set("io_to_purkinje", "io_cell", "purkinje_cell"),
            set("parallel_fiber_to_basket", "granule_cell", "basket_cell"),
            set("io_to_mli_io_to_basket_cell", "io_cell", "basket_cell"),
            set("mossy_fibers_to_dcn_p", "mossy_fiber", "dcn_p"),
            set("io_to_dcn_p", "io_cell", "dcn_p"),
        ],
        ..Anatomy::default()
    };
    let relay = json!({"neuron_model": "parrot_neuron"});
    let cell = json!({"iaf_cond_alpha": {"C_m": 1e6, "g_L": 1e3, "E_L": -70.0}});
    let still = json!({"connection": {"weight": 0.0, "delay": 1.0}});
    let taught = |model: &str, weight: f64, minus: f64, plus: f64, teaching: &str| {
        let block = json!({"A_minus": minus, "A_plus": plus, "Wmin": 0.0, "Wmax": 4.0});
        json!({
            "connection": {"weight": weight, "delay": 5.0}, "synapse": {model: block}, "synapse_model": model,
            "plastic": true, "hetero": true, "teaching": teaching,
        })
    };
    let spikes = |cell_type: &str, times: &[f64]| {
        json!({
            "device": "spike_generator", "io": "input", "targetting": "cell_type", "cell_types": [cell_type],
            "parameters": {"spike_times": times},
        })
    };
    let configuration = json!({
        "connection_types": {}, "network_architecture": {}, "simulations": {"script": {
            "simulator": "nest", "duration": 300.0, "default_neuron_model": "iaf_cond_alpha",
            "cell_models": {
                "granule_cell": relay, "io_cell": relay, "purkinje_cell": cell, "basket_cell": cell, "dcn_cell": cell,
            },
            "entities": {"mossy_fibers": {"device": "parrot_neuron"}},
            "connection_models": {
                "parallel_fiber_to_purkinje": taught("stdp_synapse_sinexp", 0.7, -0.05, 0.002, "io_to_purkinje"),
                "io_to_purkinje": still,
                "parallel_fiber_to_basket": taught("stdp_synapse_alpha", 0.3, -0.001, 0.02, "io_to_basket"),
                "io_to_basket": still,
                "mossy_to_dcn": taught("stdp_synapse_cosexp", 0.5, -0.002, 0.001, "io_to_dcn"),
                "io_to_dcn": still,
            },
            // Spikes arrive, and relays fire, 1 ms later.
            "devices": {
                "fibers": spikes("granule_cell", &[99.0, 149.0]),
                "climbing": spikes("io_cell", &[199.0]),
                "mossy": spikes("mossy_fibers", &[189.0, 194.0, 199.0, 200.0, 204.0]),
            },
        }},
    });
    (anatomy, configuration)
}

#[test]
fn scripted_spikes_give_the_published_weight_trajectories() {
    let (anatomy, configuration) = script();
    let simulation = simulations(&configuration).remove(0);
    let at = |ms: f64, set: &str| {
        let what = OpenLoop { duration_ms: Some(ms), has_weights: true, ..OpenLoop::default() };
        weights(&run(&anatomy, &simulation, &what).unwrap(), set)[&(0, 0)]
    };
    // sin-exp: K(−100) = 0.999397, K(−50) = 0.348458.
    for (ms, expected) in
        [(90.0, 0.7), (110.0, 0.702), (160.0, 0.704), (195.0, 0.704), (210.0, 0.636_607), (300.0, 0.636_607)]
    {
        let w = at(ms, "parallel_fiber_to_purkinje");
        assert!((w - expected).abs() < 1e-6, "{w} at {ms} ms");
    }
    // Alpha: 0.735759 at −100 ms, 1 at −50 ms.
    for (ms, expected) in [(110.0, 0.299), (160.0, 0.298), (210.0, 0.298 + 0.02 * 1.735_759)] {
        let w = at(ms, "parallel_fiber_to_basket");
        assert!((w - expected).abs() < 1e-6, "{w} at {ms} ms");
    }
    // cos-exp at −10, −5, 0, 1 and 5 ms.
    let before = 0.018_314 + 0.135_332 + 1.0;
    for (ms, expected) in [
        (199.0, 0.502),
        (200.0, 0.503 - 0.002 * before),
        (201.0, 0.504 - 0.002 * (before + 0.670_319)),
        (205.0, 0.505 - 0.002 * (before + 0.670_319 + 0.135_332)),
    ] {
        let w = at(ms, "mossy_fibers_to_dcn_p");
        assert!((w - expected).abs() < 1e-6, "{w} at {ms} ms");
    }
}

#[test]
fn a_set_of_bsb_8_learns_from_the_teacher_that_its_model_names() {
    let (anatomy, _) = script();
    let relay = json!({"model": "parrot_neuron"});
    let spikes = |cell_type: &str, times: &[f64]| {
        json!({
            "device": "external", "nest_model": "spike_generator", "weight": 1, "delay": 1,
            "constants": {"spike_times": times},
            "targetting": {"strategy": "cell_model", "cell_models": [cell_type]},
        })
    };
    let plastic = json!({
        "model": "stdp_synapse_sinexp", "weight": 0.7, "delay": 5, "A_plus": 0.002, "A_minus": -0.05, "Wmax": 4,
    });
    let node = json!({
        "simulator": "nest", "resolution": 0.1, "duration": 300.0,
        "cell_models": {
            "granule_cell": relay, "io": relay,
            "purkinje_cell": {"model": "iaf_cond_alpha", "constants": {"C_m": 1e6, "g_L": 1e3}},
        },
        "connection_models": {
            "parallel_fiber_to_purkinje": {"synapses": [plastic], "teaching": "io_to_purkinje"},
            "io_to_purkinje": {"synapses": [{"weight": 0, "delay": 1}]},
        },
        "devices": {"fibers": spikes("granule_cell", &[99.0, 149.0]), "climbing": spikes("io", &[199.0])},
    });
    let of = |node: &Value| simulations(&json!({"simulations": {"s": node}})).remove(0);
    let what = OpenLoop { has_weights: true, ..OpenLoop::default() };
    let result = run(&anatomy, &of(&node), &what).unwrap();
    let w = weights(&result, "parallel_fiber_to_purkinje")[&(0, 0)];
    assert!((w - 0.636_607).abs() < 1e-6, "{w}");

    let mut untaught = node.clone();
    untaught["connection_models"]["parallel_fiber_to_purkinje"].as_object_mut().unwrap().remove("teaching");
    let message = run(&anatomy, &of(&untaught), &what).unwrap_err().to_string();
    assert!(message.contains("teaching") && message.contains("stdp_synapse_sinexp"), "{message}");
    let mut fixed = node;
    fixed["connection_models"]["io_to_purkinje"]["teaching"] = json!("parallel_fiber_to_purkinje");
    let message = run(&anatomy, &of(&fixed), &what).unwrap_err().to_string();
    assert!(message.contains("none of its synapses learns"), "{message}");
}
