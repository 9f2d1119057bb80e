//! Figures of the experiment.

use super::config::{CartPoleConfig, ControllerKind, TICK_MS};
use super::findings::controllers;
use super::record::{Attempt, CartPoleRecord, PassMode, PoleController, median};
use lobule_study::Error;
use lobule_study::report::axes::{VOID, grid_cell, shade, text_on};
use lobule_study::report::chart::Tick;
use lobule_study::report::chart::{Axis, Key, Mark, Note, Panel, Plate, Swatch};
use lobule_study::report::numbers::plain;
use lobule_study::report::palette::{BLACK, BLUE, GREEN, GUIDE, ORANGE, PURPLE, SKY, VERMILLION};
use lobule_study::report::svg::{Anchor, Dash, FAINT, Stroke};
use lobule_study::report::{Figure, plot};

/// All figures.
pub fn figures(config: &CartPoleConfig, record: &CartPoleRecord) -> Result<Vec<Figure>, Error> {
    let mut figures = Vec::new();
    figures.extend(learning(config, record)?);
    figures.push(delays(config, record)?);
    figures.extend(pole(config, record)?);
    figures.push(passes(config, record)?);
    Ok(figures)
}

/// Pen of a controller.
fn pen(kind: ControllerKind) -> Stroke {
    match kind {
        ControllerKind::Base => Stroke::new(GUIDE, 2.0),
        ControllerKind::Doubled => Stroke::new(GUIDE, 2.0).dash(Dash::Dotted),
        ControllerKind::Pd(..) => Stroke::new(BLACK, 2.0).dash(Dash::Dashed),
        ControllerKind::Persistence => Stroke::new(SKY, 2.0).dash(Dash::Dotted),
        ControllerKind::ConstantVelocity => Stroke::new(VERMILLION, 2.0).dash(Dash::Dashed),
        ControllerKind::Nlms => Stroke::new(SKY, 2.2),
        ControllerKind::Rls => Stroke::new(BLUE, 2.2),
        ControllerKind::Granule => Stroke::new(GREEN, 2.2),
        ControllerKind::Cmac => Stroke::new(ORANGE, 2.2),
        ControllerKind::Equations => Stroke::new(BLACK, 2.0),
    }
}

/// Mean length of each episode over attempts; an attempt that has ended counts with its last episode.
fn mean_curve(attempts: &[&Attempt], episodes: usize) -> Vec<(f64, f64)> {
    let length =
        |a: &Attempt, k: usize| a.lengths.get(k).or(a.lengths.last()).copied().map_or(0.0, f64::from);
    let mean = |k| attempts.iter().map(|a| length(a, k)).sum::<f64>() / attempts.len() as f64;
    (0..episodes).map(|k| (k as f64 + 1.0, mean(k))).collect()
}

/// Length of episodes in the first task, one panel for each of four delays.
fn learning(config: &CartPoleConfig, record: &CartPoleRecord) -> Result<Option<Figure>, Error> {
    let task = config.tasks[0];
    let n = config.delays_ms.len();
    let mut delays: Vec<usize> = (0..4).map(|k| config.delays_ms[k * (n - 1) / 3]).collect();
    delays.dedup();
    let shown = [
        ControllerKind::Base,
        ControllerKind::ConstantVelocity,
        ControllerKind::Pd(0, 0),
        ControllerKind::Cmac,
        ControllerKind::Granule,
        ControllerKind::Nlms,
        ControllerKind::Rls,
        ControllerKind::Equations,
    ];
    let mut plate = Plate::new("learning", 2, 190.0);
    for &kind in &shown {
        if controllers(config).contains(&kind) {
            plate.legend.push(Key::line(kind.words(), pen(kind)));
        }
    }
    for &delay_ms in &delays {
        let mut panel = Panel::new(
            &format!("senses {delay_ms} ms late"),
            Axis::exact("episode", 0.5, config.curve_episodes as f64 + 0.5),
            Axis::exact("length (ticks)", 0.0, config.steps as f64 * 1.04).step(config.steps as f64 / 5.0),
        );
        for &kind in &shown {
            let Some(kind) = record.resolved(task, delay_ms, kind, config.steps) else { continue };
            let attempts = record.of(task, delay_ms, kind);
            if !attempts.is_empty() {
                let points = mean_curve(&attempts, config.curve_episodes);
                panel.marks.push(Mark::Line { points, stroke: pen(kind) });
            }
        }
        plate.panels.push(panel);
    }
    let caption = format!(
        "Length of each episode with {}, mean over {} seeds, from models that have learned nothing. The tuned PD law is the best \
         of {} for each delay, chosen on the same seeds. Black: the plant's own equations as the model.",
        task.words(),
        config.seeds.len(),
        config.pd.angular_velocities.len()
    );
    Ok(Some(Figure::svg("learning", caption, plot::svg(&plate)?)))
}

/// Controllers by delays: the median first full episode.
fn delays(config: &CartPoleConfig, record: &CartPoleRecord) -> Result<Figure, Error> {
    let mut plate = Plate::new("delays", 1, 20.0 * (config.controllers.len() + 1) as f64);
    plate.left = (150.0, 58.0);
    let worst = libm::log(config.episodes as f64);
    let colours = (0..6).map(|k| shade(1.0 - f64::from(k) / 5.0)).collect();
    plate.legend = vec![
        Key {
            label: "first full episode (median)".into(),
            swatch: Swatch::Scale(colours, "1".into(), config.episodes.to_string()),
        },
        Key::block("less than half of the seeds stood", VOID),
    ];
    // Rows from below.
    let rows: Vec<ControllerKind> = [
        ControllerKind::Equations,
        ControllerKind::Rls,
        ControllerKind::Nlms,
        ControllerKind::Granule,
        ControllerKind::Cmac,
        ControllerKind::Pd(0, 0),
        ControllerKind::ConstantVelocity,
        ControllerKind::Persistence,
        ControllerKind::Doubled,
        ControllerKind::Base,
    ]
    .into_iter()
    .filter(|k| controllers(config).contains(k))
    .collect();
    for &task in &config.tasks {
        let columns = config.delays_ms.len();
        let x = Axis::exact("age of what is sensed (ms)", -0.5, columns as f64 - 0.5);
        let x = x.named(
            config.delays_ms.iter().enumerate().map(|(k, ms)| Tick::new(k as f64, ms.to_string())).collect(),
        );
        let y = Axis::exact("", -0.5, rows.len() as f64 - 0.5)
            .named(rows.iter().enumerate().map(|(k, r)| Tick::new(k as f64, r.words())).collect());
        let mut panel = Panel::new(task.words(), x, y);
        let mut cells = Vec::new();
        for (row, &kind) in rows.iter().enumerate() {
            for (column, &delay_ms) in config.delays_ms.iter().enumerate() {
                let Some(kind) = record.resolved(task, delay_ms, kind, config.steps) else { continue };
                let firsts = record.firsts(task, delay_ms, kind, config.steps);
                if firsts.is_empty() {
                    continue;
                }
                let solved = firsts.iter().filter(|f| f.is_finite()).count();
                let middle = median(firsts.clone());
                let (colour, ink, mut text) = if middle.is_finite() {
                    let part = 1.0 - libm::log(middle) / worst.max(f64::MIN_POSITIVE);
                    (shade(part), text_on(part), plain(middle))
                } else {
                    (VOID.into(), FAINT, "–".into())
                };
                if solved < firsts.len() && solved > 0 {
                    text += &format!(" ({solved}/{})", firsts.len());
                }
                cells.push(grid_cell(column, row, colour));
                panel.notes.push(Note {
                    at: (column as f64, row as f64 - 0.2),
                    text,
                    anchor: Anchor::Middle,
                    colour: ink.into(),
                });
            }
        }
        panel.marks.push(Mark::Cells(cells));
        plate.panels.push(panel);
    }
    let caption = format!(
        "Number of the first episode of full length, median over {} seeds, by controller and delay (ticks of {TICK_MS} ms); in \
         brackets how many seeds had one when not all had; a dash where none or less than half had. Above the PD law: no learning, no \
         prediction beyond constant velocity. With a continuous force constant velocity suffices, so that task says little.",
        config.seeds.len()
    );
    Ok(Figure::svg("delays", caption, plot::svg(&plate)?))
}

/// Lengths of episodes after the change of the pole.
fn pole(config: &CartPoleConfig, record: &CartPoleRecord) -> Result<Option<Figure>, Error> {
    let pen = |who: PoleController| match who {
        PoleController::Pd => Stroke::new(GUIDE, 2.0).dash(Dash::Dashed),
        PoleController::ConstantVelocity => Stroke::new(VERMILLION, 2.0).dash(Dash::Dashed),
        PoleController::RlsFrozen => Stroke::new(BLUE, 2.0).dash(Dash::Dotted),
        PoleController::Rls => Stroke::new(BLUE, 2.2),
        PoleController::NlmsFrozen => Stroke::new(PURPLE, 2.0).dash(Dash::Dotted),
        PoleController::Nlms => Stroke::new(PURPLE, 2.2),
        PoleController::Granule => Stroke::new(GREEN, 2.2),
        PoleController::Equations => Stroke::new(BLACK, 2.0),
    };
    let mut plate = Plate::new("pole", 2, 170.0);
    plate.legend = PoleController::ALL.iter().map(|&who| Key::line(who.words(), pen(who))).collect();
    // Longer poles are easier and show nothing.
    for &half in config.pole.half_lengths_m.iter().filter(|h| **h <= 0.5) {
        for &delay_ms in &config.pole.delays_ms {
            let steps = config.steps as f64;
            let mut panel = Panel::new(
                &if half == 0.5 {
                    format!("unchanged, senses {delay_ms} ms late")
                } else {
                    format!("half length 0.5 to {half} m, {delay_ms} ms late")
                },
                Axis::exact("episode after the change", 0.5, config.pole.episodes_after as f64 + 0.5),
                Axis::exact("length (ticks)", 0.0, steps * 1.04).step(steps / 5.0),
            );
            for who in PoleController::ALL {
                let runs: Vec<_> = record
                    .pole
                    .iter()
                    .filter(|r| r.controller == who && r.delay_ms == delay_ms && r.half_length_m == half)
                    .collect();
                if runs.is_empty() {
                    continue;
                }
                let mean =
                    |k: usize| runs.iter().map(|r| f64::from(r.lengths[k])).sum::<f64>() / runs.len() as f64;
                let points = (0..config.pole.episodes_after).map(|k| (k as f64 + 1.0, mean(k))).collect();
                panel.marks.push(Mark::Line { points, stroke: pen(who) });
            }
            plate.panels.push(panel);
        }
    }
    if plate.panels.is_empty() {
        return Ok(None);
    }
    let caption = format!(
        "Length of the episodes that begin after the pole changed (tick {} of the run), mean over {} seeds; two actions, one pass, \
         five ticks ahead. Dotted: the model stops learning at the change. The delta rule follows the trajectory of the moment: frozen, it \
         need not hold even the unchanged pole, so that its failure says nothing about the change; RLS is the fair control.",
        config.pole.at_step,
        config.seeds.len()
    );
    Ok(Some(Figure::svg("pole", caption, plot::svg(&plate)?)))
}

/// Passes by look-ahead: the share of full episodes of the perfect model.
fn passes(config: &CartPoleConfig, record: &CartPoleRecord) -> Result<Figure, Error> {
    let (passes, horizons) = (&config.passes.passes, &config.passes.horizons);
    let mut plate = Plate::new("passes", 2, 26.0 * passes.len() as f64);
    let colours = (0..6).map(|k| shade(f64::from(k) / 5.0)).collect();
    plate.legend = vec![Key {
        label: "share of full episodes".into(),
        swatch: Swatch::Scale(colours, "0".into(), "1".into()),
    }];
    for mode in PassMode::ALL {
        let x = Axis::exact("look-ahead (ticks)", -0.5, horizons.len() as f64 - 0.5)
            .named(horizons.iter().enumerate().map(|(k, h)| Tick::new(k as f64, h.to_string())).collect());
        let y = Axis::exact("passes", -0.5, passes.len() as f64 - 0.5)
            .named(passes.iter().enumerate().map(|(k, n)| Tick::new(k as f64, n.to_string())).collect());
        let mut panel = Panel::new(mode.words(), x, y);
        let mut cells = Vec::new();
        for (row, &n) in passes.iter().enumerate() {
            for (column, &h) in horizons.iter().enumerate() {
                let lengths: Vec<u32> = record
                    .passes
                    .iter()
                    .filter(|r| r.mode == mode && r.passes == n && r.horizon == h)
                    .flat_map(|r| r.lengths.iter().copied())
                    .collect();
                let full = lengths.iter().filter(|&&n| n as usize >= config.steps).count();
                let part = full as f64 / lengths.len().max(1) as f64;
                cells.push(grid_cell(column, row, shade(part)));
                panel.notes.push(Note {
                    at: (column as f64, row as f64 - 0.17),
                    text: plain((part * 100.0).round() / 100.0),
                    anchor: Anchor::Middle,
                    colour: text_on(part).into(),
                });
            }
        }
        panel.marks.push(Mark::Cells(cells));
        plate.panels.push(panel);
    }
    let caption = format!(
        "The perfect model without delay: share of episodes of full length, {} episodes of each of {} seeds. With two actions, passes \
         that try the sign of the command flip at every pass. With a continuous force, corrections that are added stop converging \
         near 25 ticks, where the correction overshoots by as much as it corrects; the secant has no such bound.",
        config.passes.episodes,
        config.seeds.len()
    );
    Ok(Figure::svg("passes", caption, plot::svg(&plate)?))
}
