//! The circuit: one control step after the other, from senses to corrections.
//!
//! ```text
//! 1 mossy code        currents of the mossy fibers
//! 2 spiking network   substeps: mossy fibers, granule cells, Golgi cells, output neurons
//! 3 granular layer    rates, sparseness, threshold of the next step
//! 4 parallel fibers   drive of the Purkinje cells
//! 5 olive             climbing fibers
//! 6 Purkinje cells    three compartments, calcium
//! 7 plasticity        eligibility, depression and potentiation
//! 8 nuclei            activity, and corrections on demand:
//!
//! correction_k = clip((D_push - D_pull) mix, +-L),  mix = min(1, age / ramp) mix_end clip(upright, 0, 1)
//! L = 1 if mix_end > 0.4, else 0.5
//! ```
//!
//! Source: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1).

use super::granular::GranularLayer;
use super::mossy::MossyCode;
use super::nuclei::Nuclei;
use super::olive::Olive;
use super::parallel_fibers::ParallelFibers;
use super::parameters::CircuitParameters;
use super::populations::Populations;
use super::projections::Projections;
use super::purkinje::PurkinjeLayer;
use super::sensors::{PART, Sensors};
use super::spiking::SpikingNetwork;
use lobule_control::walking::Body;
use lobule_control::{Error, Snapshot, StateReader, StateWriter, snapshot};
use lobule_signal::Ranges;

/// Most actuators. Chosen: more than any robot has.
const MOST_ACTUATORS: usize = 10_000;

/// Measures of a control step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Update {
    /// Mean signal of the climbing fibers, 0 to 1.
    pub loss: f64,
    /// Fraction of active granule cells S.
    pub granule_sparseness: f64,
    /// Mean size of the nuclei's activity.
    pub nuclear_activity: f64,
    /// Mean size of the corrections that were asked for last.
    pub correction_magnitude: f64,
    /// Dopamine d.
    pub dopamine: f64,
}

/// Sizes and seed of a circuit; a state fits only a circuit with the same.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Made {
    n_actuators: usize,
    legs: usize,
    seed: u64,
}

impl Snapshot for Made {
    fn write_state(&self, to: &mut StateWriter) {
        to.put(&[self.n_actuators, self.legs]);
        to.put(&self.seed);
    }

    fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
        let (mut sizes, mut seed) = ([0; 2], 0);
        from.take("sizes", &mut sizes)?;
        from.take("seed", &mut seed)?;
        let [n_actuators, legs] = sizes;
        let found = Self { n_actuators, legs, seed };
        if found == *self {
            return Ok(());
        }
        let words = |m: &Self| format!("{} actuators, {} legs and seed {}", m.n_actuators, m.legs, m.seed);
        let what = format!("the state is of a circuit of {}, not {}", words(&found), words(self));
        Err(Error::State { part: PART.into(), what })
    }
}

/// The cerebellar circuit of Marr, Albus and Ito for a body with legs.
///
/// # Example: a level robot at rest
/// ```
/// use lobule_cerebellum::marr_albus_ito::{Circuit, CircuitParameters, Sensors};
/// let mut circuit = Circuit::new(&CircuitParameters::paper(), 12, 4, 1)?;
/// assert_eq!(circuit.populations().total(), 4624);
/// let joints = [0.0; 12];
/// let sensors = Sensors {
///     position: [0.0, 0.0, 0.27],
///     velocity: [0.0; 3],
///     euler: [0.0; 3],
///     height: 0.27,
///     upright: 1.0,
///     r33: 1.0,
///     forward_velocity: 0.0,
///     angular_velocity: [0.0; 3],
///     joint_angles: &joints,
///     joint_velocities: &joints,
///     command: &joints,
///     steering: 0.0,
///     target_heading: 0.0,
///     target_distance: 0.0,
///     obstacle_range: None,
///     norepinephrine: 0.25,
///     way: 0.0,
/// };
/// let mut corrections = [0.0; 12];
/// for _step in 0..100 {
///     let update = circuit.update(&sensors)?;
///     assert!(update.granule_sparseness <= 1.0);
///     circuit.corrections(1.0, &mut corrections)?;
/// }
/// # Ok::<(), lobule_control::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Circuit {
    parameters: CircuitParameters,
    made: Made,
    populations: Populations,
    code: MossyCode,
    spiking: SpikingNetwork,
    granular: GranularLayer,
    parallel_fibers: ParallelFibers,
    purkinje: PurkinjeLayer,
    nuclei: Nuclei,
    olive: Olive,
    learns: bool,
    /// Control steps that it has lived.
    age: u64,
    /// Age and integral of the sparseness in the last step of learning, to which a new trial goes back.
    kept_age: u64,
    kept_bias: f64,
    correction_magnitude: f64,
    /// d of the last step.
    dopamine: f64,
    /// Currents of the mossy fibers. `[mossy_fibers]`
    currents: Vec<f64>,
    /// `[n_purkinje]`
    drive: Vec<f64>,
    /// `[n_purkinje]`
    climbing: Vec<f64>,
}

snapshot!(Circuit {
    made,
    spiking,
    granular,
    parallel_fibers,
    purkinje,
    nuclei,
    olive,
    learns,
    age,
    kept_age,
    kept_bias,
    correction_magnitude,
    dopamine,
    climbing,
});

impl Circuit {
    /// A circuit for so many actuators, which the legs share evenly: actuator k of leg l is `l (n_actuators / legs) + k`; what is left
    /// over belongs to no leg. Wiring, first weights and noise depend on `seed`.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the number or the parameter.
    pub fn new(
        parameters: &CircuitParameters,
        n_actuators: usize,
        legs: usize,
        seed: u64,
    ) -> Result<Self, Error> {
        let p = parameters.clone();
        p.check()?;
        let ranges = Ranges::of(PART);
        ranges.whole("n_actuators", n_actuators, (1, MOST_ACTUATORS))?;
        ranges.whole("legs", legs, (1, n_actuators))?;
        let body = Body { legs, joints_per_leg: n_actuators / legs };
        body.check()?;
        let sizes = Populations::of(n_actuators, p.mossy.curves, p.granule_cells, p.golgi_cells);
        sizes.check()?;
        let purkinje = sizes.purkinje_cells;
        p.plasticity.check_room(sizes.granule_cells, purkinje)?;
        let drawn = Projections::draw(&p.projections, &sizes, seed)?;
        let limits_act = p.projections.limits_of_inert_learning;
        Ok(Self {
            made: Made { n_actuators, legs, seed },
            populations: sizes,
            code: MossyCode::new(&p.mossy),
            spiking: SpikingNetwork::new(&p.spiking, drawn, limits_act, &sizes, seed),
            granular: GranularLayer::new(&p.granular, sizes.granule_cells),
            parallel_fibers: ParallelFibers::new(&p.plasticity, sizes.granule_cells, purkinje, seed)?,
            purkinje: PurkinjeLayer::new(&p.purkinje, purkinje),
            nuclei: Nuclei::new(&p.nuclei, purkinje),
            olive: Olive::new(&p.olive, body, n_actuators),
            learns: true,
            age: 0,
            kept_age: 0,
            kept_bias: 0.0,
            correction_magnitude: 0.0,
            dopamine: 0.0,
            currents: vec![0.0; sizes.mossy_fibers],
            drive: vec![0.0; purkinje],
            climbing: vec![0.0; purkinje],
            parameters: p,
        })
    }

    /// Sizes of the populations.
    pub fn populations(&self) -> Populations {
        self.populations
    }

    /// Builds the circuit anew with populations of these sizes; what was learned is lost. Granule and Golgi cells can be chosen, the
    /// others follow from the actuators and the tuning.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a number that is out of range or does not follow; nothing changes then.
    pub fn set_populations(&mut self, sizes: &Populations) -> Result<(), Error> {
        let Populations { granule_cells, golgi_cells, .. } = *sizes;
        let parameters = CircuitParameters { granule_cells, golgi_cells, ..self.parameters.clone() };
        let made = Self::new(&parameters, self.made.n_actuators, self.made.legs, self.made.seed)?;
        let follow = made.populations;
        for (name, given, needed) in [
            ("mossy_fibers", sizes.mossy_fibers, follow.mossy_fibers),
            ("output_neurons", sizes.output_neurons, follow.output_neurons),
            ("purkinje_cells", sizes.purkinje_cells, follow.purkinje_cells),
            ("nuclear_cells", sizes.nuclear_cells, follow.nuclear_cells),
        ] {
            let allowed =
                format!("{needed}, which follows from the actuators and the tuning of mossy fibers");
            Ranges::of(PART).require(given == needed, name, given as f64, allowed)?;
        }
        *self = Self { learns: self.learns, ..made };
        Ok(())
    }

    /// Its parameters.
    pub fn configuration(&self) -> &CircuitParameters {
        &self.parameters
    }

    /// Number of actuators.
    pub fn n_actuators(&self) -> usize {
        self.made.n_actuators
    }

    /// One control step of 5 ms; allocates nothing. What is learned is learned here.
    ///
    /// # Errors
    /// As [`Sensors::check`]; nothing changes then.
    pub fn update(&mut self, sensors: &Sensors) -> Result<Update, Error> {
        sensors.check(self.made.n_actuators)?;
        let p = &self.parameters;
        self.code.encode(sensors, &mut self.currents);
        let threshold = self.granular.threshold;
        self.spiking.advance(&self.currents, sensors, threshold, self.age == 0, p.is_fallen(sensors));
        self.granular.advance(&self.spiking.granule_counts, p.spiking.substeps);
        self.parallel_fibers.drive(&self.granular.rates, &mut self.drive);
        self.olive.signal(sensors, &mut self.climbing);
        self.olive.advance(sensors, self.learns);
        self.purkinje.advance(&self.drive, &self.climbing);
        self.dopamine = p.plasticity.dopamine(sensors.way, sensors.upright);
        let (rates, calcium) = (&self.granular.rates, &self.purkinje.calcium);
        self.parallel_fibers.advance(rates, calcium, self.dopamine, self.learns);
        self.nuclei.advance(&self.purkinje);
        self.age += 1;
        if self.learns {
            (self.kept_age, self.kept_bias) = (self.age, self.granular.bias);
        }
        Ok(self.measures())
    }

    /// Measures of the last step.
    pub fn measures(&self) -> Update {
        Update {
            loss: mean_size(&self.climbing),
            granule_sparseness: self.granular.sparseness,
            nuclear_activity: mean_size(&self.nuclei.activity),
            correction_magnitude: self.correction_magnitude,
            dopamine: self.dopamine,
        }
    }

    /// Writes the corrections of a body of such uprightness, as fractions of the range of the joints: 0 before the first step and after a
    /// reset. `[n_actuators]`
    ///
    /// # Errors
    /// [`Error::Length`] for another number of places, [`Error::NonFinite`] for an uprightness that is not a number.
    pub fn corrections(&mut self, upright: f64, out: &mut [f64]) -> Result<(), Error> {
        self.places("corrections", out.len(), self.made.n_actuators)?;
        Error::finite(PART, ["uprightness"], &[upright], f64::NAN)?;
        let p = &self.parameters;
        let mix = p.mix(self.age) * upright.clamp(0.0, 1.0);
        let limit = p.limit();
        for (correction, activity) in out.iter_mut().zip(self.nuclei.activity.chunks_exact(2)) {
            let said = if self.nuclei.is_active { (activity[0] - activity[1]) * mix } else { 0.0 };
            *correction = said.clamp(-limit, limit);
        }
        self.correction_magnitude = mean_size(out);
        Ok(())
    }

    /// Writes the climbing-fiber signals, 0 to 1, that a step with these senses would have, and changes nothing. Push before pull of each
    /// actuator. `[n_purkinje]`
    ///
    /// # Errors
    /// As [`Sensors::check`]; [`Error::Length`] for another number of places.
    pub fn cf_signal(&self, sensors: &Sensors, out: &mut [f64]) -> Result<(), Error> {
        sensors.check(self.made.n_actuators)?;
        self.places("climbing-fiber signals", out.len(), self.populations.purkinje_cells)?;
        self.olive.signal(sensors, out);
        Ok(())
    }

    /// Writes the commands that the output neurons vote for, -1 to 1; they stand for the corrections in a body without cerebellum.
    /// `[n_actuators]`
    ///
    /// # Errors
    /// [`Error::Length`] for another number of places.
    pub fn output_votes(&self, out: &mut [f64]) -> Result<(), Error> {
        self.places("votes", out.len(), self.made.n_actuators)?;
        self.spiking.votes(out);
        Ok(())
    }

    fn places(&self, what: &'static str, count: usize, needed: usize) -> Result<(), Error> {
        if count == needed {
            return Ok(());
        }
        let input = format!("room for {what}");
        Err(Error::Length {
            part: PART.into(),
            input: input.into(),
            count,
            needed: format!("it gives {needed}"),
        })
    }

    /// The reset between episodes of the original, after a fall: forgets what is eligible, the state of the Purkinje cells and the nuclei,
    /// and moves the rates of the granule cells halfway to 0.015. Weights, sparseness control, membranes, schedule and age stay.
    pub fn reset(&mut self) {
        self.parallel_fibers.reset();
        self.purkinje.reset();
        self.nuclei.reset();
        self.granular.end_episode();
    }

    /// Starts a trial: goes back to birth, draws of noise and schedule of pulses included, but for what was learned: weights, gains of the
    /// olive, and the age and sparseness control of the last step of learning.
    pub fn restart(&mut self) {
        self.spiking.reset();
        self.parallel_fibers.reset();
        self.purkinje.reset();
        self.nuclei.reset();
        self.olive.reset();
        self.granular.reset(self.kept_bias);
        self.age = self.kept_age;
        (self.correction_magnitude, self.dopamine) = (0.0, 0.0);
        self.climbing.fill(0.0);
    }

    /// Switches learning of weights and of the olive's gains; sparseness control goes on.
    pub fn set_learning(&mut self, learns: bool) {
        self.learns = learns;
    }

    /// Multiplies the rates of depression and potentiation.
    pub fn slow(&mut self, factor: f64) {
        self.parallel_fibers.pace *= factor;
    }

    /// Weights of the parallel-fiber synapses, by granule cell. `[synapses]`
    pub fn weights(&self) -> &[f64] {
        &self.parallel_fibers.weights
    }

    /// Mean weight of the parallel-fiber synapses.
    pub fn weight_mean(&self) -> f64 {
        self.parallel_fibers.mean()
    }

    /// Histogram of the weights in bins of equal width from 0 to the largest allowed. `[bins]`
    pub fn weight_histogram(&self, bins: usize) -> Vec<u64> {
        self.parallel_fibers.histogram(bins)
    }

    /// Climbing-fiber signals of the last step, 0 to 1. `[n_purkinje]`
    pub fn climbing_fibers(&self) -> &[f64] {
        &self.climbing
    }

    /// Rates of the granule cells. `[granule_cells]`
    pub fn granule_rates(&self) -> &[f64] {
        &self.granular.rates
    }

    /// Threshold of the granule cells in the next step, and the integral b of the sparseness control.
    pub fn granule_threshold(&self) -> [f64; 2] {
        [self.granular.threshold, self.granular.bias]
    }

    /// Smoothed rates y of the Purkinje cells. `[n_purkinje]`
    pub fn purkinje_rates(&self) -> &[f64] {
        &self.purkinje.rate
    }

    /// Apical potentials A of the Purkinje cells. `[n_purkinje]`
    pub fn apical_potentials(&self) -> &[f64] {
        &self.purkinje.apical
    }

    /// Calcium K of the Purkinje cells. `[n_purkinje]`
    pub fn calcium(&self) -> &[f64] {
        &self.purkinje.calcium
    }

    /// Complex spikes since the last reset.
    pub fn complex_spikes(&self) -> u64 {
        self.purkinje.complex_spikes
    }

    /// Activity D of the nuclei. `[n_purkinje]`
    pub fn nuclear_activity(&self) -> &[f64] {
        &self.nuclei.activity
    }

    /// Spikes in the last substep: mossy fibers, granule cells, Golgi cells, output neurons.
    pub fn spikes(&self) -> [usize; 4] {
        self.spiking.spikes()
    }

    /// Correction of the gain of the steering, by which 1 + it multiplies.
    pub fn steering_gain_correction(&self) -> f64 {
        self.olive.steering_gain_correction()
    }

    /// Movement of a step that the olive's forward model predicts at a command of 1, rad. `[n_actuators]`
    pub fn forward_gains(&self) -> &[f64] {
        self.olive.forward_gains()
    }

    /// Mean size of the errors of the olive's forward model, were these the senses of the next step, rad.
    ///
    /// # Errors
    /// As [`Sensors::check`].
    pub fn prediction_error(&self, sensors: &Sensors) -> Result<f64, Error> {
        sensors.check(self.made.n_actuators)?;
        Ok(self.olive.prediction_error(sensors))
    }

    /// Control steps that it has lived.
    pub fn age(&self) -> u64 {
        self.age
    }

    /// Writes what gives the weights their meaning.
    pub(super) fn write_parameters(&self, to: &mut StateWriter) {
        let mut p = self.parameters.clone();
        (p.plasticity.ltd_rate, p.plasticity.ltp_rate) = (0.0, 0.0);
        to.put(&self.made);
        to.bytes(format!("{p:?}").as_bytes());
    }

    pub(super) fn write_learned(&self, to: &mut StateWriter) {
        to.put(&self.parallel_fibers.weights);
        to.put(&self.kept_age);
        to.put(&self.kept_bias);
        self.olive.write_learned(to);
    }

    pub(super) fn read_learned(&mut self, from: &mut StateReader) -> Result<(), Error> {
        from.take("weights", &mut self.parallel_fibers.weights)?;
        from.take("age", &mut self.kept_age)?;
        from.take("sparseness control", &mut self.kept_bias)?;
        self.olive.read_learned(from)?;
        (self.age, self.granular.bias) = (self.kept_age, self.kept_bias);
        Ok(())
    }
}

fn mean_size(values: &[f64]) -> f64 {
    values.iter().map(|x| x.abs()).sum::<f64>() / values.len().max(1) as f64
}
