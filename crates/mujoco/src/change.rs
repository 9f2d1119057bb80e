//! Events in the course of a trial: pushes, loads, motors that weaken.

use crate::library::{Data, Model, Object};
use crate::{Error, find, refuse};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Axes in which a force is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frame {
    /// Those of the world: a load hangs down whatever the body does.
    #[default]
    World,
    /// Those of the body.
    Body,
    /// Those of the body turned upright: x along its heading, z up. A push from the side comes from the side of a rolled body, too.
    Heading,
}

/// An event with its beginning and end, s since the start of the trial. An end that is left out is that of the trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// A force: a push if it is short, a load if it stays.
    Force {
        /// Body that it acts on.
        body: String,
        /// Force, N.
        force_n: [f64; 3],
        /// Its axes.
        #[serde(default)]
        frame: Frame,
        /// Point of the body at which it acts, m, in the body's axes.
        #[serde(default)]
        at_m: [f64; 3],
        /// Beginning, s.
        #[serde(default)]
        from_s: f64,
        /// End, s.
        #[serde(default)]
        to_s: Option<f64>,
    },
    /// Actuators of another strength.
    Strength {
        /// Names; several changes at a time multiply.
        actuators: Vec<String>,
        /// Factor of the control, after its bounds.
        factor: f64,
        /// Beginning, s.
        #[serde(default)]
        from_s: f64,
        /// End, s.
        #[serde(default)]
        to_s: Option<f64>,
    },
}

/// A change by numbers.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    from_s: f64,
    to_s: f64,
    act: Act,
}

#[derive(Debug, Clone)]
enum Act {
    Force { body: usize, force_n: [f64; 3], frame: Frame, at_m: [f64; 3] },
    Strength { actuators: Vec<usize>, factor: f64 },
}

impl Change {
    fn times(&self) -> (f64, Option<f64>) {
        let (Self::Force { from_s, to_s, .. } | Self::Strength { from_s, to_s, .. }) = self;
        (*from_s, *to_s)
    }

    pub(crate) fn check(&self, part: &str) -> Result<(), Error> {
        let ranges = Ranges::of(part.to_string());
        let (from_s, to_s) = self.times();
        ranges.require(from_s >= 0.0, "changes.from_s", from_s, "0 s or more")?;
        if let Some(to_s) = to_s {
            ranges.require(to_s > from_s, "changes.to_s", to_s, format!("later than from_s = {from_s} s"))?;
        }
        match self {
            Self::Force { force_n, at_m, .. } => {
                ranges.all("changes.force_n", *force_n, |n| n.abs() <= 1e6, "-1000000 to 1000000 N")?;
                Ok(ranges.all("changes.at_m", *at_m, |m| m.abs() <= 100.0, "-100 to 100 m")?)
            }
            Self::Strength { actuators, factor, .. } => {
                if actuators.is_empty() {
                    return Err(refuse(
                        part,
                        "a change of strength names no actuator; list them in `actuators`",
                    ));
                }
                Ok(ranges.require((0.0..=10.0).contains(factor), "changes.factor", *factor, "0 to 10")?)
            }
        }
    }

    pub(crate) fn compile(&self, model: &Model, part: &str) -> Result<Event, Error> {
        let (from_s, to_s) = self.times();
        let act = match self {
            Self::Force { body, force_n, frame, at_m, .. } => {
                let body = find(model, part, Object::Body, body)?;
                Act::Force { body, force_n: *force_n, frame: *frame, at_m: *at_m }
            }
            Self::Strength { actuators, factor, .. } => {
                let number = |name: &String| find(model, part, Object::Actuator, name);
                let actuators = actuators.iter().map(number).collect::<Result<_, _>>()?;
                Act::Strength { actuators, factor: *factor }
            }
        };
        Ok(Event { from_s, to_s: to_s.unwrap_or(f64::INFINITY), act })
    }
}

impl Event {
    /// Adds what it does to forces and strengths, if it goes on at that time.
    pub(crate) fn act(&self, time_s: f64, data: &mut Data, strengths: &mut [f64]) {
        // Times that are whole physics steps on paper are so here, too.
        let slack = 1e-9;
        if time_s + slack < self.from_s || time_s + slack >= self.to_s {
            return;
        }
        match &self.act {
            Act::Strength { actuators, factor } => actuators.iter().for_each(|&k| strengths[k] *= factor),
            Act::Force { body, force_n, frame, at_m } => {
                let orientation = data.orientations()[*body];
                let force = match frame {
                    Frame::World => *force_n,
                    Frame::Body => rotated(orientation, *force_n),
                    Frame::Heading => about_vertical(orientation, *force_n),
                };
                let lever = rotated(orientation, *at_m);
                let (place, center) = (data.places_m()[*body], data.centers_m()[*body]);
                let lever: [f64; 3] = std::array::from_fn(|i| place[i] + lever[i] - center[i]);
                let torque = cross(lever, force);
                let sum = &mut data.forces_mut()[*body];
                for i in 0..3 {
                    sum[i] += force[i];
                    sum[3 + i] += torque[i];
                }
            }
        }
    }
}

/// A vector of the body in the world's axes.
pub(crate) fn rotated([w, x, y, z]: [f64; 4], v: [f64; 3]) -> [f64; 3] {
    let axis = [x, y, z];
    let t = cross(axis, v).map(|c| 2.0 * c);
    let u = cross(axis, t);
    std::array::from_fn(|i| v[i] + w * t[i] + u[i])
}

/// A vector turned about the vertical by the heading of the body: the direction of its x axis on the ground.
fn about_vertical(orientation: [f64; 4], v: [f64; 3]) -> [f64; 3] {
    let [x, y, _] = rotated(orientation, [1.0, 0.0, 0.0]);
    let length = (x * x + y * y).sqrt();
    // A body that stands on its head or tail has no heading.
    let [cos, sin] = if length > 1e-9 { [x / length, y / length] } else { [1.0, 0.0] };
    [cos * v[0] - sin * v[1], sin * v[0] + cos * v[1], v[2]]
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_of_a_body_turn_with_it() {
        let half = std::f64::consts::FRAC_1_SQRT_2;
        let close = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12);
        // A quarter turn to the left: forward points along y.
        let left = [half, 0.0, 0.0, half];
        assert!(close(rotated(left, [1.0, 0.0, 0.0]), [0.0, 1.0, 0.0]));
        assert!(close(about_vertical(left, [0.0, 2.0, 5.0]), [-2.0, 0.0, 5.0]));
        // A quarter turn about the forward axis: left points up, but a push from the left stays level.
        let rolled = [half, half, 0.0, 0.0];
        assert!(close(rotated(rolled, [0.0, 1.0, 0.0]), [0.0, 0.0, 1.0]));
        assert!(close(about_vertical(rolled, [0.0, 1.0, 0.0]), [0.0, 1.0, 0.0]));
    }
}
