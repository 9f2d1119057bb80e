//! Anatomy of the olivocerebellar circuit: where cells are, who contacts whom,
//! and the files this is kept in. Nothing here moves in time.
//!
//! ```text
//! ScaffoldSpec ──reconstruct(seed)──▶ Anatomy ◀──bsb::read / bsb::write──▶ BSB 8 HDF5 file
//!                                        ◀──sonata::read / sonata::write──▶ SONATA folder
//! ```
#![warn(missing_docs)]

mod anatomy;
pub mod bsb;
mod check;
mod chunk_order;
pub mod configuration;
mod error;
pub mod format;
pub mod hdf5;
pub mod identity;
mod notes;
mod own_record;
mod reconstruct;
pub mod sonata;

pub use anatomy::{
    Anatomy, CellSites, ConnectionSet, DegreeStatistics, Microzone, Pair, canonical_cell_name,
};
pub use error::Error;
pub use reconstruct::{
    ArborRule, Cells, Geometry, GranularWiring, Layers, NucleiWiring, Outline, ParallelArrays, RandomCells,
    RelativeCells, ScaffoldSpec, reconstruct,
};
