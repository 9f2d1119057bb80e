//! Configuration of the prism experiment; `prism.toml` documents every key with its unit and source.

use super::keys::ModuleName;
use lobule_cerebellum::BrainState;
use lobule_control::{CortexParameters, PlannerParameters, SensoryOlive};
use lobule_study::prelude::*;
use serde::{Deserialize, Serialize};

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

    /// Checks what the parts cannot check by themselves.
    pub(super) fn check(&self) -> Result<(), Error> {
        let (check, p, c) = (Check::of(""), &self.protocol, &self.calibration);
        let distinct: std::collections::BTreeSet<_> = self.seeds.iter().collect();
        let repeated = format!("{:?} repeats a seed", self.seeds);
        check.that("seeds", repeated, distinct.len() == self.seeds.len(), "each counts once")?;
        if self.conditions.is_empty() {
            return Err(check.refusal("conditions", "at least one condition is needed"));
        }
        for (i, condition) in self.conditions.iter().enumerate() {
            if self.conditions[..i].contains(condition) {
                return Err(check.refusal("conditions", format!("`{}` is named twice", condition.name())));
            }
        }
        let up_to_60 = |deg: f64| deg.abs() <= 60.0;
        let (trial, gap, prism) = (p.trial_ms, p.gap_ms, p.prism_deg);
        let (is_trial, is_prism) = ((50..=5000).contains(&trial), up_to_60(prism) && prism != 0.0);
        let shifts = "prisms shift by up to 60 deg, not by 0";
        let (trials, of_trials) = (p.trials(), format!("{} of {} trials", p.prism, p.trials()));
        check
            .that("protocol.trial_ms", format!("{trial} ms"), is_trial, "a movement lasts 50 to 5000 ms")?
            .that("protocol.gap_ms", format!("{gap} ms"), gap <= 10_000, "a pause lasts at most 10000 ms")?
            .that("protocol.prism_deg", format!("{prism} deg"), is_prism, shifts)?
            .that("protocol.prism", of_trials, p.prism > 0 && trials <= 100_000, "1 to 100000 are needed")?;
        if self.in_loop().next().is_none() {
            let what = "both modules are off: there is no cerebellum in the loop";
            return Err(check.refusal("loop.forward", what));
        }
        let (gain, neurons, fibers) = (self.wiring.inverse_gain, self.planner.neurons, self.cortex.neurons);
        let equal = format!("it must equal cortex.neurons = {fibers}: they are wired one to one");
        check.that("loop.inverse_gain", gain, (0.0..=100.0).contains(&gain), "it lies in 0..100")?;
        check.that("planner.neurons", neurons, neurons == fibers, &equal)?;
        for module in ModuleName::ALL {
            let a_minus = self.learning(module).a_minus_ns;
            let falls = "depression by climbing fibers is 0 or negative, else learning only grows";
            Check::of(module.name()).that("a_minus_ns", a_minus, a_minus <= 0.0, falls)?;
        }
        if c.trials < 2 || c.sweep_trials < 1 || c.sweep_deg.len() < 2 {
            let what = "at least 2 trials, 1 sweep trial and 2 sweep prisms are needed";
            return Err(check.refusal("calibration", what));
        }
        let is_second = up_to_60(c.second_deg) && c.second_deg > 0.0;
        let (sweep, is_sweep) = (format!("{:?}", c.sweep_deg), c.sweep_deg.iter().all(|p| up_to_60(*p)));
        Check::of("calibration")
            .that("second_deg", format!("{} deg", c.second_deg), is_second, "it lies in 0..60, not at 0")?
            .that("sweep_deg", sweep, is_sweep, "prisms shift by up to 60 deg")?
            .that("max_sd_deg", c.max_sd_deg, c.max_sd_deg > 0.0, "a positive number is needed")?;
        Ok(())
    }
}
