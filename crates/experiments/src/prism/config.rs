//! Configuration of the prism experiment; `prism.toml` documents every key with its unit and source.

use super::keys::ModuleName;
use lobule_cerebellum::BrainState;
use lobule_control::{CortexParameters, PlannerParameters, SensoryOlive};
use lobule_study::prelude::*;
use serde::{Deserialize, Serialize};

/// Joints that the cortex represents.
const JOINTS: usize = 4;
/// Trials of a condition, at most. Chosen: a day in real time is about as many.
const MOST_TRIALS: usize = 100_000;
/// Contacts of nuclear cells on cortical neurons, at most. Chosen: 8 bytes each.
const MOST_CONTACTS: usize = 100_000_000;
/// Ticks of a movement times cortical neurons, at most. Chosen: the tables of tuning take 4 bytes for each.
const MOST_TUNING: usize = 200_000_000;

/// Condition of a run: the difference from the configured loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// No synapse learns.
    Static,
    /// Both modules learn.
    Plastic,
    /// Only the forward module learns; the inverse module stays in the loop, static.
    ForwardOnly,
    /// Only the inverse module learns; the forward module stays in the loop, static.
    InverseOnly,
    /// Both modules learn with the olive's channels exchanged.
    WrongPolarity,
    /// Only the inverse module learns, under planner noise that is new in every trial.
    FreshNoise,
}

impl Condition {
    /// Its name in the configuration, the record and the names of findings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::Plastic => "plastic",
            Self::ForwardOnly => "forward_only",
            Self::InverseOnly => "inverse_only",
            Self::WrongPolarity => "wrong_polarity",
            Self::FreshNoise => "fresh_noise",
        }
    }
}

/// Part of a module in the loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Participation {
    On,
    Static,
    Off,
}

/// Wiring of the olive's opponent channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Polarity {
    /// An overshoot strengthens what lowers the command.
    Right,
    /// Channels exchanged: positive feedback.
    Wrong,
}

/// The planner's noise over trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Noise {
    Frozen,
    Fresh,
}

/// The plant that closes the loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlantKind {
    /// One joint, the double integral of its command.
    Joint,
    /// Two-joint planar arm.
    Arm,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScaffoldConfig {
    pub size_um: [f64; 2],
    pub file: String,
    #[serde(rename = "static")]
    pub fixed: String,
    pub plastic: String,
    pub simulation: String,
    pub state: BrainState,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtocolConfig {
    pub baseline: usize,
    pub prism: usize,
    pub removal: usize,
    pub prism_deg: f64,
    pub trial_ms: usize,
    pub gap_ms: usize,
    pub sees_target_ahead: bool,
    pub spikes: KeptSpikes,
}

impl ProtocolConfig {
    pub fn trials(&self) -> usize {
        self.baseline + self.prism + self.removal
    }
}

/// Trials whose spikes a run keeps, of the first seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptSpikes {
    Shown,
    All,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoopConfig {
    pub forward: Participation,
    pub inverse: Participation,
    pub polarity: Polarity,
    pub noise: Noise,
    pub plant: PlantKind,
    pub inverse_gain: f64,
}

/// Learning of one module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModuleConfig {
    pub a_minus_ns: f64,
    pub a_plus_ns: f64,
    pub w_max_ns: f64,
    pub kernel_t0_ms: f64,
}

/// The plasticity sites beside PF→PC, in both modules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SitesConfig {
    pub pf_mli: bool,
    pub pf_mli_a_minus_ns: f64,
    pub pf_mli_a_plus_ns: f64,
    pub pf_mli_w_max_ns: f64,
    pub mf_dcn: bool,
    pub mf_dcn_a_plus_ns: f64,
    pub mf_dcn_a_minus_ns: f64,
    pub mf_dcn_w_max_ns: f64,
    pub pc_dcn: bool,
    pub pc_dcn_tau_plus_ms: f64,
    pub pc_dcn_lambda: f64,
    pub pc_dcn_mu_plus: f64,
    pub pc_dcn_mu_minus_ms: f64,
    pub pc_dcn_w_max_ns: f64,
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrismConfig {
    pub(super) seeds: Vec<u64>,
    pub(super) conditions: Vec<Condition>,
    pub(super) scaffold: ScaffoldConfig,
    /// Protocol.
    pub protocol: ProtocolConfig,
    #[serde(rename = "loop")]
    pub(super) wiring: LoopConfig,
    pub(super) planner: PlannerParameters,
    pub(super) cortex: CortexParameters,
    pub(super) sensory_olive: SensoryOlive,
    pub(super) motor_olive: MotorOliveConfig,
    /// Conductances that both modules share.
    pub module: CommonModuleConfig,
    pub(super) forward: ModuleConfig,
    pub(super) inverse: ModuleConfig,
    pub(super) sites: SitesConfig,
    pub(super) calibration: CalibrationConfig,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MotorOliveConfig {
    pub spontaneous_hz: f64,
    pub gain_hz_per_deg: f64,
    pub is_push_pull: bool,
    pub delay_ms: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommonModuleConfig {
    pub teaching_ns: f64,
    pub climbing_fiber_ns: f64,
    pub purkinje_to_dcn_ns: f64,
    pub leak_is_published: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationConfig {
    pub trials: usize,
    pub second_deg: f64,
    pub sweep_deg: Vec<f64>,
    pub sweep_trials: usize,
    pub max_sd_deg: f64,
}

impl PrismConfig {
    /// The whole configuration as TOML: running it again gives the same bits.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a configuration is plain data")
    }

    pub(super) fn part(&self, module: ModuleName) -> Participation {
        [self.wiring.forward, self.wiring.inverse][module as usize]
    }

    pub(super) fn learning(&self, module: ModuleName) -> &ModuleConfig {
        [&self.forward, &self.inverse][module as usize]
    }

    /// The modules that take part in the loop.
    pub(super) fn in_loop(&self) -> impl Iterator<Item = ModuleName> {
        ModuleName::ALL.into_iter().filter(|module| self.part(*module) != Participation::Off)
    }

    /// Checks what neither the limits of the defaults nor the parts check by themselves.
    pub(super) fn check(&self) -> Result<(), Error> {
        let (check, p) = (Check::of(""), &self.protocol);
        if self.conditions.is_empty() {
            return Err(check.refusal("conditions", "at least one condition is needed"));
        }
        for (i, condition) in self.conditions.iter().enumerate() {
            if self.conditions[..i].contains(condition) {
                return Err(check.refusal("conditions", format!("`{}` is named twice", condition.name())));
            }
        }
        let trials = p.trials();
        let most = format!("with baseline and removal {trials} trials; at most {MOST_TRIALS} are allowed");
        check
            .that("protocol.prism_deg", p.prism_deg, p.prism_deg != 0.0, "a prism of 0 deg shifts nothing")?
            .that("protocol.prism", p.prism, trials <= MOST_TRIALS, &most)?;
        if self.in_loop().next().is_none() {
            let what = "both modules are off: there is no cerebellum in the loop";
            return Err(check.refusal("loop.forward", what));
        }
        let (neurons, cortex) = (self.planner.neurons, &self.cortex);
        let equal = format!("it must equal cortex.neurons = {}: they are wired one to one", cortex.neurons);
        check.that("planner.neurons", neurons, neurons == cortex.neurons, &equal)?;
        let [low, high] = self.planner.place_range_deg;
        let range = format!("[{low}, {high}]");
        check.that("planner.place_range_deg", range, low < high, "the second angle must exceed the first")?;
        let joints = format!("a multiple of {JOINTS} joints is needed");
        check.that("cortex.neurons", cortex.neurons, cortex.neurons.is_multiple_of(JOINTS), &joints)?;
        let (delay, trial) = (self.motor_olive.delay_ms, p.trial_ms);
        let short = format!("less than protocol.trial_ms = {trial} is needed");
        check.that("motor_olive.delay_ms", delay, delay < trial, &short)?;
        let cells = cortex.nuclear_convergence;
        let few = format!("times cortex.neurons = {}, at most {MOST_CONTACTS} is allowed", cortex.neurons);
        check.that("cortex.nuclear_convergence", cells, cells * cortex.neurons <= MOST_CONTACTS, &few)?;
        let short = format!("times cortex.neurons = {}, at most {MOST_TUNING} is allowed", cortex.neurons);
        check.that("protocol.trial_ms", trial, trial * cortex.neurons <= MOST_TUNING, &short)?;
        for module in ModuleName::ALL {
            let a_plus = self.learning(module).a_plus_ns;
            let allowed = "-1 (by the balance rule), or 0 to 1";
            Check::of(module.name()).that("a_plus_ns", a_plus, a_plus == -1.0 || a_plus >= 0.0, allowed)?;
        }
        Ok(())
    }
}
