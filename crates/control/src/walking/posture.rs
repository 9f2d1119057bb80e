//! The posture of a body and how it changes: a chain from the back to the feet.
//!
//! ```text
//! up < 0 supine -> rolling        up < 0.35 prone -> pushing up      up < 0.7 crouching -> rising
//! up < 0.85 destabilized if it stood before, else rising            else walking if v > 0.02 m/s, else standing
//! ```
//! A posture lasts for 20 ticks at least in which the body looks like it, a fall on the back excepted; ticks in which it looks
//! otherwise do not count. Supine, prone and crouching bodies go on to rolling, pushing up and rising after 20 ticks.
//!
//! Source: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1).

use crate::{Error, Snapshot, StateReader, StateWriter};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Longest rolling, pushing up and rising, ticks. Source: as above.
const LONGEST: [u64; 3] = [80, 200, 150];

/// A posture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Posture {
    /// On the back.
    Supine,
    /// From the back to the belly.
    Rolling,
    /// On the belly.
    Prone,
    /// Lifting the trunk.
    PushingUp,
    /// Legs below the trunk.
    Crouching,
    /// Extending them.
    Rising,
    /// On the feet, at rest.
    #[default]
    Standing,
    /// On the feet, moving forward.
    Walking,
    /// On the feet, tilted.
    Destabilized,
}

impl Posture {
    /// All, in order.
    pub const ALL: [Self; 9] = [
        Self::Supine,
        Self::Rolling,
        Self::Prone,
        Self::PushingUp,
        Self::Crouching,
        Self::Rising,
        Self::Standing,
        Self::Walking,
        Self::Destabilized,
    ];
}

impl Snapshot for Posture {
    fn write_state(&self, to: &mut StateWriter) {
        to.put(&(*self as u8));
    }

    fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
        let mut number = 0_u8;
        from.take("posture", &mut number)?;
        let wrong = || Error::State { part: "posture".into(), what: format!("there is no posture {number}") };
        *self = *Self::ALL.get(usize::from(number)).ok_or_else(wrong)?;
        Ok(())
    }
}

/// Borders between postures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Postures {
    /// Uprightness below which a body is supine.
    pub supine: f64,
    /// Uprightness below which it is prone.
    pub prone: f64,
    /// Uprightness below which it crouches.
    pub crouching: f64,
    /// Uprightness below which it is destabilized.
    pub standing: f64,
    /// Forward speed above which it walks, m/s.
    pub walking_speed: f64,
    /// Ticks of a posture before it can change.
    pub least_ticks: u64,
}

impl Default for Postures {
    fn default() -> Self {
        Self {
            supine: 0.0,
            prone: 0.35,
            crouching: 0.7,
            standing: 0.85,
            walking_speed: 0.02,
            least_ticks: 20,
        }
    }
}

impl Postures {
    /// Checks that the borders rise.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the border.
    pub fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of("postures");
        let borders = [
            ("supine", -1.0, self.supine),
            ("prone", self.supine, self.prone),
            ("crouching", self.prone, self.crouching),
            ("standing", self.crouching, self.standing),
            ("1", self.standing, 1.0),
        ];
        for (name, below, border) in borders {
            ranges.require(
                below <= border,
                name,
                border,
                format!("at least {below}, the border below it"),
            )?;
        }
        Ok(ranges.require(
            self.walking_speed >= 0.0,
            "walking_speed",
            self.walking_speed,
            "at least 0 m/s",
        )?)
    }
}

/// The chain of postures.
#[derive(Debug, Clone, PartialEq)]
pub struct PostureChain {
    borders: Postures,
    posture: Posture,
    /// Ticks of this posture.
    ticks: u64,
    /// Fallen ticks in a row, from the moment on the back.
    fallen: u64,
    /// Side to roll to: 1 or -1.
    roll_to: f64,
}

crate::snapshot!(PostureChain { posture, ticks, fallen, roll_to });

impl PostureChain {
    /// A body that stands.
    ///
    /// # Errors
    /// As [`Postures::check`].
    pub fn new(borders: Postures) -> Result<Self, Error> {
        borders.check()?;
        Ok(Self { borders, posture: Posture::Standing, ticks: 0, fallen: 0, roll_to: 1.0 })
    }

    /// Stands again.
    pub fn reset(&mut self) {
        (self.posture, self.ticks, self.fallen, self.roll_to) = (Posture::Standing, 0, 0, 1.0);
    }

    /// The posture.
    pub fn posture(&self) -> Posture {
        self.posture
    }

    /// Fallen ticks in a row.
    pub fn fallen_ticks(&self) -> u64 {
        self.fallen
    }

    /// Side to roll to: 1 or -1.
    pub fn roll_to(&self) -> f64 {
        self.roll_to
    }

    /// Takes a tick and gives the posture.
    pub fn advance(&mut self, upright: f64, speed: f64, roll: f64, is_fallen: bool) -> Posture {
        self.fallen = if is_fallen { self.fallen + 1 } else { 0 };
        let mut next = self.looks_like(upright, speed.abs());
        let is_early = self.ticks < self.borders.least_ticks;
        if is_early && next != self.posture && upright >= self.borders.supine {
            return self.posture;
        }
        if next == Posture::Supine && self.posture != Posture::Supine {
            self.fallen = 0;
        }
        if self.ticks > self.borders.least_ticks {
            match self.posture {
                Posture::Supine => {
                    self.roll_to = if roll >= 0.0 { 1.0 } else { -1.0 };
                    next = Posture::Rolling;
                }
                Posture::Prone => next = Posture::PushingUp,
                Posture::Crouching => next = Posture::Rising,
                _ => {}
            }
        }
        self.ticks = if next == self.posture { self.ticks + 1 } else { 0 };
        self.posture = next;
        next
    }

    fn looks_like(&self, upright: f64, speed: f64) -> Posture {
        use Posture::*;
        let lasts = |posture: Posture, longest: u64| self.posture == posture && self.ticks < longest;
        let b = &self.borders;
        let [rolling, pushing, rising] = LONGEST;
        match upright {
            up if up < b.supine => {
                if lasts(Rolling, rolling) {
                    Rolling
                } else {
                    Supine
                }
            }
            up if up < b.prone => {
                if lasts(PushingUp, pushing) {
                    PushingUp
                } else {
                    Prone
                }
            }
            up if up < b.crouching => {
                if lasts(Rising, rising) {
                    Rising
                } else {
                    Crouching
                }
            }
            up if up < b.standing => match self.posture {
                Standing | Walking | Destabilized => Destabilized,
                _ => Rising,
            },
            _ if speed > b.walking_speed => Walking,
            _ => Standing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain() -> PostureChain {
        PostureChain::new(Postures::default()).unwrap()
    }

    /// The posture after so many ticks of the same senses.
    fn after(chain: &mut PostureChain, ticks: usize, upright: f64, speed: f64) -> Posture {
        (0..ticks).fold(chain.posture(), |_, _| chain.advance(upright, speed, -0.1, upright < 0.3))
    }

    #[test]
    fn a_body_that_stands_for_20_ticks_may_walk_and_stop() {
        let mut chain = chain();
        assert_eq!(after(&mut chain, 20, 1.0, 0.0), Posture::Standing);
        assert_eq!(after(&mut chain, 1, 1.0, 0.03), Posture::Walking);
        // The walk must look like one for 20 ticks before it ends.
        assert_eq!(after(&mut chain, 19, 1.0, 0.03), Posture::Walking);
        assert_eq!(after(&mut chain, 500, 1.0, 0.01), Posture::Walking);
        assert_eq!(after(&mut chain, 1, 1.0, 0.03), Posture::Walking);
        assert_eq!(after(&mut chain, 1, 1.0, 0.01), Posture::Standing);
    }

    #[test]
    fn a_tilted_body_is_destabilized_if_it_stood_and_rising_if_it_did_not() {
        let mut chain = chain();
        after(&mut chain, 20, 1.0, 0.0);
        assert_eq!(after(&mut chain, 1, 0.8, 0.0), Posture::Destabilized);
        assert_eq!(after(&mut chain, 25, 0.8, 0.0), Posture::Destabilized);
        assert_eq!(after(&mut chain, 1, 0.5, 0.0), Posture::Crouching);
        assert_eq!(after(&mut chain, 21, 0.5, 0.0), Posture::Crouching);
        assert_eq!(after(&mut chain, 1, 0.5, 0.0), Posture::Rising);
        assert_eq!(after(&mut chain, 30, 0.8, 0.0), Posture::Rising);
        assert_eq!(after(&mut chain, 1, 0.9, 0.0), Posture::Standing);
    }

    #[test]
    fn a_fall_on_the_back_is_seen_at_once_and_followed_by_a_roll() {
        let mut chain = chain();
        assert_eq!(after(&mut chain, 1, -0.5, 0.0), Posture::Supine);
        assert_eq!(chain.fallen_ticks(), 0);
        assert_eq!(after(&mut chain, 21, -0.5, 0.0), Posture::Supine);
        assert_eq!(chain.fallen_ticks(), 21);
        assert_eq!(after(&mut chain, 1, -0.5, 0.0), Posture::Rolling);
        assert_eq!(chain.roll_to(), -1.0);
        // It rolls for 80 ticks, and is on its back again if that did not help.
        assert_eq!(after(&mut chain, 80, -0.5, 0.0), Posture::Rolling);
        assert_eq!(after(&mut chain, 1, -0.5, 0.0), Posture::Supine);
        // From the belly it pushes up.
        assert_eq!(after(&mut chain, 22, -0.5, 0.0), Posture::Rolling);
        assert_eq!(after(&mut chain, 30, -0.5, 0.0), Posture::Rolling);
        assert_eq!(after(&mut chain, 1, 0.2, 0.0), Posture::Prone);
        assert_eq!(after(&mut chain, 21, 0.2, 0.0), Posture::Prone);
        assert_eq!(after(&mut chain, 1, 0.2, 0.0), Posture::PushingUp);
        assert_eq!(after(&mut chain, 200, 0.2, 0.0), Posture::PushingUp);
        assert_eq!(after(&mut chain, 1, 0.2, 0.0), Posture::Prone);
    }

    #[test]
    fn every_posture_is_copied_with_a_state_and_no_other_number_is_one() {
        for (i, posture) in Posture::ALL.into_iter().enumerate() {
            assert_eq!(posture as usize, i);
            let mut other = Posture::Standing;
            other.restore(&posture.snapshot()).unwrap();
            assert_eq!(other, posture);
        }
        assert!(
            Posture::Standing.restore(&9_u8.snapshot()).unwrap_err().to_string().contains("no posture 9")
        );
    }

    #[test]
    fn borders_out_of_order_are_refused_by_name() {
        let wrong = Postures { prone: -0.5, ..Default::default() };
        assert!(wrong.check().unwrap_err().to_string().contains("prone"));
        let wrong = Postures { standing: 1.5, ..Default::default() };
        assert!(wrong.check().is_err());
    }
}
