//! What an anatomy must satisfy before it is written to a file of any kind.

use crate::{Anatomy, CellSites, ConnectionSet, Error};
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// The first thing about an anatomy that no file can keep.
pub(crate) fn anatomy(path: &Path, anatomy: &Anatomy) -> Result<(), Error> {
    let error = |object: String, what: String| Error::Content { path: path.into(), object, what };
    if let Some(s) = anatomy.size.iter().find(|s| !(s.is_finite() && **s >= 0.0)) {
        return Err(error("size".into(), format!("contains {s}; give the base and height in µm, 0 or more")));
    }
    let mut sizes = HashMap::new();
    for cells in &anatomy.cells {
        let name = cells.cell_type.as_str();
        let object = format!("cell type `{name}`");
        check_name(name).map_err(|what| error(object.clone(), what))?;
        check_cells(cells).map_err(|what| error(object.clone(), what))?;
        if sizes.insert(name, cells.len()).is_some() {
            return Err(error(object, "occurs twice; join the two lists of cells".into()));
        }
    }
    let mut names = HashSet::new();
    for set in &anatomy.connections {
        let object = format!("connection set `{}`", set.name);
        check_name(&set.name).map_err(|what| error(object.clone(), what))?;
        if !names.insert(&set.name) {
            return Err(error(object, "occurs twice; give each set a name of its own".into()));
        }
        check_rows(set, &sizes).map_err(|what| error(object, what))?;
    }
    Ok(())
}

/// Names become names of HDF5 members.
fn check_name(name: &str) -> Result<(), String> {
    match name.is_empty() || name == "." || name == ".." || name.contains(['/', '\0']) {
        true => Err("cannot be named in a file; use a name without `/`, such as `golgi_cell`".into()),
        false => Ok(()),
    }
}

/// Labels must be those of the type, positions numbers.
fn check_cells(cells: &CellSites) -> Result<(), String> {
    let sets = cells.label_sets.len();
    if !cells.label_sets.first().is_none_or(Vec::is_empty) {
        return Err(format!("label set 0 is {:?}; it must be the empty one", cells.label_sets[0]));
    }
    if !cells.labels.is_empty() && cells.labels.len() != cells.len() {
        return Err(format!(
            "has {} labels for {} cells; give one each, or none",
            cells.labels.len(),
            cells.len()
        ));
    }
    if let Some(label) = cells.labels.iter().find(|&&label| usize::from(label) >= sets) {
        return Err(format!("a cell has label set {label}, but there are {sets}; add it to `label_sets`"));
    }
    if let Some(i) = cells.positions.iter().position(|p| p.iter().any(|x| !x.is_finite())) {
        return Err(format!("cell {i} is at {:?}; allowed are finite positions, in µm", cells.positions[i]));
    }
    Ok(())
}

fn check_rows(set: &ConnectionSet, sizes: &HashMap<&str, usize>) -> Result<(), String> {
    let n = set.len();
    if set.post.len() != n {
        return Err(format!(
            "has {n} presynaptic and {} postsynaptic cells; a row needs both",
            set.post.len()
        ));
    }
    for (side, sites) in [("pre_site", &set.pre_site), ("post_site", &set.post_site)] {
        if !sites.is_empty() && sites.len() != n {
            return Err(format!("has {} of `{side}` for {n} rows; give one each, or none", sites.len()));
        }
    }
    for (cell_type, column) in [(&set.pre_type, &set.pre), (&set.post_type, &set.post)] {
        let cells = *sizes.get(cell_type.as_str()).ok_or_else(|| {
            format!("names cell type `{cell_type}`, which has no cells; add them to `cells`")
        })?;
        if let Some(row) = column.iter().position(|&cell| cell as usize >= cells) {
            return Err(format!(
                "row {row} names cell {} of `{cell_type}`, which has {cells}, numbered from 0",
                column[row]
            ));
        }
    }
    Ok(())
}
