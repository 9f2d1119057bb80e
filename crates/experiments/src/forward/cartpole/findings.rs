//! The findings of the experiment, computed from the lengths of episodes.

use super::config::{Actuation, Config, ControllerKind};
use super::record::{Case, DmController, DmRun, PassMode, PoleController, PoleRun, Record};
use super::reference::{self, CHANGED_POLE, DELAYS, DM_CONTROL, FIVE_EPISODES, NO_SPREAD, PASSES, range};
use lobule_analysis::{mean, mean_of, median};
use lobule_study::report::Finding;

/// Delays whose shares are findings; the heat map and the contribution show the others.
const SHOWN_MS: [usize; 3] = [0, 100, 140];
/// Episodes that the acceptance test counts.
const BY: f64 = 5.0;

fn share(is_true: bool) -> f64 {
    f64::from(u8::from(is_true))
}

/// The controllers of the configuration and the tuned PD controller.
pub fn controllers(config: &Config) -> Vec<ControllerKind> {
    config.controllers.iter().copied().chain([ControllerKind::Pd(0, 0)]).collect()
}

pub fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let mut found = Vec::new();
    for &task in &config.tasks {
        found.extend(config.delays_ms.iter().filter_map(|&ms| contribution(config, record, task, ms)));
    }
    for &task in &config.tasks {
        for &delay_ms in config.delays_ms.iter().filter(|ms| SHOWN_MS.contains(ms)) {
            for controller in controllers(config) {
                solved(config, record, (task, delay_ms, controller), &mut found);
            }
        }
    }
    pole(config, record, &mut found);
    passes(config, record, &mut found);
    dm_control(config, record, &mut found);
    found
}

/// By seed: 1 if RLS had a full episode, minus 1 if the best of the simple rivals had one.
pub fn contributions(config: &Config, record: &Record, task: Actuation, ms: usize) -> Option<Vec<f64>> {
    let solved = |kind: ControllerKind| -> Option<Vec<f64>> {
        let firsts = record.firsts((task, ms, kind), config.steps)?;
        Some(firsts.iter().map(|f| share(f.is_finite())).collect())
    };
    let learned = solved(ControllerKind::Rls)?;
    let rivals = reference::RIVALS.into_iter().filter_map(solved);
    // The best rival is the same for all seeds.
    let best = rivals.max_by(|a, b| mean(a).total_cmp(&mean(b)))?;
    Some(learned.iter().zip(best).map(|(l, r)| l - r).collect())
}

fn contribution(config: &Config, record: &Record, task: Actuation, ms: usize) -> Option<Finding> {
    let by_seed = contributions(config, record, task, ms)?;
    let meaning = "Predictor contribution: share of seeds with a full episode with RLS, minus that with the best of the simple rivals (gain, \
                   persistence, constant velocity, tuned PD).";
    let name = format!("predictor_contribution/{task}/{ms}ms");
    Some(Finding::new(name, meaning, by_seed).mean(range(reference::contribution(task, ms)), &DELAYS))
}

fn solved(config: &Config, record: &Record, case: Case, found: &mut Vec<Finding>) {
    let Some(firsts) = record.firsts(case, config.steps) else { return };
    let (task, delay_ms, controller) = case;
    let new = |what: &str, meaning: String, by_seed: Vec<f64>| {
        Finding::new(format!("{what}/{task}/{delay_ms}ms/{controller}"), meaning, by_seed)
    };
    let by_seed = firsts.iter().map(|f| share(f.is_finite())).collect();
    let solved = new("solved", "Share of seeds with a full episode.".into(), by_seed);
    found.push(solved.mean(range(reference::solved(case)), &DELAYS));
    if let Some(theirs) = reference::first(case)
        && firsts.iter().all(|f| f.is_finite())
    {
        let middle = median(&firsts);
        let meaning =
            format!("Number of the first full episode; the median was {middle}, in the reference {theirs}.");
        found.push(new("first_full_episode", meaning, firsts.clone()).beside(&NO_SPREAD));
    }
    if task == Actuation::TwoActions && delay_ms == 100 {
        let expected = match controller {
            ControllerKind::Rls => range(Some(1.0)),
            ControllerKind::ConstantVelocity => range(Some(0.0)),
            _ => return,
        };
        let by_seed = firsts.iter().map(|f| share(*f <= BY)).collect();
        let meaning = "Share of seeds with a full episode among the first five.".into();
        found.push(new("solved_by_episode_5", meaning, by_seed).mean(expected, &FIVE_EPISODES));
    }
}

fn pole(config: &Config, record: &Record, found: &mut Vec<Finding>) {
    for &delay_ms in &config.pole.delays_ms {
        for &half in &config.pole.half_lengths_m {
            for controller in PoleController::ALL {
                let runs = record.pole_runs(controller, delay_ms, half);
                let theirs = reference::pole(delay_ms, half, controller);
                // The frozen controls are reported with the unchanged pole, too.
                let is_control = half == 0.5 && controller.is_frozen();
                if runs.is_empty() || (theirs.is_none() && !is_control) {
                    continue;
                }
                let beside = theirs.map_or_else(String::new, |(early, late)| {
                    format!(" In the reference {early} ticks in the first five, then {late}.")
                });
                let early = mean_of(runs.iter().map(|r| r.early()));
                let meaning = format!(
                    "After the half length became {half} m: share of full episodes among the last five of {}. The first five lasted {early:.0} \
                     ticks.{beside}",
                    config.pole.episodes_after
                );
                let by_seed = runs.iter().map(|r: &&PoleRun| r.success(config.steps)).collect();
                let name = format!("pole/{delay_ms}ms/{half}m/{controller}");
                let late = theirs.map(|(_, late)| late).filter(|late| *late == 0.0 || *late == 1.0);
                found.push(Finding::new(name, meaning, by_seed).mean(range(late), &CHANGED_POLE));
            }
        }
    }
}

fn passes(config: &Config, record: &Record, found: &mut Vec<Finding>) {
    for mode in PassMode::ALL {
        for (theirs, word) in [(1.0, "converging"), (0.0, "diverging")] {
            // By seed, over all passes and look-aheads with this value in the reference.
            let share_of = |&seed: &u64| {
                let runs = record.passes.iter().filter(|r| r.mode == mode && r.seed == seed);
                let runs = runs.filter(|r| reference::passes(mode, r.passes, r.horizon) == Some(theirs));
                let full = |&n: &u32| share(n as usize >= config.steps);
                mean_of(runs.flat_map(|r| r.lengths.iter().map(full)))
            };
            let by_seed: Vec<f64> = config.seeds.iter().map(share_of).filter(|s| s.is_finite()).collect();
            if by_seed.is_empty() {
                continue;
            }
            let meaning = format!(
                "Perfect model without delay, {}: share of full episodes over the passes and look-aheads that are {word} in the reference.",
                mode.words()
            );
            let new = Finding::new(format!("passes/{mode}/{word}"), meaning, by_seed);
            found.push(new.mean(range(Some(theirs)), &PASSES));
        }
    }
}

fn dm_control(config: &Config, record: &Record, found: &mut Vec<Finding>) {
    for controller in DmController::ALL {
        let runs: Vec<&DmRun> = record.dm_control.iter().filter(|r| r.controller == controller).collect();
        if runs.is_empty() {
            continue;
        }
        let is_raised = controller == DmController::Raised;
        let key = if is_raised { "gain_1.1".into() } else { controller.to_string() };
        let is_full = |&n: &u32| n as usize >= config.dm_control.steps;
        let by_seed = runs.iter().map(|r| share(r.lengths.iter().all(is_full))).collect();
        let meaning = "dm_control's balance task: share of seeds in which every episode was full.";
        let new = Finding::new(format!("dm_control/{key}"), meaning, by_seed);
        let (theirs, fall_s) = reference::dm_control(controller);
        found.push(new.mean(range(Some(theirs)), &DM_CONTROL));
        if let Some(theirs) = fall_s {
            let falls: Vec<f64> = runs.iter().map(|r| f64::from(r.lengths[0]) * 0.01).collect();
            let middle = median(&falls);
            let meaning = format!(
                "Length of the first episode; the median was {middle:.2} s, in the reference {theirs} s."
            );
            let new = Finding::new(format!("dm_control/{key}/fall"), meaning, falls);
            found.push(new.unit("s").beside(&NO_SPREAD));
        }
    }
}
