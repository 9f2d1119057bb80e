//! The experiment `sgdege/marr_albus_ito`: the consensus rule under a global error, as in the paper's Figure 2.

use super::cells::{correlation, mean_rate_error};
use super::check_network;
use super::look::rates_against_targets;
use lobule_analysis::{mean, mean_of};
use lobule_study::{prelude::*, report::drawing::*};
use lobule_theory::learner::Learner;
use lobule_theory::network::{NetworkParameters, PerturbationNetwork as Network};
use lobule_theory::rules::{ErrorKind, MarrAlbusIto as Rule, MarrAlbusItoParameters};

/// The experiment `sgdege/marr_albus_ito`.
#[derive(Debug, Clone, Copy)]
pub struct MarrAlbusIto;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    seeds: Vec<u64>,
    trials: usize,
    last: usize,
    signed_means_hz: Vec<f64>,
    unsigned_mean_hz: f64,
    network: NetworkParameters,
    rule: MarrAlbusItoParameters,
}

/// Learning under one kind of error; errors by trial, rates of projection neurons after learning and targets `[L][T]`, all Hz.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Learning {
    mean_target_hz: f64,
    /// Mean R - PN.
    signed_error: Vec<f64>,
    /// Mean |PN - R|.
    error: Vec<f64>,
    mean_rate: f64,
    rates: Vec<f64>,
    targets: Vec<f64>,
    correlation: Option<f64>,
    mean_rate_error: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct SeedRecord {
    signed: Vec<Learning>,
    unsigned: Learning,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    seeds: Vec<SeedRecord>,
}

grounds! {
    SIGNED = measured "numerical check of the equations in numpy, one seed: at most 0.46 to 0.57 Hz at these five targets; the bound of \
        0.7 Hz was set with it (Figure 2B of Bouvier et al. 2018, doi:10.7554/eLife.31599)";
    GROWTH = measured "numerical check of the equations in numpy, five seeds: 17.1 to 17.8 Hz grow to 29.9 to 32.5 Hz (Figure 2B of \
        Bouvier et al. 2018, doi:10.7554/eLife.31599)";
    DRIVE = law "2 rate_pn, the mossy-fiber drive alone; Bouvier et al. 2018, doi:10.7554/eLife.31599, equation (3)";
    CELLS = measured "numerical check of the equations in numpy, one seed, five targets: correlation 0.02 to 0.06, error of single cells \
        2.7 to 8.0 Hz; bounds of 0.15 and 3 Hz set with it (Figure 2C of Bouvier et al. 2018, doi:10.7554/eLife.31599)";
}

const COLORS: [&str; 6] = [SKY, BLUE, GREEN, ORANGE, PURPLE, BLACK];

fn learn(config: &Config, seed: u64, kind: ErrorKind, mean_target_hz: f64) -> Result<Learning, Error> {
    let parameters = NetworkParameters { rate_target: mean_target_hz, ..config.network.clone() };
    let rule = Rule::new(kind, &config.rule)?;
    let mut learner = Learner::new(Network::new(&parameters, seed)?, Box::new(rule));
    let trials = (0..config.trials).map(|_| learner.step()).collect::<Result<Vec<_>, _>>()?;
    let after = learner.at_rest(0)?;
    Ok(Learning {
        mean_target_hz,
        signed_error: trials.iter().map(|t| t.signed_error).collect(),
        error: trials.iter().map(|t| t.error).collect(),
        mean_rate: mean(&after.projection),
        correlation: correlation(&after.projection, &after.target),
        mean_rate_error: mean_rate_error(&after.projection, &after.target, parameters.bins),
        rates: after.projection,
        targets: after.target,
    })
}

impl Record {
    fn by_seed(&self, value: impl Fn(&SeedRecord) -> f64) -> Vec<f64> {
        self.seeds.iter().map(value).collect()
    }
}

fn last(values: &[f64], n: usize) -> &[f64] {
    &values[values.len().saturating_sub(n)..]
}

/// The run whose mean target is nearest to the rate of cells before learning: the paper's panel C.
fn at_resting_rate<'a>(config: &Config, record: &'a SeedRecord) -> &'a Learning {
    let distance = |run: &Learning| (run.mean_target_hz - config.network.rate_pn).abs();
    let nearest = record.signed.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
    nearest.expect("the configuration has at least one mean")
}

impl Study for MarrAlbusIto {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &Card {
        name: "sgdege/marr_albus_ito",
        title: "What a global error can teach under the Marr-Albus-Ito rule",
        line: "Can one global error teach each nuclear cell its target under the consensus rule? (Fig. 2)",
        source: super::PAPER,
        sources: &[
            "Network and rule: Bouvier et al. 2018, doi:10.7554/eLife.31599, equations (2), (3), (7), (14), (15), Table 2",
        ],
        defaults: include_str!("marr_albus_ito.toml"),
        presets: &[
            Preset::new("default", "five seeds", ""),
            Preset::new("quick", "one seed", include_str!("marr_albus_ito.quick.toml")),
            Preset::new("full", "20 seeds", include_str!("marr_albus_ito.full.toml")),
        ],
        unit: "runs",
        grounds: GROUNDS,
        ..Card::BLANK
    };

    fn check(&self, config: &Config) -> Result<(), Error> {
        Check::of("")
            .within("last", config.last, 1..=config.trials)?
            .distinct("signed_means_hz", &config.signed_means_hz)?;
        let (patterns, one) = (config.network.patterns, "1 is needed: a trial has one error");
        Check::of("network").that("patterns", patterns, patterns == 1, one)?;
        check_network(&config.network)?;
        Ok(config.rule.validate()?)
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        run.progress.expect(config.seeds.len() as u64 * (config.signed_means_hz.len() as u64 + 1));
        let seeds = run.each("seeds", &config.seeds, |&seed, at| {
            let learn = |kind, mean| {
                let learned = learn(config, seed, kind, mean)?;
                at.done(1)?;
                Ok(learned)
            };
            let signed = config.signed_means_hz.iter().map(|&mean| learn(ErrorKind::Signed, mean));
            let signed = signed.collect::<Result<_, Error>>()?;
            Ok(SeedRecord { signed, unsigned: learn(ErrorKind::Unsigned, config.unsigned_mean_hz)? })
        })?;
        Ok(Record { seeds })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        let mut found = Vec::new();
        for (k, target) in config.signed_means_hz.iter().enumerate() {
            let largest = |s: &SeedRecord| {
                let errors = last(&s.signed[k].signed_error, config.last);
                errors.iter().fold(0.0, |most: f64, e| e.abs().max(most))
            };
            let meaning =
                "Largest |mean R − PN| of the last trials under the signed error, at this mean target.";
            let left = Finding::new(format!("signed_error_left/{target}"), meaning, record.by_seed(largest));
            found.push(left.unit("Hz").each(..=0.7, &SIGNED));
        }
        let growth = |s: &SeedRecord| mean(last(&s.unsigned.error, config.last)) / s.unsigned.error[0];
        let meaning = "Mean unsigned error of the last trials divided by that of the first.";
        let growth = Finding::new("unsigned_error_growth", meaning, record.by_seed(growth));
        let meaning = "Mean rate of projection neurons after learning under the unsigned error, which silences the Purkinje cells.";
        let rate = Finding::new("unsigned_mean_rate", meaning, record.by_seed(|s| s.unsigned.mean_rate));
        let after = |value: fn(&Learning) -> f64| record.by_seed(|s| value(at_resting_rate(config, s)));
        let meaning =
            "|Correlation| of rates and targets over cells and bins after learning under the signed error.";
        let correlations = after(|run| run.correlation.unwrap_or(0.0).abs());
        let correlation = Finding::new("rate_target_correlation", meaning, correlations);
        let meaning = "Mean over cells of |mean rate − mean target| after learning under the signed error.";
        let cells = Finding::new("cell_mean_rate_error", meaning, after(|run| run.mean_rate_error));
        found.extend([
            growth.each(1.5..=2.1, &GROWTH),
            rate.unit("Hz").each(59.9..=60.1, &DRIVE),
            correlation.each(..=0.15, &CELLS),
            cells.unit("Hz").each(3.0.., &CELLS),
        ]);
        found
    }

    fn check_record(&self, config: &Config, record: &Record) -> Result<(), String> {
        for seed in &record.seeds {
            shape::long("seeds.signed", &seed.signed, config.signed_means_hz.len())?;
            for learning in seed.signed.iter().chain([&seed.unsigned]) {
                shape::long("seeds.error", &learning.error, config.trials)?;
                shape::long("seeds.signed_error", &learning.signed_error, config.trials)?;
            }
        }
        Ok(())
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        let Some(first) = record.seeds.first() else { return Ok(Vec::new()) };
        let mut plate = Plate::new("figure_2", 3, 200.0);
        plate.left = (56.0, 54.0);
        let trials = || Axis::exact("trial", 0.0, config.trials as f64);
        let draw = |panel: &mut Panel, color: &str, values: &dyn Fn(&SeedRecord) -> &Vec<f64>| {
            let lines = record.seeds.iter().map(|s| Mark::points(values(s), 0.0, 1.0));
            panel.seeds(lines, &Stroke::new(color, 1.8));
        };

        let all =
            record.seeds.iter().flat_map(|s| s.signed.iter().flat_map(|c| c.signed_error.iter().copied()));
        let mut errors = Panel::new("2B, signed", trials(), Axis::covering("error, mean R − PN (Hz)", all));
        errors.levels.push(Level::across(0.0));
        for (k, (target, color)) in config.signed_means_hz.iter().zip(COLORS.iter().cycle()).enumerate() {
            draw(&mut errors, color, &|s| &s.signed[k].signed_error);
            plate.line_key(&format!("signed, mean target {target} Hz"), Stroke::new(color, 2.0));
        }
        plate.line_key("unsigned", Stroke::new(VERMILLION, 2.0));
        let all = record.seeds.iter().flat_map(|s| s.unsigned.error.iter().copied()).chain([0.0]);
        let y = Axis::covering("error, mean |PN − R| (Hz)", all);
        let mut unsigned = Panel::new("2B, unsigned", trials(), y);
        draw(&mut unsigned, VERMILLION, &|s| &s.unsigned.error);

        let Learning { rates, targets, mean_target_hz, .. } = at_resting_rate(config, first);
        let title = "2C, after learning, signed";
        let cells = rates_against_targets(title, rates, targets, &[rates, targets], GREEN);
        plate.panels = vec![errors, unsigned, cells];
        Ok(vec![plate.figure(format!(
            "A: signed error by trial, one color for each mean target rate. B: unsigned error by trial at a mean target of {} Hz. Thick: first \
             seed; thin: the others. C: rates of the nuclear cells in all bins against their targets, after learning under the signed error \
             at a mean target of {mean_target_hz} Hz, first seed; dashed: equality. The mean is learned, single cells are not.",
            config.unsigned_mean_hz
        ))?])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let mean_over = |value: &dyn Fn(&SeedRecord) -> f64| mean_of(record.seeds.iter().map(value));
        let of_last = |values: &[f64]| mean(last(values, config.last));
        Story {
            answer: format!(
                "Under a signed global error the network learned the mean rate to within {} Hz, but single cells stayed {} Hz away \
                 from their targets. Under an unsigned error the error grew from {} to {} Hz.",
                fixed(mean_over(&|s| of_last(&at_resting_rate(config, s).signed_error).abs()), 2),
                fixed(mean_over(&|s| of_last(&at_resting_rate(config, s).error)), 1),
                fixed(mean_over(&|s| s.unsigned.error[0]), 1),
                fixed(mean_over(&|s| of_last(&s.unsigned.error)), 1)
            ),
            small_print: vec![format!(
                "The mean target was {} Hz; numbers are means over {} seeds and the last {} of {} trials.",
                fixed(config.unsigned_mean_hz, 0),
                config.seeds.len(),
                config.last,
                config.trials
            )],
            steps: texts([
                "Mossy fibers excite Purkinje cells and the nuclei; Purkinje cells inhibit the nuclei. A movement consists of the rates \
                 of the nuclear cells in ten time bins. Each rate has a random target.",
                "After a movement with a positive error the rule depresses every active fiber on every Purkinje cell. After a movement \
                 without one it potentiates all weights a little.",
            ]),
            sections: vec![Section::new(
                "Learning",
                "The panels correspond to Figure 2 B and C of the paper. The rule brings the mean of all cells to its target, because its \
                 only teaching signal is one number. That number does not show which cell was wrong. Without a sign every \
                 movement counts as an error.",
                &["figure_2"],
            )],
            differences: texts([
                "The paper does not say how many patterns and trials it used. This experiment uses one pattern and 1000 trials.",
                "According to the paper's Methods all weights drift up without an error; according to its Results only those of active \
                 fibers do. This experiment follows the Methods.",
            ]),
            ..Story::default()
        }
    }
}
