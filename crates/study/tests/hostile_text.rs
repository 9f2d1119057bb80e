//! Text of a record, of a configuration and of the command line is shown in a report as text, wherever it stands.

use lobule_study::prelude::*;
use lobule_study::report::drawing::*;
use lobule_study::{Experiment, Quiet, Request, RunOptions, run};
use std::fs;

/// Leaves an attribute and an element, runs a script in three ways, ends a comment and a block of text, and has a control character.
const HOSTILE: &str = "\"'>--></svg></pre><script>alert(1)</script><img src=x onerror=alert(1)><a href=javascript:alert(1)>&amp;\u{1}";

#[derive(Serialize, Deserialize)]
struct Config {
    seeds: Vec<u64>,
    words: String,
}

/// Shows the words of its configuration in every place that a study can fill.
struct Everywhere;

static CARD: Card = Card {
    name: "test/everywhere",
    title: "Words",
    line: "words",
    source: "this file",
    defaults: "seeds = [0]\nwords = \"\"\n",
    presets: &[Preset::new("default", "one seed", "")],
    unit: "items",
    ..Card::BLANK
};

impl Study for Everywhere {
    type Config = Config;
    type Record = String;

    const CARD: &'static Card = &CARD;

    fn check(&self, _: &Config) -> Result<(), Error> {
        Ok(())
    }

    fn run(&self, config: &Config, run: &Run) -> Result<String, Error> {
        run.measured(config.words.clone(), 1.0, &config.words);
        Ok(config.words.clone())
    }

    fn findings(&self, _: &Config, words: &String) -> Vec<Finding> {
        vec![Finding::new(words, words, vec![1.0]).unit(words)]
    }

    fn figures(&self, _: &Config, words: &String) -> Result<Vec<Figure>, Error> {
        let named = |label: &str| Axis::exact(label, 0.0, 1.0).named(vec![Tick::new(0.5, words)]);
        let mut panel = Panel::new(words, named(words), named(words));
        panel.note((0.5, 0.5), words, Anchor::Middle, words);
        panel.line([(0.0, 0.0), (1.0, 1.0)], Stroke::new(words, 1.0));
        panel.marks.push(Mark::dots([(0.2, 0.2)], 2.0, words));
        panel.marks.push(Mark::Cells(vec![Cell::bar(0.5, 0.1, 0.3, words)]));
        panel.marks.push(Mark::Band {
            edges: vec![(0.0, 0.0, 1.0), (1.0, 0.0, 1.0)],
            color: words.clone(),
            opacity: 0.5,
        });
        let mut plate = Plate::new("chart", 1, 100.0);
        plate.line_key(words, Stroke::new(words, 1.0));
        plate.legend.push(Key::block(words, words));
        plate.legend.push(Key::dot(words, words));
        plate.legend.push(Key::scale(words, words, words));
        plate.panels.push(panel);
        let mut drawing = Drawing::new(100.0, 100.0);
        let pen = Stroke::new(words, 1.0);
        drawing.text((0.0, 0.0), words, Lettering::new(12.0, Anchor::Start).color(words));
        drawing.rect((0.0, 0.0), (1.0, 1.0), 0.0, words, &pen);
        drawing.disc((0.0, 0.0), 1.0, words, &pen);
        drawing.star((0.0, 0.0), 1.0, words);
        drawing.polygon(&[(0.0, 0.0), (1.0, 1.0), (1.0, 0.0)], words);
        drawing.arrow(&[(0.0, 0.0), (9.0, 9.0)], &pen);
        drawing.blocked(&[(0.0, 0.0), (9.0, 9.0)], &pen);
        Ok(vec![plate.figure(words)?, Figure::svg("drawing", words, drawing.finish())])
    }

    fn story(&self, _: &Config, words: &String) -> Story {
        let pair = || vec![(words.clone(), words.clone())];
        let mut table = Table::new(&[words], &[0]);
        table.row([words, words]);
        let section = Section {
            heading: words.clone(),
            text: vec![words.clone()],
            terms: pair(),
            figures: vec!["drawing".into()],
            html: Html::list([words]).and(Html::with_doi_links(&format!("doi:10.1/{words}"))),
            details: vec![(words.clone(), table.into())],
        };
        Story {
            answer: words.clone(),
            small_print: vec![words.clone()],
            what_was_run: section.clone(),
            steps: vec![words.clone()],
            step_figures: vec!["chart".into()],
            sections: vec![section.clone()],
            appendix: vec![section],
            differences: vec![words.clone()],
            glossary: pair(),
        }
    }
}

#[test]
fn hostile_text_is_shown_as_text() {
    let work = tempfile::tempdir().unwrap();
    let setting = format!("words={}", toml::Value::String(HOSTILE.into()));
    let config = Everywhere.resolve(&Request { settings: &[setting], ..Request::default() }).unwrap();
    assert_eq!(config.words, HOSTILE);
    let options = RunOptions {
        preset: HOSTILE.into(),
        jobs: 1,
        threads: 1,
        out: work.path().join("run"),
        resumes: false,
    };
    let (finished, _) = run(&Everywhere, &config, &options, &Quiet).unwrap();
    let again = Experiment::report(&Everywhere, &finished.folder).unwrap();
    assert_eq!(again.len(), 3);
    for (name, data) in again {
        assert_eq!(data, fs::read(finished.folder.join(&name)).unwrap(), "{name}");
        let text = String::from_utf8(data).unwrap();
        let shown = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;";
        assert!(text.contains(shown), "{name}");
        // No mark, and no end of an attribute, is that of the text.
        for mark in ["<script", "<img", "<a href=java", "\"'>", "--></svg>", "\u{1}"] {
            assert!(!text.contains(mark), "{name} has {mark:?}");
        }
    }
}

#[test]
fn a_page_allows_no_script_and_nothing_from_elsewhere() {
    let work = tempfile::tempdir().unwrap();
    let config = Everywhere.resolve(&Request::default()).unwrap();
    let out = work.path().join("run");
    let options = RunOptions { preset: "default".into(), jobs: 1, threads: 1, out, resumes: false };
    let (finished, _) = run(&Everywhere, &config, &options, &Quiet).unwrap();
    let page = fs::read_to_string(finished.folder.join("report.html")).unwrap();
    let policy = page.split("http-equiv=\"Content-Security-Policy\" content=\"").nth(1).unwrap();
    let policy = policy.split('"').next().unwrap();
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    assert!(!policy.contains("script-src") && !policy.contains("http"), "{policy}");
    // The policy holds for what follows it.
    let policy_at = page.find("Content-Security-Policy").unwrap();
    assert!(["<style", "<title", "<body"].iter().all(|tag| page.find(tag).unwrap() > policy_at));
}
