//! Parameters of the olive's channels. Source of the numbers: MH-FLOCKE v0.4.1, where not said.

use super::super::sensors::PART;
use lobule_control::Error;
use lobule_control::walking::Wiring;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// When a channel signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pulse {
    /// True if the channel signals at all.
    pub is_on: bool,
    /// Control steps between pulses.
    pub every: u64,
    /// Control step of the first pulse.
    pub at: u64,
}

impl Pulse {
    const fn every(every: u64) -> Self {
        Self { is_on: true, every, at: 0 }
    }

    /// True if the channel signals in a step.
    pub(super) fn is_now(self, step: u64) -> bool {
        self.is_on && step % self.every == self.at
    }
}

/// A channel whose error is a sense divided by a scale, limited to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// When it signals.
    pub pulse: Pulse,
    /// Sense that is an error of 1: rad, rad/s, m/s or m.
    pub scale: f64,
    /// Climbing-fiber signal at an error of 1.
    pub gain: f64,
}

/// Too low a trunk.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeightChannel {
    /// When it signals.
    pub pulse: Pulse,
    /// Height on the feet, m.
    pub standing_m: f64,
    /// Fraction of it below which the trunk is too low.
    pub fraction: f64,
    /// Way below that is an error of 1, m.
    pub scale: f64,
    /// Climbing-fiber signal at an error of 1.
    pub gain: f64,
}

/// Too slow a walk.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VelocityChannel {
    /// When it signals.
    pub pulse: Pulse,
    /// Least desired velocity, m/s.
    pub least: f64,
    /// Desired velocity at a norepinephrine of 1, m/s.
    pub aroused: f64,
    /// Signal of cells that push and of cells that pull at an error of 1.
    pub gain: [f64; 2],
}

/// Changes of the angular velocity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VestibularChannel {
    /// When it signals.
    pub pulse: Pulse,
    /// Share of the smoothed change that is left from pulse to pulse.
    pub decay: f64,
    /// Change that is an error of 1, rad/s.
    pub scale: f64,
    /// Signal of roll and of pitch at an error of 1.
    pub gain: [f64; 2],
}

/// Movements that the commands did not predict.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForwardModelChannel {
    /// When it signals and learns.
    pub pulse: Pulse,
    /// Predicted movement of a step at a command of 1 at birth, rad.
    pub start: f64,
    /// Limits of it.
    pub range: [f64; 2],
    /// Rate of learning.
    pub rate: f64,
    /// Error of prediction that is an error of 1, rad.
    pub scale: f64,
    /// Climbing-fiber signal at an error of 1.
    pub gain: f64,
}

/// Turns that the steering did not predict.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NavigationChannel {
    /// When it signals and learns.
    pub pulse: Pulse,
    /// Steering below which there is nothing to be learned.
    pub least_steering: f64,
    /// Predicted change of the target's heading at a steering of 1 at birth.
    pub start: f64,
    /// Limits of it.
    pub range: [f64; 2],
    /// Rate of learning.
    pub rate: f64,
    /// Share of the correction of the steering's gain that is left from pulse to pulse.
    pub decay: f64,
    /// Correction at a lasting error of 1.
    pub gain: f64,
    /// Largest correction.
    pub limit: f64,
}

/// An obstacle ahead. Source: MH-FLOCKE v0.5.1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObstacleChannel {
    /// When it signals.
    pub pulse: Pulse,
    /// Distances of collision, danger and warning, m.
    pub ranges_m: [f64; 3],
    /// Signal of cells that push in each.
    pub push: [f64; 3],
    /// Signal of cells that pull relative to those that push, in danger and warning; in a collision the signal itself.
    pub pull: [f64; 3],
}

/// Search for a gain of steering by probing its sign. Source: MH-FLOCKE v0.5.1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GainSearch {
    /// True if it searches.
    pub is_on: bool,
    /// Control steps of a gait cycle.
    pub cycle_steps: u64,
    /// Gait cycles of a probe.
    pub cycles: u64,
    /// Largest step of the gain.
    pub step: f64,
    /// Drift at which the step is largest, rad/s.
    pub full_drift: f64,
    /// Growth of the drift that turns the search around, rad/s.
    pub worse: f64,
    /// Drift below which the gain is left, rad/s.
    pub dead_band: f64,
    /// Largest gain.
    pub limit: f64,
}

/// Parameters of the olive.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OliveParameters {
    /// Which legs the errors reach, and in whose frame they are.
    pub wiring: Wiring,
    /// Normalized error below which the channels of senses are silent.
    pub cf_threshold: f64,
    /// Roll, onto abductions.
    pub roll: Channel,
    /// Pitch, onto thighs.
    pub pitch: Channel,
    /// Height, onto all that push.
    pub height: HeightChannel,
    /// Yaw rate, onto abductions.
    pub yaw: Channel,
    /// Lateral velocity, onto abductions.
    pub lateral: Channel,
    /// Forward velocity, onto all.
    pub velocity: VelocityChannel,
    /// Changes of the angular velocity, onto abductions and thighs.
    pub vestibular: VestibularChannel,
    /// Errors of prediction, onto the joint.
    pub forward_model: ForwardModelChannel,
    /// Errors of the heading, onto the gain of steering.
    pub navigation: NavigationChannel,
    /// An obstacle, onto all.
    pub obstacle: ObstacleChannel,
    /// Search for a gain of steering. Chosen: off, as in the version that walked.
    pub gain_search: GainSearch,
}

impl Default for OliveParameters {
    fn default() -> Self {
        let pulse = Pulse::every(50);
        let channel = |scale, gain| Channel { pulse, scale, gain };
        Self {
            wiring: Wiring::Anatomical,
            cf_threshold: 0.05,
            roll: channel(0.3, 0.5),
            pitch: channel(0.3, 0.3),
            height: HeightChannel { pulse, standing_m: 0.27, fraction: 0.6, scale: 0.1, gain: 0.3 },
            yaw: channel(1.0, 0.2),
            lateral: channel(0.5, 0.2),
            velocity: VelocityChannel {
                pulse: Pulse::every(100),
                least: 0.15,
                aroused: 0.5,
                gain: [0.20, 0.05],
            },
            vestibular: VestibularChannel { pulse, decay: 0.85, scale: 2.0, gain: [0.4, 0.3] },
            forward_model: ForwardModelChannel {
                pulse: Pulse { at: 25, ..pulse },
                start: 0.02,
                range: [0.001, 0.5],
                rate: 0.001,
                scale: 0.05,
                gain: 0.4,
            },
            navigation: NavigationChannel {
                pulse,
                least_steering: 0.01,
                start: 0.01,
                range: [0.001, 0.1],
                rate: 0.0005,
                decay: 0.95,
                gain: 0.3,
                limit: 0.5,
            },
            obstacle: ObstacleChannel {
                pulse,
                ranges_m: [0.1, 0.3, 0.8],
                push: [0.9, 0.7, 0.4],
                pull: [0.1, 0.15, 0.1],
            },
            gain_search: GainSearch {
                is_on: false,
                cycle_steps: 100,
                cycles: 20,
                step: 0.02,
                full_drift: 0.3,
                worse: 0.02,
                dead_band: 0.05,
                limit: 3.0,
            },
        }
    }
}

impl OliveParameters {
    pub(in super::super) fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of(PART);
        self.check_pulses(&ranges)?;
        let scales = [
            ("olive.roll.scale", self.roll.scale),
            ("olive.pitch.scale", self.pitch.scale),
            ("olive.height.scale", self.height.scale),
            ("olive.yaw.scale", self.yaw.scale),
            ("olive.lateral.scale", self.lateral.scale),
            ("olive.velocity.least", self.velocity.least),
            ("olive.vestibular.scale", self.vestibular.scale),
            ("olive.forward_model.scale", self.forward_model.scale),
            ("olive.gain_search.full_drift", self.gain_search.full_drift),
        ];
        ranges.each(scales, |x| x > 0.0, "above 0")?;
        let [push, pull] = self.velocity.gain;
        let [vestibular_roll, vestibular_pitch] = self.vestibular.gain;
        let fractions = [
            ("olive.cf_threshold", self.cf_threshold),
            ("olive.roll.gain", self.roll.gain),
            ("olive.pitch.gain", self.pitch.gain),
            ("olive.height.gain", self.height.gain),
            ("olive.yaw.gain", self.yaw.gain),
            ("olive.lateral.gain", self.lateral.gain),
            ("olive.velocity.gain", push),
            ("olive.velocity.gain", pull),
            ("olive.vestibular.gain", vestibular_roll),
            ("olive.vestibular.gain", vestibular_pitch),
            ("olive.vestibular.decay", self.vestibular.decay),
            ("olive.forward_model.gain", self.forward_model.gain),
            ("olive.navigation.decay", self.navigation.decay),
        ];
        ranges.each(fractions, |x| (0.0..=1.0).contains(&x), "0 to 1")?;
        let obstacle = self.obstacle.push.iter().chain(&self.obstacle.pull);
        ranges.all("olive.obstacle", obstacle, |x| (0.0..=1.0).contains(&x), "0 to 1")?;
        let [collision, danger, warning] = self.obstacle.ranges_m;
        let allowed = "distances above 0 of collision, danger and warning, each larger than the one before";
        let is_ordered = 0.0 < collision && collision < danger && danger < warning;
        ranges.require(is_ordered, "olive.obstacle.ranges_m", collision, allowed)?;
        self.check_learning(&ranges)
    }

    fn check_pulses(&self, ranges: &Ranges) -> Result<(), Error> {
        let pulses = [
            ("olive.roll.pulse", self.roll.pulse),
            ("olive.pitch.pulse", self.pitch.pulse),
            ("olive.height.pulse", self.height.pulse),
            ("olive.yaw.pulse", self.yaw.pulse),
            ("olive.lateral.pulse", self.lateral.pulse),
            ("olive.velocity.pulse", self.velocity.pulse),
            ("olive.vestibular.pulse", self.vestibular.pulse),
            ("olive.forward_model.pulse", self.forward_model.pulse),
            ("olive.navigation.pulse", self.navigation.pulse),
            ("olive.obstacle.pulse", self.obstacle.pulse),
        ];
        for (name, Pulse { every, at, .. }) in pulses {
            ranges.require(every > 0, format!("{name}.every"), every as f64, "1 control step or more")?;
            let allowed = format!("0 to {}, before the second pulse", every - 1);
            ranges.require(at < every, format!("{name}.at"), at as f64, allowed)?;
        }
        Ok(())
    }

    fn check_learning(&self, ranges: &Ranges) -> Result<(), Error> {
        for (name, start, [least, most]) in [
            ("olive.forward_model", self.forward_model.start, self.forward_model.range),
            ("olive.navigation", self.navigation.start, self.navigation.range),
        ] {
            let holds = least > 0.0 && most >= least && most.is_finite();
            let allowed = "a range of two numbers above 0, the smaller first";
            ranges.require(holds, format!("{name}.range"), least, allowed)?;
            let holds = (least..=most).contains(&start);
            ranges.require(holds, format!("{name}.start"), start, format!("{least} to {most}"))?;
        }
        let search = &self.gain_search;
        let whole = [
            ("olive.gain_search.cycle_steps", search.cycle_steps),
            ("olive.gain_search.cycles", search.cycles),
        ];
        ranges.each(whole.map(|(name, n)| (name, n as f64)), |n| n >= 1.0, "1 or more")?;
        let values = [
            ("olive.height.standing_m", self.height.standing_m),
            ("olive.height.fraction", self.height.fraction),
            ("olive.velocity.aroused", self.velocity.aroused),
            ("olive.forward_model.rate", self.forward_model.rate),
            ("olive.navigation.rate", self.navigation.rate),
            ("olive.navigation.least_steering", self.navigation.least_steering),
            ("olive.navigation.gain", self.navigation.gain),
            ("olive.navigation.limit", self.navigation.limit),
            ("olive.gain_search.step", search.step),
            ("olive.gain_search.worse", search.worse),
            ("olive.gain_search.dead_band", search.dead_band),
            ("olive.gain_search.limit", search.limit),
        ];
        Ok(ranges.each(values, |x| x >= 0.0, "0 or more")?)
    }
}
