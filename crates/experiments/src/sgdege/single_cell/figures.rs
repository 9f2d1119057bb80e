//! Figures laid out as the paper's Figure 9 B-F and the figure of its Appendix 1.

use super::{Config, POINTS, Record};
use crate::sgdege::look::guide;
use lobule_analysis::mean_of;
use lobule_study::{prelude::*, report::drawing::*};
use lobule_theory::single_cell::{Corridor, Line, Region, Sector, SingleCellParameters as Parameters};

const START_COLORS: [&str; 4] = [BLUE, VERMILLION, GREEN, PURPLE];
/// Most points of a drawn trajectory; more would not be seen.
const POINTS_DRAWN: usize = 800;

pub(super) fn figure_9(config: &Config, record: &Record) -> Result<Figure, Error> {
    let set = &config.sets.figure_9ef;
    let mut plate = Plate::new("figure_9", 2, 220.0);
    plate.first_letter = 'B';
    plate.legend = legend();
    plate.panels = vec![
        sectors(set),
        phase_diagram(set.q),
        plane("Divergence, q > 1", &config.sets.figure_9d, &record.trajectories[4]),
        named(plane("Convergence", set, &record.trajectories[0]), set),
        rates("Convergence in time", set, &record.trajectories[0]),
    ];
    plate.panels[1].title = format!("Lines followed, q = {}", set.q);
    plate.figure(format!(
        "Panels as in Figure 9 of the paper, whose panel A is a diagram. B: directions of mean drift in the plane of P and J (arrows), in \
         the sectors between the lines C± (E = I on perturbed trials) and D± (on unperturbed ones). C: lines followed in the upper and \
         lower corridor, by beta = dJ/dP and rho; dots: the four sets of this page. D: runs with q = {}; P falls to 0. E: four runs; gray: \
         corridors; black disc: predicted end. F: P of the same runs by trial; dashed: predicted speeds from the trial on which a run \
         reaches its line.",
        config.sets.figure_9d.q
    ))
}

pub(super) fn appendix(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("appendix_1", 2, 200.0);
    plate.legend = legend();
    for (k, (_, set, _)) in config.converging().iter().enumerate().skip(1) {
        let title = format!("ρ = {}, {}", set.rho, set.region().label().replace('-', "−"));
        plate.panels.push(plane(&title, set, &record.trajectories[k]));
        plate.panels.push(rates(&format!("β = {}", set.beta()), set, &record.trajectories[k]));
    }
    plate.figure(
        "Panels as in the figure of the paper's Appendix 1: runs in the plane of P and J (left) and P by trial (right), where the \
        cell follows C+ and D− (A, B), C+ and C− (C, D) or only C+ (E, F; P overshoots). Dashed: predicted speeds from the trial on which \
        a run reaches its line.",
    )
}

fn legend() -> Vec<Key> {
    vec![
        Key::line("C±", Stroke::new(ORANGE, 1.5)),
        Key::line("D±", Stroke::new(SKY, 1.5)),
        Key::line("predicted speed", Stroke::new(BLACK, 1.2).dash(Dash::Dashed)),
        Key::dot("predicted end", BLACK),
    ]
}

/// The plane with lines and corridors.
fn empty_plane(title: &str, set: &Parameters) -> Panel {
    let high = 2.2 * set.target_hz;
    let axis = |label, end| Axis::exact(label, 0.0, end).step(set.target_hz / 2.0);
    let mut panel = Panel::new(title, axis("P (Hz)", high), axis("J (Hz)", 1.3 * high));
    let p: Vec<f64> = (0..=220).map(|k| high * f64::from(k) / 220.0).collect();
    let higher = |plus: Line, minus: Line, p: f64| plus.at(set, p).max(minus.at(set, p));
    let edge = |&p: &f64| {
        let (c, d) = (higher(Line::CPlus, Line::CMinus, p), higher(Line::DPlus, Line::DMinus, p));
        (p, c.min(d).max(0.0), c.max(d).max(0.0))
    };
    let edges = p.iter().map(edge).collect();
    panel.marks.push(Mark::Band { edges, color: GUIDE.into(), opacity: 0.22 });
    for (plus, minus, color) in [(Line::CPlus, Line::CMinus, ORANGE), (Line::DPlus, Line::DMinus, SKY)] {
        panel.line(p.iter().map(|&p| (p, higher(plus, minus, p))), Stroke::new(color, 1.5));
    }
    panel
}

fn plane(title: &str, set: &Parameters, runs: &[Vec<(f64, f64)>]) -> Panel {
    let mut panel = empty_plane(title, set);
    let highest = runs.iter().flatten().map(|(_, j)| *j).fold(panel.y.high, f64::max);
    panel.y = Axis::exact("J (Hz)", 0.0, 1.02 * highest).step(set.target_hz / 2.0);
    for (run, color) in runs.iter().zip(START_COLORS.iter().cycle()) {
        panel.line(thinned(run), Stroke::new(color, 1.0));
        panel.marks.push(Mark::dots(run.iter().take(1).copied(), 3.5, color));
    }
    if let Some(end) = set.end_point() {
        panel.marks.push(Mark::dots([(end.p_hz, end.j_hz)], 4.0, BLACK));
    }
    panel
}

/// Names beside the four lines.
fn named(mut panel: Panel, set: &Parameters) -> Panel {
    for (line, p, shift) in [
        (Line::CPlus, 1.45, 0.08),
        (Line::DPlus, 1.35, -0.13),
        (Line::CMinus, 0.5, -0.1),
        (Line::DMinus, 0.5, 0.06),
    ] {
        let p = p * set.target_hz;
        let color = if matches!(line, Line::CPlus | Line::CMinus) { ORANGE } else { SKY };
        let at = (p, line.at(set, p) + shift * panel.y.high);
        panel.note(at, line.name().replace('-', "−"), Anchor::Middle, color);
    }
    panel
}

fn thinned(run: &[(f64, f64)]) -> Vec<(f64, f64)> {
    run.iter().copied().step_by(run.len().div_ceil(POINTS_DRAWN).max(1)).collect()
}

/// P against trials, with the predicted speed of both corridors.
fn rates(title: &str, set: &Parameters, runs: &[Vec<(f64, f64)>]) -> Panel {
    let trials = runs.iter().map(Vec::len).max().unwrap_or(1) as f64 - 1.0;
    let y = Axis::exact("P (Hz)", 0.0, 2.2 * set.target_hz).step(set.target_hz / 2.0);
    let mut panel = Panel::new(title, Axis::exact("trial", 0.0, trials), y);
    panel.levels.push(Level::across(set.target_hz).pen(Stroke::new(GUIDE, 1.0)));
    let end = set.end_point().map_or(0.0, |e| e.p_hz);
    for (run, color) in runs.iter().zip(START_COLORS.iter().cycle()) {
        let points = run.iter().enumerate().map(|(t, (p, _))| (t as f64, *p)).collect::<Vec<_>>();
        panel.line(thinned(&points), Stroke::new(color, 1.2));
    }
    for run in runs {
        let Some((begin, p, corridor)) = arrival(set, run) else { continue };
        let Some(followed) = set.followed(corridor) else { continue };
        let last = (begin + (end - p) / followed.speed_hz).clamp(begin, trials);
        let points = [(begin, p), (last, p + followed.speed_hz * (last - begin))];
        panel.line(points, Stroke::new(BLACK, 1.2).dash(Dash::Dashed));
    }
    panel
}

/// When a run first meets a corridor: trial, P, which one.
fn arrival(set: &Parameters, run: &[(f64, f64)]) -> Option<(f64, f64, Corridor)> {
    run.iter().enumerate().find_map(|(trial, &(p, j))| {
        let corridor = match Sector::of(set, p, j) {
            Sector::UpperCorridor => Corridor::Upper,
            Sector::LowerCorridor => Corridor::Lower,
            _ => return None,
        };
        Some((trial as f64, p, corridor))
    })
}

/// Arrows of the drift, all of one length, since the drift of J is much larger than that of P.
fn sectors(set: &Parameters) -> Panel {
    let mut panel = empty_plane("Drift in the sectors", set);
    let (wide, tall) = (panel.x.high, panel.y.high);
    for a in 0..9 {
        for b in 0..9 {
            let (x, y) = ((f64::from(a) + 0.5) / 9.0, (f64::from(b) + 0.5) / 9.0);
            let sector = Sector::of(set, x * wide, y * tall);
            let (dp, dj) = sector.drift(set);
            // In units of the steps: a drift of rho dP against one of dJ.
            let (dx, dy) = (dp / set.step_p_hz, dj / set.step_j_hz);
            let length = libm::hypot(dx, dy);
            if length == 0.0 {
                continue;
            }
            let (dx, dy) = (0.035 * dx / length, 0.035 * dy / length);
            let color = match sector {
                Sector::Above => GREEN,
                Sector::Below => VERMILLION,
                Sector::UpperCorridor | Sector::LowerCorridor => BLACK,
            };
            let at = |u: f64, v: f64| ((x + u) * wide, (y + v) * tall);
            let tip = at(dx, dy);
            let left = at(0.2 * dx - 0.4 * dy, 0.2 * dy + 0.4 * dx);
            let right = at(0.2 * dx + 0.4 * dy, 0.2 * dy - 0.4 * dx);
            let arrow = [vec![at(-dx, -dy), tip], vec![left, tip, right]];
            panel.marks.extend(arrow.map(|points| Mark::line(points, Stroke::new(color, 1.3))));
        }
    }
    panel
}

fn phase_diagram(q: f64) -> Panel {
    const WIDE: i32 = 240;
    const TALL: i32 = 400;
    let beta_max = 3.0;
    let x = Axis::exact("β = dJ/dP", 0.0, beta_max).step(0.5);
    let mut panel = Panel::new("", x, Axis::exact("ρ", 0.0, 1.0).step(0.25));
    let mut cells: Vec<Cell> = Vec::new();
    for a in 0..WIDE {
        let x = |k: i32| beta_max * f64::from(k) / f64::from(WIDE);
        let mut from = 0;
        for b in 1..=TALL {
            let y = |k: i32| f64::from(k) / f64::from(TALL);
            let region = |k: i32| Region::of(0.5 * (x(a) + x(a + 1)), 0.5 * (y(k) + y(k + 1)), q);
            if b == TALL || region(b) != region(from) {
                let color = color_of(region(from));
                // Columns overlap: edges that only touch would leave a hair of white.
                cells.push(Cell { x: (x(a), x((a + 2).min(WIDE))), y: (y(from), y(b)), color });
                from = b;
            }
        }
    }
    panel.marks.push(Mark::Cells(cells));
    panel.marks.push(Mark::dots(POINTS.iter().map(|(beta, rho, _)| (*beta, *rho)), 3.5, BLACK));
    for (beta, rho, label) in POINTS {
        panel.note((beta + 0.07, rho + 0.02), label.replace('-', "−"), Anchor::Start, INK);
    }
    panel
}

fn color_of(region: Region) -> String {
    match region {
        Region::Converges { upper: Line::DPlus, lower: Some(Line::DMinus) } => tint(SKY, 0.45),
        Region::Converges { lower: Some(Line::DMinus), .. } => tint(GREEN, 0.45),
        Region::Converges { lower: Some(_), .. } => tint(ORANGE, 0.45),
        Region::Converges { lower: None, .. } => tint(PURPLE, 0.5),
        Region::Diverges => tint(BLACK, 0.3),
    }
}

pub(super) fn end_points(config: &Config, record: &Record) -> Result<Figure, Error> {
    let set = &config.sets.figure_9ef;
    let mut plate = Plate::new("end_points", 1, 200.0);
    plate.left = (66.0, 66.0);
    plate.legend = vec![
        Key::dot("measured, each seed", BLUE),
        Key::line("predicted for q < 1: −A (1 + q) / 2", Stroke::new(BLACK, 1.5)),
        Key::line("P = 0", guide()),
    ];
    let q = &config.measure.scan_q;
    let y = Axis::exact("P − R at the end (Hz)", -1.15 * set.target_hz, 5.0).step(10.0);
    let mut panel = Panel::new("", Axis::covering("q", q.iter().copied()), y);
    panel.levels.push(Level::across(-set.target_hz).pen(guide()));
    let predicted = (0..100).map(|k| {
        let q = f64::from(k) / 100.0;
        (q, Parameters { q, ..*set }.end_point().map_or(f64::NAN, |e| e.p_hz - set.target_hz))
    });
    panel.line(predicted, Stroke::new(BLACK, 1.5));
    let ends = record.seeds.iter().flat_map(|s| q.iter().copied().zip(s.scan_hz.iter().copied()));
    panel.pale_dots(ends, 3.5, BLUE, 0.7);
    plate.panels.push(panel);
    let end = |k: usize| fixed(mean_of(record.seeds.iter().map(|s| s.scan_hz[k])), 1);
    let means: Vec<String> = q.iter().enumerate().map(|(k, q)| format!("{q}: {}", end(k))).collect();
    plate.figure(format!(
        "Distance of P from the target at the end, by q, with the other parameters of Figure 9 E. Dots: seeds; line: prediction. Means \
         over seeds, Hz: {}. At q = 1 the lower corridor has no width.",
        means.join("; ")
    ))
}
