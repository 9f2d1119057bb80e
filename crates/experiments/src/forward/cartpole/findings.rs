//! The findings of the experiment, computed from the lengths of episodes.

use super::config::{Actuation, CartPoleConfig, ControllerKind};
use super::record::{CartPoleRecord, DmController, PassMode, PoleController, median};
use super::reference::{self, NO_SPREAD, SOURCE};
use lobule_study::report::{Finding, Judge};

/// Delays whose shares are findings each; the others are in the heat map and in the contribution.
const TOLD_MS: [usize; 3] = [0, 100, 140];
/// The acceptance test counts the first five episodes.
const BY: f64 = 5.0;

/// 1 for true.
fn share(yes: bool) -> f64 {
    f64::from(u8::from(yes))
}

/// The controllers of the configuration and the tuned PD law.
pub fn controllers(config: &CartPoleConfig) -> Vec<ControllerKind> {
    let pd = ControllerKind::Pd(0, 0);
    config.controllers.iter().copied().chain([pd]).collect()
}

/// All findings that the run's tasks, delays and controllers allow.
pub fn findings(config: &CartPoleConfig, record: &CartPoleRecord) -> Vec<Finding> {
    let mut found = Vec::new();
    for &task in &config.tasks {
        for &delay_ms in &config.delays_ms {
            found.extend(contribution(config, record, task, delay_ms));
        }
    }
    for &task in &config.tasks {
        for &delay_ms in config.delays_ms.iter().filter(|ms| TOLD_MS.contains(ms)) {
            for controller in controllers(config) {
                solved(config, record, task, delay_ms, controller, &mut found);
            }
        }
    }
    pole(config, record, &mut found);
    passes(config, record, &mut found);
    dm_control(config, record, &mut found);
    found
}

/// By seed, whether RLS ever stood for a whole episode, less whether any of the simple rivals did.
pub fn contributions(
    config: &CartPoleConfig,
    record: &CartPoleRecord,
    task: Actuation,
    delay_ms: usize,
) -> Option<Vec<f64>> {
    let solved = |kind: ControllerKind| -> Option<Vec<f64>> {
        let kind = record.resolved(task, delay_ms, kind, config.steps)?;
        let firsts = record.firsts(task, delay_ms, kind, config.steps);
        (!firsts.is_empty()).then(|| firsts.iter().map(|f| share(f.is_finite())).collect())
    };
    let learned = solved(ControllerKind::Rls)?;
    let rivals: Vec<Vec<f64>> = [
        ControllerKind::Base,
        ControllerKind::Doubled,
        ControllerKind::Persistence,
        ControllerKind::ConstantVelocity,
        ControllerKind::Pd(0, 0),
    ]
    .into_iter()
    .filter_map(solved)
    .collect();
    // The best rival is one of them for all seeds.
    let best = rivals.iter().max_by(|a, b| a.iter().sum::<f64>().total_cmp(&b.iter().sum::<f64>()))?;
    Some(learned.iter().zip(best).map(|(l, r)| l - r).collect())
}

fn contribution(
    config: &CartPoleConfig,
    record: &CartPoleRecord,
    task: Actuation,
    delay_ms: usize,
) -> Option<Finding> {
    let by_seed = contributions(config, record, task, delay_ms)?;
    Some(Finding::seven(
        format!("predictor_contribution/{}/{delay_ms}ms", task.key()),
        "Predictor contribution = learned (RLS) - best of the simple rivals (gain, persistence, constant velocity, tuned \
         PD), in shares of seeds that stood for a whole episode; the mean counts.",
        by_seed,
        "1",
        reference::contribution(task, delay_ms).map_or([None, None], reference::range),
        Judge::Mean,
        SOURCE,
    ))
}

fn solved(
    config: &CartPoleConfig,
    record: &CartPoleRecord,
    task: Actuation,
    delay_ms: usize,
    controller: ControllerKind,
    found: &mut Vec<Finding>,
) {
    let Some(kind) = record.resolved(task, delay_ms, controller, config.steps) else { return };
    let firsts = record.firsts(task, delay_ms, kind, config.steps);
    if firsts.is_empty() {
        return;
    }
    let name = |what: &str| format!("{what}/{}/{delay_ms}ms/{}", task.key(), controller.key());
    let expected = reference::solved(task, delay_ms, controller);
    found.push(Finding::seven(
        name("solved"),
        "Share of seeds with an episode of full length; the mean counts.",
        firsts.iter().map(|f| share(f.is_finite())).collect(),
        "1",
        expected.map_or([None, None], reference::range),
        Judge::Mean,
        SOURCE,
    ));
    if let Some(theirs) = reference::first(task, delay_ms, controller)
        && firsts.iter().all(|f| f.is_finite())
    {
        found.push(Finding::seven(
            name("first_full_episode"),
            &format!(
                "Number of the first episode of full length; the median is {}, in the reference {theirs}.",
                median(firsts.clone())
            ),
            firsts.clone(),
            "1",
            [None, None],
            Judge::Mean,
            NO_SPREAD,
        ));
    }
    if task == Actuation::TwoActions && delay_ms == 100 {
        let range = match controller {
            ControllerKind::Rls => reference::range(1.0),
            ControllerKind::ConstantVelocity => reference::range(0.0),
            _ => return,
        };
        found.push(Finding::seven(
            name("solved_by_episode_5"),
            "Share of seeds with an episode of full length among the first five; the mean counts.",
            firsts.iter().map(|f| share(*f <= BY)).collect(),
            "1",
            range,
            Judge::Mean,
            "acceptance test of the reference: RLS at least 0.95, constant velocity 0 (docs/experiments/forward.md)",
        ));
    }
}

fn pole(config: &CartPoleConfig, record: &CartPoleRecord, found: &mut Vec<Finding>) {
    for &delay_ms in &config.pole.delays_ms {
        for &half in &config.pole.half_lengths_m {
            for who in PoleController::ALL {
                let runs: Vec<_> = record
                    .pole
                    .iter()
                    .filter(|r| r.controller == who && r.delay_ms == delay_ms && r.half_length_m == half)
                    .collect();
                let theirs = reference::pole(delay_ms, half, who);
                // The frozen controls are told on the unchanged pole, too.
                let is_control =
                    half == 0.5 && matches!(who, PoleController::RlsFrozen | PoleController::NlmsFrozen);
                if runs.is_empty() || (theirs.is_none() && !is_control) {
                    continue;
                }
                let beside = theirs.map_or_else(String::new, |(early, late)| {
                    format!(" In the reference {early} ticks in the first five, then {late}.")
                });
                let early = runs.iter().map(|r| r.early()).sum::<f64>() / runs.len() as f64;
                let range = match theirs {
                    Some((_, late)) if late == 0.0 || late == 1.0 => reference::range(late),
                    _ => [None, None],
                };
                found.push(Finding::seven(
                    format!("pole/{delay_ms}ms/{half}m/{}", who.key()),
                    &format!(
                        "After the half length became {half} m: share of full episodes among the last five of {}; the mean \
                         counts. The first five lasted {early:.0} ticks.{beside}",
                        config.pole.episodes_after
                    ),
                    runs.iter().map(|r| r.success(config.steps)).collect(),
                    "1",
                    range,
                    Judge::Mean,
                    SOURCE,
                ));
            }
        }
    }
}

fn passes(config: &CartPoleConfig, record: &CartPoleRecord, found: &mut Vec<Finding>) {
    for mode in PassMode::ALL {
        for (kept_up, range) in [(1.0, reference::range(1.0)), (0.0, reference::range(0.0))] {
            // By seed, over all passes and look-aheads of which the reference says the same.
            let by_seed: Vec<f64> = config
                .seeds
                .iter()
                .filter_map(|&seed| {
                    let runs = record.passes.iter().filter(|r| {
                        r.mode == mode
                            && r.seed == seed
                            && reference::passes(r.mode, r.passes, r.horizon) == Some(kept_up)
                    });
                    let shares: Vec<f64> = runs
                        .flat_map(|r| r.lengths.iter().map(|&n| share(n as usize >= config.steps)))
                        .collect();
                    (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64)
                })
                .collect();
            if by_seed.is_empty() {
                continue;
            }
            let word = if kept_up == 1.0 { "converging" } else { "diverging" };
            found.push(Finding::seven(
                format!("passes/{}/{word}", mode.key()),
                &format!(
                    "Perfect model without delay, {}: share of full episodes over the passes and look-aheads that are \
                     {word} in the reference; the mean counts.",
                    mode.words()
                ),
                by_seed,
                "1",
                range,
                Judge::Mean,
                SOURCE,
            ));
        }
    }
}

fn dm_control(config: &CartPoleConfig, record: &CartPoleRecord, found: &mut Vec<Finding>) {
    for who in DmController::ALL {
        let runs: Vec<_> = record.dm_control.iter().filter(|r| r.controller == who).collect();
        if runs.is_empty() {
            continue;
        }
        let stood = |r: &&super::record::DmRun| {
            share(r.lengths.iter().all(|&n| n as usize >= config.dm_control.steps))
        };
        found.push(Finding::seven(
            format!("dm_control/{}", who.key()),
            "In the setting of dm_control: share of seeds that stood in every episode; the mean counts.",
            runs.iter().map(stood).collect(),
            "1",
            reference::range(reference::dm_control(who)),
            Judge::Mean,
            SOURCE,
        ));
        if let Some(theirs) = reference::dm_fall_s(who) {
            let falls: Vec<f64> = runs.iter().map(|r| f64::from(r.lengths[0]) * 0.01).collect();
            found.push(Finding::seven(
                format!("dm_control/{}/fall", who.key()),
                &format!(
                    "Length of the first episode; the median is {:.2} s, in the reference {theirs} s.",
                    median(falls.clone())
                ),
                falls,
                "s",
                [None, None],
                Judge::Mean,
                NO_SPREAD,
            ));
        }
    }
}
