//! Recordings in formats that other programs open: spikes and traces of a
//! simulation as SONATA files or as one NWB 2 file.
//!
//! Times are steps · dt. Names and object ids are computed from what is
//! recorded, so equal recordings of equal [`Session`]s give equal files.

mod nwb;
mod session;
mod sonata;

pub use nwb::write as write_nwb;
pub use session::Session;
pub use sonata::{write_report as write_sonata_report, write_spikes as write_sonata_spikes};
