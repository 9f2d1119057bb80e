//! The inferior olive: ten channels of error onto the climbing fibers, in pulses.
//!
//! Each step begins at 0; each channel writes the larger of what is there and what it says; a signed error goes to the cell that pushes where
//! it is positive, to the one that pulls where it is negative; the sum is limited to 0 to 1.
//!
//! | channel | normalized error | onto |
//! |---|---|---|
//! | roll | roll / 0.3 rad | abduction, by side x 0.5 |
//! | pitch | pitch / 0.3 rad | thigh, by fore x 0.3 |
//! | height | (0.6 standing height - height) / 0.1 m, 0 to 1 | all that push x 0.3 |
//! | yaw | yaw rate / 1 rad/s | abduction, by diagonal x 0.2 |
//! | lateral | velocity to the left / 0.5 m/s | abduction, by side x 0.2 |
//! | velocity | (v* - v) / v*, 0 to 1; v* = max(0.15, 0.5 NE) m/s | all that push x 0.2, all that pull x 0.05 |
//! | vestibular | smoothed change of the angular velocity / 2 rad/s | roll as roll x 0.4, pitch as pitch x 0.3 |
//! | forward model | error of prediction / 0.05 rad | pull if positive, push if not, x 0.4 |
//! | navigation | turns that steering did not predict | no climbing fiber: the gain of the steering |
//! | obstacle | nearer than 0.1, 0.3, 0.8 m | push 0.9, graded to 0.7; in the outer range front abductions, graded to 0.4 |
//!
//! With the anatomical wiring, velocities and angular velocities are those of the body's frame; the original takes the world's, which
//! rotate away as the body turns. [`legs`] says which legs are reached.
//!
//! Source: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1); obstacle and gain search: v0.5.1.

mod forward_model;
mod legs;
mod navigation;
mod parameters;

pub use parameters::{
    Channel, ForwardModelChannel, GainSearch, HeightChannel, NavigationChannel, ObstacleChannel,
    OliveParameters, Pulse, VelocityChannel, VestibularChannel,
};

use super::sensors::Sensors;
use forward_model::ForwardModel;
use legs::{Fibers, Leg, legs};
use lobule_control::walking::{Body, Wiring};
use lobule_control::{Error, StateReader, StateWriter, snapshot};
use navigation::{Navigation, Search};

/// The inferior olive.
#[derive(Debug, Clone)]
pub(super) struct Olive {
    parameters: OliveParameters,
    legs: Vec<Leg>,
    forward_model: ForwardModel,
    navigation: Navigation,
    search: Search,
    /// Angular velocity at the pulse before, rad/s.
    turning_before: [f64; 3],
    /// Smoothed change of it.
    turning_change: [f64; 3],
    step: u64,
}

snapshot!(Olive { forward_model, navigation, search, turning_before, turning_change, step });

/// Velocity and angular velocity in the frame that the wiring asks for.
struct Motion {
    lateral: f64,
    forward: f64,
    turning: [f64; 3],
}

impl Olive {
    pub fn new(parameters: &OliveParameters, body: Body, n_actuators: usize) -> Self {
        Self {
            parameters: *parameters,
            legs: legs(parameters.wiring, body),
            forward_model: ForwardModel::new(parameters.forward_model, n_actuators),
            navigation: Navigation::new(parameters.navigation),
            search: Search::new(parameters.gain_search),
            turning_before: [0.0; 3],
            turning_change: [0.0; 3],
            step: 0,
        }
    }

    /// Goes back to birth, but for what was learned.
    pub fn reset(&mut self) {
        self.forward_model.reset();
        self.navigation.reset();
        self.search.reset();
        (self.turning_before, self.turning_change, self.step) = ([0.0; 3], [0.0; 3], 0);
    }

    /// Correction g of the steering's gain, the search for it included.
    pub fn steering_gain_correction(&self) -> f64 {
        self.navigation.correction + self.search.gain
    }

    /// Gains G of the forward model. `[n_actuators]`
    pub fn forward_gains(&self) -> &[f64] {
        &self.forward_model.gains
    }

    /// Mean size of the forward model's errors under these senses, rad.
    pub fn prediction_error(&self, sensors: &Sensors) -> f64 {
        self.forward_model.mean_error(sensors.joint_angles)
    }

    fn motion(&self, sensors: &Sensors) -> Motion {
        match self.parameters.wiring {
            Wiring::Paper => Motion {
                lateral: sensors.velocity[1],
                forward: sensors.forward_velocity,
                turning: sensors.angular_velocity,
            },
            Wiring::Anatomical => {
                let [forward, lateral, _] = sensors.to_body(sensors.velocity);
                Motion { lateral, forward, turning: sensors.to_body(sensors.angular_velocity) }
            }
        }
    }

    /// Change of the angular velocity after this step's, smoothed.
    fn change(&self, turning: [f64; 3]) -> [f64; 3] {
        let decay = self.parameters.vestibular.decay;
        std::array::from_fn(|i| {
            decay * self.turning_change[i] + (1.0 - decay) * (turning[i] - self.turning_before[i])
        })
    }

    /// Writes the signals of the climbing fibers of this step, and changes nothing. `[n_purkinje]`
    pub fn signal(&self, sensors: &Sensors, signals: &mut [f64]) {
        let (p, step) = (&self.parameters, self.step);
        signals.fill(0.0);
        let mut fibers = Fibers(signals);
        self.forward_model.signal(step, p.cf_threshold, sensors.joint_angles, &mut fibers);
        let motion = self.motion(sensors);
        let [roll, pitch, _] = sensors.euler;
        let error = |pulse: Pulse, sense: f64, scale: f64| {
            let error = (sense / scale).clamp(-1.0, 1.0);
            (pulse.is_now(step) && error.abs() > p.cf_threshold).then_some(error)
        };
        let of =
            |channel: &Channel, sense| error(channel.pulse, sense, channel.scale).map(|e| e * channel.gain);

        // By side and diagonal onto abductions, by fore onto thighs.
        let mut spread = |error: Option<f64>, joint: fn(&Leg) -> Option<usize>, sign: fn(&Leg) -> f64| {
            if let Some(error) = error {
                self.legs.iter().for_each(|leg| fibers.signed(joint(leg), error * sign(leg)));
            }
        };
        spread(of(&p.roll, roll), |leg| leg.abduction, |leg| leg.side);
        spread(of(&p.pitch, pitch), |leg| leg.thigh, |leg| leg.fore);
        spread(of(&p.yaw, motion.turning[2]), |leg| leg.abduction, |leg| leg.diagonal);
        spread(of(&p.lateral, motion.lateral), |leg| leg.abduction, |leg| leg.side);
        let [roll_change, pitch_change, _] = self.change(motion.turning);
        let vestibular = |change: f64, gain: f64| {
            error(p.vestibular.pulse, change, p.vestibular.scale).map(|error| error * gain)
        };
        let [roll_gain, pitch_gain] = p.vestibular.gain;
        spread(vestibular(roll_change, roll_gain), |leg| leg.abduction, |leg| leg.side);
        spread(vestibular(pitch_change, pitch_gain), |leg| leg.thigh, |leg| leg.fore);

        // Onto all joints.
        let mut all = |error: Option<f64>, push: f64, pull: f64| {
            if let Some(error) = error {
                (0..sensors.joint_angles.len())
                    .for_each(|joint| fibers.raise(joint, push * error, pull * error));
            }
        };
        let low = (p.height.fraction * p.height.standing_m - sensors.height).max(0.0);
        all(error(p.height.pulse, low, p.height.scale), p.height.gain, 0.0);
        let desired = p.velocity.least.max(p.velocity.aroused * sensors.norepinephrine);
        let slow = (desired - motion.forward).max(0.0);
        let [push, pull] = p.velocity.gain;
        all(error(p.velocity.pulse, slow, desired), push, pull);
        if p.obstacle.pulse.is_now(step)
            && let Some(range) = sensors.obstacle_range
        {
            self.avoid(range, &mut fibers);
        }
        fibers.0.iter_mut().for_each(|signal| *signal = signal.clamp(0.0, 1.0));
    }

    /// The obstacle's channel.
    fn avoid(&self, range: f64, fibers: &mut Fibers) {
        let p = &self.parameters.obstacle;
        let [collision, danger, warning] = p.ranges_m;
        let joints = fibers.0.len() / 2;
        let mut all = |push: f64, pull: f64| (0..joints).for_each(|joint| fibers.raise(joint, push, pull));
        if range < collision {
            all(p.push[0], p.pull[0]);
        } else if range < danger {
            let push = p.push[1] * (danger - range) / (danger - collision);
            all(push, push * p.pull[1]);
        } else if range < warning {
            let push = p.push[2] * (warning - range) / (warning - danger);
            for leg in self.legs.iter().filter(|leg| leg.is_front) {
                if let Some(joint) = leg.abduction {
                    fibers.raise(joint, push, push * p.pull[2]);
                }
            }
        }
    }

    /// Goes on to the next step, and learns what it learns.
    pub fn advance(&mut self, sensors: &Sensors, learns: bool) {
        let turning = self.motion(sensors).turning;
        if self.parameters.vestibular.pulse.is_now(self.step) {
            self.turning_change = self.change(turning);
            self.turning_before = turning;
        }
        self.forward_model.advance(self.step, sensors.joint_angles, sensors.command, learns);
        self.navigation.advance(self.step, sensors.target_heading, sensors.steering, learns);
        self.search.advance(turning[2], learns);
        self.step += 1;
    }

    pub fn write_learned(&self, to: &mut StateWriter) {
        to.put(&self.forward_model.gains);
        to.put(&self.navigation.heading_gain);
        to.put(&self.navigation.correction);
        to.put(&self.search.gain);
        to.put(&self.search.direction);
    }

    pub fn read_learned(&mut self, from: &mut StateReader) -> Result<(), Error> {
        from.take("gains of the forward model", &mut self.forward_model.gains)?;
        from.take("gain of the heading", &mut self.navigation.heading_gain)?;
        from.take("correction of the steering's gain", &mut self.navigation.correction)?;
        from.take("gain that was searched", &mut self.search.gain)?;
        from.take("direction of the search", &mut self.search.direction)
    }
}

#[cfg(test)]
mod tests;
