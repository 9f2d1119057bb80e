//! Numbers of a reconstruction, each with unit and source.
//!
//! All lengths are µm. The default values are in `mouse.rs`.

use super::geometry::Geometry;

/// A cerebellar cortex with its nuclei and olive, to be placed and connected.
///
/// # Example: a thinner granular layer
/// ```
/// use lobule_scaffold::{ScaffoldSpec, reconstruct};
/// let mut spec = ScaffoldSpec::mouse(60.0, 60.0);
/// spec.layers.granular = 100.0;
/// let anatomy = reconstruct(&spec, 1)?;
/// assert_eq!(anatomy.count("granule_cell"), 1404); // 3.9e-3 per µm³
/// # Ok::<(), lobule_scaffold::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ScaffoldSpec {
    /// Base size along x (across the parallel fibers) and y (along them), µm.
    pub size: [f64; 2],
    /// Thickness of each layer.
    pub layers: Layers,
    /// How many cells of each type, and how they are placed.
    pub cells: Cells,
    /// Wiring of the granular layer: mossy fibers, glomeruli, granule and Golgi cells.
    pub granular: GranularWiring,
    /// Wiring by contact of axons with dendrites, in order.
    pub arbors: Vec<ArborRule>,
    /// Wiring of nuclei and inferior olive.
    pub nuclei: NucleiWiring,
    /// Divide Purkinje, nuclear and olivary cells at random into equal halves `plus` and
    /// `minus`, and connect these types only within their half.
    pub microzones: bool,
}

/// Thickness of each layer, µm. The cortex is stacked on z = 0, the nuclei and then the olive lie below.
#[derive(Debug, Clone, PartialEq)]
pub struct Layers {
    /// Granular layer, from z = 0.
    pub granular: f64,
    /// Purkinje cell layer.
    pub purkinje: f64,
    /// Lower molecular layer, of the basket cells.
    pub basket: f64,
    /// Upper molecular layer, of the stellate cells.
    pub stellate: f64,
    /// Deep cerebellar nuclei, just below z = 0.
    pub nuclei: f64,
    /// Inferior olive, below the nuclei.
    pub olive: f64,
}

/// Cells placed at random in their layer, none closer to another of its type than two radii.
#[derive(Debug, Clone, PartialEq)]
pub struct RandomCells {
    /// Cells per µm³ of the layer.
    pub density: f64,
    /// Soma radius, µm.
    pub radius: f64,
}

/// Cells placed at random, as many as a share of the expected number of another type.
#[derive(Debug, Clone, PartialEq)]
pub struct RelativeCells {
    /// Cells per expected cell of the other type.
    pub ratio: f64,
    /// Soma radius, µm.
    pub radius: f64,
}

/// Purkinje cells in parallel rows slanted against the parallel fibers.
#[derive(Debug, Clone, PartialEq)]
pub struct ParallelArrays {
    /// Cells per µm² of the layer.
    pub planar_density: f64,
    /// Soma radius, µm.
    pub radius: f64,
    /// Distance of the rows along x, µm.
    pub spacing: f64,
    /// Angle between a row and the x axis, degrees.
    pub angle: f64,
}

/// How many cells of each type, and how they are placed.
#[derive(Debug, Clone, PartialEq)]
pub struct Cells {
    /// Mossy fiber terminals, relative to the glomeruli.
    pub mossy_fiber: RelativeCells,
    /// Glomeruli in the granular layer.
    pub glomerulus: RandomCells,
    /// Granule cells in the granular layer.
    pub granule_cell: RandomCells,
    /// Golgi cells in the granular layer.
    pub golgi_cell: RandomCells,
    /// Purkinje cells in their layer.
    pub purkinje_cell: ParallelArrays,
    /// Basket cells in the lower molecular layer.
    pub basket_cell: RandomCells,
    /// Stellate cells in the upper molecular layer.
    pub stellate_cell: RandomCells,
    /// Projection neurons of the nuclei.
    pub dcn_p: RandomCells,
    /// Nucleo-olivary neurons of the nuclei.
    pub dcn_i: RandomCells,
    /// Olivary cells, relative to the Purkinje cells.
    pub io_cell: RelativeCells,
}

/// Wiring of the granular layer.
#[derive(Debug, Clone, PartialEq)]
pub struct GranularWiring {
    /// A glomerulus belongs to a mossy fiber at most this far along x and along y, µm.
    pub mossy_reach: [f64; 2],
    /// Preference of near fibers, λ: of n candidates ranked by distance, rank n·q is taken, q in
    /// 0..1 with a density that falls as 1 / (q + 1 / (e^λ − 1)).
    pub mossy_steepness: f64,
    /// Dendrites of a granule cell, each in a glomerulus of another mossy fiber.
    pub granule_dendrites: usize,
    /// A granule cell's dendrites reach this far, µm.
    pub granule_reach: f64,
    /// A Golgi cell's basal dendrites reach glomeruli this far from the soma, µm.
    pub golgi_dendrite_reach: f64,
    /// A Golgi cell's axon reaches glomeruli this far from the soma, µm.
    pub golgi_axon_reach: f64,
    /// A Golgi cell's axon enters at most so many glomeruli, the nearest.
    pub golgi_axon_glomeruli: usize,
}

/// One wiring rule by contact of an axon with dendrites.
///
/// For each presynaptic cell the cells whose arbor can meet its own are listed;
/// a share `affinity` of them is drawn; those that `geometry` says are touched
/// get contacts.
#[derive(Debug, Clone, PartialEq)]
pub struct ArborRule {
    /// Name of the connection set.
    pub name: String,
    /// Presynaptic cell type.
    pub pre: String,
    /// Postsynaptic cell type.
    pub post: String,
    /// Share of the cells in reach that a presynaptic cell tries, 0 to 1.
    pub affinity: f64,
    /// Contacts of a connected pair: mean and standard deviation of a normal law, whose integer
    /// part is taken.
    pub contacts: (f64, f64),
    /// Postsynaptic minus presynaptic soma within which the boxes around both arbors meet:
    /// low and high along x, y, z, µm.
    pub reach: [[f64; 2]; 3],
    /// Which relative positions can touch.
    pub geometry: Geometry,
    /// Share of these positions that do touch, 0 to 1, drawn for each pair: outlines enclose gaps.
    pub fill: f64,
    /// May a cell contact itself? Only read where `pre` and `post` are the same type.
    pub autapses: bool,
}

/// Wiring of nuclei and olive; each number the probability of a pair unless said otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct NucleiWiring {
    /// Mossy fiber to nuclear projection neuron.
    pub mossy_to_dcn_p: f64,
    /// Purkinje cell to nuclear projection neuron.
    pub purkinje_to_dcn_p: f64,
    /// Purkinje cell to nucleo-olivary neuron.
    pub purkinje_to_dcn_i: f64,
    /// Olivary cell to nuclear projection neuron.
    pub io_to_dcn_p: f64,
    /// Olivary cell to nucleo-olivary neuron.
    pub io_to_dcn_i: f64,
    /// Nucleo-olivary neuron to olivary cell.
    pub dcn_i_to_io: f64,
    /// Contacts of a climbing fiber with its Purkinje cell: mean and standard deviation.
    pub climbing_fiber_contacts: (f64, f64),
}
