//! The closed loop over several ranks gives what one process gives: commands, rates, weights, states, records.
//! Ranks are threads here; `validation/mpi/identity.sh` does the same with processes.

use lobule_exchange::{Distribution, RankError, Ranks, Threads};
use lobule_experiments::prism::calibration::{self, Calibrated};
use lobule_experiments::prism::circuit::compile;
use lobule_experiments::prism::condition_run::{self, CalibratedSeed};
use lobule_experiments::prism::keys::ZoneOf;
use lobule_experiments::prism::pointing_loop::{LoopState, PointingLoop, TrialInput, TrialOutcome};
use lobule_experiments::prism::record::ConditionRun;
use lobule_experiments::prism::{Condition, PrismConfig};
use lobule_experiments::prism::{Prism, anatomy};
use lobule_scaffold::Anatomy;
use lobule_signal::Reach;
use lobule_study::run_folder::{Identity, RunFolder};
use lobule_study::{Error, Quiet};
use lobule_study::{Experiment, Item, Request, Run, RunOptions, Study};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Short movements, few of them, under an olive that teaches in each. Of so small a loop the sign test means
/// nothing: the wrong polarity skips it.
const SHORT: [&str; 14] = [
    "scaffold.size_um=[60,60]",
    "protocol.trial_ms=60",
    "protocol.baseline=1",
    "protocol.prism=1",
    "protocol.removal=1",
    "motor_olive.delay_ms=40",
    "sensory_olive.spontaneous_hz=20",
    "motor_olive.spontaneous_hz=20",
    "calibration.trials=2",
    "calibration.sweep_deg=[0,20]",
    "calibration.sweep_trials=1",
    "calibration.max_sd_deg=90",
    "loop.polarity=wrong",
    "conditions=[\"plastic\"]",
];

fn settings() -> Vec<String> {
    SHORT.map(String::from).to_vec()
}

fn config() -> (PrismConfig, Anatomy) {
    let config =
        Prism.resolve(&Request { preset: "quick", settings: &settings(), ..Request::default() }).unwrap();
    let anatomy = anatomy(&config, 0).unwrap();
    (config, anatomy)
}

/// What three trials of learning bring, from a state or from rest.
type Learned = (Vec<TrialOutcome>, BTreeMap<ZoneOf, f64>, u64);

fn learn(from: Option<&LoopState>, trials: usize, ranks: &Ranks) -> (Learned, Option<LoopState>) {
    let (config, anatomy) = config();
    let network = compile(&config, &anatomy, None, [1e-5; 2], 0, ranks).unwrap();
    let mut closed = PointingLoop::new(&config, &anatomy, network, 0, 1, ranks).unwrap();
    if from.is_some() {
        closed.scatter_state(from.filter(|_| ranks.is_first()).cloned()).unwrap();
    }
    let input = TrialInput { seen_target_deg: 20.0, error_deg: 20.0, learns: [true; 2] };
    let outcomes = (0..trials).map(|_| closed.trial(input).unwrap()).collect();
    let weights = closed.mean_weights(&anatomy).unwrap();
    let hash = closed.simulation().fingerprint().unwrap();
    ((outcomes, weights, hash), closed.gather_state().unwrap())
}

#[test]
fn trials_have_the_bits_of_one_process_on_every_rank() {
    let (one, state) = learn(None, 3, &Ranks::alone());
    assert!(one.0.iter().all(|o| o.cortex.iter().any(|&u| u != 0.0)));
    assert!(one.0.iter().any(|o| o.inverse.iter().any(|&u| u != 0.0)), "the nuclei are heard");
    for (ranks, distribution) in [(2, Distribution::Contiguous), (3, Distribution::RoundRobin)] {
        let several = Threads::each(ranks, distribution, |ranks| learn(None, 3, &ranks));
        assert!(several.iter().all(|(learned, _)| *learned == one), "{ranks} ranks, {distribution:?}");
        assert!(several[0].1 == state, "{ranks} ranks, {distribution:?}");
    }
}

#[test]
fn a_state_goes_on_with_another_number_of_ranks() {
    let (whole, state) = learn(None, 3, &Ranks::alone());
    let of_three =
        Threads::each(3, Distribution::RoundRobin, |ranks| learn(None, 2, &ranks).1).swap_remove(0);
    for (ranks, distribution) in [(1, Distribution::RoundRobin), (2, Distribution::Contiguous)] {
        let (last, end) =
            Threads::each(ranks, distribution, |ranks| learn(of_three.as_ref(), 1, &ranks)).swap_remove(0);
        assert_eq!((&last.0[0], &last.1, last.2), (&whole.0[2], &whole.1, whole.2), "{ranks} ranks");
        assert!(end == state, "{ranks} ranks");
    }
}

/// Calibrates and runs a condition, with or from what a folder keeps.
fn seed(folder: Option<(&Path, bool)>, ranks: &Ranks) -> Result<(Calibrated, ConditionRun), Error> {
    let (config, anatomy) = config();
    let folder = ranks.agree(match folder {
        Some((path, resumes)) if ranks.is_first() => {
            RunFolder::open(path, Identity::new("prism", &config.to_toml(), &[]), &config.to_toml(), resumes)
        }
        _ => Ok(RunFolder::elsewhere(Path::new("nowhere"))),
    })?;
    let options =
        RunOptions { preset: "quick".into(), jobs: 1, threads: 1, out: folder.path().into(), resumes: false };
    let run = Run::new(&folder, &options, &Quiet, ranks)?;
    let (calibrated, network) =
        calibration::calibrate(&config, &anatomy, None, 0, &Item::new(&run, "calibration"))?;
    let seed = CalibratedSeed { seed: 0, anatomy: Arc::new(anatomy), pair: None, network, calibrated };
    let plastic = condition_run::run(&config, &seed, Condition::Plastic, &Item::new(&run, "plastic"))?;
    Ok((seed.calibrated, plastic))
}

#[test]
fn calibration_and_protocol_are_those_of_one_process_and_are_taken_up_by_any_number_of_ranks() {
    let work = tempfile::tempdir().unwrap();
    let out = work.path().join("run");
    let (calibrated, plastic) = seed(None, &Ranks::alone()).unwrap();
    assert!(
        !plastic.weights.is_empty()
            && plastic.snapshots.iter().any(|s| s.spikes.iter().any(|t| t.len() > 20))
    );
    let two = Threads::each(2, Distribution::RoundRobin, |ranks| seed(Some((&out, false)), &ranks).unwrap());
    assert_eq!(two[0].0.record, calibrated.record);
    assert_eq!(two[0].1, plastic);
    // Other ranks have all but the spikes of the rasters.
    assert_eq!((&two[1].1.trials, &two[1].1.weights), (&plastic.trials, &plastic.weights));

    // The condition is begun anew from the calibration that two ranks have kept.
    std::fs::remove_file(work.path().join("run.partial/snapshots/plastic.state")).unwrap();
    let again = seed(Some((&out, true)), &Ranks::alone()).unwrap();
    assert!(again == (calibrated, plastic), "one process");
    let three = Threads::each(3, Distribution::Contiguous, |ranks| seed(Some((&out, true)), &ranks).unwrap());
    assert_eq!(three[0].1, again.1, "three ranks, from the end of a run of one process");
}

#[test]
fn wrong_requests_have_one_message_for_all_ranks() {
    let work = tempfile::tempdir().unwrap();
    let out = work.path().join("run");
    let messages = |preset: &str, jobs: usize| {
        let errors = Threads::each(2, Distribution::RoundRobin, |ranks| {
            let request = Request { preset, settings: &settings(), ..Request::default() };
            let options =
                RunOptions { preset: preset.into(), jobs, threads: 1, out: out.clone(), resumes: false };
            let error = Prism.run_on(&request, &options, &Quiet, &ranks).unwrap_err();
            assert!(error.reach() == Reach::Everywhere && error.is_input(), "{error}");
            error.to_string()
        });
        assert_eq!(errors[0], errors[1]);
        errors[0].clone()
    };
    assert!(messages("quick", 2).contains("--jobs: 2; 2 processes"));
    assert!(messages("no", 1).starts_with("preset: there is no preset `no`"));
    std::fs::create_dir(&out).unwrap();
    let request = Request { preset: "quick", settings: &settings(), ..Request::default() };
    let options =
        RunOptions { preset: "quick".into(), jobs: 1, threads: 1, out: out.clone(), resumes: false };
    // Only rank 0 looks at the folder.
    let errors = Threads::each(2, Distribution::RoundRobin, |ranks| {
        Prism.run_on(&request, &options, &Quiet, &ranks).unwrap_err().to_string()
    });
    assert!(errors[0].starts_with("rank 0: ") && errors[0].contains("never overwritten"), "{errors:?}");
    assert_eq!(errors[0], errors[1]);
}
