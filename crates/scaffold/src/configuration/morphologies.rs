//! The morphologies a configuration names: SWC files, how to label their points and how to turn them.

use super::tree::Node;
use crate::error::{Result, ensure};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step {
    /// Exchange two coordinates.
    SwapAxes(usize, usize),
    /// Rotate by angles about x, y and z, in this order, degrees, about a point.
    Rotate { angles: [f64; 3], center: [f64; 3] },
    /// Rotate each tree about its own first point.
    RootRotate { angles: [f64; 3] },
    /// Move by a vector, µm.
    Translate([f64; 3]),
    /// Move the mean of the first points of all trees to the origin.
    Center,
    /// Move each child branch to the end of its parent.
    CloseGaps,
    /// Move the first points of all trees to their mean.
    Collapse,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MorphologySource {
    pub name: String,
    /// The SWC file, if it was found.
    pub file: PathBuf,
    pub tags: BTreeMap<i64, Vec<String>>,
    /// Labels after whose points a child branch starts without a copy of its parent's last point.
    pub skip_boundary_labels: Vec<String>,
    pub pipeline: Vec<Step>,
}

/// Reads the entries. Files are looked for in `folders`, in order.
pub(super) fn read(root: &Node, folders: &[PathBuf]) -> Result<Vec<MorphologySource>> {
    let Some(node) = root.get("morphologies") else { return Ok(Vec::new()) };
    let mut sources = Vec::new();
    for item in node.items()? {
        // BSB also takes the file name alone.
        let (file, rest) = match item.value.is_string() {
            true => (item.text()?, None),
            false => (item.require("file")?.text()?, Some(item.clone())),
        };
        // BSB looks in the working directory.
        let candidates = folders.iter().map(|folder| folder.join(&file)).chain([PathBuf::from(&file)]);
        let found = candidates.clone().find(|p| p.is_file()).or_else(|| candidates.clone().next());
        let stem = Path::new(&file).file_stem().map(|s| s.to_string_lossy().into_owned());
        let mut source = MorphologySource {
            name: stem.unwrap_or_else(|| file.clone()),
            file: found.unwrap_or_else(|| file.into()),
            tags: default_tags(),
            skip_boundary_labels: Vec::new(),
            pipeline: Vec::new(),
        };
        if let Some(rest) = rest {
            rest.allow(&["file", "name", "parser", "pipeline"])?;
            source.name = rest.or("name", source.name, Node::text)?;
            rest.maybe("parser", |node| parser(node, &mut source))?;
            let steps = rest.or("pipeline", Vec::new(), Node::items)?;
            source.pipeline = steps.iter().map(step).collect::<Result<_, _>>()?;
        }
        sources.push(source);
    }
    Ok(sources)
}

/// Labels of the tags that the SWC format defines.
fn default_tags() -> BTreeMap<i64, Vec<String>> {
    [(1, "soma"), (2, "axon"), (3, "dendrites")].map(|(tag, label)| (tag, vec![label.into()])).into()
}

fn parser(node: &Node, source: &mut MorphologySource) -> Result<()> {
    node.allow(&["parser", "tags", "skip_boundary_labels"])?;
    let kind = node.or("parser", "bsb".into(), Node::text)?;
    ensure(kind == "bsb", || {
        node.error(format!("parser `{kind}`; lobule reads SWC as the parser bsb does: leave it out"))
    })?;
    for (tag, labels) in node.entries_of("tags")? {
        let number =
            tag.parse().map_err(|_| labels.error(format!("tag `{tag}`; SWC tags are whole numbers")))?;
        let labels = if labels.value.is_string() { vec![labels.text()?] } else { labels.texts()? };
        source.tags.insert(number, labels);
    }
    source.skip_boundary_labels = node.texts_of("skip_boundary_labels")?;
    Ok(())
}

fn step(node: &Node) -> Result<Step> {
    // A function without arguments may be given by its name alone.
    let name = if node.value.is_string() { node.text()? } else { node.require("func")?.text()? };
    let short = name.rsplit('.').next().unwrap_or(&name);
    let allow =
        |own: &[&str]| if node.value.is_string() { Ok(()) } else { node.allow(&[&["func"], own].concat()) };
    match short {
        "swap_axes" => {
            allow(&["axis1", "axis2"])?;
            let axis = |key: &str| Ok(node.require(key)?.whole_in(0, 2)? as usize);
            Ok(Step::SwapAxes(axis("axis1")?, axis("axis2")?))
        }
        "rotate" => {
            allow(&["rotation", "center"])?;
            let center = node.or("center", [0.0; 3], Node::vector)?;
            Ok(Step::Rotate { angles: node.require("rotation")?.vector()?, center })
        }
        "root_rotate" => {
            allow(&["rot"])?;
            Ok(Step::RootRotate { angles: node.require("rot")?.vector()? })
        }
        "translate" => {
            allow(&["point"])?;
            Ok(Step::Translate(node.require("point")?.vector()?))
        }
        "center" => allow(&[]).map(|()| Step::Center),
        "close_gaps" => allow(&[]).map(|()| Step::CloseGaps),
        "collapse" => allow(&[]).map(|()| Step::Collapse),
        _ => Err(node.error(format!(
            "function `{name}`; lobule knows swap_axes, rotate, root_rotate, translate, center, close_gaps, collapse"
        ))),
    }
}
