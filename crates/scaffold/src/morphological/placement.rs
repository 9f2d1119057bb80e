//! Where cells are: how many of a type in each chunk or layer, and at which places.
//!
//! *Random*: in each chunk, the expected number (density · volume of the partitions in the
//! chunk, or a count or ratio spread by volume), rounded at random, at uniform places.
//! *Parallel arrays*: rows at an angle over the whole layer, with a random phase, jitter along
//! the row's step and any height; what falls beyond the layer is left out.
//!
//! Source: De Schepper et al. 2022, doi:10.1038/s42003-022-04213-y; behavior of bsb-core 8.0.2.

use super::population::Population;
use crate::chunk::{CHUNK_SIDE, ChunkId};
use crate::configuration::{
    Block, CellType, Configuration, MorphologyChoice, PlacementRule, PlacementStrategy, Spatial,
};
use crate::error::{Error, Result, ensure, listed};
use crate::memory;
use crate::morphology::Morphology;
use lobule_signal::Stream;
use std::sync::Arc;

/// Share of the space that somata may fill, and above which it is noted. Source: bsb-core 8.0.2.
const MOST_PACKED: f64 = 0.4;
const DENSELY_PACKED: f64 = 0.2;

/// Most cells of one rule and type. Chosen: their places alone take 2.4 GB.
const MOST_CELLS: f64 = 1.0e8;
/// Memory of a cell while it is placed, bytes: its place, twice, its labels, morphology and order.
const CELL_BYTES: f64 = 128.0;

/// Places the cells of every rule. Types come in order of name, their cells in chunk order.
pub(super) fn place(
    configuration: &Configuration,
    morphologies: &[Arc<Morphology>],
    seed: u64,
    notes: &mut Vec<String>,
) -> Result<Vec<Population>> {
    let mut populations = Vec::new();
    for cell_type in &configuration.cell_types {
        populations.push(Population {
            name: cell_type.name.clone(),
            positions: Vec::new(),
            shapes: shapes(configuration, cell_type, morphologies)?,
            shape_of: Vec::new(),
            labels: Vec::new(),
        });
    }
    for rule in &configuration.placement {
        let node = format!("placement.{}", rule.name);
        let (mut filled, mut space) = (0.0, 0.0);
        for (i, name) in rule.cell_types.iter().enumerate() {
            let missing = || {
                let what = format!("`{name}` is not among `cell_types`; define it there");
                configuration.error(format!("{node}.cell_types[{i}]"), what)
            };
            let population = populations.iter_mut().find(|p| p.name == *name).ok_or_else(missing)?;
            let cell_type = configuration.cell_type(name).ok_or_else(missing)?;
            let spatial = rule.spatial(cell_type);
            let layers = layers(configuration, rule)?;
            space = layers.iter().map(Block::volume).sum();
            let label = format!("{node}.{name}");
            let stream = Stream::new(seed, &label);
            let job = Job { configuration, rule, node: &node, cell_type: name, spatial, layers, seed };
            let batches = match &rule.placing {
                PlacementStrategy::Random => job.random(stream)?,
                PlacementStrategy::ParallelArrays { spacing, angle_deg } => {
                    vec![job.parallel_arrays(stream, *spacing, *angle_deg)?]
                }
                PlacementStrategy::Fixed { positions } => vec![positions.clone()],
            };
            if let PlacementStrategy::Random = rule.placing {
                let radius = spatial.radius.ok_or_else(|| {
                    configuration.error(format!("cell_types.{name}.spatial"), "`radius` is missing; add it")
                })?;
                let cells: usize = batches.iter().map(Vec::len).sum();
                filled += cells as f64 * 4.0 / 3.0 * std::f64::consts::PI * radius.powi(3);
            }
            let choose = Stream::new(seed, &format!("{label}: morphologies"));
            for batch in batches {
                let count = population.shapes.len() as u32;
                for k in 0..batch.len() as u32 * u32::from(count > 0) {
                    let shape = match rule.morphologies {
                        MorphologyChoice::Random => choose.below(0, population.shape_of.len() as u32, count),
                        MorphologyChoice::RoundRobin => k % count,
                    };
                    population.shape_of.push(shape as u16);
                }
                population.positions.extend(batch);
            }
        }
        // Somata may overlap, but not fill the space.
        let packed = if space > 0.0 { filled / space } else { 0.0 };
        ensure(packed <= MOST_PACKED, || {
            let what = format!(
                "fills {packed:.2} of the space with somata; at most {MOST_PACKED}: lower a density or radius"
            );
            configuration.error(&node, what)
        })?;
        if packed > DENSELY_PACKED {
            notes.push(format!("{node} fills {packed:.2} of the space with somata, which may overlap."));
        }
    }
    for population in &mut populations {
        in_chunk_order(population);
        population.labels = vec![Vec::new(); population.positions.len()];
        if population.positions.is_empty() {
            notes.push(format!("cell type `{}` has no cells.", population.name));
        }
    }
    Ok(populations)
}

fn shapes(
    configuration: &Configuration,
    cell_type: &CellType,
    morphologies: &[Arc<Morphology>],
) -> Result<Vec<Arc<Morphology>>> {
    let mut shapes: Vec<Arc<Morphology>> = Vec::new();
    for pattern in &cell_type.spatial.morphologies {
        let found: Vec<_> = morphologies.iter().filter(|m| matches(pattern, &m.name)).collect();
        ensure(!found.is_empty(), || {
            let known = listed(morphologies.iter().map(|m| &m.name));
            let what = format!(
                "`{pattern}` is no known morphology; there are [{known}]: add it to `morphologies`, or give \
                 --morphologies with a network file that has it"
            );
            configuration.error(format!("cell_types.{}.spatial.morphologies", cell_type.name), what)
        })?;
        for shape in found {
            if !shapes.iter().any(|s| s.name == shape.name) {
                shapes.push(shape.clone());
            }
        }
    }
    Ok(shapes)
}

/// True if a name matches a pattern, in which `*` stands for anything.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(middle) = last.replace(part) {
            let Some(at) = rest.find(middle) else { return false };
            rest = &rest[at + middle.len()..];
        }
    }
    match last {
        Some(end) => rest.ends_with(end),
        None => rest.is_empty(),
    }
}

fn layers(configuration: &Configuration, rule: &PlacementRule) -> Result<Vec<Block>> {
    let block = |(i, name): (usize, &String)| {
        let known = &configuration.space.partitions;
        known.iter().find(|(n, _)| n == name).map(|(_, block)| *block).ok_or_else(|| {
            let names = listed(known.iter().map(|(n, _)| n));
            let what = format!("`{name}` is no partition; there are {names}");
            configuration.error(format!("placement.{}.partitions[{i}]", rule.name), what)
        })
    };
    rule.partitions.iter().enumerate().map(block).collect()
}

/// The placement of one type by one rule.
struct Job<'a> {
    configuration: &'a Configuration,
    rule: &'a PlacementRule,
    /// Where errors are said to be.
    node: &'a str,
    cell_type: &'a str,
    spatial: &'a Spatial,
    layers: Vec<Block>,
    seed: u64,
}

impl<'a> Job<'a> {
    fn error(&self, what: impl Into<String>) -> Error {
        self.configuration.error(format!("{} ({})", self.node, self.cell_type), what)
    }

    /// Expected number of cells in a part of space, or in all of it. Of several indications the
    /// last of this order counts: count, density, planar density, ratio.
    fn expected(&self, within: Option<&Block>) -> Result<f64> {
        let s = self.spatial;
        let common = |layer: &Block| within.map_or(*layer, |w| w.common(layer));
        let volume: f64 = self.layers.iter().map(|l| common(l).volume()).sum();
        let total: f64 = self.layers.iter().map(Block::volume).sum();
        // Base area, in proportion to the part of the layer's height.
        let area = |l: &Block| common(l).base() * common(l).size()[2] / l.size()[2];
        let share = if total > 0.0 { volume / total } else { 0.0 };
        let mut expected = s.count.map(|count| count * share);
        expected = s.density.map(|density| density * volume).or(expected);
        expected = s.planar_density.map(|d| d * self.layers.iter().map(area).sum::<f64>()).or(expected);
        if let Some(other) = &s.relative_to {
            expected = Some(if let Some(ratio) = s.count_ratio {
                self.total_of(other)? * ratio * share
            } else if let Some(ratio) = s.local_count_ratio {
                let mut local = 0.0;
                for related in &self.related(other)? {
                    local += related.expected(within)?;
                }
                local * ratio
            } else if let Some(ratio) = s.density_ratio {
                let cell_type = self
                    .configuration
                    .cell_type(other)
                    .ok_or_else(|| self.error(format!("is relative to `{other}`, which is no cell type")))?;
                let related = self.rule.spatial(cell_type);
                match (related.density, related.planar_density) {
                    (Some(density), _) => density * ratio * volume,
                    (None, Some(density)) => density * ratio * self.layers.iter().map(area).sum::<f64>(),
                    (None, None) => {
                        let what = format!("`density_ratio` needs a density of `{other}`; give one");
                        return Err(self.error(what));
                    }
                }
            } else {
                let what = "`relative_to` needs count_ratio, local_count_ratio or density_ratio; give one";
                return Err(self.error(what));
            });
        }
        let what = "has no number of cells; give count, density, planar_density or a ratio in its `spatial`";
        expected.ok_or_else(|| self.error(what))
    }

    /// Jobs that place the cells of another type; their errors are those of this one.
    fn related(&self, other: &'a str) -> Result<Vec<Job<'a>>> {
        let configuration = self.configuration;
        let cell_type = configuration.cell_type(other).ok_or_else(|| {
            self.error(format!("is relative to `{other}`, which is no cell type; define it"))
        })?;
        let mut related = Vec::new();
        for rule in configuration.placement.iter().filter(|r| r.cell_types.iter().any(|c| c == other)) {
            let spatial = rule.spatial(cell_type);
            ensure(spatial.relative_to.is_none(), || {
                self.error(format!(
                    "is relative to `{other}`, which is itself relative to another type; give `{other}` a density"
                ))
            })?;
            let layers = layers(configuration, rule)?;
            related.push(Job { rule, cell_type: other, spatial, layers, ..*self });
        }
        ensure(!related.is_empty(), || {
            self.error(format!("is relative to `{other}`, which no rule places; place it"))
        })?;
        Ok(related)
    }

    /// The expected number of cells of another type, a whole number.
    fn total_of(&self, other: &'a str) -> Result<f64> {
        let mut total = 0.0;
        for related in self.related(other)? {
            let label = format!("expected number of {other} by {}", related.rule.name);
            total += whole(related.expected(None)?, Stream::new(self.seed, &label), 0) as f64;
        }
        Ok(total)
    }

    /// Refuses more cells than there is room for.
    fn check_cells(&self, cells: f64) -> Result<()> {
        let room = memory::available().map_or(MOST_CELLS, |left| left as f64 / CELL_BYTES);
        let most = MOST_CELLS.min(room.floor());
        ensure(cells <= most, || {
            self.error(format!("{cells:.0} cells expected; at most {most:.0} have room: lower their number"))
        })
    }

    /// Uniform places, chunk by chunk.
    fn random(&self, stream: Stream) -> Result<Vec<Vec<[f64; 3]>>> {
        ensure(!self.layers.is_empty(), || self.error("has no partitions; name one"))?;
        self.check_cells(self.expected(None)?)?;
        let edge = self.configuration.space.chunk;
        let mut chunks: Vec<[i64; 3]> = Vec::new();
        for layer in &self.layers {
            let first: [i64; 3] = std::array::from_fn(|k| (layer.low[k] / edge[k]).floor() as i64);
            let end: [i64; 3] = std::array::from_fn(|k| (layer.high[k] / edge[k]).ceil() as i64);
            let count: f64 = (0..3).map(|k| (end[k] - first[k]) as f64).product();
            ensure(count <= 1.0e7, || self.error("more than 10 million chunks; enlarge network.chunk_size"))?;
            for x in first[0]..end[0] {
                for y in first[1]..end[1] {
                    chunks.extend((first[2]..end[2]).map(|z| [x, y, z]));
                }
            }
        }
        chunks.sort_unstable();
        chunks.dedup();

        let mut batches = Vec::with_capacity(chunks.len());
        for c in chunks {
            let low = std::array::from_fn(|k| c[k] as f64 * edge[k]);
            let chunk = Block { low, high: std::array::from_fn(|k| low[k] + edge[k]) };
            // The chunk names the draws, so they do not depend on which other chunks there are.
            let step = c.iter().fold(0u64, |id, &v| id << 21 | (v & 0x1f_ffff) as u64);
            let n = whole(self.expected(Some(&chunk))?, stream, step);
            let parts: Vec<Block> =
                self.layers.iter().map(|l| l.common(&chunk)).filter(|b| b.volume() > 0.0).collect();
            let volume: f64 = parts.iter().map(Block::volume).sum();
            let mut batch = Vec::with_capacity(n);
            for i in 0..n as u32 {
                let draw = |k: u32| stream.uniform(step, 4 * i + 4 + k);
                // Of several partitions one by its volume.
                let mut at = draw(3) * volume;
                let part = parts.iter().find(|b| {
                    at -= b.volume();
                    at < 0.0
                });
                let Some(part) = part.or(parts.last()) else { break };
                batch.push(part.at(draw));
            }
            batches.push(batch);
        }
        Ok(batches)
    }

    /// Rows at an angle, one layer after the other.
    fn parallel_arrays(&self, stream: Stream, spacing: f64, angle_deg: f64) -> Result<Vec<[f64; 3]>> {
        let radius =
            self.spatial.radius.ok_or_else(|| self.error("has no `radius`; add it to its `spatial`"))?;
        let angle = angle_deg.to_radians();
        let (tan, cos) = (libm::tan(angle), libm::cos(angle));
        let mut places = Vec::new();
        for (layer, block) in self.layers.iter().enumerate() {
            let [width, depth, height] = block.size();
            let step = layer as u64;
            let soma = 2.0 * radius;
            ensure(height >= soma, || {
                self.error(format!("a layer of {height} um is lower than a soma of {soma} um; thicken it"))
            })?;
            let rows = (width / spacing).ceil().max(1.0);
            self.check_cells(rows.max(self.expected(Some(block))?))?;
            let shift = stream.uniform(step, 1) * spacing;
            let mut n = whole(self.expected(Some(block))?, stream, step) as f64;
            // The lattice is wider than the layer; what falls beyond is left out below.
            n += (((rows * spacing) % width) / width * n).floor();
            let per_row = (n / rows).round_ties_even() as usize;
            if per_row == 0 {
                continue;
            }
            let apart = (depth - radius) / per_row as f64;
            let lattice = rows * spacing - 2.0 * radius;
            let room = apart / cos - 2.0 * radius;
            if room < 0.0 || lattice <= 0.0 || depth <= radius {
                return Err(self.error(format!(
                    "{per_row} somata of radius {radius} um do not fit into a row of {depth} um at {angle_deg} deg; \
                     lower planar_density or radius"
                )));
            }
            for i in 0..per_row {
                let y = i as f64 * apart + radius + apart / 2.0;
                for row in 0..rows as usize {
                    let cell = (2 + 2 * (i * rows as usize + row)) as u32;
                    let x = (row as f64 * spacing + shift + y * tan).rem_euclid(lattice) + radius;
                    let jitter = room * (stream.uniform(step, cell) - 0.5) * cos;
                    let z = radius + stream.uniform(step, cell + 1) * (height - 2.0 * radius);
                    if x < width - radius {
                        places.push([block.low[0] + x, block.low[1] + y + jitter, block.low[2] + z]);
                    }
                }
            }
        }
        Ok(places)
    }
}

/// A number of cells rounded at random. A fraction of less than 1e-5 of it is dropped, as in BSB.
fn whole(expected: f64, stream: Stream, step: u64) -> usize {
    let floor = expected.floor();
    if expected - floor <= 1.0e-8 + 1.0e-5 * floor {
        return expected.round() as usize;
    }
    floor as usize + usize::from(stream.uniform(step, 0) < expected - floor)
}

/// Sorts cells by the chunk of a network file they are in; their order within one stays.
fn in_chunk_order(population: &mut Population) {
    let mut order: Vec<usize> = (0..population.positions.len()).collect();
    order.sort_by_key(|&i| ChunkId::containing(population.positions[i], CHUNK_SIDE));
    population.positions = order.iter().map(|&i| population.positions[i]).collect();
    if !population.shape_of.is_empty() {
        population.shape_of = order.iter().map(|&i| population.shape_of[i]).collect();
    }
}
