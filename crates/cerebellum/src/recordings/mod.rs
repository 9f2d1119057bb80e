//! Recordings in formats of other programs: spikes and traces of a simulation as SONATA files or as one NWB 2 file.
//!
//! Times are steps · dt. Names and object ids are functions of the contents, so that equal recordings of equal [`Session`]s
//! give equal files.
//!
//! In the other direction, [`Events`] are spikes and signals around the events of trials, read from CSV tables ([`read_csv`]), NWB files
//! ([`read_nwb`]) or the folder of a run of prism ([`read_prism`]).

mod events;
mod groups;
mod nwb;
pub mod read_csv;
pub mod read_nwb;
pub mod read_prism;
mod series;
mod session;
mod sonata;
pub(crate) mod table;
mod windows;

pub use events::{Events, SIGNALS, Signal, TrialEvent, Unit, UnitTimes};
pub use nwb::write as write_nwb;
pub use session::{Session, check_start, trace_names};
pub use sonata::{write_report as write_sonata_report, write_spikes as write_sonata_spikes};
