//! Anatomy of the olivocerebellar circuit: where cells are, who contacts whom,
//! and the files this is kept in. Nothing here moves in time.
//!
//! ```text
//! ScaffoldSpec ──reconstruct(seed)──▶ Anatomy ◀──bsb::read / bsb::write──▶ HDF5 file of BSB 4 to 8 / of BSB 8
//!                                        ◀──format::read── HDF5 file of any year since 2019
//!                                        ◀──sonata::read / sonata::write──▶ SONATA folder
//! Configuration + morphologies ──construct(seed)──▶ Anatomy
//! ```
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod anatomy;
pub mod bsb;
mod built;
mod check;
mod chunk;
mod chunk_order;
pub mod configuration;
mod error;
pub mod files;
pub mod format;
pub mod hdf5;
pub mod identity;
mod legacy;
pub mod memory;
pub mod morphological;
mod morphology;
mod notes;
mod own_record;
mod part;
pub mod sonata;
mod statistical;

pub use anatomy::{
    Anatomy, CellSites, ConnectionSet, DegreeStatistics, Microzone, Pair, canonical_cell_name,
};
pub use built::Built;
pub use configuration::Configuration;
pub use error::Error;
pub use morphological::{Construction, construct};
pub use statistical::{
    ArborRule, Cells, Geometry, GranularWiring, Layers, NucleiWiring, Outline, ParallelArrays, RandomCells,
    RelativeCells, ScaffoldSpec, reconstruct,
};
