//! The experiment `sgdege/rules`: the plasticity that perturbation learning predicts for one
//! parallel-fiber synapse under four pairings, beside what was measured (Figures 3 and 6, Table 1).

use lobule_study::{prelude::*, report::drawing::*};
use lobule_theory::plasticity::{DIFFERENCES, Measured, Protocol, SIX_STIMULI, weight_change};

/// The experiment `sgdege/rules`.
#[derive(Debug, Clone, Copy)]
pub struct Rules;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    seeds: Vec<u64>,
    alpha_w: f64,
}

/// The weight after one pairing, for each protocol of the table in its order; the weight before was 1.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    weight_after: Vec<f64>,
    /// The same without the granule burst.
    without_granule: Vec<f64>,
}

grounds! {
    SIGNS = published "Bouvier et al. 2018, doi:10.7554/eLife.31599, Figure 3";
    RULE = law "Bouvier et al. 2018, doi:10.7554/eLife.31599, equation (9) with M = 0";
    SLICES = published "confidence intervals of Bouvier et al. 2018, doi:10.7554/eLife.31599, Table 1";
}

fn sign(change: f64) -> f64 {
    if change == 0.0 { 0.0 } else { change.signum() }
}

impl Record {
    /// Each protocol with the sign of the change of its weight.
    fn signs(&self) -> impl Iterator<Item = (&'static Protocol, f64)> {
        Protocol::ALL.iter().zip(self.weight_after.iter().map(|after| sign(after - 1.0)))
    }
}

const CAPTION: &str = "A: sign of the weight change predicted by equation (9) for four pairings; the rule does not predict \
    amplitudes. B: measured response after pairing divided by that before, mean and 95 % CI, with the number of cells (Table 1). C: \
    differences between pairings, mean and 95 % CI. G: granule burst, P: perturbation spike, E: error spike. Predicted and measured \
    signs agree.";

fn color(sign: f64) -> &'static str {
    match sign {
        s if s > 0.0 => BLUE,
        s if s < 0.0 => VERMILLION,
        _ => BLACK,
    }
}

fn pairings() -> Axis {
    let names = Protocol::ALL.iter().enumerate().map(|(k, p)| Tick::new(k as f64, p.name));
    Axis::exact("pairing", -0.6, 3.6).named(names.collect())
}

fn unchanged(at: f64) -> Level {
    Level::across(at).pen(Stroke::guide().dash(Dash::Dashed))
}

/// A dot at the second point at the end of, or on, a bar between the two others.
fn bar(panel: &mut Panel, from: (f64, f64), dot: (f64, f64), to: (f64, f64), color: &str) {
    panel.line([from, to], Stroke::new(color, 2.0));
    panel.marks.push(Mark::dots([dot], 4.5, color));
}

fn signs(record: &Record) -> Panel {
    let named = [(-1.0, "−"), (0.0, "0"), (1.0, "+")].map(|(at, text)| Tick::new(at, text));
    let y = Axis::exact("sign of Δw (model)", -1.5, 1.5).named(named.into());
    let mut panel = Panel::new("Rule (9)", pairings(), y);
    panel.levels.push(unchanged(0.0));
    for (k, (_, sign)) in record.signs().enumerate() {
        bar(&mut panel, (k as f64, 0.0), (k as f64, sign), (k as f64, sign), color(sign));
    }
    panel
}

fn ratios(record: &Record) -> Panel {
    let y = Axis::exact("response, after / before", 0.0, 2.0).step(0.5);
    let mut panel = Panel::new("Slices, Table 1", pairings(), y);
    panel.levels.push(unchanged(1.0));
    for (k, (protocol, sign)) in record.signs().enumerate() {
        let (x, m) = (k as f64, &protocol.measured);
        bar(&mut panel, (x, m.interval.0), (x, m.mean), (x, m.interval.1), color(sign));
        panel.note((x, 0.1), m.n.map(|n| format!("n {n}")).unwrap_or_default(), Anchor::Middle, FAINT);
    }
    panel
}

fn differences() -> Panel {
    // Two pairings under each other: five such names do not fit side by side.
    let named = DIFFERENCES
        .iter()
        .enumerate()
        .map(|(k, (one, other, _))| Tick { under: format!("− {other}"), ..Tick::new(-(k as f64), *one) });
    let y = Axis::exact("", -4.6, 0.6).named(named.collect());
    let x = Axis::exact("difference of after / before", -1.0, 1.0).step(0.5);
    let mut panel = Panel::new("Differences", x, y);
    panel.levels.push(Level { is_vertical: true, ..unchanged(0.0) });
    for (k, (_, _, d)) in DIFFERENCES.iter().enumerate() {
        let y = -(k as f64);
        let color = color(f64::from(d.sign(0.0)));
        bar(&mut panel, (d.interval.0, y), (d.mean, y), (d.interval.1, y), color);
    }
    panel
}

impl Study for Rules {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &Card {
        name: "sgdege/rules",
        title: "Four plasticity rules: predicted signs, measured changes",
        line: "Do synapses in slices change as perturbation learning predicts under four pairings? (Fig. 3, Table 1)",
        source: super::PAPER,
        sources: &[
            "Rule and measurements: Bouvier et al. 2018, doi:10.7554/eLife.31599, equation (9), Table 1",
        ],
        defaults: include_str!("rules.toml"),
        presets: &[
            Preset::new("default", "one synapse, four pairings", ""),
            Preset::new("quick", "the same on one seed", "seeds = [0]\n"),
            Preset::new("full", "the same as default", ""),
        ],
        unit: "pairings",
        grounds: GROUNDS,
        ..Card::BLANK
    };

    fn check(&self, _: &Config) -> Result<(), Error> {
        Ok(())
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let pairings = Protocol::ALL.len() as u64;
        run.progress.expect(pairings);
        let after = |input| {
            let change =
                |p: &Protocol| weight_change(config.alpha_w, p.is_perturbed, p.is_error_spike, input);
            Protocol::ALL.iter().map(|p| 1.0 + change(p)).collect()
        };
        run.once("pairings", |at| {
            at.done(pairings)?;
            Ok(Record { weight_after: after(1.0), without_granule: after(0.0) })
        })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        let each_seed = |v: f64| vec![v; config.seeds.len()];
        let signs = record.signs().zip([1.0, -1.0, 0.0, 0.0]).map(|((protocol, sign), expected)| {
            let meaning = "Sign of the weight change that rule (9) predicts for this pairing.";
            Finding::new(format!("sign/{}", protocol.name), meaning, each_seed(sign))
                .each(expected..=expected, &SIGNS)
        });
        let changed = record.without_granule.iter().filter(|w| **w != 1.0).count() as f64;
        let meaning = "Number of pairings that change the weight of a silent fiber.";
        let changes = Finding::new("changes_without_granule_burst", meaning, each_seed(changed));
        let agree =
            record.signs().filter(|(p, sign)| f64::from(p.measured.sign(1.0)) == *sign).count() as f64;
        let meaning = "Number of pairings for which the measured 95 % CI of the weight ratio (after/before) has the sign the rule predicts, \
                       or includes 1 where it predicts no change.";
        let agreeing = Finding::new("measured_signs_that_agree", meaning, each_seed(agree));
        signs
            .chain([changes.each(0.0..=0.0, &RULE), agreeing.unit("of 4").each(4.0..=4.0, &SLICES)])
            .collect()
    }

    fn figures(&self, _: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        let mut plate = Plate::new("rules", 3, 200.0);
        plate.left = (58.0, 62.0);
        plate.legend = vec![
            Key::dot("potentiation", BLUE),
            Key::dot("depression", VERMILLION),
            Key::dot("no change", BLACK),
        ];
        plate.panels = vec![signs(record), ratios(record), differences()];
        Ok(vec![plate.figure(CAPTION)?])
    }

    fn story(&self, _: &Config, record: &Record) -> Story {
        let word = |sign: f64| ["depression", "no change", "potentiation"][(sign + 1.0) as usize];
        let signs: Vec<String> =
            record.signs().map(|(p, sign)| format!("{} {}", p.name, word(sign))).collect();
        let mut text = Section::new(
            "Predicted signs and measured changes",
            "A perturbation spike together with the granule burst potentiates the synapse. If an error spike follows, it depresses the \
             synapse instead. Without a perturbation spike nothing changes. The interval measured for every pairing agrees with the \
             predicted sign.",
            &["rules"],
        );
        text.html = table();
        Story {
            answer: format!("The rule predicts: {}.", signs.join(", ")),
            small_print: texts([
                "Only signs are predicted. The size of a change is a free parameter of the model, and nothing was fitted to the slices.",
            ]),
            steps: texts([
                "G: a burst of the granule cells, 5 stimuli at 200 Hz.",
                "P: a perturbation spike, 2 stimuli at 400 Hz to the climbing fiber 11 to 15 ms after the burst began (about 500 ms in G__).",
                "E: an error spike, 4 stimuli at 400 Hz after 100 to 115 ms.",
                "There were 300 pairings, one every 2 s. The result is the response afterwards divided by the response before.",
            ]),
            sections: vec![text],
            differences: texts([
                "Table 1 prints 0.01 for G__ − G_E, although its means are 0.97 and 0.98. The figure shows the printed value. Neither value \
                 differs from 0.",
            ]),
            ..Story::default()
        }
    }
}

/// Table 1.
fn table() -> Html {
    let mut table = Table::new(&["group", "mean", "95 % CI", "cells", "p"], &[1, 2, 3, 4]);
    let mut row = |name: &str, mean: f64, (low, high): (f64, f64), cells: String, p: String| {
        let interval = format!("{} to {}", fixed(low, 2), fixed(high, 2));
        table.row(vec![name.into(), fixed(mean, 2), interval, cells, p]);
    };
    for Protocol { name, measured: Measured { mean, interval, n, p }, .. } in &Protocol::ALL {
        row(name, *mean, *interval, n.map(|n| n.to_string()).unwrap_or_default(), p.to_string());
    }
    let (mean, _, interval) = SIX_STIMULI;
    row("six climbing-fiber stimuli with G", mean, interval, String::new(), String::new());
    for (one, other, d) in &DIFFERENCES {
        row(&format!("{one} − {other}"), d.mean, d.interval, String::new(), d.p.to_string());
    }
    table.html()
}
