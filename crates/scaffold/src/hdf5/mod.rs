//! HDF5 files as lobule reads and writes them. Nothing else touches an HDF5 library.
//!
//! Reading is bounded by the length of the file and ends in an [`Error`](crate::Error)
//! that names the file and the object inside it, whatever is wrong with it. A file
//! being written appears under its name when it is complete; equal content gives
//! equal bytes.

mod attributes;
mod header;
mod links;
mod output;
mod quiet;
mod store;
mod values;

use std::path::Path;

pub use attributes::Attributes;
pub use links::Node;
pub use output::{Dataset, Group, Output};
pub use quiet::guarded;
pub use rust_hdf5::H5Type;
pub use store::Store;

/// True if a regular file is an HDF5 file, also behind a user block.
pub fn is_hdf5(path: &Path) -> bool {
    let Ok((mut file, about)) = crate::files::open(path) else { return false };
    header::signature(&mut file, about.len()).is_ok_and(|at| at.is_some())
}
