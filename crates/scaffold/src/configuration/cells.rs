//! Cell types, how their cells are placed, and how placed cells are labeled.

use super::tree::Node;
use super::{Component, component};
use crate::Error;
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

impl Spatial {
    /// These values with those of `over` in their place where it says any.
    pub fn overridden_by(&self, over: &Spatial) -> Spatial {
        let pick = |own: Option<f64>, other: Option<f64>| other.or(own);
        Spatial {
            radius: pick(self.radius, over.radius),
            count: pick(self.count, over.count),
            density: pick(self.density, over.density),
            planar_density: pick(self.planar_density, over.planar_density),
            relative_to: over.relative_to.clone().or_else(|| self.relative_to.clone()),
            count_ratio: pick(self.count_ratio, over.count_ratio),
            local_count_ratio: pick(self.local_count_ratio, over.local_count_ratio),
            density_ratio: pick(self.density_ratio, over.density_ratio),
            morphologies: match over.morphologies.is_empty() {
                true => self.morphologies.clone(),
                false => over.morphologies.clone(),
            },
        }
    }
}

/// A cell type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CellType {
    /// Its key in the configuration.
    pub name: String,
    /// Its size and number.
    pub spatial: Spatial,
}

/// A way to place cells.
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
    /// Each cell draws one.
    Random,
    /// One after the other.
    RoundRobin,
}

/// One entry of `placement`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlacementRule {
    /// Its key.
    pub name: String,
    /// The strategy.
    pub placing: PlacementStrategy,
    /// Names of partitions.
    pub partitions: Vec<String>,
    /// Names of cell types.
    pub cell_types: Vec<String>,
    /// Values that replace those of a cell type here.
    pub overrides: BTreeMap<String, Spatial>,
    /// Who gets which morphology.
    pub morphologies: MorphologyChoice,
}

/// How cells are divided among labels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Division {
    /// Each cell draws a label.
    Drawn,
    /// A random division into equal parts.
    Equal,
    /// Equal parts along an axis (0 = x).
    Along(usize),
}

/// One entry of `after_placement`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Labeling {
    /// Its key.
    pub name: String,
    /// The types labeled.
    pub cell_types: Vec<String>,
    /// One label per part.
    pub labels: Vec<String>,
    /// Who gets which.
    pub division: Division,
}

/// Largest density, per µm³ or µm². Chosen: one cell per cube of 1 µm is more than any tissue.
const MAX_DENSITY: f64 = 1.0;
/// Most cells of a type. Chosen: a whole mouse cerebellum has 6e7 granule cells.
const MAX_COUNT: f64 = 1.0e8;

pub(super) fn cell_types(root: &Node) -> Result<Vec<CellType>, Error> {
    let mut types = Vec::new();
    for (name, node) in root.entries_of("cell_types")? {
        node.allow(&["spatial", "plotting", "entity"])?;
        if node.get("entity").map_or(Ok(false), |n| n.flag())? {
            return Err(node.error(
                "is an entity, a type without positions, which lobule does not build; give it a place",
            ));
        }
        let spatial = node.get("spatial").map_or(Ok(Spatial::default()), |n| spatial(&n))?;
        types.push(CellType { name: name.into(), spatial });
    }
    Ok(types)
}

fn spatial(node: &Node) -> Result<Spatial, Error> {
    node.allow(&[
        "radius",
        "count",
        "density",
        "planar_density",
        "relative_to",
        "count_ratio",
        "local_count_ratio",
        "density_ratio",
        "morphologies",
        "geometry",
    ])?;
    let number = |key: &str, most: f64| node.get(key).map(|n| n.number_in(0.0, most)).transpose();
    let mut morphologies = Vec::new();
    for selector in node.get("morphologies").map_or(Ok(Vec::new()), |n| n.items())? {
        if selector.value().is_string() {
            morphologies.push(selector.text()?);
            continue;
        }
        let select = selector.get("select").map_or(Ok("by_name".into()), |n| n.text())?;
        if select != "by_name" {
            return Err(
                selector.error(format!("selects morphologies `{select}`; lobule selects them by_name"))
            );
        }
        selector.allow(&["select", "names"])?;
        morphologies.extend(selector.require("names")?.texts()?);
    }
    Ok(Spatial {
        radius: number("radius", 1.0e4)?,
        count: number("count", MAX_COUNT)?,
        density: number("density", MAX_DENSITY)?,
        planar_density: number("planar_density", MAX_DENSITY)?,
        relative_to: node.get("relative_to").map(|n| n.text()).transpose()?,
        count_ratio: number("count_ratio", 1.0e6)?,
        local_count_ratio: number("local_count_ratio", 1.0e6)?,
        density_ratio: number("density_ratio", 1.0e6)?,
        morphologies,
    })
}

/// Strategies of `placement`.
pub(super) const PLACEMENT: &[Component] = &[
    Component { path: "bsb.placement.RandomPlacement", short: "random" },
    Component { path: "bsb.placement.ParallelArrayPlacement", short: "parallel_array" },
    Component { path: "bsb.placement.FixedPositions", short: "fixed_positions" },
];

pub(super) fn placement(root: &Node) -> Result<Vec<PlacementRule>, Error> {
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
                let spacing = node.require("spacing_x")?;
                if spacing.number_in(0.0, 1.0e6)? == 0.0 {
                    return Err(spacing.error("0; give the distance of two rows, above 0 um"));
                }
                let angle = node.require("angle")?;
                let angle_deg = angle.number()?;
                if (angle_deg - 90.0).rem_euclid(180.0) == 0.0 {
                    return Err(angle.error(format!(
                        "{angle_deg}; rows along y (90 deg) have no place for a second row"
                    )));
                }
                PlacementStrategy::ParallelArrays { spacing: spacing.number()?, angle_deg }
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
            overrides.insert(cell_type.to_string(), spatial(&over)?);
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

/// Who gets which morphology. Rotations other than none are refused.
fn distribute(node: &Node) -> Result<MorphologyChoice, Error> {
    let Some(distribute) = node.get("distribute") else { return Ok(MorphologyChoice::Random) };
    distribute.allow(&["morphologies", "rotations"])?;
    let strategy = |key: &str, default: &str| -> Result<String, Error> {
        let Some(n) = distribute.get(key) else { return Ok(default.into()) };
        n.allow(&["strategy"])?;
        n.get("strategy").map_or(Ok(default.into()), |n| n.text())
    };
    let rotations = strategy("rotations", "none")?;
    if !["none", "explicitly_none"].contains(&rotations.as_str()) {
        return Err(
            distribute.error(format!("rotations `{rotations}`; lobule builds unrotated cells: use none"))
        );
    }
    match strategy("morphologies", "random")?.as_str() {
        "random" => Ok(MorphologyChoice::Random),
        "roundrobin" => Ok(MorphologyChoice::RoundRobin),
        other => Err(distribute.error(format!("morphologies `{other}`; allowed random, roundrobin"))),
    }
}

/// Strategies of `after_placement`.
pub(super) const AFTER_PLACEMENT: &[Component] = &[
    Component { path: "cerebellar_models.placement.microzones.LabelCells", short: "label_cells" },
    Component { path: "cerebellar_models.placement.microzones.LabelMicrozones", short: "label_microzones" },
];

pub(super) fn labelings(root: &Node) -> Result<Vec<Labeling>, Error> {
    let mut labelings = Vec::new();
    for (name, node) in root.entries_of("after_placement")? {
        let division = match component(&node, AFTER_PLACEMENT)? {
            "label_cells" => {
                node.allow(&["strategy", "cell_types", "labels", "same_size", "depends_on"])?;
                match node.get("same_size").map_or(Ok(false), |n| n.flag())? {
                    true => Division::Equal,
                    false => Division::Drawn,
                }
            }
            _ => {
                node.allow(&["strategy", "cell_types", "labels", "axis", "depends_on"])?;
                Division::Along(node.get("axis").map_or(Ok(0), |n| n.whole_in(0, 2))? as usize)
            }
        };
        let labels = match node.get("labels") {
            Some(labels) => labels.texts()?,
            None => vec!["type1".into(), "type2".into()],
        };
        if labels.is_empty() {
            return Err(node.error("`labels` is empty; name one label for each part"));
        }
        let cell_types = node.require("cell_types")?.texts()?;
        labelings.push(Labeling { name: name.into(), cell_types, labels, division });
    }
    Ok(labelings)
}
