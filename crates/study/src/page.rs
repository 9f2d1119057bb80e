//! The report of an experiment as one HTML page.

use crate::card::Card;
use crate::report::html::Page;
use crate::report::svg::escape;
use crate::report::{Figure, Findings, tables};
use serde_json::Value;

/// What the report says in words. Every sentence about the outcome is made of the record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Story {
    /// The answer in one or two sentences, set larger.
    pub answer: String,
    /// How the numbers of the answer were formed, what it does not say.
    pub small_print: Vec<String>,
    /// How the experiment works: the steps, for somebody who has never heard of it.
    pub steps: Vec<String>,
    /// Sections with their figures, in reading order.
    pub sections: Vec<Section>,
    /// Where this differs from its source, and why.
    pub differences: Vec<String>,
}

/// A section of the report.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Section {
    /// Heading.
    pub heading: String,
    /// Paragraphs, as text.
    pub text: Vec<String>,
    /// Names of its figures.
    pub figures: Vec<String>,
    /// Tables or lists as HTML, below the figures.
    pub html: String,
}

impl Section {
    /// A section of one paragraph and its figures.
    pub fn new(heading: &str, text: impl Into<String>, figures: &[&str]) -> Self {
        Self {
            heading: heading.into(),
            text: vec![text.into()],
            figures: figures.iter().map(|f| (*f).to_owned()).collect(),
            html: String::new(),
        }
    }
}

/// Writes the report: one HTML file that needs no other file. A figure that no section names is shown
/// before the findings.
pub fn page(
    card: &Card,
    story: &Story,
    findings: &Findings,
    figures: &[Figure],
    provenance: &Value,
) -> String {
    let kind = format!(
        "lobule {} · experiment {} · preset {}",
        findings.version, findings.experiment, findings.preset
    );
    let mut page = Page::new(&kind, card.title);
    page.lead(&story.answer);
    story.small_print.iter().for_each(|text| page.text(text));
    tables::count_of_passed(&mut page, findings);
    if !story.steps.is_empty() {
        page.section("How the experiment works");
        page.html("<ol class=\"steps\">\n");
        for line in &story.steps {
            page.html(&format!("<li>{}</li>\n", escape(line)));
        }
        page.html("</ol>\n");
    }
    for section in &story.sections {
        page.section(&section.heading);
        section.text.iter().for_each(|text| page.text(text));
        for name in &section.figures {
            figures.iter().filter(|f| f.name == *name).for_each(|f| page.figure(f));
        }
        page.html(&section.html);
    }
    let told = |f: &&Figure| story.sections.iter().any(|s| s.figures.contains(&f.name));
    if figures.iter().any(|f| !told(&f)) {
        page.section("More figures");
        figures.iter().filter(|f| !told(f)).for_each(|f| page.figure(f));
    }
    tables::all_findings(&mut page, findings);
    tables::measured(&mut page, findings);
    if !story.differences.is_empty() {
        page.section("Where this differs from its source");
        page.html("<ul>\n");
        for line in &story.differences {
            page.html(&format!("<li>{}</li>\n", escape(line)));
        }
        page.html("</ul>\n");
    }
    tables::how_to_repeat(&mut page, card.name, findings.wall_s, provenance);
    page.finish()
}
