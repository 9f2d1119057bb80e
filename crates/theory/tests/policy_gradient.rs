//! Laws of both trainers: values of episodes that are cut, limits on the change of a policy, scales that do not matter, the published
//! step; parameters out of range, and training that diverges.

use lobule_signal::{Quiet, Stream};
use lobule_theory::Error;
use lobule_theory::policy_gradient::{
    Environment, Ppo, PpoParameters, PublishedPpo, PublishedPpoParameters, Sizes, Step,
};

mod drift;
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

/// A reward of 1 per step and nothing to see; every episode has a number of steps.
struct Clockwork {
    steps: u32,
    length: u32,
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
        let is_last = self.steps == self.length;
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
        ppo.train(&mut Clockwork { steps: 0, length: 10, is_end }, 60_000, &Quiet).unwrap();
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
    published.train(&mut Clockwork { steps: 0, length: 10, is_end: false }, 60_000, &Quiet).unwrap();
    let value = published.value().forward(&[1.0], &mut Default::default())[0];
    near(value, value_of_ended_episodes(0.9, 0.95));
}

#[test]
fn an_episode_that_goes_on_after_an_update_is_worth_what_will_follow() {
    let parameters = PpoParameters {
        gamma: 0.9,
        value_learning_rate: 3e-3,
        gradient_norm: 1e3,
        reward_scaling: false,
        rollout_steps: 10,
        minibatch: 10,
        hidden: vec![4],
        ..PpoParameters::default()
    };
    let mut ppo = Ppo::new(&parameters, Sizes { observations: 1, actions: 1 }, 3).unwrap();
    let mut environment = Clockwork { steps: 0, length: u32::MAX, is_end: false };
    ppo.train(&mut environment, 20_000, &Quiet).unwrap();
    let value = ppo.value().forward(&[0.0], &mut Default::default())[0];
    assert!((value - 10.0).abs() < 0.3, "{value}");
}

#[test]
fn an_update_ends_early_where_the_policy_has_moved_too_far() {
    let parameters = PpoParameters { learning_rate: 0.03, epochs: 20, ..small() };
    let epochs = |kl_limit| {
        let parameters = PpoParameters { kl_limit, ..parameters.clone() };
        let mut ppo = Ppo::new(&parameters, SIZES, 1).unwrap();
        ppo.train(&mut Drift::default(), 200, &Quiet).unwrap().updates[0]
    };
    let (free, stopped) = (epochs(None), epochs(Some(0.02)));
    assert_eq!(free.epochs, 20);
    assert!(stopped.epochs < 20 && stopped.kl < 0.5 * free.kl, "{stopped:?} {free:?}");
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

/// Episodes of one step with a stimulus; all stimuli, actions and rewards are kept.
#[derive(Default)]
struct Recorded {
    stimulus: f64,
    /// Added to every reward.
    bonus: f64,
    all: Vec<[f64; 3]>,
}

impl Environment for Recorded {
    fn observations(&self) -> usize {
        1
    }

    fn actions(&self) -> usize {
        1
    }

    fn reset(&mut self, seed: u64, observation: &mut [f64]) -> Result<(), Error> {
        self.stimulus = Stream::new(seed, "stimulus").normal(0, 0);
        observation[0] = self.stimulus;
        Ok(())
    }

    fn step(&mut self, action: &[f64], _observation: &mut [f64]) -> Result<Step, Error> {
        let reward = action[0] * self.stimulus + self.bonus;
        self.all.push([self.stimulus, action[0], reward]);
        Ok(Step { reward, ended: true, truncated: false })
    }
}

#[test]
fn a_bonus_for_every_step_that_no_value_function_predicts_changes_no_policy() {
    // Each minibatch sees its advantages from their mean.
    let parameters = PpoParameters {
        value_learning_rate: 0.0,
        reward_scaling: false,
        rollout_steps: 64,
        minibatch: 16,
        ..small()
    };
    let policy = |bonus| {
        let mut ppo = Ppo::new(&parameters, Sizes { observations: 1, actions: 1 }, 4).unwrap();
        ppo.train(&mut Recorded { bonus, ..Recorded::default() }, 64, &Quiet).unwrap();
        ppo.policy().clone()
    };
    let (without, with) = (policy(0.0), policy(50.0));
    for (a, b) in without.network().parameters().iter().zip(with.network().parameters()) {
        assert!((a - b).abs() < 1e-7, "{a} {b}");
    }
}

#[test]
fn the_published_step_follows_the_weighted_score_also_where_it_would_be_clipped() {
    // A linear policy and value function that begin at 0, and whole rollouts as minibatches: each step can be computed by hand.
    let parameters = PublishedPpoParameters {
        hidden: vec![],
        output_deviation: 0.0,
        rollout_steps: 64,
        minibatch: 64,
        epochs: 6,
        learning_rate: 0.3,
        ..PublishedPpoParameters::default()
    };
    let mut environment = Recorded::default();
    let mut trainer = PublishedPpo::new(&parameters, Sizes { observations: 1, actions: 1 }, 4).unwrap();
    let update = trainer.train(&mut environment, 64, &Quiet).unwrap().updates[0];
    assert!(update.clipped > 0.1, "steps lie where a clip would stop them: {update:?}");

    let n = 64.0;
    let variance = libm::exp(-1.0) + 1e-8;
    let mean = environment.all.iter().map(|[_, _, r]| r / n).sum::<f64>();
    let deviation =
        environment.all.iter().map(|[_, _, r]| (r - mean) * (r - mean) / n).sum::<f64>().sqrt() + 1e-8;
    let ([mut w, mut b], [mut v, mut c]) = ([0.0; 2], [0.0; 2]);
    for _ in 0..6 {
        let [mut dw, mut db, mut dv, mut dc] = [0.0; 4];
        for [x, a, r] in &environment.all {
            let score = (r - mean) / deviation * (a - w * x - b) / variance / n;
            let miss = (v * x + c - r) / n;
            (dw, db, dv, dc) = (dw + score * x, db + score, dv + miss * x, dc + miss);
        }
        (w, b, v, c) = (w + 0.3 * dw, b + 0.3 * db, v - 0.3 * dv, c - 0.3 * dc);
    }
    for (found, expected) in [(trainer.policy().network(), [w, b]), (trainer.value(), [v, c])] {
        for (found, expected) in found.parameters().iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
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
