//! The experiment `forward/cartpole`.

use super::attempt::{self, Setting};
use super::config::{Actuation, CartPoleConfig, ControllerKind, DEFAULTS, PRESETS};
use super::record::{CartPoleRecord, DmController, PassMode, PoleController};
use crate::sweep::over_seeds;
use lobule_study::prelude::*;

/// The experiment `forward/cartpole`.
#[derive(Debug, Clone, Copy)]
pub struct CartPoleStudy;

impl Study for CartPoleStudy {
    type Config = CartPoleConfig;
    type Record = CartPoleRecord;

    const CARD: &'static Card = &Card {
        name: "forward/cartpole",
        title: "A pole on a cart, with and without a forward model",
        line: "do learned forward models help a cart-pole under feedback delay, or do simpler controllers explain the result?",
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
        grounds: super::reference::GROUNDS,
        ..Card::BLANK
    };

    fn check(&self, config: &CartPoleConfig) -> Result<(), Error> {
        config.validate()?;
        // The parts check themselves; a wrong value is reported before anything runs.
        for kind in ControllerKind::MODELS {
            attempt::controller(config, &Setting::gymnasium(config, config.tasks[0], 0), kind, 0)?;
        }
        Ok(())
    }

    fn run(&self, config: &CartPoleConfig, run: &Run) -> Result<CartPoleRecord, Error> {
        let attempts = over_seeds(&attempts(config), &config.seeds);
        let passes = over_seeds(&passes(config), &config.seeds);
        let pole = over_seeds(&pole(config), &config.seeds);
        let dm_control = over_seeds(&DmController::ALL, &config.seeds);
        let all = attempts.len() + passes.len() + pole.len() + dm_control.len();
        run.progress.expect(all as u64);
        Ok(CartPoleRecord {
            attempts: run.each_counted(&attempts, |&((task, delay_ms, kind), seed)| {
                attempt::attempt(config, task, delay_ms, kind, seed)
            })?,
            passes: run.each_counted(&passes, |&((mode, passes, horizon), seed)| {
                attempt::passes_run(config, mode, passes, horizon, seed)
            })?,
            pole: run.each_counted(&pole, |&((delay_ms, half_length_m, controller), seed)| {
                attempt::pole_run(config, controller, delay_ms, half_length_m, seed)
            })?,
            dm_control: run
                .each_counted(&dm_control, |&(controller, seed)| attempt::dm_run(config, controller, seed))?,
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

/// Task and delay, with every controller.
fn attempts(config: &CartPoleConfig) -> Vec<(Actuation, usize, ControllerKind)> {
    let mut items = Vec::new();
    for &task in &config.tasks {
        // The gain does not change the sign of a command.
        let gains = if task == Actuation::TwoActions { 1 } else { config.pd.gains.len() };
        let tuned = (0..gains)
            .flat_map(|g| (0..config.pd.angular_velocities.len()).map(move |w| ControllerKind::Pd(g, w)));
        let kinds: Vec<ControllerKind> = config.controllers.iter().copied().chain(tuned).collect();
        for &delay_ms in &config.delays_ms {
            items.extend(kinds.iter().map(|&kind| (task, delay_ms, kind)));
        }
    }
    items
}

/// Mode, passes, look-ahead.
fn passes(config: &CartPoleConfig) -> Vec<(PassMode, usize, usize)> {
    let mut items = Vec::new();
    for mode in PassMode::ALL {
        for &n in &config.passes.passes {
            items.extend(config.passes.horizons.iter().map(|&h| (mode, n, h)));
        }
    }
    items
}

/// Delay, half length, controller.
fn pole(config: &CartPoleConfig) -> Vec<(usize, f64, PoleController)> {
    let mut items = Vec::new();
    for &delay_ms in &config.pole.delays_ms {
        for &half_length_m in &config.pole.half_lengths_m {
            items.extend(PoleController::ALL.map(|controller| (delay_ms, half_length_m, controller)));
        }
    }
    items
}
