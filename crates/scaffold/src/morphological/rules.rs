//! Rows that each connection strategy makes from the cells of a rule.

use super::glomeruli::Member;
use super::golgi::Glomerulus;
use super::intersection::{Half, Intersection};
use super::population::{Chosen, Population};
use super::{Quirk, degrees, glomeruli, golgi};
use crate::ConnectionSet;
use crate::anatomy::NO_SITE;
use crate::configuration::{Configuration, ConnectivityRule, Distribution, Reach, Side, Strategy};
use crate::error::{Error, Result, ensure};
use crate::memory;
use crate::morphology::{Morphology, Selection};
use lobule_signal::Stream;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Most rows of a rule. Chosen: 24 GB.
const MOST_ROWS: f64 = 1.0e9;
/// Memory of a row while it is made, bytes: 24, in parts and joined.
const ROW_BYTES: f64 = 48.0;

/// The most rows that a rule may make, by the memory that is left.
pub(super) fn most_rows() -> f64 {
    memory::available().map_or(MOST_ROWS, |left| MOST_ROWS.min((left as f64 / ROW_BYTES).floor()))
}

/// The cells to connect and what has been made of them so far.
pub(super) struct Wiring<'a> {
    pub configuration: &'a Configuration,
    pub populations: &'a [Population],
    pub quirks: &'a [Quirk],
    pub seed: u64,
    /// The connection sets so far, each with its rule; types have the names of the configuration.
    pub sets: Vec<(String, ConnectionSet)>,
}

impl Wiring<'_> {
    /// The set a rule made between two types, if it makes one.
    pub fn set(&self, rule: &str, pre: &str, post: &str) -> Option<&ConnectionSet> {
        let rule = self.configuration.rule(rule)?;
        let makes = |side: &Side, name: &str| side.cell_types.iter().any(|c| c == name);
        if !makes(&rule.pre, pre) || !makes(&rule.post, post) {
            return None;
        }
        let name = rule.set_name(pre, post);
        self.sets.iter().map(|(_, set)| set).find(|set| set.name == name)
    }
}

type MadeRows<'a> = Result<Vec<Made<'a>>>;

/// The rows between two types, and what the user should know about them.
pub(super) struct Made<'a> {
    pub pre: &'a str,
    pub post: &'a str,
    pub rows: ConnectionSet,
    pub notes: Vec<String>,
}

fn made<'a>(from: &Chosen<'a>, to: &Chosen<'a>, rows: ConnectionSet) -> Made<'a> {
    Made { pre: from.name(), post: to.name(), rows, notes: Vec::new() }
}

/// A rule with the cells it connects.
pub(super) struct Work<'w, 'a> {
    wiring: &'w Wiring<'a>,
    rule: &'w ConnectivityRule,
    pre: Vec<Chosen<'a>>,
    post: Vec<Chosen<'a>>,
}

impl<'w, 'a> Work<'w, 'a> {
    pub fn new(wiring: &'w Wiring<'a>, rule: &'w ConnectivityRule) -> Result<Self> {
        let mut work = Self { wiring, rule, pre: Vec::new(), post: Vec::new() };
        let side = |side: &Side| {
            let one = |name: &String| {
                let population = work.population(name);
                let missing = || work.error(format!("`{name}` is not among `cell_types`; define it there"));
                Ok(population.ok_or_else(missing)?.chosen(side))
            };
            side.cell_types.iter().map(one).collect::<Result<Vec<_>>>()
        };
        (work.pre, work.post) = (side(&rule.pre)?, side(&rule.post)?);
        Ok(work)
    }

    fn population(&self, name: &str) -> Option<&'a Population> {
        self.wiring.populations.iter().find(|p| p.name == name)
    }

    fn error(&self, what: impl Into<String>) -> Error {
        self.wiring.configuration.error(format!("connectivity.{}", self.rule.name), what)
    }

    fn label(&self, pre: &str, post: &str) -> String {
        format!("connectivity.{}: {pre} to {post}", self.rule.name)
    }

    fn stream(&self, pre: &str, post: &str) -> Stream {
        Stream::new(self.wiring.seed, &self.label(pre, post))
    }

    /// Refuses a number of rows that would not fit into memory.
    fn check_rows(&self, rows: f64) -> Result<()> {
        let most = most_rows();
        ensure(rows <= most, || {
            self.error(format!(
                "would make {rows:.0} contacts; there is room for {most:.0}: lower its affinity or degree"
            ))
        })
    }

    /// The labeled points of each morphology of a population.
    fn selections(&self, population: &Population, side: &Side) -> Result<Vec<Selection>> {
        let select = |shape: &Arc<Morphology>| {
            let selection = shape.select(&side.morphology_labels);
            let (shape, name, labels) = (&shape.name, &population.name, side.morphology_labels.join(" or "));
            ensure(!selection.pieces.is_empty(), || {
                self.error(format!(
                    "morphology `{shape}` of `{name}` has no point labeled {labels}; mend `morphology_labels` \
                     or the tags of its parser"
                ))
            })?;
            Ok(selection)
        };
        population.shapes.iter().map(select).collect()
    }

    /// The rows of each pair of types.
    fn each_pair(&self, rows: impl Fn(&Chosen, &Chosen) -> Result<ConnectionSet>) -> MadeRows<'a> {
        self.pairs().map(|(from, to)| Ok(made(from, to, rows(from, to)?))).collect()
    }

    fn pairs(&self) -> impl Iterator<Item = (&Chosen<'a>, &Chosen<'a>)> {
        self.pre.iter().flat_map(|from| self.post.iter().map(move |to| (from, to)))
    }

    /// The rows from each presynaptic type onto all postsynaptic ones.
    fn each_pre(&self, rows: impl Fn(&Chosen) -> Result<Vec<ConnectionSet>>) -> MadeRows<'a> {
        let all =
            |from| Ok(rows(from)?.into_iter().zip(&self.post).map(move |(rows, to)| made(from, to, rows)));
        Ok(self.pre.iter().map(all).collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// The rows onto each postsynaptic type from all presynaptic ones.
    fn each_post(&self, rows: impl Fn(&Chosen) -> Result<Vec<ConnectionSet>>) -> MadeRows<'a> {
        let all = |to| Ok(rows(to)?.into_iter().zip(&self.pre).map(move |(rows, from)| made(from, to, rows)));
        Ok(self.post.iter().map(all).collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }

    pub fn apply(&self) -> MadeRows<'a> {
        let has = |quirk: Quirk| self.wiring.quirks.contains(&quirk);
        match &self.rule.strategy {
            Strategy::Glomerulus(reach) => self.each_pair(|from, to| self.sources(from, to, *reach)),
            Strategy::GlomerulusGranule { radius, convergence, glomerulus_rules, sources } => {
                self.onto_granule_cells(*radius, *convergence as usize, glomerulus_rules, sources)
            }
            Strategy::GlomerulusGolgi { radius } => self.each_pair(|from, to| {
                let dendrites = self.selections(to.population, &self.rule.post)?;
                let stream = self.stream(from.name(), to.name());
                Ok(golgi::onto_golgi(from, to, &dendrites, *radius, has(Quirk::GolgiTips), stream))
            }),
            Strategy::GolgiGlomerulus { radius, divergence, glomerulus_rules, glomeruli } => {
                self.golgi_into_glomeruli(*radius, *divergence as usize, glomerulus_rules, glomeruli)
            }
            Strategy::GlomerulusUbc { shares } => self.each_post(|to| {
                let stream = self.stream("glomeruli", to.name());
                Ok(glomeruli::onto_brush_cells(&self.pre, shares, to, has(Quirk::UbcOrder), stream))
            }),
            Strategy::VoxelIntersection { affinity, contacts, voxels, pre_first } => {
                let one = |(from, to)| self.intersect(from, to, *affinity, *contacts, *voxels, *pre_first);
                self.pairs().map(one).collect()
            }
            Strategy::AllToAll { affinity } => self.each_pair(|from, to| {
                self.check_rows(from.cells.len() as f64 * to.cells.len() as f64 * affinity)?;
                let stream = self.stream(from.name(), to.name());
                Ok(degrees::all_to_all(&from.cells, &to.cells, *affinity, stream))
            }),
            Strategy::FixedIndegree { degree } => {
                self.each_post(|to| self.fixed_degree(to, &self.pre, *degree, true))
            }
            Strategy::FixedOutdegree { degree } => {
                self.each_pre(|from| self.fixed_degree(from, &self.post, *degree, false))
            }
            Strategy::OliveInterneurons { olive_rules, interneuron_rules, purkinje } => {
                self.olive_onto_interneurons(olive_rules, interneuron_rules, purkinje)
            }
        }
    }

    fn sources(&self, from: &Chosen, to: &Chosen, reach: Reach) -> Result<ConnectionSet> {
        ensure(!from.cells.is_empty() || to.cells.is_empty(), || {
            let (n, from, to) = (to.cells.len(), from.name(), to.name());
            self.error(format!("there is no `{from}` for {n} `{to}`; place some"))
        })?;
        Ok(glomeruli::sources(from, to, reach, self.stream(from.name(), to.name())))
    }

    fn onto_granule_cells(
        &self,
        radius: f64,
        convergence: usize,
        glomerulus_rules: &[String],
        sources: &[String],
    ) -> MadeRows<'a> {
        // All glomeruli with the number of their source, over all kinds of sources.
        let mut members = Vec::new();
        let mut numbers: BTreeMap<(&str, u32), u32> = BTreeMap::new();
        for (kind, glomeruli) in self.pre.iter().enumerate() {
            let is_meant: BTreeSet<u32> = glomeruli.cells.iter().copied().collect();
            let needed = glomerulus_rules.iter().flat_map(|rule| sources.iter().map(move |s| (rule, s)));
            for set in needed.filter_map(|(rule, source)| self.wiring.set(rule, source, glomeruli.name())) {
                let rows = set.pre.iter().zip(&set.post);
                for (&axon, &cell) in rows.filter(|(_, cell)| is_meant.contains(cell)) {
                    let next = numbers.len() as u32;
                    let source = *numbers.entry((&set.name, axon)).or_insert(next);
                    members.push(Member { source, kind, cell, place: glomeruli.place(cell) });
                }
            }
        }
        let found = numbers.len();
        self.each_post(|to| {
            ensure(found >= convergence || to.cells.is_empty(), || {
                let (name, rules) = (to.name(), glomerulus_rules.join(", "));
                self.error(format!(
                    "each `{name}` takes glomeruli of {convergence} sources, but only {found} have any: check \
                     the rules {rules}"
                ))
            })?;
            self.check_rows(to.cells.len() as f64 * convergence as f64)?;
            let dendrites = self.selections(to.population, &self.rule.post)?;
            for (shape, own) in to.population.shapes.iter().zip(&dendrites) {
                let (name, n) = (&shape.name, own.pieces.len());
                ensure(n >= convergence, || {
                    self.error(format!(
                        "morphology `{name}` has {n} dendrites for a convergence of {convergence}; mend \
                         `morphology_labels`"
                    ))
                })?;
            }
            let (kinds, stream) = (self.pre.len(), self.stream("glomeruli", to.name()));
            Ok(glomeruli::onto_dendrites(&members, kinds, to, &dendrites, radius, convergence, stream))
        })
    }

    fn golgi_into_glomeruli(
        &self,
        radius: f64,
        divergence: usize,
        glomerulus_rules: &[String],
        kinds: &[String],
    ) -> MadeRows<'a> {
        // All glomeruli with what they contact.
        let mut all: BTreeMap<(usize, u32), Glomerulus> = BTreeMap::new();
        for (kind, name) in kinds.iter().enumerate() {
            let glomeruli = self
                .population(name)
                .ok_or_else(|| self.error(format!("glom_cell_types: `{name}` is not among `cell_types`")))?;
            for (target, to) in self.post.iter().enumerate() {
                let is_meant: BTreeSet<u32> = to.cells.iter().copied().collect();
                for set in glomerulus_rules.iter().filter_map(|rule| self.wiring.set(rule, name, to.name())) {
                    for row in (0..set.len()).filter(|&row| is_meant.contains(&set.post[row])) {
                        let (cell, contact) = (set.pre[row], (target, set.post[row], set.post_site[row]));
                        let place = glomeruli.positions[cell as usize];
                        let new = || Glomerulus { place, contacts: Vec::new() };
                        all.entry((kind, cell)).or_insert_with(new).contacts.push(contact);
                    }
                }
            }
        }
        let all: Vec<Glomerulus> = all.into_values().collect();
        self.each_pre(|from| {
            let axons = self.selections(from.population, &self.rule.pre)?;
            let (targets, stream) = (self.post.len(), self.stream(from.name(), "glomeruli"));
            Ok(golgi::from_golgi(from, &axons, &all, targets, radius, divergence, stream))
        })
    }

    fn intersect(
        &self,
        from: &Chosen<'a>,
        to: &Chosen<'a>,
        affinity: f64,
        contacts: Distribution,
        voxels: [u32; 2],
        pre_first: bool,
    ) -> Result<Made<'a>> {
        let rule = self.rule;
        for Population { name, shapes, positions, .. } in [from.population, to.population] {
            ensure(!shapes.is_empty() || positions.is_empty(), || {
                self.error(format!("`{name}` has no morphology, which voxel intersection needs; name one"))
            })?;
        }
        let pre = Half::new(from.population, &rule.pre, voxels[0]);
        let post = Half::new(to.population, &rule.post, voxels[1]);
        let mut notes = Vec::new();
        for (half, side) in [(&pre, &rule.pre), (&post, &rule.post)] {
            let labels = side.morphology_labels.join(" or ");
            for (names, what) in [
                (half.unlabeled(), format!("has no point labeled {labels}.")),
                (half.flat(), "is flat; its voxels are 1 um thick there.".into()),
            ] {
                if !names.is_empty() {
                    notes.push(format!("connectivity.{}: {} {what}", rule.name, names.join(", ")));
                }
            }
        }
        let (first, second) = if pre_first { (&pre, &post) } else { (&post, &pre) };
        let intersection = Intersection::new(first, second, 0.0).ok_or_else(|| {
            self.error(
                "the voxels of one side are too small beside the other's; lower voxels_pre or voxels_post",
            )
        })?;
        let label = self.label(from.name(), to.name());
        let most = most_rows();
        let made_rows = intersection.connect(affinity, contacts, most as u64, (self.wiring.seed, &label));
        let mut rows = made_rows.ok_or_else(|| {
            self.error(format!(
                "makes more than the {most:.0} contacts there is room for; lower its affinity or contacts"
            ))
        })?;
        if !pre_first {
            std::mem::swap(&mut rows.pre, &mut rows.post);
            std::mem::swap(&mut rows.pre_site, &mut rows.post_site);
        }
        Ok(Made { notes, ..made(from, to, rows) })
    }

    /// Each of `cells` takes `degree` partners.
    fn fixed_degree(
        &self,
        cells: &Chosen,
        partners: &[Chosen],
        degree: u32,
        is_in: bool,
    ) -> Result<Vec<ConnectionSet>> {
        let numbered = partners.iter().enumerate().flat_map(|(k, p)| p.cells.iter().map(move |&c| (k, c)));
        let all: Vec<(usize, u32)> = numbered.collect();
        ensure(all.len() >= degree as usize || cells.cells.is_empty(), || {
            self.error(format!("a degree of {degree} among {} cells; lower it or place more", all.len()))
        })?;
        self.check_rows(cells.cells.len() as f64 * f64::from(degree))?;
        let stream = self.stream(cells.name(), if is_in { "in" } else { "out" });
        let mut rows = vec![ConnectionSet::default(); partners.len()];
        let taken = degrees::fixed(&cells.cells, all.len() as u32, degree, stream);
        for (&cell, taken) in cells.cells.iter().zip(taken) {
            for at in taken {
                let (k, partner) = all[at as usize];
                let (pre, post) = if is_in { (partner, cell) } else { (cell, partner) };
                rows[k].push(pre, post, NO_SITE, NO_SITE);
            }
        }
        Ok(rows)
    }

    fn olive_onto_interneurons(
        &self,
        olive_rules: &[String],
        interneuron_rules: &[String],
        purkinje: &str,
    ) -> MadeRows<'a> {
        // (cell, Purkinje cell) of all rows that the rules make between the two types.
        let onto_purkinje = |rules: &[String], chosen: &Chosen| {
            let sets: Vec<&ConnectionSet> =
                rules.iter().filter_map(|rule| self.wiring.set(rule, chosen.name(), purkinje)).collect();
            ensure(!sets.is_empty(), || {
                let (rules, name) = (rules.join(", "), chosen.name());
                self.error(format!("none of {rules} connects `{name}` to `{purkinje}`"))
            })?;
            let is_meant: BTreeSet<u32> = chosen.cells.iter().copied().collect();
            let rows = sets.into_iter().flat_map(|set| set.pre.iter().copied().zip(set.post.iter().copied()));
            Ok(rows.filter(|(cell, _)| is_meant.contains(cell)).collect::<BTreeSet<(u32, u32)>>())
        };
        let mut contacts: BTreeSet<(u32, usize, u32)> = BTreeSet::new();
        for (target, to) in self.post.iter().enumerate() {
            let rows = onto_purkinje(interneuron_rules, to)?;
            contacts.extend(rows.into_iter().map(|(cell, purkinje)| (purkinje, target, cell)));
        }
        // For every pair of olive and Purkinje cell, one row from that olive cell to each interneuron that
        // contacts this Purkinje cell.
        self.each_pre(|from| {
            let mut rows = vec![ConnectionSet::default(); self.post.len()];
            let climbing = onto_purkinje(olive_rules, from)?.into_iter().map(|(olive, cell)| (cell, olive));
            for (purkinje, olive) in climbing.collect::<BTreeSet<(u32, u32)>>() {
                for &(_, target, cell) in contacts.range((purkinje, 0, 0)..=(purkinje, usize::MAX, u32::MAX))
                {
                    rows[target].push(olive, cell, NO_SITE, NO_SITE);
                }
            }
            Ok(rows)
        })
    }
}
