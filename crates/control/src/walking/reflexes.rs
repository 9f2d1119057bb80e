//! Reflexes of posture: what the legs do on the back, on the belly, in a crouch and on the feet.
//!
//! ```text
//! d = angle of a knee - that of the knee on its diagonal
//! standing: knee a -= 0.2 g sign(d), knee b += the same, if |d| > 0.08 ;     g = 0.4, crossed extension
//!           knee -= side 0.3 G roll / 0.3, hip += fore 0.25 G pitch / 0.3, if one of both exceeds 0.05 rad ;  G = 0.45
//! walking:  crossed extension with 0.15, g = 0.2 and |d| > 0.1
//! ```
//! roll / 0.3 and pitch / 0.3 are clipped to ±1, and so is the sum of all. Bodies on the back kick at 2.5 Hz and roll, bodies on the
//! belly push themselves up; all fade to a tenth between 50,000 and 500,000 ticks. Which joints are hip and knee is a matter of
//! the [`Wiring`]: in the original's leg of three joints they are abduction and thigh.
//!
//! Source of equations and numbers: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1).

use super::{Body, Leg, Posture, PostureChain, Postures, Wiring};
use crate::Error;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};
use std::f64::consts::{PI, TAU};

const PART: &str = "reflexes";
/// Tilt that asks for a full answer on the feet, and when destabilized, rad.
const TILT: [f64; 2] = [0.3, 0.25];
/// Tilt below which a body that stands does nothing, rad.
const LEVEL: f64 = 0.05;

/// Parameters of the reflexes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReflexParameters {
    /// Joints that they reach.
    pub wiring: Wiring,
    /// Borders between postures.
    pub postures: Postures,
    /// Gain of the extension on the back.
    pub supine_gain: f64,
    /// Gain of rolling, crouching, rising and of righting on the feet.
    pub righting_gain: f64,
    /// Gain of pushing up from the belly.
    pub extensor_gain: f64,
    /// Gain of crossed extension.
    pub crossed_gain: f64,
    /// Frequency of kicking, Hz.
    pub kick_hz: f64,
    /// Amplitude of kicking.
    pub kick_amplitude: f64,
    /// Fallen ticks before it begins.
    pub kick_onset_ticks: u64,
    /// Tick after which all gains fall.
    pub fade_from_ticks: u64,
    /// Tick at which they have fallen.
    pub fade_to_ticks: u64,
    /// Share that stays.
    pub fade_to: f64,
}

impl Default for ReflexParameters {
    fn default() -> Self {
        Self {
            wiring: Wiring::Paper,
            postures: Postures::default(),
            supine_gain: 1.0,
            righting_gain: 0.9,
            extensor_gain: 0.8,
            crossed_gain: 0.4,
            kick_hz: 2.5,
            kick_amplitude: 0.7,
            kick_onset_ticks: 30,
            fade_from_ticks: 50_000,
            fade_to_ticks: 500_000,
            fade_to: 0.1,
        }
    }
}

impl ReflexParameters {
    /// Checks the parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the parameter.
    pub fn check(&self) -> Result<(), Error> {
        self.postures.check()?;
        let ranges = Ranges::of(PART);
        let gains = [
            ("supine_gain", self.supine_gain),
            ("righting_gain", self.righting_gain),
            ("extensor_gain", self.extensor_gain),
            ("crossed_gain", self.crossed_gain),
            ("kick_hz", self.kick_hz),
            ("kick_amplitude", self.kick_amplitude),
        ];
        ranges.each(gains, |gain| (0.0..=100.0).contains(&gain), "0 to 100")?;
        ranges.require((0.0..=1.0).contains(&self.fade_to), "fade_to", self.fade_to, "0 to 1")?;
        let (from, to) = (self.fade_from_ticks, self.fade_to_ticks);
        Ok(ranges.require(
            to > from,
            "fade_to_ticks",
            to as f64,
            format!("more than {from}, when it begins"),
        )?)
    }
}

/// Input of the reflexes of posture in a tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stance<'a> {
    /// Roll, rad.
    pub roll: f64,
    /// Pitch, rad.
    pub pitch: f64,
    /// Uprightness.
    pub upright: f64,
    /// Forward speed, m/s.
    pub speed: f64,
    /// True if the body lies.
    pub is_fallen: bool,
    /// Angles of the joints, rad. `[joints]`
    pub angles: &'a [f64],
}

/// Reflexes of posture.
#[derive(Debug, Clone, PartialEq)]
pub struct Reflexes {
    parameters: ReflexParameters,
    body: Body,
    joints: Leg,
    dt_s: f64,
    chain: PostureChain,
    ticks: u64,
}

crate::snapshot!(Reflexes { chain, ticks });

impl Reflexes {
    /// Reflexes of a body that stands, in ticks of `dt_s`.
    ///
    /// # Errors
    /// As [`ReflexParameters::check`], and [`Error::Parameter`] for a tick that is not positive.
    pub fn new(parameters: ReflexParameters, body: Body, dt_s: f64) -> Result<Self, Error> {
        parameters.check()?;
        Ranges::of(PART).require(dt_s > 0.0, "dt_s", dt_s, "more than 0 s")?;
        let chain = PostureChain::new(parameters.postures)?;
        Ok(Self { joints: parameters.wiring.leg(body), parameters, body, dt_s, chain, ticks: 0 })
    }

    /// Stands again.
    pub fn reset(&mut self) {
        self.chain.reset();
        self.ticks = 0;
    }

    /// The posture.
    pub fn posture(&self) -> Posture {
        self.chain.posture()
    }

    /// Share of the gains that is left.
    fn fade(&self) -> f64 {
        let p = &self.parameters;
        let (from, to) = (p.fade_from_ticks as f64, p.fade_to_ticks as f64);
        let progress = ((self.ticks as f64 - from) / (to - from)).clamp(0.0, 1.0);
        1.0 - progress * (1.0 - p.fade_to)
    }

    /// Writes the commands of this tick, -1 to 1. `[joints]`
    pub fn advance(&mut self, stance: &Stance, command: &mut [f64]) {
        self.ticks += 1;
        let posture = self.chain.advance(stance.upright, stance.speed, stance.roll, stance.is_fallen);
        command.fill(0.0);
        for (leg, command) in command.chunks_exact_mut(self.body.joints_per_leg).enumerate() {
            let [abduction, hip, knee, ankle] = self.answer(posture, leg, stance);
            let answers = [
                (self.joints.abduction, abduction),
                (self.joints.hip, hip),
                (self.joints.knee, knee),
                (self.joints.ankle, ankle),
            ];
            for (joint, answer) in answers {
                if let Some(k) = joint {
                    command[k] += answer;
                }
            }
        }
        match posture {
            Posture::Standing => self.cross(stance.angles, [0.2, 1.0, 0.08], command),
            Posture::Walking => self.cross(stance.angles, [0.15, 0.5, 0.1], command),
            _ => {}
        }
        command.iter_mut().for_each(|u| *u = u.clamp(-1.0, 1.0));
    }

    /// Commands of abduction, hip, knee and ankle of a leg, crossed extension aside.
    fn answer(&self, posture: Posture, leg: usize, stance: &Stance) -> [f64; 4] {
        let (p, fade) = (&self.parameters, self.fade());
        let (side, fore) = (self.body.side(leg), self.body.fore(leg));
        let tilt = |angle: f64, full: f64| (angle / full).clamp(-1.0, 1.0);
        let leveling = |full: f64| (-side * tilt(stance.roll, full), fore * tilt(stance.pitch, full));
        let times = |gain: f64, answer: [f64; 4]| answer.map(|u| u * gain);
        let righting = p.righting_gain * fade;
        match posture {
            Posture::Supine => {
                let g = p.supine_gain * fade;
                let [hip, knee] = self.kick(leg, fade);
                [0.0, hip - 0.6 * g, knee + 0.5 * g, 0.0]
            }
            Posture::Rolling => {
                let to = self.chain.roll_to();
                let [hip, knee] = if side * to > 0.0 { [-0.8, 0.7] } else { [0.4, -0.3] };
                times(righting, [0.5 * to * side, hip, knee, 0.0])
            }
            Posture::Prone => {
                let urgency = ((0.35 - stance.upright) / 0.3).clamp(0.3, 1.0);
                let force = if fore > 0.0 { 1.0 } else { 0.6 };
                times(p.extensor_gain * fade * urgency * force, [0.0, -0.7, 0.8, -0.4])
            }
            Posture::PushingUp => times(p.extensor_gain * fade, [0.3 * side, -0.9, 1.0, -0.5]),
            Posture::Crouching => {
                let (roll, pitch) = leveling(TILT[0]);
                times(righting, [0.0, -0.4 + 0.2 * pitch, 0.5 + 0.3 * roll, 0.0])
            }
            Posture::Rising => times(righting, [0.0, -0.6, 0.7, -0.4]),
            Posture::Standing if stance.roll.abs() > LEVEL || stance.pitch.abs() > LEVEL => {
                let (roll, pitch) = leveling(TILT[0]);
                times(0.5 * righting, [0.2 * roll, 0.25 * pitch, 0.3 * roll, 0.0])
            }
            Posture::Standing | Posture::Walking => [0.0; 4],
            Posture::Destabilized => {
                let (roll, pitch) = leveling(TILT[1]);
                times(1.5 * righting, [0.4 * roll + 0.3 * side, 0.4 * pitch, 0.5 * roll, 0.0])
            }
        }
    }

    /// Kicks of hip and knee on the back.
    fn kick(&self, leg: usize, fade: f64) -> [f64; 2] {
        let (p, fallen) = (&self.parameters, self.chain.fallen_ticks());
        if fallen <= p.kick_onset_ticks {
            return [0.0; 2];
        }
        let stress = (1.0 + 0.002 * fallen as f64).min(1.5);
        let diagonal = if (leg + leg / 2).is_multiple_of(2) { 0.0 } else { PI };
        let phase = TAU * p.kick_hz * fallen as f64 * self.dt_s + diagonal;
        let gain = p.kick_amplitude * fade * stress;
        [libm::sin(phase) * 0.8 * gain, libm::cos(phase) * 0.6 * gain]
    }

    /// Crossed extension of size, share of the gain, and least difference.
    fn cross(&self, angles: &[f64], [size, share, least]: [f64; 3], command: &mut [f64]) {
        let Some(knee) = self.joints.knee else { return };
        let answer = size * self.parameters.crossed_gain * self.fade() * share;
        for legs in self.body.diagonals() {
            let [a, b] = legs.map(|leg| self.body.joint(leg, knee));
            let difference = angles[a] - angles[b];
            if difference.abs() > least {
                let signed = answer.copysign(difference);
                command[b] += signed;
                command[a] -= signed;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANGLES: [f64; 12] = [0.0, 0.9, -1.8, 0.0, 0.9, -1.8, 0.0, 0.9, -1.8, 0.0, 0.9, -1.8];
    const UPRIGHT: Stance =
        Stance { roll: 0.0, pitch: 0.0, upright: 1.0, speed: 0.0, is_fallen: false, angles: &ANGLES };

    fn reflexes(wiring: Wiring) -> Reflexes {
        let parameters = ReflexParameters { wiring, ..Default::default() };
        Reflexes::new(parameters, Body::default(), 0.005).unwrap()
    }

    /// Commands after so many ticks of the same.
    fn after(reflexes: &mut Reflexes, ticks: usize, stance: &Stance) -> [f64; 12] {
        let mut command = [f64::NAN; 12];
        (0..ticks).for_each(|_| reflexes.advance(stance, &mut command));
        command
    }

    fn close(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
            assert!((found - expected).abs() < 1e-12, "{i}: {found} {expected}");
        }
    }

    #[test]
    fn a_level_body_does_nothing() {
        assert_eq!(after(&mut reflexes(Wiring::Paper), 100, &UPRIGHT), [0.0; 12]);
    }

    #[test]
    fn crossed_extension_acts_on_the_thighs_as_published_and_on_the_calves_by_anatomy() {
        for (wiring, knee) in [(Wiring::Paper, 1), (Wiring::Anatomical, 2)] {
            let mut angles = ANGLES;
            // The knee of FL is larger than that of RR, that of FR smaller than that of RL by less than counts.
            angles[knee] += 0.09;
            angles[3 + knee] -= 0.07;
            let stance = Stance { angles: &angles, ..UPRIGHT };
            let mut reflexes = reflexes(wiring);
            let mut expected = [0.0; 12];
            (expected[knee], expected[9 + knee]) = (-0.2 * 0.4, 0.2 * 0.4);
            close(&after(&mut reflexes, 20, &stance), &expected);
            // Walking asks for more than 0.1, and answers with less.
            let walking = Stance { speed: 0.2, ..stance };
            assert_eq!(after(&mut reflexes, 1, &walking), [0.0; 12]);
            angles[knee] += 0.02;
            (expected[knee], expected[9 + knee]) = (-0.15 * 0.2, 0.15 * 0.2);
            close(&after(&mut reflexes, 1, &Stance { angles: &angles, speed: 0.2, ..UPRIGHT }), &expected);
            assert_eq!(reflexes.posture(), Posture::Walking);
        }
    }

    #[test]
    fn righting_answers_roll_at_the_knees_and_pitch_at_the_hips() {
        let tilted = Stance { roll: 0.15, pitch: -0.6, ..UPRIGHT };
        // roll / 0.3 = 0.5, pitch / 0.3 clipped to -1, gain 0.45.
        let (knee, hip) = (0.3 * 0.45 * 0.5, 0.25 * 0.45);
        let leg = |side: f64, fore: f64| [-fore * hip, -side * knee, 0.0];
        let expected = [leg(1.0, 1.0), leg(-1.0, 1.0), leg(1.0, -1.0), leg(-1.0, -1.0)].concat();
        close(&after(&mut reflexes(Wiring::Paper), 1, &tilted), &expected);
        let abduction = 0.2 * 0.45 * 0.5;
        let leg = |side: f64, fore: f64| [-side * abduction, -fore * hip, -side * knee];
        let expected = [leg(1.0, 1.0), leg(-1.0, 1.0), leg(1.0, -1.0), leg(-1.0, -1.0)].concat();
        close(&after(&mut reflexes(Wiring::Anatomical), 1, &tilted), &expected);
        let little = Stance { roll: 0.05, pitch: -0.05, ..UPRIGHT };
        assert_eq!(after(&mut reflexes(Wiring::Paper), 1, &little), [0.0; 12]);
    }

    #[test]
    fn a_destabilized_body_answers_more_strongly() {
        let mut reflexes = reflexes(Wiring::Anatomical);
        after(&mut reflexes, 20, &UPRIGHT);
        let found = after(&mut reflexes, 1, &Stance { roll: 0.25, upright: 0.8, ..UPRIGHT });
        let g = 0.9 * 1.5;
        let left = [(0.3 - 0.4) * g, 0.0, -0.5 * g];
        let right = [(-0.3 + 0.4) * g, 0.0, 0.5 * g];
        close(&found, &[left, right, left, right].concat());
    }

    #[test]
    fn a_body_on_its_back_extends_then_kicks_then_rolls() {
        let mut reflexes = reflexes(Wiring::Paper);
        let supine = Stance { roll: 3.0, upright: -0.9, is_fallen: true, ..UPRIGHT };
        let found = after(&mut reflexes, 1, &supine);
        close(&found, &[[-0.6, 0.5, 0.0]; 4].concat());
        // 21 ticks later it rolls to the side of its roll: the left legs push.
        let found = after(&mut reflexes, 22, &supine);
        assert_eq!(reflexes.posture(), Posture::Rolling);
        let (push, pull) = ([-0.8 * 0.9, 0.7 * 0.9, 0.0], [0.4 * 0.9, -0.3 * 0.9, 0.0]);
        close(&found, &[push, pull, push, pull].concat());
        // A roll after 21 ticks comes before the first kick, which takes 31: kicks need a longer rest on the back.
        let mut slow = Reflexes::new(
            ReflexParameters {
                postures: Postures { least_ticks: 200, ..Default::default() },
                ..Default::default()
            },
            Body::default(),
            0.005,
        )
        .unwrap();
        let found = after(&mut slow, 1 + 40, &supine);
        let phase = TAU * 2.5 * 40.0 * 0.005;
        let gain = 0.7 * (1.0 + 0.002 * 40.0);
        close(&found[..2], &[-0.6 + libm::sin(phase) * 0.8 * gain, 0.5 + libm::cos(phase) * 0.6 * gain]);
        close(&found[3..5], &[-0.6 - libm::sin(phase) * 0.8 * gain, 0.5 - libm::cos(phase) * 0.6 * gain]);
    }

    #[test]
    fn bodies_on_the_belly_push_up_and_crouching_ones_rise() {
        let mut reflexes = reflexes(Wiring::Anatomical);
        after(&mut reflexes, 20, &UPRIGHT);
        // Urgency (0.35 - 0.2) / 0.3 = 0.5; rear legs push less.
        let prone = Stance { upright: 0.2, is_fallen: true, ..UPRIGHT };
        let found = after(&mut reflexes, 1, &prone);
        let leg = |force: f64| [0.0, -0.7 * 0.8 * 0.5 * force, 0.8 * 0.8 * 0.5 * force];
        close(&found, &[leg(1.0), leg(1.0), leg(0.6), leg(0.6)].concat());
        let found = after(&mut reflexes, 22, &prone);
        let leg = |side: f64| [0.3 * 0.8 * side, -0.9 * 0.8, 0.8];
        close(&found, &[leg(1.0), leg(-1.0), leg(1.0), leg(-1.0)].concat());
        after(&mut reflexes, 20, &prone);
        let crouching = Stance { upright: 0.5, roll: 0.3, pitch: 0.3, ..UPRIGHT };
        let found = after(&mut reflexes, 1, &crouching);
        close(&found[..3], &[0.0, (-0.4 + 0.2) * 0.9, (0.5 - 0.3) * 0.9]);
        let found = after(&mut reflexes, 22, &crouching);
        assert_eq!(reflexes.posture(), Posture::Rising);
        close(&found, &[[0.0, -0.6 * 0.9, 0.7 * 0.9]; 4].concat());
    }

    #[test]
    fn gains_fade_to_a_tenth() {
        let mut reflexes = reflexes(Wiring::Paper);
        for (ticks, share) in [(0, 1.0), (50_000, 1.0), (275_000, 0.55), (500_000, 0.1), (900_000, 0.1)] {
            reflexes.ticks = ticks;
            assert!((reflexes.fade() - share).abs() < 1e-12);
        }
        let never = ReflexParameters { fade_to_ticks: 10, ..Default::default() };
        assert!(never.check().unwrap_err().to_string().contains("fade_to_ticks"));
    }

    #[test]
    fn commands_stay_within_one_for_every_posture_and_shape_of_body() {
        for body in [
            Body::default(),
            Body { legs: 2, joints_per_leg: 2 },
            Body { legs: 6, joints_per_leg: 5 },
            Body { legs: 3, joints_per_leg: 1 },
        ] {
            for wiring in [Wiring::Paper, Wiring::Anatomical] {
                let parameters = ReflexParameters { wiring, righting_gain: 50.0, ..Default::default() };
                let mut reflexes = Reflexes::new(parameters, body, 0.005).unwrap();
                let angles: Vec<f64> = (0..body.joints()).map(|j| 0.3 * j as f64).collect();
                let mut command = vec![0.0; body.joints()];
                for n in 0..2000 {
                    let upright = libm::cos(0.01 * f64::from(n));
                    let stance =
                        Stance { upright, roll: 1.0, is_fallen: upright < 0.3, angles: &angles, ..UPRIGHT };
                    reflexes.advance(&stance, &mut command);
                    assert!(command.iter().all(|u| u.abs() <= 1.0));
                }
            }
        }
    }
}
