//! The format a network is kept in, and the front door for files of every format and year.

use crate::configuration::{Device, Problem, StoredSimulation, Targets};
use crate::configuration::{Dialect, GivenConfiguration};
use crate::error::{Result, ensure};
use crate::hdf5::{Store, guarded};
use crate::legacy::{self, Epoch};
use crate::{Anatomy, Error, bsb, sonata};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

pub use crate::part::{Keeps, Part, Reading};

/// A format of network files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One HDF5 file: BSB 3 to 8, dbbs-scaffold 2 and 3, Casali et al. 2019. BSB 8's is written.
    Bsb,
    /// A folder with a circuit configuration, or that configuration.
    Sonata,
}

impl Format {
    /// The format of an existing network: a folder or a `.json` is SONATA, another file is HDF5.
    pub fn of_input(path: &Path) -> Self {
        if path.is_dir() || path.extension().is_some_and(|e| e == "json") { Self::Sonata } else { Self::Bsb }
    }

    /// The format that the name of a new network asks for: `.hdf5` or `.h5` is BSB's, no
    /// extension is a SONATA folder. `None` for another extension.
    pub fn of_output(path: &Path) -> Option<Self> {
        match path.extension().and_then(|e| e.to_str()) {
            Some("hdf5" | "h5") => Some(Self::Bsb),
            None => Some(Self::Sonata),
            Some(_) => None,
        }
    }
}

/// A network as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// Cells and connections.
    pub anatomy: Anatomy,
    /// Names on file of cell types and sets by lobule's names, where they differ in files before BSB 4.
    pub stored_names: BTreeMap<String, String>,
}

/// Reads a network of any format.
///
/// # Errors
/// Those of [`bsb::read`] and [`sonata::read`]; [`Error::Content`] for an HDF5 file that holds no network, named as what it is.
///
/// # Example
/// ```no_run
/// let anatomy = lobule_scaffold::format::read("network_of_2020.hdf5".as_ref())?;
/// println!("{}: {} granule cells", anatomy.source, anatomy.count("granule_cell"));
/// for note in &anatomy.notes {
///     println!("note: {note}");
/// }
/// # Ok::<(), lobule_scaffold::Error>(())
/// ```
pub fn read(path: &Path) -> Result<Anatomy, Error> {
    read_as(path, Reading::default()).map(|network| network.anatomy)
}

/// Reads a network of any format, with its names on file.
///
/// # Errors
/// As [`read`]; [`Error::File`] for a wish that the network gives no occasion for.
pub fn read_as(path: &Path, reading: Reading) -> Result<Network, Error> {
    let named = |anatomy| Network { anatomy, stored_names: BTreeMap::new() };
    if Format::of_input(path) == Format::Sonata {
        check_occasion(path, reading)?;
        return sonata::read(path).map(named);
    }
    match epoch(path)? {
        Epoch::Bsb => {
            check_occasion(path, reading)?;
            bsb::read(path).map(named)
        }
        epoch => guarded(path, || {
            let legacy::Network { anatomy, stored_names, .. } =
                legacy::read(&Store::open(path)?, epoch, reading, None)?;
            Ok(Network { anatomy, stored_names })
        }),
    }
}

/// Reads all cells of an HDF5 file of any year and those rows that end on chosen cells, as [`bsb::read_part`] does.
///
/// # Errors
/// As [`read_as`].
pub fn read_part(
    path: &Path,
    reading: Reading,
    mut choose: impl FnMut(&Anatomy) -> Keeps,
) -> Result<Part, Error> {
    match epoch(path)? {
        Epoch::Bsb => {
            check_occasion(path, reading)?;
            bsb::read_part(path, choose)
        }
        epoch => guarded(path, || {
            let legacy::Network { anatomy, rows, .. } =
                legacy::read(&Store::open(path)?, epoch, reading, Some(&mut choose))?;
            Ok(Part { anatomy, rows })
        }),
    }
}

/// Reads the configuration that a network file brings along: the active document of BSB 4 to 8, or that of BSB 3
/// and dbbs-scaffold 3. `None` for a network without one.
///
/// # Errors
/// As [`read`]; [`Error::Content`] when the configuration is no JSON or belongs to another network.
pub fn read_configuration(path: &Path) -> Result<Option<Value>, Error> {
    if Format::of_input(path) == Format::Sonata {
        return Ok(None);
    }
    match epoch(path)? {
        Epoch::Bsb => bsb::read_configuration(path),
        Epoch::Scaffold3 => guarded(path, || legacy::configuration(&Store::open(path)?)),
        Epoch::Scaffold2 | Epoch::Casali2019 => Ok(None),
    }
}

/// Reads a configuration that takes the place of the one in a network file. A SONATA circuit, which has none of its own, takes one of
/// either form, since its types and sets have the names that both lead to.
///
/// # Errors
/// Those of [`GivenConfiguration::read`]; [`Error::File`] for a configuration of other software than the network file's,
/// naming the one that is needed.
pub fn read_given(path: &Path, configuration: &Path) -> Result<GivenConfiguration, Error> {
    let given = GivenConfiguration::read(configuration)?;
    let (needed, wrote) = match Format::of_input(path) {
        Format::Sonata => (given.dialect, ""),
        Format::Bsb => match epoch(path)? {
            Epoch::Bsb => (Dialect::Bsb8, "BSB 4 to 8"),
            Epoch::Scaffold3 => (Dialect::Bsb3, "dbbs-scaffold 3 or BSB 3"),
            Epoch::Scaffold2 => (Dialect::Bsb3, "dbbs-scaffold 2"),
            Epoch::Casali2019 => (Dialect::Bsb3, "the scripts of Casali et al. 2019"),
        },
    };
    ensure(given.dialect == needed, || {
        let (has, needed) = (given.dialect.name(), needed.name());
        let what = format!("is a configuration of {has}, but {} is a file of {wrote}", path.display());
        Error::file(configuration, format!("{what}; give a configuration of {needed}"))
    })?;
    Ok(given)
}

/// Puts cells by type and number in place of the identifiers over all cells by which devices of a file before BSB 4 name them. An
/// identifier that no cell has is a problem of its simulation.
///
/// # Errors
/// As [`read`].
pub fn number_cells(path: &Path, simulations: &mut [StoredSimulation]) -> Result<(), Error> {
    let is_by_identifier = |device: &Device| matches!(device.targetting.targets, Targets::ByIdentifier(_));
    let is_needed = simulations.iter().flat_map(|s| &s.devices).any(is_by_identifier);
    if !is_needed || Format::of_input(path) == Format::Sonata || epoch(path)? != Epoch::Scaffold3 {
        return Ok(());
    }
    let (types, directory) = guarded(path, || legacy::identifiers(&Store::open(path)?))?;
    for simulation in simulations {
        for device in &mut simulation.devices {
            let Targets::ByIdentifier(identifiers) = &device.targetting.targets else { continue };
            let mut lists: BTreeMap<String, Vec<u64>> = BTreeMap::new();
            let mut unknown = None;
            for &id in identifiers {
                match directory.cell(id) {
                    Some((of, number)) => {
                        lists.entry(types[usize::from(of)].clone()).or_default().push(number.into());
                    }
                    None => unknown = unknown.or(Some(id)),
                }
            }
            if let Some(id) = unknown {
                let key = format!("simulations.{}.devices.{}.targets", simulation.name, device.name);
                let what = format!("names cell {id}, which the network does not have; {}", directory.range());
                simulation.problems.push(Problem::new(key, what));
            }
            device.targetting.targets = Targets::ById(lists);
        }
    }
    Ok(())
}

/// Refuses a wish that only files before BSB 4 can give an occasion for.
fn check_occasion(path: &Path, reading: Reading) -> Result<()> {
    let what = "has no wrongly numbered sets, which only dbbs-scaffold 2 wrote; leave --as-stored out";
    ensure(!reading.is_as_stored, || Error::file(path, what))
}

/// The layout of an HDF5 file.
fn epoch(path: &Path) -> Result<Epoch> {
    guarded(path, || Epoch::of(&Store::open(path)?))
}
