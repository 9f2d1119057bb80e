//! Network files of BSB 4 to 8 (the Brain Scaffold Builder): read, and written for BSB 8.
//!
//! An HDF5 file in the layout of bsb-hdf5 8.0.2, which versions from 4 on share, in short:
//!
//! ```text
//! /                                attributes: versions, chunk_size (3 × f64, µm), chunks (JSON statistics)
//! /placement/<type>                attributes: chunks (JSON: chunk → cells), len, labelsets (JSON: number → labels)
//! /placement/<type>/<chunk>        position f64 (n,3) µm, rotation f64, morphology i64, labels i64 (n or 0)
//! /connectivity/<set>              attributes: pre, post (types), len, chunks (JSON: chunk → rows)
//! /connectivity/<set>/inc/<chunk>  local_locs, global_locs i64 (n,3): cell within its chunk, branch, point
//!                                  attributes: chunk_list i16 (m,3), and per partner chunk its first row
//! /connectivity/<set>/out/<chunk>  the same rows by presynaptic chunk
//! /files/<uuid>                    documents; the active one is the network's configuration (JSON)
//! /morphologies, /morphology_meta  arbors; written and read by who builds from a configuration
//! ```
//!
//! Chunks are cubes of 100 µm; a cell is numbered by its place in the concatenation
//! of its type's chunks, sorted by id (negative coordinates come last). Types have
//! the names of cerebellar-models in files (`mossy_fibers`, `io`) and lobule's
//! names in an [`Anatomy`] (`mossy_fiber`, `io_cell`).
//!
//! Source: files written by bsb-core and bsb-hdf5 4.0.0a57, 4.0.1, 4.5.5, 5.1.1, 6.0.7, 7.6.1 and 8.0.2.

mod check;
mod config;
mod connectivity;
mod identity;
mod members;
mod morphologies;
mod placement;
mod read;
mod write;

pub use crate::part::{Keeps, Part};
pub use config::file_cell_name;

use crate::built::Shapes;
use crate::error::ensure;
use crate::hdf5::Store;
use crate::legacy::Epoch;
use crate::morphology::Morphology;
use crate::{Anatomy, Built, Configuration, Error};
use serde_json::Value;
use std::path::Path;

/// Reads a network file that BSB 4 to 8 or lobule wrote; [`format::read`](crate::format::read) reads older ones, too.
///
/// The number of a cell is the one BSB's `load_connections().as_globals()` uses.
/// Rows are ordered by the chunk of the postsynaptic cell, then as they are
/// stored. What the file has and a simulation of point neurons does not honor
/// is said in [`Anatomy::notes`].
///
/// # Errors
/// [`Error::File`] when it cannot be opened or is no complete HDF5 file;
/// [`Error::Content`] when a member or attribute is missing, of an unsupported
/// version, or contradicts another.
///
/// # Example
/// ```no_run
/// let anatomy = lobule_scaffold::bsb::read("mouse.hdf5".as_ref())?;
/// println!("{}: {} granule cells", anatomy.source, anatomy.count("granule_cell"));
/// for note in &anatomy.notes {
///     println!("note: {note}");
/// }
/// # Ok::<(), lobule_scaffold::Error>(())
/// ```
pub fn read(path: &Path) -> Result<Anatomy, Error> {
    crate::hdf5::guarded(path, || read::anatomy(path, None)).map(|(anatomy, _)| anatomy)
}

/// Reads the configuration that a network file brings along: the document under `/files` that is marked
/// active. `None` when the file has none.
///
/// # Errors
/// As [`read`]; [`Error::Content`] when the configuration is not JSON.
///
/// # Example
/// ```no_run
/// use lobule_scaffold::{bsb, configuration};
///
/// if let Some(configuration) = bsb::read_configuration("mouse.hdf5".as_ref())? {
///     for simulation in configuration::simulations(&configuration) {
///         println!("{}: {} ms, {} problems", simulation.name, simulation.duration_ms, simulation.problems.len());
///     }
/// }
/// # Ok::<(), lobule_scaffold::Error>(())
/// ```
pub fn read_configuration(path: &Path) -> Result<Option<serde_json::Value>, Error> {
    crate::hdf5::guarded(path, || read::configuration(path))
}

/// Reads all cells of a file and those rows that end on chosen cells: chunk by chunk, so that rows which are
/// not kept take no memory. `choose` sees the anatomy with all cells and with connection sets that have
/// no rows yet.
///
/// # Errors
/// As [`read`].
pub fn read_part(path: &Path, mut choose: impl FnMut(&Anatomy) -> Keeps) -> Result<Part, Error> {
    crate::hdf5::guarded(path, || read::anatomy(path, Some(&mut choose)))
        .map(|(anatomy, rows)| Part { anatomy, rows })
}

/// Writes a network file that BSB 8 and [`read`] open.
///
/// The file appears under its name when it is complete, replacing an earlier
/// one. Equal anatomies give equal bytes. Cells must stand in chunk order
/// ([`Anatomy::sort_by_chunk`]), as their place in the file is their number.
/// Rows are grouped by chunk of the postsynaptic, then of the presynaptic cell.
/// Reading the file gives back an anatomy in that order unchanged.
///
/// # Errors
/// [`Error::Content`] when the anatomy cannot be kept in a file: cells out of
/// order, a position that is not finite, a row that names no cell, a name that
/// occurs twice; [`Error::File`] when the disk refuses.
///
/// # Example
/// ```
/// use lobule_scaffold::{Anatomy, CellSites, bsb};
///
/// let cells = CellSites {
///     cell_type: "golgi_cell".into(),
///     positions: vec![[150.0, 20.0, 60.0], [50.0, 80.0, 90.0]],
///     ..CellSites::default()
/// };
/// let mut anatomy = Anatomy { cells: vec![cells], source: "an example".into(), ..Anatomy::default() };
/// anatomy.sort_by_chunk();
///
/// let path = std::env::temp_dir().join(format!("lobule_example_{}.hdf5", std::process::id()));
/// bsb::write(&path, &anatomy)?;
/// assert_eq!(bsb::read(&path)?, anatomy);
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), lobule_scaffold::Error>(())
/// ```
pub fn write(path: &Path, anatomy: &Anatomy) -> Result<(), Error> {
    write::anatomy(path, anatomy, &Shapes::default(), &config::for_anatomy(anatomy, None))
}

/// Writes a network file as [`write()`] does, with `simulations` as that node of its configuration.
///
/// BSB then needs bsb-nest to open the file, as for any file with simulations of NEST.
///
/// # Errors
/// As [`write()`].
pub fn write_with_simulations(path: &Path, anatomy: &Anatomy, simulations: &Value) -> Result<(), Error> {
    write::anatomy(path, anatomy, &Shapes::default(), &config::for_anatomy(anatomy, Some(simulations)))
}

/// Writes a network file as [`write()`], with the morphologies of the cells and the configuration
/// it was built from as its own.
///
/// # Errors
/// As [`write()`].
pub fn write_built(path: &Path, built: &Built, configuration: &Configuration) -> Result<(), Error> {
    write::anatomy(path, &built.anatomy, &built.shapes, configuration.tree())
}

/// The configuration a network file was made with.
pub(crate) fn stored_configuration(path: &Path) -> Result<Value, Error> {
    let epoch = crate::hdf5::guarded(path, || Epoch::of(&Store::open(path)?))?;
    ensure(epoch == Epoch::Bsb, || {
        let what = "describes a network of BSB 3 or older; lobule reads its cells and simulations and builds from configurations of \
                    BSB 8: convert it with `lobule network convert`, or give such a configuration";
        Error::file(path, what)
    })?;
    let what = "holds no active configuration; give the configuration file it was made from";
    read_configuration(path)?.ok_or_else(|| Error::content(path, "/files", what))
}

/// The morphologies of a network file, in order of name.
pub(crate) fn stored_morphologies(path: &Path) -> Result<Vec<Morphology>, Error> {
    crate::hdf5::guarded(path, || morphologies::read(path))
}
