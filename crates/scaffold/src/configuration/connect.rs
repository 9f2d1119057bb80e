//! Connection rules and what is done to connections afterwards.

use super::tree::Node;
use super::{Components, component};
use crate::error::{Result, ensure};
use lobule_signal::Stream;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Side {
    pub cell_types: Vec<String>,
    /// Only cells with one of these labels; all when empty.
    pub labels: Vec<String>,
    /// Only points with one of these labels; all when empty.
    pub morphology_labels: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Distribution {
    /// Always the same.
    Constant(f64),
    /// Normal with mean and standard deviation.
    Normal { mean: f64, sd: f64 },
    /// Uniform from `low` to `low + width`.
    Uniform { low: f64, width: f64 },
    /// Exponential with mean `scale`, shifted by `low`.
    Exponential { low: f64, scale: f64 },
}

impl Distribution {
    /// The integer part of a draw, not below 0.
    ///
    /// The integer part, not the nearest integer, as in BSB: N(160, 5) gives 159.5 on average.
    pub fn count(self, stream: Stream, step: u64, index: u32) -> u32 {
        let value = match self {
            Self::Constant(value) => value,
            Self::Normal { mean, sd } => mean + sd * stream.normal(step, index),
            Self::Uniform { low, width } => low + width * stream.uniform(step, index),
            Self::Exponential { low, scale } => low - scale * libm::log(stream.uniform(step, index)),
        };
        value.max(0.0) as u32
    }
}

/// Which sources a glomerulus may have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Reach {
    /// Those within these distances along x and y, at any height, µm.
    Box([f64; 2]),
    /// Those within a sphere, µm.
    Sphere(f64),
}

/// A connection strategy with its parameters. Lengths are µm.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Strategy {
    /// Each glomerulus takes a mossy fiber or a unipolar brush cell.
    Glomerulus(Reach),
    /// Each granule cell takes glomeruli of different sources.
    GlomerulusGranule { radius: f64, convergence: u32, glomerulus_rules: Vec<String>, sources: Vec<String> },
    /// Each Golgi cell takes all glomeruli near its soma.
    GlomerulusGolgi { radius: f64 },
    /// Each Golgi cell reaches all that the nearest glomeruli contact.
    GolgiGlomerulus { radius: f64, divergence: u32, glomerulus_rules: Vec<String>, glomeruli: Vec<String> },
    /// Each unipolar brush cell takes one glomerulus; shares of the types in order of the side.
    GlomerulusUbc { shares: Vec<f64> },
    /// Cells whose voxels touch.
    VoxelIntersection { affinity: f64, contacts: Distribution, voxels: [u32; 2], pre_first: bool },
    /// Each pair with a probability.
    AllToAll { affinity: f64 },
    /// Each postsynaptic cell draws so many presynaptic ones.
    FixedIndegree { degree: u32 },
    /// Each presynaptic cell draws so many postsynaptic ones.
    FixedOutdegree { degree: u32 },
    /// The olive reaches the interneurons of the Purkinje cells it climbs.
    OliveInterneurons { olive_rules: Vec<String>, interneuron_rules: Vec<String>, purkinje: String },
}

impl Strategy {
    /// Rules that must have been applied before.
    pub fn needs(&self) -> Vec<&String> {
        match self {
            Self::GlomerulusGranule { glomerulus_rules, .. }
            | Self::GolgiGlomerulus { glomerulus_rules, .. } => glomerulus_rules.iter().collect(),
            Self::OliveInterneurons { olive_rules, interneuron_rules, .. } => {
                olive_rules.iter().chain(interneuron_rules).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// (presynaptic type, postsynaptic type, name) of sets with a name of their own.
type SetNames = Vec<(String, String, String)>;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ConnectivityRule {
    pub name: String,
    pub pre: Side,
    pub post: Side,
    pub strategy: Strategy,
    pub depends_on: Vec<String>,
    /// Base of the names of its sets; the types are added where there is more than one pair of them.
    set_base: String,
    set_names: SetNames,
}

impl ConnectivityRule {
    pub fn set_name(&self, pre: &str, post: &str) -> String {
        let own = self.set_names.iter().find(|(a, b, _)| a == pre && b == post);
        let is_one_pair = self.pre.cell_types.len() <= 1 && self.post.cell_types.len() <= 1;
        match own {
            Some((_, _, name)) => name.clone(),
            None if is_one_pair => self.set_base.clone(),
            None => format!("{}_{pre}_to_{post}", self.set_base),
        }
    }
}

/// One entry of `after_connectivity`: each row of a rule becomes several.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Duplication {
    pub name: String,
    pub rule: String,
    pub contacts: Distribution,
}

pub(super) const CONNECTIVITY: &Components = &[
    ("cerebellar_models.connectome.to_glomerulus.ConnectomeMossyGlomerulus", "mossy_glomerulus"),
    ("cerebellar_models.connectome.to_glomerulus.ConnectomeUBCGlomerulus", "ubc_glomerulus"),
    ("cerebellar_models.connectome.glomerulus_granule.ConnectomeGlomerulusGranule", "glomerulus_granule"),
    ("cerebellar_models.connectome.glomerulus_golgi.ConnectomeGlomerulusGolgi", "glomerulus_golgi"),
    ("cerebellar_models.connectome.golgi_glomerulus.ConnectomeGolgiGlomerulus", "golgi_glomerulus"),
    ("cerebellar_models.connectome.glomerulus_ubc.ConnectomeGlomerulusUBC", "glomerulus_ubc"),
    ("cerebellar_models.connectome.io_molecular.ConnectomeIO_MLI", "io_mli"),
    ("bsb.connectivity.VoxelIntersection", "voxel_intersection"),
    ("bsb.connectivity.AllToAll", "all_to_all"),
    ("bsb.connectivity.FixedIndegree", "fixed_indegree"),
    ("bsb.connectivity.FixedOutdegree", "fixed_outdegree"),
];

/// Largest reach of a rule, µm.
const MAX_REACH: f64 = 1.0e5;

pub(super) fn rules(root: &Node) -> Result<Vec<ConnectivityRule>> {
    root.entries_of("connectivity")?.into_iter().map(|(name, node)| rule(name, &node)).collect()
}

fn rule(name: &str, node: &Node) -> Result<ConnectivityRule> {
    let common = ["strategy", "presynaptic", "postsynaptic", "depends_on", "output_naming"];
    let allow = |own: &[&str]| node.allow(&[&common[..], own].concat());
    let (pre, post) = (side(&node.require("presynaptic")?)?, side(&node.require("postsynaptic")?)?);
    let reach = |key: &str| node.require(key)?.number_in(0.0, MAX_REACH);
    let texts = |key: &str| node.require(key)?.texts();
    let affinity = || node.or("affinity", 1.0, |n| n.number_in(0.0, 1.0));
    let strategy = match component(node, CONNECTIVITY)? {
        "mossy_glomerulus" => {
            allow(&["x_length", "y_length"])?;
            Strategy::Glomerulus(Reach::Box([reach("x_length")?, reach("y_length")?]))
        }
        "ubc_glomerulus" => {
            allow(&["radius"])?;
            Strategy::Glomerulus(Reach::Sphere(reach("radius")?))
        }
        "glomerulus_granule" => {
            allow(&["radius", "convergence", "pre_glom_strats", "pre_cell_types"])?;
            Strategy::GlomerulusGranule {
                radius: reach("radius")?,
                convergence: node.require("convergence")?.whole_in(1, 1000)?,
                glomerulus_rules: texts("pre_glom_strats")?,
                sources: texts("pre_cell_types")?,
            }
        }
        "glomerulus_golgi" => {
            allow(&["radius"])?;
            Strategy::GlomerulusGolgi { radius: reach("radius")? }
        }
        "golgi_glomerulus" => {
            allow(&["radius", "divergence", "glom_post_strats", "glom_cell_types"])?;
            Strategy::GolgiGlomerulus {
                radius: reach("radius")?,
                // BSB takes the integer part.
                divergence: node.require("divergence")?.number_in(1.0, 1.0e6)? as u32,
                glomerulus_rules: texts("glom_post_strats")?,
                glomeruli: texts("glom_cell_types")?,
            }
        }
        "glomerulus_ubc" => {
            allow(&["radius", "ratios_ubc"])?;
            reach("radius")?;
            Strategy::GlomerulusUbc { shares: shares(&node.require("ratios_ubc")?, &pre)? }
        }
        "io_mli" => {
            allow(&["io_pc_connectivity", "mli_pc_connectivity", "pre_cell_pc"])?;
            Strategy::OliveInterneurons {
                olive_rules: texts("io_pc_connectivity")?,
                interneuron_rules: texts("mli_pc_connectivity")?,
                purkinje: node.require("pre_cell_pc")?.text()?,
            }
        }
        "voxel_intersection" => {
            allow(&["affinity", "contacts", "voxels_pre", "voxels_post", "favor_cache", "cache"])?;
            let voxels = |key: &str| node.or(key, 50, |n| n.whole_in(1, 100_000));
            let favor = node.or("favor_cache", "pre".into(), Node::text)?;
            ensure(["pre", "post"].contains(&favor.as_str()), || {
                node.error(format!("favor_cache `{favor}`; allowed pre, post"))
            })?;
            Strategy::VoxelIntersection {
                affinity: affinity()?,
                contacts: distribution(node.get("contacts"))?,
                voxels: [voxels("voxels_pre")?, voxels("voxels_post")?],
                pre_first: favor == "pre",
            }
        }
        "all_to_all" => {
            allow(&["affinity"])?;
            Strategy::AllToAll { affinity: affinity()? }
        }
        "fixed_indegree" => {
            allow(&["indegree"])?;
            Strategy::FixedIndegree { degree: node.require("indegree")?.whole_in(0, 1_000_000)? }
        }
        _ => {
            allow(&["outdegree"])?;
            Strategy::FixedOutdegree { degree: node.require("outdegree")?.whole_in(0, 1_000_000)? }
        }
    };
    let depends_on = node.texts_of("depends_on")?;
    let (set_base, set_names) = naming(name, node)?;
    Ok(ConnectivityRule { name: name.into(), pre, post, strategy, depends_on, set_base, set_names })
}

fn side(node: &Node) -> Result<Side> {
    node.allow(&["cell_types", "labels", "morphology_labels"])?;
    let cell_types = node.require("cell_types")?.texts()?;
    ensure(!cell_types.is_empty(), || node.error("`cell_types` is empty; name at least one"))?;
    let (labels, morphology_labels) = (node.texts_of("labels")?, node.texts_of("morphology_labels")?);
    Ok(Side { cell_types, labels, morphology_labels })
}

/// The share of each presynaptic type; they sum to 1.
fn shares(node: &Node, pre: &Side) -> Result<Vec<f64>> {
    let share = |cell_type: &String| node.or(cell_type, 0.0, |n| n.number_in(0.0, 1.0e6));
    let shares = pre.cell_types.iter().map(share).collect::<Result<Vec<f64>, _>>()?;
    let sum: f64 = shares.iter().sum();
    ensure(sum > 0.0, || node.error("gives no presynaptic type a share; one must be above 0"))?;
    Ok(shares.iter().map(|s| s / sum).collect())
}

/// Largest number a distribution of contacts may be about. Chosen: beyond any synapse.
const MAX_CONTACTS: f64 = 1.0e5;

/// A number, or a distribution by its name in scipy.stats.
pub(super) fn distribution(node: Option<Node>) -> Result<Distribution> {
    let Some(node) = node else { return Ok(Distribution::Constant(1.0)) };
    if node.value.is_number() {
        return Ok(Distribution::Constant(node.number_in(0.0, MAX_CONTACTS)?));
    }
    let or = |key: &str, default: f64| node.or(key, default, |n| n.number_in(-MAX_CONTACTS, MAX_CONTACTS));
    let name = node.require("distribution")?.text()?;
    if name == "constant" {
        node.allow(&["distribution", "constant"])?;
        return Ok(Distribution::Constant(node.require("constant")?.number_in(0.0, MAX_CONTACTS)?));
    }
    let of: fn(f64, f64) -> Distribution = match name.as_str() {
        "norm" => |mean, sd| Distribution::Normal { mean, sd },
        "uniform" => |low, width| Distribution::Uniform { low, width },
        "expon" => |low, scale| Distribution::Exponential { low, scale },
        other => {
            let what = format!("distribution `{other}`; lobule knows constant, norm, uniform, expon");
            return Err(node.error(what));
        }
    };
    node.allow(&["distribution", "loc", "scale"])?;
    let (loc, scale) = (or("loc", 0.0)?, or("scale", 1.0)?);
    ensure(scale >= 0.0, || node.error(format!("scale is {scale}; allowed 0 or more")))?;
    Ok(of(loc, scale))
}

/// Base of the names of sets, and the sets with a name of their own.
fn naming(name: &str, node: &Node) -> Result<(String, SetNames)> {
    let Some(naming) = node.get("output_naming") else { return Ok((name.into(), Vec::new())) };
    let one = |node: &Node| -> Result<String> {
        if node.value.is_string() {
            return node.text();
        }
        let names = node.texts()?;
        let n = names.len();
        ensure(n == 1, || node.error(format!("gives {n} names for one set; give one")))?;
        Ok(names[0].clone())
    };
    if naming.value.is_string() || naming.value.is_array() {
        return Ok((one(&naming)?, Vec::new()));
    }
    let mut pairs = Vec::new();
    for (pre, below) in naming.entries()? {
        if let Some((post, _)) = below.value.as_object().into_iter().flatten().find(|(_, v)| v.is_null()) {
            let what = format!("`{post}` is null, which forbids connections that the rule makes; remove it");
            return Err(below.error(what));
        }
        for (post, name) in below.entries()? {
            pairs.push((pre.into(), post.into(), one(&name)?));
        }
    }
    Ok((name.into(), pairs))
}

pub(super) const AFTER_CONNECTIVITY: &Components = &[
    ("cerebellar_models.connectome.io_purkinje.DuplicateSynapses", "duplicate_synapses"),
    // Draws a report of the finished network; it changes nothing.
    ("cerebellar_models.analysis.structure_analysis.RunStructureReport", "structure_report"),
];

/// The duplications, and what else there is and is not done, in words.
pub(super) fn duplications(root: &Node, notes: &mut Vec<String>) -> Result<Vec<Duplication>> {
    let mut duplications = Vec::new();
    for (name, node) in root.entries_of("after_connectivity")? {
        if component(&node, AFTER_CONNECTIVITY)? == "structure_report" {
            notes.push(format!(
                "after_connectivity.{name} makes a report, which is left out; `lobule network info` prints degrees."
            ));
            continue;
        }
        node.allow(&["strategy", "conn_strategy", "contacts", "depends_on"])?;
        duplications.push(Duplication {
            name: name.into(),
            rule: node.require("conn_strategy")?.text()?,
            contacts: distribution(node.get("contacts"))?,
        });
    }
    Ok(duplications)
}
