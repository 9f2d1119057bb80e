//! Anatomy of the olivocerebellar circuit: where cells are, who contacts whom,
//! and the files this is kept in. Nothing here moves in time.
//!
//! ```text
//! ScaffoldSpec ──reconstruct(seed)──▶ Anatomy ◀──bsb::read / bsb::write──▶ BSB 8 HDF5 file
//! ```
#![warn(missing_docs)]

mod anatomy;
pub mod bsb;
mod chunk_order;
pub mod configuration;
mod error;
mod reconstruct;

pub use anatomy::{
    Anatomy, CellSites, ConnectionSet, DegreeStatistics, Microzone, Pair, canonical_cell_name,
};
pub use error::Error;
pub use reconstruct::{
    ArborRule, Cells, Geometry, GranularWiring, Layers, NucleiWiring, Outline, ParallelArrays, RandomCells,
    RelativeCells, ScaffoldSpec, reconstruct,
};
