//! Applies connection rules in the order they need, and what follows them.

use super::Quirk;
use super::population::Population;
use super::rules::{Made, Wiring, Work, most_rows};
use crate::ConnectionSet;
use crate::configuration::{Configuration, ConnectivityRule, Distribution};
use crate::error::{Result, ensure, listed};
use lobule_signal::Stream;

pub(super) fn connect(
    configuration: &Configuration,
    populations: &[Population],
    quirks: &[Quirk],
    seed: u64,
    notes: &mut Vec<String>,
) -> Result<Vec<ConnectionSet>> {
    let mut wiring = Wiring { configuration, populations, quirks, seed, sets: Vec::new() };
    for rule in in_order(configuration)? {
        for made in Work::new(&wiring, rule)?.apply()? {
            wiring.keep(rule, made, notes);
        }
    }
    wiring.multiply(notes)?;
    Ok(wiring.sets.into_iter().map(|(_, set)| set).collect())
}

/// Rules such that each comes after those it needs; by name otherwise.
fn in_order(configuration: &Configuration) -> Result<Vec<&ConnectivityRule>> {
    let mut ordered: Vec<&ConnectivityRule> = Vec::new();
    let mut left: Vec<&ConnectivityRule> = configuration.connectivity.iter().collect();
    let error = |rule: &str, what: String| configuration.error(format!("connectivity.{rule}"), what);
    for rule in &left {
        for need in rule.strategy.needs().into_iter().chain(&rule.depends_on) {
            ensure(configuration.rule(need).is_some(), || {
                let what = format!("needs the rule `{need}`, which is not in `connectivity`; add it");
                error(&rule.name, what)
            })?;
        }
    }
    while !left.is_empty() {
        let is_ready = |r: &&ConnectivityRule| {
            let mut needs = r.strategy.needs().into_iter().chain(&r.depends_on);
            needs.all(|need| ordered.iter().any(|o| o.name == *need))
        };
        let next = left.iter().position(is_ready).ok_or_else(|| {
            let names = listed(left.iter().map(|r| &r.name));
            error(&left[0].name, format!("needs itself, by way of {names}; break the circle"))
        })?;
        ordered.push(left.remove(next));
    }
    Ok(ordered)
}

impl Wiring<'_> {
    fn keep(&mut self, rule: &ConnectivityRule, made: Made, notes: &mut Vec<String>) {
        let Made { pre, post, rows, notes: own } = made;
        notes.extend(own);
        if rows.is_empty() {
            notes.push(format!("connectivity.{}: no {pre} contacts any {post}.", rule.name));
        }
        let name = rule.set_name(pre, post);
        // Two rules may write one set.
        match self.sets.iter_mut().find(|(_, set)| set.name == name) {
            Some((_, set)) => set.append(rows),
            None => {
                let set = ConnectionSet { name, pre_type: pre.into(), post_type: post.into(), ..rows };
                self.sets.push((rule.name.clone(), set));
            }
        }
    }

    /// Applies `after_connectivity`.
    fn multiply(&mut self, notes: &mut Vec<String>) -> Result<()> {
        let duplications = &self.configuration.duplications;
        for duplication in duplications {
            let rule = &duplication.rule;
            let node = format!("after_connectivity.{}.conn_strategy", duplication.name);
            ensure(self.configuration.rule(rule).is_some(), || {
                self.configuration.error(&node, format!("`{rule}` is not in `connectivity`; name a rule"))
            })?;
            let mut rules = vec![rule.clone()];
            // The mirror of a rule for the other microzone has the same contacts.
            let mirror = format!("{rule}_minus");
            let is_forgotten =
                self.configuration.rule(&mirror).is_some() && !duplications.iter().any(|d| d.rule == mirror);
            if is_forgotten && !self.quirks.contains(&Quirk::OneZone) {
                notes.push(format!(
                    "{node} names `{rule}` only; it is applied to `{mirror}` as well, so that the microzones are equal \
                     (--copy-quirks one-zone leaves it at one row per pair, as BSB)."
                ));
                rules.push(mirror);
            }
            for (_, set) in self.sets.iter_mut().filter(|(rule, _)| rules.contains(rule)) {
                let label = format!("after_connectivity.{}.{}", duplication.name, set.name);
                let most = most_rows();
                multiply(set, duplication.contacts, most, Stream::new(self.seed, &label)).map_err(
                    |rows| {
                        let what = format!(
                            "makes {rows} contacts of `{}`; there is room for {most:.0}: lower them",
                            set.name
                        );
                        self.configuration
                            .error(format!("after_connectivity.{}.contacts", duplication.name), what)
                    },
                )?;
            }
        }
        Ok(())
    }
}

/// Replaces each row by a drawn number of rows, at least one; the number of all when it is above `most`.
fn multiply(set: &mut ConnectionSet, contacts: Distribution, most: f64, stream: Stream) -> Result<(), u64> {
    fn repeated<T: Copy>(column: &[T], times: &[usize]) -> Vec<T> {
        column.iter().zip(times).flat_map(|(&row, &n)| std::iter::repeat_n(row, n)).collect()
    }
    let drawn = |row: usize| contacts.count(stream, 0, row as u32).max(1) as usize;
    let times: Vec<usize> = (0..set.len()).map(drawn).collect();
    let rows: u64 = times.iter().map(|&n| n as u64).sum();
    ensure(rows as f64 <= most, || rows)?;
    set.pre = repeated(&set.pre, &times);
    set.post = repeated(&set.post, &times);
    set.pre_site = repeated(&set.pre_site, &times);
    set.post_site = repeated(&set.post_site, &times);
    Ok(())
}
