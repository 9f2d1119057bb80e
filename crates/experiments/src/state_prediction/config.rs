//! Parameters of the experiment: one TOML document, every key with its unit and source.

use lobule_analysis::folds::Fitting;
use lobule_analysis::smoothing::{Sampling, Side};
use lobule_analysis::state_prediction::Settings;
use lobule_study::Error;
use lobule_study::Preset;
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

/// Where recordings come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Made by [`super::populations`].
    Synthetic,
    /// The spiking circuit.
    Network,
    /// Files.
    File,
}

/// Which half of the Gaussian smooths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kernel {
    /// The past.
    Causal,
    /// Both.
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
    /// Begin of what is taken of a trial, ms from its onset.
    pub from_ms: f64,
    /// Its end, ms from the onset.
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
    /// The lead of surrogates and examples, ms.
    pub main_lead_ms: f64,
    /// Penalties to choose from, in variances of an input.
    pub penalties: Vec<f64>,
    /// Rank of the maps; 0 is full.
    pub rank: usize,
    /// How far back mossy fibers predict themselves, ms.
    pub history_ms: f64,
    /// Whether trials of a direction are averaged.
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
    /// Age of what is sensed, ms.
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
    /// Share of mossy fibers that know feedback.
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
    /// Change with a spike of the climbing fiber, nS.
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
    /// Where recordings come from.
    pub source: Source,
    /// The analysis.
    pub analysis: AnalysisConfig,
    /// The synthetic session.
    pub synthetic: SyntheticConfig,
    /// The spiking circuit.
    pub network: NetworkConfig,
    /// Files.
    pub file: FileConfig,
}

fn wrong<T>(key: &str, what: String) -> Result<T, Error> {
    Err(Error::Config { key: key.into(), what })
}

impl AnalysisConfig {
    /// How spikes become rates.
    ///
    /// # Errors
    /// [`Error::Config`] when times are not on the grid of bins and samples.
    pub fn sampling(&self) -> Result<Sampling, Error> {
        if !(self.bin_ms > 0.0 && self.bin_ms <= 1000.0) {
            return wrong("analysis.bin_ms", format!("{}; more than 0 and at most 1000", self.bin_ms));
        }
        let bins = self.sample_ms / self.bin_ms;
        if !((1.0..=1000.0).contains(&bins) && (bins - bins.round()).abs() < 1e-9) {
            let what = format!("{}; a whole number of bins of {} ms is needed", self.sample_ms, self.bin_ms);
            return wrong("analysis.sample_ms", what);
        }
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
        sampling.check().map_err(|e| Error::Config { key: "analysis".into(), what: e.to_string() })?;
        Ok(sampling)
    }

    /// A time as a number of samples.
    fn in_samples(&self, key: &str, ms: f64) -> Result<usize, Error> {
        let exact = ms / self.sample_ms;
        if (0.0..1e6).contains(&exact) && (exact - exact.round()).abs() < 1e-9 {
            return Ok(exact.round() as usize);
        }
        wrong(key, format!("{ms}; a whole number of samples of {} ms is needed", self.sample_ms))
    }

    /// What is asked of a session.
    ///
    /// # Errors
    /// [`Error::Config`] when leads are not on the grid of samples, or do not fit into a trial.
    pub fn settings(&self, seed: u64) -> Result<Settings, Error> {
        let samples = self.sampling()?.samples();
        let leads: Vec<usize> = self
            .leads_ms
            .iter()
            .map(|&ms| self.in_samples("analysis.leads_ms", ms))
            .collect::<Result<_, _>>()?;
        let main_lead = self.in_samples("analysis.main_lead_ms", self.main_lead_ms)?;
        let history = self.in_samples("analysis.history_ms", self.history_ms)?;
        if !leads.contains(&main_lead) {
            let what = format!("{}; it must be one of `leads_ms`, {:?}", self.main_lead_ms, self.leads_ms);
            return wrong("analysis.main_lead_ms", what);
        }
        if leads.iter().any(|&l| l == 0 || l + history + 10 > samples) {
            let what = format!(
                "{:?}; each is above 0 and leaves ten of a trial's {samples} samples, less the history",
                self.leads_ms
            );
            return wrong("analysis.leads_ms", what);
        }
        if leads.windows(2).any(|w| w[0] >= w[1]) {
            return wrong("analysis.leads_ms", format!("{:?}; give them in rising order", self.leads_ms));
        }
        if self.penalties.is_empty() || self.penalties.iter().any(|p| !(*p > 0.0 && *p <= 1e6)) {
            let what = format!("{:?}; one or more, above 0 and at most 1e6", self.penalties);
            return wrong("analysis.penalties", what);
        }
        let fitting = Fitting { penalties: self.penalties.clone(), rank: self.rank };
        Ok(Settings { leads, main_lead, fitting, history, averages: self.averages, seed })
    }
}

impl StatePredictionConfig {
    /// Whether the synthetic session has as many units, directions and trials as the reference's.
    pub fn is_of_reference_size(&self) -> bool {
        let s = &self.synthetic;
        let units = [s.mossy.units, s.purkinje.units, s.nuclear.units];
        units == [94, 83, 73] && (s.wrist.directions, s.wrist.trials) == (8, 20)
    }

    /// Checks what the types do not.
    ///
    /// # Errors
    /// [`Error::Config`] naming key, value and range.
    pub fn validate(&self) -> Result<(), Error> {
        self.analysis.settings(0)?;
        let (a, s, w, n) = (&self.analysis, &self.synthetic, &self.synthetic.wrist, &self.network);
        for (key, value, least, most) in [
            ("analysis.max_units", a.max_units, 1, 2000),
            ("synthetic.mossy.units", s.mossy.units, 1, 2000),
            ("synthetic.purkinje.units", s.purkinje.units, 1, 2000),
            ("synthetic.nuclear.units", s.nuclear.units, 1, 2000),
            ("synthetic.wrist.directions", w.directions, 3, 360),
            ("synthetic.wrist.trials", w.trials, 2, 10_000),
            ("network.training_rounds", n.training_rounds, 0, 1000),
            ("network.pause_ms", n.pause_ms, 0, 100_000),
        ] {
            if !(least..=most).contains(&value) {
                return wrong(key, format!("{value}; it lies in {least}..={most}"));
            }
        }
        for (key, value, least, most) in [
            ("analysis.min_rate_hz", a.min_rate_hz, 0.0, 1000.0),
            ("synthetic.feedback_share", s.feedback_share, 0.0, 1.0),
            ("synthetic.mossy.base_hz", s.mossy.base_hz, 0.0, 500.0),
            ("synthetic.mossy.modulation_hz", s.mossy.modulation_hz, 0.0, 500.0),
            ("synthetic.purkinje.base_hz", s.purkinje.base_hz, 0.0, 500.0),
            ("synthetic.purkinje.modulation_hz", s.purkinje.modulation_hz, 0.0, 500.0),
            ("synthetic.nuclear.base_hz", s.nuclear.base_hz, 0.0, 500.0),
            ("synthetic.nuclear.modulation_hz", s.nuclear.modulation_hz, 0.0, 500.0),
            ("synthetic.wrist.delay_ms", w.delay_ms, 0.0, 1000.0),
            ("synthetic.wrist.distance_deg", w.distance_deg, 0.1, 90.0),
            ("synthetic.wrist.movement_s", w.movement_s, 0.05, 10.0),
            ("synthetic.wrist.stiffness", w.stiffness, 0.0, 1e4),
            ("synthetic.wrist.damping", w.damping, 0.0, 100.0),
            ("synthetic.wrist.muscle_s", w.muscle_s, 0.01, 1.0),
            ("synthetic.wrist.position_gain", w.position_gain, 0.0, 1e4),
            ("synthetic.wrist.velocity_gain", w.velocity_gain, 0.0, 1e3),
            ("synthetic.wrist.motor_noise", w.motor_noise, 0.0, 1e3),
            ("synthetic.wrist.position_noise", w.position_noise, 1e-6, 100.0),
            ("synthetic.wrist.velocity_noise", w.velocity_noise, 1e-6, 1e3),
            ("network.olive_hz", n.olive_hz, 0.0, 20.0),
            ("network.olive_modulation_hz", n.olive_modulation_hz, 0.0, 100.0),
            ("network.a_teacher_ns", n.a_teacher_ns, -1.0, 0.0),
            ("network.size_um", n.size_um[0], 50.0, 2000.0),
            ("network.size_um", n.size_um[1], 50.0, 2000.0),
        ] {
            if !(least..=most).contains(&value) {
                return wrong(key, format!("{value}; it lies in {least}..={most}"));
            }
        }
        let ticks = w.delay_ms / a.bin_ms;
        if self.source != Source::File && (a.bin_ms > 10.0 || (ticks - ticks.round()).abs() > 1e-9) {
            let what = format!(
                "{}; the wrist moves in bins, which are at most 10 ms and divide its delay of {} ms",
                a.bin_ms, w.delay_ms
            );
            return wrong("analysis.bin_ms", what);
        }
        for (key, ms) in [("analysis.bin_ms", a.bin_ms), ("analysis.sigma_ms", a.sigma_ms)] {
            if self.source == Source::Network && ms.fract() != 0.0 {
                return wrong(key, format!("{ms}; the circuit needs whole ms"));
            }
        }
        if self.source == Source::File { self.file.check() } else { Ok(()) }
    }
}

impl FileConfig {
    fn check(&self) -> Result<(), Error> {
        let given: Vec<&str> = [("spikes", &self.spikes), ("nwb", &self.nwb), ("prism", &self.prism)]
            .into_iter()
            .filter(|(_, path)| !path.is_empty())
            .map(|(key, _)| key)
            .collect();
        match given[..] {
            [] => {
                wrong("file", "no file; set file.spikes and file.trials, or file.nwb, or file.prism".into())
            }
            ["spikes"] if self.trials.is_empty() => wrong(
                "file.trials",
                "it is empty; spikes need a table of trials: trial,direction,onset".into(),
            ),
            ["prism"] if !(self.trials.is_empty() && self.signals.is_empty()) => wrong(
                "file.prism",
                "a run of prism has trials of its own and no signals; leave the tables out".into(),
            ),
            [_] if self.mossy.is_empty() || self.nuclear.is_empty() => {
                wrong("file.mossy", "mossy and nuclear name populations; only purkinje may be empty".into())
            }
            [_] if self.mossy == self.nuclear => wrong(
                "file.nuclear",
                format!("`{}` is `file.mossy`, too; two populations are needed", self.mossy),
            ),
            [_] if self.purkinje == self.mossy => wrong(
                "file.purkinje",
                format!("`{}` is `file.mossy`, too; name another or leave it empty", self.purkinje),
            ),
            [_] if self.purkinje == self.nuclear => wrong(
                "file.purkinje",
                format!("`{}` is `file.nuclear`, too; name another or leave it empty", self.purkinje),
            ),
            [_] => Ok(()),
            _ => wrong(
                "file",
                format!("{} are all set; one source is read: leave the others empty", given.join(", ")),
            ),
        }
    }
}
