//! Senses and commands of a model: its sensors and actuators by name.

use crate::library::{Kind, Model, Object};
use crate::{Error, refuse};
use lobule_control::{Channel, Signature};

/// Senses of a model that are used, in order: places among the values of its sensors.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    pub signature: Signature,
    pub places: Vec<usize>,
}

/// The signature of a model. With a servo, commands are joint targets.
pub(crate) fn of(model: &Model, name: &str, chosen: &[String], has_servo: bool) -> Result<Signed, Error> {
    let (all, places) = senses(model, name)?;
    let commands = commands(model, name, has_servo)?;
    let (senses, places) =
        if chosen.is_empty() { (all, places) } else { choose(name, &all, &places, chosen)? };
    let signature = Signature { name: name.into(), senses, commands };
    signature.check()?;
    Ok(Signed { signature, places })
}

fn senses(model: &Model, name: &str) -> Result<(Vec<Channel>, Vec<usize>), Error> {
    if model.count(Object::Sensor) == 0 {
        return Err(refuse(
            name,
            "it has no sensor; add a `<sensor>` with, e.g., `<jointpos name=\"...\" joint=\"...\"/>`",
        ));
    }
    let (mut channels, mut places) = (Vec::new(), Vec::new());
    for sensor in 0..model.count(Object::Sensor) {
        let called = model
            .name(Object::Sensor, sensor)
            .ok_or_else(|| refuse(name, format!("sensor {sensor} (from 0) has no name; give it one")))?;
        let (kind, dimension) = (model.sensor_kind(sensor), model.sensor_dimension()[sensor] as usize);
        let (unit, parts) = described(kind);
        let range = range(model, sensor, kind);
        for k in 0..dimension {
            let channel = match parts.get(k) {
                _ if dimension == 1 => called.clone(),
                Some(part) if dimension == parts.len() => format!("{called} {part}"),
                _ => format!("{called} {k}"),
            };
            let noise_sd = model.sensor_noise()[sensor];
            channels.push(Channel { range, noise_sd, ..Channel::new(channel, unit) });
            places.push(model.sensor_address()[sensor] as usize + k);
        }
    }
    Ok((channels, places))
}

/// Unit of a sensor, and names of its parts.
fn described(kind: Kind) -> (&'static str, &'static [&'static str]) {
    const XYZ: &[&str] = &["x", "y", "z"];
    match kind {
        Kind::Angle => ("rad", &[]),
        Kind::Length => ("m", &[]),
        Kind::AngularSpeed => ("rad/s", &[]),
        Kind::Speed => ("m/s", &[]),
        Kind::Place => ("m", XYZ),
        Kind::Direction => ("1", XYZ),
        Kind::Quaternion => ("1", &["w", "x", "y", "z"]),
        Kind::Velocity => ("m/s", XYZ),
        Kind::AngularVelocity => ("rad/s", XYZ),
        Kind::Acceleration => ("m/s2", XYZ),
        Kind::AngularAcceleration => ("rad/s2", XYZ),
        Kind::Force => ("N", XYZ),
        Kind::ContactForce => ("N", &["normal", "tangent 1", "tangent 2"]),
        Kind::Torque => ("N m", XYZ),
        Kind::FieldStrength => ("T", XYZ),
        Kind::AngularMomentum => ("kg m2/s", XYZ),
        Kind::Energy => ("J", &[]),
        Kind::Time => ("s", &[]),
        Kind::Other => ("1", &[]),
    }
}

/// Range of a sensor: its cutoff; of a joint's position, its limits.
fn range(model: &Model, sensor: usize, kind: Kind) -> [f64; 2] {
    let cutoff = model.sensor_cutoff()[sensor];
    if cutoff > 0.0 {
        return [if model.sensor_is_positive(sensor) { 0.0 } else { -cutoff }, cutoff];
    }
    let is_position = matches!(kind, Kind::Angle | Kind::Length);
    let limits =
        model.sensed_joint(sensor).filter(|_| is_position).and_then(|joint| model.joint_limits(joint));
    limits.unwrap_or([f64::NEG_INFINITY, f64::INFINITY])
}

fn commands(model: &Model, name: &str, has_servo: bool) -> Result<Vec<Channel>, Error> {
    let actuators = model.count(Object::Actuator);
    if actuators == 0 {
        return Err(refuse(
            name,
            "it has no actuator; add an `<actuator>` with, e.g., `<motor name=\"...\" joint=\"...\"/>`",
        ));
    }
    let command = |k: usize| {
        let called = model
            .name(Object::Actuator, k)
            .ok_or_else(|| refuse(name, format!("actuator {k} (from 0) has no name; give it one")))?;
        let controls = model.control_count()[k];
        if controls != 1 || model.control_address()[k] as usize != k {
            let what = format!(
                "actuator `{called}` takes {controls} controls; only actuators with one are supported"
            );
            return Err(refuse(name, what));
        }
        let joint = model.driven_joint(k);
        let unit_of = |rotates: &'static str, slides: &'static str| match joint {
            Some(joint) if model.rotates(joint) => rotates,
            Some(_) => slides,
            None => "1",
        };
        if has_servo {
            let limits = joint.and_then(|joint| model.joint_limits(joint));
            let channel = Channel::new(called, unit_of("rad", "m"));
            return Ok(limits.map_or(channel.clone(), |limits| channel.within(limits)));
        }
        let unit = if model.is_motor(k) {
            unit_of("N m", "N")
        } else if model.is_position_servo(k) {
            unit_of("rad", "m")
        } else {
            "1"
        };
        Ok(Channel::new(called, unit).within(model.bounds(k)))
    };
    (0..actuators).map(command).collect()
}

fn choose(
    name: &str,
    all: &[Channel],
    places: &[usize],
    chosen: &[String],
) -> Result<(Vec<Channel>, Vec<usize>), Error> {
    let find = |wanted: &String| {
        let found = all.iter().position(|channel| channel.name == *wanted).ok_or_else(|| {
            let known = all.iter().map(|channel| channel.name.as_str()).collect::<Vec<_>>().join(", ");
            refuse(name, format!("`{wanted}` is not sensed; there are {known}"))
        })?;
        Ok((all[found].clone(), places[found]))
    };
    chosen.iter().map(find).collect::<Result<Vec<_>, Error>>().map(|pairs| pairs.into_iter().unzip())
}
