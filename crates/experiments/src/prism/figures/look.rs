//! Names and colors of conditions, modules and cells: the same in all figures.
//! The pen distinguishes plus from minus.

use crate::prism::config::Condition;
use crate::prism::keys::{ModuleName, RateOf};
use lobule_scaffold::Microzone;
use lobule_study::report::drawing::*;
pub use lobule_study::report::numbers::signed;

/// Color of a condition.
pub fn condition_color(condition: Condition) -> &'static str {
    match condition {
        Condition::Static => BLACK,
        Condition::Plastic => BLUE,
        Condition::ForwardOnly => GREEN,
        Condition::InverseOnly => ORANGE,
        Condition::WrongPolarity => VERMILLION,
        Condition::FreshNoise => PURPLE,
    }
}

/// A condition in words.
pub fn condition_name(condition: Condition) -> &'static str {
    match condition {
        Condition::Static => "static (no learning)",
        Condition::Plastic => "plastic (learning)",
        Condition::ForwardOnly => "only the forward module learns",
        Condition::InverseOnly => "only the inverse module learns",
        Condition::WrongPolarity => "learning with olive channels exchanged",
        Condition::FreshNoise => "only the inverse module learns, fresh noise",
    }
}

/// Color of a module: that of the condition in which it learns alone.
pub fn module_color(module: ModuleName) -> &'static str {
    condition_color(match module {
        ModuleName::Forward => Condition::ForwardOnly,
        ModuleName::Inverse => Condition::InverseOnly,
    })
}

/// Sign of a microzone, with a true minus.
pub fn sign(zone: Microzone) -> &'static str {
    match zone {
        Microzone::Plus => "+",
        Microzone::Minus => "−",
    }
}

/// Pen of a microzone in the color of its module: plus unbroken, minus broken.
pub fn zone_stroke(module: ModuleName, zone: Option<Microzone>) -> Stroke {
    let dash = if zone == Some(Microzone::Minus) { Dash::Dashed } else { Dash::Solid };
    Stroke::new(module_color(module), 2.0).dash(dash)
}

/// Cell types from input to output: name in the code, name in text, color.
pub const CELLS: [(&str, &str, &str); 11] = [
    ("mossy_fiber", "mossy fiber", "#777777"),
    ("glomerulus", "glomerulus", "#777777"),
    ("granule_cell", "granule cell", SKY),
    ("unipolar_brush_cell", "unipolar brush cell", SKY),
    ("golgi_cell", "Golgi cell", GREEN),
    ("basket_cell", "basket cell", ORANGE),
    ("stellate_cell", "stellate cell", ORANGE),
    ("purkinje_cell", "Purkinje cell", BLUE),
    ("dcn_p", "nuclear cell (DCNp)", VERMILLION),
    ("dcn_i", "nuclear interneuron (DCNi)", VERMILLION),
    ("io_cell", "olive cell (IO)", PURPLE),
];

/// Place of a cell type in [`CELLS`]; unknown types come last.
pub fn cell_rank(cell: &str) -> usize {
    CELLS.iter().position(|c| c.0 == cell).unwrap_or(CELLS.len())
}

/// A cell type in words.
pub fn cell_name(cell: &str) -> String {
    CELLS.get(cell_rank(cell)).map_or_else(|| cell.replace('_', " "), |c| c.1.into())
}

/// Color of a cell type.
pub fn cell_color(cell: &str) -> &'static str {
    CELLS.get(cell_rank(cell)).map_or(BLACK, |c| c.2)
}

/// Cell type and sign in words.
pub fn population_words(of: &RateOf) -> String {
    of.zone.map_or_else(|| cell_name(&of.cell), |zone| format!("{} {}", cell_name(&of.cell), sign(zone)))
}
