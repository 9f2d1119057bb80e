//! HDF5 files as lobule reads and writes them. Nothing else touches an HDF5 library.
//!
//! Reading is bounded by the length of the file and ends in an [`Error`](crate::Error)
//! that names the file and the object inside it, whatever is wrong with it. A file
//! being written appears under its name when it is complete; equal content gives
//! equal bytes.

mod header;
mod output;
mod quiet;
mod store;

pub use output::{Dataset, Group, Output};
pub use quiet::guarded;
pub use rust_hdf5::H5Type;
pub use store::{Attributes, Node, Store};
