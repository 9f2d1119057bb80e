//! Anatomy of the olivocerebellar circuit: where cells are, who contacts whom,
//! and the files this is kept in. Nothing here moves in time.
//!
//! ```text
//! ScaffoldSpec ──reconstruct(seed)──▶ Anatomy ◀──read_bsb──▶ BSB 8 HDF5 file
//! ```

mod anatomy;
mod error;

pub use anatomy::{Anatomy, CellSites, ConnectionSet, DegreeStatistics, Microzone, Pair, canonical_cell_name};
pub use error::Error;
