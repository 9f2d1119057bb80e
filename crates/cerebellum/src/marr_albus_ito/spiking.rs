//! The spiking network below the parallel fibers: mossy fibers, granule cells, Golgi cells and output neurons, leaky
//! integrate-and-fire, in a few substeps of each control step.
//!
//! ```text
//! I_i = sum_j w_ji s_j(substep before) + N(0, (0.1 NE)²)          noise only if NE > 0.01
//! V_i += (-V_i + I_i) / tau_i + ext_i;  V_i = 0 while refractory
//! spike if V_i >= theta_i: V_i = 0, refractory for 2 substeps, of which the one of the spike is the first
//! ext: currents of the mossy code; 0.02 + 0.04 exploration + 0.03 curiosity for granule cells, 0.02 + 0.08 (1 - upright) of a fallen body
//! tau of output neurons: 20 + 15 (serotonin a - NE b), a and b of each neuron in 0.8 to 1.2, limited to 2 to 100
//! ```
//! Curiosity is that of a walker's arousal, `(NE - 0.25) / 0.3`. Purkinje and nuclear cells of the original's spiking network have no synapses
//! and are not simulated: the working layers are others.
//!
//! Work is proportional to spikes but for the membranes themselves.
//!
//! Source: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1).

use super::noise::Noise;
use super::populations::{OUTPUTS_PER_ACTUATOR, Populations};
use super::projections::Projections;
use super::sensors::{PART, Sensors};
use lobule_control::{Error, Snapshot, StateReader, StateWriter, snapshot};
use lobule_signal::{Ranges, Stream};
use serde::{Deserialize, Serialize};

/// Norepinephrine below which there is no noise. Source: MH-FLOCKE v0.4.1.
const SILENT: f64 = 0.01;

/// Parameters of the spiking network. Source: MH-FLOCKE v0.4.1, where not said.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SpikingParameters {
    /// Substeps of a control step.
    pub substeps: u32,
    /// Time constants of mossy fibers, granule cells, Golgi cells and output neurons, substeps.
    pub tau: [f64; 4],
    /// Thresholds of mossy fibers, Golgi cells and output neurons; that of granule cells is controlled.
    pub thresholds: [f64; 3],
    /// Substeps without another spike, that of the spike included.
    pub refractory_substeps: u32,
    /// Standard deviation of the noise at a norepinephrine of 1.
    pub noise: f64,
    /// Addition to it in granule cells, in place of the original's value of this size that nothing read.
    pub granule_noise: f64,
    /// Current of granule cells without drive.
    pub tonic: f64,
    /// Current that exploration adds. Chosen as one number for the original's product of 0.04 and a drive that varies in 0 to 1: 0.5.
    pub exploration: f64,
    /// Current that full curiosity adds.
    pub curiosity: f64,
    /// Current that lying on the back adds, for each unit of lost uprightness.
    pub fallen: f64,
    /// Norepinephrine without curiosity, and what full curiosity adds.
    pub norepinephrine: [f64; 2],
    /// Serotonin, 0 to 1. Chosen: 0, since it reaches the output neurons alone.
    pub serotonin: f64,
}

impl Default for SpikingParameters {
    fn default() -> Self {
        Self {
            substeps: 6,
            tau: [20.0, 5.0, 20.0, 20.0],
            thresholds: [1.0, 0.5, 0.4],
            refractory_substeps: 2,
            noise: 0.1,
            granule_noise: 0.02,
            tonic: 0.02,
            exploration: 0.02,
            curiosity: 0.03,
            fallen: 0.08,
            norepinephrine: [0.25, 0.3],
            serotonin: 0.0,
        }
    }
}

impl SpikingParameters {
    pub(super) fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of(PART);
        ranges.whole("spiking.substeps", self.substeps as usize, (1, 1000))?;
        ranges.all("spiking.tau", self.tau, |x| x >= 1.0, "1 substep or more: a shorter one overshoots")?;
        ranges.all("spiking.thresholds", self.thresholds, |x| x > 0.0, "above 0")?;
        ranges.positive("spiking.norepinephrine", self.norepinephrine[1])?;
        let values = [
            ("spiking.noise", self.noise),
            ("spiking.granule_noise", self.granule_noise),
            ("spiking.tonic", self.tonic),
            ("spiking.exploration", self.exploration),
            ("spiking.curiosity", self.curiosity),
            ("spiking.fallen", self.fallen),
            ("spiking.norepinephrine", self.norepinephrine[0]),
            ("spiking.serotonin", self.serotonin),
        ];
        Ok(ranges.each(values, |x| x >= 0.0, "0 or more")?)
    }

    /// Tonic current of granule cells.
    fn tonic(&self, sensors: &Sensors, is_fallen: bool) -> f64 {
        if is_fallen {
            return self.tonic + self.fallen * (1.0 - sensors.upright);
        }
        let [base, gain] = self.norepinephrine;
        let curiosity = ((sensors.norepinephrine - base) / gain).clamp(0.0, 1.0);
        self.tonic + self.exploration + self.curiosity * curiosity
    }
}

/// Membranes of one population, an array for each variable. `[n]` each
#[derive(Debug, Clone)]
struct Membranes {
    v: Vec<f64>,
    /// Substeps for which a neuron stays refractory.
    refractory: Vec<u32>,
    /// Synaptic input of the substep.
    input: Vec<f64>,
    /// Neurons that spiked in the last substep, in order.
    spikes: Vec<u32>,
    noise: Noise,
}

impl Membranes {
    fn new(n: usize, seed: u64, label: &str) -> Self {
        Self {
            v: vec![0.0; n],
            refractory: vec![0; n],
            input: vec![0.0; n],
            spikes: Vec::with_capacity(n),
            noise: Noise::new(seed, &format!("marr_albus_ito/noise/{label}")),
        }
    }

    fn reset(&mut self) {
        self.v.fill(0.0);
        self.refractory.fill(0);
        self.spikes.clear();
    }

    /// One substep: time constant and external current of each neuron, one threshold.
    fn advance(
        &mut self,
        tau: impl Fn(usize) -> f64,
        external: impl Fn(usize) -> f64,
        threshold: f64,
        refractory_substeps: u32,
    ) {
        self.spikes.clear();
        let neurons = self.v.iter_mut().zip(&mut self.refractory).zip(&self.input);
        for (i, ((v, refractory), input)) in neurons.enumerate() {
            let charged = *v + (input - *v) / tau(i) + external(i);
            *v = if *refractory > 0 { 0.0 } else { charged };
            if *v >= threshold {
                *v = 0.0;
                *refractory = refractory_substeps;
                self.spikes.push(i as u32);
            }
            *refractory = refractory.saturating_sub(1);
        }
    }
}

impl Snapshot for Membranes {
    fn write_state(&self, to: &mut StateWriter) {
        let mut has_spiked = vec![false; self.v.len()];
        self.spikes.iter().for_each(|i| has_spiked[*i as usize] = true);
        to.put(&self.v);
        to.put(&self.refractory);
        to.put(&has_spiked);
    }

    fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
        let mut has_spiked = vec![false; self.v.len()];
        from.take("v", &mut self.v)?;
        from.take("refractory", &mut self.refractory)?;
        from.take("spikes", &mut has_spiked)?;
        self.spikes.clear();
        self.spikes.extend((0..).zip(has_spiked).filter(|(_, has)| *has).map(|(i, _): (u32, _)| i));
        Ok(())
    }
}

/// State of the spiking network.
#[derive(Debug, Clone)]
pub(super) struct SpikingNetwork {
    parameters: SpikingParameters,
    /// Before the limits of the inert rule have acted, if they do.
    unlimited: Option<Projections>,
    projections: Projections,
    mossy: Membranes,
    granule: Membranes,
    golgi: Membranes,
    output: Membranes,
    /// Sensitivity of output neurons to serotonin and norepinephrine.
    sensitivity: Vec<[f64; 2]>,
    /// Spikes of the last control step.
    pub granule_counts: Vec<u32>,
    output_counts: Vec<u32>,
    substep: u64,
}

snapshot!(SpikingNetwork { mossy, granule, golgi, output, granule_counts, output_counts, substep });

impl SpikingNetwork {
    pub fn new(
        parameters: &SpikingParameters,
        drawn: Projections,
        limits_act: bool,
        sizes: &Populations,
        seed: u64,
    ) -> Self {
        let membranes = |n, label| Membranes::new(n, seed, label);
        let stream = Stream::new(seed, "marr_albus_ito/sensitivity");
        let sensitivity = |i: u32| [0, 1].map(|what| 0.8 + 0.4 * stream.uniform(what, i));
        let limited = drawn.limited();
        let (unlimited, projections) = if limits_act { (Some(drawn), limited) } else { (None, drawn) };
        Self {
            parameters: *parameters,
            unlimited,
            projections,
            mossy: membranes(sizes.mossy_fibers, "mossy_fiber"),
            granule: membranes(sizes.granule_cells, "granule_cell"),
            golgi: membranes(sizes.golgi_cells, "golgi_cell"),
            output: membranes(sizes.output_neurons, "output"),
            sensitivity: (0..sizes.output_neurons as u32).map(sensitivity).collect(),
            granule_counts: vec![0; sizes.granule_cells],
            output_counts: vec![0; sizes.output_neurons],
            substep: 0,
        }
    }

    /// Goes back to birth.
    pub fn reset(&mut self) {
        for membranes in [&mut self.mossy, &mut self.granule, &mut self.golgi, &mut self.output] {
            membranes.reset();
        }
        self.granule_counts.fill(0);
        self.output_counts.fill(0);
        self.substep = 0;
    }

    /// One control step under the currents of the mossy code. `[mossy_fibers]`
    pub fn advance(
        &mut self,
        currents: &[f64],
        sensors: &Sensors,
        granule_threshold: f64,
        is_first: bool,
        is_fallen: bool,
    ) {
        let p = self.parameters;
        let projections = match &self.unlimited {
            Some(unlimited) if is_first => unlimited,
            _ => &self.projections,
        };
        let tonic = p.tonic(sensors, is_fallen);
        let arousal = sensors.norepinephrine;
        self.granule_counts.fill(0);
        self.output_counts.fill(0);
        for _ in 0..p.substeps {
            let populations = [
                (&mut self.mossy, 0.0),
                (&mut self.granule, p.granule_noise),
                (&mut self.golgi, 0.0),
                (&mut self.output, 0.0),
            ];
            for (membranes, more) in populations {
                membranes.input.fill(0.0);
                let sd = (p.noise + more) * arousal;
                if arousal > SILENT && sd > 0.0 {
                    membranes.noise.add(self.substep, sd, &mut membranes.input);
                }
            }
            let (mossy, granule, golgi) = (&mut self.mossy, &mut self.granule, &mut self.golgi);
            projections.granule_to_golgi.deliver(&granule.spikes, &mut golgi.input);
            projections.mossy_to_golgi.deliver(&mossy.spikes, &mut golgi.input);
            projections.granule_to_output.deliver(&granule.spikes, &mut self.output.input);
            projections.mossy_to_granule.deliver(&mossy.spikes, &mut granule.input);
            projections.golgi_to_granule.deliver(&golgi.spikes, &mut granule.input);

            let [tau_mossy, tau_granule, tau_golgi, tau_output] = p.tau;
            let [theta_mossy, theta_golgi, theta_output] = p.thresholds;
            let refractory = p.refractory_substeps;
            mossy.advance(|_| tau_mossy, |i| currents[i], theta_mossy, refractory);
            granule.advance(|_| tau_granule, |_| tonic, granule_threshold, refractory);
            golgi.advance(|_| tau_golgi, |_| 0.0, theta_golgi, refractory);
            let sensitivity = &self.sensitivity;
            let tau = |i: usize| {
                let [a, b] = sensitivity[i];
                (tau_output + 15.0 * (p.serotonin * a - arousal * b)).clamp(2.0, 100.0)
            };
            self.output.advance(tau, |_| 0.0, theta_output, refractory);

            granule.spikes.iter().for_each(|i| self.granule_counts[*i as usize] += 1);
            self.output.spikes.iter().for_each(|i| self.output_counts[*i as usize] += 1);
            self.substep += 1;
        }
    }

    /// Commands that the output neurons vote for: spikes that push minus those that pull, divided by the most there can be without
    /// refractoriness. `[n_actuators]`
    pub fn votes(&self, out: &mut [f64]) {
        let half = OUTPUTS_PER_ACTUATOR / 2;
        let most = f64::from(self.parameters.substeps) * half as f64;
        for (vote, counts) in out.iter_mut().zip(self.output_counts.chunks_exact(OUTPUTS_PER_ACTUATOR)) {
            let sum = |counts: &[u32]| f64::from(counts.iter().sum::<u32>());
            *vote = ((sum(&counts[..half]) - sum(&counts[half..])) / most).clamp(-1.0, 1.0);
        }
    }

    /// Spikes of all populations in the last substep: mossy fibers, granule cells, Golgi cells, output neurons.
    pub fn spikes(&self) -> [usize; 4] {
        [&self.mossy, &self.granule, &self.golgi, &self.output].map(|membranes| membranes.spikes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::super::sensors::tests::level;
    use super::*;

    #[test]
    fn a_membrane_under_a_constant_input_relaxes_with_its_time_constant() {
        let mut cell = Membranes::new(1, 1, "test");
        for n in 1..=60 {
            cell.input[0] = 0.4;
            cell.advance(|_| 20.0, |_| 0.0, 0.5, 2);
            assert!((cell.v[0] - 0.4 * (1.0 - 0.95_f64.powi(n))).abs() < 1e-12);
            assert!(cell.spikes.is_empty());
        }
    }

    #[test]
    fn a_neuron_above_its_threshold_spikes_every_other_substep() {
        let mut cell = Membranes::new(1, 1, "test");
        let spiked: Vec<usize> = (0..6)
            .map(|_| {
                cell.advance(|_| 20.0, |_| 1.0, 1.0, 2);
                cell.spikes.len()
            })
            .collect();
        assert_eq!(spiked, [1, 0, 1, 0, 1, 0]);
    }

    #[test]
    fn granule_cells_are_driven_by_exploration_and_curiosity_and_by_a_fall() {
        let p = SpikingParameters::default();
        let joints = [0.0; 12];
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}");
        close(p.tonic(&level(&joints), false), 0.04);
        close(p.tonic(&Sensors { norepinephrine: 0.55, ..level(&joints) }, false), 0.07);
        close(p.tonic(&Sensors { upright: -0.5, ..level(&joints) }, true), 0.14);
    }

    #[test]
    fn output_neurons_vote_with_the_spikes_that_push_minus_those_that_pull() {
        let sizes = Populations::of(2, 8, 10, 5);
        let drawn = Projections::draw(&Default::default(), &sizes, 1).unwrap();
        let mut network = SpikingNetwork::new(&SpikingParameters::default(), drawn, false, &sizes, 1);
        network.output_counts = vec![3, 3, 3, 0, 0, 0, 1, 0, 0, 1, 2, 3];
        let mut votes = [f64::NAN; 2];
        network.votes(&mut votes);
        assert_eq!(votes, [0.5, -5.0 / 18.0]);
    }
}
