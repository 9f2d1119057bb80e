//! Parts of every report: its findings, and how to repeat the run.

use super::finding::{Finding, Findings};
use super::html::Page;
use super::markup::{Html, Table};
use super::numbers::{capital, fixed, plain, short};
use serde_json::Value;

/// The section of the findings.
pub fn all_findings(page: &mut Page, findings: &Findings) {
    page.section("Findings");
    page.text(
        "Each number with its expected range, what the range rests on, and its source. A range is published, measured (by \
         the reference program, another simulator or an independent check), given by a law, or chosen by us before or \
         after a result was seen. A finding out of range is a result, not a failure of the run.",
    );
    page.html(table(findings, true));
    if !findings.findings.iter().all(Finding::is_judged) {
        page.text("Reported without an expected range:");
        page.html(table(findings, false));
    }
}

/// The section of what depends on the machine; none where nothing was measured.
pub fn measured(page: &mut Page, findings: &Findings) {
    if findings.measured.is_empty() {
        return;
    }
    page.section("Measured on this machine");
    page.text("These numbers differ from machine to machine and from run to run; they enter no fingerprint.");
    let mut table = Table::new(&["what", "value"], &[1]);
    for m in &findings.measured {
        table.row([Html::element("code", &m.name), format!("{} {}", short(m.value), m.unit).into()]);
    }
    page.html(table);
}

/// The section that says how to get the same bits again, with everything the run knows of itself.
pub fn how_to_repeat(page: &mut Page, experiment: &str, wall_s: f64, provenance: &Value) {
    page.section("How to repeat it");
    page.text(&format!(
        "The run folder holds its complete configuration. The same version of lobule with the same configuration \
         gives the same bits; the fingerprints below tell. This run took {}.",
        wall_time(wall_s)
    ));
    let commands = format!(
        "lobule run {experiment} --config <run-folder>/config.toml   # run it again\n\
         lobule report <run-folder>                           # draw figures and report again"
    );
    page.html(Html::element("pre", commands));
    let plain = |v: &Value| match v {
        Value::String(s) if !s.contains('\n') => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    };
    let entries: Vec<(&String, &Value)> = provenance.as_object().into_iter().flatten().collect();
    let terms = entries.iter().filter_map(|(k, v)| plain(v).map(|v| (k.replace('_', " "), v)));
    page.terms(&terms.collect::<Vec<_>>());
    // Lists of sentences, such as the sources of models and methods, and whole files, such as the configuration.
    for (key, value) in &entries {
        let heading = match key.as_str() {
            "config" => "Configuration".into(),
            key => capital(&key.replace('_', " ")),
        };
        match value {
            Value::Array(items) if !items.is_empty() && items.iter().all(|i| plain(i).is_some()) => {
                page.text(&format!("{heading}:"));
                page.html(Html::list(items.iter().filter_map(plain).map(|i| Html::with_doi_links(&i))));
            }
            Value::String(text) if text.contains('\n') => {
                page.html(Html::details(&heading, Html::element("pre", text)));
            }
            _ => {}
        }
    }
    if let Some(hashes) = provenance.get("fingerprints").and_then(Value::as_object) {
        let mut table = Table::new(&["what", "fingerprint"], &[]);
        for (label, hash) in hashes {
            let hash = hash.as_str().unwrap_or_default();
            table.row([label.into(), Html::element("code", hash)]);
        }
        page.html(Html::details("Fingerprints", table));
    }
    let all = serde_json::to_string_pretty(provenance).unwrap_or_else(|e| e.to_string());
    page.html(Html::details("Full provenance", Html::element("pre", all)));
}

fn wall_time(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => "less than a second".into(),
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5400.0 => format!("{:.0} min ({s:.0} s)", s / 60.0),
        s => format!("{:.1} h ({s:.0} s)", s / 3600.0),
    }
}

/// Mean and spread; the digits are those that the spread leaves meaningful.
fn with_sd(value: f64, sd: Option<f64>) -> String {
    match sd.filter(|sd| sd.is_finite() && *sd > 0.0) {
        Some(sd) => {
            let digits = (-libm::log10(sd)).ceil().clamp(1.0, 6.0) as usize;
            format!("{} ± {}", fixed(value, digits), fixed(sd, digits))
        }
        None => short(value),
    }
}

fn unit(finding: &Finding) -> String {
    if finding.unit == "1" { String::new() } else { format!(" {}", finding.unit) }
}

fn source(finding: &Finding) -> Html {
    match finding.source.as_str() {
        "" => Html::default(),
        text => Html::element("small", Html::from("Source: ").and(Html::with_doi_links(text))),
    }
}

fn expected(finding: &Finding) -> String {
    match finding.expected {
        [Some(low), Some(high)] => format!("{} to {}", plain(low), plain(high)),
        [Some(low), None] => format!("≥ {}", plain(low)),
        [None, Some(high)] => format!("≤ {}", plain(high)),
        [None, None] => "no range stated".into(),
    }
}

/// The findings that are judged, with range, source and verdict in a word; or those that are not.
fn table(findings: &Findings, judged: bool) -> Html {
    let columns = ["finding", "value", "by seed", "expected", "rests on", "verdict"];
    let mut table = Table::new(&columns[..if judged { 6 } else { 3 }], &[1]);
    for f in findings.findings.iter().filter(|f| f.is_judged() == judged) {
        let by_seed: Vec<String> = f.by_seed.iter().map(|v| short(*v)).collect();
        let name = Html::element("code", &f.name).and(Html::element("small", &f.meaning)).and(source(f));
        let value = format!("{}{}", with_sd(f.value, f.sd), unit(f));
        let mut row = vec![name, value.into(), by_seed.join(", ").into()];
        if judged {
            let range = Html::from(format!("{}{}", expected(f), unit(f)));
            row.push(range.and(Html::element("small", f.judge.words())));
            row.push(f.basis.words().into());
            row.push(match f.pass {
                true => Html::element("span class=\"badge pass\"", "✓ pass"),
                false => Html::element("span class=\"badge miss\"", "✗ out of range"),
            });
        }
        table.row(row);
    }
    table.html()
}
