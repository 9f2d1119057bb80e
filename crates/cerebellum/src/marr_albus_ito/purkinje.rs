//! Purkinje cells of three compartments, with calcium that climbing fibers raise and that gates plasticity.
//!
//! ```text
//! A += (F - A) / tau_apical                     F: parallel fibers
//! B += (c - B) / tau_basal                      c: climbing fiber, 0 to 1
//! K  = clip(decay K + increment [c > 0.01], 0, 2)
//! U += (0.8 A + 0.3 B - U) / tau_soma;  U = 0 while refractory
//! spike if U >= threshold: U = 0, refractory for 2 steps;  y <- 0.9 y + 0.1 [spike]
//! complex spike = (c > 0.01) and (A > 0.5)      for statistics only
//! ```
//! Time constants are in control steps.
//!
//! Source: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1).

use super::sensors::PART;
use lobule_control::{Error, snapshot};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Climbing-fiber signal above which a cell takes it for a spike. Source: MH-FLOCKE v0.4.1.
const CLIMBS: f64 = 0.01;
/// Most calcium. Source: MH-FLOCKE v0.4.1.
const MOST_CALCIUM: f64 = 2.0;
/// Apical potential above which a climbing-fiber spike counts as complex. Source: MH-FLOCKE v0.4.1.
const COMPLEX: f64 = 0.5;
/// Share of the rate that is left after a step. Source: MH-FLOCKE v0.4.1.
const RATE_DECAY: f64 = 0.9;

/// Parameters of a Purkinje cell. Source: MH-FLOCKE v0.4.1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PurkinjeParameters {
    /// Time constant of the soma, control steps.
    pub tau_soma: f64,
    /// Time constant of the apical compartment, control steps.
    pub tau_apical: f64,
    /// Time constant of the basal compartment, control steps.
    pub tau_basal: f64,
    /// Threshold of the soma.
    pub threshold: f64,
    /// Control steps without a spike after one.
    pub refractory_steps: u32,
    /// Share of the calcium that is left after a control step.
    pub calcium_decay: f64,
    /// Calcium that a climbing-fiber spike adds.
    pub calcium_increment: f64,
    /// Drive of the soma by the apical compartment.
    pub apical_to_soma: f64,
    /// Drive of the soma by the basal compartment.
    pub basal_to_soma: f64,
}

impl Default for PurkinjeParameters {
    fn default() -> Self {
        Self {
            tau_soma: 15.0,
            tau_apical: 80.0,
            tau_basal: 5.0,
            threshold: 1.0,
            refractory_steps: 2,
            calcium_decay: 0.92,
            calcium_increment: 1.0,
            apical_to_soma: 0.8,
            basal_to_soma: 0.3,
        }
    }
}

impl PurkinjeParameters {
    pub(super) fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of(PART);
        let taus = [
            ("purkinje.tau_soma", self.tau_soma),
            ("purkinje.tau_apical", self.tau_apical),
            ("purkinje.tau_basal", self.tau_basal),
        ];
        ranges.each(taus, |tau| tau >= 1.0, "1 control step or more: a shorter one overshoots")?;
        ranges.positive("purkinje.threshold", self.threshold)?;
        ranges.require(
            (0.0..1.0).contains(&self.calcium_decay),
            "purkinje.calcium_decay",
            self.calcium_decay,
            "0 to less than 1",
        )?;
        let others = [
            ("purkinje.calcium_increment", self.calcium_increment),
            ("purkinje.apical_to_soma", self.apical_to_soma),
            ("purkinje.basal_to_soma", self.basal_to_soma),
        ];
        Ok(ranges.each(others, |x| x >= 0.0, "0 or more")?)
    }
}

/// State of the Purkinje cells, an array for each variable. `[n_purkinje]` each
#[derive(Debug, Clone)]
pub(super) struct PurkinjeLayer {
    parameters: PurkinjeParameters,
    pub apical: Vec<f64>,
    basal: Vec<f64>,
    pub calcium: Vec<f64>,
    soma: Vec<f64>,
    refractory: Vec<u32>,
    /// Smoothed rate y.
    pub rate: Vec<f64>,
    /// Complex spikes since the last reset.
    pub complex_spikes: u64,
}

snapshot!(PurkinjeLayer { apical, basal, calcium, soma, refractory, rate, complex_spikes });

impl PurkinjeLayer {
    pub fn new(parameters: &PurkinjeParameters, n: usize) -> Self {
        Self {
            parameters: *parameters,
            apical: vec![0.0; n],
            basal: vec![0.0; n],
            calcium: vec![0.0; n],
            soma: vec![0.0; n],
            refractory: vec![0; n],
            rate: vec![0.0; n],
            complex_spikes: 0,
        }
    }

    pub fn reset(&mut self) {
        for values in [&mut self.apical, &mut self.basal, &mut self.calcium, &mut self.soma, &mut self.rate] {
            values.fill(0.0);
        }
        self.refractory.fill(0);
        self.complex_spikes = 0;
    }

    /// One control step under drives F and climbing fibers c. `[n_purkinje]` each
    pub fn advance(&mut self, drive: &[f64], climbing: &[f64]) {
        let p = &self.parameters;
        for j in 0..self.soma.len() {
            let climbs = climbing[j] > CLIMBS;
            self.apical[j] += (drive[j] - self.apical[j]) / p.tau_apical;
            self.basal[j] += (climbing[j] - self.basal[j]) / p.tau_basal;
            let raised = if climbs { p.calcium_increment } else { 0.0 };
            self.calcium[j] = (p.calcium_decay * self.calcium[j] + raised).clamp(0.0, MOST_CALCIUM);

            let current = p.apical_to_soma * self.apical[j] + p.basal_to_soma * self.basal[j];
            self.soma[j] += (current - self.soma[j]) / p.tau_soma;
            if self.refractory[j] > 0 {
                self.soma[j] = 0.0;
                self.refractory[j] -= 1;
            }
            let spikes = self.soma[j] >= p.threshold;
            if spikes {
                self.soma[j] = 0.0;
                self.refractory[j] = p.refractory_steps;
            }
            self.rate[j] = RATE_DECAY * self.rate[j] + (1.0 - RATE_DECAY) * f64::from(u8::from(spikes));
            self.complex_spikes += u64::from(climbs && self.apical[j] > COMPLEX);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell() -> PurkinjeLayer {
        PurkinjeLayer::new(&PurkinjeParameters::default(), 1)
    }

    #[test]
    fn compartments_relax_with_their_time_constants() {
        let mut cell = cell();
        for n in 1..=200 {
            cell.advance(&[0.5], &[0.4]);
            assert!((cell.apical[0] - 0.5 * (1.0 - (79.0_f64 / 80.0).powi(n))).abs() < 1e-12);
            assert!((cell.basal[0] - 0.4 * (1.0 - 0.8_f64.powi(n))).abs() < 1e-12);
        }
        // No spike below the threshold: the soma's drive is at most 0.8 0.5 + 0.3 0.4.
        assert_eq!(cell.rate[0], 0.0);
    }

    #[test]
    fn the_first_steps_of_a_cell_are_those_by_hand() {
        let mut cell = cell();
        cell.advance(&[8.0], &[1.0]);
        let (a, b) = (0.1, 0.2);
        let u = (0.8 * a + 0.3 * b) / 15.0;
        assert!((cell.apical[0] - a).abs() < 1e-15 && (cell.basal[0] - b).abs() < 1e-15);
        assert!((cell.soma[0] - u).abs() < 1e-15);
        assert_eq!((cell.calcium[0], cell.complex_spikes), (1.0, 0));
        cell.advance(&[8.0], &[0.0]);
        let (a, b) = (a + (8.0 - a) / 80.0, b - b / 5.0);
        assert!((cell.soma[0] - (u + (0.8 * a + 0.3 * b - u) / 15.0)).abs() < 1e-15);
        assert!((cell.calcium[0] - 0.92).abs() < 1e-15);
    }

    #[test]
    fn calcium_of_a_pulse_closes_potentiation_for_36_steps_and_depresses_by_an_area_of_12_5() {
        let mut cell = cell();
        let (mut closed, mut area) = (0, 0.0);
        for n in 0..2000 {
            cell.advance(&[0.0], &[if n == 0 { 0.3 } else { 0.0 }]);
            closed += u32::from(cell.calcium[0] >= 0.05);
            area += cell.calcium[0];
        }
        // 0.92^n falls below 0.05 after ln 0.05 / ln 0.92 = 35.93 steps; its sum is 1 / 0.08.
        assert_eq!(closed, 36);
        assert!((area - 12.5).abs() < 1e-9, "{area}");
    }

    #[test]
    fn calcium_of_pulses_every_50_steps_settles_at_the_sum_of_its_series_and_never_exceeds_2() {
        let mut cell = cell();
        for n in 0..5000 {
            cell.advance(&[0.0], &[if n % 50 == 0 { 1.0 } else { 0.0 }]);
            if n == 4950 {
                assert!((cell.calcium[0] - 1.0 / (1.0 - 0.92_f64.powi(50))).abs() < 1e-12);
            }
        }
        for _ in 0..200 {
            cell.advance(&[0.0], &[1.0]);
        }
        assert_eq!(cell.calcium[0], 2.0);
    }

    #[test]
    fn a_saturated_cell_spikes_at_its_refractory_limit_of_one_in_three_steps() {
        let mut cell = cell();
        for _ in 0..3000 {
            cell.advance(&[30.0], &[0.0]);
        }
        // In a cycle of three steps, y before the spike is y0 = 0.1 0.81 / (1 - 0.729).
        let mut rates: Vec<f64> = (0..3)
            .map(|_| {
                cell.advance(&[30.0], &[0.0]);
                cell.rate[0]
            })
            .collect();
        rates.sort_by(f64::total_cmp);
        let high = 0.1 / (1.0 - 0.9_f64.powi(3));
        for (found, expected) in rates.iter().zip([high * 0.81, high * 0.9, high]) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
    }
}
