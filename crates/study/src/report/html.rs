//! A report page: one HTML file with everything in it, no script, nothing loaded from elsewhere.

use super::figure::Figure;
use super::markup::Html;
use super::svg::escape;

const STYLE: &str = include_str!("page.css");

/// Content that the page may load: its own style, and the pictures of pixels inside its drawings; no script, nothing from elsewhere.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// A page under construction.
#[derive(Debug, Clone)]
pub struct Page {
    title: String,
    sections: Vec<(String, String)>,
    body: String,
    figures: usize,
}

impl Page {
    /// A page with its title and, above it, a line that says what kind of page it is.
    pub fn new(kind: &str, title: &str) -> Self {
        let body = format!("<p class=\"kind\">{}</p>\n<h1>{}</h1>\n", escape(kind), escape(title));
        Self { title: title.into(), sections: Vec::new(), body, figures: 0 }
    }

    /// Begins a section; it is listed at the top of the page.
    pub fn section(&mut self, heading: &str) {
        let id = format!("s{}", self.sections.len() + 1);
        if self.sections.is_empty() {
            // The list of sections goes here when all are known.
            self.body.push_str(CONTENTS);
        }
        self.body += &format!("<h2 id=\"{id}\">{}</h2>\n", escape(heading));
        self.sections.push((id, heading.into()));
    }

    pub fn text(&mut self, text: &str) {
        self.body += &format!("<p>{}</p>\n", escape(text));
    }

    /// The answer, set larger.
    pub fn lead(&mut self, text: &str) {
        self.body += &format!("<p class=\"lead\">{}</p>\n", escape(text));
    }

    /// A list of texts, `ol` or `ul` with its attributes.
    pub fn list(&mut self, tag: &'static str, attributes: &'static str, lines: &[String]) {
        let items: String = lines.iter().map(|line| format!("<li>{}</li>\n", escape(line))).collect();
        self.body += &format!("<{tag}{attributes}>\n{items}</{tag}>\n");
    }

    pub fn html(&mut self, html: impl Into<Html>) {
        self.body.push_str(html.into().as_str());
    }

    /// A list of terms, each with its explanation, both as text.
    pub fn terms(&mut self, terms: &[(String, String)]) {
        if terms.is_empty() {
            return;
        }
        self.body.push_str("<dl>\n");
        for (term, text) in terms {
            self.body += &format!("<div><dt>{}</dt><dd>{}</dd></div>\n", escape(term), escape(text));
        }
        self.body.push_str("</dl>\n");
    }

    pub fn figure(&mut self, figure: &Figure) {
        self.figures += 1;
        let (n, name, caption) = (self.figures, escape(&figure.name), escape(&figure.caption));
        let picture = format!("<div class=\"plate\">{}</div>", inline_svg(figure, n));
        let caption = format!("<figcaption><b>Figure {n}.</b> {caption}</figcaption>");
        self.body += &format!("<figure id=\"fig-{name}\">{picture}\n{caption}</figure>\n");
    }

    pub fn finish(self) -> String {
        let mut contents = String::from("<nav aria-label=\"Contents\"><ol>\n");
        for (id, heading) in &self.sections {
            contents += &format!("<li><a href=\"#{id}\">{}</a></li>\n", escape(heading));
        }
        contents.push_str("</ol></nav>\n");
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n\
             <body>\n<main>\n{}</main>\n</body>\n</html>\n",
            escape(&self.title),
            self.body.replacen(CONTENTS, &contents, 1)
        )
    }
}

/// Stands for the list of sections until they are known.
const CONTENTS: &str = "<!--contents-->";

/// The drawing as part of the page; its ids get a prefix, since ids hold for the whole page.
fn inline_svg(figure: &Figure, n: usize) -> String {
    let svg = &figure.svg;
    let svg = svg.get(svg.find("<svg").unwrap_or(0)..).unwrap_or_default();
    let named = format!("<svg role=\"img\" aria-label=\"Figure {n}, described below\"");
    svg.replacen("<svg", &named, 1)
        .replace(" id=\"", &format!(" id=\"{}-", escape(&figure.name)))
        .replace("url(#", &format!("url(#{}-", escape(&figure.name)))
}
