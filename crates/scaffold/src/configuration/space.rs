//! The space of a network: its box, and the partitions cells are placed in.
//!
//! Regions lay out partitions: a *group* leaves its children where they are (as partitions of no region are), a *stack* puts
//! them on top of each other along an axis, from the low side of the first child (or so
//! that `anchor` stays in place). A *layer* fills the box of the network but for its
//! thickness; a *rhomboid* has dimensions of its own. Lengths are µm.

use super::tree::Node;
use crate::error::{Result, ensure};
use std::collections::BTreeSet;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Block {
    pub low: [f64; 3],
    pub high: [f64; 3],
}

impl Block {
    /// A layer from z\[0\] to z\[1\] on a base of this size, with a corner at the origin.
    pub fn of_layer(size: [f64; 2], z: [f64; 2]) -> Self {
        Self { low: [0.0, 0.0, z[0]], high: [size[0], size[1], z[1]] }
    }

    /// The common part; of no extent where there is none.
    pub fn common(&self, other: &Block) -> Block {
        let low = std::array::from_fn(|k| self.low[k].max(other.low[k]));
        let high = std::array::from_fn(|k| self.high[k].min(other.high[k]).max(low[k]));
        Block { low, high }
    }

    pub fn size(&self) -> [f64; 3] {
        std::array::from_fn(|k| self.high[k] - self.low[k])
    }

    pub fn volume(&self) -> f64 {
        self.size().iter().product()
    }

    /// Area of the base, µm².
    pub fn base(&self) -> f64 {
        let [x, y, _] = self.size();
        x * y
    }

    /// The place at these shares of the edges.
    pub fn at(&self, share: impl Fn(u32) -> f64) -> [f64; 3] {
        [0, 1, 2].map(|k| self.low[k] + share(k as u32) * (self.high[k] - self.low[k]))
    }

    fn moved(&self, axis: usize, by: f64) -> Block {
        let mut block = *self;
        block.low[axis] += by;
        block.high[axis] += by;
        block
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Space {
    pub block: Block,
    /// Edges of the chunks cells are counted in.
    pub chunk: [f64; 3],
    /// Partitions that belong to a region, where they are after the layout.
    pub partitions: Vec<(String, Block)>,
    /// Extent along z of the first stack, else of the network: the height of the cortex.
    pub height: f64,
}

/// Largest edge of a network. Chosen: beyond the range of chunk coordinates in a file (3.2 m).
const MAX_EDGE: f64 = 3.0e6;

pub(super) fn read(root: &Node) -> Result<Space> {
    let network = root.require("network")?;
    network.allow(&["x", "y", "z", "origin", "chunk_size"])?;
    let origin = network.or("origin", [0.0; 3], Node::vector)?;
    let mut high = origin;
    for (k, key) in ["x", "y", "z"].into_iter().enumerate() {
        high[k] += network.require(key)?.positive(MAX_EDGE, "an edge")?;
    }
    let cube = |node: &Node| if node.value.is_array() { node.vector() } else { Ok([node.number()?; 3]) };
    let chunk = network.or("chunk_size", [100.0; 3], cube)?;
    if let Some(edge) = chunk.iter().find(|c| **c < 1.0) {
        return Err(network.error(format!("chunk_size has an edge of {edge}; allowed 1 um or more")));
    }
    let block = Block { low: origin, high };

    let mut layout = Layout { root, block, seen: BTreeSet::new(), stack_height: None };
    let regions = root.entries_of("regions")?;
    let mut children = BTreeSet::new();
    for (_, region) in &regions {
        children.extend(region.require("children")?.texts()?);
    }
    let mut partitions = Vec::new();
    for (name, region) in &regions {
        if !children.contains(*name) {
            partitions.extend(layout.region(name, region, 0)?.partitions);
        }
    }
    // A partition that no region lays out stays where it is, as in a group; BSB's own starting example has no region.
    for (name, partition) in root.entries_of("partitions")? {
        if !layout.seen.contains(name) && !children.contains(name) {
            partitions.extend(layout.partition(name, &partition)?.partitions);
        }
    }
    if let Some((name, node)) = regions.iter().find(|(name, _)| !layout.seen.contains(*name)) {
        return Err(node.error(format!("`{name}` is its own descendant; break the circle of `children`")));
    }
    let height = layout.stack_height.unwrap_or(high[2] - origin[2]);
    Ok(Space { block, chunk, partitions, height })
}

/// Keys of partitions of any type. They are placed where they are and as they are, whatever may move.
const PLACED: [&str; 5] = ["origin", "can_move", "can_rotate", "can_scale", "orientation"];

struct PlacedRegion {
    block: Block,
    partitions: Vec<(String, Block)>,
}

struct Layout<'a> {
    root: &'a Node<'a>,
    block: Block,
    seen: BTreeSet<String>,
    stack_height: Option<f64>,
}

impl Layout<'_> {
    fn region(&mut self, name: &str, node: &Node, depth: usize) -> Result<PlacedRegion> {
        ensure(self.seen.insert(name.into()) && depth <= 64, || {
            node.error("is a child of two regions or of itself; name it once in `children`")
        })?;
        let kind = node.or("type", "group".into(), Node::text)?;
        ensure(["group", "stack"].contains(&kind.as_str()), || {
            node.error(format!("type `{kind}`; lobule knows group and stack"))
        })?;
        node.allow(&["type", "children", "axis", "anchor"])?;
        let mut laid: Vec<(String, PlacedRegion)> = Vec::new();
        for child in node.require("children")?.items()? {
            let key = child.text()?;
            let place = |kind: &str| self.root.get(kind).and_then(|n| n.get(&key));
            let one = match (place("partitions"), place("regions")) {
                (Some(partition), _) => self.partition(&key, &partition)?,
                (None, Some(region)) => self.region(&key, &region, depth + 1)?,
                (None, None) => {
                    let what = format!("`{key}` is neither a partition nor a region; define it");
                    return Err(child.error(what));
                }
            };
            laid.push((key, one));
        }
        let mut block = self.block;
        if kind == "stack" && !laid.is_empty() {
            let axis = axis(node)?;
            let heights: Vec<f64> = laid.iter().map(|(_, l)| l.block.size()[axis]).collect();
            let mut at = laid[0].1.block.low[axis];
            if let Some(anchor) = node.get("anchor") {
                let key = anchor.text()?;
                let missing = || anchor.error(format!("`{key}` is not among the children"));
                let index = laid.iter().position(|(name, _)| *name == key).ok_or_else(missing)?;
                at = laid[index].1.block.low[axis] - heights[..index].iter().sum::<f64>();
            }
            block.low[axis] = at;
            for ((_, one), height) in laid.iter_mut().zip(&heights) {
                let by = at - one.block.low[axis];
                one.block = one.block.moved(axis, by);
                for (_, block) in &mut one.partitions {
                    *block = block.moved(axis, by);
                }
                at += height;
            }
            block.high[axis] = at;
            if axis == 2 {
                self.stack_height.get_or_insert(block.high[2] - block.low[2]);
            }
        }
        Ok(PlacedRegion { block, partitions: laid.into_iter().flat_map(|(_, l)| l.partitions).collect() })
    }

    fn partition(&mut self, name: &str, node: &Node) -> Result<PlacedRegion> {
        ensure(self.seen.insert(name.into()), || node.error("is a child of two regions; name it in one"))?;
        let kind = node.or("type", "layer".into(), Node::text)?;
        let origin = node.or("origin", self.block.low, Node::vector)?;
        let allow = |own: &[&str]| node.allow(&[&["type"], own, &PLACED].concat());
        let mut size = self.block.size();
        match kind.as_str() {
            "layer" => {
                allow(&["thickness", "axis"])?;
                let thickness = node.require("thickness")?;
                size[axis(node)?] = thickness.positive(MAX_EDGE, "a length")?;
            }
            "rhomboid" => {
                allow(&["dimensions"])?;
                if let Some(dimensions) = node.get("dimensions") {
                    size = dimensions.vector()?;
                    let positive = |n: &Node| n.positive(MAX_EDGE, "a length").map(drop);
                    dimensions.items()?.iter().try_for_each(positive)?;
                }
            }
            other => {
                return Err(node.error(format!("type `{other}`; lobule places cells in layer and rhomboid")));
            }
        }
        let block = Block { low: origin, high: std::array::from_fn(|k| origin[k] + size[k]) };
        Ok(PlacedRegion { block, partitions: vec![(name.into(), block)] })
    }
}

fn axis(node: &Node) -> Result<usize> {
    node.or("axis", 2, |n| {
        let name = n.text()?;
        let axis = ["x", "y", "z"].iter().position(|axis| *axis == name);
        axis.ok_or_else(|| n.error(format!("`{name}`; allowed x, y, z")))
    })
}
