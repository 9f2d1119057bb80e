//! Rivals of a cerebellum that steers: feedback with an integral, one weight without granule cells, a pulse that somebody tuned.
//! Each answers `reference_then - sensed` of its senses, as a cerebellum in its place does.

use crate::controller::learned;
use crate::{Controller, Delays, Error, Inputs, Senses, StateWriter, same_tick};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// Gains of one output.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PiGains {
    /// Proportional.
    pub kp: f64,
    /// Integral, 1/s.
    pub ki: f64,
}

/// Proportional and integral feedback of each output, whose sensor can be lost: the output is then what the integral has stored.
///
/// ```text
/// I[n] = I[n-1] + dt e[n] ;  u = kp e + ki I         sensor lost: I stays, u = ki I
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PiController {
    gains: Vec<PiGains>,
    /// Cue that is above 0.5 while the sensor is lost.
    lost: Option<usize>,
    dt_s: f64,
    /// `[outputs]`
    integral: Vec<f64>,
}

crate::snapshot!(PiController { integral });

impl PiController {
    /// A controller of one output for each pair of gains, in ticks of `dt_s`.
    ///
    /// # Errors
    /// [`Error::Parameter`] for no output, gains that are not finite, or a tick that is not positive.
    pub fn new(gains: &[PiGains], lost: Option<usize>, dt_s: f64) -> Result<Self, Error> {
        let ranges = Ranges::of("pi");
        ranges.require(!gains.is_empty(), "outputs", 0.0, "at least one")?;
        ranges.require(dt_s > 0.0, "dt_s", dt_s, "more than 0 s")?;
        ranges.all("gain", gains.iter().flat_map(|g| [g.kp, g.ki]), |_| true, "finite")?;
        Ok(Self { gains: gains.to_vec(), lost, dt_s, integral: vec![0.0; gains.len()] })
    }

    /// Stored integrals. `[outputs]`
    pub fn integral(&self) -> &[f64] {
        &self.integral
    }
}

impl Controller for PiController {
    fn name(&self) -> &str {
        "pi"
    }

    fn commands(&self) -> usize {
        self.gains.len()
    }

    fn inputs(&self) -> Inputs {
        let n = self.gains.len();
        Inputs::new(n, n, self.lost.map_or(0, |cue| cue + 1))
    }

    fn reset(&mut self) {
        self.integral.fill(0.0);
    }

    fn fits(&self, dt_s: f64, _delays: Delays) -> Result<(), Error> {
        same_tick("pi", self.dt_s, dt_s)
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        let is_lost = self.lost.is_some_and(|cue| senses.cues[cue] > 0.5);
        for (i, (PiGains { kp, ki }, integral)) in self.gains.iter().zip(&mut self.integral).enumerate() {
            let error = if is_lost { 0.0 } else { senses.error(i) };
            *integral += self.dt_s * error;
            command[i] = kp * error + ki * *integral;
        }
        Ok(())
    }
}

/// One weight for each output, which integrates its error: a cerebellum without granule cells.
///
/// ```text
/// w += rate dt e ;  u = w
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct OneWeight {
    rates: Vec<f64>,
    dt_s: f64,
    /// `[outputs]`
    weights: Vec<f64>,
    learns: bool,
    /// Share of the rates that is left after they were lowered.
    pace: f64,
}

crate::snapshot!(OneWeight { weights, learns, pace });

impl OneWeight {
    /// Weights of 0 that learn at these rates, in 1/s, in ticks of `dt_s`. `[outputs]`
    ///
    /// # Errors
    /// [`Error::Parameter`] for no output, a negative rate, or a tick that is not positive.
    pub fn new(rates: &[f64], dt_s: f64) -> Result<Self, Error> {
        let ranges = Ranges::of("one weight");
        ranges.require(!rates.is_empty(), "outputs", 0.0, "at least one")?;
        ranges.require(dt_s > 0.0, "dt_s", dt_s, "more than 0 s")?;
        ranges.all("rate", rates, |rate| rate >= 0.0, "at least 0")?;
        Ok(Self { rates: rates.to_vec(), dt_s, weights: vec![0.0; rates.len()], learns: true, pace: 1.0 })
    }
}

impl Controller for OneWeight {
    learned!(weights);

    fn name(&self) -> &str {
        "one_weight"
    }

    fn commands(&self) -> usize {
        self.rates.len()
    }

    fn inputs(&self) -> Inputs {
        Inputs::new(self.rates.len(), self.rates.len(), 0)
    }

    fn reset(&mut self) {}

    fn fits(&self, dt_s: f64, _delays: Delays) -> Result<(), Error> {
        same_tick("one weight", self.dt_s, dt_s)
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        command.copy_from_slice(&self.weights);
        if self.learns {
            for (i, (w, rate)) in self.weights.iter_mut().zip(&self.rates).enumerate() {
                *w += self.pace * rate * self.dt_s * senses.error(i);
            }
        }
        Ok(())
    }

    fn weights(&self) -> &[f64] {
        &self.weights
    }

    fn set_learning(&mut self, learns: bool) {
        self.learns = learns;
    }

    fn parameters(&self, to: &mut StateWriter) {
        to.put(&self.rates.len());
    }

    fn slow(&mut self, factor: f64) -> bool {
        self.pace *= factor;
        true
    }
}

/// A pulse that follows a cue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PulseParameters {
    /// Height after each cue, with its sign. `[cues]`
    pub heights: Vec<f64>,
    /// Time from the cue to its beginning, s.
    pub delay_s: f64,
    /// Its width, s.
    pub width_s: f64,
}

impl Default for PulseParameters {
    /// A trim of 0.15 rad for a push to the left after the first cue, and of -0.15 rad for one to the right after the second.
    /// Source: the pulse tuned by hand for pushes of 100 N against a Unitree Go2 that walks by MH-FLOCKE's generator.
    fn default() -> Self {
        Self { heights: vec![0.15, -0.15], delay_s: 0.1, width_s: 0.4 }
    }
}

/// Feed-forward that somebody tuned: a raised cosine after each cue. Its cues are the times since they rose, s.
///
/// ```text
/// u = sum_j height_j (1 - cos(2 pi (t_j - delay) / width)) / 2        while delay <= t_j <= delay + width
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Pulse {
    parameters: PulseParameters,
}

crate::snapshot!(Pulse {});

impl Pulse {
    /// A pulse for each cue.
    ///
    /// # Errors
    /// [`Error::Parameter`] for no cue, a height that is not finite, a negative delay, or a width that is not positive.
    pub fn new(parameters: &PulseParameters) -> Result<Self, Error> {
        let ranges = Ranges::of("pulse");
        let PulseParameters { heights, delay_s, width_s } = parameters;
        ranges.require(!heights.is_empty(), "cues", 0.0, "at least one")?;
        ranges.all("height", heights, |_| true, "finite")?;
        ranges.require(*delay_s >= 0.0, "delay_s", *delay_s, "at least 0 s")?;
        ranges.require(*width_s > 0.0, "width_s", *width_s, "more than 0 s")?;
        Ok(Self { parameters: parameters.clone() })
    }
}

impl Controller for Pulse {
    fn name(&self) -> &str {
        "pulse"
    }

    fn commands(&self) -> usize {
        1
    }

    fn inputs(&self) -> Inputs {
        Inputs::new(0, 0, self.parameters.heights.len())
    }

    fn reset(&mut self) {}

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        let PulseParameters { heights, delay_s, width_s } = &self.parameters;
        let pulse = |(height, since): (&f64, &f64)| {
            let place = (since - delay_s) / width_s;
            let is_within = (0.0..=1.0).contains(&place);
            if is_within { height * 0.5 * (1.0 - libm::cos(TAU * place)) } else { 0.0 }
        };
        command[0] = heights.iter().zip(senses.cues).map(pulse).sum();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(controller: &mut dyn Controller, error: &[f64], cues: &[f64]) -> Vec<f64> {
        let (sensed, mut command) = (vec![0.0; error.len()], vec![0.0; controller.commands()]);
        let senses = Senses { tick: 0, sensed: &sensed, reference: error, reference_then: error, cues };
        controller.advance(&senses, &mut command).unwrap();
        command
    }

    #[test]
    fn a_pi_controller_keeps_its_integral_when_the_sensor_is_lost() {
        let gains = [PiGains { kp: 0.5, ki: 2.0 }, PiGains { kp: 1.0, ki: 0.0 }];
        let mut pi = PiController::new(&gains, Some(1), 0.02).unwrap();
        for n in 1..=10 {
            let found = answer(&mut pi, &[0.1, -0.3], &[0.0, 0.0]);
            assert!((found[0] - (0.05 + 2.0 * 0.002 * f64::from(n))).abs() < 1e-12);
            assert_eq!(found[1], -0.3);
        }
        for _ in 0..5 {
            let found = answer(&mut pi, &[9.0, 9.0], &[0.0, 1.0]);
            assert!((found[0] - 0.04).abs() < 1e-12);
            assert_eq!(found[1], 0.0);
        }
        pi.reset();
        assert_eq!(pi.integral(), [0.0, 0.0]);
    }

    #[test]
    fn one_weight_ends_a_constant_error_exponentially_and_keeps_it_without_learning() {
        let mut weight = OneWeight::new(&[1.5], 0.02).unwrap();
        // The error is 1 - u: in each tick 1 - 1.5 x 0.02 of it is left.
        for n in 0..200 {
            let before = weight.weights()[0];
            let left = 1.0 - before;
            assert!((left - 0.97_f64.powi(n)).abs() < 1e-12);
            assert_eq!(answer(&mut weight, &[left], &[]), [before]);
        }
        weight.set_learning(false);
        weight.reset();
        let kept = weight.weights()[0];
        assert_eq!(answer(&mut weight, &[5.0], &[]), [kept]);
        assert_eq!(weight.weights(), [kept]);
    }

    #[test]
    fn a_pulse_has_its_height_in_the_middle_and_its_sign_by_the_cue() {
        let mut pulse = Pulse::new(&PulseParameters::default()).unwrap();
        for (times, expected) in [
            ([0.05, 1.0], 0.0),
            ([0.1, 1.0], 0.0),
            ([0.2, 1.0], 0.075),
            ([0.3, 1.0], 0.15),
            ([1.0, 0.3], -0.15),
            ([0.6, 0.51], 0.0),
        ] {
            assert!((answer(&mut pulse, &[], &times)[0] - expected).abs() < 1e-12, "{times:?}");
        }
    }

    #[test]
    fn rivals_that_cannot_be_are_refused_by_name() {
        assert!(PiController::new(&[], None, 0.02).unwrap_err().to_string().contains("outputs"));
        assert!(OneWeight::new(&[-1.0], 0.02).unwrap_err().to_string().contains("rate = -1"));
        let narrow = PulseParameters { width_s: 0.0, ..Default::default() };
        assert!(Pulse::new(&narrow).unwrap_err().to_string().contains("width_s"));
    }
}
