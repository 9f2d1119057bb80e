//! Promises of both trainers: the same bits on repeat, in any thread and after a resume; errors that name their culprit; values of
//! episodes that are cut; no allocation between updates.

use lobule_signal::{Progress, Quiet, Stream};
use lobule_theory::Error;
use lobule_theory::policy_gradient::{
    Environment, Policy, Ppo, PpoParameters, PublishedPpo, PublishedPpoParameters, Sizes, Step,
};
use std::sync::atomic::{AtomicU64, Ordering};

mod counting;
use counting::allocations;

const SIZES: Sizes = Sizes { observations: 3, actions: 2 };

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

/// Observations that drift and follow the actions; episodes of 37 steps, every third of which ends, the others are truncated.
#[derive(Clone, Default)]
struct Drift {
    seed: u64,
    steps: u64,
    /// Numbers of resets and of steps so far.
    episodes: u64,
    total: u64,
    /// Step at which the first sensor gives no number, or the reward is none.
    no_sense_at: Option<u64>,
    no_reward_at: Option<u64>,
    fails_at: Option<u64>,
}

impl Environment for Drift {
    fn observations(&self) -> usize {
        SIZES.observations
    }

    fn actions(&self) -> usize {
        SIZES.actions
    }

    fn reset(&mut self, seed: u64, observation: &mut [f64]) -> Result<(), Error> {
        (self.seed, self.steps) = (seed, 0);
        self.episodes += 1;
        let stream = Stream::new(seed, "drift");
        observation.iter_mut().enumerate().for_each(|(i, o)| *o = 4.0 + stream.normal(0, i as u32));
        Ok(())
    }

    fn step(&mut self, action: &[f64], observation: &mut [f64]) -> Result<Step, Error> {
        if self.fails_at == Some(self.total) {
            self.total += 1;
            return Err(Error::Environment { fault: "the left hind leg fell off; put it on".into() });
        }
        self.steps += 1;
        let stream = Stream::new(self.seed, "drift");
        for (i, o) in observation.iter_mut().enumerate() {
            *o = 0.9 * *o + 0.3 * action[i % 2] + 0.1 * stream.normal(self.steps, i as u32);
        }
        if self.no_sense_at == Some(self.total) {
            observation[1] = f64::NAN;
        }
        let mut reward = 1.0 - observation[0] * observation[0] - 0.1 * action[1];
        if self.no_reward_at == Some(self.total) {
            reward = f64::INFINITY;
        }
        self.total += 1;
        let is_last = self.steps == 37;
        Ok(Step { reward, ended: is_last && self.episodes.is_multiple_of(3), truncated: is_last })
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

/// A reward of 1 per step and nothing to see; the limit of time comes every 10 steps.
struct Clockwork {
    steps: u32,
    is_end: bool,
}

impl Environment for Clockwork {
    fn observations(&self) -> usize {
        1
    }

    fn actions(&self) -> usize {
        1
    }

    fn reset(&mut self, _seed: u64, observation: &mut [f64]) -> Result<(), Error> {
        self.steps = 0;
        observation[0] = 1.0;
        Ok(())
    }

    fn step(&mut self, _action: &[f64], observation: &mut [f64]) -> Result<Step, Error> {
        self.steps += 1;
        observation[0] = 1.0;
        let is_last = self.steps == 10;
        Ok(Step { reward: 1.0, ended: is_last && self.is_end, truncated: is_last && !self.is_end })
    }
}

/// Value that generalized advantages converge to where one value stands for all ten steps of an episode that ends:
/// the mean advantage is 0. With a = 1 - (1 - gamma) V, q = gamma lambda and k steps to go,
/// A_k = a (1 - q^(k-1)) / (1 - q) + q^(k-1) (1 - V).
fn value_of_ended_episodes(gamma: f64, lambda: f64) -> f64 {
    let q: f64 = gamma * lambda;
    let (mut of_a, mut of_last) = (0.0, 0.0);
    for k in 0..10 {
        of_a += (1.0 - q.powi(k)) / (1.0 - q);
        of_last += q.powi(k);
    }
    (of_a + of_last) / ((1.0 - gamma) * of_a + of_last)
}

#[test]
fn a_truncated_episode_is_worth_what_would_follow_and_an_ended_one_is_not() {
    let parameters = PpoParameters {
        gamma: 0.9,
        value_learning_rate: 3e-3,
        gradient_norm: 1e3,
        reward_scaling: false,
        rollout_steps: 500,
        hidden: vec![4],
        ..PpoParameters::default()
    };
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 0.3, "{found} {expected}");
    for (is_end, expected) in [(false, 1.0 / (1.0 - 0.9)), (true, value_of_ended_episodes(0.9, 0.95))] {
        let mut ppo = Ppo::new(&parameters, Sizes { observations: 1, actions: 1 }, 3).unwrap();
        ppo.train(&mut Clockwork { steps: 0, is_end }, 60_000, &Quiet).unwrap();
        // The one observation there is becomes 0.
        near(ppo.value().forward(&[0.0], &mut Default::default())[0], expected);
    }
    // The published baseline takes the limit of time for the end.
    let parameters = PublishedPpoParameters {
        gamma: 0.9,
        learning_rate: 0.01,
        rollout_steps: 500,
        hidden: vec![4],
        ..PublishedPpoParameters::default()
    };
    let mut published = PublishedPpo::new(&parameters, Sizes { observations: 1, actions: 1 }, 3).unwrap();
    published.train(&mut Clockwork { steps: 0, is_end: false }, 60_000, &Quiet).unwrap();
    let value = published.value().forward(&[1.0], &mut Default::default())[0];
    near(value, value_of_ended_episodes(0.9, 0.95));
}

#[test]
fn an_update_ends_early_where_the_policy_has_moved_too_far() {
    let parameters = PpoParameters { learning_rate: 0.03, epochs: 20, ..small() };
    let epochs = |kl_limit| {
        let parameters = PpoParameters { kl_limit, ..parameters.clone() };
        let mut ppo = Ppo::new(&parameters, SIZES, 1).unwrap();
        ppo.train(&mut Drift::default(), 200, &Quiet).unwrap().updates[0]
    };
    assert_eq!(epochs(None).epochs, 20);
    let stopped = epochs(Some(0.02));
    assert!(stopped.epochs < 20 && stopped.kl > 0.02, "{stopped:?}");
}

#[test]
fn an_entropy_bonus_keeps_actions_wide() {
    let entropy = |entropy_bonus| {
        let parameters = PpoParameters { entropy_bonus, learning_rate: 1e-3, ..small() };
        let mut ppo = Ppo::new(&parameters, SIZES, 1).unwrap();
        ppo.train(&mut Drift::default(), 4000, &Quiet).unwrap().updates.last().unwrap().entropy
    };
    assert!(entropy(0.1) > entropy(0.0) + 0.1, "{} {}", entropy(0.1), entropy(0.0));
}

#[test]
fn a_scale_of_rewards_changes_nothing_but_rounding() {
    struct Scaled(Drift, f64);
    impl Environment for Scaled {
        fn observations(&self) -> usize {
            self.0.observations()
        }
        fn actions(&self) -> usize {
            self.0.actions()
        }
        fn reset(&mut self, seed: u64, observation: &mut [f64]) -> Result<(), Error> {
            self.0.reset(seed, observation)
        }
        fn step(&mut self, action: &[f64], observation: &mut [f64]) -> Result<Step, Error> {
            let step = self.0.step(action, observation)?;
            Ok(Step { reward: self.1 * step.reward, ..step })
        }
    }
    // A power of two is exact.
    let run = |scale| {
        let mut ppo = Ppo::new(&small(), SIZES, 1).unwrap();
        ppo.train(&mut Scaled(Drift::default(), scale), 1000, &Quiet).unwrap();
        ppo.policy().clone()
    };
    assert_eq!(run(1.0), run(1024.0));
}

#[test]
fn training_that_diverges_says_so() {
    let parameters = PpoParameters { learning_rate: 1e300, ..small() };
    let mut ppo = Ppo::new(&parameters, SIZES, 1).unwrap();
    let error = ppo.train(&mut Drift::default(), 2000, &Quiet).unwrap_err();
    assert!(matches!(error, Error::Diverged { update: 0, .. }), "{error}");
    assert!(error.to_string().contains("lower the learning rates"), "{error}");
    let parameters = PublishedPpoParameters { learning_rate: 1e300, ..small_published() };
    let mut ppo = PublishedPpo::new(&parameters, SIZES, 1).unwrap();
    let error = ppo.train(&mut Drift::default(), 2000, &Quiet).unwrap_err();
    assert!(matches!(error, Error::Diverged { update: 0, .. }), "{error}");
}

#[test]
fn parameters_out_of_range_are_refused_by_name() {
    let good = PpoParameters::default();
    assert_eq!(good.check(), Ok(()));
    let named = |bad: PpoParameters| Ppo::new(&bad, SIZES, 1).unwrap_err().to_string();
    for (bad, name) in [
        (PpoParameters { gamma: 1.5, ..good.clone() }, "gamma"),
        (PpoParameters { lambda: f64::NAN, ..good.clone() }, "lambda"),
        (PpoParameters { clip: 0.0, ..good.clone() }, "clip"),
        (PpoParameters { minibatch: 4096, ..good.clone() }, "minibatch"),
        (PpoParameters { rollout_steps: 0, ..good.clone() }, "rollout_steps"),
        (PpoParameters { epochs: 0, ..good.clone() }, "epochs"),
        (PpoParameters { hidden: vec![64, 0], ..good.clone() }, "hidden"),
        (PpoParameters { hidden: vec![2; 20], ..good.clone() }, "number of hidden layers"),
        (PpoParameters { log_std: 1e9, ..good.clone() }, "log_std"),
        (PpoParameters { learning_rate: -1.0, ..good.clone() }, "learning_rate"),
        (PpoParameters { value_learning_rate: f64::INFINITY, ..good.clone() }, "value_learning_rate"),
        (PpoParameters { entropy_bonus: -0.1, ..good.clone() }, "entropy_bonus"),
        (PpoParameters { gradient_norm: 0.0, ..good.clone() }, "gradient_norm"),
        (PpoParameters { kl_limit: Some(0.0), ..good.clone() }, "kl_limit"),
        (PpoParameters { observation_limit: 0.0, ..good.clone() }, "observation_limit"),
    ] {
        let error = named(bad);
        assert!(error.starts_with(&format!("ppo: {name} = ")), "{name}: {error}");
    }
    let good = PublishedPpoParameters::default();
    assert_eq!(good.check(), Ok(()));
    for (bad, name) in [
        (PublishedPpoParameters { action_limit: 0.0, ..good.clone() }, "action_limit"),
        (PublishedPpoParameters { log_std_rate: -1.0, ..good.clone() }, "log_std_rate"),
        (PublishedPpoParameters { clip: -0.2, ..good.clone() }, "clip"),
        (PublishedPpoParameters { hidden_deviation: f64::NAN, ..good.clone() }, "hidden_deviation"),
        (PublishedPpoParameters { output_deviation: -0.1, ..good.clone() }, "output_deviation"),
    ] {
        let error = PublishedPpo::new(&bad, SIZES, 1).unwrap_err().to_string();
        assert!(error.starts_with(&format!("published_ppo: {name} = ")), "{name}: {error}");
    }
}

#[test]
fn published_actions_keep_within_their_limit_and_the_noise_is_fixed_unless_asked_for() {
    struct Watched(Drift, f64);
    impl Environment for Watched {
        fn observations(&self) -> usize {
            self.0.observations()
        }
        fn actions(&self) -> usize {
            self.0.actions()
        }
        fn reset(&mut self, seed: u64, observation: &mut [f64]) -> Result<(), Error> {
            self.0.reset(seed, observation)
        }
        fn step(&mut self, action: &[f64], observation: &mut [f64]) -> Result<Step, Error> {
            self.1 = action.iter().fold(self.1, |most, a| most.max(a.abs()));
            self.0.step(action, observation)
        }
    }
    let mut watched = Watched(Drift::default(), 0.0);
    let mut fixed = PublishedPpo::new(&small_published(), SIZES, 1).unwrap();
    fixed.train(&mut watched, 1000, &Quiet).unwrap();
    assert_eq!(watched.1, 1.0);
    assert_eq!(fixed.policy().log_std(), [-0.5; 2]);
    let parameters = PublishedPpoParameters { log_std_rate: 0.1, ..small_published() };
    let mut moving = PublishedPpo::new(&parameters, SIZES, 1).unwrap();
    moving.train(&mut Drift::default(), 1000, &Quiet).unwrap();
    assert!(moving.policy().log_std().iter().all(|s| *s != -0.5 && (s + 0.5).abs() < 0.01));
}
