//! What an experiment is called, where it comes from, and its presets.

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

/// What an experiment is called and where it comes from.
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
    /// What the progress bar counts, e.g. `trials`.
    pub unit: &'static str,
}

impl Card {
    /// The last part of the name: file names are made of it.
    pub fn short_name(&self) -> &'static str {
        self.name.rsplit('/').next().unwrap_or(self.name)
    }
}
