//! Figures of the experiment.

use super::config::{Config, ControllerKind, TICK_MS};
use super::findings::controllers;
use super::record::{Attempt, PassMode, PoleController, Record};
use ControllerKind::{Base, Cmac, ConstantVelocity, Doubled, Equations, Granule, Nlms, Pd, Persistence, Rls};
use lobule_analysis::{mean_of, median};
use lobule_study::{prelude::*, report::drawing::*};

fn pen(kind: ControllerKind) -> Stroke {
    match kind {
        Base => Stroke::new(GUIDE, 2.0),
        Doubled => Stroke::new(GUIDE, 2.0).dash(Dash::Dotted),
        Pd(..) => Stroke::new(BLACK, 2.0).dash(Dash::Dashed),
        Persistence => Stroke::new(SKY, 2.0).dash(Dash::Dotted),
        ConstantVelocity => Stroke::new(VERMILLION, 2.0).dash(Dash::Dashed),
        Nlms => Stroke::new(SKY, 2.2),
        Rls => Stroke::new(BLUE, 2.2),
        Granule => Stroke::new(GREEN, 2.2),
        Cmac => Stroke::new(ORANGE, 2.2),
        Equations => Stroke::new(BLACK, 2.0),
    }
}

/// Mean length of each of `episodes` episodes over runs, from 1 on.
fn mean_lengths<R>(runs: &[R], episodes: usize, length: impl Fn(&R, usize) -> u32, pen: Stroke) -> Mark {
    let at = |k: usize| mean_of(runs.iter().map(|r| f64::from(length(r, k))));
    Mark::line((0..episodes).map(|k| (k as f64 + 1.0, at(k))), pen)
}

fn lengths_panel(title: &str, x: &str, episodes: usize, steps: usize) -> Panel {
    let steps = steps as f64;
    let x = Axis::exact(x, 0.5, episodes as f64 + 0.5);
    Panel::new(title, x, Axis::exact("length (ticks)", 0.0, steps * 1.04).step(steps / 5.0))
}

/// Length of episodes in the first task, one panel for each of four delays.
pub fn learning(config: &Config, record: &Record) -> Result<Figure, Error> {
    let (task, episodes) = (config.tasks[0], config.curve_episodes);
    let (words, seeds, tuned) = (task.words(), config.seeds.len(), config.pd.angular_velocities.len());
    let n = config.delays_ms.len();
    let mut delays: Vec<usize> = (0..4).map(|k| config.delays_ms[k * (n - 1) / 3]).collect();
    delays.dedup();
    let shown = [Base, ConstantVelocity, Pd(0, 0), Cmac, Granule, Nlms, Rls, Equations];
    // An attempt that has ended counts with its last episode.
    let length = |a: &&Attempt, k: usize| a.lengths.get(k).or(a.lengths.last()).copied().unwrap_or_default();
    let mut plate = Plate::new("learning", 2, 190.0);
    let configured = controllers(config);
    let keys = shown.iter().filter(|kind| configured.contains(kind));
    plate.legend = keys.map(|&kind| Key::line(kind.words(), pen(kind))).collect();
    for &delay_ms in &delays {
        let title = format!("sensory delay {delay_ms} ms");
        let mut panel = lengths_panel(&title, "episode", episodes, config.steps);
        for &kind in &shown {
            let attempts = record.tuned((task, delay_ms, kind), config.steps);
            if !attempts.is_empty() {
                panel.marks.push(mean_lengths(&attempts, episodes, length, pen(kind)));
            }
        }
        plate.panels.push(panel);
    }
    plate.figure(format!(
        "Length of each episode with {words}, mean over {seeds} seeds; all models start naive. The tuned PD controller is the best of \
         {tuned} for each delay, chosen on the same seeds. Black: the plant's own equations as the model."
    ))
}

pub fn delays(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("delays", 1, 20.0 * (config.controllers.len() + 1) as f64);
    plate.left = (150.0, 58.0);
    let worst = libm::log(config.episodes as f64);
    plate.legend = vec![
        Key::scale("first full episode (median)", &config.episodes.to_string(), "1"),
        Key::block("full episode on fewer than half of the seeds", VOID),
    ];
    // Rows from below.
    let mut rows =
        vec![Equations, Rls, Nlms, Granule, Cmac, Pd(0, 0), ConstantVelocity, Persistence, Doubled, Base];
    let configured = controllers(config);
    rows.retain(|kind| configured.contains(kind));
    for &task in &config.tasks {
        let x = Axis::categories("sensory delay (ms)", config.delays_ms.iter().map(|ms| ms.to_string()));
        let mut panel = Panel::new(task.words(), x, Axis::categories("", rows.iter().map(|r| r.words())));
        let mut cells = Vec::new();
        for (row, &kind) in rows.iter().enumerate() {
            for (column, &delay_ms) in config.delays_ms.iter().enumerate() {
                let Some(firsts) = record.firsts((task, delay_ms, kind), config.steps) else { continue };
                let solved = firsts.iter().filter(|f| f.is_finite()).count();
                let middle = median(&firsts);
                let (color, ink, mut text) = if middle.is_finite() {
                    let part = 1.0 - libm::log(middle) / worst.max(f64::MIN_POSITIVE);
                    (shade(part), text_on(part), plain(middle))
                } else {
                    (VOID.into(), FAINT, "–".into())
                };
                if solved < firsts.len() && solved > 0 {
                    text += &format!(" ({solved}/{})", firsts.len());
                }
                cells.push(grid_cell(column, row, color));
                panel.note((column as f64, row as f64 - 0.2), text, Anchor::Middle, ink);
            }
        }
        panel.marks.push(Mark::Cells(cells));
        plate.panels.push(panel);
    }
    plate.figure(format!(
        "Number of the first full episode, median over {} seeds, by controller and delay (ticks of {TICK_MS} ms). In brackets: number of seeds \
         with a full episode, if not all had one; dash: none, or fewer than half. The controllers above the tuned PD controller neither learn nor predict more than \
         constant velocity. With a continuous force constant velocity suffices, so that task is not informative about prediction.",
        config.seeds.len()
    ))
}

pub fn pole(config: &Config, record: &Record) -> Result<Option<Figure>, Error> {
    let pen = |controller: PoleController| match controller {
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
    plate.legend = PoleController::ALL.map(|c| Key::line(c.words(), pen(c))).to_vec();
    let episodes = config.pole.episodes_after;
    // Longer poles are easier and not informative.
    for &half in config.pole.half_lengths_m.iter().filter(|h| **h <= 0.5) {
        for &delay_ms in &config.pole.delays_ms {
            let title = match half {
                0.5 => format!("unchanged, delay {delay_ms} ms"),
                _ => format!("half length 0.5 to {half} m, delay {delay_ms} ms"),
            };
            let mut panel = lengths_panel(&title, "episode after the change", episodes, config.steps);
            for controller in PoleController::ALL {
                let runs = record.pole_runs(controller, delay_ms, half);
                if !runs.is_empty() {
                    panel.marks.push(mean_lengths(&runs, episodes, |r, k| r.lengths[k], pen(controller)));
                }
            }
            plate.panels.push(panel);
        }
    }
    if plate.panels.is_empty() {
        return Ok(None);
    }
    let figure = plate.figure(format!(
        "Length of the episodes that begin after the pole changed (tick {} of the run), mean over {} seeds; two actions, one pass, \
         five ticks ahead. Dotted: the model stops learning at the change. The delta rule follows the present trajectory: a frozen one need not \
         balance even the unchanged pole, so its failure is not informative about the change. RLS is the fair control.",
        config.pole.at_step,
        config.seeds.len()
    ))?;
    Ok(Some(figure))
}

pub fn passes(config: &Config, record: &Record) -> Result<Figure, Error> {
    let (passes, horizons) = (&config.passes.passes, &config.passes.horizons);
    let mut plate = Plate::new("passes", 2, 26.0 * passes.len() as f64);
    plate.legend.push(Key::scale("share of full episodes", "0", "1"));
    for mode in PassMode::ALL {
        let x = Axis::categories("look-ahead (ticks)", horizons.iter().map(|h| h.to_string()));
        let y = Axis::categories("passes", passes.iter().map(|n| n.to_string()));
        let mut panel = Panel::new(mode.words(), x, y);
        let mut cells = Vec::new();
        for (row, &n) in passes.iter().enumerate() {
            for (column, &h) in horizons.iter().enumerate() {
                let runs = record.passes.iter().filter(|r| r.mode == mode && r.passes == n && r.horizon == h);
                let lengths: Vec<u32> = runs.flat_map(|r| r.lengths.iter().copied()).collect();
                let full = lengths.iter().filter(|&&n| n as usize >= config.steps).count();
                let share = full as f64 / lengths.len().max(1) as f64;
                let text = plain((share * 100.0).round() / 100.0);
                cells.push(grid_cell(column, row, shade(share)));
                panel.note((column as f64, row as f64 - 0.17), text, Anchor::Middle, text_on(share));
            }
        }
        panel.marks.push(Mark::Cells(cells));
        plate.panels.push(panel);
    }
    plate.figure(format!(
        "Share of full episodes with the perfect model without delay, by number of passes and look-ahead; {} episodes of each of {} seeds. With two \
         actions, passes that try the sign of the command change it at every pass. With a continuous force, added corrections stop converging \
         near 25 ticks, where they overshoot by as much as they correct; the secant has no such limit.",
        config.passes.episodes,
        config.seeds.len()
    ))
}
