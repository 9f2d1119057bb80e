//! Figures of the protocols on the rate model.

use super::config::Config;
use super::findings::{at_interval, blocking_ratios, of_condition, savings};
use super::record::{Interval, Phase, Record, SAMPLE_MS, Session};
use lobule_analysis::{mean, mean_of};
use lobule_study::prelude::*;
use lobule_study::report::drawing::*;

pub fn puff() -> Stroke {
    Stroke::new(VERMILLION, 1.4).dash(Dash::Dashed)
}

/// A color between sky (0) and deep blue (1), for ordered lines.
fn order(share: f64) -> String {
    const ENDS: [[f64; 3]; 2] = [[190.0, 220.0, 240.0], [8.0, 48.0, 107.0]];
    let mix = |c: usize| (ENDS[0][c] + (ENDS[1][c] - ENDS[0][c]) * share.clamp(0.0, 1.0)).round() as u8;
    format!("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2))
}

/// A kept trace from `from_ms` on, up to `to_ms`.
fn trace(samples: &[f64], from_ms: f64, to_ms: f64, color: &str, width: f64) -> Mark {
    let points = samples.iter().enumerate().map(|(i, y)| ((i * SAMPLE_MS) as f64 + from_ms, *y));
    Mark::line(points.filter(|q| q.0 <= to_ms), Stroke::new(color, width))
}

pub fn learning(config: &Config, record: &Record) -> Result<Figure, Error> {
    let counts = config.protocol.sessions;
    let total: usize = counts.iter().sum();
    let by_session = |condition: &str, of: fn(&Session) -> f64, pen: &Stroke| {
        let runs = of_condition(record, condition);
        let at = |k: usize| mean_of(runs.iter().map(|r| of(&r.sessions[k])));
        Mark::line((0..total).map(|k| (k as f64 + 1.0, at(k))), pen.clone())
    };
    let panel = |title: &str, y: Axis| {
        let x = Axis::exact("session", 0.5, total as f64 + 0.5).step(2.0);
        let mut panel = Panel::new(title, x, y);
        panel.shades.push((counts[0] as f64 + 0.5, (counts[0] + counts[1]) as f64 + 0.5));
        panel
    };
    let mut plate = Plate::new("learning", 1, 170.0);
    let y = Axis::exact("trials with a response (%)", 0.0, 116.0).step(20.0);
    let mut responses = panel("responses", y);
    let mut from = 0.5;
    for (count, text) in counts.into_iter().zip(["tone and puff", "tone alone", "tone and puff again"]) {
        let at = (from + 0.5 * count as f64, 107.0);
        responses.notes.push(Note { at, text: text.into(), anchor: Anchor::Middle, color: FAINT.into() });
        from += count as f64;
    }
    let frozen = "nucleus strong from the start, never learns";
    for (condition, words, pen) in [
        ("full", "intact", Stroke::new(BLUE, 2.6)),
        ("frozen_nucleus", frozen, Stroke::new(GREEN, 2.0).dash(Dash::Dashed)),
        ("no_nucleo_olivary", "no inhibition of the olive", Stroke::new(VERMILLION, 2.0).dash(Dash::Dashed)),
    ] {
        responses.marks.push(by_session(condition, |s| s.percent, &pen));
        plate.line_key(words, pen);
    }
    let mut inside = panel("intact animal", Axis::exact("share", 0.0, 1.05).step(0.2));
    let mut line = |words: &str, pen: Stroke, of: fn(&Session) -> f64| {
        inside.marks.push(by_session("full", of, &pen));
        plate.line_key(words, pen);
    };
    line("closure before the puff", Stroke::new(BLACK, 2.4), |s| s.amplitude);
    line("nuclear weight", Stroke::new(PURPLE, 2.2), |s| s.nuclear);
    line("climbing fiber answers", Stroke::new(ORANGE, 2.0), |s| s.climbing_percent / 100.0);
    plate.panels = vec![responses, inside];
    let (trials, seeds) = (config.protocol.trials, config.seeds.len());
    plate.figure(format!(
        "Conditioning by session of {trials} trials, mean over {seeds} seeds; shaded: the tone alone. A: trials with a response before the time of the puff. B, intact \
         animal: closure before the puff, direct weight of the tone on the nucleus, and share of trials with a climbing-fiber spike at the time of the puff. \
         The nuclear weight changes after the cortex does. The climbing fiber falls silent once the puff is predicted."
    ))
}

pub fn traces(config: &Config, record: &Record) -> Result<Figure, Error> {
    let p = &config.protocol;
    let mut plate = Plate::new("traces", 3, 220.0);
    let Some(run) = record.courses.iter().find(|c| c.condition == "full") else {
        return plate.figure("");
    };
    let (from, to) = (-(p.before_ms as f64), (p.interval_ms + 600).min(p.probe_ms) as f64);
    for (phase, title, label) in [
        (Phase::Acquisition, "tone and puff", "closure"),
        (Phase::Extinction, "tone alone", ""),
        (Phase::Reacquisition, "tone and puff again", ""),
    ] {
        let x = Axis::exact("time after the tone (ms)", from, to).step(300.0);
        let mut panel = Panel::new(title, x, Axis::exact(label, 0.0, 1.05).step(0.2));
        panel.levels = vec![Level::upright(0.0), Level::upright(p.interval_ms as f64).pen(puff())];
        let sessions: Vec<_> = run.sessions.iter().filter(|s| s.phase == phase).collect();
        let last = sessions.len().max(2) as f64 - 1.0;
        for (k, s) in sessions.into_iter().enumerate() {
            panel.marks.push(trace(&s.probe, from, to, &order(k as f64 / last), 1.6));
        }
        plate.panels.push(panel);
    }
    plate.line_key("first session", Stroke::new(&order(0.0), 2.4));
    plate.line_key("last session", Stroke::new(&order(1.0), 2.4));
    plate.line_key("time of the puff", puff());
    plate.figure(format!(
        "Closure against time in probes after each session of the first seed, from light (first session of the phase) to dark (last). Probes are tones of {} ms \
         without puff and without learning; each line is the mean of five.",
        p.probe_ms
    ))
}

/// Interval and first run of each interval on the intact animal, with its color.
fn by_interval<'a>(config: &Config, record: &'a Record) -> impl Iterator<Item = (f64, &'a Interval, String)> {
    let intervals = &config.protocol.intervals_ms;
    intervals.iter().enumerate().filter_map(move |(k, &ms)| {
        let run = at_interval(record, "full", ms).first().copied()?;
        Some((ms as f64, run, order((k + 1) as f64 / intervals.len() as f64)))
    })
}

fn dotted(at: f64, color: &str) -> Level {
    Level::upright(at).pen(Stroke::new(color, 1.2).dash(Dash::Dotted))
}

pub fn timing(config: &Config, record: &Record) -> Result<Figure, Error> {
    let p = &config.protocol;
    let mut plate = Plate::new("timing", 2, 220.0);
    let longest = p.intervals_ms.iter().copied().max().unwrap_or(1) as f64;
    let (from, to) = (-(p.before_ms as f64), (longest + 450.0).min(p.probe_ms as f64));
    let x = Axis::exact("time after the tone (ms)", from, to).step(200.0);
    let mut curves = Panel::new("closure in probes", x, Axis::exact("closure", 0.0, 1.05).step(0.2));
    for (ms, run, color) in by_interval(config, record) {
        curves.marks.push(trace(&run.trace, from, to, &color, 2.0));
        curves.levels.push(dotted(ms, &color));
        plate.line_key(&format!("puff at {ms} ms"), Stroke::new(&color, 2.4));
    }
    let mut peaks = Panel::new(
        "time of largest closure",
        Axis::exact("interval (ms)", 0.0, 1.05 * longest).step(200.0),
        Axis::exact("time after the tone (ms)", 0.0, 1.3 * longest).step(200.0),
    );
    let diagonal = [(0.0, 0.0), (1.05 * longest, 1.05 * longest)];
    peaks.line(diagonal, Stroke::guide().dash(Dash::Dotted));
    let mut curve = |condition: &str, words: &str, pen: Stroke, of: fn(&Interval) -> Option<f64>| {
        let intervals_ms = if condition == "full" { &p.intervals_ms } else { &p.ablated_ms };
        let mean_at = |ms| mean_of(at_interval(record, condition, ms).into_iter().filter_map(of));
        peaks.curve(intervals_ms.iter().map(|&ms| (ms as f64, mean_at(ms))), 3.5, &pen);
        plate.line_key(words, pen);
    };
    curve("full", "peak", Stroke::new(BLUE, 1.8), |r| r.peak_ms);
    curve("full", "onset", Stroke::new(BLUE, 1.8).dash(Dash::Dashed), |r| r.onset_ms);
    for (condition, words, color) in [
        ("no_nucleo_olivary", "peak, no inhibition of the olive", VERMILLION),
        ("one_kernel", "peak, identical kernels", GREEN),
        ("window_0", "peak, eligibility at 0 ms", ORANGE),
        ("window_200", "peak, eligibility at -200 ms", PURPLE),
    ] {
        curve(condition, words, Stroke::new(color, 1.8), |r| r.peak_ms);
    }
    plate.panels = vec![curves, peaks];
    let (probes, sessions, seeds) = (p.probes, p.interval_sessions, config.seeds.len());
    plate.figure(format!(
        "Timing of responses in {probes} probes after {sessions} sessions at each interval. A: mean closure against time, first seed; dotted: time of the puff in training. \
         B: time of peak (solid) and onset (dashed) against the interval, mean over {seeds} seeds; on the dotted diagonal the lid is most closed at the time of the \
         puff. Intervals without dots were not learned."
    ))
}

pub fn weights(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("weights", 1, 220.0);
    let place = |ms: f64| libm::log10(ms);
    let [low, high] = config.conditioning.peaks_s.map(|s| place(1e3 * s));
    let ticks = [20.0f64, 50.0, 100.0, 200.0, 500.0, 1000.0].map(|ms| Tick::new(place(ms), format!("{ms}")));
    let x = Axis::exact("peak of the signal after the tone (ms)", low - 0.03, high + 0.03);
    let y = Axis::exact("weight on the Purkinje cell", 0.0, 2.05).step(0.5);
    let mut panel = Panel::new("", x.named(ticks.to_vec()), y);
    panel.levels.push(Level::across(1.0));
    for (ms, run, color) in by_interval(config, record) {
        let points = record.peaks_s.iter().zip(&run.weights).map(|(s, w)| (place(1e3 * s), *w));
        panel.line(points, Stroke::new(&color, 2.2));
        panel.levels.push(dotted(place(ms), &color));
        plate.line_key(&format!("puff at {ms} ms"), Stroke::new(&color, 2.4));
    }
    plate.panels.push(panel);
    plate.figure(format!(
        "Weights of the granule signals against the time of their peak, after {} sessions at each interval, first seed; 1: naive; dotted uprights: the puff. \
         Signals that peak about {:.0} ms before the climbing fiber are depressed and pause the Purkinje cell. Earlier and later ones are potentiated and keep \
         the lid open until then.",
        config.protocol.interval_sessions,
        1e3 * config.conditioning.window_s
    ))
}

/// A bar: name (with a second line after a slash), color, and the value of each seed.
type Bar = (&'static str, &'static str, Vec<f64>);

/// A panel of bars of means with a dot for each seed; `reach`: values that the axis must cover.
fn bars(title: &str, label: &str, reach: [f64; 2], bars: &[Bar]) -> Panel {
    let y = Axis::covering(label, bars.iter().flat_map(|b| b.2.iter().copied()).chain(reach));
    let mut panel = Panel::new(title, Axis::exact("", -0.6, bars.len() as f64 - 0.4), y);
    let (mut names, mut cells, mut dots) = (Vec::new(), Vec::new(), Vec::new());
    for (k, (name, color, by_seed)) in bars.iter().enumerate() {
        let (x, height) = (k as f64, mean(by_seed));
        let (above, under) = name.split_once('/').unwrap_or((name, ""));
        names.push(Tick { under: under.into(), ..Tick::new(x, above) });
        if height.is_finite() {
            cells.push(Cell::bar(x, 0.32, height, color));
        }
        let points = by_seed.iter().filter(|v| v.is_finite()).map(|v| (x, *v));
        dots.push(Mark::dots(points, 2.5, BLACK));
    }
    panel.x = panel.x.named(names);
    panel.marks.push(Mark::Cells(cells));
    panel.marks.extend(dots);
    panel.levels.push(Level::across(0.0).pen(Stroke::guide()));
    panel
}

pub fn saved(config: &Config, record: &Record) -> Result<Figure, Error> {
    let of = |condition: &str, lesion: usize| -> Vec<f64> {
        of_condition(record, condition).iter().map(|r| savings(r, lesion)).collect()
    };
    let saved = [
        ("intact", BLUE, of("full", 0)),
        ("nucleus/made naive", SKY, of("full", 1)),
        ("cortex/made naive", PURPLE, of("full", 2)),
        ("nucleus/never learns", GREEN, of("frozen_nucleus", 0)),
    ];
    let blocked = [
        ("intact", BLUE, blocking_ratios(record, "full")),
        ("no inhibition/of the olive", VERMILLION, blocking_ratios(record, "no_nucleo_olivary")),
    ];
    let mut plate = Plate::new("savings", 2, 210.0);
    let savings = bars("trials saved in relearning", "savings (%)", [0.0, 100.0], &saved);
    let mut light =
        bars("learning of a light beside a known tone", "closure relative to control", [0.0, 1.0], &blocked);
    light.levels.push(Level::across(1.0));
    plate.panels = vec![savings, light];
    let (seeds, sessions) = (config.seeds.len(), config.protocol.sessions[1]);
    plate.figure(format!(
        "Savings and blocking; bars: mean over {seeds} seeds, dots: seeds. A: reduction of the trials needed for relearning after {sessions} sessions of the tone alone: \
         intact, with the nucleus or the cortex made naive after extinction, and with a nucleus that is strong from the start and never learns. B: closure to \
         a light that was paired with a learned tone, relative to a light that was paired with a new tone (1: no blocking)."
    ))
}
