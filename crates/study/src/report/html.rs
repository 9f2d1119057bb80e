//! A report page: one HTML file with everything in it, no script, nothing loaded
//! from elsewhere. Text is escaped here; what is called `html` is not.

use super::figure::Figure;
use super::svg::escape;

const STYLE: &str = include_str!("page.css");

/// A table; rows are HTML, headings are text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    columns: Vec<String>,
    /// Cells as HTML, row by row; the first cell is the heading of its row.
    pub rows: Vec<Vec<String>>,
    /// Columns whose cells are numbers, aligned at the right.
    numeric: Vec<usize>,
}

impl Table {
    /// An empty table.
    pub fn new(columns: &[&str], numeric: &[usize]) -> Self {
        let columns = columns.iter().map(|c| (*c).to_owned()).collect();
        Self { columns, rows: Vec::new(), numeric: numeric.to_vec() }
    }

    /// The table as HTML; it scrolls by itself where the screen is narrow.
    pub fn html(&self) -> String {
        let class = |k: usize| if self.numeric.contains(&k) { " class=\"n\"" } else { "" };
        let mut out = String::from("<div class=\"wide\"><table><thead><tr>");
        for (k, column) in self.columns.iter().enumerate() {
            out += &format!("<th scope=\"col\"{}>{}</th>", class(k), escape(column));
        }
        out.push_str("</tr></thead><tbody>\n");
        for row in &self.rows {
            out.push_str("<tr>");
            for (k, cell) in row.iter().enumerate() {
                out += &match k {
                    0 => format!("<th scope=\"row\"{}>{cell}</th>", class(k)),
                    _ => format!("<td{}>{cell}</td>", class(k)),
                };
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody></table></div>\n");
        out
    }
}

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
    pub fn list(&mut self, tag: &str, attributes: &str, lines: &[String]) {
        let items: String = lines.iter().map(|line| format!("<li>{}</li>\n", escape(line))).collect();
        self.body += &format!("<{tag}{attributes}>\n{items}</{tag}>\n");
    }

    pub fn html(&mut self, html: &str) {
        self.body.push_str(html);
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

    /// A part that is closed until asked for.
    pub fn details(&mut self, summary: &str, html: &str) {
        self.body += &format!("<details><summary>{}</summary>\n{html}</details>\n", escape(summary));
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
        .replace(" id=\"", &format!(" id=\"{}-", figure.name))
        .replace("url(#", &format!("url(#{}-", figure.name))
}

/// Text as HTML in which a DOI (`doi:10.…`) is a link.
pub fn with_doi_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("doi:10.") {
        // A parenthesis that opened within the DOI belongs to it.
        let mut open = 0;
        let ends_doi = |c: char| {
            open += i32::from(c == '(') - i32::from(c == ')');
            c.is_whitespace() || matches!(c, ',' | ';') || open < 0
        };
        let end = rest[at..].find(ends_doi).map_or(rest.len(), |e| at + e);
        // A full stop that ends the sentence is not part of the DOI.
        let doi = rest[at + 4..end].trim_end_matches('.');
        let (before, link) = (escape(&rest[..at]), escape(doi));
        out += &format!("{before}<a href=\"https://doi.org/{link}\">doi:{link}</a>");
        rest = &rest[at + 4 + doi.len()..];
    }
    out.push_str(&escape(rest));
    out
}

#[cfg(test)]
mod tests {
    use super::with_doi_links;

    #[test]
    fn a_doi_is_a_link_to_its_end_with_the_parentheses_that_belong_to_it() {
        let link = |doi: &str| format!("<a href=\"https://doi.org/{doi}\">doi:{doi}</a>");
        for (text, doi, after) in [
            ("doi:10.1016/S0893-6080(09)80004-X; next", "10.1016/S0893-6080(09)80004-X", "; next"),
            ("doi:10.7554/eLife.31599) and more", "10.7554/eLife.31599", ") and more"),
            ("doi:10.1007/BF00364149.", "10.1007/BF00364149", "."),
        ] {
            assert_eq!(with_doi_links(text), format!("{}{after}", link(doi)));
        }
        assert_eq!(with_doi_links("(doi:10.1/a(b)) c"), format!("({}) c", link("10.1/a(b)")));
    }
}
