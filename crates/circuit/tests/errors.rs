//! Every mistake a user can make has an error that names the culprit, its value
//! and what is allowed; all mistakes of a description are found in `compile`.

mod common;

use common::{network, simulation};
use lobule_circuit::models::{CondLif, Eglif, Poisson, Receptor};
use lobule_circuit::plasticity::{AdditiveStdp, CosExp, InhibitoryStdp, Kernel, Rule, Supervised};
use lobule_circuit::{
    Circuit, CompileError, Connect, Model, Population, Projection, RunError, Simulation, Weight,
};
use lobule_signal::{Clock, ClockError, Parameter};

/// A valid circuit: `pf` sources → `pc` cells (plastic, taught by `cf`), `io` → `pc`, `pf` → relays `glom`.
fn circuit() -> (Vec<Population>, Vec<Projection>) {
    let populations = vec![
        Population::new("pf", 10, Model::SpikeSource),
        Population::new("io", 2, Model::Poisson(Poisson { rate_hz: 5.0 })),
        Population::new("pc", 4, Model::Eglif(Eglif::default())),
        Population::new("glom", 10, Model::Relay),
    ];
    let projections = vec![
        Projection::new("pf_pc", "pf", "pc", Connect::AllToAll)
            .weight(0.3)
            .plastic(Rule::Supervised(Supervised::pf_pc(0.01, -0.1, 0.6)))
            .taught_by("cf"),
        Projection::new("cf", "io", "pc", Connect::FixedIndegree(1)).receptor(3),
        Projection::new("mf", "pf", "glom", Connect::OneToOne),
    ];
    (populations, projections)
}

/// Compiles the valid circuit after a change.
fn compile(change: impl FnOnce(&mut Vec<Population>, &mut Vec<Projection>)) -> Result<(), CompileError> {
    let (mut populations, mut projections) = circuit();
    change(&mut populations, &mut projections);
    let mut circuit = Circuit::new();
    for population in populations {
        circuit.add_population(population);
    }
    for projection in projections {
        circuit.add_projection(projection);
    }
    circuit.compile(Clock::new(0.1).unwrap(), 1).map(|_| ())
}

/// The error after a change, and that its message says all of `words`.
fn refused(words: &[&str], change: impl FnOnce(&mut Vec<Population>, &mut Vec<Projection>)) -> CompileError {
    let error = compile(change).expect_err(&format!("it must be refused: {words:?}"));
    let message = error.to_string();
    for word in words {
        assert!(message.contains(word), "`{message}` does not say `{word}`");
    }
    println!("{message}");
    error
}

#[test]
fn the_circuit_of_these_tests_compiles() {
    compile(|_, _| {}).unwrap();
}

#[test]
fn labels_are_unique() {
    let error = refused(&["population label `pc`", "twice"], |p, _| p[0].label = "pc".into());
    assert!(matches!(error, CompileError::DuplicateLabel { kind: "population", .. }));
    let error = refused(&["projection label `cf`", "twice"], |_, p| p[2].label = "cf".into());
    assert!(matches!(error, CompileError::DuplicateLabel { kind: "projection", .. }));
}

#[test]
fn unknown_labels_come_with_the_known_ones() {
    let all = "pf, io, pc, glom";
    for (change, of) in [
        ((|p| p[2].pre = "mossy".into()) as fn(&mut Vec<Projection>), "projection `mf`"),
        (|p| p[0].post = "mossy".into(), "projection `pf_pc`"),
    ] {
        let error = refused(&[of, "no population `mossy`", all], |_, p| change(p));
        assert!(matches!(error, CompileError::UnknownLabel { kind: "population", .. }));
    }
    let error = refused(&["projection `pf_pc`", "no projection `io_pc`", "pf_pc, cf, mf"], |_, p| {
        p[0] = p[0].clone().taught_by("io_pc");
    });
    assert!(matches!(error, CompileError::UnknownLabel { kind: "projection", .. }));
}

/// Each row: what is set, the name in the message, the value in the message.
#[test]
fn parameters_of_neurons_out_of_range_are_refused() {
    type Change = fn(&mut Eglif);
    let eglif: [(Change, &str, &str); 21] = [
        (|p| p.c_m = 0.0, "c_m", "0"),
        (|p| p.c_m = f64::NAN, "c_m", "NaN"),
        (|p| p.tau_m = -3.0, "tau_m", "-3"),
        (|p| p.tau_m = 0.03, "tau_m", "0.03"),
        (|p| p.tau_v = 0.0, "tau_v", "0"),
        (|p| p.t_ref = -1.0, "t_ref", "-1"),
        (|p| p.k_1 = -0.1, "k_1", "-0.1"),
        (|p| p.k_2 = -0.1, "k_2", "-0.1"),
        (|p| p.k_adap = -0.1, "k_adap", "-0.1"),
        (|p| p.lambda_0 = -0.5, "lambda_0", "-0.5"),
        (|p| p.e_l = f64::INFINITY, "e_l", "inf"),
        (|p| p.v_th = f64::NAN, "v_th", "NaN"),
        (|p| p.i_e = f64::NEG_INFINITY, "i_e", "-inf"),
        (|p| p.a1 = f64::NAN, "a1", "NaN"),
        (|p| p.a2 = f64::NAN, "a2", "NaN"),
        (|p| p.v_reset = -41.0, "v_reset", "-41"),
        (|p| p.v_min = -60.0, "v_min", "-60"),
        (|p| p.v_init = -151.0, "v_init", "-151"),
        (|p| p.receptors[2] = Receptor { tau_syn: 0.0, ..p.receptors[2] }, "tau_syn", "0"),
        (|p| p.receptors[0] = Receptor { e_rev: f64::NAN, ..p.receptors[0] }, "e_rev", "NaN"),
        (|p| p.t_ref = f64::INFINITY, "t_ref", "inf"),
    ];
    for (change, name, value) in eglif {
        let mut p = Eglif::default();
        change(&mut p);
        let error =
            refused(&["population `pc`", &format!("{name} = {value} ")], |q, _| q[2].model = Model::Eglif(p));
        let CompileError::Parameter(Parameter { parameter, allowed, .. }) = error else { panic!("{error}") };
        assert_eq!(parameter, name);
        assert!(!allowed.is_empty());
    }
    type ChangeLif = fn(&mut CondLif);
    let cond_lif: [(ChangeLif, &str, &str); 13] = [
        (|p| p.c_m = -1.0, "c_m", "-1"),
        (|p| p.g_l = 0.0, "g_l", "0"),
        (|p| p.g_l = 7000.0, "g_l", "7000"),
        (|p| p.tau_syn_ex = 0.0, "tau_syn_ex", "0"),
        (|p| p.tau_syn_in = f64::NAN, "tau_syn_in", "NaN"),
        (|p| p.e_l = f64::NAN, "e_l", "NaN"),
        (|p| p.v_th = f64::NAN, "v_th", "NaN"),
        (|p| p.e_ex = f64::NAN, "e_ex", "NaN"),
        (|p| p.e_in = f64::NAN, "e_in", "NaN"),
        (|p| p.i_e = f64::NAN, "i_e", "NaN"),
        (|p| p.t_ref = -2.0, "t_ref", "-2"),
        (|p| p.v_reset = -50.0, "v_reset", "-50"),
        (|p| p.v_reset = f64::NAN, "v_reset", "NaN"),
    ];
    for (change, name, value) in cond_lif {
        let mut p = CondLif::default();
        change(&mut p);
        refused(&["population `pc`", &format!("{name} = {value} ")], |q, w| {
            q[2].model = Model::CondLif(p);
            w[1].receptor = 2;
        });
    }
    for (rate_hz, value) in [(-1.0, "-1"), (f64::NAN, "NaN"), (1e7, "10000000")] {
        refused(&["population `io`", &format!("rate_hz = {value} "), "0..5000000 Hz"], |q, _| {
            q[1].model = Model::Poisson(Poisson { rate_hz });
        });
    }
    for n in [0, 1 << 33] {
        refused(&["population `glom`", &format!("n = {n} "), "1 to 2^31"], |q, _| q[3].n = n);
    }
}

#[test]
fn parameters_of_rules_out_of_range_are_refused() {
    let pf_pc = Supervised::pf_pc(0.01, -0.1, 0.6);
    let sin_exp = |t0_ms, tau_ms| Kernel::SinExp { t0_ms, tau_ms };
    let cos_exp = CosExp { a_plus: 0.1, a_minus: -0.1, window_ms: 10.0, w_min: 0.0, w_max: 0.6 };
    for (rule, name, value) in [
        (Rule::Supervised(Supervised { w_min: -0.1, ..pf_pc }), "w_min", "-0.1"),
        (Rule::Supervised(Supervised { w_min: 0.6, ..pf_pc }), "w_max", "0.6"),
        (Rule::Supervised(Supervised { w_max: f64::INFINITY, ..pf_pc }), "w_max", "inf"),
        (Rule::Supervised(Supervised { kernel: sin_exp(100.0, 0.0), ..pf_pc }), "tau_ms", "0"),
        (Rule::Supervised(Supervised { kernel: sin_exp(f64::NAN, 1000.0), ..pf_pc }), "t0_ms", "NaN"),
        (Rule::Supervised(Supervised { kernel: Kernel::Alpha { tau_ms: -50.0 }, ..pf_pc }), "tau_ms", "-50"),
        (Rule::Supervised(Supervised { window_ms: 0.0, ..pf_pc }), "window_ms", "0"),
        (Rule::Supervised(Supervised { window_ms: 6000.0, ..pf_pc }), "window_ms", "6000"),
        (Rule::Supervised(Supervised { a_pre: f64::NAN, ..pf_pc }), "a_pre", "NaN"),
        (Rule::Supervised(Supervised { a_teacher: f64::NEG_INFINITY, ..pf_pc }), "a_teacher", "-inf"),
        (Rule::CosExp(CosExp { window_ms: -1.0, ..cos_exp }), "window_ms", "-1"),
        (Rule::CosExp(CosExp { w_max: 0.0, ..cos_exp }), "w_max", "0"),
    ] {
        let error =
            refused(&["rule of `pf_pc`", &format!("{name} = {value} ")], |_, p| p[0].rule = Some(rule));
        assert!(matches!(error, CompileError::Parameter(_)));
    }
    let inhibitory = InhibitoryStdp {
        tau_plus_ms: 20.0,
        lambda: 1.0,
        mu_plus: 1.0,
        mu_minus_ms: 40.0,
        w_min: 0.0,
        w_max: 2.0,
    };
    let additive = AdditiveStdp { tau_plus_ms: 30.0, lambda: 0.01, alpha: 1.0, w_min: 0.0, w_max: 1.0 };
    for (rule, name, value) in [
        (Rule::InhibitoryStdp(InhibitoryStdp { tau_plus_ms: 0.0, ..inhibitory }), "tau_plus_ms", "0"),
        (Rule::InhibitoryStdp(InhibitoryStdp { mu_minus_ms: -1.0, ..inhibitory }), "mu_minus_ms", "-1"),
        (Rule::InhibitoryStdp(InhibitoryStdp { lambda: -1.0, ..inhibitory }), "lambda", "-1"),
        (Rule::InhibitoryStdp(InhibitoryStdp { mu_plus: -1.0, ..inhibitory }), "mu_plus", "-1"),
        (Rule::InhibitoryStdp(InhibitoryStdp { w_min: 3.0, ..inhibitory }), "w_max", "2"),
        (Rule::AdditiveStdp(AdditiveStdp { tau_plus_ms: f64::NAN, ..additive }), "tau_plus_ms", "NaN"),
        (Rule::AdditiveStdp(AdditiveStdp { lambda: -0.1, ..additive }), "lambda", "-0.1"),
        (Rule::AdditiveStdp(AdditiveStdp { alpha: -0.1, ..additive }), "alpha", "-0.1"),
        (Rule::AdditiveStdp(AdditiveStdp { w_min: -1.0, ..additive }), "w_min", "-1"),
    ] {
        refused(&["rule of `pf_pc`", &format!("{name} = {value} ")], |_, p| {
            (p[0].rule, p[0].teacher) = (Some(rule), None);
        });
    }
}

#[test]
fn weights_out_of_range_are_refused() {
    refused(&["projection `cf`", "weight = -0.5", "0 or more"], |_, p| p[1].weight = Weight::Uniform(-0.5));
    refused(&["projection `cf`", "weight = NaN"], |_, p| p[1].weight = Weight::Uniform(f32::NAN));
    refused(&["projection `mf`", "weight = 2 ", "relay", "1"], |_, p| p[2].weight = Weight::Uniform(2.0));
    let too_strong =
        refused(&["projection `pf_pc`", "0.7", "bounds 0..0.6"], |_, p| p[0].weight = Weight::Uniform(0.7));
    assert!(
        matches!(too_strong, CompileError::Parameter(Parameter { parameter, .. }) if parameter == "weight")
    );
}

#[test]
fn wiring_that_does_not_fit_is_refused() {
    refused(&["projection `mf`", "one_to_one = 10", "`glom`", "9"], |p, _| p[3].n = 9);
    refused(&["projection `pf_pc`", "fixed_indegree = 11", "`pf`", "10"], |_, p| {
        p[0].connect = Connect::FixedIndegree(11);
    });
    for (probability, value) in [(1.2, "1.2"), (-0.1, "-0.1"), (f64::NAN, "NaN")] {
        refused(&["projection `pf_pc`", &format!("pairwise_bernoulli = {value}"), "0..1"], |_, p| {
            p[0].connect = Connect::PairwiseBernoulli(probability);
        });
    }
    let error = refused(&["`pf_pc`", "synapse 1", "presynaptic neuron 10", "`pf` has 10"], |_, p| {
        p[0].connect = Connect::List(vec![(0, 0), (10, 1)].into());
    });
    assert!(matches!(error, CompileError::NeuronOutOfRange { side: "presynaptic", index: 10, n: 10, .. }));
    let error = refused(&["`pf_pc`", "synapse 0", "postsynaptic neuron 4", "`pc` has 4"], |_, p| {
        p[0].connect = Connect::List(vec![(0, 4)].into());
    });
    assert!(matches!(error, CompileError::NeuronOutOfRange { side: "postsynaptic", synapse: 0, .. }));
    let error = refused(&["`pf_pc`", "3 weights", "2 synapses"], |_, p| {
        p[0].connect = Connect::List(vec![(0, 0), (1, 1)].into());
        p[0].weight = Weight::PerSynapse(vec![0.1; 3]);
    });
    assert_eq!(error, CompileError::WeightCount { of: "pf_pc".into(), weights: 3, synapses: 2 });
}

#[test]
fn receptors_that_do_not_exist_are_refused() {
    for (receptor, k, population, offered) in [(5, 1, "pc", 4), (0, 1, "pc", 4), (2, 2, "glom", 1)] {
        let (what, has) = (format!("receptor {receptor}"), format!("`{population}` has {offered}"));
        let error = refused(&[&what, &has], |_, p| p[k].receptor = receptor);
        assert!(matches!(error, CompileError::BadReceptor { receptors, .. } if receptors == offered));
    }
    refused(&["projection `mf`", "receptor 1", "`io` has 0"], |_, p| p[2].post = "io".into());
}

#[test]
fn times_off_the_grid_are_refused() {
    let error = refused(&["projection `cf`", "0.25 ms", "0.1 ms steps", "nearest is 0.3 ms"], |_, p| {
        p[1].delay_ms = 0.25
    });
    assert!(matches!(error, CompileError::Time { source: ClockError::OffGrid { .. }, .. }));
    refused(&["projection `cf`", "NaN ms"], |_, p| p[1].delay_ms = f64::NAN);
    refused(&["projection `cf`", "-1 ms"], |_, p| p[1].delay_ms = -1.0);
    let error = refused(&["rule of `pf_pc`", "window_ms", "200.05 ms"], |_, p| {
        p[0].rule =
            Some(Rule::Supervised(Supervised { window_ms: 200.05, ..Supervised::pf_pc(0.01, -0.1, 0.6) }));
    });
    assert!(matches!(error, CompileError::Time { .. }));
    let error = refused(&["projection `cf`", "delay 0 ms", "0.1 ms", "at least one step"], |_, p| {
        p[1].delay_ms = 0.0
    });
    assert!(matches!(error, CompileError::DelayBelowStep { .. }));
    // 65,536 steps do not fit into an interval.
    refused(&["circuit", "smallest delay = 6553.6", "65535 steps of 0.1 ms"], |_, p| {
        p.iter_mut().for_each(|p| p.delay_ms = 6553.6);
    });
    for dt_ms in [0.0, -0.1, f64::NAN, f64::INFINITY] {
        assert!(matches!(Clock::new(dt_ms), Err(ClockError::BadStep { .. })), "{dt_ms}");
    }
}

#[test]
fn rules_without_what_they_need_are_refused() {
    let is_rule = |error| assert!(matches!(error, CompileError::Rule { .. }));
    is_rule(refused(&["projection `pf_pc`", "needs a teacher", "taught_by"], |_, p| p[0].teacher = None));
    is_rule(refused(&["projection `cf`", "no rule", "remove `taught_by`"], |_, p| {
        p[1] = p[1].clone().taught_by("pf_pc");
    }));
    is_rule(refused(&["projection `pf_pc`", "`mf` ends on `glom`", "`pc`"], |_, p| {
        p[0] = p[0].clone().taught_by("mf");
    }));
    is_rule(refused(&["projection `mf`", "relay", "cannot learn"], |_, p| {
        p[2] = p[2].clone().plastic(Rule::Supervised(Supervised::pf_pc(0.01, -0.1, 2.0))).taught_by("mf");
    }));
}

/// A simulation of the valid circuit.
fn running() -> Simulation {
    let (populations, projections) = circuit();
    let mut circuit = Circuit::new();
    for population in populations {
        circuit.add_population(population);
    }
    for projection in projections {
        circuit.add_projection(projection);
    }
    simulation(&circuit, 1)
}

fn says(error: &RunError, words: &[&str]) {
    let message = error.to_string();
    for word in words {
        assert!(message.contains(word), "`{message}` does not say `{word}`");
    }
    println!("{message}");
}

#[test]
fn a_value_that_is_no_number_stops_the_run_and_is_named() {
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("source", 600, Model::SpikeSource));
    circuit.add_population(Population::new("cell", 600, Model::CondLif(CondLif::default())));
    circuit.add_projection(Projection::new("a", "source", "cell", Connect::OneToOne).weight(1e38));
    let mut simulation = simulation(&circuit, 1);
    simulation.run_ms(5.0).unwrap();
    simulation.inject(0, &[(0, 570), (0, 590)]).unwrap();
    simulation.advance().unwrap();
    let error = simulation.advance().unwrap_err();
    says(
        &error,
        &["population `cell`", "neuron 570", "v_m = ", "after step 69", "lower the weights", "time step"],
    );
    let RunError::NonFinite { neuron, step, value, .. } = error else { panic!("{error}") };
    assert!(!value.is_finite());
    assert_eq!((neuron, step), (570, 69), "the lowest neuron and the last step of the interval");
    // It does not go away by going on.
    assert!(simulation.advance().is_err());
}

#[test]
fn unknown_labels_of_a_run_come_with_the_known_ones() {
    let mut s = running();
    for error in [
        s.population("pcs").unwrap_err(),
        s.record_spikes("pcs").unwrap_err(),
        s.recorded_spikes("pcs").unwrap_err(),
        s.take_spikes("pcs").unwrap_err(),
        s.variable("pcs", "v_m").unwrap_err(),
        s.record_variable("pcs", "v_m", &[0]).unwrap_err(),
    ] {
        says(&error, &["no population `pcs`", "pf, io, pc, glom"]);
        assert!(matches!(error, RunError::UnknownLabel { kind: "population", .. }));
    }
    for error in [s.synapses("pf_pcs").unwrap_err(), s.set_learning("pf_pcs", true).unwrap_err()] {
        says(&error, &["no projection `pf_pcs`", "pf_pc, cf, mf"]);
    }
    for error in [s.variable("pc", "v").unwrap_err(), s.record_variable("pc", "v", &[0]).unwrap_err()] {
        says(&error, &["no variable `pc.v`", "v_m, i_adap, i_dep, refractory, g_1"]);
    }
}

#[test]
fn inputs_that_do_not_fit_are_refused() {
    let mut s = running();
    let of = |s: &Simulation, label| s.population(label).unwrap();
    let (pf, io, pc) = (of(&s, "pf"), of(&s, "io"), of(&s, "pc"));
    says(&s.inject(pc, &[(0, 0)]).unwrap_err(), &["`pc`", "only a spike source"]);
    says(&s.inject(pf, &[(10, 0)]).unwrap_err(), &["`pf`", "step 10", "10 steps"]);
    says(&s.inject(pf, &[(0, 10)]).unwrap_err(), &["`pf`", "neuron 10", "there are 10"]);
    says(&s.set_rates(pc, &[1.0; 4]).unwrap_err(), &["`pc`", "only a Poisson"]);
    says(&s.set_rates(io, &[1.0; 3]).unwrap_err(), &["`io`", "3 rates for 2 neurons"]);
    for (rate, text) in [(-2.0, "-2 Hz"), (f64::NAN, "NaN Hz"), (1e300, "Hz"), (5_000_001.0, "5000001 Hz")] {
        says(&s.set_rates(io, &[1.0, rate]).unwrap_err(), &["`io`", text, "0..5000000 Hz"]);
        assert_eq!(s.variable("io", "rate").unwrap(), [5.0, 5.0], "refused rates change nothing");
    }
    says(&s.set_learning("cf", true).unwrap_err(), &["`cf`", "static"]);
    says(&s.record_variable("pc", "v_m", &[3, 4]).unwrap_err(), &["`pc`", "neuron 4", "there are 4"]);
    says(&s.recorded_spikes("pc").unwrap_err(), &["`pc`", "not recorded", "record_spikes"]);
    let mut other = Circuit::new();
    other.add_population(Population::new("pf", 10, Model::SpikeSource));
    let state = network(&other, 0.1, 1).initial_state();
    says(&s.restore(state).unwrap_err(), &["`state`", "another network"]);
}

#[test]
fn durations_off_the_interval_are_refused() {
    let mut s = running();
    for (ms, text) in [(1.5, "1.5 ms"), (0.05, "0.05 ms"), (-1.0, "-1 ms"), (f64::NAN, "NaN ms")] {
        let error = s.run_ms(ms).unwrap_err();
        says(&error, &[text, "exchange intervals of 1 ms", "smallest delay"]);
        assert!(matches!(error, RunError::OffInterval { .. }));
        assert_eq!(s.step(), 0, "a refused duration runs nothing");
    }
}

/// It cannot be provoked without harming the machine; its words can be read.
#[test]
fn threads_that_do_not_start_come_with_a_remedy() {
    let error = RunError::Threads { threads: 9, why: "no more".into() };
    says(&error, &["9 worker threads", "no more", "use 1 thread"]);
}
