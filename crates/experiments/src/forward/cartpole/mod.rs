//! A pole on a cart, balanced with and without a forward model.
//!
//! Every learned model runs beside the rivals that could explain its success without prediction: feedback with twice the gain, a
//! "model" that predicts no change, constant velocity, a PD controller tuned for each delay; and beside the perfect model.
//! Source: the iterated forward-model controller of htm-rs, on Gymnasium's CartPole.

mod attempt;
mod config;
mod figures;
mod findings;
mod record;
mod reference;

use crate::sweep::{over_seeds, pairs};
use attempt::Setting;
use config::{Actuation, Config, ControllerKind};
use findings::contributions;
use lobule_analysis::mean;
use lobule_study::prelude::*;
use record::{Case, DmController, PassMode, PoleController, Record};

const QUICK: &str = include_str!("cartpole.quick.toml");
const FULL: &str = include_str!("cartpole.full.toml");

/// The experiment `forward/cartpole`.
#[derive(Debug, Clone, Copy)]
pub struct CartPoleStudy;

impl Study for CartPoleStudy {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &Card {
        name: "forward/cartpole",
        title: "A pole on a cart, with and without a forward model",
        line: "Do learned forward models help a cart-pole under feedback delay, or do simpler controllers explain the result?",
        source: "iterated forward-model controller (htm-rs, 2023) on Gymnasium's CartPole-v1",
        sources: &[
            "Cart-pole: Barto, Sutton & Anderson 1983, doi:10.1109/TSMC.1983.6313077; constants of Gymnasium CartPole-v1",
            "Inner loop: ctrl-z-9000-times, htm-rs (npc.py, src/cerebellum.rs, tests/test_cartpole.py), 2023",
            "CMAC: Albus 1975, doi:10.1115/1.3426922",
            "RLS, NLMS: Haykin 2014, Adaptive Filter Theory",
        ],
        defaults: include_str!("cartpole.toml"),
        presets: &[
            Preset::new("default", "20 seeds, delays 0 to 160 ms, all ablations", ""),
            Preset::new("quick", "a few seconds: 3 seeds, delays 0, 60, 100 and 140 ms", QUICK),
            Preset::new("full", "60 seeds, 50 episodes each, a finer family of PD controllers", FULL),
        ],
        unit: "attempts",
        grounds: reference::GROUNDS,
        ..Card::BLANK
    };

    fn check(&self, config: &Config) -> Result<(), Error> {
        config.check()?;
        // The parts check themselves; a wrong value is reported before anything runs.
        let setting = Setting::gymnasium(config, config.tasks[0], 0);
        let make = |kind| attempt::controller(config, &setting, kind, 0).map(drop);
        ControllerKind::MODELS.into_iter().try_for_each(make)
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let attempts = over_seeds(&attempts(config), &config.seeds);
        let (own, pole) = (&config.passes, &config.pole);
        let passes = over_seeds(&pairs(&pairs(&PassMode::ALL, &own.passes), &own.horizons), &config.seeds);
        let changes = pairs(&pole.delays_ms, &pole.half_lengths_m);
        let pole = over_seeds(&pairs(&changes, &PoleController::ALL), &config.seeds);
        let dm_control = over_seeds(&DmController::ALL, &config.seeds);
        let all = attempts.len() + passes.len() + pole.len() + dm_control.len();
        run.progress.expect(all as u64);
        Ok(Record {
            attempts: run
                .each_counted("attempts", &attempts, |&(case, seed)| attempt::attempt(config, case, seed))?,
            passes: run
                .each_counted("passes", &passes, |&(case, seed)| attempt::passes_run(config, case, seed))?,
            pole: run.each_counted("pole", &pole, |&(case, seed)| attempt::pole_run(config, case, seed))?,
            dm_control: run
                .each_counted("dm_control", &dm_control, |&(who, seed)| attempt::dm_run(config, who, seed))?,
        })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        findings::findings(config, record)
    }

    fn check_record(&self, config: &Config, record: &Record) -> Result<(), String> {
        record.attempts.iter().try_for_each(|a| shape::filled("attempts.lengths", &a.lengths))?;
        record.dm_control.iter().try_for_each(|r| shape::filled("dm_control.lengths", &r.lengths))?;
        let episodes = config.pole.episodes_after;
        record.pole.iter().try_for_each(|r| shape::long("pole.lengths", &r.lengths, episodes))
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        let mut figures = vec![figures::learning(config, record)?, figures::delays(config, record)?];
        figures.extend(figures::pole(config, record)?);
        figures.push(figures::passes(config, record)?);
        Ok(figures)
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        // Contribution of prediction to a task by delay: (delay in ms, mean over seeds).
        let contribution = |&task: &Actuation| {
            let at = |&ms: &usize| Some((ms, mean(&contributions(config, record, task, ms)?)));
            (task, config.delays_ms.iter().filter_map(at).collect())
        };
        let tasks: Vec<(Actuation, Vec<(usize, f64)>)> = config.tasks.iter().map(contribution).collect();
        let needed: Vec<&str> =
            tasks.iter().filter(|t| t.1.iter().any(|(_, c)| *c > 0.5)).map(|t| t.0.words()).collect();
        let none = "In this run, no learned model succeeded where none of the simple rivals did";
        let simple = "feedback with more gain, constant velocity, or a tuned PD controller";
        let answer = match needed[..] {
            [] => format!("{none}: {simple}."),
            _ => format!(
                "With {} and delayed senses, a learned model balanced the pole where the simple rivals did not: {simple}. At other delays the \
                 model contributed nothing.",
                needed.join(", and with ")
            ),
        };
        let line = |(task, parts): &(Actuation, Vec<(usize, f64)>)| {
            let parts: Vec<String> =
                parts.iter().map(|(ms, c)| format!("{} at {ms} ms", fixed(*c, 2))).collect();
            format!(
                "Predictor contribution (learned minus the best of the simple rivals, as shares of seeds), {}: {}.",
                task.words(),
                parts.join(", ")
            )
        };
        Story {
            answer,
            small_print: tasks.iter().filter(|t| !t.1.is_empty()).map(line).collect(),
            steps: texts([
                "A pole stands on a cart, and a force to the left or to the right balances it. An episode ends when the pole leans 12 \
                 degrees, when the cart leaves the track, or after 500 ticks of 20 ms.",
                "A feedback controller computes a command from the senses. It is too weak by itself.",
                "The inner loop carries the sensed state through the commands in flight with a forward model, asks the controller for a command, tries \
                 the command on the model, and adds the controller's correction of the outcome.",
                "Learned models start naive and learn in every tick. Their rivals are a model that predicts no change, one \
                 with constant velocity, feedback with twice the gain, PD controllers tuned for each delay, and the perfect model.",
            ]),
            sections: vec![
                Section::new(
                    "How fast does each controller learn?",
                    "Episodes count from 1; an episode of 500 ticks is full.",
                    &["learning"],
                ),
                Section::new(
                    "Which controller balances the pole under which delay?",
                    "Each field is a controller under a delay: the median number of the first full episode, and the number of seeds with a \
                     full episode if not all had one.",
                    &["delays"],
                ),
                Section::new(
                    "What if the pole changes?",
                    "The length of the pole changes in the middle of a run. A frozen model stops learning at that tick.",
                    &["pole"],
                ),
                Section::new(
                    "When do the passes converge?",
                    "The perfect model without delay. Added corrections converge while the product of the controller's gain and the \
                     model's response stays above -2. With two actions, the passes must not try the sign of the command.",
                    &["passes"],
                ),
            ],
            differences: texts([
                "The granule cells are normalized to the delta rule's bound, with weights of standard normal size; the reference does \
                 not give its weights.",
                "CMAC's cells lie between minus and plus the scales of the states; the reference does not give its ranges.",
                "The perfect model starts with the changed pole: it has nothing to learn before.",
                "dm_control's initial velocities are uniform with the standard deviation of its normal ones, and its rail has no end.",
            ]),
            ..Story::default()
        }
    }
}

/// Task and delay, with every controller.
fn attempts(config: &Config) -> Vec<Case> {
    let of_task = |&task: &Actuation| {
        // The gain does not change the sign of a command.
        let gains = if task == Actuation::TwoActions { 1 } else { config.pd.gains.len() };
        let tuned = (0..gains)
            .flat_map(|g| (0..config.pd.angular_velocities.len()).map(move |w| ControllerKind::Pd(g, w)));
        let kinds: Vec<ControllerKind> = config.controllers.iter().copied().chain(tuned).collect();
        pairs(&config.delays_ms, &kinds).into_iter().map(move |(delay_ms, kind)| (task, delay_ms, kind))
    };
    config.tasks.iter().flat_map(of_task).collect()
}
