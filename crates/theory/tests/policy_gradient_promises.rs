//! Promises of both trainers: the same bits on repeat, in any thread and after a resume; errors that name their culprit, after which
//! training can go on; no allocation between updates.

use lobule_signal::{Progress, Quiet};
use lobule_theory::Error;
use lobule_theory::policy_gradient::{
    Policy, Ppo, PpoParameters, PublishedPpo, PublishedPpoParameters, Sizes,
};
use std::sync::atomic::{AtomicU64, Ordering};

mod counting;
mod drift;
use counting::allocations;
use drift::{Drift, SIZES};

fn small() -> PpoParameters {
    PpoParameters {
        hidden: vec![9, 7],
        rollout_steps: 200,
        epochs: 3,
        minibatch: 32,
        ..PpoParameters::default()
    }
}

fn small_published() -> PublishedPpoParameters {
    PublishedPpoParameters {
        hidden: vec![9],
        rollout_steps: 200,
        epochs: 3,
        minibatch: 32,
        ..Default::default()
    }
}

/// Trainers of both kinds under one set of tests.
macro_rules! promises {
    ($module:ident, $trainer:ty, $parameters:expr) => {
        mod $module {
            use super::*;

            fn trainer(seed: u64) -> $trainer {
                <$trainer>::new(&$parameters, SIZES, seed).unwrap()
            }

            #[test]
            fn the_same_seed_gives_the_same_bits_in_any_thread_and_another_seed_others() {
                let run = |seed| {
                    let mut trainer = trainer(seed);
                    let training = trainer.train(&mut Drift::default(), 650, &Quiet).unwrap();
                    (postcard::to_stdvec(&trainer).unwrap(), training)
                };
                let alone = run(5);
                assert_eq!(alone.1.updates.len(), 3);
                let threads: Vec<_> = (0..3).map(|_| std::thread::spawn(move || run(5))).collect();
                for thread in threads {
                    assert_eq!(thread.join().unwrap(), alone);
                }
                assert_ne!(run(6).0, alone.0);
            }

            #[test]
            fn training_in_parts_is_training_at_once() {
                let (mut whole, mut parts) = (trainer(5), trainer(5));
                let (mut one, mut other) = (Drift::default(), Drift::default());
                let at_once = whole.train(&mut one, 650, &Quiet).unwrap();
                let mut updates = Vec::new();
                for steps in [1, 150, 0, 300, 199] {
                    updates.extend(parts.train(&mut other, steps, &Quiet).unwrap().updates);
                }
                assert_eq!((whole, at_once.updates), (parts, updates));
            }

            #[test]
            fn a_copy_and_what_was_read_from_a_file_resume_bit_for_bit() {
                let (mut trainer, mut environment) = (trainer(5), Drift::default());
                // In the middle of an episode and of a rollout, after an update.
                trainer.train(&mut environment, 333, &Quiet).unwrap();
                let (mut copy, mut its_environment) = (trainer.clone(), environment.clone());
                let file = postcard::to_stdvec(&trainer).unwrap();
                let (mut read, mut other) =
                    (postcard::from_bytes::<$trainer>(&file).unwrap(), environment.clone());
                assert_eq!(read, trainer);
                let training = trainer.train(&mut environment, 400, &Quiet).unwrap();
                assert_eq!(copy.train(&mut its_environment, 400, &Quiet).unwrap(), training);
                assert_eq!(read.train(&mut other, 400, &Quiet).unwrap(), training);
                assert_eq!(copy, trainer);
                assert_eq!(read, trainer);
            }

            #[test]
            fn a_trainer_that_left_its_episode_resumes_with_a_fresh_environment() {
                let (mut trainer, mut environment) = (trainer(5), Drift::default());
                trainer.train(&mut environment, 230, &Quiet).unwrap();
                trainer.leave_episode();
                let mut copy = trainer.clone();
                // Episodes of this environment differ by their number.
                let mut fresh = Drift { episodes: environment.episodes, ..Drift::default() };
                let training = trainer.train(&mut environment, 300, &Quiet).unwrap();
                assert_eq!(copy.train(&mut fresh, 300, &Quiet).unwrap(), training);
                assert_eq!(copy, trainer);
            }

            #[test]
            fn acting_changes_nothing() {
                let mut trainer = trainer(5);
                trainer.train(&mut Drift::default(), 250, &Quiet).unwrap();
                let before = trainer.clone();
                let mut action = [f64::NAN; 2];
                trainer.act(&[3.0, -1.0, 7.0], &mut action).unwrap();
                let first = action;
                trainer.act(&[30.0, -1.0, 7.0], &mut action).unwrap();
                trainer.act(&[3.0, -1.0, 7.0], &mut action).unwrap();
                assert_eq!((first, before), (action, trainer));
            }

            #[test]
            fn a_saved_policy_acts_as_the_one_that_was_trained() {
                let mut trainer = trainer(5);
                trainer.train(&mut Drift::default(), 450, &Quiet).unwrap();
                let file = postcard::to_stdvec(trainer.policy()).unwrap();
                let mut policy: Policy = postcard::from_bytes(&file).unwrap();
                assert_eq!(&policy, trainer.policy());
                let (mut saved, mut own) = ([0.0; 2], [0.0; 2]);
                policy.act(&[2.0, 5.0, -3.0], &mut saved).unwrap();
                trainer.act(&[2.0, 5.0, -3.0], &mut own).unwrap();
                assert_eq!(saved, own);
                assert_eq!(policy.sizes(), SIZES);
            }

            #[test]
            fn a_sensor_or_a_reward_without_a_number_is_named_and_training_can_go_on() {
                let mut trainer = trainer(5);
                let mut environment = Drift { no_sense_at: Some(120), ..Drift::default() };
                let error = trainer.train(&mut environment, 300, &Quiet).unwrap_err();
                assert_eq!(
                    error.to_string(),
                    "observation 1 is NaN after 120 steps of training; see to the sensor that gives it"
                );
                assert_eq!(trainer.steps(), 120);
                assert_eq!(trainer.train(&mut environment, 300, &Quiet).unwrap().steps, 300);
                assert_eq!(
                    environment.episodes,
                    120 / 37 + 1 + 300 / 37 + 1,
                    "a new episode after the error"
                );
                let mut environment = Drift { no_reward_at: Some(7), ..Drift::default() };
                let error = trainer.train(&mut environment, 300, &Quiet).unwrap_err();
                assert!(matches!(error, Error::Reward { value: f64::INFINITY, .. }), "{error}");
                let mut environment = Drift { fails_at: Some(7), ..Drift::default() };
                let error = trainer.train(&mut environment, 300, &Quiet).unwrap_err();
                let fault = "the environment cannot go on: the left hind leg fell off; put it on";
                assert_eq!(error.to_string(), fault);
                let mut action = [0.0; 2];
                let error = trainer.act(&[0.0, 0.0, f64::NAN], &mut action).unwrap_err();
                assert_eq!(error.to_string(), "observation 2 is NaN; see to the sensor that gives it");
                assert!(matches!(
                    trainer.act(&[0.0; 4], &mut action),
                    Err(Error::Shape { found: 4, expected: 3, .. })
                ));
                assert!(matches!(
                    trainer.act(&[0.0; 3], &mut [0.0]),
                    Err(Error::Shape { found: 1, expected: 2, .. })
                ));
            }

            #[test]
            fn an_environment_of_other_sizes_is_refused() {
                let sizes = Sizes { observations: 4, actions: 2 };
                let mut trainer = <$trainer>::new(&$parameters, sizes, 1).unwrap();
                let error = trainer.train(&mut Drift::default(), 10, &Quiet).unwrap_err();
                assert!(matches!(error, Error::Shape { found: 3, expected: 4, .. }), "{error}");
                for sizes in [Sizes { observations: 0, actions: 2 }, Sizes { observations: 2, actions: 0 }] {
                    assert!(matches!(<$trainer>::new(&$parameters, sizes, 1), Err(Error::Parameter(_))));
                }
            }

            #[test]
            fn a_stop_ends_training_after_a_whole_step() {
                let stop = StopAfter { left: AtomicU64::new(90), expected: AtomicU64::new(0) };
                let mut trainer = trainer(5);
                assert_eq!(trainer.train(&mut Drift::default(), 400, &stop).unwrap().steps, 90);
                assert_eq!((trainer.steps(), stop.expected.into_inner()), (90, 400));
            }

            #[test]
            fn steps_between_updates_allocate_nothing_nor_do_updates_after_the_first() {
                assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(3)))), 1, "the counter counts");
                let (mut trainer, mut environment) = (trainer(5), Drift::default());
                trainer.train(&mut environment, 201, &Quiet).unwrap();
                let steps = || drop(trainer.train(&mut environment, 150, &Quiet).unwrap());
                assert_eq!(allocations(steps), 0);
                // The list of updates, which the caller gets.
                let update = || drop(trainer.train(&mut environment, 100, &Quiet).unwrap());
                assert_eq!(allocations(update), 1);
                let mut policy = trainer.policy().clone();
                let mut action = [0.0; 2];
                policy.act(&[1.0, 2.0, 3.0], &mut action).unwrap();
                assert_eq!(allocations(|| policy.act(&[1.0, 2.0, 3.0], &mut action).unwrap()), 0);
            }

            #[test]
            fn a_damaged_file_is_refused_and_never_a_panic() {
                let mut trainer = trainer(5);
                trainer.train(&mut Drift::default(), 230, &Quiet).unwrap();
                let file = postcard::to_stdvec(&trainer).unwrap();
                for at in (0..file.len()).step_by(7) {
                    let mut damaged = file.clone();
                    damaged[at] ^= 0x81;
                    if let Ok(mut read) = postcard::from_bytes::<$trainer>(&damaged) {
                        // A changed number that is still allowed: it trains, or says that it cannot.
                        let _ = read.train(&mut Drift::default(), 1, &Quiet);
                    }
                    assert!(postcard::from_bytes::<$trainer>(&file[..at]).is_err());
                }
            }
        }
    };
}

promises!(proper, Ppo, small());
promises!(published, PublishedPpo, small_published());

/// Progress that stops after a number of steps.
struct StopAfter {
    left: AtomicU64,
    expected: AtomicU64,
}

impl Progress for StopAfter {
    fn note(&self, _text: &str) {}

    fn expect(&self, units: u64) {
        self.expected.fetch_add(units, Ordering::Relaxed);
    }

    fn done(&self, units: u64) {
        self.left.fetch_sub(units, Ordering::Relaxed);
    }

    fn stops(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }
}
