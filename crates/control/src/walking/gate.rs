//! The competence gate: the share of the generator in a walk, which falls as the body walks without falling.
//!
//! ```text
//! v_ema  <- 0.99 v_ema + 0.01 v                        in ticks on the feet only
//! up_ema <- 0.995 up_ema + 0.005 up
//! rate   =  fallen ticks of the last full window of 1000, for each 1000
//! fallen:              C -= 0.003
//! moving and stable:   C += 0.0002                     moving: v_ema > 0.03; stable: rate < 5 and up_ema > 0.85
//! moving, not stable:  C -= 0.0009
//! else                 C -= 0.0003                     C stays in 0 to 1
//! w = max(0.4, 0.9 - 0.5 C)
//! ```
//! Nothing that is learned enters C: the gate is a schedule that halves the amplitude of the generator.
//!
//! Source of equations, order and numbers: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1).

use crate::Error;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

const PART: &str = "gate";

/// Parameters of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GateParameters {
    /// Speed above which the body is moving, m/s.
    pub speed: f64,
    /// Uprightness above which it is stable.
    pub upright: f64,
    /// Fallen ticks for each 1000 below which it is stable.
    pub fall_rate: f64,
    /// Share of the mean speed that is left after a tick.
    pub speed_decay: f64,
    /// Share of the mean uprightness that is left after a tick.
    pub upright_decay: f64,
    /// Window of the fall rate, ticks.
    pub window_ticks: u64,
    /// Gain of competence in a tick of moving stably.
    pub grow: f64,
    /// Loss in a tick at rest.
    pub shrink: f64,
    /// Loss in a tick of moving unstably, relative to `shrink`.
    pub unstable: f64,
    /// Loss in a fallen tick, relative to `shrink`.
    pub fallen: f64,
    /// Share of the generator without competence.
    pub most: f64,
    /// Share with full competence.
    pub least: f64,
}

impl Default for GateParameters {
    fn default() -> Self {
        Self {
            speed: 0.03,
            upright: 0.85,
            fall_rate: 5.0,
            speed_decay: 0.99,
            upright_decay: 0.995,
            window_ticks: 1000,
            grow: 0.0002,
            shrink: 0.0003,
            unstable: 3.0,
            fallen: 10.0,
            most: 0.9,
            least: 0.4,
        }
    }
}

impl GateParameters {
    /// Checks the parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the parameter.
    pub fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of(PART);
        let sizes = [
            ("speed", self.speed),
            ("fall_rate", self.fall_rate),
            ("grow", self.grow),
            ("shrink", self.shrink),
            ("unstable", self.unstable),
            ("fallen", self.fallen),
        ];
        ranges.each(sizes, |value| value >= 0.0, "at least 0")?;
        ranges.require(self.upright.abs() <= 1.0, "upright", self.upright, "-1 to 1")?;
        let shares = [
            ("speed_decay", self.speed_decay),
            ("upright_decay", self.upright_decay),
            ("most", self.most),
            ("least", self.least),
        ];
        ranges.each(shares, |share| (0.0..=1.0).contains(&share), "0 to 1")?;
        ranges.require(
            self.least <= self.most,
            "least",
            self.least,
            format!("at most {}, which is `most`", self.most),
        )?;
        Ok(ranges.require(self.window_ticks > 0, "window_ticks", self.window_ticks as f64, "at least 1")?)
    }
}

/// Share of the generator.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Of the competence gate.
    Gate(GateParameters),
    /// The same in all ticks.
    Fixed(f64),
}

impl Default for Weight {
    fn default() -> Self {
        Self::Gate(GateParameters::default())
    }
}

/// A gate, or a constant in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    weight: Weight,
    competence: f64,
    speed: f64,
    upright: f64,
    fallen: u64,
    ticks: u64,
    fall_rate: f64,
}

crate::snapshot!(Gate { competence, speed, upright, fallen, ticks, fall_rate });

impl Gate {
    /// A gate without competence.
    ///
    /// # Errors
    /// As [`GateParameters::check`], and [`Error::Parameter`] for a fixed weight outside 0 to 1.
    pub fn new(weight: Weight) -> Result<Self, Error> {
        match weight {
            Weight::Gate(parameters) => parameters.check()?,
            Weight::Fixed(w) => {
                Ranges::of(PART).require((0.0..=1.0).contains(&w), "fixed weight", w, "0 to 1")?
            }
        }
        Ok(Self { weight, competence: 0.0, speed: 0.0, upright: 1.0, fallen: 0, ticks: 0, fall_rate: 0.0 })
    }

    /// Goes back to no competence.
    pub fn reset(&mut self) {
        (self.competence, self.speed, self.upright) = (0.0, 0.0, 1.0);
        (self.fallen, self.ticks, self.fall_rate) = (0, 0, 0.0);
    }

    /// Competence, 0 to 1.
    pub fn competence(&self) -> f64 {
        self.competence
    }

    /// Share of the generator, w.
    pub fn weight(&self) -> f64 {
        match self.weight {
            Weight::Gate(p) => (p.most - self.competence * (p.most - p.least)).max(p.least),
            Weight::Fixed(w) => w,
        }
    }

    /// Takes a tick of a body that moves forward at `speed` m/s, and gives the share of the generator.
    pub fn advance(&mut self, speed: f64, upright: f64, is_fallen: bool) -> f64 {
        if let Weight::Gate(p) = self.weight {
            self.upright = self.upright * p.upright_decay + upright * (1.0 - p.upright_decay);
            self.ticks += 1;
            self.fallen += u64::from(is_fallen);
            if self.ticks >= p.window_ticks {
                self.fall_rate = self.fallen as f64 / (p.window_ticks as f64 / 1000.0);
                (self.fallen, self.ticks) = (0, 0);
            }
            let change = if is_fallen {
                -p.shrink * p.fallen
            } else {
                self.speed = self.speed * p.speed_decay + speed * (1.0 - p.speed_decay);
                let is_moving = self.speed > p.speed;
                let is_stable = self.fall_rate < p.fall_rate && self.upright > p.upright;
                match (is_moving, is_stable) {
                    (true, true) => p.grow,
                    (true, false) => -p.shrink * p.unstable,
                    (false, _) => -p.shrink,
                }
            };
            self.competence = (self.competence + change).clamp(0.0, 1.0);
        }
        self.weight()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate() -> Gate {
        Gate::new(Weight::default()).unwrap()
    }

    /// Ticks until the mean of a constant speed exceeds 0.03: the first n with v (1 - 0.99^n) > 0.03.
    fn ticks_until_moving(speed: f64) -> u64 {
        (1..).find(|n| speed * (1.0 - 0.99_f64.powi(*n)) > 0.03).unwrap() as u64
    }

    #[test]
    fn competence_is_full_after_5000_good_ticks_and_the_weight_halves() {
        let mut gate = gate();
        assert_eq!(gate.weight(), 0.9);
        let before = ticks_until_moving(0.2);
        for n in 1..before + 5000 {
            let w = gate.advance(0.2, 1.0, false);
            let expected = if n < before { 0.0 } else { 0.0002 * (n - before + 1) as f64 };
            assert!((gate.competence() - expected.min(1.0)).abs() < 1e-9, "{n}");
            assert!((w - (0.9 - 0.5 * gate.competence())).abs() < 1e-12);
        }
        for _ in 0..10 {
            gate.advance(0.2, 1.0, false);
        }
        assert_eq!((gate.competence(), gate.weight()), (1.0, 0.4));
    }

    #[test]
    fn a_fall_costs_as_much_as_15_good_ticks_gain() {
        let mut gate = gate();
        for _ in 0..1000 {
            gate.advance(0.5, 1.0, false);
        }
        let before = gate.competence();
        gate.advance(0.5, 0.1, true);
        assert!((before - gate.competence() - 0.003).abs() < 1e-12);
        // The speed is not seen while fallen.
        let speed = gate.speed;
        gate.advance(9.0, 0.1, true);
        assert_eq!(gate.speed, speed);
    }

    #[test]
    fn the_fall_rate_is_that_of_the_last_full_window() {
        let mut gate = gate();
        for _ in 0..900 {
            gate.advance(0.5, 1.0, false);
        }
        for _ in 0..7 {
            gate.advance(0.5, 1.0, true);
        }
        // Until the window of 1000 ticks ends, the body counts as stable.
        for _ in 0..92 {
            gate.advance(0.5, 1.0, false);
        }
        let stable = gate.competence();
        gate.advance(0.5, 1.0, false);
        assert_eq!(gate.fall_rate, 7.0);
        assert!((stable - gate.competence() - 0.0009).abs() < 1e-12, "moving, not stable");
        for _ in 0..999 {
            gate.advance(0.5, 1.0, false);
        }
        gate.advance(0.5, 1.0, false);
        assert_eq!(gate.fall_rate, 0.0);
        let low = gate.competence();
        gate.advance(0.5, 1.0, false);
        assert!(gate.competence() > low);
    }

    #[test]
    fn a_body_at_rest_and_one_that_leans_lose_competence() {
        let mut gate = gate();
        for _ in 0..2000 {
            gate.advance(0.5, 1.0, false);
        }
        let mut resting = gate.clone();
        // The mean speed falls by 1 % a tick: 0.5 to 0.03 takes 280 ticks.
        for _ in 0..400 {
            resting.advance(0.0, 1.0, false);
        }
        let before = resting.competence();
        resting.advance(0.0, 1.0, false);
        assert!((before - resting.competence() - 0.0003).abs() < 1e-12);
        // The mean uprightness: 1 - 0.5 (1 - 0.995^n) < 0.85 from n = 72 on.
        for _ in 0..80 {
            gate.advance(0.5, 0.5, false);
        }
        let before = gate.competence();
        gate.advance(0.5, 0.5, false);
        assert!((before - gate.competence() - 0.0009).abs() < 1e-12);
    }

    #[test]
    fn a_fixed_weight_stays() {
        let mut gate = Gate::new(Weight::Fixed(0.4)).unwrap();
        for n in 0..3000 {
            assert_eq!(gate.advance(0.3, 1.0, n % 7 == 0), 0.4);
        }
        let error = Gate::new(Weight::Fixed(1.5)).unwrap_err().to_string();
        assert!(error.contains("fixed weight = 1.5"), "{error}");
    }

    #[test]
    fn a_gate_is_reset_and_refuses_what_cannot_be() {
        let mut used = gate();
        for n in 0..2000 {
            used.advance(0.5, 0.9, n % 50 == 0);
        }
        used.reset();
        assert_eq!(used, gate());
        let swapped = GateParameters { least: 0.95, ..Default::default() };
        assert!(swapped.check().unwrap_err().to_string().contains("least"));
        let parsed: Weight = serde_json::from_str(r#"{"gate": {"most": 0.8}}"#).unwrap();
        assert_eq!(parsed, Weight::Gate(GateParameters { most: 0.8, ..Default::default() }));
        assert!(serde_json::from_str::<Weight>(r#"{"gate": {"mots": 0.8}}"#).is_err());
    }
}
