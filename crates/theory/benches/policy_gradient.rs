//! What an update of a policy of a body with four legs costs: 45 observations, two layers of 64, 12 actions, 2048 steps, 10 epochs of
//! minibatches of 64; and what acting costs.
//!
//! The environment is nearly free, so that `rollout_and_update` is the update plus 2048 drawn actions. One thread; run with
//! `cargo bench -p lobule-theory --bench policy_gradient`.

use criterion::{Criterion, criterion_group, criterion_main};
use lobule_signal::Quiet;
use lobule_theory::Error;
use lobule_theory::policy_gradient::{
    Environment, Ppo, PpoParameters, PublishedPpo, PublishedPpoParameters, Sizes, Step,
};
use std::hint::black_box;

/// Observations that follow the actions, and a reward for small ones.
struct Echo {
    step: u64,
}

impl Environment for Echo {
    fn observations(&self) -> usize {
        45
    }

    fn actions(&self) -> usize {
        12
    }

    fn reset(&mut self, seed: u64, observation: &mut [f64]) -> Result<(), Error> {
        self.step = seed % 97;
        observation.fill(0.1);
        Ok(())
    }

    fn step(&mut self, action: &[f64], observation: &mut [f64]) -> Result<Step, Error> {
        self.step += 1;
        for (i, o) in observation.iter_mut().enumerate() {
            *o = 0.9 * *o + 0.1 * action[i % 12] + 0.01 * ((self.step * (i as u64 + 3)) % 17) as f64;
        }
        let reward = -action.iter().map(|a| a * a).sum::<f64>();
        Ok(Step { reward, ended: false, truncated: self.step.is_multiple_of(1000) })
    }
}

fn updates(c: &mut Criterion) {
    let mut group = c.benchmark_group("policy_gradient_45_64_64_12");
    group.sample_size(20);
    let sizes = Sizes { observations: 45, actions: 12 };
    let mut environment = Echo { step: 0 };

    let mut ppo = Ppo::new(&PpoParameters::default(), sizes, 1).expect("a trainer");
    group.bench_function("ppo_rollout_and_update", |b| {
        b.iter(|| ppo.train(&mut environment, 2048, &Quiet).expect("an update"));
    });
    // The same without an update: steps that the rollout of another trainer has room for.
    let parameters = PpoParameters { rollout_steps: 1 << 20, ..PpoParameters::default() };
    let empty = Ppo::new(&parameters, sizes, 1).expect("a trainer");
    group.bench_function("ppo_rollout_alone", |b| {
        b.iter_batched(
            || empty.clone(),
            |mut ppo| ppo.train(&mut environment, 2048, &Quiet).expect("a rollout"),
            criterion::BatchSize::LargeInput,
        );
    });
    let mut published = PublishedPpo::new(&PublishedPpoParameters::default(), sizes, 1).expect("a trainer");
    group.bench_function("published_ppo_rollout_and_update", |b| {
        b.iter(|| published.train(&mut environment, 2048, &Quiet).expect("an update"));
    });
    let (observation, mut action) = ([0.3; 45], [0.0; 12]);
    group.bench_function("act", |b| {
        b.iter(|| ppo.act(black_box(&observation), &mut action).expect("an action"));
    });
    group.finish();
}

criterion_group!(benches, updates);
criterion_main!(benches);
