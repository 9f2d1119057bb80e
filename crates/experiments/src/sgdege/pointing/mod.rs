//! The perturbation rule inside a loop: pointing through prisms, taught by the
//! size of the pointing error alone.
//!
//! ```text
//! seen target ─▶ motor cortex ─▶ (+) ─▶ planar arm ─▶ pointing error (deg), unsigned
//!                                 ▲                        │ one number per movement
//!          mossy fibers ─▶ SgdegeController ◀──────────────┘
//! ```
//!
//! The cortex points to the apparent position of the target; the cerebellum adds to its command.
//! No climbing fiber signals the direction of the error.

mod figures;
mod run;

use super::check_network;
use lobule_analysis::{mean, mean_of, sd};
use lobule_study::prelude::*;
use lobule_theory::network::{NetworkParameters, PerturbationNetwork as Network};
use lobule_theory::rules::{
    ErrorKind, LearningRule, MarrAlbusIto, MarrAlbusItoParameters, Reinforce, ReinforceParameters, Sgdege,
    SgdegeParameters,
};
use run::{Record, RuleRun};

const QUICK: &str = include_str!("pointing.quick.toml");

/// The experiment `sgdege/pointing`.
#[derive(Debug, Clone, Copy)]
pub struct Pointing;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    seeds: Vec<u64>,
    rules: Vec<String>,
    protocol: ProtocolConfig,
    decoder: DecoderConfig,
    network: NetworkParameters,
    sgdege: SgdegeParameters,
    marr_albus_ito: MarrAlbusItoParameters,
    reinforce: ReinforceParameters,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProtocolConfig {
    baseline: usize,
    prism: usize,
    removal: usize,
    prism_deg: f64,
    trial_ms: u64,
    reach_deg: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DecoderConfig {
    full_deg: f64,
    error_hz_per_deg: f64,
}

/// Rules of learning by name; `static` does not learn.
const RULES: [&str; 4] = ["sgdege", "marr_albus_ito", "reinforce", "static"];

fn rule_name(rule: &str) -> &str {
    match rule {
        "sgdege" => "perturbation rule (SGDEGE)",
        "marr_albus_ito" => "Marr-Albus-Ito, unsigned error",
        "reinforce" => "REINFORCE",
        "static" => "no learning",
        other => other,
    }
}

impl Config {
    /// The rule of that name, drawing under `seed`; `static` is SGDEGE that never learns.
    fn rule(&self, name: &str, network: &Network, seed: u64) -> Result<Box<dyn LearningRule>, Error> {
        Ok(match name {
            "marr_albus_ito" => Box::new(MarrAlbusIto::new(ErrorKind::Unsigned, &self.marr_albus_ito)?),
            "reinforce" => Box::new(Reinforce::new(network, &self.reinforce, seed)?),
            _ => Box::new(Sgdege::new(network, &self.sgdege, seed)?),
        })
    }
}

grounds! {
    LEARNS = chosen_after "no published value; less than a quarter counts as learning; no record shows that the bound preceded the first \
        run, and steps were scanned on this task";
    FAILS = chosen_after "no published value; more than half counts as not learning; no record shows that the bound preceded the first run";
    STATIC = law "without learning the error is constant; a ratio of 1 ± 5 %";
    AFTER_EFFECT = chosen_after "an after-effect of at least half the deviation shows that the correction was learned; no record shows \
        that the bound preceded the first run";
}
const COMPARISON: Source = Source::reported("reported for comparison, no expectation");

/// Mean pointing error of one run in three windows, deg: the first hundredth through prisms, the last tenth, and the first hundredth
/// after the prisms came off. Later movements without prisms unlearn the correction.
fn windows(config: &Config, run: &RuleRun) -> [f64; 3] {
    let p = &config.protocol;
    let part = |from: usize, n: usize| mean(&run.errors_deg[from..from + n]);
    let (first, last) = (p.baseline, p.baseline + p.prism);
    let tenth = (p.prism / 10).max(1);
    [part(first, (p.prism / 100).max(1)), part(last - tenth, tenth), part(last, (p.removal / 100).max(1))]
}

/// Movements through prisms until the mean size of the error over 50 movements is below half of the deviation.
fn movements_to_half(config: &Config, run: &RuleRun) -> f64 {
    let p = &config.protocol;
    let exposure = &run.errors_deg[p.baseline..p.baseline + p.prism];
    let half = 0.5 * p.prism_deg.abs();
    let found = exposure.windows(50).position(|w| w.iter().map(|e| e.abs()).sum::<f64>() < 50.0 * half);
    found.unwrap_or(p.prism) as f64
}

impl Study for Pointing {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &Card {
        name: "sgdege/pointing",
        title: "Pointing through prisms, taught by the size of the error alone",
        line: "Can the perturbation rule adapt to prisms from one number per movement, and how do its rivals compare?",
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
            Preset::new("quick", "one seed, 2000 movements: the direction of learning in seconds", QUICK),
        ],
        unit: "movements",
        grounds: GROUNDS,
        ..Card::BLANK
    };

    fn check(&self, config: &Config) -> Result<(), Error> {
        let check = Check::of("");
        check.some("rules", &config.rules)?;
        config.rules.iter().try_for_each(|rule| check.one_of("rules", rule, &RULES).map(drop))?;
        check.distinct("rules", &config.rules)?;
        let p = &config.protocol;
        let movements = p.baseline.saturating_add(p.prism).saturating_add(p.removal);
        let most = "with baseline and removal at most 1000000 movements";
        let bins = config.network.bins as u64;
        let durations = format!("a multiple of network.bins = {bins} is needed");
        Check::of("protocol")
            .that("prism", p.prism, movements <= 1_000_000, most)?
            .that("prism_deg", p.prism_deg, p.prism_deg != 0.0, "a prism of 0 deg shifts nothing")?
            .that("trial_ms", p.trial_ms, p.trial_ms.is_multiple_of(bins), &durations)?;
        let (columns, patterns) = (config.network.columns, config.network.patterns);
        let are_even = columns.is_multiple_of(2);
        Check::of("network")
            .that("columns", columns, are_even, "an even number is needed: half turn in each direction")?
            .that("patterns", patterns, patterns == 1, "1 is needed: one target is one pattern")?;
        check_network(&config.network)?;
        // Constructing the rules checks their parameters; a small network suffices.
        let smallest = NetworkParameters { rows: 1, fibers_per_row: 2, ..config.network.clone() };
        let network = Network::new(&smallest, 0)?;
        RULES.iter().try_for_each(|rule| config.rule(rule, &network, 0).map(drop))
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        run::run(config, run)
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        let of =
            |rule: &str, value: &dyn Fn(&RuleRun) -> f64| record.of(rule).map(value).collect::<Vec<f64>>();
        let ratio = |rule: &str, meaning: &str| {
            let left = |run: &RuleRun| {
                let [first, last, _] = windows(config, run);
                last.abs() / first.abs()
            };
            Finding::new(format!("{rule}_miss_ratio"), meaning, of(rule, &left))
        };
        let to_half = |rule: &str| {
            let meaning = "Movements through prisms until the running mean of the error over 50 movements is less than half of the deviation; \
                           the whole exposure where it never is.";
            let values = of(rule, &|run| movements_to_half(config, run));
            Finding::new(format!("{rule}_movements_to_half"), meaning, values).beside(&COMPARISON)
        };
        let meaning = "Perturbation rule: error in the last tenth of the exposure divided by that in the first hundredth.";
        let sgdege = ratio("sgdege", meaning);
        let meaning = "Climbing fibers that signal every error, without its direction: the same ratio.";
        let marr_albus_ito = ratio("marr_albus_ito", meaning);
        let reinforce = ratio("reinforce", "REINFORCE with Gaussian perturbations: the same ratio.");
        let after_effect = |run: &RuleRun| {
            let [first, _, after] = windows(config, run);
            -after * first.signum()
        };
        let meaning = "Perturbation rule: error in the opposite direction in the first hundredth of movements after the prisms came off.";
        let after = Finding::new("sgdege_after_effect_deg", meaning, of("sgdege", &after_effect)).unit("deg");
        let end = config.protocol.baseline + config.protocol.prism;
        let scatter = |run: &RuleRun| sd(&run.errors_deg[end - config.protocol.prism / 10..end]);
        let meaning = "Perturbation rule: standard deviation of the error in the last tenth of the exposure, the cost of the perturbations.";
        let scatter = Finding::new("sgdege_scatter_deg", meaning, of("sgdege", &scatter)).unit("deg");
        let found = [
            sgdege.each(..=0.25, &LEARNS),
            marr_albus_ito.each(0.5.., &FAILS),
            ratio("static", "No learning: the same ratio.").each(0.95..=1.05, &STATIC),
            reinforce.each([None, None], &COMPARISON),
            after.each(0.5 * config.protocol.prism_deg.abs().., &AFTER_EFFECT),
            to_half("sgdege"),
            to_half("reinforce"),
            scatter.beside(&COMPARISON),
        ];
        found.into_iter().filter(|f| !f.by_seed.is_empty()).collect()
    }

    fn check_record(&self, config: &Config, record: &Record) -> Result<(), String> {
        let p = &config.protocol;
        let movements = p.baseline + p.prism + p.removal;
        record.runs.iter().try_for_each(|run| {
            shape::long("runs.errors_deg", &run.errors_deg, movements)?;
            shape::long("runs.inhibition_hz", &run.inhibition_hz, movements)
        })
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        let mut figures = vec![figures::error_by_movement(config, record)?];
        if let Some(run) = record.of("sgdege").next() {
            figures.push(figures::olive(config, run)?);
        }
        figures.push(figures::paths(config, record)?);
        Ok(figures)
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        // Mean over seeds of the errors of the three windows, deg.
        let errors = |rule: &str| {
            let of_seeds: Vec<[f64; 3]> = record.of(rule).map(|run| windows(config, run)).collect();
            (!of_seeds.is_empty())
                .then(|| [0, 1, 2].map(|k| fixed(mean_of(of_seeds.iter().map(|e| e[k])), 1)))
        };
        let answer = match errors("sgdege") {
            Some([first, last, after]) => format!(
                "From the size of each pointing error alone, the perturbation rule reduced the error through prisms from {first}° to {last}°. \
                 When the prisms came off, the error was {after}°."
            ),
            None => "The perturbation rule was not run.".into(),
        };
        let rival = |rule: &&str| {
            errors(rule).map(|[first, last, _]| format!("{}: from {first}° to {last}°", rule_name(rule)))
        };
        let rivals: Vec<String> = RULES[1..].iter().filter_map(rival).collect();
        let mut small_print = vec![format!(
            "All numbers are means over {} seed(s). The first is that of the first hundredth of the exposure, the last that of its last tenth.",
            config.seeds.len()
        )];
        if !rivals.is_empty() {
            small_print.insert(0, format!("The rivals on the same network and arm: {}.", rivals.join("; ")));
        }
        Story {
            answer,
            small_print,
            steps: texts([
                "A motor cortex points to the apparent position of the target. Prisms shift this position, so the movement misses the target.",
                "A cerebellar network of 400 Purkinje cells in 40 columns works in parallel. Half of the columns turn the shoulder in one direction, \
                 half in the other: the difference of their nuclear rates is added to the command.",
                "In every movement a few climbing fibers fire spontaneously. Such a spike changes the rate of its column in one time bin a little, and \
                 so changes where the hand ends.",
                "After the movement the olive compares the size of the error with an inhibition that follows recent errors. If the error was larger \
                 than usual, all climbing fibers fire, and every change that a spontaneous spike had made is reversed. If it was smaller, the \
                 change is reinforced.",
                "No cell receives the direction of the error or the correct command.",
            ]),
            sections: vec![
                Section::new("Did it learn?", String::new(), &["miss"]),
                Section::new("How one number can teach every cell", String::new(), &["olive"]),
                Section::new("Paths of the hand", String::new(), &["paths"]),
            ],
            differences: texts([
                "The paper has no body. The task, the decoder and its gain are ours.",
                "Perturbations are larger and more frequent than in the paper's network, which learns 400 targets at once. With a single output the \
                 weights interfere less.",
                "In the default run REINFORCE learned faster. It needs a graded error at every synapse and a record of a continuous perturbation of \
                 every cell. The perturbation rule needs only the presence or absence of a spike.",
                "Once the error is gone, the inhibition of the olive is at its floor, and every chance error counts as larger than usual. The hand \
                 then drifts away a little before the inhibition catches up. This causes the bumps of the error late in the exposure of the \
                 default run.",
                "The spiking modules of the prism experiment adapt within about ten movements, because their olive signals the direction of the \
                 error. Without the direction the network needs several hundred.",
            ]),
            ..Story::default()
        }
    }

    fn fingerprints(&self, record: &Record) -> Vec<(String, String)> {
        record.runs.iter().map(|r| (format!("{}-{}", r.rule, r.seed), r.fingerprint.clone())).collect()
    }
}
