//! Parts of figures, in one import.

pub use super::Figure;
pub use super::axes::{VOID, grid_cell, power_of_ten, shade, text_on, trial_at};
pub use super::chart::{Axis, Cell, Key, Level, Mark, Note, Panel, Plate, SHADE, Swatch, Tick, WIDTH};
pub use super::palette::{BLACK, BLUE, GREEN, GUIDE, ORANGE, PURPLE, SKY, VERMILLION};
pub use super::svg::{Anchor, Dash, Drawing, FAINT, INK, Lettering, PAPER, Stroke, tint, width_of};
