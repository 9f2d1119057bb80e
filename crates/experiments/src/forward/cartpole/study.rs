//! The experiment `forward/cartpole`.

use super::attempt::{self, Setting};
use super::config::{Actuation, CartPoleConfig, ControllerKind, DEFAULTS, PRESETS};
use super::record::{CartPoleRecord, DmController, PassMode, PoleController};
use lobule_study::Error;
use lobule_study::report::{Figure, Finding};
use lobule_study::{Card, Run, Story, Study};

/// The experiment `forward/cartpole`.
#[derive(Debug, Clone, Copy)]
pub struct CartPoleStudy;

static CARD: Card = Card {
    name: "forward/cartpole",
    title: "A pole on a cart, with and without a forward model",
    line: "cart-pole under delays: learned forward models against everything that could explain their success",
    source: "iterated forward-model controller (htm-rs, 2023) on Gymnasium's CartPole-v1",
    sources: &[
        "Cart-pole: Barto, Sutton & Anderson 1983, doi:10.1109/TSMC.1983.6313077; constants of Gymnasium CartPole-v1",
        "Inner loop: ctrl-z-9000-times, htm-rs (npc.py, src/cerebellum.rs, tests/test_cartpole.py), 2023",
        "CMAC: Albus 1975, doi:10.1115/1.3426922",
        "RLS, NLMS: Haykin 2014, Adaptive Filter Theory",
    ],
    defaults: DEFAULTS,
    presets: &PRESETS,
    unit: "attempts",
    ..Card::BLANK
};

impl Study for CartPoleStudy {
    type Config = CartPoleConfig;
    type Record = CartPoleRecord;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &CartPoleConfig) -> Result<(), Error> {
        config.validate()?;
        // What a part refuses, it refuses before anything runs.
        for kind in ControllerKind::MODELS {
            attempt::controller(config, &Setting::gymnasium(config, config.tasks[0], 0), kind, 0)?;
        }
        Ok(())
    }

    fn run(&self, config: &CartPoleConfig, run: &Run) -> Result<CartPoleRecord, Error> {
        let attempts = attempts(config);
        let passes = passes(config);
        let pole = pole(config);
        let dm_control = over_seeds(config, &DmController::ALL);
        let all = attempts.len() + passes.len() + pole.len() + dm_control.len();
        run.progress.expect(all as u64);
        Ok(CartPoleRecord {
            attempts: each(run, &attempts, |&(task, delay_ms, kind, seed)| {
                attempt::attempt(config, task, delay_ms, kind, seed)
            })?,
            passes: each(run, &passes, |&(mode, passes, horizon, seed)| {
                attempt::passes_run(config, mode, passes, horizon, seed)
            })?,
            pole: each(run, &pole, |&(delay_ms, half_length_m, who, seed)| {
                attempt::pole_run(config, who, delay_ms, half_length_m, seed)
            })?,
            dm_control: each(run, &dm_control, |&(who, seed)| attempt::dm_run(config, who, seed))?,
        })
    }

    fn findings(&self, config: &CartPoleConfig, record: &CartPoleRecord) -> Vec<Finding> {
        super::findings::findings(config, record)
    }

    fn figures(&self, config: &CartPoleConfig, record: &CartPoleRecord) -> Result<Vec<Figure>, Error> {
        super::figures::figures(config, record)
    }

    fn story(&self, config: &CartPoleConfig, record: &CartPoleRecord) -> Story {
        super::words::story(config, record)
    }
}

/// Works on every item and tells the progress of each.
fn each<I: Sync, T: Send>(
    run: &Run,
    items: &[I],
    work: impl Fn(&I) -> Result<T, Error> + Sync,
) -> Result<Vec<T>, Error> {
    run.each(items, |item| {
        let done = work(item)?;
        run.progress.done(1);
        Ok(done)
    })
}

/// Every kind on every seed.
fn over_seeds<K: Copy>(config: &CartPoleConfig, kinds: &[K]) -> Vec<(K, u64)> {
    kinds.iter().flat_map(|&kind| config.seeds.iter().map(move |&seed| (kind, seed))).collect()
}

/// Task, delay, controller, seed of every attempt.
fn attempts(config: &CartPoleConfig) -> Vec<(Actuation, usize, ControllerKind, u64)> {
    let mut items = Vec::new();
    for &task in &config.tasks {
        // The sign of a command does not know its gain.
        let gains = if task == Actuation::TwoActions { 1 } else { config.pd.gains.len() };
        let laws = (0..gains)
            .flat_map(|g| (0..config.pd.angular_velocities.len()).map(move |w| ControllerKind::Pd(g, w)));
        let kinds: Vec<ControllerKind> = config.controllers.iter().copied().chain(laws).collect();
        for &delay_ms in &config.delays_ms {
            items.extend(
                over_seeds(config, &kinds).into_iter().map(|(kind, seed)| (task, delay_ms, kind, seed)),
            );
        }
    }
    items
}

/// Mode, passes, look-ahead, seed.
fn passes(config: &CartPoleConfig) -> Vec<(PassMode, usize, usize, u64)> {
    let mut items = Vec::new();
    for mode in PassMode::ALL {
        for &n in &config.passes.passes {
            for &h in &config.passes.horizons {
                items.extend(config.seeds.iter().map(|&seed| (mode, n, h, seed)));
            }
        }
    }
    items
}

/// Delay, half length, controller, seed.
fn pole(config: &CartPoleConfig) -> Vec<(usize, f64, PoleController, u64)> {
    let mut items = Vec::new();
    for &delay_ms in &config.pole.delays_ms {
        for &half_length_m in &config.pole.half_lengths_m {
            let runs = over_seeds(config, &PoleController::ALL);
            items.extend(runs.into_iter().map(|(who, seed)| (delay_ms, half_length_m, who, seed)));
        }
    }
    items
}
