//! Sizes of the populations.

use super::mossy;
use super::sensors::PART;
use lobule_control::Error;
use lobule_signal::Ranges;

/// Output neurons of each actuator: three that push, three that pull. Source: MH-FLOCKE v0.4.1.
pub(super) const OUTPUTS_PER_ACTUATOR: usize = 6;
/// Most granule cells, and most Golgi cells. Chosen: more than fits a control step by far.
const MOST: usize = 1_000_000;

/// Numbers of neurons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Populations {
    /// Mossy fibers: a few for each channel of the senses.
    pub mossy_fibers: usize,
    /// Output neurons, 6 for each actuator; they reach no motor while the nuclei command.
    pub output_neurons: usize,
    /// Granule cells.
    pub granule_cells: usize,
    /// Golgi cells.
    pub golgi_cells: usize,
    /// Purkinje cells: push and pull of each actuator.
    pub purkinje_cells: usize,
    /// Nuclear cells, one below each Purkinje cell.
    pub nuclear_cells: usize,
}

impl Populations {
    pub(super) fn of(n_actuators: usize, curves: usize, granule_cells: usize, golgi_cells: usize) -> Self {
        Self {
            mossy_fibers: curves * mossy::channels(n_actuators),
            output_neurons: OUTPUTS_PER_ACTUATOR * n_actuators,
            granule_cells,
            golgi_cells,
            purkinje_cells: 2 * n_actuators,
            nuclear_cells: 2 * n_actuators,
        }
    }

    /// Granule and Golgi cells as the later version scales them with its `hidden` neurons: a share of 0.7 of what Purkinje and
    /// nuclear cells leave, of which 0.15 are Golgi cells. 567 and 99 for 1000 neurons and 12 actuators. Source: MH-FLOCKE v0.5.1.
    pub fn scaled(hidden: usize, n_actuators: usize) -> [usize; 2] {
        let share = 7 * hidden.saturating_sub(4 * n_actuators) / 10;
        let golgi = 15 * share / 100;
        [share - golgi, golgi]
    }

    /// All neurons.
    pub fn total(&self) -> usize {
        self.mossy_fibers
            + self.output_neurons
            + self.granule_cells
            + self.golgi_cells
            + self.purkinje_cells
            + self.nuclear_cells
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of(PART);
        ranges.whole("granule_cells", self.granule_cells, (1, MOST))?;
        Ok(ranges.whole("golgi_cells", self.golgi_cells, (1, MOST))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quadruped_has_the_published_4624_neurons() {
        let sizes = Populations::of(12, 8, 4000, 200);
        let expected = Populations {
            mossy_fibers: 304,
            output_neurons: 72,
            granule_cells: 4000,
            golgi_cells: 200,
            purkinje_cells: 24,
            nuclear_cells: 24,
        };
        assert_eq!((sizes, sizes.total()), (expected, 4624));
    }

    #[test]
    fn the_later_version_has_567_granule_cells_for_1000_hidden_neurons() {
        assert_eq!(Populations::scaled(1000, 12), [567, 99]);
        assert_eq!(Populations::scaled(10, 12), [0, 0]);
    }
}
