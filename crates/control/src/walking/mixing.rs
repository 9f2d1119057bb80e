//! How commands are mixed, and how a relative command becomes the angle of a joint.
//!
//! ```text
//! u  = w cpg + (1 - w) correction        as published; or w cpg + correction
//! u += s_r reflex                        s_r = m (0.15 + 0.75 min(1, ((1 - up) / 0.7)²)), m = mass / 20 kg
//! u += terrain
//! u  through the segment, clipped to ±1
//! q* = q_home + sigma u                  sigma = 0.4 + 1.1 (1 - up') / 2 rad
//! ```
//! With w = 0.4 a correction of 0.02 moves a joint by 0.02 x 0.6 x 0.4 rad = 0.3 degrees.
//!
//! Source of equations, order and numbers: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1); the sum without
//! a share: v0.5.1.

use crate::Error;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

const PART: &str = "mixing";

/// Share of the corrections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mix {
    /// The share that the generator leaves: 1 - w.
    #[default]
    Share,
    /// All of it.
    Additive,
}

/// Parameters of the mixing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MixingParameters {
    /// Share of the corrections.
    pub mix: Mix,
    /// Mass of the body, kg. Source: Unitree Go2, MuJoCo Menagerie.
    pub mass_kg: f64,
    /// Mass at which the reflexes have their published size, kg.
    pub full_mass_kg: f64,
    /// Gain of the reflexes of a body that is upright.
    pub reflex_upright: f64,
    /// Gain of the reflexes of a body that has fallen.
    pub reflex_fallen: f64,
    /// Loss of uprightness at which that gain is reached.
    pub reflex_tilt: f64,
    /// Angle of a command of 1 in a body that is upright, rad.
    pub scale_upright: f64,
    /// Angle of a command of 1 in a body on its back, rad.
    pub scale_fallen: f64,
}

impl Default for MixingParameters {
    fn default() -> Self {
        Self {
            mix: Mix::Share,
            mass_kg: 15.206,
            full_mass_kg: 20.0,
            reflex_upright: 0.15,
            reflex_fallen: 0.9,
            reflex_tilt: 0.7,
            scale_upright: 0.4,
            scale_fallen: 1.5,
        }
    }
}

impl MixingParameters {
    /// Checks the parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the parameter.
    pub fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of(PART);
        let positive = [
            ("mass_kg", self.mass_kg),
            ("full_mass_kg", self.full_mass_kg),
            ("reflex_tilt", self.reflex_tilt),
            ("scale_upright", self.scale_upright),
            ("scale_fallen", self.scale_fallen),
        ];
        ranges.each(positive, |value| value > 0.0, "more than 0")?;
        let gains = [("reflex_upright", self.reflex_upright), ("reflex_fallen", self.reflex_fallen)];
        Ok(ranges.each(gains, |gain| (0.0..=100.0).contains(&gain), "0 to 100")?)
    }

    /// Gain of the reflexes, s_r.
    pub fn reflex_scale(&self, upright: f64) -> f64 {
        let tilt = (1.0 - upright).max(0.0) / self.reflex_tilt;
        let urgency = (tilt * tilt).min(1.0);
        let gain = self.reflex_upright + (self.reflex_fallen - self.reflex_upright) * urgency;
        gain * self.mass_kg / self.full_mass_kg
    }

    /// Angle of a command of 1, sigma, rad.
    pub fn scale(&self, upright: f64) -> f64 {
        let urgency = ((1.0 - upright.clamp(-1.0, 1.0)) / 2.0).clamp(0.0, 1.0);
        self.scale_upright + (self.scale_fallen - self.scale_upright) * urgency
    }

    /// Share of the corrections for a share `weight` of the generator.
    pub fn correction_share(&self, weight: f64) -> f64 {
        match self.mix {
            Mix::Share => 1.0 - weight,
            Mix::Additive => 1.0,
        }
    }

    /// Mixes the commands of a tick. All of them: `[joints]`
    pub fn mix(&self, weight: f64, upright: f64, given: Commands, command: &mut [f64]) {
        let (share, reflex) = (self.correction_share(weight), self.reflex_scale(upright));
        for (j, u) in command.iter_mut().enumerate() {
            *u = given.generator[j] * weight + given.correction[j] * share;
            *u += given.reflex[j] * reflex;
            *u += given.terrain[j];
        }
    }
}

/// Commands to be mixed. `[joints]` each
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Commands<'a> {
    /// Of the generator.
    pub generator: &'a [f64],
    /// Of a cerebellum, or what is in its place.
    pub correction: &'a [f64],
    /// Of the reflexes of posture.
    pub reflex: &'a [f64],
    /// Of the terrain reflex.
    pub terrain: &'a [f64],
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }

    #[test]
    fn corrections_have_the_share_that_the_generator_leaves_or_all() {
        let given = Commands {
            generator: &[1.0, -0.5],
            correction: &[0.02, 0.1],
            reflex: &[0.0, 1.0],
            terrain: &[0.0, 0.05],
        };
        let mut u = [0.0; 2];
        let mixing = MixingParameters::default();
        mixing.mix(0.4, 1.0, given, &mut u);
        let reflex = 0.7603 * 0.15;
        close(u[0], 0.4 + 0.6 * 0.02);
        close(u[1], -0.2 + 0.06 + reflex + 0.05);
        MixingParameters { mix: Mix::Additive, ..mixing }.mix(0.4, 1.0, given, &mut u);
        close(u[0], 0.42);
        close(u[1], -0.2 + 0.1 + reflex + 0.05);
    }

    #[test]
    fn reflexes_gain_with_the_square_of_the_tilt() {
        let mixing = MixingParameters::default();
        for (upright, gain) in [(1.0, 0.15), (1.1, 0.15), (0.65, 0.15 + 0.75 * 0.25), (0.3, 0.9), (-1.0, 0.9)]
        {
            close(mixing.reflex_scale(upright), 0.7603 * gain);
        }
    }

    #[test]
    fn the_range_of_a_command_grows_as_the_body_falls() {
        let mixing = MixingParameters::default();
        for (upright, sigma) in [(1.0, 0.4), (0.0, 0.95), (-1.0, 1.5), (1.5, 0.4), (-1.5, 1.5)] {
            close(mixing.scale(upright), sigma);
        }
        // A correction of 0.02 beside a generator of 0.4: 0.3 degrees.
        close(0.02 * mixing.correction_share(0.4) * mixing.scale(1.0), 0.0048);
    }

    #[test]
    fn parameters_out_of_range_are_refused_by_name() {
        let wrong = [
            ("mass_kg", MixingParameters { mass_kg: 0.0, ..Default::default() }),
            ("reflex_fallen", MixingParameters { reflex_fallen: f64::NAN, ..Default::default() }),
        ];
        for (name, parameters) in wrong {
            assert!(parameters.check().unwrap_err().to_string().contains(name));
        }
    }
}
