//! Differences of a body from its file: a load, identified friction, another floor.

use crate::library::{Model, Object};
use crate::{Error, find};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// A difference from the file. Names are those of the model; an empty list of joints or geoms stands for all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case", deny_unknown_fields)]
pub enum Adjustment {
    /// Masses of bodies.
    Bodies {
        /// Names.
        bodies: Vec<String>,
        /// Factor of the mass.
        #[serde(default = "one")]
        mass: f64,
        /// Factor of the moments of inertia.
        #[serde(default = "one")]
        inertia: f64,
        /// Shift of the center of mass, m, in the body's axes.
        #[serde(default)]
        shift_m: [f64; 3],
    },
    /// Passive properties of hinges and slides.
    Joints {
        /// Names.
        #[serde(default)]
        joints: Vec<String>,
        /// Damping, N m s/rad or N s/m.
        #[serde(default)]
        damping: Option<f64>,
        /// Dry friction, N m or N.
        #[serde(default)]
        friction_loss: Option<f64>,
        /// Inertia of the rotor, kg m² or kg.
        #[serde(default)]
        armature: Option<f64>,
    },
    /// Friction of surfaces.
    Geoms {
        /// Names.
        #[serde(default)]
        geoms: Vec<String>,
        /// Sliding friction.
        #[serde(default)]
        sliding: Option<f64>,
        /// Torsional friction, m.
        #[serde(default)]
        torsional: Option<f64>,
        /// Rolling friction, m.
        #[serde(default)]
        rolling: Option<f64>,
    },
}

fn one() -> f64 {
    1.0
}

impl Adjustment {
    pub(crate) fn check(&self, part: &str) -> Result<(), Error> {
        let ranges = Ranges::of(part.to_string());
        match self {
            Self::Bodies { bodies, mass, inertia, shift_m } => {
                if bodies.is_empty() {
                    return Err(crate::refuse(
                        part,
                        "an adjustment of bodies names none; list them in `bodies`",
                    ));
                }
                let factors = [("mass", *mass), ("inertia", *inertia)];
                ranges.each(factors, |f| (1e-3..=1e3).contains(&f), "a factor of 0.001 to 1000")?;
                Ok(ranges.all("shift_m", *shift_m, |m| m.abs() <= 10.0, "-10 to 10 m")?)
            }
            Self::Joints { damping, friction_loss, armature, .. } => {
                let given = [("damping", damping), ("friction_loss", friction_loss), ("armature", armature)];
                given_ones(&ranges, given, 1e6, "0 to 1000000")
            }
            Self::Geoms { sliding, torsional, rolling, .. } => {
                let given = [("sliding", sliding), ("torsional", torsional), ("rolling", rolling)];
                given_ones(&ranges, given, 100.0, "0 to 100")
            }
        }
    }

    pub(crate) fn apply(&self, model: &mut Model, part: &str) -> Result<(), Error> {
        match self {
            Self::Bodies { bodies, mass, inertia, shift_m } => {
                for name in bodies {
                    let body = find(model, part, Object::Body, name)?;
                    model.body_mass_mut()[body] *= mass;
                    model.body_inertia_mut()[body].iter_mut().for_each(|moment| *moment *= inertia);
                    let center = &mut model.body_center_mut()[body];
                    center.iter_mut().zip(shift_m).for_each(|(place, shift)| *place += shift);
                }
            }
            Self::Joints { joints, damping, friction_loss, armature } => {
                let numbers = numbers(model, part, Object::Joint, joints)?;
                let axes: Vec<usize> = numbers.into_iter().filter_map(|joint| model.axis(joint)).collect();
                set(model.damping_mut(), &axes, *damping);
                set(model.friction_loss_mut(), &axes, *friction_loss);
                set(model.armature_mut(), &axes, *armature);
            }
            Self::Geoms { geoms, sliding, torsional, rolling } => {
                for geom in numbers(model, part, Object::Geom, geoms)? {
                    let friction = &mut model.geom_friction_mut()[geom];
                    for (value, given) in friction.iter_mut().zip([sliding, torsional, rolling]) {
                        *value = given.unwrap_or(*value);
                    }
                }
            }
        }
        Ok(())
    }
}

fn given_ones(
    ranges: &Ranges,
    given: [(&'static str, &Option<f64>); 3],
    most: f64,
    allowed: &'static str,
) -> Result<(), Error> {
    let given = given.into_iter().filter_map(|(name, value)| value.map(|value| (name, value)));
    Ok(ranges.each(given, |value| (0.0..=most).contains(&value), allowed)?)
}

/// Numbers of the named objects, or of all.
fn numbers(model: &Model, part: &str, object: Object, names: &[String]) -> Result<Vec<usize>, Error> {
    if names.is_empty() {
        return Ok((0..model.count(object)).collect());
    }
    names.iter().map(|name| find(model, part, object, name)).collect()
}

fn set(values: &mut [f64], places: &[usize], given: Option<f64>) {
    if let Some(given) = given {
        places.iter().for_each(|&place| values[place] = given);
    }
}
