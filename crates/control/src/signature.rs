//! The signature of a plant: named channels with unit, range, noise and delay. It is plain data, so that a body described
//! in a file or in another language signs in the same way as one written in Rust.

use crate::Error;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// A sense or a command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// Name, unique among the senses or the commands of a plant.
    pub name: String,
    /// Unit; `1` for none.
    #[serde(default = "no_unit")]
    pub unit: String,
    /// Lowest and highest value, infinite where there is no bound. A command outside is clamped by the loop, which
    /// counts it; the range of a sense is for whoever reads it.
    #[serde(default = "unbounded")]
    pub range: [f64; 2],
    /// Standard deviation of the white noise that the loop adds, one draw a tick; 0 for none. Senses only.
    #[serde(default)]
    pub noise_sd: f64,
    /// Delay in the loop besides the loop's own, s: a whole number of ticks.
    #[serde(default)]
    pub delay_s: f64,
}

fn no_unit() -> String {
    "1".into()
}

fn unbounded() -> [f64; 2] {
    [f64::NEG_INFINITY, f64::INFINITY]
}

impl Channel {
    /// A channel without bounds, noise or delay.
    pub fn new(name: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { name: name.into(), unit: unit.into(), range: unbounded(), noise_sd: 0.0, delay_s: 0.0 }
    }

    /// The same, bounded.
    pub fn within(mut self, range: [f64; 2]) -> Self {
        self.range = range;
        self
    }
}

/// Name, senses and commands of a plant.
///
/// # Example: a joint whose angle is measured with noise and whose motor is bounded
/// ```
/// use lobule_control::{Channel, Signature};
///
/// let angle = Channel { noise_sd: 0.01, ..Channel::new("angle", "rad") };
/// let torque = Channel::new("torque", "N m").within([-2.0, 2.0]);
/// let joint = Signature { name: "joint".into(), senses: vec![angle], commands: vec![torque] };
/// assert!(joint.check().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Name for messages and reports.
    pub name: String,
    /// Senses, in order.
    pub senses: Vec<Channel>,
    /// Commands, in order.
    pub commands: Vec<Channel>,
}

impl Signature {
    /// Channels by name and unit, without bounds, noise or delay.
    pub fn new(name: impl Into<String>, senses: &[(&str, &str)], commands: &[(&str, &str)]) -> Self {
        let channels = |pairs: &[(&str, &str)]| pairs.iter().map(|(n, u)| Channel::new(*n, *u)).collect();
        Self { name: name.into(), senses: channels(senses), commands: channels(commands) }
    }

    /// Checks that names are unique and not empty, ranges in order, noise and delays at least 0, and that something is
    /// sensed and commanded.
    ///
    /// # Errors
    /// [`Error::Description`] and [`Error::Parameter`] naming the channel.
    pub fn check(&self) -> Result<(), Error> {
        let wrong = |what: String| Err(Error::Description { part: self.name.clone().into(), what });
        if self.name.trim().is_empty() {
            return Err(Error::Description { part: "plant".into(), what: "it needs a name".into() });
        }
        let ranges = Ranges::of(self.name.clone());
        for (kind, channels) in [("sense", &self.senses), ("command", &self.commands)] {
            if channels.is_empty() {
                return wrong(format!("it has no {kind}; at least one is needed"));
            }
            for (i, channel) in channels.iter().enumerate() {
                let Channel { name, unit, range: [low, high], noise_sd, delay_s } = channel;
                if name.trim().is_empty() || unit.trim().is_empty() {
                    return wrong(format!("{kind} {i} needs a name and a unit; the unit 1 stands for none"));
                }
                if channels[..i].iter().any(|other| other.name == *name) {
                    return wrong(format!("two channels are called {kind} `{name}`; names are unique"));
                }
                let of = |what: &str| format!("{what} of {kind} `{name}`");
                // Not finite is allowed here: infinite bounds are none.
                if low.is_nan() || high.is_nan() || low >= high {
                    let what = of("range");
                    return wrong(format!("{what} is {low} to {high}; the first is below the second"));
                }
                ranges.require(*noise_sd >= 0.0, of("noise_sd"), *noise_sd, "at least 0 and finite")?;
                ranges.require(*delay_s >= 0.0, of("delay_s"), *delay_s, "at least 0 s and finite")?;
                if kind == "command" && *noise_sd > 0.0 {
                    let what = of("noise_sd");
                    return wrong(format!("{what} is {noise_sd}; only senses are noisy here: set it to 0"));
                }
            }
        }
        Ok(())
    }

    /// Names of the senses, in order.
    pub fn sense_names(&self) -> impl Iterator<Item = &str> {
        self.senses.iter().map(|c| c.name.as_str())
    }

    /// Names of the commands, in order.
    pub fn command_names(&self) -> impl Iterator<Item = &str> {
        self.commands.iter().map(|c| c.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_that_does_not_hold_together_is_refused_by_channel() {
        let good = || Signature::new("wheel", &[("angle", "rad"), ("speed", "rad/s")], &[("torque", "N m")]);
        assert!(good().check().is_ok());
        type Damage<'a> = (&'a str, &'a dyn Fn(&mut Signature));
        let wrong: [Damage; 7] = [
            ("name", &|s| s.name.clear()),
            ("no command", &|s| s.commands.clear()),
            ("`angle`", &|s| s.senses[1].name = "angle".into()),
            ("range of sense `speed` is 1 to 1", &|s| s.senses[1].range = [1.0, 1.0]),
            ("noise_sd of sense `angle` = -1", &|s| s.senses[0].noise_sd = -1.0),
            ("delay_s of command `torque` = NaN", &|s| s.commands[0].delay_s = f64::NAN),
            ("only senses are noisy", &|s| s.commands[0].noise_sd = 0.1),
        ];
        for (text, change) in wrong {
            let mut signature = good();
            change(&mut signature);
            let error = signature.check().unwrap_err().to_string();
            assert!(error.contains(text), "{error}");
        }
    }
}
