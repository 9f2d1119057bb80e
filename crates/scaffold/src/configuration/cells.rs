//! Cell types, how their cells are placed, and how placed cells are labeled.

use super::tree::Node;
use super::{Components, component};
use crate::error::{Result, ensure};
use std::collections::BTreeMap;

/// How many cells of a type there are, how large and of what shape. What is `None` is not said.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Spatial {
    /// Radius of the soma, µm.
    pub radius: Option<f64>,
    /// Cells in all partitions together.
    pub count: Option<f64>,
    /// Cells per µm³.
    pub density: Option<f64>,
    /// Cells per µm² of base.
    pub planar_density: Option<f64>,
    /// The type that ratios are relative to.
    pub relative_to: Option<String>,
    /// Cells per cell of `relative_to`, spread by volume.
    pub count_ratio: Option<f64>,
    /// Cells per cell of `relative_to` in the same chunk.
    pub local_count_ratio: Option<f64>,
    /// Density in units of that of `relative_to`.
    pub density_ratio: Option<f64>,
    /// Names (patterns with `*`) of morphologies.
    pub morphologies: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CellType {
    pub name: String,
    pub spatial: Spatial,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum PlacementStrategy {
    /// Uniformly at random in the partitions.
    Random,
    /// Rows at an angle, `spacing` µm apart; the angle in degrees from x.
    ParallelArrays { spacing: f64, angle_deg: f64 },
    /// Where the configuration says, µm.
    Fixed { positions: Vec<[f64; 3]> },
}

/// How morphologies are given to the cells of a type that has several.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum MorphologyChoice {
    Random,
    RoundRobin,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlacementRule {
    pub name: String,
    pub placing: PlacementStrategy,
    pub partitions: Vec<String>,
    pub cell_types: Vec<String>,
    /// Values that replace those of the cell type here.
    pub overrides: BTreeMap<String, Spatial>,
    pub morphologies: MorphologyChoice,
}

impl PlacementRule {
    /// How many cells of a type there are here.
    pub fn spatial<'a>(&'a self, of: &'a CellType) -> &'a Spatial {
        self.overrides.get(&of.name).unwrap_or(&of.spatial)
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Division {
    /// Each cell draws a label.
    Drawn,
    /// A random division into equal parts.
    Equal,
    /// Equal parts along an axis (0 = x).
    Along(usize),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Labeling {
    pub name: String,
    pub cell_types: Vec<String>,
    /// One label per part.
    pub labels: Vec<String>,
    pub division: Division,
}

/// Largest density, per µm³ or µm². Chosen: one cell per cube of 1 µm is more than any tissue.
const MAX_DENSITY: f64 = 1.0;
/// Most cells of a type. Chosen: a whole mouse cerebellum has 6e7 granule cells.
const MAX_COUNT: f64 = 1.0e8;

pub(super) fn cell_types(root: &Node) -> Result<Vec<CellType>> {
    let mut types = Vec::new();
    for (name, node) in root.entries_of("cell_types")? {
        node.allow(&["spatial", "plotting", "entity"])?;
        ensure(!node.or("entity", false, Node::flag)?, || {
            node.error("is an entity, a type without positions, which lobule does not build; give it a place")
        })?;
        let spatial = node.or("spatial", Spatial::default(), |n| spatial(n, &Spatial::default()))?;
        types.push(CellType { name: name.into(), spatial });
    }
    Ok(types)
}

/// Reads a node `spatial`; what it does not say is as in `base`.
fn spatial(node: &Node, base: &Spatial) -> Result<Spatial> {
    let own = ["radius", "count", "density", "planar_density"];
    let relative = ["relative_to", "count_ratio", "local_count_ratio", "density_ratio"];
    node.allow(&[&own[..], &relative, &["morphologies", "geometry"]].concat())?;
    let number = |key: &str, most: f64| node.maybe(key, |n| n.number_in(0.0, most));
    let mut morphologies = Vec::new();
    for selector in node.or("morphologies", Vec::new(), Node::items)? {
        if selector.value.is_string() {
            morphologies.push(selector.text()?);
            continue;
        }
        let select = selector.or("select", "by_name".into(), Node::text)?;
        ensure(select == "by_name", || {
            selector.error(format!("selects morphologies `{select}`; lobule selects them by_name"))
        })?;
        selector.allow(&["select", "names"])?;
        morphologies.extend(selector.require("names")?.texts()?);
    }
    if morphologies.is_empty() {
        morphologies.clone_from(&base.morphologies);
    }
    Ok(Spatial {
        radius: number("radius", 1.0e4)?.or(base.radius),
        count: number("count", MAX_COUNT)?.or(base.count),
        density: number("density", MAX_DENSITY)?.or(base.density),
        planar_density: number("planar_density", MAX_DENSITY)?.or(base.planar_density),
        relative_to: node.maybe("relative_to", Node::text)?.or_else(|| base.relative_to.clone()),
        count_ratio: number("count_ratio", 1.0e6)?.or(base.count_ratio),
        local_count_ratio: number("local_count_ratio", 1.0e6)?.or(base.local_count_ratio),
        density_ratio: number("density_ratio", 1.0e6)?.or(base.density_ratio),
        morphologies,
    })
}

pub(super) const PLACEMENT: &Components = &[
    ("bsb.placement.RandomPlacement", "random"),
    ("bsb.placement.ParallelArrayPlacement", "parallel_array"),
    ("bsb.placement.FixedPositions", "fixed_positions"),
];

pub(super) fn placement(root: &Node, types: &[CellType]) -> Result<Vec<PlacementRule>> {
    let mut rules = Vec::new();
    for (name, node) in root.entries_of("placement")? {
        let common = ["strategy", "partitions", "cell_types", "depends_on", "overrides", "distribute"];
        let allow = |own: &[&str]| node.allow(&[&common[..], own].concat());
        let placing = match component(&node, PLACEMENT)? {
            "random" => {
                allow(&[])?;
                PlacementStrategy::Random
            }
            "parallel_array" => {
                allow(&["spacing_x", "angle"])?;
                let spacing = node.require("spacing_x")?.positive(1.0e6, "the distance of two rows,")?;
                let angle = node.require("angle")?;
                let angle_deg = angle.number()?;
                ensure((angle_deg - 90.0).rem_euclid(180.0) != 0.0, || {
                    angle.error(format!("{angle_deg}; rows along y (90 deg) have no place for a second row"))
                })?;
                PlacementStrategy::ParallelArrays { spacing, angle_deg }
            }
            _ => {
                allow(&["positions"])?;
                let items = node.require("positions")?.items()?;
                let positions = items.iter().map(Node::vector).collect::<Result<_, _>>()?;
                PlacementStrategy::Fixed { positions }
            }
        };
        let mut overrides = BTreeMap::new();
        for (cell_type, over) in node.entries_of("overrides")? {
            let base = types.iter().find(|t| t.name == cell_type).map(|t| t.spatial.clone());
            overrides.insert(cell_type.to_string(), spatial(&over, &base.unwrap_or_default())?);
        }
        let partitions = match placing {
            PlacementStrategy::Fixed { .. } => node.texts_of("partitions")?,
            _ => node.require("partitions")?.texts()?,
        };
        rules.push(PlacementRule {
            name: name.into(),
            placing,
            partitions,
            cell_types: node.require("cell_types")?.texts()?,
            overrides,
            morphologies: distribute(&node)?,
        });
    }
    Ok(rules)
}

/// Morphologies of the cells. Rotations other than none are refused.
fn distribute(node: &Node) -> Result<MorphologyChoice> {
    let Some(distribute) = node.get("distribute") else { return Ok(MorphologyChoice::Random) };
    distribute.allow(&["morphologies", "rotations"])?;
    let strategy = |key: &str, default: &str| {
        distribute.or(key, default.to_string(), |n| {
            n.allow(&["strategy"])?;
            n.or("strategy", default.to_string(), Node::text)
        })
    };
    let rotations = strategy("rotations", "none")?;
    ensure(["none", "explicitly_none"].contains(&rotations.as_str()), || {
        distribute.error(format!("rotations `{rotations}`; lobule builds unrotated cells: use none"))
    })?;
    match strategy("morphologies", "random")?.as_str() {
        "random" => Ok(MorphologyChoice::Random),
        "roundrobin" => Ok(MorphologyChoice::RoundRobin),
        other => Err(distribute.error(format!("morphologies `{other}`; allowed random, roundrobin"))),
    }
}

pub(super) const AFTER_PLACEMENT: &Components = &[
    ("cerebellar_models.placement.microzones.LabelCells", "label_cells"),
    ("cerebellar_models.placement.microzones.LabelMicrozones", "label_microzones"),
];

pub(super) fn labelings(root: &Node) -> Result<Vec<Labeling>> {
    let mut labelings = Vec::new();
    for (name, node) in root.entries_of("after_placement")? {
        let division = match component(&node, AFTER_PLACEMENT)? {
            "label_cells" => {
                node.allow(&["strategy", "cell_types", "labels", "same_size", "depends_on"])?;
                if node.or("same_size", false, Node::flag)? { Division::Equal } else { Division::Drawn }
            }
            _ => {
                node.allow(&["strategy", "cell_types", "labels", "axis", "depends_on"])?;
                Division::Along(node.or("axis", 0, |n| n.whole_in(0, 2))? as usize)
            }
        };
        let labels = node.or("labels", vec!["type1".into(), "type2".into()], Node::texts)?;
        ensure(!labels.is_empty(), || node.error("`labels` is empty; name one label for each part"))?;
        let cell_types = node.require("cell_types")?.texts()?;
        labelings.push(Labeling { name: name.into(), cell_types, labels, division });
    }
    Ok(labelings)
}
