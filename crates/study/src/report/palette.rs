//! Colors of all figures.
//!
//! Source: Okabe and Ito, distinguishable with any common form of color blindness.

/// Blue.
pub const BLUE: &str = "#0072b2";
/// Sky blue.
pub const SKY: &str = "#56b4e9";
/// Bluish green.
pub const GREEN: &str = "#009e73";
/// Orange.
pub const ORANGE: &str = "#e69f00";
/// Vermillion.
pub const VERMILLION: &str = "#d55e00";
/// Reddish purple.
pub const PURPLE: &str = "#cc79a7";
/// Near black.
pub const BLACK: &str = "#3a3a3a";
/// Grey of lines that only guide the eye.
pub const GUIDE: &str = "#9a9a9a";
