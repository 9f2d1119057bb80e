//! Which cells a device acts on or records from.
//!
//! Strategies of BSB 8.0.2: `all`, `cell_model`, `by_label`, `by_id`, `sphere`, `cylinder`,
//! `representatives`, `sphere_cell_types`. Distances are strictly below the radius; of several labels any one counts;
//! a `fraction` is rounded down. Where BSB draws cells at random, the draw here comes from lobule's own streams: as
//! many cells, other ones.

use super::fields::Fields;
use super::ranges::RADIUS;
use crate::error::ensure;
use crate::statistical::draws::draw_to_front;
use crate::{Anatomy, CellSites, canonical_cell_name};
use lobule_signal::Stream;
use std::collections::BTreeMap;

/// A main axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// Across the parallel fibers.
    X,
    /// Along the parallel fibers.
    Y,
    /// Up.
    Z,
}

/// Which cells of a population.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Targets {
    /// All of them.
    #[default]
    All,
    /// Those that carry one of the labels.
    ByLabel(Vec<String>),
    /// Those with an identifier over all cells of a file before BSB 4 ([`crate::format::number_cells`]).
    ByIdentifier(Vec<u32>),
    /// Those with a number in the list of their type.
    ById(BTreeMap<String, Vec<u64>>),
    /// Those closer than `radius` to `origin`, µm.
    Sphere {
        /// Middle, µm.
        origin: [f64; 3],
        /// Radius, µm.
        radius: f64,
    },
    /// Those closer than `radius` to a line along `axis`, µm.
    Cylinder {
        /// Direction.
        axis: Axis,
        /// Where the line is on the other two axes, in their order, µm.
        origin: [f64; 2],
        /// Radius, µm.
        radius: f64,
    },
    /// As many of each population, drawn at random.
    Representatives(usize),
    /// Mossy fibers of the glomeruli closer than `radius` to a vertical line, µm.
    FibersOfGlomeruli {
        /// Where the line is, x and y, µm.
        origin: [f64; 2],
        /// Radius, µm.
        radius: f64,
    },
}

/// How many of the targets, drawn at random.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Part {
    /// So many of each population.
    Count(usize),
    /// So large a part of each population's targets, rounded down.
    Fraction(f64),
    /// Each of the targets with that probability.
    Chance(f64),
    /// Each of the targets with the probability that makes so many of each population the mean.
    About(usize),
}

/// Which cells of which populations.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Targetting {
    /// Cell types (lobule's names); empty for all that have a model.
    pub cell_types: Vec<String>,
    /// Which of their cells.
    pub targets: Targets,
    /// How many of those, if not all.
    pub part: Option<Part>,
}

/// A strategy: its name, the key that names cell types, and how its targets are read.
type Strategy = (&'static str, Option<&'static str>, fn(&Fields) -> Option<Targets>);

/// The strategies that are known.
const STRATEGIES: [Strategy; 8] = [
    ("all", None, |_| Some(Targets::All)),
    ("cell_model", Some("cell_models"), |fields| {
        needed(fields, "cell_models", fields.texts("cell_models"), "name the cell models to target")?;
        Some(Targets::All)
    }),
    ("by_label", Some("cell_models"), by_label),
    ("by_id", Some("cell_models"), by_id),
    ("sphere", Some("cell_models"), sphere),
    ("sphere_cell_types", Some("cell_types"), sphere),
    ("cylinder", Some("cell_models"), cylinder),
    ("representatives", Some("cell_models"), |fields| {
        Some(Targets::Representatives(fields.count("n").unwrap_or(1)))
    }),
];

/// The names of the strategies, for messages.
fn known() -> String {
    STRATEGIES.map(|(name, ..)| name).join(", ")
}

/// A value that must be there; of the wrong kind it is a problem already.
fn needed<T>(fields: &Fields, name: &str, value: Option<T>, remedy: &str) -> Option<T> {
    if value.is_none() && fields.value(name).is_none() {
        fields.problem(name, format!("is missing; {remedy}"));
    }
    value
}

fn by_label(fields: &Fields) -> Option<Targets> {
    match fields.texts("labels") {
        Some(labels) if !labels.is_empty() => Some(Targets::ByLabel(labels)),
        _ => fields.refuse("labels", "names no label; give a list of labels"),
    }
}

fn by_id(fields: &Fields) -> Option<Targets> {
    let ids = fields.needed("ids", Fields::object)?;
    let mut lists = BTreeMap::new();
    for (name, _) in ids.rest() {
        let numbers = ids.numbers(name)?;
        let whole = |n: &f64| (n.fract() == 0.0 && *n >= 0.0).then_some(*n as u64);
        let Some(list) = numbers.iter().map(whole).collect() else {
            return ids.refuse(name, "holds a number that is no cell number; they are whole, from 0");
        };
        lists.insert(canonical_cell_name(name).to_string(), list);
    }
    Some(Targets::ById(lists))
}

fn sphere(fields: &Fields) -> Option<Targets> {
    let (origin, radius) = (fields.point("origin"), fields.needed_within("radius", &RADIUS)?);
    let origin = needed(fields, "origin", origin, "give three coordinates, um")?;
    Some(Targets::Sphere { origin, radius })
}

fn cylinder(fields: &Fields) -> Option<Targets> {
    let axis = match fields.text("axis").unwrap_or("y") {
        "x" => Axis::X,
        "y" => Axis::Y,
        "z" => Axis::Z,
        other => return fields.refuse("axis", format!("is `{other}`; x, y and z are known")),
    };
    let (origin, radius) = (fields.point("origin"), fields.needed_within("radius", &RADIUS)?);
    let origin = needed(fields, "origin", origin, "give two coordinates, um")?;
    Some(Targets::Cylinder { axis, origin, radius })
}

/// The part of the targets that is drawn: `count` or `fraction`.
fn part(fields: &Fields) -> Option<Part> {
    match (fields.count("count"), fields.amount("fraction")) {
        (Some(_), Some(_)) => fields.refuse("fraction", "stands beside `count`; keep one of them"),
        (Some(n), None) => Some(Part::Count(n)),
        (None, Some(f)) if f <= 1.0 => Some(Part::Fraction(f)),
        (None, Some(f)) => fields.refuse("fraction", format!("is {f}; it lies in 0..1")),
        (None, None) => None,
    }
}

impl Targetting {
    /// Reads the node `targetting` of a device; all cells when it is absent.
    pub(super) fn read(device: &Fields) -> Option<Self> {
        if device.value("targetting").is_none() {
            return Some(Self::default());
        }
        let fields = device.object("targetting")?;
        if fields.value("rule").is_some() {
            let what = format!("a NEST rule as targetting is not known; use a `strategy`: {}", known());
            return fields.refuse("rule", what);
        }
        let strategy = fields.text("strategy").unwrap_or("all");
        // A class is named by its short name or by its path.
        if fields.text("type").is_some_and(|t| t != "cell") {
            fields.problem("type", "is not `cell`; devices act on cells: remove it");
        }
        let Some((_, filter, read)) = STRATEGIES.iter().find(|(name, ..)| *name == strategy) else {
            return fields.refuse("strategy", format!("is `{strategy}`; known are: {}", known()));
        };
        let targets = read(&fields)?;
        let filter = filter.and_then(|key| fields.texts(key));
        let part = if strategy == "all" { None } else { part(&fields) };
        fields.finish();
        let cell_types = filter.unwrap_or_default();
        let cell_types = cell_types.iter().map(|name| canonical_cell_name(name).to_string()).collect();
        Some(Self { cell_types, targets, part })
    }

    /// True if the choice of cells is a random draw.
    pub fn is_random(&self) -> bool {
        self.part.is_some() || matches!(self.targets, Targets::Representatives(_))
    }

    /// The targets among the cells of one type, in ascending order. A random choice depends on
    /// (seed, device, cell type) only.
    ///
    /// # Errors
    /// The key under `targetting` that cannot be honored, and why: a cell that does not exist, more cells than there are.
    pub fn select(
        &self,
        anatomy: &Anatomy,
        cells: &CellSites,
        device: &str,
        seed: u64,
    ) -> Result<Vec<u32>, (String, String)> {
        let n = cells.len();
        let near = |i: u32, axes: &[usize], origin: &[f64], radius: f64| {
            let p = cells.positions[i as usize];
            let squares = axes.iter().zip(origin).map(|(&k, o)| (p[k] - o).powi(2));
            squares.sum::<f64>() < radius * radius
        };
        // `k` of the cells, drawn without replacement, in ascending order.
        let draw = |mut chosen: Vec<u32>, k: usize, key: &str| {
            let (all, of) = (chosen.len(), &cells.cell_type);
            ensure(k <= all, || {
                (key.to_string(), format!("asks for {k} of {all} cells of `{of}`; ask for fewer"))
            })?;
            let stream = Stream::new(seed, &format!("targets of {device} in {of}"));
            draw_to_front(stream, 0, 0, &mut chosen, k);
            chosen.truncate(k);
            chosen.sort_unstable();
            Ok(chosen)
        };
        let by_chance = |chosen: Vec<u32>, share: f64| {
            let stream = Stream::new(seed, &format!("chance of {device} in {}", cells.cell_type));
            chosen.into_iter().filter(|&i| stream.uniform(0, i) < share).collect()
        };
        let all = 0..n as u32;
        let chosen: Vec<u32> = match &self.targets {
            Targets::All => all.collect(),
            Targets::ByLabel(labels) => {
                let set = |i: u32| cells.label_sets.get(usize::from(*cells.labels.get(i as usize)?));
                let is_asked = |l: &String| labels.iter().any(|asked| fits(asked, l));
                all.filter(|&i| set(i).is_some_and(|set| set.iter().any(is_asked))).collect()
            }
            Targets::ById(lists) => {
                let mut chosen = lists.get(&cells.cell_type).cloned().unwrap_or_default();
                chosen.sort_unstable();
                chosen.dedup();
                if let Some(&wrong) = chosen.iter().find(|&&i| i >= n as u64) {
                    let what = format!("names cell {wrong}; there are {n}, numbered from 0");
                    return Err((format!("ids.{}", cells.cell_type), what));
                }
                chosen.into_iter().map(|i| i as u32).collect()
            }
            Targets::ByIdentifier(_) => {
                let what = "are identifiers over all cells, which this network does not have; name cell types or labels";
                return Err(("targets".into(), what.into()));
            }
            Targets::Sphere { origin, radius } => {
                all.filter(|&i| near(i, &[0, 1, 2], origin, *radius)).collect()
            }
            Targets::Cylinder { axis, origin, radius } => {
                let axes = match axis {
                    Axis::X => [1, 2],
                    Axis::Y => [0, 2],
                    Axis::Z => [0, 1],
                };
                all.filter(|&i| near(i, &axes, origin, *radius)).collect()
            }
            Targets::Representatives(k) => draw(all.collect(), *k, "n")?,
            Targets::FibersOfGlomeruli { origin, radius } => fibers_within(anatomy, origin, *radius),
        };
        match self.part {
            None => Ok(chosen),
            Some(Part::Count(k)) => draw(chosen, k, "count"),
            Some(Part::Fraction(f)) => {
                let k = (chosen.len() as f64 * f).floor() as usize;
                draw(chosen, k, "fraction")
            }
            Some(Part::Chance(share)) => Ok(by_chance(chosen, share)),
            Some(Part::About(k)) => {
                let share = k as f64 / chosen.len().max(1) as f64;
                Ok(by_chance(chosen, share))
            }
        }
    }

    /// The labels that no cell of the targeted types carries.
    pub fn missing_labels(&self, anatomy: &Anatomy, types: &[String]) -> Vec<String> {
        let Targets::ByLabel(labels) = &self.targets else { return Vec::new() };
        let carried = |label: &&String| {
            let cells = types.iter().filter_map(|t| anatomy.cells(t));
            cells.flat_map(|c| c.label_sets.iter().flatten()).any(|l| fits(label, l))
        };
        labels.iter().filter(|l| !carried(l)).cloned().collect()
    }
}

/// True if a label is the one that is asked for, in which `*` stands for any text.
pub(super) fn fits(asked: &str, label: &str) -> bool {
    let mut parts = asked.split('*');
    let Some(mut rest) = parts.next().and_then(|first| label.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// Mossy fibers that end on glomeruli within a radius of a vertical line, in order.
fn fibers_within(anatomy: &Anatomy, origin: &[f64; 2], radius: f64) -> Vec<u32> {
    let Some(glomeruli) = anatomy.cells("glomerulus") else { return Vec::new() };
    let is_near = |p: &[f64; 3]| (p[0] - origin[0]).powi(2) + (p[1] - origin[1]).powi(2) < radius * radius;
    let Some(set) = anatomy.connections("mossy_fibers_to_glomerulus") else { return Vec::new() };
    let near = |post: u32| glomeruli.positions.get(post as usize).is_some_and(is_near);
    let mut fibers: Vec<u32> =
        set.pre.iter().zip(&set.post).filter(|(_, post)| near(**post)).map(|(pre, _)| *pre).collect();
    fibers.sort_unstable();
    fibers.dedup();
    fibers
}
