//! Refuses specifications that cannot be reconstructed, naming the value, its range and the remedy.

use super::geometry::{Geometry, Outline};
use super::spec::{ArborRule, ScaffoldSpec};
use crate::Error;

/// Smallest base edge, µm. Chosen: below it a block holds fewer than two Purkinje
/// cells and four mossy fibers, and most rules have nothing to choose from.
const SMALLEST: f64 = 50.0;

/// Largest circuit, GiB. Chosen: what a workstation can hold beside its simulation.
const LARGEST_GIB: f64 = 8.0;

/// Densest packing of a randomly placed type. Chosen: random sequential addition
/// jams at 0.38; well below that a free place is found in a few attempts.
const DENSEST: f64 = 0.32;

fn refuse(parameter: impl Into<String>, value: impl ToString, what: impl Into<String>) -> Error {
    Error::Spec { parameter: parameter.into(), value: value.to_string(), what: what.into() }
}

/// Checks every value of `spec`.
pub(super) fn check(spec: &ScaffoldSpec) -> Result<(), Error> {
    size(spec)?;
    cells(spec)?;
    memory(spec)?;
    wiring(spec)
}

fn size(spec: &ScaffoldSpec) -> Result<(), Error> {
    for (axis, value) in ["size[0] (x)", "size[1] (y)"].into_iter().zip(spec.size) {
        if !value.is_finite() {
            return Err(refuse(axis, value, "must be a finite length in µm"));
        }
        if value < SMALLEST {
            return Err(refuse(axis, value, format!("must be at least {SMALLEST} µm; take a larger block")));
        }
    }
    let l = &spec.layers;
    for (name, value) in [
        ("layers.granular", l.granular),
        ("layers.purkinje", l.purkinje),
        ("layers.basket", l.basket),
        ("layers.stellate", l.stellate),
        ("layers.nuclei", l.nuclei),
        ("layers.olive", l.olive),
    ] {
        positive(name, value)?;
    }
    Ok(())
}

fn memory(spec: &ScaffoldSpec) -> Result<(), Error> {
    let estimate = memory_gib(spec);
    if estimate > LARGEST_GIB {
        return Err(refuse(
            "size",
            format!("{} x {} µm", spec.size[0], spec.size[1]),
            format!(
                "would take about {estimate:.0} GiB; up to {LARGEST_GIB} GiB are allowed, so take a smaller \
                 block or fewer cells"
            ),
        ));
    }
    Ok(())
}

/// Estimated size of the connection sets in memory, GiB.
///
/// The mouse has 20 rows per µm² plus 0.038 per µm of depth that parallel fibers
/// cross, up to their 2000 µm; 8 bytes each, twice while they are made. More
/// granule cells or more of their targets make more of them.
/// Fitted to: reconstructions of 100 × 100 and 300 × 200 µm.
fn memory_gib(spec: &ScaffoldSpec) -> f64 {
    let [x, y] = spec.size;
    let mouse = ScaffoldSpec::mouse(x, y);
    // Cells per µm² of granule cells, and of each type that fibers or glomeruli contact.
    let per_area = |s: &ScaffoldSpec| {
        let (c, l) = (&s.cells, &s.layers);
        let targets = [
            c.glomerulus.density * l.granular,
            c.golgi_cell.density * l.granular,
            c.purkinje_cell.planar_density,
            c.basket_cell.density * l.basket,
            c.stellate_cell.density * l.stellate,
        ];
        (c.granule_cell.density * l.granular, targets)
    };
    let ((granules, targets), (usual_granules, usual_targets)) = (per_area(spec), per_area(&mouse));
    let more = targets.iter().zip(usual_targets).map(|(a, b)| a / b).fold(1.0, f64::max);
    let crowding = more * (granules / usual_granules).max(1.0);
    x * y * crowding * (20.0 + 0.038 * y.min(2000.0)) * 16.0 / 1024f64.powi(3)
}

fn cells(spec: &ScaffoldSpec) -> Result<(), Error> {
    let (c, l) = (&spec.cells, &spec.layers);
    for (name, cells) in [
        ("glomerulus", &c.glomerulus),
        ("granule_cell", &c.granule_cell),
        ("golgi_cell", &c.golgi_cell),
        ("basket_cell", &c.basket_cell),
        ("stellate_cell", &c.stellate_cell),
        ("dcn_p", &c.dcn_p),
        ("dcn_i", &c.dcn_i),
    ] {
        positive(&format!("cells.{name}.density"), cells.density)?;
        positive(&format!("cells.{name}.radius"), cells.radius)?;
        let packing = cells.density * 4.0 / 3.0 * std::f64::consts::PI * cells.radius.powi(3);
        if packing > DENSEST {
            return Err(refuse(
                format!("cells.{name}.density"),
                cells.density,
                format!(
                    "somata of radius {} µm would fill {packing:.2} of the layer; at most {DENSEST} can be placed \
                     at random, so lower the density or the radius",
                    cells.radius
                ),
            ));
        }
    }
    for (name, cells) in [("mossy_fiber", &c.mossy_fiber), ("io_cell", &c.io_cell)] {
        positive(&format!("cells.{name}.ratio"), cells.ratio)?;
        positive(&format!("cells.{name}.radius"), cells.radius)?;
    }
    let p = &c.purkinje_cell;
    positive("cells.purkinje_cell.planar_density", p.planar_density)?;
    positive("cells.purkinje_cell.radius", p.radius)?;
    positive("cells.purkinje_cell.spacing", p.spacing)?;
    if !(p.angle > 0.0 && p.angle < 90.0) {
        return Err(refuse("cells.purkinje_cell.angle", p.angle, "must lie between 0 and 90 degrees"));
    }
    if p.spacing <= 2.0 * p.radius {
        return Err(refuse("cells.purkinje_cell.spacing", p.spacing, "must exceed two radii"));
    }
    let soma = 2.0 * p.radius;
    if soma > l.purkinje {
        return Err(refuse("layers.purkinje", l.purkinje, format!("must hold a soma of {soma} µm")));
    }
    // Neighbors of a row lie this far apart along y; less than two radii along the row would overlap.
    let step = 1.0 / (p.planar_density * p.spacing);
    if step < soma * p.angle.to_radians().cos() {
        return Err(refuse(
            "cells.purkinje_cell.planar_density",
            p.planar_density,
            "neighbors in a row would overlap; lower the density, the radius or the spacing",
        ));
    }
    Ok(())
}

fn wiring(spec: &ScaffoldSpec) -> Result<(), Error> {
    let g = &spec.granular;
    for (name, value) in [
        ("granular.mossy_reach[0]", g.mossy_reach[0]),
        ("granular.mossy_reach[1]", g.mossy_reach[1]),
        ("granular.mossy_steepness", g.mossy_steepness),
        ("granular.granule_reach", g.granule_reach),
        ("granular.golgi_dendrite_reach", g.golgi_dendrite_reach),
        ("granular.golgi_axon_reach", g.golgi_axon_reach),
    ] {
        positive(name, value)?;
    }
    for (name, value) in [
        ("granular.granule_dendrites", g.granule_dendrites),
        ("granular.golgi_axon_glomeruli", g.golgi_axon_glomeruli),
    ] {
        if value == 0 {
            return Err(refuse(name, value, "must be at least 1"));
        }
    }
    for (i, rule) in spec.arbors.iter().enumerate() {
        arbor(rule)?;
        if spec.arbors[..i].iter().any(|r| r.name == rule.name) {
            return Err(refuse(
                format!("arbors[{i}].name"),
                &rule.name,
                "is taken by another rule; rename one",
            ));
        }
    }
    let n = &spec.nuclei;
    for (name, value) in [
        ("nuclei.mossy_to_dcn_p", n.mossy_to_dcn_p),
        ("nuclei.purkinje_to_dcn_p", n.purkinje_to_dcn_p),
        ("nuclei.purkinje_to_dcn_i", n.purkinje_to_dcn_i),
        ("nuclei.io_to_dcn_p", n.io_to_dcn_p),
        ("nuclei.io_to_dcn_i", n.io_to_dcn_i),
        ("nuclei.dcn_i_to_io", n.dcn_i_to_io),
    ] {
        share(name, value)?;
    }
    normal("nuclei.climbing_fiber_contacts", n.climbing_fiber_contacts)
}

fn arbor(rule: &ArborRule) -> Result<(), Error> {
    let name = format!("arbors.{}", rule.name);
    for cell_type in [&rule.pre, &rule.post] {
        if !CELL_TYPES.contains(&cell_type.as_str()) {
            let types = CELL_TYPES.join(", ");
            return Err(refuse(name, cell_type, format!("is not a cell type; there are {types}")));
        }
    }
    share(&format!("{name}.affinity"), rule.affinity)?;
    share(&format!("{name}.fill"), rule.fill)?;
    normal(&format!("{name}.contacts"), rule.contacts)?;
    for [low, high] in rule.reach {
        if !(low.is_finite() && high.is_finite() && low <= high) {
            return Err(refuse(
                format!("{name}.reach"),
                format!("[{low}, {high}]"),
                "must be finite and ascending",
            ));
        }
    }
    match &rule.geometry {
        Geometry::ParallelFiberCrossing { height, half_length, silhouette } => {
            finite(&format!("{name}.geometry.height"), *height)?;
            positive(&format!("{name}.geometry.half_length"), *half_length)?;
            outline(&format!("{name}.geometry.silhouette"), silhouette)
        }
        Geometry::AscendingAxonCrossing { from, to, silhouette, footprint } => {
            finite(&format!("{name}.geometry.from"), *from)?;
            finite(&format!("{name}.geometry.to"), *to)?;
            outline(&format!("{name}.geometry.silhouette"), silhouette)?;
            outline(&format!("{name}.geometry.footprint"), footprint)
        }
        Geometry::ArborOverlap { silhouette, footprint } => {
            outline(&format!("{name}.geometry.silhouette"), silhouette)?;
            outline(&format!("{name}.geometry.footprint"), footprint)
        }
    }
}

fn outline(name: &str, outline: &Outline) -> Result<(), Error> {
    let knots = &outline.knots;
    if knots.len() < 2 {
        return Err(refuse(name, format!("{} knots", knots.len()), "needs at least 2 knots"));
    }
    for (i, knot) in knots.iter().enumerate() {
        let ascending = i == 0 || knots[i - 1][0] < knot[0];
        if !(knot.iter().all(|v| v.is_finite()) && knot[1] <= knot[2] && ascending) {
            return Err(refuse(
                format!("{name}.knots[{i}]"),
                format!("{knot:?}"),
                "must be finite, its lowest value not above its highest, and its abscissa above the last one",
            ));
        }
    }
    Ok(())
}

/// Every type that is placed.
const CELL_TYPES: [&str; 10] = [
    "mossy_fiber",
    "glomerulus",
    "granule_cell",
    "golgi_cell",
    "purkinje_cell",
    "basket_cell",
    "stellate_cell",
    "dcn_p",
    "dcn_i",
    "io_cell",
];

fn positive(name: &str, value: f64) -> Result<(), Error> {
    if value.is_finite() && value > 0.0 {
        return Ok(());
    }
    Err(refuse(name, value, "must be finite and positive"))
}

fn finite(name: &str, value: f64) -> Result<(), Error> {
    if value.is_finite() {
        return Ok(());
    }
    Err(refuse(name, value, "must be finite"))
}

fn share(name: &str, value: f64) -> Result<(), Error> {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    Err(refuse(name, value, "must lie between 0 and 1"))
}

fn normal(name: &str, (mean, sd): (f64, f64)) -> Result<(), Error> {
    if mean.is_finite() && mean >= 0.0 && sd.is_finite() && sd >= 0.0 {
        return Ok(());
    }
    Err(refuse(
        name,
        format!("({mean}, {sd})"),
        "mean and standard deviation must be finite and not negative",
    ))
}
