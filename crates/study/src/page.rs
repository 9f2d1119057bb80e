//! The report of an experiment as one HTML page.

use crate::Card;
use crate::report::{Figure, Findings, Html, html::Page, tables};
use serde_json::Value;

/// Text of the report. Every sentence about the outcome is made of the record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Story {
    /// The answer in one or two sentences, set larger.
    pub answer: String,
    /// How the numbers of the answer were formed, what it does not say.
    pub small_print: Vec<String>,
    /// What was run: network, protocol, seeds; the heading is "What was run" whatever it says.
    pub what_was_run: Section,
    /// How the experiment works: the steps, for somebody who has never heard of it.
    pub steps: Vec<String>,
    /// Names of the figures that stand above the steps.
    pub step_figures: Vec<String>,
    /// Sections with their figures, in reading order.
    pub sections: Vec<Section>,
    /// Sections that follow the findings, e.g. a calibration.
    pub appendix: Vec<Section>,
    /// Where this differs from its source, and why.
    pub differences: Vec<String>,
    /// Terms of the report in plain words, at its end.
    pub glossary: Vec<(String, String)>,
}

/// Sentences of a report.
pub fn texts<const N: usize>(sentences: [&str; N]) -> Vec<String> {
    sentences.map(String::from).to_vec()
}

/// A section of the report.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Section {
    /// Heading.
    pub heading: String,
    /// Paragraphs, as text.
    pub text: Vec<String>,
    /// Terms, each with its text.
    pub terms: Vec<(String, String)>,
    /// Names of its figures.
    pub figures: Vec<String>,
    /// Tables or lists, below the figures.
    pub html: Html,
    /// Parts that are closed until asked for: (summary, content).
    pub details: Vec<(String, Html)>,
}

impl Section {
    /// A section of one paragraph and its figures.
    pub fn new(heading: &str, text: impl Into<String>, figures: &[&str]) -> Self {
        Self {
            heading: heading.into(),
            text: vec![text.into()],
            figures: figures.iter().map(|f| (*f).to_owned()).collect(),
            ..Self::default()
        }
    }

    fn show(&self, page: &mut Page, figures: &[Figure]) {
        let named = self.figures.iter().filter_map(|name| figures.iter().find(|f| f.name == *name));
        let named: Vec<&Figure> = named.collect();
        let has_tables = !(self.terms.is_empty() && self.html.is_empty() && self.details.is_empty());
        if named.is_empty() && !has_tables && self.text.iter().all(String::is_empty) {
            return;
        }
        page.section(&self.heading);
        self.text.iter().filter(|text| !text.is_empty()).for_each(|text| page.text(text));
        page.terms(&self.terms);
        named.into_iter().for_each(|figure| page.figure(figure));
        page.html(self.html.clone());
        self.details.iter().for_each(|(summary, html)| page.html(Html::details(summary, html.clone())));
    }
}

/// Writes the report: one HTML file that needs no other file. A figure that no section names is shown
/// before the findings; `gaps` are the places of the record where a number is none.
pub fn page(
    card: &Card,
    story: &Story,
    findings: &Findings,
    figures: &[Figure],
    provenance: &Value,
    gaps: &[String],
) -> String {
    let Findings { version, experiment, preset, .. } = findings;
    let kind = format!("lobule {version} · experiment {experiment} · preset {preset}");
    let mut page = Page::new(&kind, card.title);
    page.lead(&story.answer);
    story.small_print.iter().for_each(|text| page.text(text));
    findings.summary().iter().for_each(|summary| page.text(&format!("Findings: {summary}.")));
    if !gaps.is_empty() {
        let first = gaps.join(", ");
        page.text(&format!("Not all results are numbers: what they measure did not occur, or diverged. In the record the first are {first}."));
    }
    Section { heading: "What was run".into(), ..story.what_was_run.clone() }.show(&mut page, figures);
    if !story.steps.is_empty() {
        page.section("How the experiment works");
        figures.iter().filter(|f| story.step_figures.contains(&f.name)).for_each(|f| page.figure(f));
        page.list("ol", " class=\"steps\"", &story.steps);
    }
    story.sections.iter().for_each(|section| section.show(&mut page, figures));
    let of_sections = story.sections.iter().chain(&story.appendix).flat_map(|s| &s.figures);
    let placed: Vec<&String> = story.step_figures.iter().chain(of_sections).collect();
    let more: Vec<&Figure> = figures.iter().filter(|f| !placed.contains(&&f.name)).collect();
    if !more.is_empty() {
        page.section("More figures");
        more.into_iter().for_each(|f| page.figure(f));
    }
    tables::all_findings(&mut page, findings);
    tables::measured(&mut page, findings);
    story.appendix.iter().for_each(|section| section.show(&mut page, figures));
    if !story.differences.is_empty() {
        page.section("Where this differs from its source");
        page.list("ul", "", &story.differences);
    }
    tables::how_to_repeat(&mut page, card.name, findings.wall_s, provenance);
    if !story.glossary.is_empty() {
        page.section("Glossary");
        page.terms(&story.glossary);
    }
    page.finish()
}
