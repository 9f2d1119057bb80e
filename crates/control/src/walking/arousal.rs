//! Norepinephrine, which enlarges the steps of the generator.
//!
//! ```text
//! NE = 0.25 + 0.3 curiosity                       curiosity 0 to 1
//! NE = min(0.9, 0.3 + 0.5 (1 - up))               fallen, if it is to rise then
//! ```
//! Curiosity in the original is a z-score of the error of a world model, which is zero about half of the time. There is no world
//! model here: curiosity is a constant, or drawn as a stand-in: zero in half of the ticks, uniform in the others, each tick for itself.
//!
//! Source: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1), without its boredom.

use crate::Error;
use lobule_signal::{Ranges, Stream};
use serde::{Deserialize, Serialize};

const PART: &str = "arousal";
/// Share of the ticks without curiosity. Source: about half of the time in runs of the original.
const CALM: f64 = 0.5;

/// Curiosity of a tick.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Curiosity {
    /// The same in all ticks, 0 to 1.
    Constant(f64),
    /// Zero in half of the ticks, uniform in 0 to 1 in the others.
    Drawn,
}

/// Parameters of norepinephrine.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ArousalParameters {
    /// Norepinephrine without curiosity.
    pub base: f64,
    /// Rise for a curiosity of 1.
    pub gain: f64,
    /// Curiosity. Chosen: constant 0, so that a walk without a cerebellum has no random part.
    pub curiosity: Curiosity,
    /// True if it rises in a fallen body. Chosen: false, as in the walks without neurons that the numbers are compared with.
    pub rises_when_fallen: bool,
    /// Norepinephrine of a body that has just fallen.
    pub fallen_base: f64,
    /// Rise from there to a body on its side.
    pub fallen_gain: f64,
    /// Most norepinephrine of a fallen body.
    pub fallen_most: f64,
}

impl Default for ArousalParameters {
    fn default() -> Self {
        Self {
            base: 0.25,
            gain: 0.3,
            curiosity: Curiosity::Constant(0.0),
            rises_when_fallen: false,
            fallen_base: 0.3,
            fallen_gain: 0.5,
            fallen_most: 0.9,
        }
    }
}

impl ArousalParameters {
    /// Checks the parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the parameter.
    pub fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of(PART);
        let shares = [
            ("base", self.base),
            ("gain", self.gain),
            ("fallen_base", self.fallen_base),
            ("fallen_gain", self.fallen_gain),
            ("fallen_most", self.fallen_most),
            ("curiosity", if let Curiosity::Constant(curiosity) = self.curiosity { curiosity } else { 0.0 }),
        ];
        ranges.each(shares, |share| (0.0..=1.0).contains(&share), "0 to 1")?;
        let most = self.base + self.gain;
        Ok(ranges.require(most <= 1.0, "base + gain", most, "at most 1")?)
    }
}

/// Norepinephrine over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Arousal {
    parameters: ArousalParameters,
    stream: Stream,
    ticks: u64,
}

crate::snapshot!(Arousal { ticks });

impl Arousal {
    /// Norepinephrine whose draws depend on `seed`.
    ///
    /// # Errors
    /// As [`ArousalParameters::check`].
    pub fn new(parameters: ArousalParameters, seed: u64) -> Result<Self, Error> {
        parameters.check()?;
        Ok(Self { parameters, stream: Stream::new(seed, "walking/curiosity"), ticks: 0 })
    }

    /// Goes back to the start, and to the first draw.
    pub fn reset(&mut self) {
        self.ticks = 0;
    }

    /// Norepinephrine in this tick.
    pub fn advance(&mut self, upright: f64, is_fallen: bool) -> f64 {
        let p = &self.parameters;
        let tick = self.ticks;
        self.ticks += 1;
        if is_fallen && p.rises_when_fallen {
            return (p.fallen_base + p.fallen_gain * (1.0 - upright).clamp(0.0, 1.0)).min(p.fallen_most);
        }
        let curiosity = match p.curiosity {
            Curiosity::Constant(curiosity) => curiosity,
            Curiosity::Drawn if self.stream.uniform(tick, 0) < CALM => 0.0,
            Curiosity::Drawn => self.stream.uniform(tick, 1),
        };
        p.base + p.gain * curiosity
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arousal(parameters: ArousalParameters) -> Arousal {
        Arousal::new(parameters, 7).unwrap()
    }

    #[test]
    fn norepinephrine_is_a_quarter_without_curiosity_and_rises_by_it() {
        assert_eq!(arousal(ArousalParameters::default()).advance(1.0, false), 0.25);
        let curious = ArousalParameters { curiosity: Curiosity::Constant(0.5), ..Default::default() };
        assert_eq!(arousal(curious).advance(1.0, false), 0.4);
    }

    #[test]
    fn drawn_curiosity_is_zero_half_of_the_time_and_uniform_otherwise() {
        let drawn = ArousalParameters { curiosity: Curiosity::Drawn, ..Default::default() };
        let mut one = arousal(drawn);
        let values: Vec<f64> = (0..20_000).map(|_| one.advance(1.0, false)).collect();
        let calm = values.iter().filter(|ne| **ne == 0.25).count() as f64 / 20_000.0;
        // Four standard errors: 0.5 / sqrt(20,000).
        assert!((calm - 0.5).abs() < 4.0 * 0.5 / 141.4, "{calm}");
        let others: Vec<f64> = values.iter().filter(|ne| **ne != 0.25).map(|ne| (ne - 0.25) / 0.3).collect();
        let mean = others.iter().sum::<f64>() / others.len() as f64;
        assert!((mean - 0.5).abs() < 4.0 * 0.289 / 100.0, "{mean}");
        assert!(others.iter().all(|c| (0.0..1.0).contains(c)));
        one.reset();
        assert!(values.iter().all(|ne| *ne == one.advance(1.0, false)), "a reset begins the draws anew");
    }

    #[test]
    fn it_rises_with_a_fall_where_that_is_asked_for() {
        let rises = ArousalParameters { rises_when_fallen: true, ..Default::default() };
        assert_eq!(arousal(rises).advance(0.2, true), 0.3 + 0.5 * 0.8);
        assert_eq!(arousal(rises).advance(-0.9, true), 0.8);
        assert_eq!(arousal(rises).advance(1.0, false), 0.25);
        assert_eq!(arousal(ArousalParameters::default()).advance(0.2, true), 0.25);
        let wrong = ArousalParameters { gain: 0.9, ..Default::default() };
        assert!(Arousal::new(wrong, 0).unwrap_err().to_string().contains("base + gain"));
    }
}
