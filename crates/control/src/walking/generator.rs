//! The spinal pattern generator: one oscillator for each leg.
//!
//! ```text
//! phi_l += 2 pi f f_s dt
//! a      = (base + (max - base) min(1, n / maturation)) (rest + gain NE) a_s     n = 1 in the first tick
//! abduction = 0.5 abduction a sin(phi)        + 0.5 s side                        s steering, the original's
//! hip       = hip a p sin(phi) (1 + h side)     p = stance if sin(phi) > 0, else swing
//! knee      = knee a sin(phi + 2 pi 0.1) (1 + h side)                             h stride asymmetry
//! ```
//! all clipped to ±1. The commands are relative: [`super::Mixing`] makes angles of them. f_s and a_s come from
//! [`super::Terrain`], NE from [`super::Arousal`].
//!
//! Source of the equations and of the numbers that are not said to be chosen: MH-FLOCKE v0.4.1
//! (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1), generator and configuration of the Go2; stride asymmetry: v0.5.1.

use super::{Body, Effector, Steering};
use crate::Error;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

const PART: &str = "generator";

/// Parameters of a generator. Amplitudes are fractions of the range of a command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GeneratorParameters {
    /// Frequency of the gait, Hz.
    pub frequency_hz: f64,
    /// Phase of each leg at the start, cycles. The default moves the left legs together, and the right legs. `[legs]`
    pub phase_offsets: Vec<f64>,
    /// Amplitude of the abduction; half of it is used.
    pub abduction: f64,
    /// Amplitude of the hip (thigh).
    pub hip: f64,
    /// Amplitude of the knee (calf).
    pub knee: f64,
    /// Amplitude of the ankle, where there is one.
    pub ankle: f64,
    /// Lead of the knee, cycles.
    pub knee_phase: f64,
    /// Lead of the ankle, cycles.
    pub ankle_phase: f64,
    /// Overall amplitude at birth.
    pub base_amplitude: f64,
    /// Overall amplitude after maturation.
    pub max_amplitude: f64,
    /// Time of maturation, ticks.
    pub maturation_ticks: u64,
    /// Factor of the hip while its sine is positive.
    pub stance: f64,
    /// Factor of the hip otherwise.
    pub swing: f64,
    /// Amplitude without norepinephrine, relative.
    pub arousal_rest: f64,
    /// Rise of it for norepinephrine of 1.
    pub arousal_gain: f64,
    /// Abduction for a steering of 1.
    pub steering_gain: f64,
    /// Largest steering; what exceeds it is clipped.
    pub steering_limit: f64,
    /// Steering below it does nothing.
    pub steering_dead_zone: f64,
    /// Largest stride asymmetry; what exceeds it is clipped.
    pub asymmetry_limit: f64,
}

impl Default for GeneratorParameters {
    fn default() -> Self {
        Self {
            frequency_hz: 2.0,
            phase_offsets: vec![0.5, 0.0, 0.5, 0.0],
            abduction: 0.1,
            hip: 0.8,
            knee: 1.2,
            ankle: 0.0,
            knee_phase: 0.1,
            ankle_phase: 0.0,
            base_amplitude: 0.5,
            max_amplitude: 1.0,
            maturation_ticks: 5000,
            stance: 1.5,
            swing: 1.2,
            arousal_rest: 0.7,
            arousal_gain: 0.6,
            steering_gain: 0.5,
            steering_limit: 0.6,
            steering_dead_zone: 0.02,
            asymmetry_limit: 0.6,
        }
    }
}

impl GeneratorParameters {
    /// Checks the parameters for a body in ticks of `dt_s`.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the parameter.
    pub fn check(&self, body: Body, dt_s: f64) -> Result<(), Error> {
        let ranges = Ranges::of(PART);
        ranges.require(dt_s > 0.0, "dt_s", dt_s, "more than 0 s")?;
        let (f, found) = (self.frequency_hz, self.phase_offsets.len());
        ranges.require(
            f >= 0.0 && f * dt_s < 0.25,
            "frequency_hz",
            f,
            "0 to less than a quarter of the rate of ticks",
        )?;
        let allowed = format!("{}, one for each leg", body.legs);
        ranges.require(found == body.legs, "phase_offsets", found as f64, allowed)?;
        let phases = self.phase_offsets.iter().chain([&self.knee_phase, &self.ankle_phase]);
        ranges.all("phase", phases, |phase| phase.abs() <= 1.0, "-1 to 1 cycles")?;
        let amplitudes = [
            ("abduction", self.abduction),
            ("hip", self.hip),
            ("knee", self.knee),
            ("ankle", self.ankle),
            ("base_amplitude", self.base_amplitude),
            ("max_amplitude", self.max_amplitude),
            ("stance", self.stance),
            ("swing", self.swing),
            ("arousal_rest", self.arousal_rest),
            ("arousal_gain", self.arousal_gain),
            ("steering_limit", self.steering_limit),
            ("steering_dead_zone", self.steering_dead_zone),
        ];
        ranges.each(amplitudes, |a| (0.0..=100.0).contains(&a), "0 to 100")?;
        ranges.require(true, "steering_gain", self.steering_gain, "finite")?;
        let limit = self.asymmetry_limit;
        Ok(ranges.require(
            (0.0..=1.0).contains(&limit),
            "asymmetry_limit",
            limit,
            "0 to 1: no stride is turned around",
        )?)
    }
}

/// Drive of a generator in a tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rhythm {
    /// Norepinephrine, 0 to 1.
    pub norepinephrine: f64,
    /// Factor of the frequency, f_s.
    pub frequency: f64,
    /// Factor of the amplitude, a_s.
    pub amplitude: f64,
}

/// A generator.
#[derive(Debug, Clone, PartialEq)]
pub struct Generator {
    parameters: GeneratorParameters,
    body: Body,
    dt_s: f64,
    /// Phases of the legs, 0 to 2 pi rad. `[legs]`
    phases: Vec<f64>,
    ticks: u64,
}

crate::snapshot!(Generator { phases, ticks });

impl Generator {
    /// A generator at birth.
    ///
    /// # Errors
    /// As [`GeneratorParameters::check`].
    pub fn new(parameters: &GeneratorParameters, body: Body, dt_s: f64) -> Result<Self, Error> {
        parameters.check(body, dt_s)?;
        let parameters = parameters.clone();
        let mut born = Self { phases: vec![0.0; body.legs], ticks: 0, parameters, body, dt_s };
        born.reset();
        Ok(born)
    }

    /// Goes back to birth.
    pub fn reset(&mut self) {
        for (phase, offset) in self.phases.iter_mut().zip(&self.parameters.phase_offsets) {
            *phase = offset * TAU;
        }
        self.ticks = 0;
    }

    /// Phases of the legs, rad. `[legs]`
    pub fn phases(&self) -> &[f64] {
        &self.phases
    }

    /// Ticks of a cycle at its own frequency, rounded; none for a generator at rest.
    pub fn cycle_ticks(&self) -> Option<usize> {
        let ticks = 1.0 / (self.parameters.frequency_hz * self.dt_s);
        ticks.is_finite().then_some((ticks + 0.5) as usize)
    }

    /// Amplitude with its maturation so far, before arousal and terrain.
    pub fn amplitude(&self) -> f64 {
        let p = &self.parameters;
        let maturation = (self.ticks as f64 / p.maturation_ticks.max(1) as f64).min(1.0);
        p.base_amplitude + (p.max_amplitude - p.base_amplitude) * maturation
    }

    /// Writes the commands of this tick, -1 to 1. `[joints]`
    pub fn advance(&mut self, rhythm: Rhythm, steering: &Steering, command: &mut [f64]) {
        self.ticks += 1;
        let p = &self.parameters;
        let step = TAU * p.frequency_hz * rhythm.frequency * self.dt_s;
        let amplitude =
            self.amplitude() * (p.arousal_rest + p.arousal_gain * rhythm.norepinephrine) * rhythm.amplitude;
        let steer = steering.get(Effector::AbductionOffset).clamp(-p.steering_limit, p.steering_limit);
        let offset = if steer.abs() > p.steering_dead_zone { p.steering_gain * steer } else { 0.0 };
        let asymmetry = steering.get(Effector::StrideAsymmetry).clamp(-p.asymmetry_limit, p.asymmetry_limit);
        let joints = self.body.leg();
        command.fill(0.0);
        let legs = command.chunks_exact_mut(self.body.joints_per_leg).zip(&mut self.phases).enumerate();
        for (leg, (command, phase)) in legs {
            *phase = (*phase + step) % TAU;
            let side = self.body.side(leg);
            let (sine, stride) = (libm::sin(*phase), 1.0 + asymmetry * side);
            if let Some(k) = joints.abduction {
                command[k] = 0.5 * p.abduction * amplitude * sine + offset * side;
            }
            if let Some(k) = joints.hip {
                let power = if sine > 0.0 { p.stance } else { p.swing };
                command[k] = p.hip * amplitude * power * sine * stride;
            }
            if let Some(k) = joints.knee {
                command[k] = p.knee * amplitude * libm::sin(*phase + TAU * p.knee_phase) * stride;
            }
            if let Some(k) = joints.ankle {
                command[k] = p.ankle * amplitude * libm::sin(*phase + TAU * p.ankle_phase) * stride;
            }
            command.iter_mut().for_each(|u| *u = u.clamp(-1.0, 1.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DT: f64 = 0.005;
    const CALM: Rhythm = Rhythm { norepinephrine: 0.25, frequency: 1.0, amplitude: 1.0 };

    fn generator() -> Generator {
        Generator::new(&GeneratorParameters::default(), Body::default(), DT).unwrap()
    }

    fn steered(effector: Effector, value: f64) -> Steering {
        let mut steering = Steering::default();
        steering.set(effector, value).unwrap();
        steering
    }

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }

    #[test]
    fn the_first_tick_is_that_of_the_equations() {
        let (mut generator, mut u) = (generator(), [0.0; 12]);
        generator.advance(CALM, &Steering::default(), &mut u);
        // 2 Hz in 5 ms: 0.01 cycles. Amplitude at birth with n = 1, norepinephrine 0.25: 0.5001 (0.7 + 0.15).
        let (a, phi) = (0.5001 * 0.85, TAU * 0.01);
        let right = [
            0.05 * a * libm::sin(phi),
            0.8 * a * 1.5 * libm::sin(phi),
            1.2 * a * libm::sin(phi + 0.2 * TAU / 2.0),
        ];
        let left = [-right[0], -0.8 * a * 1.2 * libm::sin(phi), -right[2]];
        for (leg, expected) in [left, right, left, right].into_iter().enumerate() {
            for k in 0..3 {
                close(u[3 * leg + k], expected[k]);
            }
        }
        close(generator.phases()[1], phi);
        close(generator.phases()[0], TAU * 0.51);
    }

    #[test]
    fn a_gait_cycle_takes_100_ticks_and_comes_back() {
        let mut generator = generator();
        assert_eq!(generator.cycle_ticks(), Some(100));
        let mut u = [[0.0; 12]; 2];
        // After maturation nothing else changes.
        for _ in 0..6000 {
            generator.advance(CALM, &Steering::default(), &mut u[0]);
        }
        for _ in 0..100 {
            generator.advance(CALM, &Steering::default(), &mut u[1]);
        }
        for (one, other) in u[0].iter().zip(&u[1]) {
            assert!((one - other).abs() < 1e-9);
        }
    }

    #[test]
    fn the_amplitude_matures_linearly_and_no_further() {
        let (mut generator, mut u) = (generator(), [0.0; 12]);
        for (ticks, amplitude) in [(2500, 0.75), (5000, 1.0), (7000, 1.0)] {
            while generator.ticks < ticks {
                generator.advance(CALM, &Steering::default(), &mut u);
            }
            close(generator.amplitude(), amplitude);
        }
        generator.reset();
        assert_eq!(generator, super::tests::generator());
    }

    #[test]
    fn arousal_and_terrain_scale_the_amplitude_and_the_frequency() {
        let at = |rhythm| {
            let (mut generator, mut u) = (generator(), [0.0; 12]);
            generator.advance(rhythm, &Steering::default(), &mut u);
            (u[3], generator.phases()[1])
        };
        let (calm, _) = at(CALM);
        let (alert, _) = at(Rhythm { norepinephrine: 0.55, ..CALM });
        close(alert / calm, (0.7 + 0.6 * 0.55) / 0.85);
        close(at(Rhythm { amplitude: 1.3, ..CALM }).0 / calm, 1.3);
        close(at(Rhythm { frequency: 0.6, ..CALM }).1, TAU * 0.006);
    }

    #[test]
    fn steering_offsets_the_abduction_and_nothing_else() {
        let run = |steering| {
            let (mut generator, mut u) = (generator(), [0.0; 12]);
            generator.advance(CALM, &steering, &mut u);
            u
        };
        let (plain, turned) = (run(Steering::default()), run(steered(Effector::AbductionOffset, 0.4)));
        for (i, (before, after)) in plain.iter().zip(&turned).enumerate() {
            close(
                after - before,
                if i % 3 != 0 {
                    0.0
                } else if i % 6 == 0 {
                    0.2
                } else {
                    -0.2
                },
            );
        }
        // The dead zone and the limit of the original.
        assert_eq!(run(steered(Effector::AbductionOffset, 0.02)), plain);
        close(run(steered(Effector::AbductionOffset, 5.0))[0] - plain[0], 0.3);
    }

    #[test]
    fn stride_asymmetry_enlarges_left_steps_and_shrinks_right_ones() {
        let run = |value| {
            let (mut generator, mut u) = (generator(), [0.0; 12]);
            generator.advance(CALM, &steered(Effector::StrideAsymmetry, value), &mut u);
            u
        };
        let (plain, turned, most) = (run(0.0), run(0.05), run(2.0));
        for i in 0..12 {
            let side = if (i / 3) % 2 == 0 { 1.0 } else { -1.0 };
            close(turned[i], plain[i] * if i % 3 == 0 { 1.0 } else { 1.0 + 0.05 * side });
            if i % 3 != 0 {
                close(most[i], plain[i] * (1.0 + 0.6 * side));
            }
        }
    }

    #[test]
    fn commands_stay_within_one_for_any_drive() {
        let (mut generator, mut u) = (generator(), [0.0; 12]);
        let wild = Rhythm { norepinephrine: 1.0, frequency: 3.0, amplitude: 5.0 };
        for _ in 0..500 {
            generator.advance(wild, &steered(Effector::AbductionOffset, 9.0), &mut u);
            assert!(u.iter().all(|u| u.abs() <= 1.0));
        }
    }

    #[test]
    fn bodies_of_other_shapes_are_driven_by_what_their_joints_do() {
        for (body, offsets) in [
            (Body { legs: 2, joints_per_leg: 4 }, vec![0.0, 0.5]),
            (Body { legs: 6, joints_per_leg: 1 }, vec![0.0, 0.5, 0.5, 0.0, 0.0, 0.5]),
        ] {
            let parameters =
                GeneratorParameters { phase_offsets: offsets, ankle: 0.15, ..Default::default() };
            let mut generator = Generator::new(&parameters, body, DT).unwrap();
            let mut u = vec![f64::NAN; body.joints()];
            generator.advance(CALM, &Steering::default(), &mut u);
            assert!(u.iter().all(|u| u.is_finite()));
            close(u[body.leg().hip.unwrap()], 0.8 * 0.5001 * 0.85 * 1.5 * libm::sin(TAU * 0.01));
        }
        let error = Generator::new(&GeneratorParameters::default(), Body { legs: 2, joints_per_leg: 3 }, DT);
        assert!(error.unwrap_err().to_string().contains("phase_offsets = 4"));
    }

    #[test]
    fn parameters_out_of_range_are_refused_by_name() {
        type Damage<'a> = (&'a str, &'a dyn Fn(&mut GeneratorParameters));
        let wrong: [Damage; 4] = [
            ("frequency_hz", &|p| p.frequency_hz = 50.0),
            ("hip", &|p| p.hip = -1.0),
            ("phase", &|p| p.knee_phase = f64::NAN),
            ("asymmetry_limit", &|p| p.asymmetry_limit = 2.0),
        ];
        for (name, change) in wrong {
            let mut parameters = GeneratorParameters::default();
            change(&mut parameters);
            let error = parameters.check(Body::default(), DT).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
