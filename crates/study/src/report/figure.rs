//! A drawn figure: bytes with a name and a caption.

/// File format of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Lines and text; scales without loss.
    Svg,
    /// Pixels; for figures with more marks than a browser should lay out.
    Png,
}

impl Format {
    /// The ending of a file of this format, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Svg => "svg",
            Format::Png => "png",
        }
    }
}

/// One figure of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Name, also of its file; lower case, words joined by `_`.
    pub name: String,
    /// What to see in it and what the lines are; plain text.
    pub caption: String,
    /// Format of `data`.
    pub format: Format,
    /// The file: UTF-8 for [`Format::Svg`].
    pub data: Vec<u8>,
}

impl Figure {
    /// A figure from the text of an SVG drawing.
    pub fn svg(name: &str, caption: impl Into<String>, svg: String) -> Self {
        Self { name: name.into(), caption: caption.into(), format: Format::Svg, data: svg.into_bytes() }
    }

    /// A figure from the bytes of a PNG file.
    pub fn png(name: &str, caption: impl Into<String>, data: Vec<u8>) -> Self {
        Self { name: name.into(), caption: caption.into(), format: Format::Png, data }
    }

    /// The name of its file.
    pub fn file_name(&self) -> String {
        format!("{}.{}", self.name, self.format.extension())
    }
}
