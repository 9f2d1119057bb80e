//! A plant by some of its channels.

use super::{Plant, Status};
use crate::{Channel, Error, Signature, Snapshot, StateReader, StateWriter};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// A channel of a plant, and how it is counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// Name of the channel.
    pub channel: String,
    /// Value that counts as 1, in the channel's unit; negative for a channel that counts the other way round.
    #[serde(default = "one")]
    pub unit: f64,
    /// Value that counts as 0, in the channel's unit.
    #[serde(default)]
    pub zero: f64,
}

fn one() -> f64 {
    1.0
}

/// A channel of the whole plant: its place, the unit and the zero.
#[derive(Debug, Clone, Copy)]
struct Place {
    index: usize,
    unit: f64,
    zero: f64,
}

/// A plant by some of its senses and commands, each in a unit of its own: a body with many channels for a controller of few. Commands that
/// are left out are 0, or the end of their range that is closest to it.
///
/// # Example: the shoulder of an arm, in degrees
/// ```
/// use lobule_control::plant::{Counted, Excerpt, ReachingArm, TwoLink};
/// use lobule_control::Plant;
///
/// let arm = ReachingArm::new(TwoLink::HUMAN, [[2.3, 0.9], [0.9, 2.4]], [0.0, 0.45])?;
/// let degrees = Counted { channel: "shoulder".into(), unit: 1f64.to_radians(), zero: 0.0 };
/// let torque = Counted { channel: "shoulder torque".into(), unit: 1.0, zero: 0.0 };
/// let shoulder = Excerpt::new(Box::new(arm), &[degrees], &[torque])?;
/// let mut angle = [0.0];
/// shoulder.sense(&mut angle);
/// assert!((angle[0] - 41.24).abs() < 0.01);
/// # Ok::<(), lobule_control::Error>(())
/// ```
pub struct Excerpt {
    plant: Box<dyn Plant>,
    signature: Signature,
    senses: Vec<Place>,
    commands: Vec<Place>,
    /// What the whole plant senses and is commanded.
    sensed: Vec<f64>,
    commanded: Vec<f64>,
}

impl std::fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Excerpt").field("signature", &self.signature).finish_non_exhaustive()
    }
}

impl Excerpt {
    /// These channels of a plant, in this order.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a channel that the plant does not have, with those that it has; [`Error::Parameter`] for a unit of 0 and for
    /// numbers that are not finite; [`Error::Description`] for a channel that is named twice, and for none.
    pub fn new(plant: Box<dyn Plant>, senses: &[Counted], commands: &[Counted]) -> Result<Self, Error> {
        let of = plant.signature().clone();
        let (senses, sense_channels) = chosen(&of.name, "sense", &of.senses, senses)?;
        let (commands, command_channels) = chosen(&of.name, "command", &of.commands, commands)?;
        let signature =
            Signature { name: of.name.clone(), senses: sense_channels, commands: command_channels };
        signature.check()?;
        // Not `clamp`, which panics on a range that is not one.
        let held = |channel: &Channel| 0.0_f64.max(channel.range[0]).min(channel.range[1]);
        let mut excerpt = Self {
            commanded: of.commands.iter().map(held).collect(),
            sensed: vec![0.0; of.senses.len()],
            plant,
            signature,
            senses,
            commands,
        };
        excerpt.plant.sense(&mut excerpt.sensed);
        Ok(excerpt)
    }
}

/// Places of the chosen channels, and the channels as they are counted.
fn chosen(
    plant: &str,
    kind: &'static str,
    all: &[Channel],
    chosen: &[Counted],
) -> Result<(Vec<Place>, Vec<Channel>), Error> {
    let ranges = Ranges::of(plant.to_string());
    let one = |counted: &Counted| {
        let Counted { channel, unit, zero } = counted;
        let unknown = || Error::unknown(kind, channel, all.iter().map(|c| c.name.as_str()));
        let index = all.iter().position(|c| c.name == *channel).ok_or_else(unknown)?;
        let is_unit = *unit != 0.0 && unit.is_finite();
        ranges.require(is_unit, format!("unit of {kind} `{channel}`"), *unit, "not 0, and finite")?;
        ranges.require(zero.is_finite(), format!("zero of {kind} `{channel}`"), *zero, "a finite number")?;
        let counts = |value: f64| (value - zero) / unit;
        let of = &all[index];
        let ends = of.range.map(counts);
        let range = if *unit > 0.0 { ends } else { [ends[1], ends[0]] };
        let noise_sd = of.noise_sd / unit.abs();
        let unit_name =
            if (*unit, *zero) == (1.0, 0.0) { of.unit.clone() } else { format!("{unit} {}", of.unit) };
        let channel = Channel { range, noise_sd, unit: unit_name, ..of.clone() };
        Ok((Place { index, unit: *unit, zero: *zero }, channel))
    };
    chosen.iter().map(one).collect::<Result<Vec<_>, _>>().map(|all| all.into_iter().unzip())
}

impl Plant for Excerpt {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn reset(&mut self, seed: Option<u64>) {
        self.plant.reset(seed);
        self.plant.sense(&mut self.sensed);
    }

    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        assert_eq!(
            command.len(),
            self.commands.len(),
            "one command for each channel of {}",
            self.signature.name
        );
        for (value, place) in command.iter().zip(&self.commands) {
            self.commanded[place.index] = place.zero + place.unit * value;
        }
        self.plant.advance(&self.commanded, dt_s)?;
        self.plant.sense(&mut self.sensed);
        Ok(())
    }

    fn sense(&self, out: &mut [f64]) {
        assert_eq!(out.len(), self.senses.len(), "one place for each sense of {}", self.signature.name);
        for (value, place) in out.iter_mut().zip(&self.senses) {
            *value = (self.sensed[place.index] - place.zero) / place.unit;
        }
    }

    fn status(&self) -> Status {
        self.plant.status()
    }

    fn fits(&self, dt_s: f64) -> Result<(), Error> {
        self.plant.fits(dt_s)
    }
}

/// The state of the whole plant.
impl Snapshot for Excerpt {
    fn write_state(&self, to: &mut StateWriter) {
        self.plant.write_state(to);
    }

    fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
        self.plant.read_state(from)?;
        self.plant.sense(&mut self.sensed);
        Ok(())
    }
}
