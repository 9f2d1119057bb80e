//! Parameters of the prism experiment: one TOML document, every key with its
//! unit and source.

use lobule_cerebellum::BrainState;
use lobule_control::{CortexParameters, PlannerParameters, SensoryOlive};
use lobule_study::prelude::*;
use serde::{Deserialize, Serialize};

/// What differs from the configured loop in a run of the protocol.
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

/// Whether a module takes part in the loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Participation {
    /// In the loop; it learns in the plastic conditions.
    On,
    /// In the loop; it never learns.
    Static,
    /// Not in the loop.
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
    /// The same trains in every trial.
    Frozen,
    /// New trains in every trial.
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

/// Anatomy of the modules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScaffoldConfig {
    /// Base of the native reconstruction, µm: x, y.
    pub size_um: [f64; 2],
    /// A BSB 8 network file or SONATA circuit in place of the native reconstruction; empty for none.
    pub file: String,
    /// Parameter set of cells and synapses.
    pub state: BrainState,
}

/// The schedule of trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtocolConfig {
    /// Trials before the prisms.
    pub baseline: usize,
    /// Trials through the prisms.
    pub prism: usize,
    /// Trials after the prisms came off.
    pub removal: usize,
    /// Deviation by the prisms, deg.
    pub prism_deg: f64,
    /// Duration of a movement, ms.
    pub trial_ms: usize,
    /// Pause before each movement, ms: the arm and the cortex rest, the target is already seen.
    pub gap_ms: usize,
    /// Whether a new target is seen before its first movement: the planner's part of the cortex's
    /// memory is then that of the new target.
    pub sees_target_ahead: bool,
    /// Trials whose spikes are kept.
    pub spikes: KeptSpikes,
}

/// Trials whose spikes a run keeps, of the first seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptSpikes {
    /// Three of the condition `plastic`, all populations, for the rasters.
    Shown,
    /// These, and mossy fibers, Purkinje and nuclear cells in all trials of `static` and `plastic`.
    All,
}

/// The wiring of the loop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoopConfig {
    /// The forward module.
    pub forward: Participation,
    /// The inverse module.
    pub inverse: Participation,
    /// Olive channels of both modules.
    pub polarity: Polarity,
    /// Planner noise.
    pub noise: Noise,
    /// Plant.
    pub plant: PlantKind,
    /// Gain of the inverse module's command.
    pub inverse_gain: f64,
}

/// Learning of one module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModuleConfig {
    /// Depression of PF→PC by a climbing-fiber spike at full eligibility, nS; not positive.
    pub a_minus_ns: f64,
    /// Potentiation per parallel-fiber spike, nS; negative means: by the balance rule.
    pub a_plus_ns: f64,
    /// Highest PF→PC weight, nS.
    pub w_max_ns: f64,
    /// Phase of the sin-exp kernel, ms: 150 = older (peak near −100 ms), 100 = current (near −150 ms).
    pub kernel_t0_ms: f64,
}

/// The plasticity sites beside PF→PC, in both modules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SitesConfig {
    /// Parallel fiber to basket and stellate cells learns.
    pub pf_mli: bool,
    /// Change with every parallel-fiber spike, nS; not positive.
    pub pf_mli_a_minus_ns: f64,
    /// Change with a climbing-fiber spike at full eligibility, nS; not negative.
    pub pf_mli_a_plus_ns: f64,
    /// Highest weight, nS.
    pub pf_mli_w_max_ns: f64,
    /// Mossy fiber to projecting nuclear cell learns.
    pub mf_dcn: bool,
    /// Change with every mossy spike, nS; not negative.
    pub mf_dcn_a_plus_ns: f64,
    /// Change with a coincident Purkinje spike, nS; not positive.
    pub mf_dcn_a_minus_ns: f64,
    /// Highest weight, nS.
    pub mf_dcn_w_max_ns: f64,
    /// Purkinje cell to projecting nuclear cell learns.
    pub pc_dcn: bool,
    /// Width of potentiation, ms.
    pub pc_dcn_tau_plus_ms: f64,
    /// Strength of depression.
    pub pc_dcn_lambda: f64,
    /// Amplitude of depression.
    pub pc_dcn_mu_plus: f64,
    /// Width of depression, ms.
    pub pc_dcn_mu_minus_ms: f64,
    /// Highest weight, nS.
    pub pc_dcn_w_max_ns: f64,
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrismConfig {
    /// Seeds; each draws its own anatomy (native), wiring and noise.
    pub seeds: Vec<u64>,
    /// Conditions to run.
    pub conditions: Vec<Condition>,
    /// Anatomy.
    pub scaffold: ScaffoldConfig,
    /// Protocol.
    pub protocol: ProtocolConfig,
    /// Wiring of the loop.
    #[serde(rename = "loop")]
    pub wiring: LoopConfig,
    /// Planner.
    pub planner: PlannerParameters,
    /// Motor cortex.
    pub cortex: CortexParameters,
    /// Olive of the forward module.
    pub sensory_olive: SensoryOlive,
    /// Olive of the inverse module.
    pub motor_olive: MotorOliveConfig,
    /// The modules' own parameters.
    pub module: CommonModuleConfig,
    /// Learning of the forward module.
    pub forward: ModuleConfig,
    /// Learning of the inverse module.
    pub inverse: ModuleConfig,
    /// Further plasticity sites.
    pub sites: SitesConfig,
    /// Calibration.
    pub calibration: CalibrationConfig,
}

/// Olive of the inverse module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MotorOliveConfig {
    /// Rate of teaching spikes without error, Hz.
    pub spontaneous_hz: f64,
    /// Gain at the peak of the planned acceleration, Hz/deg.
    pub gain_hz_per_deg: f64,
    /// Whether the untaught zone falls below its spontaneous rate.
    pub is_push_pull: bool,
    /// Delay of the teaching behind the planned acceleration, ms.
    pub delay_ms: usize,
}

/// What both modules share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommonModuleConfig {
    /// Conductance of a teaching spike on an olive cell, nS.
    pub teaching_ns: f64,
    /// Conductance of a climbing fiber on a Purkinje cell (all contacts), nS, the same in both microzones.
    pub climbing_fiber_ns: f64,
    /// Conductance of one Purkinje synapse on a projecting nuclear cell, nS.
    pub purkinje_to_dcn_ns: f64,
    /// True: the published sign of the E-GLIF leak.
    pub leak_is_published: bool,
}

/// Calibration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationConfig {
    /// Trials at each of the two points after a discarded one.
    pub trials: usize,
    /// Prism of the second point, deg; the first is 0.
    pub second_deg: f64,
    /// Prisms of the sweep, deg.
    pub sweep_deg: Vec<f64>,
    /// Trials per prism of the sweep after a discarded one.
    pub sweep_trials: usize,
    /// Largest standard deviation of the end point at P = 0, deg.
    pub max_sd_deg: f64,
}

/// The presets.
pub const PRESETS: [Preset; 3] = [
    Preset::new("default", "200 x 200 um modules, 3 seeds, static, plastic and the ablations", ""),
    Preset::new(
        "quick",
        "a small circuit and half the trials, one seed: the direction of learning in half a minute",
        include_str!("prism.quick.toml"),
    ),
    Preset::new(
        "full",
        "400 x 400 um modules, one seed, static and plastic",
        include_str!("prism.full.toml"),
    ),
];

/// The documented defaults: every key with value, unit, meaning and source.
pub const DEFAULTS: &str = include_str!("prism.toml");

impl PrismConfig {
    /// The whole configuration as TOML: running it again gives the same bits.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a configuration is plain data")
    }

    /// Checks what the parts cannot check by themselves.
    ///
    /// # Errors
    /// [`Error::Config`] naming the key, its value and the allowed range.
    pub fn validate(&self) -> Result<(), Error> {
        let refuse = |key: &str, what: String| Err(Error::Config { key: key.into(), what });
        let distinct: std::collections::BTreeSet<_> = self.seeds.iter().collect();
        if distinct.len() != self.seeds.len() {
            return refuse("seeds", format!("{:?} repeats a seed; each counts once", self.seeds));
        }
        if self.conditions.is_empty() {
            return refuse("conditions", "at least one condition is needed".into());
        }
        for (i, condition) in self.conditions.iter().enumerate() {
            if self.conditions[..i].contains(condition) {
                return refuse("conditions", format!("`{}` is named twice", condition.name()));
            }
        }
        let p = &self.protocol;
        if !(50..=5000).contains(&p.trial_ms) {
            return refuse("protocol.trial_ms", format!("{} ms; a movement lasts 50 to 5000 ms", p.trial_ms));
        }
        if p.gap_ms > 10_000 {
            return refuse("protocol.gap_ms", format!("{} ms; a pause lasts at most 10000 ms", p.gap_ms));
        }
        if !(p.prism_deg.is_finite() && p.prism_deg.abs() <= 60.0 && p.prism_deg != 0.0) {
            return refuse(
                "protocol.prism_deg",
                format!("{} deg; prisms shift by up to 60 deg, not by 0", p.prism_deg),
            );
        }
        let trials = p.baseline + p.prism + p.removal;
        if p.prism == 0 || trials > 100_000 {
            return refuse(
                "protocol.prism",
                format!("{} of {trials} trials; 1 to 100000 are needed", p.prism),
            );
        }
        if self.wiring.forward == Participation::Off && self.wiring.inverse == Participation::Off {
            return refuse("loop.forward", "both modules are off: there is no cerebellum in the loop".into());
        }
        if !(0.0..=100.0).contains(&self.wiring.inverse_gain) {
            return refuse("loop.inverse_gain", format!("{}; it lies in 0..100", self.wiring.inverse_gain));
        }
        if self.planner.neurons != self.cortex.neurons {
            return refuse(
                "planner.neurons",
                format!(
                    "{}; it must equal cortex.neurons = {}: they are wired one to one",
                    self.planner.neurons, self.cortex.neurons
                ),
            );
        }
        for (name, module) in [("forward", &self.forward), ("inverse", &self.inverse)] {
            if module.a_minus_ns.is_nan() || module.a_minus_ns > 0.0 {
                return refuse(
                    &format!("{name}.a_minus_ns"),
                    format!(
                        "{}; depression by climbing fibers is 0 or negative, else learning only grows",
                        module.a_minus_ns
                    ),
                );
            }
        }
        let c = &self.calibration;
        if c.trials < 2 || c.sweep_trials < 1 || c.sweep_deg.len() < 2 {
            return refuse(
                "calibration",
                "at least 2 trials, 1 sweep trial and 2 sweep prisms are needed".into(),
            );
        }
        if !(c.second_deg.is_finite() && c.second_deg.abs() <= 60.0 && c.second_deg > 0.0) {
            return refuse(
                "calibration.second_deg",
                format!("{} deg; it lies in 0..60, not at 0", c.second_deg),
            );
        }
        if !c.sweep_deg.iter().all(|p| p.is_finite() && p.abs() <= 60.0) {
            return refuse(
                "calibration.sweep_deg",
                format!("{:?}; prisms shift by up to 60 deg", c.sweep_deg),
            );
        }
        if c.max_sd_deg.is_nan() || c.max_sd_deg <= 0.0 {
            return refuse(
                "calibration.max_sd_deg",
                format!("{}; a positive number is needed", c.max_sd_deg),
            );
        }
        Ok(())
    }
}
