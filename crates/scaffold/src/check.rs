//! Checks that an anatomy must pass before it is written to a file of any kind.

use crate::error::{Error, Result, ensure};
use crate::{Anatomy, CellSites, ConnectionSet};
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// The first thing about an anatomy that no file can keep.
pub(crate) fn anatomy(path: &Path, anatomy: &Anatomy) -> Result<()> {
    let error = |object: &str, what: String| Error::content(path, object, what);
    if let Some(s) = anatomy.size.iter().find(|s| !(s.is_finite() && **s >= 0.0)) {
        return Err(error("size", format!("contains {s}; give the base and height in µm, 0 or more")));
    }
    let mut sizes = HashMap::new();
    for cells in &anatomy.cells {
        let name = cells.cell_type.as_str();
        let checked = check_name(name).and_then(|()| check_cells(cells)).and_then(|()| {
            let is_new = sizes.insert(name, cells.len()).is_none();
            ensure(is_new, || "occurs twice; join the two lists of cells".into())
        });
        checked.map_err(|what| error(&format!("cell type `{name}`"), what))?;
    }
    let mut names = HashSet::new();
    for set in &anatomy.connections {
        let checked = check_name(&set.name).and_then(|()| {
            ensure(names.insert(&set.name), || {
                String::from("occurs twice; give each set a name of its own")
            })?;
            check_rows(set, &sizes)
        });
        checked.map_err(|what| error(&format!("connection set `{}`", set.name), what))?;
    }
    Ok(())
}

/// Names become names of HDF5 members.
fn check_name(name: &str) -> Result<(), String> {
    let is_name = !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\0']);
    ensure(is_name, || "cannot be named in a file; use a name without `/`, such as `golgi_cell`".into())
}

/// Labels must be those of the type, positions numbers.
fn check_cells(cells: &CellSites) -> Result<(), String> {
    let (sets, labels, n) = (cells.label_sets.len(), cells.labels.len(), cells.len());
    ensure(cells.label_sets.first().is_none_or(Vec::is_empty), || {
        format!("label set 0 is {:?}; it must be the empty one", cells.label_sets[0])
    })?;
    ensure(labels == 0 || labels == n, || {
        format!("has {labels} labels for {n} cells; give one each, or none")
    })?;
    if let Some(label) = cells.labels.iter().find(|&&label| usize::from(label) >= sets) {
        return Err(format!("a cell has label set {label}, but there are {sets}; add it to `label_sets`"));
    }
    if let Some(i) = cells.positions.iter().position(|p| p.iter().any(|x| !x.is_finite())) {
        return Err(format!("cell {i} is at {:?}; allowed are finite positions, in µm", cells.positions[i]));
    }
    Ok(())
}

fn check_rows(set: &ConnectionSet, sizes: &HashMap<&str, usize>) -> Result<(), String> {
    let (n, m) = (set.len(), set.post.len());
    ensure(m == n, || format!("has {n} presynaptic and {m} postsynaptic cells; a row needs both"))?;
    for (side, sites) in [("pre_site", &set.pre_site), ("post_site", &set.post_site)] {
        ensure(sites.is_empty() || sites.len() == n, || {
            format!("has {} of `{side}` for {n} rows; give one each, or none", sites.len())
        })?;
    }
    for (cell_type, column) in [(&set.pre_type, &set.pre), (&set.post_type, &set.post)] {
        let cells = *sizes.get(cell_type.as_str()).ok_or_else(|| {
            format!("names cell type `{cell_type}`, which has no cells; add them to `cells`")
        })?;
        if let Some((row, cell)) = column.iter().enumerate().find(|&(_, &cell)| cell as usize >= cells) {
            let what =
                format!("row {row} names cell {cell} of `{cell_type}`, which has {cells}, numbered from 0");
            return Err(what);
        }
    }
    Ok(())
}
