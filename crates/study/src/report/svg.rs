//! Drawings that are not charts (a schematic, an arm) as direct SVG, and the
//! pens and inks that charts share with them. Lengths are pixels of the drawing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Color of text and axes.
pub const INK: &str = "#222222";
/// Color of secondary text.
pub const FAINT: &str = "#666666";
/// Color of the ground.
pub const PAPER: &str = "#ffffff";
/// Fonts of all figures, first choice first.
const FONTS: &str = "Helvetica, Arial, 'DejaVu Sans', sans-serif";

/// How a line is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dash {
    /// Unbroken.
    Solid,
    /// Long strokes.
    Dashed,
    /// Dots.
    Dotted,
}

impl Dash {
    /// The value of SVG's `stroke-dasharray`, if any.
    fn pattern(self) -> Option<&'static str> {
        match self {
            Dash::Solid => None,
            Dash::Dashed => Some("6 3.5"),
            Dash::Dotted => Some("1.5 3"),
        }
    }
}

/// A pen.
#[derive(Debug, Clone, PartialEq)]
pub struct Stroke {
    /// `#rrggbb`.
    pub color: String,
    /// Width, px.
    pub width: f64,
    /// How the line is broken.
    pub dash: Dash,
}

impl Stroke {
    /// A solid pen.
    pub fn new(color: &str, width: f64) -> Self {
        Self { color: color.into(), width, dash: Dash::Solid }
    }

    /// The same pen, broken.
    pub fn dash(mut self, dash: Dash) -> Self {
        self.dash = dash;
        self
    }
}

/// Mixes a color `#rrggbb` with white; `share` 1 is the color, 0 is white.
pub fn tint(color: &str, share: f64) -> String {
    let [red, green, blue] = rgb(color).map(|c| (255.0 + share * (f64::from(c) - 255.0)).round() as u8);
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// The channels of `#rrggbb`; black for what is no such text.
pub(super) fn rgb(color: &str) -> [u8; 3] {
    let channel = |at: usize| color.get(at..at + 2).and_then(|h| u8::from_str_radix(h, 16).ok()).unwrap_or(0);
    [channel(1), channel(3), channel(5)]
}

/// Escapes text for XML and HTML, in content and in quoted attributes. Control characters, which XML has no way to write, become
/// U+FFFD.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            c if c.is_control() && !['\n', '\t', '\r'].contains(&c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Side of its point on which a text lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The text begins at the point.
    Start,
    /// The text is centered on the point.
    Middle,
    /// The text ends at the point.
    End,
}

/// Look of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lettering<'a> {
    /// px.
    size: f64,
    anchor: Anchor,
    is_bold: bool,
    color: &'a str,
}

impl<'a> Lettering<'a> {
    /// Plain text in the color of ink.
    pub fn new(size: f64, anchor: Anchor) -> Self {
        Self { size, anchor, is_bold: false, color: INK }
    }

    /// The same, bold.
    pub fn bold(mut self) -> Self {
        self.is_bold = true;
        self
    }

    /// The same in another color.
    pub fn color(mut self, color: &'a str) -> Self {
        self.color = color;
        self
    }
}

/// Estimated width of a text in the fonts of figures, px.
pub fn width_of(text: &str, size: f64) -> f64 {
    // Advances of Helvetica in em, rounded up, by kind of letter.
    let em = |c: char| match c {
        'i' | 'j' | 'l' | '|' | '\'' => 0.24,
        't' | 'f' | 'r' | ' ' | ',' | '.' | ':' | ';' | '(' | ')' | '-' => 0.32,
        'm' | 'w' | 'M' | 'W' => 0.82,
        c if c.is_uppercase() => 0.70,
        _ => 0.56,
    };
    text.chars().map(em).sum::<f64>() * size
}

/// A number for an attribute: at most two decimals, no trailing zeros.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.into() }
}

/// An SVG drawing under construction; later marks lie over earlier ones.
#[derive(Debug, Clone)]
pub struct Drawing {
    width: f64,
    height: f64,
    body: String,
}

impl Drawing {
    /// An empty drawing on paper.
    pub fn new(width: f64, height: f64) -> Self {
        Self { width, height, body: String::new() }
    }

    fn pen(stroke: &Stroke) -> String {
        let dash = stroke.dash.pattern().map(|p| format!(" stroke-dasharray=\"{p}\"")).unwrap_or_default();
        format!("stroke=\"{}\" stroke-width=\"{}\"{dash}", escape(&stroke.color), number(stroke.width))
    }

    fn points(points: &[(f64, f64)]) -> String {
        let point = |&(x, y): &(f64, f64)| format!("{},{}", number(x), number(y));
        points.iter().map(point).collect::<Vec<_>>().join(" ")
    }

    /// Draws a polyline; points that are not finite are left out.
    pub fn line(&mut self, points: &[(f64, f64)], stroke: &Stroke) {
        let points: Vec<_> = points.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
        if points.len() > 1 {
            let (points, pen) = (Self::points(&points), Self::pen(stroke));
            let joins = "stroke-linejoin=\"round\" stroke-linecap=\"round\"";
            self.body += &format!("<polyline points=\"{points}\" fill=\"none\" {pen} {joins}/>\n");
        }
    }

    /// Draws a filled polygon.
    pub fn polygon(&mut self, points: &[(f64, f64)], fill: &str) {
        let fill = escape(fill);
        self.body += &format!("<polygon points=\"{}\" fill=\"{fill}\"/>\n", Self::points(points));
    }

    /// Draws a polyline that ends in an arrowhead.
    pub fn arrow(&mut self, points: &[(f64, f64)], stroke: &Stroke) {
        let Some((tip, (ux, uy))) = end(points) else { return };
        let (long, half) = (5.0 + 2.0 * stroke.width, 2.4 + 0.9 * stroke.width);
        let base = (tip.0 - long * ux, tip.1 - long * uy);
        let mut shaft = points.to_vec();
        if let Some(last) = shaft.last_mut() {
            *last = (base.0 + ux, base.1 + uy);
        }
        self.line(&shaft, stroke);
        let (left, right) = ((-half * uy, half * ux), (half * uy, -half * ux));
        let head = [tip, (base.0 + left.0, base.1 + left.1), (base.0 + right.0, base.1 + right.1)];
        self.polygon(&head, &stroke.color);
    }

    /// Draws a polyline that ends in a bar across: an inhibitory contact.
    pub fn blocked(&mut self, points: &[(f64, f64)], stroke: &Stroke) {
        let Some((tip, (ux, uy))) = end(points) else { return };
        let (nx, ny) = (-uy * 5.0, ux * 5.0);
        self.line(points, stroke);
        let bar = Stroke::new(&stroke.color, stroke.width + 1.0);
        self.line(&[(tip.0 - nx, tip.1 - ny), (tip.0 + nx, tip.1 + ny)], &bar);
    }

    /// Draws a rectangle with rounded corners from its left top corner.
    pub fn rect(&mut self, at: (f64, f64), size: (f64, f64), radius: f64, fill: &str, stroke: &Stroke) {
        let fill = escape(fill);
        let [x, y, w, h, r] = [at.0, at.1, size.0, size.1, radius].map(number);
        let place = format!("x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{r}\"");
        self.body += &format!("<rect {place} fill=\"{fill}\" {}/>\n", Self::pen(stroke));
    }

    /// Draws a disc.
    pub fn disc(&mut self, center: (f64, f64), radius: f64, fill: &str, stroke: &Stroke) {
        let fill = escape(fill);
        let [x, y, r] = [center.0, center.1, radius].map(number);
        let pen = Self::pen(stroke);
        self.body += &format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" fill=\"{fill}\" {pen}/>\n");
    }

    /// Draws a filled rectangle without an outline, from its left top corner.
    pub(super) fn block(&mut self, at: (f64, f64), size: (f64, f64), fill: &str) {
        let fill = escape(fill);
        let [x, y, w, h] = [at.0, at.1, size.0, size.1].map(number);
        self.body += &format!("<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" fill=\"{fill}\"/>\n");
    }

    /// Draws a filled area without an outline, `opacity` from 0 to 1.
    pub(super) fn area(&mut self, points: &[(f64, f64)], fill: &str, opacity: f64) {
        let fill = escape(fill);
        if points.len() > 2 {
            let (points, opacity) = (Self::points(points), number(opacity));
            self.body +=
                &format!("<polygon points=\"{points}\" fill=\"{fill}\" fill-opacity=\"{opacity}\"/>\n");
        }
    }

    /// Draws discs of one radius without outlines, `opacity` from 0 to 1.
    pub(super) fn dots(&mut self, centers: &[(f64, f64)], radius: f64, fill: &str, opacity: f64) {
        let fill = escape(fill);
        self.body += &format!("<g fill=\"{fill}\" fill-opacity=\"{}\">\n", number(opacity));
        for &(x, y) in centers {
            let [x, y, r] = [x, y, radius].map(number);
            self.body += &format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>");
        }
        self.body += "</g>\n";
    }

    /// Places the bytes of a PNG file.
    pub(super) fn picture(&mut self, at: (f64, f64), size: (f64, f64), png: &[u8]) {
        let [x, y, w, h] = [at.0, at.1, size.0, size.1].map(number);
        self.body += &format!(
            "<image x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" style=\"image-rendering:pixelated\" \
             href=\"data:image/png;base64,{}\"/>\n",
            STANDARD.encode(png)
        );
    }

    /// Hides what is drawn outside a rectangle, until [`Drawing::end_clip`]; `id` is unique in the drawing.
    pub(super) fn begin_clip(&mut self, id: &str, at: (f64, f64), size: (f64, f64)) {
        self.body += &format!("<clipPath id=\"{id}\">");
        self.block(at, size, INK);
        self.body += &format!("</clipPath>\n<g clip-path=\"url(#{id})\">\n");
    }

    pub(super) fn end_clip(&mut self) {
        self.body += "</g>\n";
    }

    /// Draws a four-pointed star.
    pub fn star(&mut self, center: (f64, f64), radius: f64, fill: &str) {
        let point = |k: i32| {
            let r = if k % 2 == 0 { radius } else { 0.38 * radius };
            let angle = f64::from(k) * std::f64::consts::FRAC_PI_4;
            (center.0 + r * libm::sin(angle), center.1 - r * libm::cos(angle))
        };
        self.polygon(&(0..8).map(point).collect::<Vec<_>>(), fill);
    }

    /// Writes one line of text; the point is on its baseline.
    pub fn text(&mut self, at: (f64, f64), text: &str, look: Lettering) {
        self.letters(at, text, look, "");
    }

    /// Writes one line of text from below to above; the point is on its baseline.
    pub(super) fn upright(&mut self, at: (f64, f64), text: &str, look: Lettering) {
        let turn = format!(" transform=\"rotate(-90 {} {})\"", number(at.0), number(at.1));
        self.letters(at, text, look, &turn);
    }

    fn letters(&mut self, at: (f64, f64), text: &str, look: Lettering, turn: &str) {
        if text.is_empty() {
            return;
        }
        let anchor = ["start", "middle", "end"][look.anchor as usize];
        let weight = if look.is_bold { " font-weight=\"bold\"" } else { "" };
        let [x, y, size] = [at.0, at.1, look.size].map(number);
        let place = format!("x=\"{x}\" y=\"{y}\" font-size=\"{size}\" text-anchor=\"{anchor}\"");
        let (color, text) = (escape(look.color), escape(text));
        self.body += &format!("<text {place} fill=\"{color}\"{weight}{turn}>{text}</text>\n");
    }

    /// The finished file.
    pub fn finish(&self) -> String {
        let [w, h] = [self.width, self.height].map(number);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" \
             font-family=\"{FONTS}\" fill=\"{INK}\">\n<rect width=\"100%\" height=\"100%\" fill=\"{PAPER}\"/>\n{}</svg>\n",
            self.body
        )
    }
}

/// The last point of a polyline and the unit vector along its last piece.
fn end(points: &[(f64, f64)]) -> Option<((f64, f64), (f64, f64))> {
    let [.., from, tip] = points else { return None };
    let (dx, dy) = (tip.0 - from.0, tip.1 - from.1);
    let length = libm::hypot(dx, dy).max(1e-9);
    Some((*tip, (dx / length, dy / length)))
}
