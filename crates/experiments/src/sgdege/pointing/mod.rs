//! The perturbation rule inside a loop: pointing through prisms, taught by the
//! size of the miss alone.
//!
//! ```text
//! seen target ─▶ motor cortex ─▶ (+) ─▶ planar arm ─▶ miss (deg), without its side
//!                                 ▲                        │ one number per movement
//!          mossy fibers ─▶ SgdegeController ◀──────────────┘
//! ```
//!
//! The cortex points to where the target seems to be; the cerebellum adds to its command.
//! No signal tells a climbing fibre to which side the movement missed.

mod config;
mod figures;
mod run;
mod words;

pub use config::PointingConfig;
pub use run::{ArmRecord, PointingRecord};

use lobule_analysis::{mean, sd};
use lobule_study::Error;
use lobule_study::report::{Figure, Finding, Judge};
use lobule_study::{Card, Preset, Run, Story, Study};

/// The experiment `sgdege/pointing`.
#[derive(Debug, Clone, Copy)]
pub struct Pointing;

static CARD: Card = Card {
    name: "sgdege/pointing",
    title: "Pointing through prisms, taught by the size of the miss alone",
    line: "the perturbation rule in a closed loop: prism adaptation from one number per movement, beside its rivals",
    source: "rule of Bouvier et al. 2018, doi:10.7554/eLife.31599; task of the experiment prism",
    sources: &[
        "Rule and network: Bouvier et al. 2018, doi:10.7554/eLife.31599",
        "REINFORCE: Williams 1992, doi:10.1007/BF00992696",
        "Arm: Shadmehr & Mussa-Ivaldi 1994, doi:10.1523/JNEUROSCI.14-05-03208.1994",
        "Minimum jerk: Flash & Hogan 1985, doi:10.1523/JNEUROSCI.05-07-01688.1985",
    ],
    defaults: include_str!("pointing.toml"),
    presets: &[
        Preset::new("default", "five seeds, four rules, 5500 movements each", ""),
        Preset::new(
            "quick",
            "one seed, 2000 movements: the direction of learning in seconds",
            include_str!("pointing.quick.toml"),
        ),
    ],
    unit: "movements",
    ..Card::BLANK
};

const CHOSEN: &str = "Chosen: no published value; the range says what counts as learning";

/// Miss in three windows of one arm, deg: the first tenth through prisms, the last tenth, the first tenth after.
pub fn windows(config: &PointingConfig, errors_deg: &[f64]) -> [f64; 3] {
    let p = &config.protocol;
    let part = |from: usize, n: usize| mean(&errors_deg[from..from + n]);
    let (first, last) = (p.baseline, p.baseline + p.prism);
    let tenth = (p.prism / 10).max(1);
    let after = (p.removal / 100).max(1);
    // The first movements after the prisms came off are the after-effect; later ones unlearn it.
    [part(first, (p.prism / 100).max(1)), part(last - tenth, tenth), part(last, after)]
}

impl Study for Pointing {
    type Config = PointingConfig;
    type Record = PointingRecord;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &PointingConfig) -> Result<(), Error> {
        config.validate()
    }

    fn run(&self, config: &PointingConfig, run: &Run) -> Result<PointingRecord, Error> {
        run::run(config, run)
    }

    fn findings(&self, config: &PointingConfig, record: &PointingRecord) -> Vec<Finding> {
        let measure = |rule: &str, what: &dyn Fn([f64; 3]) -> f64| -> Option<Vec<f64>> {
            let values: Vec<f64> =
                record.of(rule).map(|arm| what(windows(config, &arm.errors_deg))).collect();
            (!values.is_empty()).then_some(values)
        };
        let mut found = Vec::new();
        let mut ratio = |rule: &str, meaning: &str, range: [Option<f64>; 2]| {
            if let Some(v) = measure(rule, &|[first, last, _]| last.abs() / first.abs()) {
                found.push(Finding::seven(
                    format!("{rule}_miss_ratio"),
                    meaning,
                    v,
                    "1",
                    range,
                    Judge::Each,
                    CHOSEN,
                ));
            }
        };
        ratio(
            "sgdege",
            "Perturbation rule: miss in the last tenth through prisms over that in the first hundredth; every seed counts.",
            [None, Some(0.25)],
        );
        ratio(
            "marr_albus_ito",
            "Climbing fibres that signal every miss: the same ratio; the rule cannot know the side. Every seed counts.",
            [Some(0.5), None],
        );
        ratio("static", "No learning: the same ratio; every seed counts.", [Some(0.95), Some(1.05)]);
        ratio(
            "reinforce",
            "REINFORCE with Gaussian perturbations: the same ratio, for comparison.",
            [None, None],
        );
        if let Some(v) = measure("sgdege", &|[first, _, after]| -after * first.signum()) {
            found.push(Finding::seven(
                "sgdege_after_effect_deg",
                "Perturbation rule: miss to the other side in the first hundredth of movements after the prisms came off; every seed counts.",
                v,
                "deg",
                [Some(0.5 * config.protocol.prism_deg.abs()), None],
                Judge::Each,
                "Chosen: an after-effect of at least half the deviation shows that the correction was learned",
            ));
        }
        for rule in ["sgdege", "reinforce"] {
            let halves: Vec<f64> = record.of(rule).map(|arm| run::movements_to_half(config, arm)).collect();
            if !halves.is_empty() {
                found.push(Finding::seven(
                    format!("{rule}_movements_to_half"),
                    "Movements through prisms until a running mean over 50 misses less than half of the deviation; the whole exposure when never.",
                    halves,
                    "1",
                    [None, None],
                    Judge::Mean,
                    "Chosen: reported for comparison, no expectation",
                ));
            }
        }
        if let Some(arm) = record.of("sgdege").next() {
            let end = config.protocol.baseline + config.protocol.prism;
            let scatter = record
                .of("sgdege")
                .map(|a| sd(&a.errors_deg[end - config.protocol.prism / 10..end]))
                .collect();
            debug_assert!(arm.errors_deg.len() >= end);
            found.push(Finding::seven(
                "sgdege_scatter_deg",
                "Perturbation rule: standard deviation of the miss in the last tenth through prisms: what the perturbations cost.",
                scatter,
                "deg",
                [None, None],
                Judge::Mean,
                "Chosen: reported for comparison, no expectation",
            ));
        }
        found
    }

    fn figures(&self, config: &PointingConfig, record: &PointingRecord) -> Result<Vec<Figure>, Error> {
        figures::figures(config, record)
    }

    fn story(&self, config: &PointingConfig, record: &PointingRecord) -> Story {
        words::story(config, record)
    }

    fn fingerprints(&self, record: &PointingRecord) -> Vec<(String, String)> {
        record.arms.iter().map(|a| (format!("{}-{}", a.rule, a.seed), a.fingerprint.clone())).collect()
    }
}
