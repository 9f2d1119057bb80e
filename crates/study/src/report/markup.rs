//! Markup of a page. Text becomes markup by being escaped and in no other way; elements are constants of the code.

use super::svg::escape;

/// Markup of a page. Whatever text is made `into` it, from a record, a configuration or a file of a user, is shown as it is
/// written.
///
/// # Example
/// ```
/// use lobule_study::report::Html;
/// let cell = Html::element("code", "a<b").and(" & more");
/// assert_eq!(cell.as_str(), "<code>a&lt;b</code> &amp; more");
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Html(String);

impl Html {
    /// An element around its content; `open` is its name, with attributes where it has some: `span class="badge"`.
    pub fn element(open: &'static str, content: impl Into<Html>) -> Self {
        let name = open.split_once(' ').map_or(open, |(name, _)| name);
        Self(format!("<{open}>{}</{name}>", content.into().0))
    }

    /// A list of items.
    pub fn list<T: Into<Html>>(items: impl IntoIterator<Item = T>) -> Self {
        let item = |list: Html, item: T| list.and(Self::element("li", item)).and(Self::line_end());
        Self::element("ul", items.into_iter().fold(Self::line_end(), item)).and(Self::line_end())
    }

    /// A part that is closed until asked for.
    pub fn details(summary: &str, content: impl Into<Html>) -> Self {
        let content = Self::element("summary", summary).and(Self::line_end()).and(content);
        Self::element("details", content).and(Self::line_end())
    }

    /// Text in which each DOI (`doi:10.…`) is a link.
    pub fn with_doi_links(text: &str) -> Self {
        let mut out = Self::default();
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
            out = out.and(&rest[..at]).and(Self::doi(doi));
            rest = &rest[at + 4 + doi.len()..];
        }
        out.and(rest)
    }

    fn doi(doi: &str) -> Self {
        let doi = escape(doi);
        Self(format!("<a href=\"https://doi.org/{doi}\">doi:{doi}</a>"))
    }

    fn line_end() -> Self {
        Self("\n".into())
    }

    /// This, followed by more.
    #[must_use]
    pub fn and(mut self, more: impl Into<Html>) -> Self {
        self.0 += &more.into().0;
        self
    }

    /// True if there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text of the file.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Html {
    fn from(text: &str) -> Self {
        Self(escape(text))
    }
}

impl From<&String> for Html {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<String> for Html {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<Table> for Html {
    fn from(table: Table) -> Self {
        table.html()
    }
}

/// A table; text in its cells is escaped.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    columns: Vec<String>,
    /// Cells row by row; the first cell is the heading of its row.
    rows: Vec<Vec<Html>>,
    /// Columns whose cells are numbers, aligned at the right.
    numeric: Vec<usize>,
}

impl Table {
    /// An empty table; the columns `numeric` hold numbers.
    pub fn new(columns: &[&str], numeric: &[usize]) -> Self {
        let columns = columns.iter().map(|c| (*c).to_owned()).collect();
        Self { columns, rows: Vec::new(), numeric: numeric.to_vec() }
    }

    /// Adds a row; its first cell is its heading.
    pub fn row<T: Into<Html>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True if there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table as markup; it scrolls by itself where the screen is narrow.
    pub fn html(&self) -> Html {
        let class = |k: usize| if self.numeric.contains(&k) { " class=\"n\"" } else { "" };
        let mut out = String::from("<div class=\"wide\"><table><thead><tr>");
        for (k, column) in self.columns.iter().enumerate() {
            out += &format!("<th scope=\"col\"{}>{}</th>", class(k), escape(column));
        }
        out.push_str("</tr></thead><tbody>\n");
        for row in &self.rows {
            out.push_str("<tr>");
            for (k, Html(cell)) in row.iter().enumerate() {
                out += &match k {
                    0 => format!("<th scope=\"row\"{}>{cell}</th>", class(k)),
                    _ => format!("<td{}>{cell}</td>", class(k)),
                };
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody></table></div>\n");
        Html(out)
    }
}

#[cfg(test)]
mod tests {
    use super::{Html, Table};

    #[test]
    fn a_doi_is_a_link_to_its_end_with_the_parentheses_that_belong_to_it() {
        let link = |doi: &str| format!("<a href=\"https://doi.org/{doi}\">doi:{doi}</a>");
        let linked = |text| Html::with_doi_links(text).as_str().to_owned();
        for (text, doi, after) in [
            ("doi:10.1016/S0893-6080(09)80004-X; next", "10.1016/S0893-6080(09)80004-X", "; next"),
            ("doi:10.7554/eLife.31599) and more", "10.7554/eLife.31599", ") and more"),
            ("doi:10.1007/BF00364149.", "10.1007/BF00364149", "."),
        ] {
            assert_eq!(linked(text), format!("{}{after}", link(doi)));
        }
        assert_eq!(linked("(doi:10.1/a(b)) c"), format!("({}) c", link("10.1/a(b)")));
    }

    #[test]
    fn text_of_every_way_into_markup_is_escaped() {
        let hostile = "\"'><script>&";
        let text = "&quot;&#39;&gt;&lt;script&gt;&amp;";
        let mut table = Table::new(&[hostile], &[]);
        table.row([hostile]);
        let ways = [
            Html::from(hostile),
            Html::from(hostile.to_owned()),
            Html::from(&hostile.to_owned()),
            Html::element("code", hostile),
            Html::list([hostile]),
            Html::details(hostile, hostile),
            Html::with_doi_links(hostile),
            Html::with_doi_links(&format!("doi:10.1/{hostile}")),
            Html::default().and(hostile),
            table.into(),
        ];
        for way in ways {
            assert!(way.as_str().contains(text), "{}", way.as_str());
            assert!(!way.as_str().contains("<script"), "{}", way.as_str());
        }
    }
}
