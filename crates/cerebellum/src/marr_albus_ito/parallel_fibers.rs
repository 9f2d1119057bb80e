//! Synapses of the parallel fibers onto Purkinje cells, and their plasticity.
//!
//! ```text
//! M_ij ~ Bernoulli(0.4), fixed;  W_ij(0) = M_ij (U(0, 1) w0 + 0.5 w0),  w0 = 0.5 / sqrt(0.4 n)
//! F_j  = sum_i r_i W_ij
//! e_i <- 0.95 e_i + r_i
//! dW_ij = e_i (-0.001 max(0.1, 1 - 0.5 d) K_j + 0.001 (1 + d) [K_j < 0.05])
//! W_ij <- clip(W_ij + dW_ij, 0, 2)
//! ```
//! d is dopamine, K calcium. Calcium of a climbing-fiber pulse closes potentiation for 36 steps and depresses by an area of 12.5
//! steps. With p pulses per 100 steps, none of which overlap, the drift of a weight under constant activity is proportional to
//! `(1 + d) (100 - 36 p) - (1 - 0.5 d) 12.5 p`: at d = 0.2 zero for p = 2.2. The drift does not depend on the weight, so there is no equilibrium
//! between the limits: weights run to 0 or to 2.
//!
//! An eligibility below 1e-9 is set to 0, and the synapses of a granule cell without rate and eligibility are passed over.
//!
//! Source: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1).

use super::granular::SILENT;
use super::sensors::PART;
use lobule_control::{Error, snapshot};
use lobule_signal::{Ranges, Stream};
use serde::{Deserialize, Serialize};

/// Calcium below which synapses are potentiated. Source: MH-FLOCKE v0.4.1.
const NO_CALCIUM: f64 = 0.05;
/// Least factor that dopamine leaves to depression. Source: MH-FLOCKE v0.4.1.
const LEAST_LTD: f64 = 0.1;

/// Most pairs of a granule cell and a Purkinje cell. Chosen: half a gigabyte of synapses.
const MOST: u32 = 1 << 25;

/// Plasticity of the parallel-fiber synapses. Source: MH-FLOCKE v0.4.1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlasticityParameters {
    /// Chance that a parallel fiber has a synapse on a Purkinje cell.
    pub probability: f64,
    /// Rate of depression.
    pub ltd_rate: f64,
    /// Rate of potentiation.
    pub ltp_rate: f64,
    /// Share of the eligibility that is left after a control step.
    pub eligibility_decay: f64,
    /// Potentiation that dopamine adds, relative to that without.
    pub da_ltp_modulation: f64,
    /// Depression that dopamine takes away, relative to that without.
    pub da_ltd_suppression: f64,
    /// Largest weight.
    pub w_max: f64,
    /// Reward of a meter, and of a step on the feet.
    pub reward: [f64; 2],
    /// Reward of full dopamine, and the least dopamine.
    pub dopamine: [f64; 2],
}

impl Default for PlasticityParameters {
    fn default() -> Self {
        Self {
            probability: 0.4,
            ltd_rate: 0.001,
            ltp_rate: 0.001,
            eligibility_decay: 0.95,
            da_ltp_modulation: 1.0,
            da_ltd_suppression: 0.5,
            w_max: 2.0,
            reward: [5.0, 2.0],
            dopamine: [10.0, 0.05],
        }
    }
}

impl PlasticityParameters {
    pub(super) fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of(PART);
        let chance = self.probability;
        ranges.require(
            chance > 0.0 && chance <= 1.0,
            "plasticity.probability",
            chance,
            "above 0, at most 1",
        )?;
        let decay = self.eligibility_decay;
        let allowed = "0 to less than 1";
        ranges.require((0.0..1.0).contains(&decay), "plasticity.eligibility_decay", decay, allowed)?;
        ranges.positive("plasticity.w_max", self.w_max)?;
        ranges.all("plasticity.reward", self.reward, |_| true, "finite")?;
        ranges.positive("plasticity.dopamine", self.dopamine[0])?;
        ranges.probability("plasticity.dopamine", self.dopamine[1])?;
        let values = [
            ("plasticity.ltd_rate", self.ltd_rate),
            ("plasticity.ltp_rate", self.ltp_rate),
            ("plasticity.da_ltp_modulation", self.da_ltp_modulation),
            ("plasticity.da_ltd_suppression", self.da_ltd_suppression),
        ];
        Ok(ranges.each(values, |x| x >= 0.0, "0 or more")?)
    }

    /// Refuses more pairs than a machine holds.
    pub(super) fn check_room(&self, granule: usize, purkinje: usize) -> Result<(), Error> {
        let pairs = granule as f64 * purkinje as f64;
        let allowed = format!("at most {MOST}: ask for fewer granule cells");
        Ok(Ranges::of(PART).require(pairs <= f64::from(MOST), "pairs of parallel fibers", pairs, allowed)?)
    }

    /// Dopamine of a step: reward of the way forward (m) and of uprightness, scaled and limited.
    pub(super) fn dopamine(&self, way: f64, upright: f64) -> f64 {
        let [of_way, of_upright] = self.reward;
        let [full, least] = self.dopamine;
        ((of_way * way + of_upright * upright.max(0.0)) / full).clamp(least, 1.0)
    }
}

/// Synapses by granule cell, and the eligibility of the granule cells.
#[derive(Debug, Clone)]
pub(super) struct ParallelFibers {
    parameters: PlasticityParameters,
    /// Place of the first synapse of each granule cell. `[granule_cells + 1]`
    start: Vec<u32>,
    /// Purkinje cell of each synapse. `[synapses]`
    targets: Vec<u32>,
    /// `[synapses]`
    pub weights: Vec<f64>,
    /// `[granule_cells]`
    eligibility: Vec<f64>,
    /// Change of a weight at an eligibility of 1. `[n_purkinje]`
    change: Vec<f64>,
    /// Factor on both rates.
    pub pace: f64,
}

snapshot!(ParallelFibers { weights, eligibility, pace });

impl ParallelFibers {
    /// # Errors
    /// [`Error::Parameter`] for more synapses than a machine holds.
    pub fn new(
        parameters: &PlasticityParameters,
        granule: usize,
        purkinje: usize,
        seed: u64,
    ) -> Result<Self, Error> {
        let p = *parameters;
        p.check_room(granule, purkinje)?;
        let stream = Stream::new(seed, "marr_albus_ito/parallel_fiber_to_purkinje_cell");
        let w0 = 0.5 / (p.probability * granule as f64).sqrt();
        let (mut start, mut targets, mut weights) = (vec![0], Vec::new(), Vec::new());
        for i in 0..granule {
            for j in 0..purkinje {
                // The place of a pair as step and index, which does not depend on the other pairs.
                if stream.uniform(2 * i as u64, j as u32) < p.probability {
                    targets.push(j as u32);
                    let weight = w0 * (stream.uniform(2 * i as u64 + 1, j as u32) + 0.5);
                    weights.push(weight.min(p.w_max));
                }
            }
            start.push(targets.len() as u32);
        }
        let (eligibility, change) = (vec![0.0; granule], vec![0.0; purkinje]);
        Ok(Self { parameters: p, start, targets, weights, eligibility, change, pace: 1.0 })
    }

    /// Forgets what is eligible.
    pub fn reset(&mut self) {
        self.eligibility.fill(0.0);
    }

    fn synapses(&self, i: usize) -> std::ops::Range<usize> {
        self.start[i] as usize..self.start[i + 1] as usize
    }

    /// Writes the drive of the Purkinje cells by the rates of the granule cells.
    pub fn drive(&self, rates: &[f64], drive: &mut [f64]) {
        drive.fill(0.0);
        for (i, rate) in rates.iter().enumerate().filter(|(_, rate)| **rate > 0.0) {
            let synapses = self.synapses(i);
            for (target, weight) in self.targets[synapses.clone()].iter().zip(&self.weights[synapses]) {
                drive[*target as usize] += rate * weight;
            }
        }
    }

    /// One step of eligibility, and of the weights if they learn, at the calcium of the Purkinje cells.
    pub fn advance(&mut self, rates: &[f64], calcium: &[f64], dopamine: f64, learns: bool) {
        let p = self.parameters;
        let ltd = self.pace * p.ltd_rate * (1.0 - p.da_ltd_suppression * dopamine).max(LEAST_LTD);
        let ltp = self.pace * p.ltp_rate * (1.0 + p.da_ltp_modulation * dopamine);
        for (change, calcium) in self.change.iter_mut().zip(calcium) {
            *change = (if *calcium < NO_CALCIUM { ltp } else { 0.0 }) - ltd * calcium;
        }
        for (i, rate) in rates.iter().enumerate() {
            let eligible = p.eligibility_decay * self.eligibility[i] + rate;
            let eligible = if eligible < SILENT { 0.0 } else { eligible };
            self.eligibility[i] = eligible;
            if !learns || eligible == 0.0 {
                continue;
            }
            let synapses = self.synapses(i);
            for (target, weight) in self.targets[synapses.clone()].iter().zip(&mut self.weights[synapses]) {
                *weight = (*weight + eligible * self.change[*target as usize]).clamp(0.0, p.w_max);
            }
        }
    }

    /// Mean weight.
    pub fn mean(&self) -> f64 {
        self.weights.iter().sum::<f64>() / self.weights.len().max(1) as f64
    }

    /// Histogram of the weights in bins of equal width over their range; the largest belongs to the last bin.
    pub fn histogram(&self, bins: usize) -> Vec<u64> {
        let mut counts = vec![0; bins];
        for weight in &self.weights {
            let bin = (weight / self.parameters.w_max * bins as f64) as usize;
            if let Some(count) = counts.get_mut(bin.min(bins.saturating_sub(1))) {
                *count += 1;
            }
        }
        counts
    }

    /// Number of synapses of each granule cell, for tests of the wiring.
    #[cfg(test)]
    fn fan_outs(&self) -> impl Iterator<Item = usize> {
        self.start.windows(2).map(|ends| (ends[1] - ends[0]) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::super::purkinje::{PurkinjeLayer, PurkinjeParameters};
    use super::*;

    const DEFAULT: PlasticityParameters = PlasticityParameters {
        probability: 1.0,
        ltd_rate: 0.001,
        ltp_rate: 0.001,
        eligibility_decay: 0.95,
        da_ltp_modulation: 1.0,
        da_ltd_suppression: 0.5,
        w_max: 2.0,
        reward: [5.0, 2.0],
        dopamine: [10.0, 0.05],
    };

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
    }

    #[test]
    fn two_fifths_of_all_pairs_have_a_synapse_and_weights_begin_about_an_eightieth() {
        let fibers = ParallelFibers::new(&PlasticityParameters::default(), 4000, 24, 5).unwrap();
        let n = fibers.weights.len() as f64;
        // Four standard errors of a share of 96,000 pairs.
        assert!((n / 96_000.0 - 0.4).abs() < 4.0 * (0.24_f64 / 96_000.0).sqrt(), "{n}");
        assert!(fibers.fan_outs().all(|n| n <= 24));
        assert_eq!(fibers.fan_outs().sum::<usize>(), fibers.weights.len());
        assert!(fibers.weights.iter().all(|w| (0.00625..0.01875).contains(w)));
        assert!((fibers.mean() - 0.0125).abs() < 4.0 * 0.0125 * 0.2887 / n.sqrt(), "{}", fibers.mean());
        assert_eq!(fibers.histogram(100)[0], fibers.weights.len() as u64);
    }

    #[test]
    fn dopamine_is_a_constant_while_the_robot_stands() {
        close(DEFAULT.dopamine(0.001, 1.0), 0.2005);
        close(DEFAULT.dopamine(0.0, -0.7), 0.05);
        close(DEFAULT.dopamine(2.0, 1.0), 1.0);
    }

    #[test]
    fn the_drive_and_two_steps_of_a_weight_are_those_by_hand() {
        let mut fibers = ParallelFibers::new(&DEFAULT, 2, 2, 1).unwrap();
        fibers.weights.copy_from_slice(&[0.5, 0.25, 1.0, 1.0]);
        let mut drive = [f64::NAN; 2];
        fibers.drive(&[0.2, 0.1], &mut drive);
        close(drive[0], 0.2);
        close(drive[1], 0.15);
        fibers.advance(&[0.2, 0.0], &[0.0, 1.0], 0.2, true);
        // e = 0.2; LTP 0.001 1.2, LTD 0.001 0.9.
        close(fibers.weights[0], 0.5 + 0.2 * 0.0012);
        close(fibers.weights[1], 0.25 - 0.2 * 0.0009);
        assert_eq!(fibers.weights[2..], [1.0, 1.0], "a silent cell's synapses do not change");
        fibers.advance(&[0.2, 0.0], &[0.05, 0.04], 0.2, true);
        let e = 0.95 * 0.2 + 0.2;
        close(fibers.weights[0], 0.5 + 0.2 * 0.0012 - e * 0.0009 * 0.05);
        close(fibers.weights[1], 0.25 - 0.2 * 0.0009 + e * (0.0012 - 0.0009 * 0.04));
    }

    #[test]
    fn eligibility_is_the_geometric_sum_of_rates_and_falls_silent() {
        let mut fibers = ParallelFibers::new(&DEFAULT, 1, 1, 1).unwrap();
        for n in 1..=50 {
            fibers.advance(&[0.3], &[0.0], 0.2, false);
            close(fibers.eligibility[0], 0.3 * (1.0 - 0.95_f64.powi(n)) / 0.05);
        }
        (0..1000).for_each(|_| fibers.advance(&[0.0], &[0.0], 0.2, false));
        assert_eq!(fibers.eligibility[0], 0.0);
    }

    #[test]
    fn weights_stay_in_their_range_and_without_learning_where_they_are() {
        let mut fibers = ParallelFibers::new(&DEFAULT, 1, 2, 1).unwrap();
        let before = fibers.weights.clone();
        fibers.advance(&[1.0], &[0.0, 2.0], 0.2, false);
        assert_eq!(fibers.weights, before);
        (0..3000).for_each(|_| fibers.advance(&[1.0], &[0.0, 2.0], 0.2, true));
        assert_eq!(fibers.weights, [2.0, 0.0]);
        assert_eq!(fibers.histogram(4), [1, 0, 0, 1]);
    }

    /// Change of a weight per step at an eligibility of 1, with a pulse every so many steps of one cell's climbing fiber.
    fn drift(period: usize) -> f64 {
        // Rates so small that no weight reaches its limits.
        let parameters =
            PlasticityParameters { eligibility_decay: 0.0, ltd_rate: 1e-6, ltp_rate: 1e-6, ..DEFAULT };
        let mut fibers = ParallelFibers::new(&parameters, 1, 1, 1).unwrap();
        let mut purkinje = PurkinjeLayer::new(&PurkinjeParameters::default(), 1);
        fibers.weights[0] = 1.0;
        let periods = 20;
        for n in 0..(periods + 20) * period {
            if n == 20 * period {
                fibers.weights[0] = 1.0;
            }
            purkinje.advance(&[0.0], &[if n % period == 0 { 1.0 } else { 0.0 }]);
            fibers.advance(&[1.0], &purkinje.calcium, 0.2, true);
        }
        (fibers.weights[0] - 1.0) / (periods * period) as f64
    }

    #[test]
    fn the_drift_of_a_weight_changes_its_sign_at_2_2_pulses_per_100_steps() {
        // The law: 1.2 (100 - 36 p) - 0.9 12.5 p, in parts of the rates per 100 steps.
        for period in [100, 60, 50, 46, 44, 40] {
            let p = 100.0 / period as f64;
            let law = 1e-8 * (1.2 * (100.0 - 36.0 * p) - 0.9 * 12.5 * p);
            // Calcium that is left of the pulse before, a fortieth at 44 steps, shifts the closing by up to a step and the area not at all.
            assert!((drift(period) - law).abs() <= 1e-8 * 1.3 * p, "{period}: {} {law}", drift(period));
        }
        assert!(drift(50) > 0.0 && drift(33) < 0.0, "2 pulses run to the cap, 3 to 0");
        let zero = 100.0_f64 * 1.2 / (1.2 * 36.0 + 0.9 * 12.5);
        assert!((zero - 2.2).abs() < 0.01, "{zero}");
    }
}
