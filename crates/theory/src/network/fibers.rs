//! Mossy fibers: their connections, their activity in each pattern, and the targets of the patterns. Learning changes
//! none of these.
//!
//! Every draw is a function of (seed, name of the network, fiber, column). Weights therefore need not be stored, and a
//! pattern does not depend on the number of patterns.

use super::parameters::NetworkParameters;
use lobule_signal::{GROUP, Stream};

/// Bin of a fiber that is silent in a pattern.
const SILENT: u16 = u16::MAX;

/// One mossy fiber.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fiber {
    /// Sagittal row.
    pub row: usize,
    /// Number within the row.
    pub index: usize,
}

/// Wiring, patterns and targets of a network.
#[derive(Debug, Clone)]
pub struct Fibers {
    parameters: NetworkParameters,
    seed: u64,
    wiring: Stream,
    purkinje_weights: Stream,
    nucleo_olivary_weights: Stream,
    /// Column of each fiber in the nuclei. `[N S]`
    nuclear_column: Vec<u16>,
    /// Bin of each fiber in each pattern or [`SILENT`], `[p][N S]`.
    active_bin: Vec<u16>,
    /// `[p][L][T]`, Hz.
    targets: Vec<f64>,
}

impl Fibers {
    pub(super) fn new(parameters: &NetworkParameters, seed: u64, name: &str) -> Self {
        let p = parameters;
        let stream = |what: &str| Stream::new(seed, &format!("{name}/{what}"));
        let fibers = p.fibers();

        let columns = stream("nuclear_column");
        let nuclear_column =
            (0..fibers).map(|f| columns.below(0, f as u32, p.columns as u32) as u16).collect();

        // A pattern's active fibers: the half with the smallest draws.
        let (order, bins) = (stream("active"), stream("bin"));
        let mut active_bin = vec![SILENT; p.patterns * fibers];
        for (mu, bin) in active_bin.chunks_mut(fibers).enumerate() {
            let mut draws: Vec<_> = (0..fibers as u32).map(|f| (order.u32(mu as u64, f), f)).collect();
            draws.sort_unstable();
            for &(_, f) in &draws[..fibers / 2] {
                bin[f as usize] = bins.below(mu as u64, f, p.bins as u32) as u16;
            }
        }

        let target = stream("target");
        let targets = (0..p.patterns)
            .flat_map(|mu| (0..p.outputs()).map(move |k| (mu as u64, k as u32)))
            .map(|(mu, k)| 2.0 * p.rate_target * target.uniform(mu, k))
            .collect();
        Self {
            parameters: p.clone(),
            seed,
            wiring: stream("wiring"),
            purkinje_weights: stream("purkinje_weight"),
            nucleo_olivary_weights: stream("nucleo_olivary_weight"),
            nuclear_column,
            active_bin,
            targets,
        }
    }

    /// Sizes and rates.
    pub fn parameters(&self) -> &NetworkParameters {
        &self.parameters
    }

    /// Seed of wiring, patterns and initial weights.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The column whose nuclear neurons a fiber reaches.
    pub fn nuclear_column(&self, fiber: Fiber) -> usize {
        usize::from(self.nuclear_column[self.number(fiber)])
    }

    /// The bin in which a fiber is active in a pattern; none if it is silent.
    pub fn active_bin(&self, pattern: usize, fiber: Fiber) -> Option<usize> {
        let bin = self.active_bin[pattern * self.parameters.fibers() + self.number(fiber)];
        (bin != SILENT).then_some(usize::from(bin))
    }

    /// True if a fiber reaches the Purkinje cell of its row in a column, which has probability 1/2.
    pub fn reaches(&self, fiber: Fiber, column: usize) -> bool {
        let word = self.wiring.u32(self.number(fiber) as u64, (column / 32) as u32);
        word >> (column % 32) & 1 == 1
    }

    /// Initial weight on the Purkinje cell of a column: uniform in 0 to
    /// [`NetworkParameters::largest_mossy_to_pc`].
    pub fn initial_purkinje_weight(&self, fiber: Fiber, column: usize) -> f64 {
        self.parameters.largest_mossy_to_pc()
            * self.purkinje_weights.uniform(self.number(fiber) as u64, column as u32)
    }

    /// Initial weight on the nucleo-olivary neuron of the fiber's column: uniform in 0 to
    /// [`NetworkParameters::largest_mossy_to_no`].
    pub fn initial_nucleo_olivary_weight(&self, fiber: Fiber) -> f64 {
        self.parameters.largest_mossy_to_no()
            * self.nucleo_olivary_weights.uniform(0, self.number(fiber) as u32)
    }

    /// Target rates of a pattern, `[L][T]`, Hz.
    pub fn target(&self, pattern: usize) -> &[f64] {
        let outputs = self.parameters.outputs();
        &self.targets[pattern * outputs..(pattern + 1) * outputs]
    }

    pub(super) fn set_target(&mut self, pattern: usize, target: &[f64]) {
        let outputs = self.parameters.outputs();
        self.targets[pattern * outputs..(pattern + 1) * outputs].copy_from_slice(target);
    }

    /// All fibers, row by row.
    pub fn iter(&self) -> impl Iterator<Item = Fiber> + use<> {
        let (rows, per_row) = (self.parameters.rows, self.parameters.fibers_per_row);
        (0..rows).flat_map(move |row| (0..per_row).map(move |index| Fiber { row, index }))
    }

    /// Patterns in which a fiber is active, with its bin.
    pub(super) fn activity(&self, fiber: Fiber, into: &mut Vec<(usize, usize)>) {
        into.clear();
        into.extend((0..self.parameters.patterns).filter_map(|mu| Some((mu, self.active_bin(mu, fiber)?))));
    }

    /// The columns a fiber reaches, with its initial weight there; the same values as
    /// [`Fibers::reaches`] and [`Fibers::initial_purkinje_weight`], drawn in groups.
    pub(super) fn each_synapse(&self, fiber: Fiber, mut each: impl FnMut(usize, f64)) {
        let (number, columns) = (self.number(fiber) as u64, self.parameters.columns);
        let largest = self.parameters.largest_mossy_to_pc();
        let mut draws = [0u32; GROUP];
        for group in 0..columns.div_ceil(GROUP) {
            let word = self.wiring.u32(number, group as u32);
            self.purkinje_weights.fill_group(number, group as u32, &mut draws);
            for (k, &draw) in draws.iter().enumerate().take(columns - group * GROUP) {
                if word >> k & 1 == 1 {
                    each(group * GROUP + k, largest * ((f64::from(draw) + 0.5) / 4_294_967_296.0));
                }
            }
        }
    }

    fn number(&self, fiber: Fiber) -> usize {
        fiber.row * self.parameters.fibers_per_row + fiber.index
    }
}
