//! The axes of old files and the size of their circuits.
//!
//! Old files have x across the parallel fibers, y up and z along them; lobule has x across, y along and z up, 0 at the bottom
//! of the granular layer: (x, y, z) becomes (x, z, y − floor). This is a mirror image, which no rule of lobule depends on.

use super::cells::Cells;
use super::document::Document;

/// Cell types of the cortex; olive and nuclei may lie hundreds of µm aside.
const CORTEX: [&str; 6] =
    ["granule_cell", "glomerulus", "golgi_cell", "purkinje_cell", "basket_cell", "stellate_cell"];
/// Cell types of the granular layer.
const GRANULAR: [&str; 3] = ["granule_cell", "glomerulus", "golgi_cell"];
/// Somata outside of the stated base by more than this fraction of it show that the network has another size.
const SPARE: f64 = 0.05;

/// Where a circuit is and how large, in lobule's axes.
pub(super) struct Space {
    /// Base x, y and height of the cortex, µm.
    pub size: [f64; 3],
    /// Middle of the granular layer, µm.
    pub middle: [f64; 3],
    pub notes: Vec<String>,
}

/// Brings all cells into lobule's axes.
pub(super) fn turned(cells: &mut [Cells], document: Option<&Document>) -> Space {
    let corner = document.and_then(Document::corner);
    let lowest = |types: &[&str]| bounds(cells, types).0[1];
    let floor = corner
        .map(|corner| corner[1])
        .or_else(|| [lowest(&GRANULAR), lowest(&CORTEX), lowest(&[])].into_iter().find(|y| y.is_finite()));
    let floor = floor.unwrap_or(0.0);
    for position in cells.iter_mut().flat_map(|cells| &mut cells.positions) {
        let [x, y, z] = *position;
        *position = [x, z, y - floor];
    }
    let turned = "y up and z along the parallel fibers in the file; lobule's are (x, y, z) = (x, z, y";
    let shown = (1000.0 * floor).round() / 1000.0;
    let mut notes =
        vec![format!("axes have {turned} - {shown}) of the file, 0 at the bottom of the granular layer.")];

    let (low, high) = bounds(cells, &CORTEX);
    let (low, high) = if low[0].is_finite() { (low, high) } else { bounds(cells, &[]) };
    let is_empty = !low[0].is_finite();
    let begin = |k: usize| if is_empty { 0.0 } else { (low[k] / 10.0).floor() * 10.0 };
    let extent = |k: usize| if is_empty { 0.0 } else { high[k] - begin(k) };
    let [x, _, z] = corner.unwrap_or_default();
    let mut origin = [x, z, 0.0];
    let mut size = [extent(0), extent(1), extent(2)];
    match document.and_then(Document::base) {
        None => origin = [begin(0), begin(1), 0.0],
        Some(base) => {
            let is_within = |k: usize| {
                let spare = SPARE * base[k];
                is_empty || (low[k] >= origin[k] - spare && high[k] <= origin[k] + base[k] + spare)
            };
            if is_within(0) && is_within(1) {
                size[..2].copy_from_slice(&base);
            } else {
                let [a, b] = base;
                let [from, to] = [low, high].map(|c| format!("({:.1}, {:.1})", c[0], c[1]));
                notes.push(format!(
                    "the configuration states a base of {a} x {b} µm, but cells of the cortex lie from {from} to {to}: the base \
                     is that of the cells."
                ));
                origin = [begin(0), begin(1), 0.0];
            }
        }
    }
    if let Some(height) = document.and_then(Document::cortex) {
        size[2] = height;
    }
    let (granular_low, granular_high) = bounds(cells, &GRANULAR);
    let of_cells = if granular_low[2].is_finite() { granular_low[2] + granular_high[2] } else { size[2] };
    let granular = document.and_then(Document::granular).unwrap_or(of_cells);
    let middle = [origin[0] + size[0] / 2.0, origin[1] + size[1] / 2.0, granular / 2.0];
    Space { size, middle, notes }
}

/// Lowest and highest coordinates of the cells of some types, or of all for no types; infinite without cells.
fn bounds(cells: &[Cells], types: &[&str]) -> ([f64; 3], [f64; 3]) {
    let of = cells.iter().filter(|c| types.is_empty() || types.contains(&c.name.as_str()));
    let none = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    of.flat_map(|c| &c.positions).fold(none, |(low, high), p| {
        (std::array::from_fn(|k| p[k].min(low[k])), std::array::from_fn(|k| p[k].max(high[k])))
    })
}
