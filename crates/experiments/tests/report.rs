//! The report of the prism experiment, drawn from made-up results.
//!
//! `synthetic` invents results with the shape of real ones: a two-part learner
//! in place of the network. The sample report is left in
//! `$CARGO_TARGET_TMPDIR/report-sample/` to be looked at.

mod damage;

use lobule_experiments::prism::keys::{ModuleName, RateOf, ZoneOf};
use lobule_experiments::prism::record::{
    ActivitySnapshot, Calibration, ConditionRun, Epoch, PopulationRow, PrismResult, SweepPoint, TrialRecord,
    WeightHistogram, When,
};
use lobule_experiments::prism::{Condition, PlantKind};
use lobule_experiments::prism::{Prism, figures, story};
use lobule_scaffold::Microzone;
use lobule_signal::{SpikeTrain, Stream};
use lobule_study::report::{Basis, Finding, Findings, Judge};
use lobule_study::{Study, page};
use std::collections::BTreeMap;
use std::path::Path;

const PRISM_DEG: f64 = 20.0;
const EPOCHS: [(Epoch, usize); 3] = [(Epoch::Baseline, 8), (Epoch::Prism, 24), (Epoch::Removal, 12)];
const TRIAL_MS: f64 = 300.0;
/// Snapshots begin with the pause before the movement.
const PAUSE_MS: f64 = 100.0;
const DT_MS: f64 = 0.1;
const ALL_CONDITIONS: [Condition; 6] = [
    Condition::Static,
    Condition::Plastic,
    Condition::ForwardOnly,
    Condition::InverseOnly,
    Condition::WrongPolarity,
    Condition::FreshNoise,
];
const CELLS: [(&str, usize, f64); 10] = [
    ("mossy_fiber", 117, 18.0),
    ("glomerulus", 1_120, 18.0),
    ("granule_cell", 7_070, 2.5),
    ("golgi_cell", 70, 16.0),
    ("basket_cell", 50, 21.0),
    ("stellate_cell", 54, 24.0),
    ("purkinje_cell", 68, 88.0),
    ("dcn_p", 12, 52.0),
    ("dcn_i", 9, 14.0),
    ("io_cell", 14, 2.0),
];

/// How fast the two modules of a condition learn, per degree of error.
fn learning(condition: Condition) -> (f64, f64) {
    match condition {
        Condition::Plastic => (0.11, 0.05),
        Condition::ForwardOnly => (0.12, 0.0),
        Condition::InverseOnly => (0.0, 0.05),
        Condition::WrongPolarity => (-0.05, 0.04),
        _ => (0.0, 0.0),
    }
}

fn minimum_jerk(s: f64) -> f64 {
    s.powi(3) * (10.0 - 15.0 * s + 6.0 * s * s)
}

fn path(error_deg: f64) -> (Vec<f32>, Vec<[f32; 2]>) {
    (0..TRIAL_MS as usize)
        .map(|t| {
            let s = minimum_jerk(t as f64 / (TRIAL_MS - 1.0));
            let angle = -35.0 + (35.0 + error_deg) * s;
            let (radius, direction) = (0.33 + 0.14 * s, (90.0 - angle).to_radians());
            (angle as f32, [(radius * direction.cos()) as f32, (radius * direction.sin()) as f32])
        })
        .unzip()
}

fn rates(
    condition: Condition,
    noise: &Stream,
    step: u64,
    error: f64,
    learned: [f64; 2],
) -> BTreeMap<RateOf, f64> {
    let mut rates = BTreeMap::new();
    for (m, module) in ModuleName::ALL.into_iter().enumerate() {
        for (k, (cell, _, rest)) in CELLS.iter().enumerate() {
            let of = |zone| RateOf { module, cell: (*cell).into(), zone };
            for (z, zone) in Microzone::ALL.into_iter().enumerate() {
                let has_zones = matches!(*cell, "purkinje_cell" | "dcn_p" | "dcn_i" | "io_cell");
                if !has_zones && z == 1 {
                    continue;
                }
                let sign = if z == 0 { -1.0 } else { 1.0 };
                let push = match *cell {
                    "purkinje_cell" => -1.1 * sign * learned[m],
                    "dcn_p" => 1.3 * sign * learned[m],
                    "io_cell" => (sign * error).max(0.0) * 0.9,
                    _ => 0.0,
                };
                let jitter = 1.0 + 0.03 * noise.normal(step, (1000 * m + 10 * k + z) as u32);
                let quiet = if condition == Condition::Static && *cell != "io_cell" { 0.0 } else { push };
                rates.insert(of(has_zones.then_some(zone)), ((rest + quiet) * jitter).max(0.0));
            }
            // Whole populations beside their microzones, as the loop records them.
            rates.insert(of(None), rest * (1.0 + 0.02 * noise.normal(step, (1000 * m + k) as u32)));
        }
    }
    rates
}

fn run(condition: Condition, seed: u64, with_snapshots: bool) -> ConditionRun {
    let noise = Stream::new(seed, condition.name());
    let (rate_f, rate_i) = learning(condition);
    let bias = 1.5 * Stream::new(seed, "bias").normal(0, 0);
    let (mut forward, mut inverse) = (0.0f64, 0.0f64);
    let mut trials = Vec::new();
    for (epoch, n) in EPOCHS {
        for _ in 0..n {
            let index = trials.len();
            let prism_deg = if epoch == Epoch::Prism { PRISM_DEG } else { 0.0 };
            let context = if epoch == Epoch::Prism { 1.0 } else { 0.3 };
            let cortex = prism_deg + if prism_deg > 0.0 { bias } else { 0.0 } - forward
                + 1.3 * noise.normal(index as u64, 0);
            let part_inverse = -context * inverse + 0.5 * noise.normal(index as u64, 1);
            let error = cortex + part_inverse;
            let (path_deg, hand_m) = path(error);
            let weight = |base: f64, learned: f64| base - 0.0011 * learned.max(0.0);
            let mean_weight_ns = BTreeMap::from([
                (ZoneOf { module: ModuleName::Forward, zone: Microzone::Plus }, weight(0.14, -0.4 * forward)),
                (ZoneOf { module: ModuleName::Forward, zone: Microzone::Minus }, weight(0.14, forward)),
                (ZoneOf { module: ModuleName::Inverse, zone: Microzone::Plus }, weight(0.14, 0.7 * inverse)),
                (ZoneOf { module: ModuleName::Inverse, zone: Microzone::Minus }, weight(0.14, 0.9 * inverse)),
            ]);
            trials.push(TrialRecord {
                index,
                epoch,
                prism_deg,
                error_deg: error,
                cortex_deg: cortex,
                inverse_deg: part_inverse,
                rates_hz: rates(condition, &noise, index as u64, error, [forward, inverse]),
                mean_weight_ns,
                path_deg,
                hand_m,
            });
            forward = (forward + rate_f * error).clamp(-45.0, 45.0);
            inverse += rate_i * error;
        }
    }
    let snapshots =
        if with_snapshots && condition == Condition::Plastic { snapshots(seed) } else { Vec::new() };
    let weights = if condition == Condition::Static { Vec::new() } else { histograms() };
    ConditionRun {
        condition,
        seed,
        trials,
        snapshots,
        weights,
        fingerprint: format!(
            "{:016x}",
            0x9e37_79b9_7f4a_7c15u64.wrapping_mul(seed + condition.name().len() as u64)
        ),
    }
}

/// Poisson spikes whose rate swells in the middle of the movement.
fn snapshots(seed: u64) -> Vec<ActivitySnapshot> {
    let mut snapshots = Vec::new();
    for (k, trial) in [8, 20, 31].into_iter().enumerate() {
        for module in ModuleName::ALL {
            let spikes = CELLS.iter().map(|&(cell, n, rest)| {
                let noise = Stream::new(seed + trial, &format!("{module}{cell}"));
                let rate = match cell {
                    "purkinje_cell" => rest - 10.0 * k as f64,
                    "dcn_p" => rest + 12.0 * k as f64,
                    "io_cell" => 14.0 / (1.0 + 3.0 * k as f64),
                    _ => rest,
                };
                let mut train = SpikeTrain { label: cell.into(), n, steps: Vec::new(), ids: Vec::new() };
                for ms in 0..(PAUSE_MS + TRIAL_MS) as u64 {
                    let swell = 0.5 + 1.5 * (-((ms as f64 - PAUSE_MS - 110.0) / 60.0).powi(2)).exp();
                    for id in 0..n as u32 {
                        if noise.uniform(ms, id) < rate * swell / 1000.0 {
                            train.steps.push(ms * 10);
                            train.ids.push(id);
                        }
                    }
                }
                train
            });
            snapshots.push(ActivitySnapshot { trial: trial as usize, module, spikes: spikes.collect() });
        }
    }
    snapshots
}

fn histograms() -> Vec<WeightHistogram> {
    let edges_ns: Vec<f64> = (0..=60).map(|k| 0.005 * f64::from(k)).collect();
    let mut all = Vec::new();
    for module in ModuleName::ALL {
        for (microzone, shift) in [(Microzone::Plus, 0.004), (Microzone::Minus, -0.025)] {
            let bell = |w: f64, mean: f64, sd: f64| (-0.5 * ((w - mean) / sd).powi(2)).exp();
            let before =
                edges_ns.windows(2).map(|e| if e[0] <= 0.1401 && 0.1401 < e[1] { 52_000 } else { 0 });
            let after = edges_ns.windows(2).map(|e| {
                let w = 0.5 * (e[0] + e[1]);
                (9_000.0 * bell(w, 0.142, 0.006) + 3_500.0 * bell(w, 0.14 + shift, 0.02)) as u64
            });
            for (when, counts) in
                [(When::Before, before.collect()), (When::After, after.collect::<Vec<u64>>())]
            {
                all.push(WeightHistogram { module, microzone, when, edges_ns: edges_ns.clone(), counts });
            }
        }
    }
    all
}

fn calibration(seed: u64) -> Calibration {
    let noise = Stream::new(seed, "calibration");
    let sweep = (-1..=8)
        .map(|k| {
            let prism_deg = 5.0 * f64::from(k);
            let bias = 1.2 * noise.normal(1, (k + 1) as u32);
            let errors_deg =
                (0..5).map(|t| prism_deg * 1.01 + bias + 0.9 * noise.normal(2 + t, (k + 1) as u32));
            SweepPoint { prism_deg, errors_deg: errors_deg.collect() }
        })
        .collect();
    let by_module = |f: f64, i: f64| BTreeMap::from([(ModuleName::Forward, f), (ModuleName::Inverse, i)]);
    Calibration {
        version: 1,
        key: "a1b2".into(),
        seed,
        x0: 0.52 + 0.03 * noise.normal(0, 0),
        x0_sd_deg: 0.6,
        second_deg: 10.0,
        x_second: 1.94 + 0.05 * noise.normal(0, 1),
        second_sd_deg: 1.1,
        sweep,
        slope: 1.01 + 0.02 * noise.normal(0, 2),
        intercept_deg: 0.4 * noise.normal(0, 3),
        r2: 0.993,
        open_loop_error_deg: 20.2,
        static_bias_deg: by_module(-1.4, 0.6),
        sign_test_deg: [(ModuleName::Forward, [-2.4, 2.2]), (ModuleName::Inverse, [-0.9, 1.1])].into(),
        rates_hz: CELLS
            .iter()
            .map(|c| (RateOf { module: ModuleName::Forward, cell: c.0.into(), zone: None }, c.2))
            .collect(),
        balanced_a_plus_ns: by_module(9.2e-5, 1.5e-4),
        fingerprint: format!("{seed:08x}cafe"),
    }
}

fn synthetic(seeds: &[u64], conditions: &[Condition], with_snapshots: bool) -> PrismResult {
    let runs = conditions.iter().flat_map(|c| seeds.iter().map(|s| run(*c, *s, with_snapshots))).collect();
    PrismResult {
        seeds: seeds.to_vec(),
        anatomy_source: "synthetic numbers for a test of the report, not a simulation".into(),
        notes: vec!["gap_goc: gap junctions are not simulated; the E-GLIF protocols do not use them".into()],
        size_um: [300.0, 200.0, 295.0],
        populations: CELLS.iter().map(|c| PopulationRow { cell_type: c.0.into(), n: c.1 }).collect(),
        synapses_per_module: 1_204_311,
        plastic_per_module: 104_220,
        trial_ms: TRIAL_MS,
        dt_ms: DT_MS,
        arm_segments_m: [0.30, 0.31],
        plant: PlantKind::Joint,
        calibrations: seeds.iter().map(|s| calibration(*s)).collect(),
        runs,
    }
}

fn findings(result: &PrismResult) -> Findings {
    let finding = |name: &str, meaning: &str, value, expected, unit: &str, pass| Finding {
        name: name.into(),
        meaning: meaning.into(),
        value,
        sd: (result.seeds.len() > 1).then_some(0.08),
        by_seed: result.seeds.iter().map(|s| value * (1.0 + 0.05 * *s as f64)).collect(),
        unit: unit.into(),
        expected,
        judge: Judge::Mean,
        basis: if expected == [None, None] { Basis::Reported } else { Basis::ChosenBefore },
        source:
            "closed-loop specification, section 7.4; Geminiani et al. 2019, doi:10.3389/fncom.2019.00068."
                .into(),
        pass,
    };
    Findings {
        experiment: "prism".into(),
        version: "0.1.0".into(),
        preset: "full".into(),
        seeds: result.seeds.clone(),
        wall_s: 1_834.0,
        measured: Vec::new(),
        findings: vec![
            finding(
                "plastic_error_ratio",
                "Last error over first, with plasticity.",
                0.18,
                [None, Some(0.5)],
                "1",
                true,
            ),
            finding(
                "static_drift",
                "Last minus first error without plasticity.",
                0.4,
                [Some(-4.0), Some(4.0)],
                "deg",
                true,
            ),
            finding(
                "after_effect",
                "Mean error after removal, trials 2–6 & more.",
                -9.6,
                [None, Some(-4.0)],
                "deg",
                true,
            ),
            finding(
                "inverse_only_ratio",
                "Last error over first, inverse module <alone>.",
                0.83,
                [None, Some(0.7)],
                "1",
                false,
            ),
            finding(
                "rate_hz/forward/granule_cell",
                "Mean rate in the loop without prisms.",
                2.5,
                [None, None],
                "Hz",
                true,
            ),
        ],
    }
}

fn render(result: &PrismResult) -> (String, Vec<lobule_study::report::Figure>) {
    let figures = figures(result).expect("figures");
    let provenance = serde_json::json!({"command": "lobule run prism", "version": "0.1.0", "cores": 2,
        "config": "seeds = [0, 1]\n[protocol]\nprism = 24\n", "fingerprints": {"plastic-0": "00ff"},
        "sources": ["E-GLIF: Geminiani et al. 2019, doi:10.3389/fncom.2019.00068", "Circuit: De Schepper et al. 2022"]});
    (page(Prism::CARD, &story(result), &findings(result), &figures, &provenance, &[]), figures)
}

/// Leaves a report where it can be looked at.
fn keep(name: &str, html: &str, figures: &[lobule_study::report::Figure]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).expect("folder");
    for figure in figures {
        std::fs::write(folder.join(figure.file_name()), &figure.svg).expect("figure");
    }
    std::fs::write(folder.join("report.html"), html).expect("page");
}

fn names(figures: &[lobule_study::report::Figure]) -> Vec<&str> {
    figures.iter().map(|f| f.name.as_str()).collect()
}

#[test]
fn full_result_gives_every_figure_and_finding() {
    let result = synthetic(&[0, 1, 2], &ALL_CONDITIONS, true);
    let start = std::time::Instant::now();
    let (html, figures) = render(&result);
    println!("figures and page: {:.2} s", start.elapsed().as_secs_f64());

    keep("report-sample", &html, &figures);

    let expected = [
        "schematic",
        "error",
        "contributions",
        "ablations",
        "arm",
        "joint_angle",
        "raster_forward",
        "raster_inverse",
        "rates",
        "rate_map",
        "mean_weights",
        "weights_before_after",
        "calibration",
    ];
    assert_eq!(names(&figures), expected);
    for figure in &figures {
        assert!(figure.caption.len() > 60, "{}: a caption that explains", figure.name);
        assert!(html.contains(&format!("id=\"fig-{}\"", figure.name)), "{} is on the page", figure.name);
        assert!(figure.svg.starts_with("<svg") && figure.svg.len() > 1000, "{}", figure.name);
    }
    for finding in findings(&result).findings {
        assert!(html.contains(&finding.name), "{} is on the page", finding.name);
    }
    assert!(html.contains("module &lt;alone&gt;"), "text of findings is escaped");
    assert!(html.contains("✓ pass") && html.contains("✗ out of range"));
}

#[test]
fn page_loads_nothing_from_elsewhere() {
    let (html, _) = render(&synthetic(&[0], &[Condition::Static, Condition::Plastic], true));
    for forbidden in
        ["<script", "<link", "@import", "<iframe", "src=\"http", "url(http", "url(\"http", "srcset"]
    {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    for (at, _) in html.match_indices("src=\"") {
        assert!(html[at..].starts_with("src=\"data:"), "{}", &html[at..at + 40]);
    }
}

#[test]
fn ids_on_the_page_are_unique() {
    let (html, _) = render(&synthetic(&[0, 1], &ALL_CONDITIONS, false));
    let mut seen = std::collections::BTreeSet::new();
    for (at, _) in html.match_indices(" id=\"") {
        let id = html[at + 5..].split('"').next().unwrap_or_default();
        assert!(seen.insert(id.to_owned()), "id {id} occurs twice");
    }
}

#[test]
fn equal_results_give_equal_bytes() {
    let result = synthetic(&[0, 1], &[Condition::Static, Condition::Plastic, Condition::ForwardOnly], true);
    let ((first, _), (second, _)) = (render(&result), render(&result));
    assert!(first == second);
}

#[test]
fn report_renders_without_ablations_snapshots_or_spread() {
    let (html, figures) = render(&synthetic(&[7], &[Condition::Static, Condition::Plastic], false));
    keep("report-sample-small", &html, &figures);
    assert!(!names(&figures).contains(&"ablations") && !names(&figures).contains(&"raster_forward"));
    assert!(html.contains("on one seed") && !html.contains("NaN"));
}

#[test]
fn report_renders_from_next_to_nothing() {
    let mut result = synthetic(&[], &[], false);
    let (html, figures) = render(&result);
    assert_eq!(names(&figures), ["schematic"]);
    assert!(html.contains("answers nothing"));

    result.runs = vec![run(Condition::Plastic, 1, false)];
    for trial in &mut result.runs[0].trials {
        trial.error_deg = f64::NAN;
        trial.rates_hz.clear();
        trial.mean_weight_ns.clear();
        trial.path_deg.clear();
        trial.hand_m.clear();
    }
    let (html, _) = render(&result);
    assert!(html.contains("was not measured") && !html.contains("NaN"));
}

#[test]
fn answer_claims_no_learning_that_was_not_measured() {
    let mut result = synthetic(&[0, 1, 2], &[Condition::Static, Condition::Plastic], false);
    let (html, _) = render(&result);
    assert!(html.contains("With plasticity the pointing error fell from"));
    assert!(html.contains("without it, it stayed where it was"));
    assert!(html.contains("an after-effect."));

    let unlearned: Vec<ConditionRun> = result.condition(Condition::Static).cloned().collect();
    result.runs.retain(|a| a.condition == Condition::Static);
    result.runs.extend(unlearned.into_iter().map(|a| ConditionRun { condition: Condition::Plastic, ..a }));
    let (html, _) = render(&result);
    assert!(html.contains("With plasticity the pointing error stayed where it was"));
    assert!(html.contains("no clear after-effect"));

    for trial in
        result.runs.iter_mut().filter(|a| a.condition == Condition::Plastic).flat_map(|a| &mut a.trials)
    {
        trial.error_deg *= 1.0 + trial.index as f64 / 10.0;
    }
    assert!(render(&result).0.contains("With plasticity the pointing error grew from"));
}

#[test]
fn a_damaged_record_is_drawn_or_refused() {
    let record =
        serde_json::to_value(synthetic(&[0], &[Condition::Static, Condition::Plastic], true)).unwrap();
    let (mut failures, mut drawn) = (Vec::new(), 0);
    for (what, record) in damage::of(&record) {
        let Ok(result) = serde_json::from_value::<PrismResult>(record) else { continue };
        drawn += 1;
        let page = damage::caught(|| {
            let figures = figures(&result)?;
            Ok::<_, lobule_study::Error>(page(
                Prism::CARD,
                &story(&result),
                &findings(&result),
                &figures,
                &serde_json::json!({}),
                &[],
            ))
        });
        match page {
            Err(cause) => failures.push(format!("{what}: {cause}")),
            Ok(Ok(page)) if page.contains("<script") => failures.push(format!("{what}: a script")),
            Ok(_) => {}
        }
    }
    assert!(drawn > 100, "{drawn}");
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
