//! Names and colours of conditions, modules and cells: the same in all figures.
//! Plus and minus are told apart by the pen.

use lobule_study::report::palette::{BLACK, BLUE, GREEN, GUIDE, ORANGE, PURPLE, SKY, VERMILLION};
use lobule_study::report::svg::{Dash, Stroke};

/// The two cerebellar modules, in order.
pub const MODULES: [&str; 2] = ["forward", "inverse"];
/// The two microzones, in order.
pub const ZONES: [&str; 2] = ["plus", "minus"];

/// Colour of a condition.
pub fn condition_colour(condition: &str) -> &'static str {
    match condition {
        "static" => BLACK,
        "plastic" => BLUE,
        "forward_only" => GREEN,
        "inverse_only" => ORANGE,
        "wrong_polarity" => VERMILLION,
        "fresh_noise" => PURPLE,
        _ => GUIDE,
    }
}

/// A condition in words.
pub fn condition_name(condition: &str) -> String {
    match condition {
        "static" => "static (no learning)".into(),
        "plastic" => "plastic (learning)".into(),
        "forward_only" => "only the forward module learns".into(),
        "inverse_only" => "only the inverse module learns".into(),
        "wrong_polarity" => "learning with olive channels exchanged".into(),
        "fresh_noise" => "only the inverse module learns, fresh noise".into(),
        other => other.replace('_', " "),
    }
}

/// Colour of a module: that of the condition in which it learns alone.
pub fn module_colour(module: &str) -> &'static str {
    condition_colour(&format!("{module}_only"))
}

/// Pen of a microzone in the colour of its module: plus unbroken, minus broken.
pub fn zone_stroke(module: &str, zone: &str) -> Stroke {
    let dash = if zone == "minus" { Dash::Dashed } else { Dash::Solid };
    Stroke::new(module_colour(module), 2.0).dash(dash)
}

/// Cell types from input to output: name in the code, name in text, colour.
pub const CELLS: [(&str, &str, &str); 11] = [
    ("mossy_fiber", "mossy fibre", "#777777"),
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

/// Colour of a cell type.
pub fn cell_colour(cell: &str) -> &'static str {
    CELLS.get(cell_rank(cell)).map_or(BLACK, |c| c.2)
}

/// A label such as `forward/purkinje_cell/plus` in its parts; absent parts are empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// `forward`, `inverse` or empty.
    pub module: String,
    /// Cell type, or whatever the label names.
    pub cell: String,
    /// `plus`, `minus` or empty.
    pub zone: String,
}

impl Label {
    /// Reads a label; never fails.
    pub fn read(label: &str) -> Self {
        let (mut module, mut zone, mut rest) = (String::new(), String::new(), Vec::new());
        for part in label.split('/') {
            match part {
                p if MODULES.contains(&p) => module = p.into(),
                p if ZONES.contains(&p) => zone = p.into(),
                p => rest.push(p),
            }
        }
        Self { module, cell: rest.join("/"), zone }
    }

    /// Cell type and sign in words.
    pub fn words(&self) -> String {
        let sign = match self.zone.as_str() {
            "plus" => " +",
            "minus" => " −",
            _ => "",
        };
        format!("{}{sign}", cell_name(&self.cell))
    }
}

/// A signed number with a true minus sign.
pub fn signed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if text.trim_start_matches('-').chars().all(|c| c == '0' || c == '.') {
        return text.trim_start_matches('-').into();
    }
    text.replacen('-', "−", 1)
}
