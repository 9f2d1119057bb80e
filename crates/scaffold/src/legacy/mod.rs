//! Network files of the software before BSB 4: Casali et al. 2019, dbbs-scaffold 2 and 3, BSB 3.
//!
//! HDF5 files in layouts of their own, in short:
//!
//! ```text
//! Casali et al. 2019   positions (n,5): identifier, type number, x, y, z; connections/<set> (m,3): pre, post, distance
//! dbbs-scaffold 2      the same with names of types (attribute `types`); connections/<set> (m,2)
//! dbbs-scaffold 3,     cells/placement/<type>/{identifiers, positions, rotations}; cells/connections/<set> (m,2);
//! BSB 3                cells/labels/<label>; configuration in attribute `configuration_string`. Up to BSB 3.8 also cells/positions,
//!                      cells/type_maps and entities/<type>
//! ```
//!
//! Cells have identifiers over all types, and sets are tables of identifiers ([`cells`], [`connections`]). Names become lobule's
//! ([`names`]), axes as well ([`space`]). Pickled objects of Python (`trees`) are never decoded.
//!
//! Source: files written by the scripts of Casali et al. 2019, dbbs-scaffold 2.2.2 and 3.2.9 and bsb 3.10.5, and the code of
//! dbbs-scaffold 3.2.1 and bsb 3.3.0 to 3.8.1.

mod cells;
mod connections;
mod document;
mod epoch;
mod labels;
pub(crate) mod names;
mod network;
mod placement;
mod positions;
mod raw;
mod scaffold3;
mod space;

pub(crate) use document::Document;
pub(crate) use epoch::Epoch;
pub(crate) use network::Network;

use crate::error::Result;
use crate::hdf5::Store;
use crate::part::{Choose, Reading};

/// Reads a network of an older layout, whole or the chosen rows.
pub(crate) fn read(store: &Store, epoch: Epoch, reading: Reading, choose: Choose<'_>) -> Result<Network> {
    match epoch {
        Epoch::Scaffold3 | Epoch::Bsb => scaffold3::read(store, reading, choose),
        Epoch::Scaffold2 | Epoch::Casali2019 => raw::read(store, epoch, reading, choose),
    }
}

pub(crate) use scaffold3::{configuration, identifiers};
