//! Names and colors of conditions, modules and cells: the same in all figures.
//! The pen distinguishes plus from minus. What the figures are made of, in one import.

pub use crate::prism::{config::Condition, keys::*, record::*};
pub use lobule_scaffold::Microzone;
pub use lobule_study::{prelude::*, report::drawing::*};

/// A condition in words, and its color.
fn look(condition: Condition) -> (&'static str, &'static str) {
    match condition {
        Condition::Static => ("static (no learning)", BLACK),
        Condition::Plastic => ("plastic (learning)", BLUE),
        Condition::ForwardOnly => ("only the forward module learns", GREEN),
        Condition::InverseOnly => ("only the inverse module learns", ORANGE),
        Condition::WrongPolarity => ("learning with olive channels exchanged", VERMILLION),
        Condition::FreshNoise => ("only the inverse module learns, fresh noise", PURPLE),
    }
}

pub fn condition_name(condition: Condition) -> &'static str {
    look(condition).0
}

pub fn condition_color(condition: Condition) -> &'static str {
    look(condition).1
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
    ["+", "−"][zone as usize]
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

pub fn cell_name(cell: &str) -> String {
    CELLS.get(cell_rank(cell)).map_or_else(|| cell.replace('_', " "), |c| c.1.into())
}

pub fn cell_color(cell: &str) -> &'static str {
    CELLS.get(cell_rank(cell)).map_or(BLACK, |c| c.2)
}

pub fn population_words(of: &RateOf) -> String {
    of.zone.map_or_else(|| cell_name(&of.cell), |zone| format!("{} {}", cell_name(&of.cell), sign(zone)))
}
