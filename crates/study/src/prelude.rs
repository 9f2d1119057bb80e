//! Vocabulary of the authors of studies: `use lobule_study::prelude::*`, and `use lobule_study::report::drawing::*` where
//! figures are drawn.

pub use crate::report::numbers::{capital, fixed, plain, short, signed, thousands};
pub use crate::report::{Expected, Figure, Finding, Html, Judge, Source, Table};
pub use crate::{Card, Check, Error, Preset, Run, Section, Story, Study, grounds, shape, texts};
pub use serde::{Deserialize, Serialize};
