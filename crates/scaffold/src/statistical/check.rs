//! Refuses specifications that cannot be reconstructed, naming the value, its range and the remedy.

use super::geometry::{Geometry, Outline};
use super::spec::{ArborRule, ScaffoldSpec};
use crate::anatomy::PLACED_TYPES;
use crate::error::{Error, Result, ensure};
use crate::memory;

/// Smallest base edge, µm. Chosen: below it a block holds fewer than two Purkinje
/// cells and four mossy fibers, and most rules have nothing to choose from.
const SMALLEST: f64 = 50.0;

/// Largest circuit, GiB. Chosen: what a workstation can hold beside its simulation.
const LARGEST_GIB: f64 = 8.0;

/// Longest length, µm. Chosen: beyond any cerebellum.
const LONGEST: f64 = 1.0e5;
/// Most cells per µm³ of a layer, or per µm² of its base. Chosen: more than any tissue has.
const DENSEST_CELLS: f64 = 1.0;
/// Most cells per cell of another type.
const LARGEST_RATIO: f64 = 1000.0;
/// Largest steepness of a preference. Chosen: beyond it only the nearest is ever taken.
const STEEPEST: f64 = 100.0;
/// Most dendrites of a granule cell. Chosen: ten times as many as have been seen.
const MOST_DENDRITES: usize = 100;
/// Most glomeruli of a Golgi axon.
const MOST_GLOMERULI: usize = 1_000_000;
/// Most contacts of a pair of cells, as mean and as standard deviation.
const MOST_CONTACTS: f64 = 1.0e5;

/// Densest packing of a randomly placed type. Chosen: random sequential addition
/// jams at 0.38; well below that a free place is found in a few attempts.
const DENSEST: f64 = 0.32;

/// Refuses a value unless `holds`.
fn must(holds: bool, name: impl Into<String>, value: impl ToString, what: impl Into<String>) -> Result<()> {
    ensure(holds, || Error::Spec { parameter: name.into(), value: value.to_string(), what: what.into() })
}

/// The named fields of a part of the specification, each with its path.
macro_rules! named {
    ($part:literal, $of:expr, $($field:ident),+) => {
        [$((concat!($part, ".", stringify!($field)), &$of.$field)),+]
    };
}

pub(super) fn check(spec: &ScaffoldSpec) -> Result<()> {
    size(spec)?;
    cells(spec)?;
    wiring(spec)?;
    memory(spec)
}

fn size(spec: &ScaffoldSpec) -> Result<()> {
    for (axis, value) in ["size[0] (x)", "size[1] (y)"].into_iter().zip(spec.size) {
        must(value.is_finite(), axis, value, "must be a finite length in µm")?;
        let what = format!("must be at least {SMALLEST} µm; take a larger block");
        must(value >= SMALLEST, axis, value, what)?;
        must(value <= LONGEST, axis, value, format!("must be at most {LONGEST} µm; take a smaller block"))?;
    }
    let thicknesses = named!("layers", spec.layers, granular, purkinje, basket, stellate, nuclei, olive);
    thicknesses.into_iter().try_for_each(|(name, value)| positive(name, *value, LONGEST))
}

fn memory(spec: &ScaffoldSpec) -> Result<()> {
    let estimate = memory_gib(spec);
    let left = memory::available().map_or(f64::INFINITY, |bytes| bytes as f64 / GIB);
    let most = if left < LARGEST_GIB {
        format!("{left:.1} GiB are left")
    } else {
        format!("up to {LARGEST_GIB} GiB are allowed")
    };
    let what = format!(
        "would take about {estimate:.0} GiB; {most}, so take a smaller block, fewer cells or fewer contacts"
    );
    must(estimate <= LARGEST_GIB.min(left), "size", format!("{} x {} µm", spec.size[0], spec.size[1]), what)
}

const GIB: f64 = (1u64 << 30) as f64;
/// Memory of a row while it is made, bytes: 8, twice.
const ROW: f64 = 16.0;
/// Memory of a cell, bytes: its place, its label and what placing it takes.
const CELL: f64 = 64.0;

/// Estimated size of the cells and of the connection sets in memory, GiB.
///
/// Contacts of arbors: the mouse has 20 rows per µm² plus 0.038 per µm of depth that parallel fibers
/// cross, up to their 2000 µm. More granule cells, more of their targets or more contacts of a rule make more of
/// them.
/// Fitted to: reconstructions of 100 × 100 and 300 × 200 µm.
fn memory_gib(spec: &ScaffoldSpec) -> f64 {
    let [x, y] = spec.size;
    let mouse = ScaffoldSpec::mouse(x, y);
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
    let most = |rule: &ArborRule| rule.affinity * (rule.contacts.0 + 3.0 * rule.contacts.1);
    let usual = |rule: &ArborRule| mouse.arbors.iter().find(|r| r.name == rule.name).map_or(1.0, most);
    let contacts = spec.arbors.iter().map(|rule| most(rule) / usual(rule)).fold(1.0, f64::max);
    let of_arbors = x * y * crowding * contacts * (20.0 + 0.038 * y.min(2000.0));

    // The other rules, from numbers of cells.
    let (g, n, area) = (&spec.granular, &spec.nuclei, x * y);
    let [glomeruli, golgi, purkinje, basket, stellate] = targets.map(|t| t * area);
    let granules = granules * area;
    let mossy = glomeruli * spec.cells.mossy_fiber.ratio;
    let [dcn_p, dcn_i] =
        [&spec.cells.dcn_p, &spec.cells.dcn_i].map(|c| c.density * spec.layers.nuclei * area);
    let io = purkinje * spec.cells.io_cell.ratio;
    let dendrites = granules * g.granule_dendrites as f64;
    let sphere = 4.0 / 3.0 * std::f64::consts::PI * g.golgi_dendrite_reach.powi(3);
    let near = (sphere * spec.cells.glomerulus.density).min(glomeruli);
    let entered = (g.golgi_axon_glomeruli as f64).min(glomeruli);
    let climbing = n.climbing_fiber_contacts.0 + 3.0 * n.climbing_fiber_contacts.1;
    let others = [
        glomeruli,
        dendrites,
        golgi * near,
        golgi * entered * dendrites / glomeruli.max(1.0),
        mossy * dcn_p * n.mossy_to_dcn_p,
        purkinje * (dcn_p * n.purkinje_to_dcn_p + dcn_i * n.purkinje_to_dcn_i),
        io * (dcn_p * n.io_to_dcn_p + dcn_i * (n.io_to_dcn_i + n.dcn_i_to_io)),
        purkinje * climbing,
    ];
    let cells = glomeruli + golgi + purkinje + basket + stellate + granules + mossy + dcn_p + dcn_i + io;
    (ROW * (of_arbors + others.iter().sum::<f64>()) + CELL * cells) / GIB
}

fn cells(spec: &ScaffoldSpec) -> Result<()> {
    let (c, l) = (&spec.cells, &spec.layers);
    for (name, cells) in
        named!("cells", c, glomerulus, granule_cell, golgi_cell, basket_cell, stellate_cell, dcn_p, dcn_i)
    {
        let (density, radius) = (cells.density, cells.radius);
        positive(&format!("{name}.density"), density, DENSEST_CELLS)?;
        positive(&format!("{name}.radius"), radius, LONGEST)?;
        let packing = density * 4.0 / 3.0 * std::f64::consts::PI * radius.powi(3);
        let what = format!(
            "somata of radius {radius} µm would fill {packing:.2} of the layer; at most {DENSEST} can be placed \
             at random, so lower the density or the radius"
        );
        must(packing <= DENSEST, format!("{name}.density"), density, what)?;
    }
    for (name, cells) in named!("cells", c, mossy_fiber, io_cell) {
        positive(&format!("{name}.ratio"), cells.ratio, LARGEST_RATIO)?;
        positive(&format!("{name}.radius"), cells.radius, LONGEST)?;
    }
    let p = &c.purkinje_cell;
    positive("cells.purkinje_cell.planar_density", p.planar_density, DENSEST_CELLS)?;
    for (name, value) in named!("cells.purkinje_cell", p, radius, spacing) {
        positive(name, *value, LONGEST)?;
    }
    let within = p.angle > 0.0 && p.angle < 90.0;
    must(within, "cells.purkinje_cell.angle", p.angle, "must lie between 0 and 90 degrees")?;
    let soma = 2.0 * p.radius;
    must(p.spacing > soma, "cells.purkinje_cell.spacing", p.spacing, "must exceed two radii")?;
    must(soma <= l.purkinje, "layers.purkinje", l.purkinje, format!("must hold a soma of {soma} µm"))?;
    // Neighbors of a row lie this far apart along y; less than two radii along the row would overlap.
    let step = 1.0 / (p.planar_density * p.spacing);
    let what = "neighbors in a row would overlap; lower the density, the radius or the spacing";
    let apart = step >= soma * libm::cos(p.angle.to_radians());
    must(apart, "cells.purkinje_cell.planar_density", p.planar_density, what)
}

fn wiring(spec: &ScaffoldSpec) -> Result<()> {
    let g = &spec.granular;
    let reaches =
        [("granular.mossy_reach[0]", &g.mossy_reach[0]), ("granular.mossy_reach[1]", &g.mossy_reach[1])];
    let others = named!("granular", g, granule_reach, golgi_dendrite_reach, golgi_axon_reach);
    reaches.into_iter().chain(others).try_for_each(|(name, value)| positive(name, *value, LONGEST))?;
    positive("granular.mossy_steepness", g.mossy_steepness, STEEPEST)?;
    for (name, value, most) in [
        ("granular.granule_dendrites", g.granule_dendrites, MOST_DENDRITES),
        ("granular.golgi_axon_glomeruli", g.golgi_axon_glomeruli, MOST_GLOMERULI),
    ] {
        must((1..=most).contains(&value), name, value, format!("must be at least 1 and at most {most}"))?;
    }
    for (i, rule) in spec.arbors.iter().enumerate() {
        arbor(rule)?;
        let is_new = spec.arbors[..i].iter().all(|r| r.name != rule.name);
        must(is_new, format!("arbors[{i}].name"), &rule.name, "is taken by another rule; rename one")?;
    }
    let n = &spec.nuclei;
    let into_nuclei = named!("nuclei", n, mossy_to_dcn_p, purkinje_to_dcn_p, purkinje_to_dcn_i);
    let loops = named!("nuclei", n, io_to_dcn_p, io_to_dcn_i, dcn_i_to_io);
    into_nuclei.into_iter().chain(loops).try_for_each(|(name, value)| share(name, *value))?;
    normal("nuclei.climbing_fiber_contacts", n.climbing_fiber_contacts)
}

fn arbor(rule: &ArborRule) -> Result<()> {
    let name = format!("arbors.{}", rule.name);
    for cell_type in [&rule.pre, &rule.post] {
        let what = format!("is not a cell type; there are {}", PLACED_TYPES.join(", "));
        must(PLACED_TYPES.contains(&cell_type.as_str()), name.clone(), cell_type, what)?;
    }
    share(&format!("{name}.affinity"), rule.affinity)?;
    share(&format!("{name}.fill"), rule.fill)?;
    normal(&format!("{name}.contacts"), rule.contacts)?;
    for [low, high] in rule.reach {
        let is_range = -LONGEST <= low && low <= high && high <= LONGEST;
        let (name, value) = (format!("{name}.reach"), format!("[{low}, {high}]"));
        must(is_range, name, value, format!("must ascend and be within ±{LONGEST} µm"))?;
    }
    let finite = |key: &str, value: f64| {
        must(value.is_finite(), format!("{name}.geometry.{key}"), value, "must be finite")
    };
    let outline = |key: &str, of: &Outline| outline(&format!("{name}.geometry.{key}"), of);
    match &rule.geometry {
        Geometry::ParallelFiberCrossing { height, half_length, silhouette } => {
            finite("height", *height)?;
            positive(&format!("{name}.geometry.half_length"), *half_length, LONGEST)?;
            outline("silhouette", silhouette)
        }
        Geometry::AscendingAxonCrossing { from, to, silhouette, footprint } => {
            finite("from", *from)?;
            finite("to", *to)?;
            outline("silhouette", silhouette)?;
            outline("footprint", footprint)
        }
        Geometry::ArborOverlap { silhouette, footprint } => {
            outline("silhouette", silhouette)?;
            outline("footprint", footprint)
        }
    }
}

fn outline(name: &str, outline: &Outline) -> Result<()> {
    let knots = &outline.knots;
    must(knots.len() >= 2, name, format!("{} knots", knots.len()), "needs at least 2 knots")?;
    for (i, knot) in knots.iter().enumerate() {
        let ascending = i == 0 || knots[i - 1][0] < knot[0];
        let is_knot = knot.iter().all(|v| v.is_finite()) && knot[1] <= knot[2] && ascending;
        let what =
            "must be finite, its lowest value not above its highest, and its abscissa above the last one";
        must(is_knot, format!("{name}.knots[{i}]"), format!("{knot:?}"), what)?;
    }
    Ok(())
}

fn positive(name: &str, value: f64, most: f64) -> Result<()> {
    let what = format!("must be finite and positive, at most {most}");
    must(value > 0.0 && value <= most, name, value, what)
}

fn share(name: &str, value: f64) -> Result<()> {
    must((0.0..=1.0).contains(&value), name, value, "must lie between 0 and 1")
}

fn normal(name: &str, (mean, sd): (f64, f64)) -> Result<()> {
    let is_law = [mean, sd].iter().all(|v| (0.0..=MOST_CONTACTS).contains(v));
    let what =
        format!("mean and standard deviation must be finite and not negative, at most {MOST_CONTACTS}");
    must(is_law, name, format!("({mean}, {sd})"), what)
}
