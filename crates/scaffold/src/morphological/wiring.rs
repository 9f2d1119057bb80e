//! Applies connection rules in the order they need, and what follows them.

use super::intersection::{Half, Intersection};
use super::population::{Population, Rows};
use super::{Quirk, climbing, degrees, glomeruli, golgi};
use crate::Error;
use crate::configuration::{Configuration, ConnectivityRule, Side, Strategy};
use crate::morphology::Selection;
use lobule_signal::Stream;
use std::collections::{BTreeMap, BTreeSet};

/// Most rows of a rule that counts them beforehand. Chosen: 24 GB.
const MOST_ROWS: f64 = 1.0e9;

/// A connection set while a circuit is built.
#[derive(Debug)]
pub(super) struct RuleRows {
    /// Its name.
    pub name: String,
    /// The rule it is of.
    rule: String,
    /// Presynaptic type.
    pub pre: String,
    /// Postsynaptic type.
    pub post: String,
    /// Its rows.
    pub rows: Rows,
}

/// Applies all rules of a configuration to placed cells.
pub(super) fn connect(
    configuration: &Configuration,
    populations: &[Population],
    quirks: &[Quirk],
    seed: u64,
    notes: &mut Vec<String>,
) -> Result<Vec<RuleRows>, Error> {
    let mut wiring = Wiring { configuration, populations, quirks, seed, notes, sets: Vec::new() };
    for rule in in_order(configuration)? {
        wiring.apply(rule)?;
    }
    wiring.multiply()?;
    Ok(wiring.sets)
}

/// Rules such that each comes after those it needs; by name otherwise.
fn in_order(configuration: &Configuration) -> Result<Vec<&ConnectivityRule>, Error> {
    let mut ordered: Vec<&ConnectivityRule> = Vec::new();
    let mut left: Vec<&ConnectivityRule> = configuration.connectivity.iter().collect();
    for rule in &left {
        for need in rule.strategy.needs().into_iter().chain(&rule.depends_on) {
            if !configuration.connectivity.iter().any(|r| r.name == *need) {
                return Err(configuration.error(
                    format!("connectivity.{}", rule.name),
                    format!("needs the rule `{need}`, which is not in `connectivity`; add it"),
                ));
            }
        }
    }
    while !left.is_empty() {
        let is_ready = |r: &&ConnectivityRule| {
            let mut needs = r.strategy.needs().into_iter().chain(&r.depends_on);
            needs.all(|need| ordered.iter().any(|o| o.name == *need))
        };
        let Some(next) = left.iter().position(is_ready) else {
            let names: Vec<&str> = left.iter().map(|r| r.name.as_str()).collect();
            return Err(configuration.error(
                format!("connectivity.{}", names[0]),
                format!("needs itself, by way of {}; break the circle", names.join(", ")),
            ));
        };
        ordered.push(left.remove(next));
    }
    Ok(ordered)
}

struct Wiring<'a> {
    configuration: &'a Configuration,
    populations: &'a [Population],
    quirks: &'a [Quirk],
    seed: u64,
    notes: &'a mut Vec<String>,
    sets: Vec<RuleRows>,
}

impl<'a> Wiring<'a> {
    fn error(&self, rule: &ConnectivityRule, what: impl Into<String>) -> Error {
        self.configuration.error(format!("connectivity.{}", rule.name), what)
    }

    fn stream(&self, rule: &ConnectivityRule, pre: &str, post: &str) -> Stream {
        Stream::new(self.seed, &self.label(rule, pre, post))
    }

    fn label(&self, rule: &ConnectivityRule, pre: &str, post: &str) -> String {
        format!("connectivity.{}: {pre} to {post}", rule.name)
    }

    /// Refuses a number of rows that would not fit into memory.
    fn check_rows(&self, rule: &ConnectivityRule, rows: f64) -> Result<(), Error> {
        match rows <= MOST_ROWS {
            true => Ok(()),
            false => Err(self.error(
                rule,
                format!(
                    "would make {rows:.0} contacts; at most {MOST_ROWS:.0}: lower its affinity or degree"
                ),
            )),
        }
    }

    /// The populations of a side with the cells meant.
    fn side(&self, rule: &ConnectivityRule, side: &Side) -> Result<Vec<(&'a Population, Vec<u32>)>, Error> {
        let one = |name: &String| {
            let population = self.populations.iter().find(|p| p.name == *name);
            let population = population.ok_or_else(|| {
                self.error(rule, format!("`{name}` is not among `cell_types`; define it there"))
            })?;
            Ok((population, population.chosen(side)))
        };
        side.cell_types.iter().map(one).collect()
    }

    /// The labeled points of each morphology of a population.
    fn selections(
        &self,
        rule: &ConnectivityRule,
        population: &Population,
        side: &Side,
    ) -> Result<Vec<Selection>, Error> {
        let selections: Vec<Selection> =
            population.shapes.iter().map(|shape| shape.select(&side.morphology_labels)).collect();
        if let Some(i) = selections.iter().position(|s| s.pieces.is_empty()) {
            let what = format!(
                "morphology `{}` of `{}` has no point labeled {}; mend `morphology_labels` or the tags of its parser",
                population.shapes[i].name,
                population.name,
                side.morphology_labels.join(" or ")
            );
            return Err(self.error(rule, what));
        }
        Ok(selections)
    }

    fn keep(&mut self, rule: &ConnectivityRule, pre: &str, post: &str, rows: Rows) {
        let name = rule.set_name(pre, post);
        if rows.len() == 0 {
            self.notes.push(format!("connectivity.{}: no {pre} contacts any {post}.", rule.name));
        }
        // Two rules may write one set.
        match self.sets.iter_mut().find(|s| s.name == name) {
            Some(set) => set.rows.append(rows),
            None => {
                let (rule, pre, post) = (rule.name.clone(), pre.into(), post.into());
                self.sets.push(RuleRows { name, rule, pre, post, rows });
            }
        }
    }

    /// The set a rule made between two types, if it makes one.
    fn set(&self, rule: &str, pre: &str, post: &str) -> Option<&RuleRows> {
        let rule = self.configuration.connectivity.iter().find(|r| r.name == rule)?;
        let makes = |side: &Side, name: &str| side.cell_types.iter().any(|c| c == name);
        if !makes(&rule.pre, pre) || !makes(&rule.post, post) {
            return None;
        }
        let name = rule.set_name(pre, post);
        self.sets.iter().find(|s| s.name == name)
    }

    fn apply(&mut self, rule: &ConnectivityRule) -> Result<(), Error> {
        let (pre, post) = (self.side(rule, &rule.pre)?, self.side(rule, &rule.post)?);
        match &rule.strategy {
            Strategy::MossyGlomerulus { reach } => {
                self.sources(rule, &pre, &post, glomeruli::Reach::Box(*reach))
            }
            Strategy::UbcGlomerulus { radius } => {
                self.sources(rule, &pre, &post, glomeruli::Reach::Sphere(*radius))
            }
            Strategy::GlomerulusGranule { .. } => self.glomeruli_onto_dendrites(rule, &pre, &post),
            Strategy::GlomerulusGolgi { radius } => {
                for (from, from_cells) in &pre {
                    for (to, to_cells) in &post {
                        let dendrites = self.selections(rule, to, &rule.post)?;
                        let rows = golgi::onto_golgi(
                            (from, from_cells),
                            (to, to_cells),
                            &dendrites,
                            *radius,
                            self.quirks.contains(&Quirk::GolgiTips),
                            self.stream(rule, &from.name, &to.name),
                        );
                        self.keep(rule, &from.name, &to.name, rows);
                    }
                }
                Ok(())
            }
            Strategy::GolgiGlomerulus { .. } => self.golgi_into_glomeruli(rule, &pre, &post),
            Strategy::GlomerulusUbc { shares } => {
                let kinds: Vec<(&Population, &[u32])> = pre.iter().map(|(p, c)| (*p, &c[..])).collect();
                for (to, cells) in &post {
                    let rows = glomeruli::onto_brush_cells(
                        &kinds,
                        shares,
                        (to, cells),
                        self.quirks.contains(&Quirk::UbcOrder),
                        self.stream(rule, "glomeruli", &to.name),
                    );
                    for ((from, _), rows) in pre.iter().zip(rows) {
                        self.keep(rule, &from.name, &to.name, rows);
                    }
                }
                Ok(())
            }
            Strategy::VoxelIntersection { .. } => self.intersect(rule, &pre, &post),
            Strategy::AllToAll { affinity } => {
                for (from, from_cells) in &pre {
                    for (to, to_cells) in &post {
                        self.check_rows(rule, from_cells.len() as f64 * to_cells.len() as f64 * affinity)?;
                        let stream = self.stream(rule, &from.name, &to.name);
                        let rows = degrees::all_to_all(from_cells, to_cells, *affinity, stream);
                        self.keep(rule, &from.name, &to.name, rows);
                    }
                }
                Ok(())
            }
            Strategy::FixedIndegree { degree } => self.fixed_degree(rule, &post, &pre, *degree, true),
            Strategy::FixedOutdegree { degree } => self.fixed_degree(rule, &pre, &post, *degree, false),
            Strategy::OliveInterneurons { .. } => self.olive_onto_interneurons(rule, &pre, &post),
        }
    }

    fn sources(
        &mut self,
        rule: &ConnectivityRule,
        pre: &[(&Population, Vec<u32>)],
        post: &[(&Population, Vec<u32>)],
        reach: glomeruli::Reach,
    ) -> Result<(), Error> {
        for (from, from_cells) in pre {
            for (to, to_cells) in post {
                if from_cells.is_empty() && !to_cells.is_empty() {
                    return Err(self.error(
                        rule,
                        format!(
                            "there is no `{}` for {} `{}`; place some",
                            from.name,
                            to_cells.len(),
                            to.name
                        ),
                    ));
                }
                let stream = self.stream(rule, &from.name, &to.name);
                let rows = glomeruli::sources((from, from_cells), (to, to_cells), reach, stream);
                self.keep(rule, &from.name, &to.name, rows);
            }
        }
        Ok(())
    }

    fn glomeruli_onto_dendrites(
        &mut self,
        rule: &ConnectivityRule,
        pre: &[(&Population, Vec<u32>)],
        post: &[(&Population, Vec<u32>)],
    ) -> Result<(), Error> {
        let Strategy::GlomerulusGranule { radius, convergence, glomerulus_rules, sources } = &rule.strategy
        else {
            return Ok(());
        };
        // All glomeruli with the number of their source, over all kinds of sources.
        let mut members = Vec::new();
        let mut numbers: BTreeMap<(String, u32), u32> = BTreeMap::new();
        for (kind, (population, cells)) in pre.iter().enumerate() {
            let is_meant: BTreeSet<u32> = cells.iter().copied().collect();
            for (needed, source) in glomerulus_rules.iter().flat_map(|r| sources.iter().map(move |s| (r, s)))
            {
                let Some(set) = self.set(needed, source, &population.name) else { continue };
                let rows = set.rows.pre.iter().zip(&set.rows.post);
                for (&axon, &cell) in rows.filter(|(_, cell)| is_meant.contains(cell)) {
                    let next = numbers.len() as u32;
                    let source = *numbers.entry((set.name.clone(), axon)).or_insert(next);
                    let place = population.positions[cell as usize];
                    members.push(glomeruli::Member { source, kind, cell, place });
                }
            }
        }
        let found = numbers.len();
        for (to, cells) in post {
            if found < *convergence as usize && !cells.is_empty() {
                return Err(self.error(rule, format!(
                    "each `{}` takes glomeruli of {convergence} sources, but only {found} have any: check the rules {}",
                    to.name,
                    glomerulus_rules.join(", ")
                )));
            }
            let dendrites = self.selections(rule, to, &rule.post)?;
            if let Some(i) = dendrites.iter().position(|d| d.pieces.len() < *convergence as usize) {
                let what = format!(
                    "morphology `{}` has {} dendrites for a convergence of {convergence}; mend `morphology_labels`",
                    to.shapes[i].name,
                    dendrites[i].pieces.len()
                );
                return Err(self.error(rule, what));
            }
            let stream = self.stream(rule, "glomeruli", &to.name);
            let rows = glomeruli::onto_dendrites(
                &members,
                pre.len(),
                (to, cells),
                &dendrites,
                *radius,
                *convergence as usize,
                stream,
            );
            for ((from, _), rows) in pre.iter().zip(rows) {
                self.keep(rule, &from.name, &to.name, rows);
            }
        }
        Ok(())
    }

    fn golgi_into_glomeruli(
        &mut self,
        rule: &ConnectivityRule,
        pre: &[(&Population, Vec<u32>)],
        post: &[(&Population, Vec<u32>)],
    ) -> Result<(), Error> {
        let Strategy::GolgiGlomerulus { radius, divergence, glomerulus_rules, glomeruli: kinds } =
            &rule.strategy
        else {
            return Ok(());
        };
        // All glomeruli with what they contact.
        let mut all: BTreeMap<(usize, u32), golgi::Glomerulus> = BTreeMap::new();
        for (kind, name) in kinds.iter().enumerate() {
            let Some(population) = self.populations.iter().find(|p| p.name == *name) else {
                return Err(self.error(rule, format!("glom_cell_types: `{name}` is not among `cell_types`")));
            };
            for (target, (to, cells)) in post.iter().enumerate() {
                let is_meant: BTreeSet<u32> = cells.iter().copied().collect();
                for needed in glomerulus_rules {
                    let Some(set) = self.set(needed, name, &to.name) else { continue };
                    for row in (0..set.rows.len()).filter(|&row| is_meant.contains(&set.rows.post[row])) {
                        let cell = set.rows.pre[row];
                        let place = population.positions[cell as usize];
                        let glomerulus = all
                            .entry((kind, cell))
                            .or_insert_with(|| golgi::Glomerulus { place, contacts: Vec::new() });
                        glomerulus.contacts.push((target, set.rows.post[row], set.rows.post_site[row]));
                    }
                }
            }
        }
        let all: Vec<golgi::Glomerulus> = all.into_values().collect();
        for (from, cells) in pre {
            let axons = self.selections(rule, from, &rule.pre)?;
            let stream = self.stream(rule, &from.name, "glomeruli");
            let rows = golgi::from_golgi(
                (from, cells),
                &axons,
                &all,
                post.len(),
                *radius,
                *divergence as usize,
                stream,
            );
            for ((to, _), rows) in post.iter().zip(rows) {
                self.keep(rule, &from.name, &to.name, rows);
            }
        }
        Ok(())
    }

    fn intersect(
        &mut self,
        rule: &ConnectivityRule,
        pre: &[(&Population, Vec<u32>)],
        post: &[(&Population, Vec<u32>)],
    ) -> Result<(), Error> {
        let Strategy::VoxelIntersection { affinity, contacts, voxels, pre_first } = &rule.strategy else {
            return Ok(());
        };
        for (from, _) in pre {
            for (to, _) in post {
                for population in [from, to] {
                    if population.shapes.is_empty() && !population.positions.is_empty() {
                        let what = format!(
                            "`{}` has no morphology, which voxel intersection needs; name one",
                            population.name
                        );
                        return Err(self.error(rule, what));
                    }
                }
                let halves = [Half::new(from, &rule.pre, voxels[0]), Half::new(to, &rule.post, voxels[1])];
                for (half, side) in halves.iter().zip([&rule.pre, &rule.post]) {
                    let names = half.unlabeled();
                    if !names.is_empty() {
                        let labels = side.morphology_labels.join(" or ");
                        self.notes.push(format!(
                            "connectivity.{}: {} has no point labeled {labels}.",
                            rule.name,
                            names.join(", ")
                        ));
                    }
                    let names = half.flat();
                    if !names.is_empty() {
                        self.notes.push(format!(
                            "connectivity.{}: {} is flat; its voxels are 1 um thick there.",
                            rule.name,
                            names.join(", ")
                        ));
                    }
                }
                let (first, second) =
                    if *pre_first { (&halves[0], &halves[1]) } else { (&halves[1], &halves[0]) };
                let Some(intersection) = Intersection::new(first, second) else {
                    return Err(self.error(rule, "the voxels of one side are too small beside the other's; lower voxels_pre or voxels_post"));
                };
                let label = self.label(rule, &from.name, &to.name);
                let mut rows = intersection.connect(*affinity, *contacts, self.seed, &label);
                if !pre_first {
                    std::mem::swap(&mut rows.pre, &mut rows.post);
                    std::mem::swap(&mut rows.pre_site, &mut rows.post_site);
                }
                self.keep(rule, &from.name, &to.name, rows);
            }
        }
        Ok(())
    }

    /// Each of `cells` takes `degree` partners.
    fn fixed_degree(
        &mut self,
        rule: &ConnectivityRule,
        cells: &[(&Population, Vec<u32>)],
        partners: &[(&Population, Vec<u32>)],
        degree: u32,
        is_in: bool,
    ) -> Result<(), Error> {
        let all: Vec<(usize, u32)> = partners
            .iter()
            .enumerate()
            .flat_map(|(k, (_, cells))| cells.iter().map(move |&c| (k, c)))
            .collect();
        for (population, chosen) in cells {
            if all.len() < degree as usize && !chosen.is_empty() {
                return Err(self.error(
                    rule,
                    format!("a degree of {degree} among {} cells; lower it or place more", all.len()),
                ));
            }
            self.check_rows(rule, chosen.len() as f64 * f64::from(degree))?;
            let stream = self.stream(rule, &population.name, if is_in { "in" } else { "out" });
            let mut rows = vec![Rows::default(); partners.len()];
            for (&cell, taken) in chosen.iter().zip(degrees::fixed(chosen, all.len() as u32, degree, stream))
            {
                for at in taken {
                    let (k, partner) = all[at as usize];
                    let (pre, post) = if is_in { (partner, cell) } else { (cell, partner) };
                    rows[k].push(pre, post, super::population::NO_SITE, super::population::NO_SITE);
                }
            }
            for ((partner, _), rows) in partners.iter().zip(rows) {
                let (pre, post) = if is_in { (partner, population) } else { (population, partner) };
                self.keep(rule, &pre.name, &post.name, rows);
            }
        }
        Ok(())
    }

    fn olive_onto_interneurons(
        &mut self,
        rule: &ConnectivityRule,
        pre: &[(&Population, Vec<u32>)],
        post: &[(&Population, Vec<u32>)],
    ) -> Result<(), Error> {
        let Strategy::OliveInterneurons { olive_rules, interneuron_rules, purkinje } = &rule.strategy else {
            return Ok(());
        };
        let mut contacts = BTreeSet::new();
        for (target, (to, cells)) in post.iter().enumerate() {
            let is_meant: BTreeSet<u32> = cells.iter().copied().collect();
            let sets: Vec<&RuleRows> =
                interneuron_rules.iter().filter_map(|r| self.set(r, &to.name, purkinje)).collect();
            if sets.is_empty() {
                return Err(self.error(
                    rule,
                    format!(
                        "none of {} connects `{}` to `{purkinje}`",
                        interneuron_rules.join(", "),
                        to.name
                    ),
                ));
            }
            for set in sets {
                let rows = set.rows.pre.iter().zip(&set.rows.post);
                contacts
                    .extend(rows.filter(|(c, _)| is_meant.contains(c)).map(|(&cell, &p)| (p, target, cell)));
            }
        }
        for (from, cells) in pre {
            let is_meant: BTreeSet<u32> = cells.iter().copied().collect();
            let mut climbing_pairs = BTreeSet::new();
            let sets: Vec<&RuleRows> =
                olive_rules.iter().filter_map(|r| self.set(r, &from.name, purkinje)).collect();
            if sets.is_empty() {
                return Err(self.error(
                    rule,
                    format!("none of {} connects `{}` to `{purkinje}`", olive_rules.join(", "), from.name),
                ));
            }
            for set in sets {
                let rows = set.rows.pre.iter().zip(&set.rows.post);
                climbing_pairs.extend(rows.filter(|(io, _)| is_meant.contains(io)).map(|(&io, &p)| (p, io)));
            }
            let rows = climbing::interneurons(&climbing_pairs, &contacts, post.len());
            for ((to, _), rows) in post.iter().zip(rows) {
                self.keep(rule, &from.name, &to.name, rows);
            }
        }
        Ok(())
    }

    /// Applies `after_connectivity`.
    fn multiply(&mut self) -> Result<(), Error> {
        let duplications = &self.configuration.duplications;
        for duplication in duplications {
            let node = format!("after_connectivity.{}.conn_strategy", duplication.name);
            if !self.configuration.connectivity.iter().any(|r| r.name == duplication.rule) {
                let what = format!("`{}` is not in `connectivity`; name a rule", duplication.rule);
                return Err(self.configuration.error(node, what));
            }
            let mut rules = vec![duplication.rule.clone()];
            // The mirror of a rule for the other microzone has the same contacts.
            let mirror = format!("{}_minus", duplication.rule);
            let is_forgotten = self.configuration.connectivity.iter().any(|r| r.name == mirror)
                && !duplications.iter().any(|d| d.rule == mirror);
            if is_forgotten && !self.quirks.contains(&Quirk::OneZone) {
                self.notes.push(format!(
                    "{node} names `{}` only; it is applied to `{mirror}` as well, so that the microzones are equal \
                     (--copy-quirks one-zone leaves it at one row per pair, as BSB).",
                    duplication.rule
                ));
                rules.push(mirror);
            }
            for set in self.sets.iter_mut().filter(|s| rules.contains(&s.rule)) {
                let stream =
                    Stream::new(self.seed, &format!("after_connectivity.{}.{}", duplication.name, set.name));
                set.rows = climbing::multiplied(&set.rows, duplication.contacts, stream);
            }
        }
        Ok(())
    }
}
