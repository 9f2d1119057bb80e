//! State prediction on sessions whose answer is known.

use lobule_analysis::folds::Fitting;
use lobule_analysis::state_prediction::{Rates, Scheme, Session, Settings, Surrogate, report};
use lobule_signal::Stream;

const SAMPLES: usize = 40;
const TRIALS: usize = 4;

/// Mossy fibers follow a signal of each direction that nothing before it tells of; nuclei show the same signal `ahead`
/// samples earlier.
fn session(directions: usize, trials: usize, ahead: usize, noise: f64) -> Session {
    let (signal, fresh) = (Stream::new(1, "test/signal"), Stream::new(1, "test/noise"));
    let latent = |d: usize, t: usize, k: u32| signal.normal((d * 1000 + t) as u64, k);
    let rates = |units: usize, shift: usize, population: u64| Rates {
        units,
        samples: SAMPLES,
        trials: (0..directions * trials)
            .map(|trial| {
                let at = |i: usize| {
                    let (t, unit) = (i / units + shift, i % units);
                    let own = latent(trial % directions, t, 0) * (1.0 + unit as f64)
                        + latent(trial % directions, t, 1) * (unit % 3) as f64;
                    30.0 + own + noise * fresh.normal(population * 100_000 + trial as u64, i as u32)
                };
                (0..SAMPLES * units).map(at).collect()
            })
            .collect(),
    };
    Session {
        mossy: rates(5, 0, 0),
        purkinje: Some(rates(4, 0, 1)),
        nuclear: rates(4, ahead, 2),
        directions: (0..directions * trials).map(|t| t % directions).collect(),
    }
}

fn settings() -> Settings {
    Settings {
        leads: vec![1, 3],
        main_lead: 3,
        fitting: Fitting { penalties: vec![1e-6, 1e-3, 0.1, 10.0], rank: 0 },
        history: 0,
        averages: true,
        seed: 0,
    }
}

#[test]
fn nuclei_that_are_ahead_by_the_lead_say_all_and_at_other_leads_nothing() {
    let report = report(&session(6, TRIALS, 3, 0.0), &settings()).unwrap();
    for scheme in Scheme::ALL {
        let ahead = report.at(3, scheme).unwrap();
        assert!(ahead.nuclear > 0.999 && ahead.joint > 0.999 && ahead.gain() > 0.8, "{ahead:?}");
        assert!(report.at(1, scheme).unwrap().nuclear < 0.2);
    }
    assert_eq!(report.strictest(), Scheme::LeaveOneDirectionOut);
    for s in &report.surrogates {
        assert!(s.gain < 0.05 && s.nuclear < 0.1, "{s:?}");
    }
    assert_eq!(report.surrogates.len(), Surrogate::ALL.len());
    let exact = &report.reconstruction[2];
    assert!(exact.purkinje > 0.999 && exact.nuclear < 0.3, "{exact:?}");
    let example = &report.examples[0];
    assert_eq!((example.first, example.rate.len()), (3, SAMPLES - 3));
    assert!(example.rate.iter().zip(&example.joint).all(|(a, b)| (a - b).abs() < 0.1));
}

#[test]
fn nuclei_that_repeat_the_fibers_add_nothing() {
    let report = report(&session(6, TRIALS, 0, 0.0), &settings()).unwrap();
    for scheme in [Scheme::OddToEven, Scheme::LeaveOneDirectionOut] {
        assert!(report.at(3, scheme).unwrap().gain() < 0.01);
    }
}

#[test]
fn single_trials_and_a_history_are_possible() {
    let asked = Settings { averages: false, history: 2, ..settings() };
    let single = report(&session(4, TRIALS, 3, 2.0), &asked).unwrap();
    let gain = single.at(3, Scheme::LeaveOneDirectionOut).unwrap().gain();
    assert!(gain > 0.3, "{gain}");
    assert_eq!(single.examples[0].first, 5);
}

#[test]
fn what_cannot_be_measured_is_said() {
    let one = report(&session(1, 3, 3, 0.5), &settings()).unwrap();
    assert_eq!(one.strictest(), Scheme::OddToEven);
    let said = one.not_measured.join("\n");
    assert!(said.contains("leaving one direction out") && said.contains("direction-shuffled"), "{said}");
    let single = report(&session(4, 1, 3, 0.5), &settings()).unwrap();
    assert!(
        single.at(3, Scheme::OddToEven).is_none() && single.at(3, Scheme::LeaveOneDirectionOut).is_some()
    );
    let two = report(&session(2, 1, 3, 0.5), &settings()).unwrap();
    assert_eq!(two.strictest(), Scheme::InSample);
    let mut bare = session(4, 2, 3, 0.5);
    bare.purkinje = None;
    bare.nuclear.trials.iter_mut().for_each(|t| t.iter_mut().step_by(4).for_each(|v| *v = 0.0));
    let bare = report(&bare, &settings()).unwrap();
    assert!(bare.reconstruction.is_empty() && bare.units == [5, 0, 4] && bare.constant == [0, 0, 1]);
}

#[test]
fn sessions_that_do_not_fit_together_are_refused() {
    let refused = |change: fn(&mut Session, &mut Settings), parts: &[&str]| {
        let (mut s, mut asked) = (session(4, 2, 1, 0.5), settings());
        change(&mut s, &mut asked);
        let message = report(&s, &asked).unwrap_err().to_string();
        assert!(parts.iter().all(|p| message.contains(p)), "{message}");
    };
    refused(|s, _| s.mossy.trials[2][7] = f64::NAN, &["mossy fibers", "unit 2", "NaN", "trial 2"]);
    refused(|s, _| s.nuclear.units = 0, &["nuclei", "no unit"]);
    refused(|s, _| drop(s.nuclear.trials.pop()), &["nuclei", "7 trials"]);
    refused(|s, _| s.purkinje.as_mut().unwrap().trials[0].truncate(3), &["Purkinje", "trial 0 has 3"]);
    refused(|s, _| s.directions.iter_mut().for_each(|d| *d += 1), &["direction 0", "no trial"]);
    refused(|s, _| s.mossy.trials.iter_mut().for_each(|t| t.fill(1.0)), &["varies"]);
    refused(|_, a| a.leads.push(35), &["lead = 35", "1 to 30"]);
    refused(|_, a| a.main_lead = 2, &["main lead = 2"]);
    refused(|_, a| a.fitting.penalties.clear(), &["penalties"]);
}

#[test]
fn equal_sessions_give_equal_bits() {
    let s = session(4, 3, 2, 1.0);
    assert_eq!(report(&s, &settings()).unwrap(), report(&s, &settings()).unwrap());
}
