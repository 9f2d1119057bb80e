//! The olive's forward model: the movement of a joint in a step that a command predicts.
//!
//! ```text
//! e_j = (q_j - q_j(step before)) - G_j u_j(step before)
//! G_j <- clip(G_j + 0.001 e_j sign u_j(step before), 0.001, 0.5)      at its pulses
//! ```
//! Angles and commands of the step before are kept in every step, so the prediction spans one step, not the time between pulses.

use super::legs::Fibers;
use super::parameters::ForwardModelChannel;
use lobule_control::snapshot;

#[derive(Debug, Clone)]
pub(super) struct ForwardModel {
    parameters: ForwardModelChannel,
    /// G. `[n_actuators]`
    pub gains: Vec<f64>,
    angles_before: Vec<f64>,
    commands_before: Vec<f64>,
    has_before: bool,
}

snapshot!(ForwardModel { gains, angles_before, commands_before, has_before });

/// The sign of a number, 0 for 0.
pub(super) fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}

impl ForwardModel {
    pub fn new(parameters: ForwardModelChannel, n: usize) -> Self {
        let (angles_before, commands_before) = (vec![0.0; n], vec![0.0; n]);
        let gains = vec![parameters.start; n];
        Self { parameters, gains, angles_before, commands_before, has_before: false }
    }

    pub fn reset(&mut self) {
        self.angles_before.fill(0.0);
        self.commands_before.fill(0.0);
        self.has_before = false;
    }

    fn error(&self, joint: usize, angles: &[f64]) -> f64 {
        angles[joint] - self.angles_before[joint] - self.gains[joint] * self.commands_before[joint]
    }

    /// The signals of a step. `angles: [n_actuators]`
    pub fn signal(&self, step: u64, threshold: f64, angles: &[f64], fibers: &mut Fibers) {
        let p = &self.parameters;
        if !p.pulse.is_now(step) || !self.has_before {
            return;
        }
        for joint in 0..angles.len() {
            let error = self.error(joint, angles);
            let strength = (error.abs() / p.scale).min(1.0) * p.gain;
            if strength > threshold {
                let (push, pull) = if error > 0.0 { (0.0, strength) } else { (strength, 0.0) };
                fibers.raise(joint, push, pull);
            }
        }
    }

    /// Keeps the step, and learns from it at a pulse. `[n_actuators]` each
    pub fn advance(&mut self, step: u64, angles: &[f64], commands: &[f64], learns: bool) {
        let p = self.parameters;
        if learns && p.pulse.is_now(step) && self.has_before {
            for joint in 0..angles.len() {
                let change = p.rate * self.error(joint, angles) * sign(self.commands_before[joint]);
                let [least, most] = p.range;
                self.gains[joint] = (self.gains[joint] + change).clamp(least, most);
            }
        }
        self.angles_before.copy_from_slice(angles);
        self.commands_before.copy_from_slice(commands);
        self.has_before = true;
    }

    /// Mean size of the errors of a step, rad.
    pub fn mean_error(&self, angles: &[f64]) -> f64 {
        if !self.has_before {
            return 0.0;
        }
        (0..angles.len()).map(|joint| self.error(joint, angles).abs()).sum::<f64>() / angles.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::super::parameters::OliveParameters;
    use super::*;

    fn model() -> ForwardModel {
        ForwardModel::new(OliveParameters::default().forward_model, 2)
    }

    #[test]
    fn an_unpredicted_movement_signals_against_its_direction_and_moves_the_gain() {
        let mut model = model();
        model.advance(24, &[0.1, 0.2], &[0.5, -0.5], true);
        let angles = [0.15, 0.2];
        // e = 0.05 - 0.02 0.5 = 0.04 and 0.01: signals 0.4 0.04 / 0.05 and 0.4 0.01 / 0.05.
        let mut signals = [0.0; 4];
        model.signal(25, 0.05, &angles, &mut Fibers(&mut signals));
        for (found, expected) in signals.iter().zip([0.0, 0.32, 0.0, 0.08]) {
            assert!((found - expected).abs() < 1e-12, "{signals:?}");
        }
        assert!((model.mean_error(&angles) - 0.025).abs() < 1e-12);
        model.advance(25, &angles, &[0.0; 2], true);
        assert!((model.gains[0] - 0.02004).abs() < 1e-12 && (model.gains[1] - 0.01999).abs() < 1e-12);
    }

    #[test]
    fn between_pulses_before_the_second_step_and_below_the_threshold_it_is_silent() {
        let mut model = model();
        let mut signals = [0.0; 4];
        model.signal(25, 0.05, &[1.0, 1.0], &mut Fibers(&mut signals));
        model.advance(0, &[0.0; 2], &[0.0; 2], true);
        model.signal(26, 0.05, &[1.0, 1.0], &mut Fibers(&mut signals));
        model.signal(25, 0.05, &[0.006, 0.006], &mut Fibers(&mut signals));
        assert_eq!(signals, [0.0; 4]);
        model.signal(25, 0.05, &[-1.0, 0.0], &mut Fibers(&mut signals));
        assert_eq!(signals, [0.4, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn the_gain_settles_where_prediction_is_right() {
        let mut model = model();
        let gain = 0.1;
        for step in 0..50 * 20_000 {
            // Commands alternate, movements follow with the gain in the step after.
            let u = if step % 2 == 0 { 0.8 } else { -0.8 };
            let q = if step % 2 == 0 { 0.0 } else { 0.8 * gain };
            model.advance(step, &[q, 0.0], &[u, 0.0], true);
        }
        assert!((model.gains[0] - gain).abs() < 1e-3, "{}", model.gains[0]);
        assert_eq!(model.gains[1], 0.02, "no command, nothing to be learned");
    }
}
