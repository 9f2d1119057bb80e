//! Connections between the spiking populations, drawn once, as sparse lists of targets for each source.
//!
//! ```text
//! mossy fiber -> granule cell   exactly 4 for each granule cell, with replacement   1 to 2, positive
//! granule cell -> Golgi cell    0.05 of all pairs                                   0.3 to 0.8
//! Golgi cell -> granule cell    0.05 of all pairs (0.02 in the original's builder)  0.2 to 0.4
//! mossy fiber -> Golgi cell     0.1 of all pairs                                    0.5 to 1
//! granule cell -> output        0.02 of all pairs                                   0.3 to 0.8
//! ```
//! The sign of a connection is that of its source: 80 % of all neurons are positive, in random order over the whole network, but
//! every Golgi cell is negative. So a fifth of the granule cells inhibit.
//!
//! Learning of these weights by reward, which the original configures, is switched off there for every synapse; only its limits act. After
//! the first step they turn what leaves a positive source into 0 to 1, and what leaves a negative one into -1 to 0
//! ([`Projections::limited`]): the weights of mossy fibers onto granule cells become 1, or 0 where the fiber is negative.
//!
//! Source: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1).

use super::populations::Populations;
use super::sensors::PART;
use lobule_control::Error;
use lobule_signal::{Ranges, Stream};
use serde::{Deserialize, Serialize};

/// Most synapses. Chosen: a gigabyte of them.
const MOST: u32 = 1 << 26;

/// Connectivity. Source: MH-FLOCKE v0.4.1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProjectionParameters {
    /// Mossy fibers of each granule cell.
    pub mossy_per_granule: usize,
    /// Connected fraction of the pairs of granule and Golgi cells.
    pub granule_to_golgi: f64,
    /// Connected fraction of the pairs of Golgi and granule cells.
    pub golgi_to_granule: f64,
    /// Connected fraction of the pairs of mossy fibers and Golgi cells.
    pub mossy_to_golgi: f64,
    /// Connected fraction of the pairs of granule cells and output neurons.
    pub granule_to_output: f64,
    /// True if the limits of a learning rule that is otherwise inert cut the weights after the first step.
    pub limits_of_inert_learning: bool,
}

impl Default for ProjectionParameters {
    fn default() -> Self {
        Self {
            mossy_per_granule: 4,
            granule_to_golgi: 0.05,
            golgi_to_granule: 0.05,
            mossy_to_golgi: 0.1,
            granule_to_output: 0.02,
            limits_of_inert_learning: false,
        }
    }
}

impl ProjectionParameters {
    pub(super) fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of(PART);
        ranges.whole("projections.mossy_per_granule", self.mossy_per_granule, (1, 1000))?;
        let fractions = [
            ("projections.granule_to_golgi", self.granule_to_golgi),
            ("projections.golgi_to_granule", self.golgi_to_granule),
            ("projections.mossy_to_golgi", self.mossy_to_golgi),
            ("projections.granule_to_output", self.granule_to_output),
        ];
        Ok(ranges.each(fractions, |x| (0.0..=1.0).contains(&x), "a fraction from 0 to 1")?)
    }
}

/// Synapses of one projection, by source.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Projection {
    /// Place of the first synapse of each source. `[sources + 1]`
    start: Vec<u32>,
    /// `[synapses]`
    targets: Vec<u32>,
    /// `[synapses]`
    weights: Vec<f64>,
}

/// A synapse: source, target, weight.
type Synapse = (u32, u32, f64);

impl Projection {
    fn of(sources: usize, synapses: &[Synapse]) -> Self {
        let mut start = vec![0_u32; sources + 1];
        for &(source, _, _) in synapses {
            start[source as usize + 1] += 1;
        }
        for i in 0..sources {
            start[i + 1] += start[i];
        }
        let mut next = start.clone();
        let (mut targets, mut weights) = (vec![0; synapses.len()], vec![0.0; synapses.len()]);
        for &(source, target, weight) in synapses {
            let place = &mut next[source as usize];
            targets[*place as usize] = target;
            weights[*place as usize] = weight;
            *place += 1;
        }
        Self { start, targets, weights }
    }

    /// Adds the weights of the sources that spiked to the input of their targets.
    pub fn deliver(&self, spikes: &[u32], input: &mut [f64]) {
        for &source in spikes {
            let synapses = self.start[source as usize] as usize..self.start[source as usize + 1] as usize;
            for (target, weight) in self.targets[synapses.clone()].iter().zip(&self.weights[synapses]) {
                input[*target as usize] += weight;
            }
        }
    }

    /// All synapses, by source.
    pub fn synapses(&self) -> impl Iterator<Item = Synapse> {
        let sources = 0..self.start.len() - 1;
        sources.flat_map(move |i| {
            let synapses = self.start[i] as usize..self.start[i + 1] as usize;
            synapses.map(move |k| (i as u32, self.targets[k], self.weights[k]))
        })
    }

    /// Synapses whose weight is limited to -1 to 0 for negative sources, 0 to 1 for others; those of weight 0 are pruned.
    fn limited(&self, is_negative: &[bool]) -> Self {
        let kept: Vec<Synapse> = self
            .synapses()
            .map(|(source, target, weight)| {
                let (least, most) = if is_negative[source as usize] { (-1.0, 0.0) } else { (0.0, 1.0) };
                (source, target, weight.clamp(least, most))
            })
            .filter(|(_, _, weight)| *weight != 0.0)
            .collect();
        Self::of(self.start.len() - 1, &kept)
    }
}

/// All projections of the spiking network, and the signs of their sources.
#[derive(Debug, Clone)]
pub(super) struct Projections {
    pub mossy_to_granule: Projection,
    pub granule_to_golgi: Projection,
    pub golgi_to_granule: Projection,
    pub mossy_to_golgi: Projection,
    pub granule_to_output: Projection,
    /// `[mossy_fibers]`
    mossy_is_negative: Vec<bool>,
    /// `[granule_cells]`
    granule_is_negative: Vec<bool>,
}

impl Projections {
    /// # Errors
    /// [`Error::Parameter`] for more synapses than a machine holds.
    pub fn draw(p: &ProjectionParameters, sizes: &Populations, seed: u64) -> Result<Self, Error> {
        let (mossy, granule, golgi) = (sizes.mossy_fibers, sizes.granule_cells, sizes.golgi_cells);
        let product = |sources: usize, targets: usize| sources as f64 * targets as f64;
        let synapses = (granule * p.mossy_per_granule) as f64
            + p.granule_to_golgi * product(granule, golgi)
            + p.golgi_to_granule * product(golgi, granule)
            + p.mossy_to_golgi * product(mossy, golgi)
            + p.granule_to_output * product(granule, sizes.output_neurons);
        let allowed = format!("at most {MOST}: ask for fewer cells or fewer connections");
        Ranges::of(PART).require(synapses <= f64::from(MOST), "synapses", synapses, allowed)?;
        let is_negative = signs(sizes, seed);
        let mossy_is_negative = is_negative[..mossy].to_vec();
        let first_granule = mossy + sizes.output_neurons;
        let granule_is_negative = is_negative[first_granule..first_granule + granule].to_vec();
        let golgi_is_negative = vec![true; golgi];

        let stream = Stream::new(seed, "marr_albus_ito/mossy_fiber_to_granule_cell");
        let n = granule * p.mossy_per_granule;
        let fan_in = (0..n).map(|k| {
            let source = stream.below(0, k as u32, mossy as u32);
            (source, (k / p.mossy_per_granule) as u32, 1.0 + stream.uniform(1, k as u32))
        });
        let projection = |label: &str, sources: &[bool], targets, fraction, weights| {
            let stream = Stream::new(seed, &format!("marr_albus_ito/{label}"));
            Projection::of(sources.len(), &pairs(&stream, sources, targets, fraction, weights))
        };
        Ok(Self {
            mossy_to_granule: Projection::of(mossy, &fan_in.collect::<Vec<_>>()),
            granule_to_golgi: projection(
                "granule_cell_to_golgi_cell",
                &granule_is_negative,
                golgi,
                p.granule_to_golgi,
                [0.3, 0.8],
            ),
            golgi_to_granule: projection(
                "golgi_cell_to_granule_cell",
                &golgi_is_negative,
                granule,
                p.golgi_to_granule,
                [0.2, 0.4],
            ),
            mossy_to_golgi: projection(
                "mossy_fiber_to_golgi_cell",
                &mossy_is_negative,
                golgi,
                p.mossy_to_golgi,
                [0.5, 1.0],
            ),
            granule_to_output: projection(
                "granule_cell_to_output",
                &granule_is_negative,
                sizes.output_neurons,
                p.granule_to_output,
                [0.3, 0.8],
            ),
            mossy_is_negative,
            granule_is_negative,
        })
    }

    /// The projections after the limits of the inert learning rule have acted.
    pub fn limited(&self) -> Self {
        let golgi_is_negative = vec![true; self.golgi_to_granule.start.len() - 1];
        Self {
            mossy_to_granule: self.mossy_to_granule.limited(&self.mossy_is_negative),
            granule_to_golgi: self.granule_to_golgi.limited(&self.granule_is_negative),
            golgi_to_granule: self.golgi_to_granule.limited(&golgi_is_negative),
            mossy_to_golgi: self.mossy_to_golgi.limited(&self.mossy_is_negative),
            granule_to_output: self.granule_to_output.limited(&self.granule_is_negative),
            mossy_is_negative: self.mossy_is_negative.clone(),
            granule_is_negative: self.granule_is_negative.clone(),
        }
    }
}

/// Signs of all neurons in the order of [`Populations`]: a fifth of them negative, shuffled.
fn signs(sizes: &Populations, seed: u64) -> Vec<bool> {
    let n = sizes.total();
    let positive = 4 * n / 5;
    let mut is_negative: Vec<bool> = (0..n).map(|i| i >= positive).collect();
    let stream = Stream::new(seed, "marr_albus_ito/signs");
    for i in (1..n).rev() {
        is_negative.swap(i, stream.below(0, i as u32, i as u32 + 1) as usize);
    }
    is_negative
}

/// A fraction of all pairs, drawn with replacement, with weights uniform in a range and the signs of their sources.
fn pairs(
    stream: &Stream,
    is_negative: &[bool],
    targets: usize,
    fraction: f64,
    [low, high]: [f64; 2],
) -> Vec<Synapse> {
    let sources = is_negative.len();
    let n = (fraction * sources as f64 * targets as f64) as usize;
    let synapse = |k: u32| {
        let source = stream.below(0, k, sources as u32);
        let weight = low + (high - low) * stream.uniform(2, k);
        let sign = if is_negative[source as usize] { -1.0 } else { 1.0 };
        (source, stream.below(1, k, targets as u32), sign * weight)
    };
    (0..n as u32).map(synapse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn() -> (Populations, Projections) {
        let sizes = Populations::of(12, 8, 4000, 200);
        (sizes, Projections::draw(&ProjectionParameters::default(), &sizes, 7).unwrap())
    }

    fn mean(weights: impl Iterator<Item = f64>) -> f64 {
        let all: Vec<f64> = weights.collect();
        all.iter().sum::<f64>() / all.len() as f64
    }

    #[test]
    fn projections_have_the_published_counts_and_every_granule_cell_four_mossy_fibers() {
        let (sizes, all) = drawn();
        let mut fan_in = vec![0; sizes.granule_cells];
        all.mossy_to_granule.synapses().for_each(|(_, target, _)| fan_in[target as usize] += 1);
        assert!(fan_in.iter().all(|n| *n == 4));
        let paper = ProjectionParameters { golgi_to_granule: 0.02, ..Default::default() };
        let all = Projections::draw(&paper, &sizes, 7).unwrap();
        let counts = [
            &all.mossy_to_granule,
            &all.granule_to_golgi,
            &all.golgi_to_granule,
            &all.mossy_to_golgi,
            &all.granule_to_output,
        ]
        .map(|projection| projection.synapses().count());
        assert_eq!(counts, [16_000, 40_000, 16_000, 6_080, 5_760]);
    }

    #[test]
    fn weights_lie_in_their_ranges_with_the_signs_of_their_sources() {
        let (_, all) = drawn();
        assert!(all.mossy_to_granule.synapses().all(|(_, _, w)| (1.0..2.0).contains(&w)));
        assert!(all.golgi_to_granule.synapses().all(|(_, _, w)| (-0.4..-0.2).contains(&w)));
        for (source, _, w) in all.granule_to_golgi.synapses() {
            assert!((0.3..0.8).contains(&w.abs()));
            assert_eq!(w < 0.0, all.granule_is_negative[source as usize]);
        }
        // Four standard errors of the mean of 16,000 uniform draws.
        let size = mean(all.mossy_to_granule.synapses().map(|(_, _, w)| w));
        assert!((size - 1.5).abs() < 4.0 * 0.2887 / 126.5, "{size}");
        let negative = all.granule_is_negative.iter().filter(|is| **is).count() as f64 / 4000.0;
        assert!((negative - 0.2).abs() < 4.0 * 0.4 / 63.2, "{negative}");
    }

    #[test]
    fn limits_of_the_inert_rule_turn_weights_onto_granule_cells_into_1_or_nothing() {
        let (_, all) = drawn();
        let limited = all.limited();
        assert!(limited.mossy_to_granule.synapses().all(|(_, _, w)| w == 1.0));
        let of_positive = all
            .mossy_to_granule
            .synapses()
            .filter(|(source, _, _)| !all.mossy_is_negative[*source as usize])
            .count();
        assert_eq!(limited.mossy_to_granule.synapses().count(), of_positive);
        assert!((0.7..0.9).contains(&(of_positive as f64 / 16_000.0)), "{of_positive}");
        assert_eq!(limited.granule_to_golgi, all.granule_to_golgi);
        assert_eq!(limited.golgi_to_granule, all.golgi_to_granule);
        assert_eq!(limited.mossy_to_golgi, all.mossy_to_golgi);
    }

    #[test]
    fn a_spike_reaches_its_targets_and_no_others() {
        let projection = Projection::of(3, &[(2, 0, 0.5), (0, 1, 1.0), (2, 3, -0.25), (2, 0, 0.5)]);
        let mut input = [0.0; 4];
        projection.deliver(&[2], &mut input);
        assert_eq!(input, [1.0, 0.0, 0.0, -0.25]);
        projection.deliver(&[0, 1], &mut input);
        assert_eq!(input, [1.0, 1.0, 0.0, -0.25]);
    }
}
