//! Parameters of the experiment; `state_prediction.toml` gives the unit and source of each.

use lobule_analysis::folds::Fitting;
use lobule_analysis::smoothing::{Sampling, Side};
use lobule_analysis::state_prediction::Settings;
use lobule_study::{Check, Error};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingSource {
    Synthetic,
    Network,
    File,
}

/// Unit of time of CSV tables and NWB files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    S,
    Ms,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnalysisConfig {
    pub from_ms: f64,
    pub to_ms: f64,
    pub bin_ms: f64,
    pub sample_ms: f64,
    pub sigma_ms: f64,
    pub kernel: Side,
    pub leads_ms: Vec<f64>,
    pub main_lead_ms: f64,
    pub penalties: Vec<f64>,
    pub rank: usize,
    pub history_ms: f64,
    pub averages: bool,
    pub min_rate_hz: f64,
    pub max_units: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PopulationConfig {
    pub units: usize,
    pub base_hz: f64,
    pub modulation_hz: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WristConfig {
    pub directions: usize,
    pub trials: usize,
    pub delay_ms: f64,
    pub distance_deg: f64,
    pub movement_s: f64,
    pub stiffness: f64,
    pub damping: f64,
    pub muscle_s: f64,
    pub position_gain: f64,
    pub velocity_gain: f64,
    pub motor_noise: f64,
    pub position_noise: f64,
    pub velocity_noise: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SyntheticConfig {
    pub feedback_share: f64,
    pub mossy: PopulationConfig,
    pub purkinje: PopulationConfig,
    pub nuclear: PopulationConfig,
    pub wrist: WristConfig,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkConfig {
    pub size_um: [f64; 2],
    pub training_rounds: usize,
    pub olive_hz: f64,
    pub olive_modulation_hz: f64,
    pub a_teacher_ns: f64,
    pub pause_ms: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileConfig {
    pub spikes: String,
    pub trials: String,
    pub signals: String,
    pub nwb: String,
    pub prism: String,
    pub time_unit: TimeUnit,
    pub mossy: String,
    pub purkinje: String,
    pub nuclear: String,
    pub population_column: String,
    pub trials_table: String,
    pub direction_column: String,
    pub onset_column: String,
    pub series: Vec<String>,
    pub condition: String,
    pub module: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub seeds: Vec<u64>,
    pub source: RecordingSource,
    pub analysis: AnalysisConfig,
    pub synthetic: SyntheticConfig,
    pub network: NetworkConfig,
    pub file: FileConfig,
}

/// Values of a bin of the wrist's movement.
const WRIST: usize = 10;
/// Values of a synthetic session, at most. Chosen: 8 bytes each.
const MOST_VALUES: f64 = 3e8;

impl AnalysisConfig {
    /// The conversion of spikes to rates.
    pub fn sampling(&self) -> Result<Sampling, Error> {
        let &Self { from_ms, to_ms, bin_ms, sample_ms, sigma_ms, kernel: side, .. } = self;
        let check = Check::of("analysis");
        let bins = sample_ms / bin_ms;
        let allowed = format!("a whole number of bins of {bin_ms} ms is needed, 1 to 1000");
        let is_whole = (1.0..=1000.0).contains(&bins) && (bins - bins.round()).abs() < 1e-9;
        check.that("sample_ms", sample_ms, is_whole, &allowed)?;
        let bins_per_sample = bins.round() as usize;
        let sampling = Sampling { from_ms, to_ms, bin_ms, bins_per_sample, sigma_ms, side };
        sampling.check().map_err(|e| check.refusal("", e.to_string()))?;
        Ok(sampling)
    }

    /// A lead in samples.
    pub fn lead(&self, ms: f64) -> usize {
        (ms / self.sample_ms).round() as usize
    }

    /// A time as a number of samples.
    fn in_samples(&self, key: &str, ms: f64) -> Result<usize, Error> {
        let exact = ms / self.sample_ms;
        let is_whole = (0.0..1e6).contains(&exact) && (exact - exact.round()).abs() < 1e-9;
        let allowed = format!("a whole number of samples of {} ms is needed", self.sample_ms);
        Check::of("analysis").that(key, ms, is_whole, &allowed)?;
        Ok(self.lead(ms))
    }

    pub fn settings(&self, seed: u64) -> Result<Settings, Error> {
        let samples = self.sampling()?.samples();
        let leads = self.leads_ms.iter().map(|&ms| self.in_samples("leads_ms", ms));
        let leads = leads.collect::<Result<Vec<_>, _>>()?;
        let main_lead = self.in_samples("main_lead_ms", self.main_lead_ms)?;
        let history = self.in_samples("history_ms", self.history_ms)?;
        let check = Check::of("analysis");
        let known = format!("one of `leads_ms`, {:?}, is needed", self.leads_ms);
        check.that("main_lead_ms", self.main_lead_ms, leads.contains(&main_lead), &known)?;
        let ten = format!("ten of the {samples} samples of a trial left after lead and history");
        let room = format!("above 0 is needed, with {ten}");
        for (lead, ms) in leads.iter().zip(&self.leads_ms) {
            check.that("leads_ms", ms, *lead > 0 && lead + history + 10 <= samples, &room)?;
        }
        check.rising("leads_ms", &self.leads_ms)?.distinct("penalties", &self.penalties)?;
        let fitting = Fitting { penalties: self.penalties.clone(), rank: self.rank };
        Ok(Settings { leads, main_lead, fitting, history, averages: self.averages, seed })
    }
}

impl Config {
    /// True if the synthetic session has as many units, directions and trials as that of the reference.
    pub fn is_of_reference_size(&self) -> bool {
        let s = &self.synthetic;
        let units = [s.mossy.units, s.purkinje.units, s.nuclear.units];
        units == [94, 83, 73] && (s.wrist.directions, s.wrist.trials) == (8, 20)
    }

    pub fn check(&self) -> Result<(), Error> {
        self.analysis.settings(0)?;
        let (a, s, w) = (&self.analysis, &self.synthetic, &self.synthetic.wrist);
        let analysis = Check::of("analysis");
        if self.source == RecordingSource::File {
            return self.file.check();
        }
        let ticks = w.delay_ms / a.bin_ms;
        let fits = a.bin_ms <= 10.0 && (ticks - ticks.round()).abs() <= 1e-9;
        let steps = format!("at most 10 ms that divide the wrist's delay of {} ms are needed", w.delay_ms);
        analysis.that("bin_ms", a.bin_ms, fits, &steps)?;
        let (bins, units) = (a.sampling()?.bins(), s.mossy.units + s.purkinje.units + s.nuclear.units);
        let values = bins as f64 * (WRIST + units) as f64 * (w.directions * w.trials) as f64;
        let few = format!(
            "times directions = {}, {bins} bins of a trial and {units} units, at most {MOST_VALUES:e} is allowed",
            w.directions
        );
        Check::of("synthetic.wrist").that("trials", w.trials, values <= MOST_VALUES, &few)?;
        if self.source == RecordingSource::Network {
            for (key, ms) in [("bin_ms", a.bin_ms), ("sigma_ms", a.sigma_ms)] {
                analysis.that(key, ms, ms.fract() == 0.0, "the circuit needs whole ms")?;
            }
        }
        Ok(())
    }
}

impl FileConfig {
    fn check(&self) -> Result<(), Error> {
        let check = Check::of("file");
        let files = [("spikes", &self.spikes), ("nwb", &self.nwb), ("prism", &self.prism)];
        let given = files.into_iter().filter(|(_, path)| !path.is_empty()).map(|(key, _)| key);
        let given: Vec<&str> = given.collect();
        let shared = |name: &str, other: &str| format!("`{name}` is `file.{other}`, too; ");
        let (key, what) = match given[..] {
            [] => ("", "no file is named; set file.spikes and file.trials, file.nwb, or file.prism".into()),
            ["spikes"] if self.trials.is_empty() => {
                ("trials", "no file is named; spikes need a table of trials: trial,direction,onset".into())
            }
            ["prism"] if !(self.trials.is_empty() && self.signals.is_empty()) => {
                ("prism", "a run of prism has its own trials and no signals; leave the tables out".into())
            }
            ["prism"] if self.time_unit == TimeUnit::Ms => {
                ("time_unit", "a run of prism has its own unit of time; leave `ms` out".into())
            }
            ["spikes" | "prism"] if !self.series.is_empty() => (
                "series",
                "series are those of an NWB file; name signals of a table in `file.signals`".into(),
            ),
            ["nwb"] if !self.trials.is_empty() && self.trials_table != "trials" => {
                ("trials_table", "trials are those of `file.trials`; leave one of the two out".into())
            }
            [_] if self.mossy.is_empty() || self.nuclear.is_empty() => {
                ("mossy", "mossy and nuclear must name populations; only purkinje may be empty".into())
            }
            [_] if self.mossy == self.nuclear => {
                ("nuclear", shared(&self.nuclear, "mossy") + "two populations are needed")
            }
            [_] if self.purkinje == self.mossy => {
                ("purkinje", shared(&self.purkinje, "mossy") + "name another or leave it empty")
            }
            [_] if self.purkinje == self.nuclear => {
                ("purkinje", shared(&self.purkinje, "nuclear") + "name another or leave it empty")
            }
            [_] => return Ok(()),
            _ => ("", format!("{} are all set; only one is read: leave the others empty", given.join(", "))),
        };
        Err(check.refusal(key, what))
    }
}
