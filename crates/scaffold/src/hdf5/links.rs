//! Links of groups, followed as the HDF5 library follows them: hard, soft and external ones, in chains.
//!
//! A link that leads nowhere ends in an error that names the file, the link and its target; so does one of a class
//! that a program has defined for itself, whose meaning only that program knows.

use super::header::{Headers, Link, Links};
use super::values;
use crate::error::{Error, Result, ensure};
use crate::files;
use rust_hdf5::format::FormatError;
use rust_hdf5::{DatatypeMessage, FileLocking, H5File};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Most soft and external links behind each other, the HDF5 library's own bound (`H5L_NUM_LINKS`).
const MOST_HOPS: usize = 16;
/// Most files that are open at a time. Chosen: a circuit in parts has a few tens.
const MOST_FILES: usize = 256;
/// First bytes of a file that gzip has compressed.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// One file with its headers.
pub(super) struct OpenFile {
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    pub file: H5File,
    pub headers: RefCell<Headers>,
    /// Groups whose links were read, by address.
    groups: RefCell<HashMap<u64, Rc<Links>>>,
}

impl OpenFile {
    pub fn open(path: &Path) -> Result<Rc<Self>> {
        let refuse = |what: String| Error::file(path, what);
        let (mut file, about) = files::open(path)?;
        let mut first = [0; 2];
        let is_gzip = file.read_exact(&mut first).is_ok() && first == GZIP;
        ensure(!is_gzip, || refuse("is compressed with gzip; unzip it first (gunzip)".into()))?;
        ensure(about.len() > 0, || refuse("is empty (0 bytes); write or copy it again".into()))?;
        let damaged = |e: &dyn std::fmt::Display| {
            refuse(format!("is damaged or incomplete ({e}); copy it again from its source"))
        };
        let headers = Headers::open(file, about.len()).map_err(|e| match e {
            FormatError::InvalidSignature => refuse(
                "is not an HDF5 file; network files of BSB 3 to 8, of dbbs-scaffold and of 2019 are, and so are the files of SONATA circuits: \
                 export one from other formats, such as NeuroML or scripts of PyNN".into(),
            ),
            FormatError::UnsupportedFeature(what) => {
                refuse(format!("uses {what}, which lobule does not read"))
            }
            other => damaged(&other),
        })?;
        let file = H5File::options().locking(FileLocking::Disabled).open(path).map_err(|e| damaged(&e))?;
        let (headers, groups) = (RefCell::new(headers), RefCell::default());
        Ok(Rc::new(Self { path: path.into(), bytes: about.len(), file, headers, groups }))
    }

    /// The links of the group at an address; none where another object is.
    pub fn links(&self, address: u64) -> Result<Rc<Links>, FormatError> {
        if let Some(known) = self.groups.borrow().get(&address) {
            return Ok(known.clone());
        }
        let links = Rc::new(self.headers.borrow_mut().links(address)?);
        self.groups.borrow_mut().insert(address, links.clone());
        Ok(links)
    }
}

/// An object: its file, its path there over hard links only, without a leading slash, and its address.
#[derive(Clone)]
pub(super) struct Place {
    pub file: Rc<OpenFile>,
    pub path: String,
    pub address: u64,
}

impl Place {
    pub fn root(file: &Rc<OpenFile>) -> Self {
        let address = file.headers.borrow().root;
        Self { file: file.clone(), path: String::new(), address }
    }

    /// Values of a type in this file as texts.
    pub fn texts(&self, datatype: &DatatypeMessage, raw: &[u8]) -> Result<Vec<String>, String> {
        let items = |references: &[u8]| {
            let items = self.file.headers.borrow_mut().items(references);
            items.map_err(|e| damaged(&e))
        };
        values::texts(datatype, raw, items)
    }

    fn child(&self, name: &str, address: u64) -> Self {
        Self { file: self.file.clone(), path: joined(&self.path, name), address }
    }
}

/// A group or dataset in the file.
pub struct Node {
    /// Path from the root, without a leading slash; empty for the root.
    pub path: String,
    pub(super) place: Place,
}

/// A path and a name below it.
pub(super) fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.into() } else { format!("{path}/{name}") }
}

/// A file with those that its external links lead to.
pub(super) struct Files {
    pub main: Rc<OpenFile>,
    others: RefCell<BTreeMap<PathBuf, Rc<OpenFile>>>,
}

impl Files {
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self { main: OpenFile::open(path)?, others: RefCell::default() })
    }

    /// The object at a path from the root of the main file; `None` where there is none.
    pub fn locate(&self, path: &str) -> Result<Option<Place>> {
        self.walk(Place::root(&self.main), path, &Cell::new(0))
    }

    /// The object at a path from a group.
    fn walk(&self, from: Place, path: &str, hops: &Cell<usize>) -> Result<Option<Place>> {
        let mut place = from;
        for name in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
            let links = place.file.links(place.address).map_err(|e| unreadable(&place, &e))?;
            let Some(link) = links.get(name) else { return Ok(None) };
            place = self.follow(&place, name, link, hops)?;
        }
        Ok(Some(place))
    }

    /// The target of one link of a group; `hops` counts the soft and external links of one look-up, as `H5L_NUM_LINKS` bounds them.
    pub fn follow(&self, group: &Place, name: &str, link: &Link, hops: &Cell<usize>) -> Result<Place> {
        let refuse = |what: String| Error::content(&group.file.path, joined(&group.path, name), what);
        if !matches!(link, Link::Hard(_)) {
            hops.set(hops.get() + 1);
        }
        ensure(hops.get() <= MOST_HOPS, || {
            refuse(format!(
                "is the last of more than {MOST_HOPS} links on one path; shorten the path or break the circle"
            ))
        })?;
        match link {
            Link::Hard(address) => Ok(group.child(name, *address)),
            Link::Soft(target) => {
                let from = if target.starts_with('/') { Place::root(&group.file) } else { group.clone() };
                self.walk(from, target, hops)?.ok_or_else(|| {
                    refuse(format!(
                        "is a soft link to `{target}`, which is not there; add it or remove the link"
                    ))
                })
            }
            Link::External { file, path } => {
                let other = self.other(&group.file, file, &refuse, path)?;
                self.walk(Place::root(&other), path, hops)?.ok_or_else(|| {
                    let found = other.path.display();
                    refuse(format!(
                        "is an external link to `{path}` in {found}, which is not there; add it or remove the link"
                    ))
                })
            }
            Link::Other(class) => Err(refuse(format!(
                "is a link of class {class}, which a program has defined for itself; replace it by a soft, hard or \
                 external one"
            ))),
        }
    }

    /// The file that an external link names: where it says, else beside the file with the link.
    fn other(
        &self,
        from: &OpenFile,
        named: &str,
        refuse: &dyn Fn(String) -> Error,
        path: &str,
    ) -> Result<Rc<OpenFile>> {
        let name = Path::new(named);
        let below = if name.is_absolute() { Path::new(name.file_name().unwrap_or_default()) } else { name };
        let beside = files::folder_of(&from.path);
        let resolved = from.path.canonicalize().unwrap_or_else(|_| from.path.clone());
        let mut candidates =
            vec![beside.join(below), below.to_path_buf(), files::folder_of(&resolved).join(below)];
        if name.is_absolute() {
            candidates.insert(0, name.to_path_buf());
        }
        let found = candidates.iter().find(|p| p.exists());
        let found = found.ok_or_else(|| {
            refuse(format!(
                "is an external link to `{path}` in `{named}`, a file that is neither there nor in {}; put it there",
                beside.display()
            ))
        })?;
        let own = found.canonicalize().map_err(|e| files::refused(found, &e))?;
        if self.main.path.canonicalize().is_ok_and(|main| main == own) {
            return Ok(self.main.clone());
        }
        if let Some(known) = self.others.borrow().get(&own) {
            return Ok(known.clone());
        }
        ensure(self.others.borrow().len() < MOST_FILES, || {
            refuse(format!("leads to one more file than the {MOST_FILES} that are opened; join some"))
        })?;
        let opened = OpenFile::open(found)?;
        self.others.borrow_mut().insert(own, opened.clone());
        Ok(opened)
    }
}

/// The error of an object whose header cannot be read: damaged, or with something that lobule does not read.
pub(super) fn unreadable(place: &Place, e: &FormatError) -> Error {
    let object = if place.path.is_empty() { "/" } else { &place.path };
    let what = match e {
        FormatError::UnsupportedFeature(what) => format!("uses {what}, which lobule does not read"),
        damage => damaged(damage),
    };
    Error::content(&place.file.path, object, what)
}

/// The remedy for damage.
pub(super) fn damaged(e: &dyn std::fmt::Display) -> String {
    format!("cannot be read ({e}); the file is damaged: copy it again from its source")
}
