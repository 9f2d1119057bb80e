//! Parameters of the experiment; `state_prediction.toml` gives the unit and source of each.

use lobule_analysis::folds::Fitting;
use lobule_analysis::smoothing::{Sampling, Side};
use lobule_analysis::state_prediction::Settings;
use lobule_study::{Check, Error, Preset};
use serde::{Deserialize, Serialize};

/// The documented defaults.
pub const DEFAULTS: &str = include_str!("state_prediction.toml");

/// The presets.
pub const PRESETS: [Preset; 3] = [
    Preset::new("default", "synthetic sessions on ten seeds", ""),
    Preset::new(
        "quick",
        "seconds: one small synthetic session of each kind",
        include_str!("state_prediction.quick.toml"),
    ),
    Preset::new(
        "network",
        "the spiking circuit before and after learning, three seeds, minutes",
        include_str!("state_prediction.network.toml"),
    ),
];

/// Origin of the recordings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingSource {
    /// Synthetic sessions of [`super::populations`].
    Synthetic,
    /// The spiking circuit.
    Network,
    /// Files.
    File,
}

/// Shape of the kernel that smooths rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kernel {
    /// The half of the Gaussian in the past.
    Causal,
    /// The whole Gaussian.
    Symmetric,
}

/// Unit of time of CSV tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// Seconds.
    S,
    /// Milliseconds.
    Ms,
}

impl TimeUnit {
    /// Its length, s.
    pub fn seconds(self) -> f64 {
        match self {
            Self::S => 1.0,
            Self::Ms => 1e-3,
        }
    }
}

/// The analysis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnalysisConfig {
    /// Begin of the analyzed window, ms from the onset of the trial.
    pub from_ms: f64,
    /// End of the window, ms from the onset.
    pub to_ms: f64,
    /// Width of a bin, ms.
    pub bin_ms: f64,
    /// Time between samples, ms.
    pub sample_ms: f64,
    /// Width σ of the kernel, ms.
    pub sigma_ms: f64,
    /// Side of the kernel.
    pub kernel: Kernel,
    /// Leads, ms.
    pub leads_ms: Vec<f64>,
    /// Lead of surrogates and examples, ms.
    pub main_lead_ms: f64,
    /// Penalties to choose from, in variances of an input.
    pub penalties: Vec<f64>,
    /// Rank of the maps; 0 is full.
    pub rank: usize,
    /// Length of the past from which mossy fibers predict themselves, ms.
    pub history_ms: f64,
    /// True if trials of a direction are averaged.
    pub averages: bool,
    /// Units that fire less are left out, Hz.
    pub min_rate_hz: f64,
    /// Units of a population at most; signals are all used.
    pub max_units: usize,
}

/// One population of the synthetic session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PopulationConfig {
    /// Units.
    pub units: usize,
    /// Mean rate, Hz.
    pub base_hz: f64,
    /// Modulation, Hz.
    pub modulation_hz: f64,
}

/// The wrist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WristConfig {
    /// Directions, evenly around.
    pub directions: usize,
    /// Trials of each.
    pub trials: usize,
    /// Delay of feedback, ms.
    pub delay_ms: f64,
    /// Distance of the targets, deg.
    pub distance_deg: f64,
    /// Duration of a movement, s.
    pub movement_s: f64,
    /// Stiffness over inertia, 1/s².
    pub stiffness: f64,
    /// Damping over inertia, 1/s.
    pub damping: f64,
    /// Time constant of the muscle, s.
    pub muscle_s: f64,
    /// Feedback of position, 1/s².
    pub position_gain: f64,
    /// Feedback of velocity, 1/s.
    pub velocity_gain: f64,
    /// Noise of the command, deg/s^1.5.
    pub motor_noise: f64,
    /// Noise of the sense of position, deg.
    pub position_noise: f64,
    /// Noise of the sense of velocity, deg/s.
    pub velocity_noise: f64,
}

/// The synthetic session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SyntheticConfig {
    /// Fraction of mossy fibers that carry delayed feedback.
    pub feedback_share: f64,
    /// Mossy fibers.
    pub mossy: PopulationConfig,
    /// Purkinje cells.
    pub purkinje: PopulationConfig,
    /// Nuclei.
    pub nuclear: PopulationConfig,
    /// The wrist.
    pub wrist: WristConfig,
}

/// The spiking circuit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkConfig {
    /// Base size, µm.
    pub size_um: [f64; 2],
    /// Rounds of all trials with learning.
    pub training_rounds: usize,
    /// Rate of teaching events of a climbing fiber at rest, Hz; each gives a pair of spikes.
    pub olive_hz: f64,
    /// Its modulation, Hz.
    pub olive_modulation_hz: f64,
    /// Weight change with a spike of the climbing fiber, nS.
    pub a_teacher_ns: f64,
    /// Rest between trials, ms.
    pub pause_ms: usize,
}

/// Files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileConfig {
    /// CSV table of spikes.
    pub spikes: String,
    /// CSV table of trials.
    pub trials: String,
    /// CSV table of signals.
    pub signals: String,
    /// NWB file.
    pub nwb: String,
    /// Folder of a run of prism.
    pub prism: String,
    /// Unit of time in CSV tables.
    pub time_unit: TimeUnit,
    /// Population of mossy fibers.
    pub mossy: String,
    /// Population of Purkinje cells; may be empty.
    pub purkinje: String,
    /// Population of nuclei.
    pub nuclear: String,
    /// Column of an NWB file's units.
    pub population_column: String,
    /// Column of an NWB file's trials.
    pub direction_column: String,
    /// Column of an NWB file's trials.
    pub onset_column: String,
    /// Series of an NWB file.
    pub series: Vec<String>,
    /// Condition of a run of prism.
    pub condition: String,
    /// Module of a run of prism.
    pub module: String,
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatePredictionConfig {
    /// Seeds.
    pub seeds: Vec<u64>,
    /// Origin of the recordings.
    pub source: RecordingSource,
    /// The analysis.
    pub analysis: AnalysisConfig,
    /// The synthetic session.
    pub synthetic: SyntheticConfig,
    /// The spiking circuit.
    pub network: NetworkConfig,
    /// Files.
    pub file: FileConfig,
}

impl AnalysisConfig {
    /// The conversion of spikes to rates.
    ///
    /// # Errors
    /// [`Error::Config`] when times are not on the grid of bins and samples.
    pub fn sampling(&self) -> Result<Sampling, Error> {
        let check = Check::of("analysis");
        let has_bins = self.bin_ms > 0.0 && self.bin_ms <= 1000.0;
        check.that("bin_ms", self.bin_ms, has_bins, "more than 0 and at most 1000 is allowed")?;
        let bins = self.sample_ms / self.bin_ms;
        let allowed = format!("a whole number of bins of {} ms is needed, 1 to 1000", self.bin_ms);
        let is_whole = (1.0..=1000.0).contains(&bins) && (bins - bins.round()).abs() < 1e-9;
        check.that("sample_ms", self.sample_ms, is_whole, &allowed)?;
        let sampling = Sampling {
            from_ms: self.from_ms,
            to_ms: self.to_ms,
            bin_ms: self.bin_ms,
            bins_per_sample: bins.round() as usize,
            sigma_ms: self.sigma_ms,
            side: match self.kernel {
                Kernel::Causal => Side::Causal,
                Kernel::Symmetric => Side::Symmetric,
            },
        };
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

    /// The settings of the analysis of a session.
    ///
    /// # Errors
    /// [`Error::Config`] when leads are not on the grid of samples, or do not fit into a trial.
    pub fn settings(&self, seed: u64) -> Result<Settings, Error> {
        let samples = self.sampling()?.samples();
        let leads: Vec<usize> =
            self.leads_ms.iter().map(|&ms| self.in_samples("leads_ms", ms)).collect::<Result<_, _>>()?;
        let main_lead = self.in_samples("main_lead_ms", self.main_lead_ms)?;
        let history = self.in_samples("history_ms", self.history_ms)?;
        let check = Check::of("analysis");
        let known = format!("one of `leads_ms`, {:?}, is needed", self.leads_ms);
        check.that("main_lead_ms", self.main_lead_ms, leads.contains(&main_lead), &known)?;
        let room = format!(
            "above 0 is needed, with ten of the {samples} samples of a trial left after lead and history"
        );
        for (lead, ms) in leads.iter().zip(&self.leads_ms) {
            check.that("leads_ms", ms, *lead > 0 && lead + history + 10 <= samples, &room)?;
        }
        check.rising("leads_ms", &self.leads_ms)?.some("penalties", &self.penalties)?;
        for p in &self.penalties {
            check.that("penalties", p, *p > 0.0 && *p <= 1e6, "above 0 and at most 1e6 is allowed")?;
        }
        let fitting = Fitting { penalties: self.penalties.clone(), rank: self.rank };
        Ok(Settings { leads, main_lead, fitting, history, averages: self.averages, seed })
    }
}

impl StatePredictionConfig {
    /// True if the synthetic session has as many units, directions and trials as that of the reference.
    pub fn is_of_reference_size(&self) -> bool {
        let s = &self.synthetic;
        let units = [s.mossy.units, s.purkinje.units, s.nuclear.units];
        units == [94, 83, 73] && (s.wrist.directions, s.wrist.trials) == (8, 20)
    }

    /// Checks the values.
    ///
    /// # Errors
    /// [`Error::Config`] naming key, value and range.
    pub fn validate(&self) -> Result<(), Error> {
        self.analysis.settings(0)?;
        let (a, s, w, n) = (&self.analysis, &self.synthetic, &self.synthetic.wrist, &self.network);
        let analysis = Check::of("analysis");
        analysis.within("max_units", a.max_units, 1..=2000)?.within(
            "min_rate_hz",
            a.min_rate_hz,
            0.0..=1000.0,
        )?;
        Check::of("synthetic").within("feedback_share", s.feedback_share, 0.0..=1.0)?;
        for (table, population) in [
            ("synthetic.mossy", &s.mossy),
            ("synthetic.purkinje", &s.purkinje),
            ("synthetic.nuclear", &s.nuclear),
        ] {
            Check::of(table)
                .within("units", population.units, 1..=2000)?
                .within("base_hz", population.base_hz, 0.0..=500.0)?
                .within("modulation_hz", population.modulation_hz, 0.0..=500.0)?;
        }
        Check::of("synthetic.wrist")
            .within("directions", w.directions, 3..=360)?
            .within("trials", w.trials, 2..=10_000)?
            .within("delay_ms", w.delay_ms, 0.0..=1000.0)?
            .within("distance_deg", w.distance_deg, 0.1..=90.0)?
            .within("movement_s", w.movement_s, 0.05..=10.0)?
            .within("stiffness", w.stiffness, 0.0..=1e4)?
            .within("damping", w.damping, 0.0..=100.0)?
            .within("muscle_s", w.muscle_s, 0.01..=1.0)?
            .within("position_gain", w.position_gain, 0.0..=1e4)?
            .within("velocity_gain", w.velocity_gain, 0.0..=1e3)?
            .within("motor_noise", w.motor_noise, 0.0..=1e3)?
            .within("position_noise", w.position_noise, 1e-6..=100.0)?
            .within("velocity_noise", w.velocity_noise, 1e-6..=1e3)?;
        Check::of("network")
            .all_within("size_um", &n.size_um, 50.0..=2000.0)?
            .within("training_rounds", n.training_rounds, 0..=1000)?
            .within("olive_hz", n.olive_hz, 0.0..=20.0)?
            .within("olive_modulation_hz", n.olive_modulation_hz, 0.0..=100.0)?
            .within("a_teacher_ns", n.a_teacher_ns, -1.0..=0.0)?
            .within("pause_ms", n.pause_ms, 0..=100_000)?;
        if self.source == RecordingSource::File {
            return self.file.check();
        }
        let ticks = w.delay_ms / a.bin_ms;
        let fits = a.bin_ms <= 10.0 && (ticks - ticks.round()).abs() <= 1e-9;
        let steps = format!("at most 10 ms that divide the wrist's delay of {} ms are needed", w.delay_ms);
        analysis.that("bin_ms", a.bin_ms, fits, &steps)?;
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
        let given: Vec<&str> = [("spikes", &self.spikes), ("nwb", &self.nwb), ("prism", &self.prism)]
            .into_iter()
            .filter(|(_, path)| !path.is_empty())
            .map(|(key, _)| key)
            .collect();
        let shared = |name: &str, other: &str| format!("`{name}` is `file.{other}`, too; ");
        let (key, what) = match given[..] {
            [] => ("", "no file is named; set file.spikes and file.trials, file.nwb, or file.prism".into()),
            ["spikes"] if self.trials.is_empty() => {
                ("trials", "no file is named; spikes need a table of trials: trial,direction,onset".into())
            }
            ["prism"] if !(self.trials.is_empty() && self.signals.is_empty()) => {
                ("prism", "a run of prism has its own trials and no signals; leave the tables out".into())
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
