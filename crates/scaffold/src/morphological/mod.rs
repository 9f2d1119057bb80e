//! The morphological way to a circuit: a configuration of BSB and the morphologies of its cells.
//!
//! ```text
//! Configuration + morphologies ─▶ place ─▶ label ─▶ connect, rule by rule ─▶ multiply ─▶ Anatomy
//! ```
//!
//! The rule all parts obey: every random number is a pure function of (seed, rule and types,
//! cell, draw), so the result does not depend on threads or on which other rules are there.
//! BSB draws from other streams: the same configuration gives a circuit with the same
//! statistics, not the same cells.
//!
//! Lengths are µm.

mod audit;
mod degrees;
mod glomeruli;
mod golgi;
mod intersection;
mod labels;
mod pipeline;
mod placement;
mod population;
mod rules;
mod swc;
mod voxels;
mod wiring;

pub use audit::{SetAudit, audit};

use crate::built::Shapes;
use crate::morphology::Morphology;
use crate::{Anatomy, Built, CellSites, Configuration, Error, bsb, canonical_cell_name};
use population::Population;
use std::path::PathBuf;
use std::sync::Arc;

/// A behavior of cerebellar-models 0.13 that is put right unless it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quirk {
    /// `golgi-tips`: a glomerulus contacts the tip of a Golgi dendrite that is nearest to (i, i, i) µm,
    /// i its number, instead of one near itself. Without effect on point neurons.
    GolgiTips,
    /// `ubc-order`: a unipolar brush cell takes the glomerulus nearest to another such cell.
    UbcOrder,
    /// `one-zone`: rows of a rule are multiplied, those of its mirror `<rule>_minus` are not.
    OneZone,
}

impl Quirk {
    /// All, by name.
    pub const ALL: [(&'static str, Quirk); 3] =
        [("golgi-tips", Quirk::GolgiTips), ("ubc-order", Quirk::UbcOrder), ("one-zone", Quirk::OneZone)];
}

/// Inputs of a construction beside its configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Construction {
    /// Seed; that of the configuration (`rng.seed`, else 0) when there is none.
    pub seed: Option<u64>,
    /// A network file whose morphologies are used in place of SWC files of the same name.
    pub morphologies: Option<PathBuf>,
    /// Quirks of BSB that are copied.
    pub quirks: Vec<Quirk>,
}

/// Places and connects the cells of a configuration.
///
/// The same configuration, morphologies and seed give the same anatomy, whatever the number
/// of threads of the current rayon pool. Cells and rows stand in the order of a network file.
///
/// # Errors
/// [`Error::Configuration`] when the configuration asks for what cannot be; [`Error::File`] and
/// [`Error::Content`] when a morphology cannot be read.
///
/// # Example
/// ```
/// use lobule_scaffold::{Configuration, Construction, construct};
/// # let path = std::env::temp_dir().join(format!("lobule_construct_{}.yaml", std::process::id()));
/// # std::fs::write(&path, "
/// # network: {x: 100, y: 100, z: 100}
/// # regions: {cortex: {children: [layer]}}
/// # partitions: {layer: {thickness: 100}}
/// # cell_types: {golgi_cell: {spatial: {radius: 8, density: 1.0e-5}}}
/// # placement: {all: {strategy: random, partitions: [layer], cell_types: [golgi_cell]}}
/// # ").unwrap();
/// let configuration = Configuration::read(&path)?;
/// let built = construct(&configuration, &Construction { seed: Some(1), ..Construction::default() })?;
/// assert_eq!(built.anatomy.count("golgi_cell"), 10);
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), lobule_scaffold::Error>(())
/// ```
pub fn construct(configuration: &Configuration, construction: &Construction) -> Result<Built, Error> {
    let seed = construction.seed.or(configuration.seed).unwrap_or(0);
    let mut notes = configuration.notes.clone();
    let morphologies = morphologies(configuration, construction.morphologies.as_ref())?;
    let mut populations = placement::place(configuration, &morphologies, seed, &mut notes)?;
    labels::apply(configuration, &mut populations, seed)?;
    let mut connections =
        wiring::connect(configuration, &populations, &construction.quirks, seed, &mut notes)?;
    for cell_type in connections.iter_mut().flat_map(|set| [&mut set.pre_type, &mut set.post_type]) {
        *cell_type = canonical_cell_name(cell_type).into();
    }

    let name = configuration.file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let [x, y, _] = configuration.space.block.size();
    let mut shapes = Shapes::default();
    for population in populations.iter().filter(|p| !p.shapes.is_empty()) {
        for shape in &population.shapes {
            if !shapes.morphologies.iter().any(|m| m.name == shape.name) {
                shapes.morphologies.push(shape.clone());
            }
        }
        let names = population.shapes.iter().map(|s| s.name.clone()).collect();
        shapes.of.insert(canonical_cell_name(&population.name).into(), (names, population.shape_of.clone()));
    }
    let mut anatomy = Anatomy {
        size: [x, y, configuration.space.height],
        connections,
        cells: populations.into_iter().map(sites).collect(),
        source: format!("built by lobule {} from {name}, seed {seed}", env!("CARGO_PKG_VERSION")),
        notes,
    };
    anatomy.sort_by_chunk();
    Ok(Built { anatomy, shapes })
}

/// The cells of a population as an anatomy has them.
fn sites(population: Population) -> CellSites {
    let mut label_sets: Vec<Vec<String>> = vec![Vec::new()];
    let mut labels = Vec::with_capacity(population.labels.len());
    for mut set in population.labels {
        set.sort();
        let known = label_sets.iter().position(|s| *s == set);
        labels.push(known.unwrap_or(label_sets.len()) as u16);
        if known.is_none() {
            label_sets.push(set);
        }
    }
    let cell_type = canonical_cell_name(&population.name).into();
    CellSites { cell_type, positions: population.positions, label_sets, labels }
}

/// The morphologies the cell types name; those of `network` are preferred.
fn morphologies(
    configuration: &Configuration,
    network: Option<&PathBuf>,
) -> Result<Vec<Arc<Morphology>>, Error> {
    let is_network = crate::hdf5::is_hdf5(&configuration.file);
    let stored = network.or(is_network.then_some(&configuration.file));
    let mut all = stored.map_or(Ok(Vec::new()), |file| bsb::stored_morphologies(file))?;
    // A network file has the morphologies themselves; the paths in its configuration lead elsewhere.
    if !is_network {
        let overrides = configuration.placement.iter().flat_map(|r| r.overrides.values());
        let spatial = configuration.cell_types.iter().map(|c| &c.spatial).chain(overrides);
        let patterns: Vec<&String> = spatial.flat_map(|s| &s.morphologies).collect();
        for source in &configuration.morphologies {
            let is_wanted = patterns.iter().any(|p| placement::matches(p, &source.name));
            if is_wanted && !all.iter().any(|m| m.name == source.name) {
                all.push(swc::read(source)?);
            }
        }
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all.into_iter().map(Arc::new).collect())
}
