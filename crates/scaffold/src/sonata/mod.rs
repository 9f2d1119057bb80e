//! SONATA circuits: read and write.
//!
//! A folder with, in short:
//!
//! ```text
//! circuit_config.json     which files belong to the circuit; lobule's own record under `lobule`
//! nodes.h5                /nodes/<cell type>: node_id, node_type_id, node_group_id, node_group_index (n)
//!                         /nodes/<cell type>/0: x, y, z f64 (n) µm; labels (n) into @library/labels
//! edges.h5                /edges/<set>: source_node_id, target_node_id (rows), attribute node_population; edge_type_id,
//!                         edge_group_id, edge_group_index (rows)
//!                         /edges/<set>/0: pre_branch, pre_point, post_branch, post_point i32 (rows), where known
//!                         /edges/<set>/indices: source_to_target, target_to_source
//! node_types.csv, edge_types.csv, node_sets.json
//! ```
//!
//! A population is a cell type, an edge one row (contact) of a connection set.
//! Branches and points are those of BSB's morphologies, not SONATA's sections,
//! hence columns of their own. Weights, delays and models of cells belong to a
//! simulation and are no part of an [`Anatomy`].
//!
//! Source: SONATA developer guide, <https://github.com/AllenInstitute/sonata>; files
//! written by bmtk 1.2.0 and opened by libsonata 0.2.2.

mod config;
mod edges;
mod folder;
mod ids;
mod index;
mod members;
mod names;
mod nodes;
mod paths;
mod read;
mod table;
mod write;

use crate::{Anatomy, Error, hdf5};
use std::path::Path;

/// Key of the configuration with what an [`Anatomy`] has and SONATA's layout does not.
const OWN_RECORD: &str = "lobule";

/// Reads a SONATA circuit: its folder, its `circuit_config.json`, or a simulation's
/// configuration that names it. A folder without a configuration is read by the
/// names of its files, as bmtk's builder gives them (`*nodes.h5`, `*edges.h5`).
///
/// A cell type is a node population, or the `pop_name` of its node types where
/// that is given; a connection set is an edge population, with as many rows per
/// edge as its `nsyns` says. What else the circuit holds is named in [`Anatomy::notes`].
///
/// # Errors
/// [`Error::File`] when a file is missing, no HDF5 or JSON, or incomplete;
/// [`Error::Content`] when something in it is missing, of another type, or
/// contradicts the rest, such as an edge of a node that does not exist.
///
/// # Example
/// ```no_run
/// let anatomy = lobule_scaffold::sonata::read("circuit".as_ref())?;
/// for note in &anatomy.notes {
///     println!("note: {note}");
/// }
/// # Ok::<(), lobule_scaffold::Error>(())
/// ```
pub fn read(path: &Path) -> Result<Anatomy, Error> {
    hdf5::guarded(path, || read::anatomy(path))
}

/// Writes a SONATA circuit as a new folder that [`read`], libsonata and bmtk open.
///
/// The folder appears under its name when it is complete. Reading it gives back
/// the same anatomy: order, positions and rows to the last bit.
///
/// # Errors
/// [`Error::File`] when `path` exists or the disk refuses; [`Error::Content`] when
/// the anatomy cannot be kept in a file, such as a row that names no cell.
///
/// # Example
/// ```
/// use lobule_scaffold::{Anatomy, CellSites, sonata};
///
/// let cells = CellSites {
///     cell_type: "golgi_cell".into(),
///     positions: vec![[150.0, 20.0, 60.0], [50.0, 80.0, 90.0]],
///     ..CellSites::default()
/// };
/// let anatomy = Anatomy { cells: vec![cells], source: "an example".into(), ..Anatomy::default() };
///
/// let folder = std::env::temp_dir().join(format!("lobule_sonata_{}", std::process::id()));
/// sonata::write(&folder, &anatomy)?;
/// assert_eq!(sonata::read(&folder)?, anatomy);
/// # std::fs::remove_dir_all(folder).unwrap();
/// # Ok::<(), lobule_scaffold::Error>(())
/// ```
pub fn write(path: &Path, anatomy: &Anatomy) -> Result<(), Error> {
    write::anatomy(path, anatomy)
}
