//! Policies that learn: a choice that depends on a stimulus, a point mass, a pendulum, and a body that may stand or walk.
//!
//! Every threshold, number of steps and seed here was chosen before the first run. One parameter was not: in the first run the
//! pendulum was trained with a step of 1e-3, as the other small tasks are. All of eight seeds learned to swing it up within 50,000
//! steps, and most forgot it again within 400,000, one of these three before the test ended. The test now uses the default step.
//! With it, one of twelve seeds (none of these three) forgot within 400,000 steps, after 300,000.

use lobule_signal::{Quiet, Stream};
use lobule_theory::Error;
use lobule_theory::policy_gradient::{
    Environment, Policy, Ppo, PpoParameters, PublishedPpo, PublishedPpoParameters, Sizes, Step,
};

const SEEDS: [u64; 3] = [1, 2, 3];

/// Small networks for small tasks.
fn small() -> PpoParameters {
    PpoParameters {
        hidden: vec![32, 32],
        rollout_steps: 512,
        learning_rate: 1e-3,
        value_learning_rate: 1e-3,
        ..PpoParameters::default()
    }
}

/// Policy trained in an environment for some steps.
fn trained(parameters: &PpoParameters, environment: &mut dyn Environment, steps: u64, seed: u64) -> Policy {
    let mut ppo = Ppo::new(parameters, Sizes::of(environment), seed).unwrap();
    ppo.train(environment, steps, &Quiet).unwrap();
    ppo.policy().clone()
}

/// One step: the best action is 0.8 times the stimulus, in [-1, 1].
struct Stimulus {
    stimulus: f64,
}

impl Environment for Stimulus {
    fn observations(&self) -> usize {
        1
    }

    fn actions(&self) -> usize {
        1
    }

    fn reset(&mut self, seed: u64, observation: &mut [f64]) -> Result<(), Error> {
        self.stimulus = 2.0 * Stream::new(seed, "stimulus").uniform(0, 0) - 1.0;
        observation[0] = self.stimulus;
        Ok(())
    }

    fn step(&mut self, action: &[f64], observation: &mut [f64]) -> Result<Step, Error> {
        let miss = action[0] - 0.8 * self.stimulus;
        observation[0] = 0.0;
        Ok(Step { reward: -miss * miss, ended: true, truncated: false })
    }
}

#[test]
fn a_policy_learns_the_best_action_for_each_stimulus() {
    for seed in SEEDS {
        let mut policy = trained(&small(), &mut Stimulus { stimulus: 0.0 }, 20_000, seed);
        let squares: f64 = (-10..=10)
            .map(|i| {
                let (x, mut action) = (f64::from(i) / 10.0, [0.0]);
                policy.act(&[x], &mut action).unwrap();
                (action[0] - 0.8 * x).powi(2)
            })
            .sum();
        let error = (squares / 21.0).sqrt();
        // The untrained policy misses by 0.8 · 0.61 = 0.48.
        assert!(error < 0.1, "seed {seed}: rms error {error}");
    }
}

/// A point of mass 1 in a plane, pushed by two forces within ± 1, to be brought to the origin within 5 s.
struct PointMass {
    position: [f64; 2],
    velocity: [f64; 2],
    steps: u32,
}

impl PointMass {
    fn new() -> Self {
        Self { position: [0.0; 2], velocity: [0.0; 2], steps: 0 }
    }

    fn observe(&self, observation: &mut [f64]) {
        observation[..2].copy_from_slice(&self.position);
        observation[2..].copy_from_slice(&self.velocity);
    }

    fn distance(&self) -> f64 {
        (self.position[0].powi(2) + self.position[1].powi(2)).sqrt()
    }
}

impl Environment for PointMass {
    fn observations(&self) -> usize {
        4
    }

    fn actions(&self) -> usize {
        2
    }

    fn reset(&mut self, seed: u64, observation: &mut [f64]) -> Result<(), Error> {
        let place = Stream::new(seed, "place");
        *self = Self::new();
        self.position = [0, 1].map(|i| 2.0 * place.uniform(0, i) - 1.0);
        self.observe(observation);
        Ok(())
    }

    fn step(&mut self, action: &[f64], observation: &mut [f64]) -> Result<Step, Error> {
        const DT: f64 = 0.05;
        for ((x, v), force) in self.position.iter_mut().zip(&mut self.velocity).zip(action) {
            *v += DT * force.clamp(-1.0, 1.0);
            *x += DT * *v;
        }
        self.steps += 1;
        self.observe(observation);
        Ok(Step { reward: -self.distance(), ended: false, truncated: self.steps == 100 })
    }
}

#[test]
fn a_policy_brings_a_point_mass_to_its_target() {
    for seed in SEEDS {
        let mut policy = trained(&small(), &mut PointMass::new(), 80_000, seed);
        let (mut body, mut observation, mut action) = (PointMass::new(), [0.0; 4], [0.0; 2]);
        let mut sum = 0.0;
        for start in 0..20 {
            body.reset(1000 + start, &mut observation).unwrap();
            for _ in 0..100 {
                policy.act(&observation, &mut action).unwrap();
                body.step(&action, &mut observation).unwrap();
            }
            sum += body.distance();
        }
        // Starts are 0.77 away on average; a body that is not pushed stays there.
        assert!(sum / 20.0 < 0.1, "seed {seed}: {} away after 5 s", sum / 20.0);
    }
}

/// A pendulum that hangs, and whose motor holds only half of its weight: it must swing to stand. 10 s.
struct Pendulum {
    /// From upright, rad.
    angle: f64,
    velocity: f64,
    steps: u32,
}

impl Pendulum {
    fn new() -> Self {
        Self { angle: 0.0, velocity: 0.0, steps: 0 }
    }

    fn observe(&self, observation: &mut [f64]) {
        observation.copy_from_slice(&[libm::cos(self.angle), libm::sin(self.angle), self.velocity]);
    }
}

impl Environment for Pendulum {
    fn observations(&self) -> usize {
        3
    }

    fn actions(&self) -> usize {
        1
    }

    fn reset(&mut self, seed: u64, observation: &mut [f64]) -> Result<(), Error> {
        let start = Stream::new(seed, "start");
        let turn = 0.2 * (start.uniform(0, 0) - 0.5);
        *self = Self { angle: std::f64::consts::PI + turn, velocity: 0.0, steps: 0 };
        self.observe(observation);
        Ok(())
    }

    fn step(&mut self, action: &[f64], observation: &mut [f64]) -> Result<Step, Error> {
        const DT: f64 = 0.05;
        let torque = action[0].clamp(-1.0, 1.0);
        self.velocity += DT * (10.0 * libm::sin(self.angle) + 5.0 * torque - 0.1 * self.velocity);
        self.angle += DT * self.velocity;
        self.steps += 1;
        self.observe(observation);
        let reward = libm::cos(self.angle) - 0.01 * self.velocity * self.velocity - 0.01 * torque * torque;
        Ok(Step { reward, ended: false, truncated: self.steps == 200 })
    }
}

#[test]
fn a_policy_swings_a_pendulum_up_and_keeps_it_there() {
    let parameters =
        PpoParameters { hidden: vec![32, 32], gamma: 0.97, log_std: 0.0, ..PpoParameters::default() };
    for seed in SEEDS {
        let mut policy = trained(&parameters, &mut Pendulum::new(), 200_000, seed);
        let (mut body, mut observation, mut action) = (Pendulum::new(), [0.0; 3], [0.0]);
        let mut sum = 0.0;
        for start in 0..10 {
            body.reset(1000 + start, &mut observation).unwrap();
            for step in 0..200 {
                policy.act(&observation, &mut action).unwrap();
                body.step(&action, &mut observation).unwrap();
                sum += if step < 150 { 0.0 } else { libm::cos(body.angle) };
            }
        }
        // Hanging is -1, standing 1.
        assert!(sum / 500.0 > 0.8, "seed {seed}: height {} in the last quarter", sum / 500.0);
    }
}

/// Two legs that must be pushed in the rhythm of a 2 Hz clock to walk at up to 0.3 m/s. Steps of 5 ms; no step ends anything.
struct Walker {
    /// m/s.
    speed: f64,
    steps: u64,
    /// True for 5 m⁻¹ dx + 2 per step, of which standing earns 2.0 and walking 2.0075; false for the speed, m/s.
    pays_for_standing: bool,
}

const SPEED: f64 = 0.3;

impl Walker {
    fn new(pays_for_standing: bool) -> Self {
        Self { speed: 0.0, steps: 0, pays_for_standing }
    }

    fn observe(&self, observation: &mut [f64]) {
        let phase = std::f64::consts::TAU * (self.steps % 100) as f64 / 100.0;
        observation.copy_from_slice(&[libm::sin(phase), libm::cos(phase), self.speed]);
    }

    /// Mean speed of a policy without noise over 10 s, m/s, and its mean reward per step.
    fn walk(&mut self, mut act: impl FnMut(&[f64], &mut [f64])) -> (f64, f64) {
        let (mut observation, mut action) = ([0.0; 3], [0.0; 2]);
        self.reset(0, &mut observation).unwrap();
        let (mut way, mut reward) = (0.0, 0.0);
        for _ in 0..2000 {
            act(&observation, &mut action);
            reward += self.step(&action, &mut observation).unwrap().reward / 2000.0;
            way += self.speed / 2000.0;
        }
        (way, reward)
    }
}

impl Environment for Walker {
    fn observations(&self) -> usize {
        3
    }

    fn actions(&self) -> usize {
        2
    }

    fn reset(&mut self, _seed: u64, observation: &mut [f64]) -> Result<(), Error> {
        (self.speed, self.steps) = (0.0, 0);
        self.observe(observation);
        Ok(())
    }

    fn step(&mut self, action: &[f64], observation: &mut [f64]) -> Result<Step, Error> {
        const DT: f64 = 0.005;
        let phase = std::f64::consts::TAU * (self.steps % 100) as f64 / 100.0;
        let [left, right] = [action[0], action[1]].map(|a| a.clamp(-1.0, 1.0));
        let drive = (left * libm::sin(phase) + right * libm::cos(phase)).clamp(-1.0, 1.0);
        self.speed += DT / 0.1 * (SPEED * drive - self.speed);
        self.steps += 1;
        self.observe(observation);
        let reward = if self.pays_for_standing { 5.0 * DT * self.speed + 2.0 } else { self.speed };
        Ok(Step { reward, ended: false, truncated: false })
    }
}

#[test]
fn paid_for_standing_the_published_baseline_stands_and_paid_for_speed_the_proper_one_walks() {
    // 50,000 steps and the defaults of both, as in the published comparison.
    for seed in SEEDS {
        let mut standing = Walker::new(true);
        let parameters = PublishedPpoParameters::default();
        let mut published = PublishedPpo::new(&parameters, Sizes::of(&standing), seed).unwrap();
        let updates = published.train(&mut standing, 50_000, &Quiet).unwrap().updates;
        let (speed, reward) = standing.walk(|o, a| published.act(o, a).unwrap());
        assert!(speed.abs() < 0.1 * SPEED, "seed {seed}: the published baseline walks at {speed} m/s");
        assert!(reward > 0.99 * (5.0 * 0.005 * SPEED + 2.0), "seed {seed}: reward {reward}");
        assert!(updates.iter().all(|u| u.mean_reward > 1.99), "it earned as much all along");

        let mut walking = Walker::new(false);
        let mut ppo = Ppo::new(&PpoParameters::default(), Sizes::of(&walking), seed).unwrap();
        ppo.train(&mut walking, 50_000, &Quiet).unwrap();
        let (speed, _) = walking.walk(|o, a| ppo.act(o, a).unwrap());
        assert!(speed > 0.5 * SPEED, "seed {seed}: the proper one walks at {speed} m/s");
    }
}
