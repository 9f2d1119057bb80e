//! Nuclei: tonic activity that Purkinje cells inhibit, in three versions of the original.
//!
//! ```text
//! tonic    D = clip(0.5 - 0.8 y, -1, 1)
//! graded   D = clip(0.5 - 0.8 g, -1, 1),  g = min(1.5, 0.3 |A| + 0.5 K + 0.2 y) / 1.5
//! rebound  R <- 0.7 R + max(0, g_before - g);  D = clip(0.5 - 0.8 g + 5 R, -1, 1.5)
//! ```
//! y, A and K are rate, apical potential and calcium of the Purkinje cell above.
//!
//! Source: MH-FLOCKE v0.4.1 (tonic), v0.4.3 (graded) and v0.5.1 (rebound), github.com/MarcHesse/mhflocke.

use super::purkinje::PurkinjeLayer;
use super::sensors::PART;
use lobule_control::{Error, snapshot};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Rule of the nuclei.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NucleiRule {
    /// Inhibited by the smoothed spikes of the Purkinje cells.
    #[default]
    Tonic,
    /// Inhibited by a mixture of their apical potential, calcium and rate.
    Graded,
    /// As graded, with a rebound when the inhibition falls.
    Rebound,
}

/// Parameters of the nuclei. Source: MH-FLOCKE v0.4.1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NucleiParameters {
    /// The rule.
    pub rule: NucleiRule,
    /// Activity without inhibition.
    pub tonic: f64,
    /// Inhibition by a Purkinje cell at full activity.
    pub inhibition: f64,
}

impl Default for NucleiParameters {
    fn default() -> Self {
        Self { rule: NucleiRule::Tonic, tonic: 0.5, inhibition: 0.8 }
    }
}

impl NucleiParameters {
    pub(super) fn check(&self) -> Result<(), Error> {
        let values = [("nuclei.tonic", self.tonic), ("nuclei.inhibition", self.inhibition)];
        Ok(Ranges::of(PART).each(values, |x| x >= 0.0, "0 or more")?)
    }
}

/// State of the nuclei. `[n_purkinje]` each
#[derive(Debug, Clone)]
pub(super) struct Nuclei {
    parameters: NucleiParameters,
    inhibition_before: Vec<f64>,
    rebound: Vec<f64>,
    /// D.
    pub activity: Vec<f64>,
    /// False until the first step after a reset: nothing is to be said then.
    pub is_active: bool,
}

snapshot!(Nuclei { inhibition_before, rebound, activity, is_active });

impl Nuclei {
    pub fn new(parameters: &NucleiParameters, n: usize) -> Self {
        let zeros = || vec![0.0; n];
        Self {
            parameters: *parameters,
            inhibition_before: zeros(),
            rebound: zeros(),
            activity: zeros(),
            is_active: false,
        }
    }

    pub fn reset(&mut self) {
        for values in [&mut self.inhibition_before, &mut self.rebound, &mut self.activity] {
            values.fill(0.0);
        }
        self.is_active = false;
    }

    /// One control step below the Purkinje cells.
    pub fn advance(&mut self, purkinje: &PurkinjeLayer) {
        let p = &self.parameters;
        self.is_active = true;
        for (j, activity) in self.activity.iter_mut().enumerate() {
            let rate = purkinje.rate[j];
            let graded =
                || (0.3 * purkinje.apical[j].abs() + 0.5 * purkinje.calcium[j] + 0.2 * rate).min(1.5) / 1.5;
            let (inhibition, most) = match p.rule {
                NucleiRule::Tonic => (rate, 1.0),
                NucleiRule::Graded => (graded(), 1.0),
                NucleiRule::Rebound => (graded(), 1.5),
            };
            if p.rule == NucleiRule::Rebound {
                let fall = (self.inhibition_before[j] - inhibition).max(0.0);
                self.rebound[j] = 0.7 * self.rebound[j] + fall;
                self.inhibition_before[j] = inhibition;
            }
            *activity = (p.tonic - p.inhibition * inhibition + 5.0 * self.rebound[j]).clamp(-1.0, most);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::purkinje::PurkinjeParameters;
    use super::*;

    /// Nuclei after Purkinje cells of such apical potential, calcium and rate, one step each.
    fn after(rule: NucleiRule, states: &[[f64; 3]]) -> f64 {
        let mut purkinje = PurkinjeLayer::new(&PurkinjeParameters::default(), 1);
        let mut nuclei = Nuclei::new(&NucleiParameters { rule, ..Default::default() }, 1);
        for &[apical, calcium, rate] in states {
            (purkinje.apical[0], purkinje.calcium[0], purkinje.rate[0]) = (apical, calcium, rate);
            nuclei.advance(&purkinje);
        }
        nuclei.activity[0]
    }

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
    }

    #[test]
    fn tonic_nuclei_are_inhibited_by_the_rate_alone() {
        close(after(NucleiRule::Tonic, &[[20.0, 2.0, 0.3]]), 0.5 - 0.8 * 0.3);
        close(after(NucleiRule::Tonic, &[[20.0, 2.0, 0.0]]), 0.5);
    }

    #[test]
    fn graded_nuclei_saturate_at_an_inhibition_of_1() {
        close(after(NucleiRule::Graded, &[[0.5, 0.6, 0.3]]), 0.5 - 0.8 * (0.15 + 0.3 + 0.06) / 1.5);
        close(after(NucleiRule::Graded, &[[20.0, 0.0, 0.3]]), 0.5 - 0.8);
    }

    #[test]
    fn nuclei_with_rebound_rise_when_inhibition_falls_and_decay_after() {
        let (high, low) = ([1.0, 0.0, 0.0], [0.0, 0.0, 0.0]);
        close(after(NucleiRule::Rebound, &[high]), 0.5 - 0.8 * 0.2);
        close(after(NucleiRule::Rebound, &[high, low]), 1.5);
        // 5 0.2 0.7^3 above the tonic activity three steps later.
        close(after(NucleiRule::Rebound, &[high, low, low, low, low]), 0.5 + 0.7_f64.powi(3));
    }
}
