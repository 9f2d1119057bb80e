//! Card of an experiment: name, source and presets.

use crate::report::Source;

/// A preset: what it is called, what it is for, and what it changes in the defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// Name, e.g. `quick`.
    pub name: &'static str,
    /// One line for `lobule show`.
    pub line: &'static str,
    /// The keys that differ, as TOML; empty for `default`.
    pub toml: &'static str,
}

impl Preset {
    /// A preset and the keys that it changes, as TOML.
    pub const fn new(name: &'static str, line: &'static str, toml: &'static str) -> Self {
        Self { name, line, toml }
    }
}

/// Card of an experiment: its name, source and presets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Card {
    /// Name, e.g. `prism` or `sgdege/network`.
    pub name: &'static str,
    /// Heading of the report.
    pub title: &'static str,
    /// One line for `lobule list`.
    pub line: &'static str,
    /// Source in one line.
    pub source: &'static str,
    /// Sources of models and methods, with their DOI.
    pub sources: &'static [&'static str],
    /// The documented defaults: a TOML document with every key, its unit, meaning and source.
    pub defaults: &'static str,
    /// The presets, `default` first.
    pub presets: &'static [Preset],
    /// Unit of the progress bar, e.g. `trials`.
    pub unit: &'static str,
    /// Grounds of the ranges of its findings; a finding with a range names one of them.
    pub grounds: &'static [Source],
    /// Tables of the configuration that take entries of any name, such as bodies of one's own.
    pub open_tables: &'static [&'static str],
    /// True if several ranks can run it together: every rank then makes the same collective calls in the same order,
    /// rank 0 has the whole record, and findings are the same on all.
    pub runs_on_ranks: bool,
}

impl Card {
    /// A card to fill in: `Card { name: "…", ..Card::BLANK }`.
    pub const BLANK: Self = Self {
        name: "",
        title: "",
        line: "",
        source: "",
        sources: &[],
        defaults: "",
        presets: &[],
        unit: "",
        grounds: &[],
        open_tables: &[],
        runs_on_ranks: false,
    };

    /// The last part of the name: file names are made of it.
    pub fn short_name(&self) -> &'static str {
        self.name.rsplit('/').next().unwrap_or(self.name)
    }
}
