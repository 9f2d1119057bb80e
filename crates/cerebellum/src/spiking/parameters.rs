//! Parameters of the spiking controller: code of the mossy fibers, teaching, plasticity, gain.

use crate::{module::kernel_area_s, mouse::BrainState};
use lobule_signal::{Parameter, Range, Ranges};
use serde::{Deserialize, Serialize};

pub(super) const NAME: &str = "spiking";
/// Spikes of an olive cell with each teaching spike: a pair at 200 nS. Source: prism, module.teaching_ns.
const OLIVE_SPIKES: f64 = 2.0;

/// Signal that a mossy fiber encodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MossySignal {
    /// The value of a cue.
    Cue(usize),
    /// A sense, in its unit.
    Sense(usize),
    /// A reference, in its unit.
    Reference(usize),
    /// Time since a cue last rose in this trial, s; none before.
    SinceOnset(usize),
}

/// Tuning of a share of the mossy fibers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tuning {
    /// Encoded signal.
    #[serde(rename = "heard")]
    pub signal: MossySignal,
    /// Lowest and highest preferred value; those of the fibers are evenly spaced.
    pub range: [f64; 2],
    /// Width of the tuning, in the same unit.
    pub width: f64,
}

/// Error signal of the olive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Teacher {
    /// The true error of a sense, delayed as the senses are.
    Error(usize),
    /// A sense that is itself an error, such as corneal pain.
    Sense(usize),
}

/// Activity between trials.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pause {
    /// The circuit returns to its state before the first trial, with the current weights. A reset erases the trial
    /// bit for bit, and noise is the same in every trial.
    Rewind,
    /// The circuit continues at rest for this many ms. Noise differs between trials, and traces of a trial decay only as far
    /// as the cells' own dynamics allow.
    Rest(usize),
}

/// Parameters of a [`SpikingController`](super::SpikingController).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpikingParameters {
    /// Parameter set of the cells.
    pub state: BrainState,
    /// Tunings, among which mossy fibers are distributed in turn.
    pub tunings: Vec<Tuning>,
    /// Rate of a mossy fiber far from its preferred value, Hz.
    pub base_hz: f64,
    /// Increase of the rate at the preferred value, Hz.
    pub peak_hz: f64,
    /// Error signal of the olive.
    pub teacher: Teacher,
    /// Value of the error signal that counts as 1; larger values are clipped.
    pub teacher_scale: f64,
    /// Rate of teaching spikes of an olive cell at an error of 1, Hz.
    pub teaching_hz: f64,
    /// Rate of teaching spikes without error, Hz.
    pub spontaneous_hz: f64,
    /// Conductance of a teaching spike on an olive cell, nS.
    pub teaching_ns: f64,
    /// Conductance of a climbing fiber on a Purkinje cell, nS.
    pub climbing_fiber_ns: f64,
    /// Conductance of a Purkinje synapse on a nuclear cell, nS, at the in-degree of the 300 × 200 µm circuit.
    pub purkinje_to_dcn_ns: f64,
    /// Depression of a fully eligible synapse by a climbing-fiber spike, nS; 0 or negative.
    pub a_minus_ns: f64,
    /// Potentiation with a parallel-fiber spike, nS; [`balanced_potentiation_ns`] is usual.
    pub a_plus_ns: f64,
    /// Highest weight, nS.
    pub w_max_ns: f64,
    /// Phase of the eligibility kernel, ms: 150 puts its peak near -100 ms, 100 near -150 ms.
    pub kernel_t0_ms: f64,
    /// Command at an output of 1; 0 for a command that stays 0. `[commands]`
    pub gain: Vec<f64>,
    /// Time at rest before the first trial, ms; its second half gives the output at rest.
    pub settle_ms: usize,
    /// Activity between trials.
    pub pause: Pause,
}

/// Potentiation that balances depression without an error, nS per parallel-fiber spike: depression × area of the kernel ×
/// rate of the climbing fibers. Source: the balance rule of `prism`.
pub fn balanced_potentiation_ns(a_minus_ns: f64, kernel_t0_ms: f64, spontaneous_hz: f64) -> f64 {
    -a_minus_ns * kernel_area_s(kernel_t0_ms) * OLIVE_SPIKES * spontaneous_hz
}

impl SpikingParameters {
    /// Tunings of the first sense and the first reference, taught by the error of the first reference: a starting point for
    /// loops with values near 1. Teaching is that of `prism`.
    pub fn on_error(gain: &[f64]) -> Self {
        let tuned = |signal| Tuning { signal, range: [-1.0, 1.0], width: 0.5 };
        let (a_minus_ns, kernel_t0_ms, spontaneous_hz) = (-0.0025, 150.0, 1.0);
        Self {
            state: BrainState::Awake,
            tunings: vec![tuned(MossySignal::Sense(0)), tuned(MossySignal::Reference(0))],
            base_hz: 4.0,
            peak_hz: 150.0,
            teacher: Teacher::Error(0),
            teacher_scale: 1.0,
            teaching_hz: 10.0,
            spontaneous_hz,
            teaching_ns: 200.0,
            climbing_fiber_ns: 100.0,
            purkinje_to_dcn_ns: 1.7,
            a_minus_ns,
            a_plus_ns: balanced_potentiation_ns(a_minus_ns, kernel_t0_ms, spontaneous_hz),
            w_max_ns: 0.6,
            kernel_t0_ms,
            gain: gain.to_vec(),
            settle_ms: 200,
            pause: Pause::Rewind,
        }
    }

    /// Checks every range that does not depend on the circuit.
    ///
    /// # Errors
    /// [`Parameter`] for the first parameter outside its range.
    pub fn check(&self) -> Result<(), Parameter> {
        let ranges = Ranges::of(NAME);
        let n = self.tunings.len();
        ranges.require(n > 0, "tunings", n as f64, "one or more: mossy fibers need input")?;
        for t in &self.tunings {
            let [lowest, highest] = t.range;
            ranges.positive("width", t.width)?;
            ranges.require(lowest.is_finite(), "range", lowest, "a finite number")?;
            ranges.require(highest >= lowest, "range", highest, format!("{lowest} or more"))?;
        }
        let rate: Range = (|hz| (0.0..=1000.0).contains(&hz), "0 to 1000 Hz");
        ranges.within(rate, &[("base_hz", self.base_hz), ("peak_hz", self.peak_hz)])?;
        ranges.within(rate, &[("teaching_hz", self.teaching_hz), ("spontaneous_hz", self.spontaneous_hz)])?;
        ranges.at_least_zero("teaching_ns", self.teaching_ns)?;
        ranges.at_least_zero("climbing_fiber_ns", self.climbing_fiber_ns)?;
        ranges.at_least_zero("purkinje_to_dcn_ns", self.purkinje_to_dcn_ns)?;
        ranges.at_least_zero("a_plus_ns", self.a_plus_ns)?;
        ranges.at_least_zero("w_max_ns", self.w_max_ns)?;
        ranges.require(self.a_minus_ns <= 0.0, "a_minus_ns", self.a_minus_ns, "0 nS or less")?;
        ranges.positive("teacher_scale", self.teacher_scale)?;
        ranges.whole("settle_ms", self.settle_ms, (1, 1_000_000))?;
        let n = self.gain.len();
        ranges.require(n > 0, "gain", n as f64, "one for each command of the plant")?;
        self.gain.iter().try_for_each(|&gain| ranges.require(true, "gain", gain, "a finite number"))
    }
}
