//! The terrain reflex: legs adapt to slopes and to how the load is shared, and the generator to a slope.
//!
//! ```text
//! p, r, F   means (0.1 a tick) of pitch, roll and the forces on the feet
//! |p| > 0.03:  front thigh += 0.3 p, front calf -= 0.18 p, rear thigh -= 0.18 p, rear calf += 0.24 p
//! |r| > 0.03:  abduction += 0.12 r side, thigh -= 0.08 r side
//! sum F > 0.1 N on two feet or more:
//!   thigh += 0.04 side (F_right - F_left) / sum,  calf += 0.04 fore (F_rear - F_front) / sum
//! all x min(1, n / 2000), clipped to ±0.5
//! |p| > 0.05:  a_s = min(2, 1 + 1.5 |p|), f_s = max(0.6, 1 - 0.5 |p|); else 1 and 1
//! ```
//! The original takes a positive pitch for a raised nose; in its own angles it is a lowered one. The sign is kept, and a negative
//! `pitch_gain` turns it around.
//!
//! Source of equations and numbers: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1).

use super::Body;
use crate::Error;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

const PART: &str = "terrain reflex";
/// Shares of the pitch gain: front thigh, front calf, rear thigh, rear calf.
const PITCH: [f64; 4] = [0.5, -0.3, -0.3, 0.4];
/// Shares of the roll gain: abduction, thigh.
const ROLL: [f64; 2] = [0.3, -0.2];
/// Share of the force gain.
const FORCE: f64 = 0.2;
/// Keeps a share of no force finite, N.
const NO_FORCE: f64 = 1e-6;

/// Parameters of the reflex.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TerrainParameters {
    /// Gain of pitch, 1/rad.
    pub pitch_gain: f64,
    /// Gain of roll, 1/rad.
    pub roll_gain: f64,
    /// Gain of the imbalance of forces.
    pub force_gain: f64,
    /// Pitch and roll below it do nothing, rad.
    pub dead_zone: f64,
    /// Share of a tick in the means.
    pub smoothing: f64,
    /// Largest correction of a joint.
    pub limit: f64,
    /// Ticks until the corrections have full size.
    pub ramp_ticks: u64,
    /// Force above which a foot is on the ground, N. Chosen: 0, since a sensor of force gives no other sign of contact.
    pub contact: f64,
    /// Sum of the mean forces above which they count, N.
    pub least_force: f64,
    /// Feet on the ground that are needed for that.
    pub least_feet: usize,
    /// Pitch above which the generator adapts, rad.
    pub slope: f64,
    /// Rise of its amplitude, 1/rad.
    pub amplitude_gain: f64,
    /// Largest factor of its amplitude.
    pub amplitude_most: f64,
    /// Fall of its frequency, 1/rad.
    pub frequency_gain: f64,
    /// Smallest factor of its frequency.
    pub frequency_least: f64,
}

impl Default for TerrainParameters {
    fn default() -> Self {
        Self {
            pitch_gain: 0.6,
            roll_gain: 0.4,
            force_gain: 0.2,
            dead_zone: 0.03,
            smoothing: 0.1,
            limit: 0.5,
            ramp_ticks: 2000,
            contact: 0.0,
            least_force: 0.1,
            least_feet: 2,
            slope: 0.05,
            amplitude_gain: 1.5,
            amplitude_most: 2.0,
            frequency_gain: 0.5,
            frequency_least: 0.6,
        }
    }
}

impl TerrainParameters {
    /// Checks the parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the parameter.
    pub fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of(PART);
        let gains =
            [("pitch_gain", self.pitch_gain), ("roll_gain", self.roll_gain), ("force_gain", self.force_gain)];
        ranges.each(gains, |gain| gain.abs() <= 100.0, "-100 to 100")?;
        let sizes = [
            ("dead_zone", self.dead_zone),
            ("contact", self.contact),
            ("least_force", self.least_force),
            ("slope", self.slope),
            ("amplitude_gain", self.amplitude_gain),
            ("frequency_gain", self.frequency_gain),
        ];
        ranges.each(sizes, |size| size >= 0.0, "at least 0")?;
        let shares =
            [("smoothing", self.smoothing), ("limit", self.limit), ("frequency_least", self.frequency_least)];
        ranges.each(shares, |share| (0.0..=1.0).contains(&share), "0 to 1")?;
        Ok(ranges.require(self.amplitude_most >= 1.0, "amplitude_most", self.amplitude_most, "at least 1")?)
    }
}

/// The reflex.
#[derive(Debug, Clone, PartialEq)]
pub struct Terrain {
    parameters: TerrainParameters,
    body: Body,
    ticks: u64,
    pitch: f64,
    roll: f64,
    /// Mean forces, N. `[legs]`
    forces: Vec<f64>,
}

crate::snapshot!(Terrain { ticks, pitch, roll, forces });

impl Terrain {
    /// A reflex at rest.
    ///
    /// # Errors
    /// As [`TerrainParameters::check`].
    pub fn new(parameters: TerrainParameters, body: Body) -> Result<Self, Error> {
        parameters.check()?;
        Ok(Self { parameters, body, ticks: 0, pitch: 0.0, roll: 0.0, forces: vec![0.0; body.legs] })
    }

    /// Goes back to rest.
    pub fn reset(&mut self) {
        (self.ticks, self.pitch, self.roll) = (0, 0.0, 0.0);
        self.forces.fill(0.0);
    }

    /// Factor of the generator's amplitude, a_s.
    pub fn amplitude(&self) -> f64 {
        let (p, slope) = (&self.parameters, self.pitch.abs());
        if slope > p.slope { (1.0 + p.amplitude_gain * slope).min(p.amplitude_most) } else { 1.0 }
    }

    /// Factor of the generator's frequency, f_s.
    pub fn frequency(&self) -> f64 {
        let (p, slope) = (&self.parameters, self.pitch.abs());
        if slope > p.slope { (1.0 - p.frequency_gain * slope).max(p.frequency_least) } else { 1.0 }
    }

    /// Writes the corrections of this tick. `[legs]`, `[joints]`
    pub fn advance(&mut self, roll: f64, pitch: f64, forces: &[f64], correction: &mut [f64]) {
        let p = &self.parameters;
        self.ticks += 1;
        let mean = |mean: &mut f64, now: f64| *mean = *mean * (1.0 - p.smoothing) + now * p.smoothing;
        mean(&mut self.pitch, pitch);
        mean(&mut self.roll, roll);
        self.forces.iter_mut().zip(forces).for_each(|(force, now)| mean(force, *now));
        let pitch = if self.pitch.abs() > p.dead_zone { self.pitch * p.pitch_gain } else { 0.0 };
        let roll = if self.roll.abs() > p.dead_zone { self.roll * p.roll_gain } else { 0.0 };
        let [sideways, along] = self.imbalance(forces).map(|imbalance| imbalance * p.force_gain * FORCE);
        let ramp = (self.ticks as f64 / p.ramp_ticks.max(1) as f64).min(1.0);
        let joints = self.body.leg();
        for (leg, correction) in correction.chunks_exact_mut(self.body.joints_per_leg).enumerate() {
            let (side, fore) = (self.body.side(leg), self.body.fore(leg));
            let [thigh, calf] = match fore {
                fore if fore > 0.0 => [PITCH[0], PITCH[1]],
                fore if fore < 0.0 => [PITCH[2], PITCH[3]],
                _ => [0.0; 2],
            };
            correction.fill(0.0);
            if let Some(k) = joints.abduction {
                correction[k] = roll * ROLL[0] * side;
            }
            if let Some(k) = joints.hip {
                correction[k] = pitch * thigh + roll * ROLL[1] * side + sideways * side;
            }
            if let Some(k) = joints.knee {
                correction[k] = pitch * calf + along * fore;
            }
            correction.iter_mut().for_each(|u| *u = (*u * ramp).clamp(-p.limit, p.limit));
        }
    }

    /// Excess of the mean force right of that left, and rear of that in front, as shares of the whole; 0 with too few feet on
    /// the ground.
    fn imbalance(&self, forces: &[f64]) -> [f64; 2] {
        let p = &self.parameters;
        let total: f64 = self.forces.iter().sum();
        let feet = forces.iter().filter(|force| **force > p.contact).count();
        if total <= p.least_force || feet < p.least_feet {
            return [0.0; 2];
        }
        let difference = |place: &dyn Fn(usize) -> f64| {
            let signed = self.forces.iter().enumerate().map(|(leg, force)| -place(leg) * force);
            signed.sum::<f64>() / (total + NO_FORCE)
        };
        [difference(&|leg| self.body.side(leg)), difference(&|leg| self.body.fore(leg))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terrain() -> Terrain {
        Terrain::new(TerrainParameters { ramp_ticks: 1, ..Default::default() }, Body::default()).unwrap()
    }

    /// Corrections after so long that the means have arrived.
    fn settled(mut terrain: Terrain, roll: f64, pitch: f64, forces: [f64; 4]) -> ([f64; 12], Terrain) {
        let mut correction = [f64::NAN; 12];
        (0..1000).for_each(|_| terrain.advance(roll, pitch, &forces, &mut correction));
        (correction, terrain)
    }

    fn close(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-7, "{found} {expected}");
        }
    }

    #[test]
    fn pitch_moves_front_and_rear_legs_by_the_published_gains() {
        let (found, terrain) = settled(terrain(), 0.0, 0.2, [0.0; 4]);
        let [front, rear] = [[0.0, 0.06, -0.036], [0.0, -0.036, 0.048]];
        close(&found, &[front, front, rear, rear].concat());
        close(&[terrain.amplitude(), terrain.frequency()], &[1.3, 0.9]);
        // Downhill corrections turn around, the factors do not.
        let (down, terrain) = settled(super::tests::terrain(), 0.0, -0.2, [0.0; 4]);
        close(&down, &found.map(|u| -u));
        close(&[terrain.amplitude(), terrain.frequency()], &[1.3, 0.9]);
        let (_, steep) = settled(super::tests::terrain(), 0.0, 1.0, [0.0; 4]);
        assert_eq!([steep.amplitude(), steep.frequency()], [2.0, 0.6]);
    }

    #[test]
    fn roll_moves_left_and_right_legs_apart() {
        let (found, _) = settled(terrain(), 0.1, 0.0, [0.0; 4]);
        let [left, right] = [[0.012, -0.008, 0.0], [-0.012, 0.008, 0.0]];
        close(&found, &[left, right, left, right].concat());
    }

    #[test]
    fn small_tilts_do_nothing() {
        let (found, terrain) = settled(terrain(), 0.029, -0.029, [0.0; 4]);
        assert_eq!(found, [0.0; 12]);
        assert_eq!([terrain.amplitude(), terrain.frequency()], [1.0, 1.0]);
    }

    #[test]
    fn load_is_shifted_by_shares_of_the_force() {
        // 60 of 100 N right, 70 of 100 N rear: imbalances 0.2 and 0.4.
        let (found, _) = settled(terrain(), 0.0, 0.0, [10.0, 20.0, 30.0, 40.0]);
        let leg = |side: f64, fore: f64| [0.0, 0.008 * side, 0.016 * fore];
        close(&found, &[leg(1.0, 1.0), leg(-1.0, 1.0), leg(1.0, -1.0), leg(-1.0, -1.0)].concat());
        // One foot on the ground is not enough.
        let (found, _) = settled(terrain(), 0.0, 0.0, [0.0, 0.0, 0.0, 100.0]);
        assert_eq!(found, [0.0; 12]);
    }

    #[test]
    fn corrections_rise_over_2000_ticks_and_means_over_ten() {
        let mut terrain = Terrain::new(TerrainParameters::default(), Body::default()).unwrap();
        let mut correction = [0.0; 12];
        for n in 1..=2500 {
            terrain.advance(0.0, 0.2, &[0.0; 4], &mut correction);
            let mean = 0.2 * (1.0 - 0.9_f64.powi(n));
            let expected = if mean > 0.03 { 0.3 * mean * (f64::from(n) / 2000.0).min(1.0) } else { 0.0 };
            assert!((correction[1] - expected).abs() < 1e-12, "{n}");
        }
        // No correction exceeds the limit.
        (0..200).for_each(|_| terrain.advance(0.0, 3.0, &[0.0; 4], &mut correction));
        assert_eq!(correction[1], 0.5);
        terrain.reset();
        assert_eq!(terrain, Terrain::new(TerrainParameters::default(), Body::default()).unwrap());
    }

    #[test]
    fn parameters_out_of_range_are_refused_by_name() {
        let wrong = [
            ("pitch_gain", TerrainParameters { pitch_gain: f64::INFINITY, ..Default::default() }),
            ("smoothing", TerrainParameters { smoothing: 1.5, ..Default::default() }),
            ("amplitude_most", TerrainParameters { amplitude_most: 0.5, ..Default::default() }),
        ];
        for (name, parameters) in wrong {
            assert!(parameters.check().unwrap_err().to_string().contains(name));
        }
    }
}
