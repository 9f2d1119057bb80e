//! Basis of a finding: the ground on which its range rests.

use serde::{Deserialize, Serialize};

/// Kind of ground on which an expected range stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A value or range in the paper; the source says where.
    Published,
    /// A measurement: by the reference program, by another simulator, or by an independent check of our own.
    Measured,
    /// Theory: an equation that gives the value.
    Law,
    /// A bound of our own, written down before the first run that it judged.
    ChosenBefore,
    /// A bound of our own, set or moved after a result was seen.
    ChosenAfter,
    /// No range: the number is reported.
    Reported,
}

impl Basis {
    /// All kinds, in the order in which they are listed.
    pub(crate) const ALL: [Self; 6] =
        [Self::Published, Self::Measured, Self::Law, Self::ChosenBefore, Self::ChosenAfter, Self::Reported];

    /// The kind in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Measured => "measured",
            Self::Law => "law",
            Self::ChosenBefore => "chosen before the first run",
            Self::ChosenAfter => "chosen after seeing results",
            Self::Reported => "reported only",
        }
    }

    /// The kind in a count, e.g. `3 chosen before`.
    pub fn short(self) -> &'static str {
        match self {
            Self::ChosenBefore => "chosen before",
            Self::ChosenAfter => "chosen after",
            Self::Reported => "reported",
            kind => kind.words(),
        }
    }
}

/// The ground of an expected range: its kind and where it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Kind of ground.
    pub basis: Basis,
    /// Author, year, DOI and place; the equation; or the reason of a chosen bound.
    pub text: &'static str,
}

impl Source {
    /// A value or range in a paper.
    pub const fn published(text: &'static str) -> Self {
        Self { basis: Basis::Published, text }
    }

    /// A measurement by the reference program, another simulator, or an independent check.
    pub const fn measured(text: &'static str) -> Self {
        Self { basis: Basis::Measured, text }
    }

    /// Theory.
    pub const fn law(text: &'static str) -> Self {
        Self { basis: Basis::Law, text }
    }

    /// A bound of our own that was written down before the first run that it judged.
    pub const fn chosen_before(text: &'static str) -> Self {
        Self { basis: Basis::ChosenBefore, text }
    }

    /// A bound of our own that was set or moved after a result was seen.
    pub const fn chosen_after(text: &'static str) -> Self {
        Self { basis: Basis::ChosenAfter, text }
    }

    /// A number for comparison, or none: nothing is judged.
    pub const fn reported(text: &'static str) -> Self {
        Self { basis: Basis::Reported, text }
    }
}

/// Declares what the ranges of a study rest on: a constant [`Source`](crate::report::Source) of each, and `GROUNDS` of all of
/// them in their order.
///
/// # Example
/// ```
/// lobule_study::grounds! {
///     FIGURE_2 = published "Author 2024, Fig. 2 B: 12 ± 3 deg";
///     FLOOR = law "(1 + q) A / 2";
/// }
/// assert_eq!(GROUNDS, [FIGURE_2, FLOOR]);
/// ```
#[macro_export]
macro_rules! grounds {
    ($($name:ident = $basis:ident $text:literal;)+) => {
        $(pub(crate) const $name: $crate::report::Source = $crate::report::Source::$basis($text);)+
        pub(crate) const GROUNDS: &[$crate::report::Source] = &[$($name),+];
    };
}
