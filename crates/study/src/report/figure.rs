//! A drawn figure: an SVG drawing with a name and a caption.

/// One figure of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Name, also of its file; lower case, words joined by `_`.
    pub name: String,
    /// Caption: subject, lines and message; plain text.
    pub caption: String,
    /// The text of the SVG file.
    pub svg: String,
}

impl Figure {
    /// A figure from the text of an SVG drawing.
    pub fn svg(name: &str, caption: impl Into<String>, svg: String) -> Self {
        Self { name: name.into(), caption: caption.into(), svg }
    }

    /// The name of its file.
    pub fn file_name(&self) -> String {
        format!("{}.svg", self.name)
    }
}
