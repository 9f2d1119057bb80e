//! Figures of the protocols on the model of rates.

use super::config::EyeblinkConfig;
use super::findings::{at_interval, blocked_over_control, of_condition, savings};
use super::record::{EyeblinkRecord, Phase, SAMPLE_MS};
use lobule_analysis::mean;
use lobule_study::Error;
use lobule_study::report::chart::{Axis, Cell, Key, Level, Mark, Note, Panel, Plate, Tick};
use lobule_study::report::palette::{BLACK, BLUE, GREEN, GUIDE, ORANGE, PURPLE, SKY, VERMILLION};
use lobule_study::report::svg::{Anchor, Dash, FAINT, INK, Stroke};
use lobule_study::report::{Figure, plot};

/// A bar: its name, with a second line after a stroke, its colour, and the value on each seed.
type Bar = (&'static str, &'static str, Vec<f64>);

/// All figures.
pub fn figures(config: &EyeblinkConfig, record: &EyeblinkRecord) -> Result<Vec<Figure>, Error> {
    Ok(vec![
        learning(config, record)?,
        traces(config, record)?,
        timing(config, record)?,
        weights(config, record)?,
        saved(config, record)?,
    ])
}

/// A dotted line.
pub fn dotted() -> Stroke {
    Stroke::new(GUIDE, 1.2).dash(Dash::Dotted)
}

fn at(x: f64, is_vertical: bool) -> Level {
    Level { at: x, is_vertical, stroke: dotted() }
}

/// A tick with a name.
pub fn tick(at: f64, text: impl Into<String>) -> Tick {
    Tick { at, text: text.into(), under: String::new(), colour: INK.into() }
}

/// A colour between sky (0) and deep blue (1), for what comes in order.
fn order(share: f64) -> String {
    const ENDS: [[f64; 3]; 2] = [[190.0, 220.0, 240.0], [8.0, 48.0, 107.0]];
    let mix = |c: usize| (ENDS[0][c] + (ENDS[1][c] - ENDS[0][c]) * share.clamp(0.0, 1.0)).round() as u8;
    format!("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2))
}

/// Responses, and what cortex and nucleus do, by session.
fn learning(config: &EyeblinkConfig, record: &EyeblinkRecord) -> Result<Figure, Error> {
    let s = config.protocol.sessions;
    let total = s.iter().sum::<usize>() as f64;
    let mut plate = Plate::new("learning", 1, 170.0);
    let pens = [
        ("full", "everything", Stroke::new(BLUE, 2.6)),
        (
            "frozen_nucleus",
            "nucleus strong from the start, never learns",
            Stroke::new(GREEN, 2.0).dash(Dash::Dashed),
        ),
        ("no_nucleo_olivary", "no inhibition of the olive", Stroke::new(VERMILLION, 2.0).dash(Dash::Dashed)),
    ];
    let x = || Axis::exact("session", 0.5, total + 0.5).step(2.0);
    let phases = |panel: &mut Panel| {
        let (first, second) = (s[0] as f64 + 0.5, (s[0] + s[1]) as f64 + 0.5);
        panel.shades.push((first, second));
    };
    let mut responses =
        Panel::new("responses", x(), Axis::exact("trials with a response (%)", 0.0, 116.0).step(20.0));
    phases(&mut responses);
    for (from, sessions, text) in
        [(0, s[0], "tone and puff"), (s[0], s[1], "tone alone"), (s[0] + s[1], s[2], "again")]
    {
        let middle = from as f64 + 0.5 + 0.5 * sessions as f64;
        responses.notes.push(Note {
            at: (middle, 107.0),
            text: text.into(),
            anchor: Anchor::Middle,
            colour: FAINT.into(),
        });
    }
    for (condition, words, pen) in &pens {
        let runs = of_condition(record, condition);
        let points = (0..total as usize)
            .map(|k| (k as f64 + 1.0, mean(&runs.iter().map(|c| c.sessions[k].percent).collect::<Vec<_>>())));
        responses.marks.push(Mark::Line { points: points.collect(), stroke: pen.clone() });
        plate.legend.push(Key::line(words, pen.clone()));
    }
    plate.panels.push(responses);
    let mut inside = Panel::new("with everything", x(), Axis::exact("share", 0.0, 1.05).step(0.2));
    phases(&mut inside);
    let full = of_condition(record, "full");
    let course = |of: &dyn Fn(&super::record::Session) -> f64| -> Vec<(f64, f64)> {
        (0..total as usize)
            .map(|k| (k as f64 + 1.0, mean(&full.iter().map(|c| of(&c.sessions[k])).collect::<Vec<_>>())))
            .collect()
    };
    let lines = [
        ("closure before the puff", Stroke::new(BLACK, 2.4), course(&|s| s.amplitude)),
        ("nuclear weight", Stroke::new(PURPLE, 2.2), course(&|s| s.nuclear)),
        ("climbing fiber answers", Stroke::new(ORANGE, 2.0), course(&|s| s.climbing_percent / 100.0)),
    ];
    for (words, stroke, points) in lines {
        inside.marks.push(Mark::Line { points, stroke: stroke.clone() });
        plate.legend.push(Key::line(words, stroke));
    }
    plate.panels.push(inside);
    let caption = format!(
        "Sessions of {} trials, mean over {} seeds; shaded: the tone alone. A: trials with a response before the time of the puff. B: with everything: \
         closure reached before the puff; the direct weight of the tone on the nucleus, which comes after the cortex and goes after it; and the share of \
         trials in which the climbing fiber fires at the time of the puff: it falls silent once the puff is expected.",
        config.protocol.trials,
        config.seeds.len()
    );
    Ok(Figure::svg("learning", caption, plot::svg(&plate)?))
}

/// Closure in probes, session by session.
fn traces(config: &EyeblinkConfig, record: &EyeblinkRecord) -> Result<Figure, Error> {
    let p = &config.protocol;
    let mut plate = Plate::new("traces", 3, 220.0);
    let Some(course) = record.courses.iter().find(|c| c.condition == "full") else {
        return Ok(Figure::svg("traces", "", plot::svg(&plate)?));
    };
    let (from, to) = (-(p.before_ms as f64), (p.interval_ms + 600).min(p.probe_ms) as f64);
    for (phase, title) in [
        (Phase::Acquisition, "tone and puff"),
        (Phase::Extinction, "tone alone"),
        (Phase::Reacquisition, "again"),
    ] {
        let mut panel = Panel::new(
            title,
            Axis::exact("time after the tone (ms)", from, to).step(300.0),
            Axis::exact(if phase == Phase::Acquisition { "closure" } else { "" }, 0.0, 1.05).step(0.2),
        );
        panel.levels.push(at(0.0, true));
        panel
            .levels
            .push(Level::upright(p.interval_ms as f64).pen(Stroke::new(VERMILLION, 1.4).dash(Dash::Dashed)));
        let sessions: Vec<_> = course.sessions.iter().filter(|s| s.phase == phase).collect();
        let last = sessions.len().max(2) - 1;
        for (k, session) in sessions.iter().enumerate() {
            let points = session.probe.iter().enumerate();
            let points = points.map(|(i, y)| ((i * SAMPLE_MS) as f64 + from, *y)).filter(|q| q.0 <= to);
            panel.marks.push(Mark::Line {
                points: points.collect(),
                stroke: Stroke::new(&order(k as f64 / last as f64), 1.6),
            });
        }
        plate.panels.push(panel);
    }
    plate.legend.push(Key::line("first session", Stroke::new(&order(0.0), 2.4)));
    plate.legend.push(Key::line("last session", Stroke::new(&order(1.0), 2.4)));
    plate.legend.push(Key::line("time of the puff", Stroke::new(VERMILLION, 1.4).dash(Dash::Dashed)));
    let caption = format!(
        "Closure in probes after each session of the first seed, from light (first) to dark (last session of the part); probes are tones of {} ms without \
         puff and without learning, five for each line.",
        p.probe_ms
    );
    Ok(Figure::svg("traces", caption, plot::svg(&plate)?))
}

/// Responses by interval.
fn timing(config: &EyeblinkConfig, record: &EyeblinkRecord) -> Result<Figure, Error> {
    let p = &config.protocol;
    let mut plate = Plate::new("timing", 2, 220.0);
    let longest = p.intervals_ms.iter().copied().max().unwrap_or(1) as f64;
    let from = -(p.before_ms as f64);
    let to = (longest + 450.0).min(p.probe_ms as f64);
    let mut curves = Panel::new(
        "closure in probes",
        Axis::exact("time after the tone (ms)", from, to).step(200.0),
        Axis::exact("closure", 0.0, 1.05).step(0.2),
    );
    for (k, &ms) in p.intervals_ms.iter().enumerate() {
        let colour = order((k + 1) as f64 / p.intervals_ms.len() as f64);
        let Some(run) = at_interval(record, "full", ms).first().copied() else { continue };
        let points = run.trace.iter().enumerate().map(|(i, y)| ((i * SAMPLE_MS) as f64 + from, *y));
        curves.marks.push(Mark::Line {
            points: points.filter(|q| q.0 <= to).collect(),
            stroke: Stroke::new(&colour, 2.0),
        });
        curves.levels.push(Level::upright(ms as f64).pen(Stroke::new(&colour, 1.2).dash(Dash::Dotted)));
        plate.legend.push(Key::line(&format!("puff at {ms} ms"), Stroke::new(&colour, 2.4)));
    }
    plate.panels.push(curves);

    let reach = 1.3 * longest;
    let mut peaks = Panel::new(
        "when the lid is most closed",
        Axis::exact("interval (ms)", 0.0, 1.05 * longest).step(200.0),
        Axis::exact("time after the tone (ms)", 0.0, reach).step(200.0),
    );
    peaks
        .marks
        .push(Mark::Line { points: vec![(0.0, 0.0), (1.05 * longest, 1.05 * longest)], stroke: dotted() });
    let mut dots = |condition: &str, words: &str, colour: &str, at_ms: &[usize], onset: bool| {
        let points: Vec<(f64, f64)> = at_ms
            .iter()
            .flat_map(|&ms| {
                let runs = at_interval(record, condition, ms);
                let of = |r: &&super::record::Interval| if onset { r.onset_ms } else { r.peak_ms };
                let told: Vec<f64> = runs.iter().filter_map(of).collect();
                (!told.is_empty()).then(|| (ms as f64, mean(&told)))
            })
            .collect();
        let stroke = Stroke::new(colour, 1.8).dash(if onset { Dash::Dashed } else { Dash::Solid });
        peaks.marks.push(Mark::Line { points: points.clone(), stroke: stroke.clone() });
        peaks.marks.push(Mark::Dots { points, radius: 3.5, colour: colour.into(), opacity: 1.0 });
        plate.legend.push(Key::line(words, stroke));
    };
    dots("full", "peak", BLUE, &p.intervals_ms, false);
    dots("full", "onset", BLUE, &p.intervals_ms, true);
    dots("no_nucleo_olivary", "peak, no inhibition of the olive", VERMILLION, &p.ablated_ms, false);
    dots("one_kernel", "peak, all kernels alike", GREEN, &p.ablated_ms, false);
    dots("window_0", "peak, eligibility at 0 ms", ORANGE, &p.ablated_ms, false);
    dots("window_200", "peak, eligibility at -200 ms", PURPLE, &p.ablated_ms, false);
    plate.panels.push(peaks);
    let caption = format!(
        "A: mean closure in {} probes after {} sessions at each interval, first seed; dotted: the time at which the puff came in training. B: peak (lines) \
         and onset (broken) of the response against the interval, mean over {} seeds; on the dotted diagonal the lid is most closed when the puff would come. \
         Intervals without dots were not learned.",
        p.probes,
        p.interval_sessions,
        config.seeds.len()
    );
    Ok(Figure::svg("timing", caption, plot::svg(&plate)?))
}

/// Weights by the time of their signal's peak.
fn weights(config: &EyeblinkConfig, record: &EyeblinkRecord) -> Result<Figure, Error> {
    let p = &config.protocol;
    let mut plate = Plate::new("weights", 1, 220.0);
    let place = |s: f64| libm::log10(1e3 * s);
    let [low, high] = config.conditioning.peaks_s;
    let ticks = [20.0f64, 50.0, 100.0, 200.0, 500.0, 1000.0];
    let ticks = ticks.iter().map(|ms| tick(place(ms * 1e-3), format!("{ms}"))).collect();
    let mut panel = Panel::new(
        "",
        Axis::exact("peak of the signal after the tone (ms)", place(low) - 0.03, place(high) + 0.03)
            .named(ticks),
        Axis::exact("weight on the Purkinje cell", 0.0, 2.05).step(0.5),
    );
    panel.levels.push(at(1.0, false));
    for (k, &ms) in p.intervals_ms.iter().enumerate() {
        let Some(run) = at_interval(record, "full", ms).first().copied() else { continue };
        let colour = order((k + 1) as f64 / p.intervals_ms.len() as f64);
        let points = record.peaks_s.iter().zip(&run.weights).map(|(s, w)| (place(*s), *w)).collect();
        panel.marks.push(Mark::Line { points, stroke: Stroke::new(&colour, 2.2) });
        panel
            .levels
            .push(Level::upright(place(ms as f64 * 1e-3)).pen(Stroke::new(&colour, 1.2).dash(Dash::Dotted)));
        plate.legend.push(Key::line(&format!("puff at {ms} ms"), Stroke::new(&colour, 2.4)));
    }
    plate.panels.push(panel);
    let caption = format!(
        "Weights of the granule signals after {} sessions at each interval (1: naive), first seed; dotted verticals: the puff. Signals that peak about {:.0} ms \
         before the climbing fiber are depressed and pause the Purkinje cell; earlier and later ones are potentiated and keep the lid open until then.",
        p.interval_sessions,
        1e3 * config.conditioning.window_s
    );
    Ok(Figure::svg("weights", caption, plot::svg(&plate)?))
}

/// What is saved after extinction, and what is blocked.
fn saved(config: &EyeblinkConfig, record: &EyeblinkRecord) -> Result<Figure, Error> {
    let mut plate = Plate::new("savings", 2, 210.0);
    let full = of_condition(record, "full");
    let frozen = of_condition(record, "frozen_nucleus");
    let bars: [Bar; 4] = [
        ("as it is", BLUE, full.iter().map(|c| savings(c, 0)).collect()),
        ("nucleus/made naive", SKY, full.iter().map(|c| savings(c, 1)).collect()),
        ("cortex/made naive", PURPLE, full.iter().map(|c| savings(c, 2)).collect()),
        ("nucleus/never learns", GREEN, frozen.iter().map(|c| savings(c, 0)).collect()),
    ];
    let values = |bars: &[Bar]| bars.iter().flat_map(|b| b.2.clone()).collect::<Vec<_>>();
    let draw = |panel: &mut Panel, bars: &[Bar]| {
        let mut cells = Vec::new();
        for (k, (_, colour, by_seed)) in bars.iter().enumerate() {
            let (x, value) = (k as f64, mean(by_seed));
            if value.is_finite() {
                cells.push(Cell {
                    x: (x - 0.32, x + 0.32),
                    y: (value.min(0.0), value.max(0.0)),
                    colour: (*colour).into(),
                });
            }
        }
        panel.marks.push(Mark::Cells(cells));
        for (k, (_, _, by_seed)) in bars.iter().enumerate() {
            let points = by_seed.iter().filter(|v| v.is_finite()).map(|v| (k as f64, *v)).collect();
            panel.marks.push(Mark::Dots { points, radius: 2.5, colour: BLACK.into(), opacity: 0.7 });
        }
        panel.levels.push(Level::across(0.0).pen(Stroke::new(GUIDE, 1.0)));
    };
    let axis = |bars: &[Bar]| {
        let named = |(k, bar): (usize, &Bar)| {
            let (above, under) = bar.0.split_once('/').unwrap_or((bar.0, ""));
            Tick { under: under.into(), ..tick(k as f64, above) }
        };
        let ticks = bars.iter().enumerate().map(named).collect();
        Axis::exact("", -0.6, bars.len() as f64 - 0.4).named(ticks)
    };
    let mut panel = Panel::new(
        "trials saved on relearning",
        axis(&bars),
        Axis::covering("savings (%)", values(&bars).into_iter().chain([0.0, 100.0])),
    );
    draw(&mut panel, &bars);
    plate.panels.push(panel);
    let blocked: [Bar; 2] = [
        ("everything", BLUE, blocked_over_control(record, "full")),
        ("no inhibition/of the olive", VERMILLION, blocked_over_control(record, "no_nucleo_olivary")),
    ];
    let mut panel = Panel::new(
        "learned by a light beside a known tone",
        axis(&blocked),
        Axis::covering("closure over control", values(&blocked).into_iter().chain([0.0, 1.0])),
    );
    panel.levels.push(at(1.0, false));
    draw(&mut panel, &blocked);
    plate.panels.push(panel);
    let caption = format!(
        "Bars: mean over {} seeds, dots: seeds. A: how many percent fewer trials relearning needs after {} sessions of the tone alone: as it is; with the \
         nucleus or the cortex made naive after extinction; and in an animal whose nucleus is strong from the start and never learns. B: closure to a light that \
         was added to a learned tone, over that to a light added to a new tone (1: no blocking).",
        config.seeds.len(),
        config.protocol.sessions[1]
    );
    Ok(Figure::svg("savings", caption, plot::svg(&plate)?))
}
