//! Promises of the closed loop, and the eight known defects of the public version as regressions.

use lobule_control::plant::Joint;
use lobule_control::{Decoder, Plant, SensoryOlive};
use lobule_exchange::Ranks;
use lobule_experiments::prism::calibration::{self, Calibrated};
use lobule_experiments::prism::circuit::compile;
use lobule_experiments::prism::keys::RateOf;
use lobule_experiments::prism::pointing_loop::{PointingLoop, TrialInput, TrialOutcome};
use lobule_experiments::prism::{Condition, PrismConfig};
use lobule_experiments::prism::{Prism, anatomy, condition_run};
use lobule_scaffold::{Anatomy, Microzone};
use lobule_study::run_folder::RunFolder;
use lobule_study::{Error, Item, Quiet, Request, Run, RunOptions, Study};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

fn config(settings: &[&str]) -> PrismConfig {
    let settings: Vec<String> = settings.iter().map(|s| s.to_string()).collect();
    Prism.resolve(&Request { preset: "quick", settings: &settings, ..Request::default() }).unwrap()
}

fn small() -> &'static Anatomy {
    static ANATOMY: OnceLock<Anatomy> = OnceLock::new();
    ANATOMY.get_or_init(|| anatomy(&config(&["scaffold.size_um=[100,100]"]), 0).unwrap())
}

fn closed(config: &PrismConfig, threads: usize) -> PointingLoop {
    let network = compile(config, small(), None, [1e-5; 2], 0, &Ranks::alone()).unwrap();
    PointingLoop::new(config, small(), network, 0, threads, &Ranks::alone()).unwrap()
}

/// A rate by its label, Hz.
fn of(rates_hz: &BTreeMap<RateOf, f64>, label: &str) -> f64 {
    rates_hz[&label.parse::<RateOf>().unwrap()]
}

fn trial(closed: &mut PointingLoop, error_deg: f64, learns: bool) -> TrialOutcome {
    closed.trial(TrialInput { seen_target_deg: 20.0, error_deg, learns: [learns; 2] }).unwrap()
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let config = config(&[]);
    let run = |threads| {
        let mut closed = closed(&config, threads);
        let outcomes = [trial(&mut closed, 15.0, true), trial(&mut closed, -15.0, true)];
        (outcomes, closed.simulation().state().fingerprint())
    };
    let one = run(1);
    assert_eq!(one, run(2));
    assert_eq!(one, run(4));
}

#[test]
fn a_state_resumes_bit_for_bit() {
    let config = config(&[]);
    let mut whole = closed(&config, 1);
    trial(&mut whole, 10.0, true);
    let state = whole.state();
    let expected = trial(&mut whole, 20.0, true);
    let mut other = closed(&config, 1);
    other.restore(state).unwrap();
    assert_eq!(trial(&mut other, 20.0, true), expected);
    assert_eq!(other.simulation().state(), whole.simulation().state());
}

#[test]
fn seeing_the_target_ahead_changes_the_first_movement_to_a_new_target_only() {
    let movements = |setting: &str| {
        let mut closed = closed(&config(&[setting]), 1);
        let mut to = |seen_target_deg| {
            closed.trial(TrialInput { seen_target_deg, error_deg: 0.0, learns: [false; 2] }).unwrap().cortex
        };
        [to(0.0), to(0.0), to(20.0)]
    };
    let (ahead, late) =
        (movements("protocol.sees_target_ahead=true"), movements("protocol.sees_target_ahead=false"));
    assert_eq!(ahead[..2], late[..2]);
    assert_ne!(ahead[2], late[2]);
    // Seen ahead, the push of the larger target is there from the start.
    let push = |command: &[f64]| command[..100].iter().sum::<f64>();
    assert!(push(&ahead[2]) > push(&late[2]), "{} {}", push(&ahead[2]), push(&late[2]));
}

/// With pauses and short movements the window reaches over several of both.
#[test]
fn seeing_the_same_target_ahead_changes_nothing() {
    let movements = |settings: &[&str]| {
        let short = ["protocol.trial_ms=60", "protocol.gap_ms=30", "motor_olive.delay_ms=40"];
        let mut closed = closed(&config(&[&short, settings].concat()), 1);
        [20.0; 4].map(|seen_target_deg| {
            closed.trial(TrialInput { seen_target_deg, error_deg: 0.0, learns: [false; 2] }).unwrap().cortex
        })
    };
    assert_eq!(
        movements(&["protocol.sees_target_ahead=true"]),
        movements(&["protocol.sees_target_ahead=false"])
    );
}

#[test]
fn a_pause_is_not_part_of_the_movement() {
    let config = config(&["protocol.gap_ms=120"]);
    let mut closed = closed(&config, 1);
    let outcome = trial(&mut closed, 0.0, false);
    assert_eq!(outcome.cortex.len(), config.protocol.trial_ms);
    assert_eq!(closed.simulation().step(), 10 * (120 + config.protocol.trial_ms as u64));
}

#[test]
fn static_trials_change_no_weight_and_plastic_ones_do() {
    let config = config(&[]);
    let mut closed = closed(&config, 1);
    let before = closed.mean_weights(small()).unwrap();
    trial(&mut closed, 20.0, false);
    assert_eq!(closed.mean_weights(small()).unwrap(), before);
    trial(&mut closed, 20.0, true);
    assert_ne!(closed.mean_weights(small()).unwrap(), before);
}

#[test]
fn every_plasticity_site_is_switched_by_the_configuration() {
    let sets = [
        ("sites.pf_mli=true", "parallel_fiber_to_basket"),
        ("sites.pf_mli=true", "parallel_fiber_to_stellate"),
        ("sites.mf_dcn=true", "mossy_fibers_to_dcn_p"),
        ("sites.pc_dcn=true", "purkinje_to_dcn_p"),
    ];
    let changes = |config: &PrismConfig, set: &str, learns: bool| {
        let mut closed = closed(config, 1);
        let before = closed.simulation().synapses(&format!("forward/{set}")).unwrap();
        trial(&mut closed, 20.0, learns);
        before != closed.simulation().synapses(&format!("forward/{set}")).unwrap()
    };
    for (switch, set) in sets {
        assert!(changes(&config(&[switch]), set, true), "{set} learns");
        assert!(!changes(&config(&[switch]), set, false), "{set} is still when nothing learns");
        assert!(!changes(&config(&[]), set, true), "{set} is static by default");
    }
}

#[test]
fn defect_1_the_inverse_readout_reads_inverse_cells() {
    // The inverse module hears the planner alone: without the forward module its command is the same to the bit.
    let both = trial(&mut closed(&config(&[]), 1), 0.0, false);
    let alone = trial(&mut closed(&config(&["loop.forward=off"]), 1), 0.0, false);
    assert_eq!(both.inverse, alone.inverse);
    assert!(both.inverse.iter().any(|&u| u != 0.0));
    let none = trial(&mut closed(&config(&["loop.inverse=off"]), 1), 0.0, false);
    assert!(none.inverse.iter().all(|&u| u == 0.0));
    assert_eq!(none.cortex, both.cortex);
}

#[test]
fn defect_2_both_opponent_channels_teach() {
    let config = config(&["sensory_olive.gain_hz_per_deg=5", "motor_olive.gain_hz_per_deg=5"]);
    let mut rates = Vec::new();
    for error in [20.0, -20.0] {
        let mut closed = closed(&config, 1);
        trial(&mut closed, error, false);
        rates.push(trial(&mut closed, error, false).rates_hz);
    }
    let [over, under] = [&rates[0], &rates[1]];
    assert!(of(over, "forward/io_cell/minus") > 3.0 * of(over, "forward/io_cell/plus"), "{over:?}");
    assert!(of(under, "forward/io_cell/plus") > 3.0 * of(under, "forward/io_cell/minus"), "{under:?}");
    for zone in ["plus", "minus"] {
        assert!(of(over, &format!("inverse/io_cell/{zone}")) > 5.0, "{over:?}");
    }
}

#[test]
fn defect_3_an_overshoot_teaches_the_minus_zone_of_the_forward_module() {
    let olive = SensoryOlive { spontaneous_hz: 1.0, gain_hz_per_deg: 1.0, is_push_pull: false };
    assert_eq!(olive.rates_hz(20.0, true), [1.0, 21.0]);
    assert_eq!(olive.rates_hz(-20.0, true), [21.0, 1.0]);
    assert_eq!(olive.rates_hz(20.0, false), [21.0, 1.0]);
    assert_eq!(olive.rates_hz(0.0, true), [1.0, 1.0]);
}

#[test]
fn defect_4_every_trial_has_its_own_inverse_command() {
    let mut closed = closed(&config(&[]), 1);
    let commands: Vec<Vec<f64>> = (0..3).map(|_| trial(&mut closed, 0.0, false).inverse).collect();
    assert!(commands.iter().all(|c| c.iter().any(|&u| u != 0.0)));
    assert!(commands[0] != commands[1] && commands[1] != commands[2]);
}

#[test]
fn defect_5_the_body_integrates_over_time_not_over_events() {
    // One spike each millisecond, or twenty in the first of every twenty: silence passes time too, and
    // twice the spikes move twice as far, not four times.
    let end = |spikes: &dyn Fn(usize) -> usize| {
        let mut joint = Joint::new(1.0, 0.0);
        for t in 0..300 {
            joint.advance(&[Decoder::fibers(std::iter::repeat_n(160, spikes(t)), 180), 0.0], 1e-3).unwrap();
        }
        joint.position()
    };
    let one = end(&|_| 1);
    assert!((end(&|_| 2) / one - 2.0).abs() < 1e-12);
    assert!((end(&|t| if t % 20 == 0 { 20 } else { 0 }) / one - 1.0).abs() < 0.07);
}

#[test]
fn defect_6_depression_that_would_potentiate_is_refused() {
    for key in ["forward.a_minus_ns=0.5", "inverse.a_minus_ns=1e-6", "forward.a_minus_ns=nan"] {
        let error = Prism
            .resolve(&Request { preset: "quick", settings: &[key.to_string()], ..Request::default() })
            .unwrap_err()
            .to_string();
        assert!(error.contains("a_minus_ns"), "{error}");
    }
}

#[test]
fn defect_7_every_olive_cell_is_taught_and_every_purkinje_cell_has_a_teacher() {
    let config = config(&["sensory_olive.spontaneous_hz=40"]);
    let mut closed = closed(&config, 1);
    closed.simulation_mut().record_spikes("forward/io_cell").unwrap();
    for _ in 0..2 {
        trial(&mut closed, 0.0, false);
    }
    let train = closed.simulation().recorded_spikes("forward/io_cell").unwrap();
    for i in 0..train.n as u32 {
        assert!(train.ids.contains(&i), "olive cell {i} of {} never fired", train.n);
    }
    let taught: std::collections::BTreeSet<u32> =
        closed.simulation().synapses("forward/io_to_purkinje").unwrap().iter().map(|s| s.1).collect();
    assert_eq!(taught.len(), small().count("purkinje_cell"));
    // Teachers stay in their microzone.
    let (olive, purkinje) = (small().cells("io_cell").unwrap(), small().cells("purkinje_cell").unwrap());
    for (io, pc, w) in closed.simulation().synapses("forward/io_to_purkinje").unwrap() {
        assert_eq!(olive.microzone(io as usize), purkinje.microzone(pc as usize));
        assert_eq!(f64::from(w), config.module.climbing_fiber_ns, "both zones have the same climbing fibers");
    }
    assert!(
        !olive.in_microzone(Microzone::Plus).is_empty() && !olive.in_microzone(Microzone::Minus).is_empty()
    );
}

#[test]
fn every_olive_cell_answers_every_teaching_spike_with_a_pair() {
    let mut closed = closed(&config(&[]), 1);
    for cell in ["teaching", "io_cell"] {
        closed.simulation_mut().record_spikes(&format!("inverse/{cell}")).unwrap();
    }
    (0..20).for_each(|_| drop(trial(&mut closed, 10.0, false)));
    let per_cell = |cell: &str| {
        let train = closed.simulation().recorded_spikes(&format!("inverse/{cell}")).unwrap();
        let mut counts = vec![0.0f64; train.n];
        train.ids.iter().for_each(|&i| counts[i as usize] += 1.0);
        counts
    };
    let (taught, answered) = (per_cell("teaching"), per_cell("io_cell"));
    assert!(taught.len() >= 2);
    for (i, (t, a)) in taught.iter().zip(&answered).enumerate() {
        // One answer may be cut by the end of the recording or by the cell's own refractoriness.
        assert!((a - 2.0 * t).abs() <= 2.0 + 0.1 * t, "olive cell {i}: {a} spikes to {t} of teaching");
    }
    assert!(taught.iter().sum::<f64>() > 20.0);
}

/// Calibrates seed 0 of the small circuit and keeps nothing.
fn calibrate(config: &PrismConfig) -> Result<(Calibrated, Arc<lobule_circuit::Network>), Error> {
    alone(|run| calibration::calibrate(config, small(), None, 0, &Item::new(run, "calibration")))
}

/// Works in a run that keeps nothing.
fn alone<T>(work: impl FnOnce(&Run) -> T) -> T {
    let options =
        RunOptions { preset: "quick".into(), jobs: 1, threads: 1, out: "nowhere".into(), resumes: false };
    let (folder, ranks) = (RunFolder::elsewhere(&options.out), Ranks::alone());
    work(&Run::new(&folder, &options, &Quiet, &ranks).unwrap())
}

fn calibrated() -> &'static (Calibrated, Arc<lobule_circuit::Network>) {
    static CALIBRATED: OnceLock<(Calibrated, Arc<lobule_circuit::Network>)> = OnceLock::new();
    CALIBRATED.get_or_init(|| calibrate(&config(&["calibration.max_sd_deg=90"])).unwrap())
}

#[test]
fn defect_8_calibration_has_the_static_modules_in_the_loop() {
    let (with, _) = calibrated();
    let without = config(&["calibration.max_sd_deg=90", "loop.forward=off"]);
    let (without, _) = calibrate(&without).unwrap();
    assert_ne!(with.record.x0, without.record.x0);
    assert!(of(&with.record.rates_hz, "forward/purkinje_cell") > 10.0);
    assert!(with.record.balanced_a_plus_ns.values().all(|a| *a >= 0.0));
}

#[test]
fn a_calibration_for_another_configuration_is_refused() {
    let (calibrated, network) = calibrated();
    let other = config(&["calibration.max_sd_deg=90", "loop.inverse_gain=0.3"]);
    let seed = condition_run::CalibratedSeed {
        pair: None,
        seed: 0,
        anatomy: Arc::new(small().clone()),
        network: network.clone(),
        calibrated: calibrated.clone(),
    };
    let refused =
        alone(|run| condition_run::run(&other, &seed, Condition::Static, &Item::new(run, "static")));
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("another configuration") && refused.contains("calibrate again"), "{refused}");
    let wrong_seed = config(&["calibration.max_sd_deg=90"]);
    assert!(calibration::require(&calibrated.record, &wrong_seed, small(), 1).is_err());
}

#[test]
fn a_noisy_end_point_is_refused_with_the_figure() {
    let error = calibrate(&config(&["calibration.max_sd_deg=0.01"])).unwrap_err();
    assert!(error.to_string().contains("max_sd_deg = 0.01"), "{error}");
}

#[test]
fn a_circuit_without_nuclei_or_zones_is_refused_by_name() {
    let mut cortex = small().clone();
    cortex.cells.retain(|c| c.cell_type != "dcn_p");
    let error = compile(&config(&[]), &cortex, None, [0.0; 2], 0, &Ranks::alone()).unwrap_err().to_string();
    assert!(error.contains("dcn_p"), "{error}");
    let mut unlabeled = small().clone();
    unlabeled.cells.iter_mut().filter(|c| c.cell_type == "io_cell").for_each(|c| c.labels.clear());
    let error =
        compile(&config(&[]), &unlabeled, None, [0.0; 2], 0, &Ranks::alone()).unwrap_err().to_string();
    assert!(error.contains("io_cell") && error.contains("plus"), "{error}");
}

#[test]
fn wrong_settings_are_refused_with_key_and_range() {
    for (setting, words) in [
        ("protocol.prism_deg=0", "prism_deg"),
        ("protocol.prism_deg=inf", "prism_deg"),
        ("protocol.trial_ms=1", "50 to 5000"),
        ("loop.forward=maybe", "maybe"),
        ("seeds=[]", "at least one seed"),
        ("seeds=[1,1]", "occurs twice"),
        ("conditions=[\"statick\"]", "expected one of `static`, `plastic`"),
        ("planner.neurons=100", "cortex.neurons"),
        ("nothing.at.all=1", "there is no such key"),
        ("motor_olive.delay_ms=300", "motor_olive.delay_ms: 300; less than protocol.trial_ms = 300"),
        ("planner.gain_hz_per_deg=1e300", "planner.gain_hz_per_deg: 1e300; -10 to 10 is allowed"),
        ("forward.kernel_t0_ms=-1", "forward.kernel_t0_ms: -1.0; 0 to 250 is allowed"),
        ("sites.pf_mli_w_max_ns=nan", "sites.pf_mli_w_max_ns: nan; above 0 to 100 is allowed"),
        ("cortex.nuclear_convergence=1000000000000", "cortex.nuclear_convergence: 1000000000000; 1 to 10000"),
    ] {
        let error = Prism
            .resolve(&Request { preset: "quick", settings: &[setting.to_string()], ..Request::default() })
            .unwrap_err()
            .to_string();
        assert!(error.contains(words), "{setting}: {error}");
    }
}
