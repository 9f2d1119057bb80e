//! Holds the contacts a network file has against voxel intersection as this crate does it:
//! which rows touch, and whether as many pairs are connected as the affinity asks for.

use super::intersection::{Half, Intersection, Touch};
use super::population::Population;
use crate::configuration::Strategy;
use crate::morphology::Morphology;
use crate::{Anatomy, Configuration, ConnectionSet, Error, bsb, canonical_cell_name};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// One connection set of a file held against the intersection of its cells.
#[derive(Debug, Clone, PartialEq)]
pub struct SetAudit {
    /// Name of the set.
    pub set: String,
    /// Affinity of its rule.
    pub affinity: f64,
    /// Rows in the file.
    pub rows: usize,
    /// Rows whose two points are not in touching voxels.
    pub rows_apart: usize,
    /// Connected pairs in the file.
    pub pairs: usize,
    /// Connected pairs of cells that do not touch.
    pub pairs_apart: usize,
    /// Pairs of cells whose boxes meet.
    pub candidates: usize,
    /// Candidates that touch.
    pub touching: usize,
    /// Connected pairs to be expected: touching pairs · affinity, given how many are tried.
    pub expected: f64,
    /// Standard deviation of that number (hypergeometric, cell by cell).
    pub sd: f64,
}

impl SetAudit {
    /// Deviation of the number of pairs from that expected, in standard deviations; 0 when both agree exactly.
    pub fn z(&self) -> f64 {
        let difference = self.pairs as f64 - self.expected;
        if difference == 0.0 { 0.0 } else { difference / self.sd }
    }
}

/// Audits every set that a rule of voxel intersection made in a network file of BSB, with the
/// file's own cells, morphologies and configuration.
///
/// Voxels count as touching when they are not more than `slack` µm apart. 0 is BSB's rule, in which
/// rounding decides for neighboring voxels of one grid; 1e-9 connects all neighbors.
///
/// # Errors
/// As [`bsb::read`] and [`Configuration::read`].
pub fn audit(path: &Path, slack: f64) -> Result<Vec<SetAudit>, Error> {
    let anatomy = bsb::read(path)?;
    let configuration = Configuration::read(path)?;
    let morphologies: Vec<Arc<Morphology>> =
        bsb::stored_morphologies(path)?.into_iter().map(Arc::new).collect();
    let population = |name: &str| -> Option<Population> {
        let cells = anatomy.cells(canonical_cell_name(name))?;
        let patterns = &configuration.cell_type(name)?.spatial.morphologies;
        let is_own = |m: &&Arc<Morphology>| patterns.iter().any(|p| super::placement::matches(p, &m.name));
        let mut shapes = morphologies.iter().filter(is_own);
        // Which of several a cell has is not read.
        let (Some(shape), None) = (shapes.next(), shapes.next()) else { return None };
        let labels = cells.labels.iter().map(|&l| cells.label_sets[usize::from(l)].clone());
        let mut labels: Vec<Vec<String>> = labels.collect();
        labels.resize(cells.len(), Vec::new());
        let (positions, shapes, shape_of) =
            (cells.positions.clone(), vec![shape.clone()], vec![0; cells.len()]);
        Some(Population { name: name.into(), positions, shapes, shape_of, labels })
    };
    let mut audits = Vec::new();
    for rule in &configuration.connectivity {
        let Strategy::VoxelIntersection { affinity, voxels, pre_first: true, .. } = rule.strategy else {
            continue;
        };
        let posts = &rule.post.cell_types;
        for (pre, post) in
            rule.pre.cell_types.iter().flat_map(|pre| posts.iter().map(move |post| (pre, post)))
        {
            let name = rule.set_name(pre, post);
            let what = "the file lacks its set, its cells or their one morphology";
            let missing = || configuration.error(format!("connectivity.{}", rule.name), what);
            let (Some(pre), Some(post)) = (population(pre), population(post)) else { return Err(missing()) };
            let set = anatomy.connections(&name).ok_or_else(missing)?;
            let halves = [Half::new(&pre, &rule.pre, voxels[0]), Half::new(&post, &rule.post, voxels[1])];
            let intersection = Intersection::new(&halves[0], &halves[1], slack).ok_or_else(missing)?;
            audits.push(one(&anatomy, set, &intersection, affinity));
        }
    }
    Ok(audits)
}

fn one(anatomy: &Anatomy, set: &ConnectionSet, intersection: &Intersection, affinity: f64) -> SetAudit {
    let n = anatomy.count(&set.pre_type);
    let mut rows_of: Vec<Vec<u32>> = vec![Vec::new(); n];
    set.pre.iter().enumerate().for_each(|(row, &pre)| rows_of[pre as usize].push(row as u32));
    // Sums of one cell each, added in order.
    let cells: Vec<[f64; 6]> = (0..n as u32)
        .into_par_iter()
        .map(|cell| {
            let (mut candidates, mut touch) = (Vec::new(), Touch::default());
            intersection.candidates(cell, &mut candidates);
            let rows = &rows_of[cell as usize];
            let partners: BTreeSet<u32> = rows.iter().map(|&r| set.post[r as usize]).collect();
            let mut touching = 0;
            let mut pairs_apart = partners.len();
            for &other in &candidates {
                intersection.touch(cell, other, &mut touch);
                touching += usize::from(!touch.is_empty());
                pairs_apart -= usize::from(partners.contains(&other) && !touch.is_empty());
            }
            let is_apart = |&&row: &&u32| {
                let row = row as usize;
                !intersection.touches_at(cell, set.post[row], set.pre_site[row], set.post_site[row])
            };
            let rows_apart = rows.iter().filter(is_apart).count();
            let (all, m) = (candidates.len() as f64, touching as f64);
            let tried = all * affinity;
            // Hypergeometric, with the number of tries rounded at random.
            let variance = if all > 1.0 {
                let p = m / all;
                tried * p * (1.0 - p) * (all - tried) / (all - 1.0)
                    + tried.fract() * (1.0 - tried.fract()) * p * p
            } else {
                m * tried * (1.0 - tried)
            };
            [rows_apart as f64, pairs_apart as f64, all, m, m * affinity, variance]
        })
        .collect();
    let sum = |k: usize| cells.iter().map(|c| c[k]).sum::<f64>();
    SetAudit {
        set: set.name.clone(),
        affinity,
        rows: set.len(),
        pairs: set.pairs().len(),
        rows_apart: sum(0) as usize,
        pairs_apart: sum(1) as usize,
        candidates: sum(2) as usize,
        touching: sum(3) as usize,
        expected: sum(4),
        sd: sum(5).max(0.0).sqrt(),
    }
}
