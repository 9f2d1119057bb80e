//! Parameters of the circuit.

use super::{ChannelParameters, PART};
use lobule_control::Error;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Most granule cells. Chosen: a hundred times those of the publication.
const MOST_CELLS: usize = 400_000;

/// Parameters of the circuit with graded Purkinje cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GradedParameters {
    /// Channels of the mossy fibers; without any, granule cells are active at a constant rate.
    pub channels: Vec<ChannelParameters>,
    /// Granule cells. Source: reference measurements of steering a quadruped, in which 100 to 2,000 do the same.
    pub granule_cells: usize,
    /// Most channels that a granule cell hears. Source: as above; granule cells have about four dendrites (Eccles, Ito and Szentágothai 1967).
    pub fan_in: usize,
    /// Share of active granule cells that the Golgi cells reach, where their highest threshold allows it. Chosen: the upper end of the 0.05 to
    /// 0.20 that the publication names, since overlapping tuning curves activate about that many.
    pub sparseness: f64,
    /// Time constant of the Golgi cells' threshold, s. Chosen: some cycles of a gait.
    pub golgi_s: f64,
    /// Rate of learning of each output, 1/s, for errors in units of its climbing fiber and outputs in units of its command. `[outputs]`
    pub rates: Vec<f64>,
    /// Delay of the eligibility behind the parallel fibers, s.
    pub delay_s: f64,
    /// Time constant of the eligibility, s. Source: the reference measurements.
    pub trace_s: f64,
    /// Time constant of the mean square activity, s. Chosen: some seconds, so that pauses between trials are averaged.
    pub mean_s: f64,
    /// Background rate of the climbing fibers, units of the error: what exceeds it, either way, is not reported. Chosen: errors of a walk in
    /// rad or rad/s are smaller.
    pub background: f64,
    /// Resting rate of the Purkinje cells, units of the output: the output lies within plus and minus twice that. Chosen: beyond all limits of
    /// effectors.
    pub resting: f64,
    /// Largest weight; they begin at 1 and do not fall below 0. Source: 2 in the publication.
    pub most_weight: f64,
}

impl Default for GradedParameters {
    fn default() -> Self {
        Self {
            channels: Vec::new(),
            granule_cells: 500,
            fan_in: 3,
            sparseness: 0.2,
            golgi_s: 2.0,
            rates: vec![0.03],
            delay_s: 0.0,
            trace_s: 0.1,
            mean_s: 10.0,
            background: 10.0,
            resting: 2.0,
            most_weight: 2.0,
        }
    }
}

impl GradedParameters {
    /// Checks the parameters for so many outputs in updates of `dt_s`.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the parameter, its value and its range.
    pub fn check(&self, outputs: usize, dt_s: f64) -> Result<(), Error> {
        let ranges = Ranges::of(PART);
        let cells = self.granule_cells;
        ranges.require((1..=MOST_CELLS).contains(&cells), "granule_cells", cells as f64, "1 to 400000")?;
        ranges.require((1..=4).contains(&self.fan_in), "fan_in", self.fan_in as f64, "1 to 4")?;
        let sparseness = self.sparseness;
        ranges.require(sparseness > 0.0 && sparseness <= 1.0, "sparseness", sparseness, "above 0 to 1")?;
        let (given, allowed) = (self.rates.len(), format!("{outputs}: one rate for each output"));
        ranges.require(given == outputs, "rates", given as f64, allowed)?;
        ranges.all("rates", &self.rates, |rate| (0.0..=1e6).contains(&rate), "0 to 1000000 /s")?;
        let times = [("golgi_s", self.golgi_s), ("trace_s", self.trace_s), ("mean_s", self.mean_s)];
        ranges.each(times, |s| s > 0.0 && s <= 1e4, "above 0 to 10000 s")?;
        ranges.require((0.0..=10.0).contains(&self.delay_s), "delay_s", self.delay_s, "0 to 10 s")?;
        let kept = (self.delay_s / dt_s).round() * cells as f64;
        ranges.require(
            kept <= 1e8,
            "values of the delay line",
            kept,
            "at most 100000000: take fewer cells or a shorter delay",
        )?;
        let positive = [("background", self.background), ("resting", self.resting)];
        ranges.each(positive, |x| x > 0.0, "above 0")?;
        ranges.require(
            self.most_weight > 1.0,
            "most_weight",
            self.most_weight,
            "above 1, where weights begin",
        )?;
        let channels = self.channels.len();
        ranges.require(channels <= 1000, "channels", channels as f64, "at most 1000")?;
        self.channels.iter().try_for_each(ChannelParameters::check)
    }
}
