//! Configurations before BSB 4 that a network cannot honor: each is refused with set or device, value and remedy, and what is left out
//! is told.

mod legacy;

use legacy::{anatomy, closed_loop, plastic, run};
use lobule_cerebellum::open_loop::OpenLoop;
use lobule_cerebellum::stored::{Plan, plan};
use lobule_circuit::{Circuit, Connect, Projection, Weight};
use lobule_scaffold::Anatomy;
use lobule_scaffold::configuration::{ConnectionModel, Problem};
use serde_json::{Value, json};

const TINY: &str = "scaffold3_tiny";

/// The plastic configuration of the tiny file with one value of its simulation set, by JSON pointer.
fn with(pointer: &str, value: Value) -> Value {
    let mut configuration = plastic(TINY);
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let simulation = &mut configuration["simulations"]["closed_loop"];
    match value {
        Value::Null => drop(simulation.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name)),
        value => simulation.pointer_mut(parent).unwrap()[name] = value,
    }
    configuration
}

fn planned(anatomy: &Anatomy, configuration: &Value) -> Plan {
    plan(anatomy, &closed_loop(configuration), None, 3)
}

/// A message with all words, and no circuit.
#[track_caller]
fn refused_in(anatomy: &Anatomy, configuration: &Value, words: &[&str]) {
    let plan = planned(anatomy, configuration);
    let problems: Vec<String> = plan.problems.iter().map(ToString::to_string).collect();
    let is_it = |problem: &&String| words.iter().all(|word| problem.contains(word));
    assert!(problems.iter().any(|p| is_it(&p)), "{words:?}: {problems:#?}");
    assert!(run(anatomy, &closed_loop(configuration), &OpenLoop::default()).is_err());
}

#[track_caller]
fn refused(pointer: &str, value: Value, words: &[&str]) {
    refused_in(&anatomy(TINY), &with(pointer, value), words);
}

const PURKINJE: &str = "/connection_models/parallel_fiber_to_purkinje";

#[test]
fn a_teacher_that_is_none_is_named_with_its_set() {
    let teaching = format!("{PURKINJE}/teaching");
    refused(&teaching, json!("io_to_nowhere"), &["parallel_fiber_to_purkinje", "io_to_nowhere"]);
    refused(
        &teaching,
        json!("io_to_basket"),
        &["parallel_fiber_to_purkinje", "io_to_mli_io_to_basket_cell", "basket_cell"],
    );
    refused(&teaching, Value::Null, &["parallel_fiber_to_purkinje.teaching", "missing"]);
    // A set that the network lacks, and one without a row.
    let mut without = anatomy(TINY);
    without.connections.retain(|set| set.name != "io_to_purkinje");
    refused_in(&without, &plastic(TINY), &["parallel_fiber_to_purkinje", "io_to_purkinje"]);
    let mut empty = anatomy(TINY);
    let set = empty.connections.iter_mut().find(|set| set.name == "io_to_purkinje").unwrap();
    (set.pre, set.post) = (Vec::new(), Vec::new());
    (set.pre_site, set.post_site) = (Vec::new(), Vec::new());
    refused_in(&empty, &plastic(TINY), &["parallel_fiber_to_purkinje", "io_to_purkinje", "no connection"]);
}

#[test]
fn a_teacher_with_a_problem_of_its_own_is_told_once() {
    let anatomy = anatomy(TINY);
    let unknown = with("/connection_models/io_to_purkinje/synapse_model", json!("unknown_synapse"));
    let problems = planned(&anatomy, &unknown).problems;
    assert!(problems.len() == 1 && problems[0].what.contains("unknown_synapse"), "{problems:#?}");
}

#[test]
fn gap_junctions_and_sets_of_several_synapses_teach_nothing() {
    let anatomy = anatomy(TINY);
    let teacher = |model: &str, n: usize| {
        let mut simulation = closed_loop(&plastic(TINY));
        let is_it = |m: &&mut ConnectionModel| m.name == "io_to_purkinje";
        let teacher = simulation.connection_models.iter_mut().find(is_it).unwrap();
        teacher.synapses[0].model = model.into();
        teacher.synapses = vec![teacher.synapses[0].clone(); n];
        plan(&anatomy, &simulation, None, 3).problems
    };
    let says = |problems: &[Problem], word: &str| problems.iter().any(|p| p.what.contains(word));
    assert!(teacher("static_synapse", 1).is_empty());
    let several = teacher("static_synapse", 2);
    assert!(
        several.len() == 1 && says(&several, "`io_to_purkinje`, which has several synapses"),
        "{several:#?}"
    );

    let mut simulation = closed_loop(&plastic(TINY));
    let models = &mut simulation.connection_models;
    let rule = models.iter().find(|m| m.name == "parallel_fiber_to_purkinje").unwrap().synapses[0].clone();
    let model = |name: &str| models.iter().position(|m| m.name == name).unwrap();
    let (gap, taught) = (model("golgi_to_golgi"), model("parallel_fiber_to_golgi"));
    models[gap].synapses[0].model = "gap_junction".into();
    models[taught].synapses[0].model = rule.model;
    models[taught].synapses[0].constants = rule.constants;
    models[taught].synapses[0].teacher = Some("golgi_to_golgi".into());
    let gaps = plan(&anatomy, &simulation, None, 3).problems;
    assert!(says(&gaps, "`golgi_to_golgi`, which are gap junctions"), "{gaps:#?}");
}

#[test]
fn parameters_of_a_rule_that_runs_have_their_signs() {
    let sin_exp = format!("{PURKINJE}/synapse/stdp_synapse_sinexp");
    refused(
        &format!("{sin_exp}/A_minus"),
        json!(0.5),
        &["parallel_fiber_to_purkinje", "A_minus", "0.5", "0 or less"],
    );
    refused(&format!("{sin_exp}/A_minus"), Value::Null, &["A_minus", "left out", "1.5", "0 or less"]);
    refused(&format!("{sin_exp}/A_plus"), json!(-0.1), &["A_plus", "-0.1", "0 or more"]);
    refused(&format!("{sin_exp}/Wmax"), json!(-4.0), &["Wmax", "-4", "Wmin < Wmax"]);
    refused(&format!("{sin_exp}/tau"), json!(3), &["tau", "known are: A_plus"]);
    let nuclei = "/connection_models/purkinje_to_dcn/synapse/stdp_synapse";
    refused(&format!("{nuclei}/mu_plus"), json!(1.0), &["purkinje_to_dcn", "mu_plus", "is 1", "set it to 0"]);
    refused(&format!("{nuclei}/mu_minus"), Value::Null, &["mu_minus", "left out, which means 1"]);
    refused(&format!("{nuclei}/lambda_0"), json!(0.1), &["lambda_0", "known are: tau_plus, lambda"]);
    // Place-holders of models that are not chosen may have any sign.
    let other = with("/connection_models/io_to_dcn/synapse/stdp_synapse_cosexp", json!({"A_minus": 0.5}));
    assert_eq!(planned(&anatomy(TINY), &other).problems, []);
}

#[test]
fn a_plastic_set_has_one_row_for_each_pair() {
    let mut repeated = anatomy(TINY);
    let set = repeated.connections.iter_mut().find(|set| set.name == "parallel_fiber_to_purkinje").unwrap();
    let n = set.len();
    set.pre.push(set.pre[0]);
    set.post.push(set.post[0]);
    (set.pre_site, set.post_site) = (Vec::new(), Vec::new());
    let rows = format!("{} rows", n + 1);
    refused_in(
        &repeated,
        &plastic(TINY),
        &["parallel_fiber_to_purkinje", "1 pairs", &rows, "static_synapse"],
    );
}

#[test]
fn receptors_and_devices_are_told_with_source_and_target() {
    let granule = "/cell_models/granule_cell/eglif_cond_alpha_multisyn/receptors";
    refused(
        &format!("{granule}/golgi_cell"),
        Value::Null,
        &["golgi_to_granule", "granule_cell", "golgi_cell"],
    );
    refused(
        &format!("{granule}/golgi_cell"),
        json!(5),
        &["granule_cell", "receptors.golgi_cell", "5", "1 to 4"],
    );
    refused(
        "/cell_models/granule_cell/eglif_cond_alpha_multisyn/receptors",
        Value::Null,
        &["golgi_to_granule", "`granule_cell`", "`golgi_cell`", "add `golgi_cell` to `receptors`"],
    );
    refused(
        "/devices/puff/connection_parameters/receptor_type",
        Value::Null,
        &["devices.puff", "io_cell", "1 to 4"],
    );
    refused("/devices/tone/targetting", json!("by_id"), &["devices.tone.targets", "missing"]);
    let mut by_id = with("/devices/tone/targetting", json!("by_id"));
    by_id["simulations"]["closed_loop"]["devices"]["tone"]["targets"] = json!([34]);
    refused_in(&anatomy(TINY), &by_id, &["devices.tone", "identifiers"]);
    let statement = "__import__('os').system('x')";
    refused(
        "/devices/puff/stimulus/statement",
        json!(statement),
        &["devices.puff", statement, "spike_times"],
    );
}

#[test]
fn drawn_numbers_that_no_synapse_can_have_are_refused() {
    let weight = "/connection_models/glomerulus_to_golgi/connection/weight";
    let normal = json!({"distribution": "normal", "mu": 0.5, "sigma": 2.0});
    refused(weight, normal.clone(), &["glomerulus_to_golgi.weight", "draws -", "`low`"]);
    let delay = "/connection_models/glomerulus_to_golgi/connection/delay";
    refused(delay, normal, &["glomerulus_to_golgi.delay", "draws -", "one step of 1 ms", "clip"]);
    // Beyond the numbers of 32 bits, of one delay and of drawn ones.
    let far = json!({"distribution": "lognormal", "mu": 50, "sigma": 50});
    refused(weight, far.clone(), &["glomerulus_to_golgi.weight", "draws ", "at most 1000000000"]);
    refused(
        "/connection_models/io_to_basket/connection/weight",
        far,
        &["io_to_basket.weight", "draws ", "at most 1000000000"],
    );
    let wide = json!({"distribution": "normal", "mu": 1, "sigma": 1e300});
    let plan = planned(&anatomy(TINY), &with(delay, wide));
    assert!(plan.problems[0].to_string().len() < 250, "{}", plan.problems[0]);
}

/// The parts of a set.
fn parts<'a>(circuit: &'a Circuit, set: &str) -> Vec<&'a Projection> {
    let of_set = |p: &&Projection| p.label.split('@').next() == Some(set);
    circuit.projections().iter().filter(of_set).collect()
}

/// (pair, weight, delay) of the synapses of a set.
fn synapses(circuit: &Circuit, set: &str) -> Vec<((u32, u32), f32, f64)> {
    let mut all = Vec::new();
    for p in parts(circuit, set) {
        let Connect::List(list) = &p.connect else { panic!("{set}") };
        for (k, pair) in list.iter().enumerate() {
            let weight = match &p.weight {
                Weight::Uniform(w) => *w,
                Weight::PerSynapse(weights) => weights[k],
            };
            all.push((*pair, weight, p.delay_ms));
        }
    }
    all.sort_by(|a, b| a.0.cmp(&b.0).then(a.2.total_cmp(&b.2)));
    all
}

#[test]
fn drawn_weights_have_the_sign_that_chose_the_receptor_and_depend_on_the_seed() {
    let anatomy = anatomy(TINY);
    let clipped =
        |mu: f64, bound: &str| json!({"distribution": "normal_clipped", "mu": mu, "sigma": 0.05, bound: 0.0});
    let of = |configuration: &Value, seed| {
        let plan = plan(&anatomy, &closed_loop(configuration), None, seed);
        assert_eq!(plan.problems, []);
        plan.circuit(&anatomy).unwrap()
    };
    // With receptors the mean has no sign, as in the original.
    let eglif = with("/connection_models/golgi_to_granule/connection/weight", clipped(-0.25, "low"));
    let all = synapses(&of(&eglif, 1), "golgi_to_glomerulus");
    let mean = all.iter().map(|s| f64::from(s.1)).sum::<f64>() / 227.0;
    assert!((mean - 0.25).abs() < 0.01 && all.iter().all(|s| s.1 > 0.0), "{mean}");
    assert_eq!(all, synapses(&of(&eglif, 1), "golgi_to_glomerulus"));
    assert_ne!(all, synapses(&of(&eglif, 2), "golgi_to_glomerulus"));
    // Without, a negative one inhibits.
    let mut iaf = with("/default_neuron_model", json!("iaf_cond_alpha"));
    let simulation = &mut iaf["simulations"]["closed_loop"];
    simulation["connection_models"]["golgi_to_granule"]["connection"]["weight"] = clipped(-0.25, "high");
    simulation["devices"]["puff"]["connection_parameters"].as_object_mut().unwrap().remove("receptor_type");
    let circuit = of(&iaf, 1);
    assert!(parts(&circuit, "golgi_to_glomerulus").iter().all(|p| p.receptor == 2));
    let mean = synapses(&circuit, "golgi_to_glomerulus").iter().map(|s| f64::from(s.1)).sum::<f64>() / 227.0;
    assert!((mean - 0.25).abs() < 0.01, "{mean}");
    let with_weight = |weight| with("/connection_models/golgi_to_granule/connection/weight", weight);
    let wrong = with_weight(clipped(0.01, "high"));
    assert!(planned(&anatomy, &wrong).problems[0].what.contains("other sign"));
    let far = with_weight(clipped(-0.25, "high"));
    assert!(planned(&anatomy, &far).problems[0].what.contains("hardly any of its numbers"));
}

#[test]
fn drawn_delays_are_whole_stored_steps_and_each_row_has_its_own() {
    let anatomy = anatomy(TINY);
    for (resolution, step) in [(json!(1.0), 1.0), (json!(0.5), 0.5), (Value::Null, 1.0)] {
        let circuit = planned(&anatomy, &with("/resolution", resolution)).circuit(&anatomy).unwrap();
        let all = synapses(&circuit, "io_to_mli_io_to_basket_cell");
        let set = anatomy.connections("io_to_mli_io_to_basket_cell").unwrap();
        assert_eq!((all.len(), set.pairs().len()), (11, 8));
        let mut rows: Vec<(u32, u32)> = set.pre.iter().copied().zip(set.post.iter().copied()).collect();
        rows.sort_unstable();
        assert_eq!(all.iter().map(|s| s.0).collect::<Vec<_>>(), rows);
        assert!(all.iter().all(|s| s.1 == 1.0 && s.2 >= 40.0 && s.2 < 120.0));
        assert!(all.iter().all(|s| (s.2 / step - (s.2 / step).round()).abs() < 1e-9), "{all:?}");
        // One projection for each delay, and one for the transmitter of the set that it teaches.
        let delays: std::collections::BTreeSet<u64> = all.iter().map(|s| (s.2 * 1e3) as u64).collect();
        assert_eq!(parts(&circuit, "io_to_mli_io_to_basket_cell").len(), delays.len());
    }
}

#[test]
fn what_a_configuration_names_and_the_network_lacks_is_left_out_with_a_note() {
    let mut anatomy = anatomy(TINY);
    anatomy.connections.retain(|set| set.name != "golgi_to_golgi");
    let plan = planned(&anatomy, &with("/connection_models/purkinje_to_dcn_interneuron", Value::Null));
    assert_eq!(plan.problems, []);
    let notes = plan.notes.join("\n");
    for words in ["`golgi_to_golgi`", "purkinje_to_dcn_i", "stored step is 1 ms", "tau_minus of the cell"] {
        assert!(notes.contains(words), "{words}: {notes}");
    }
}
