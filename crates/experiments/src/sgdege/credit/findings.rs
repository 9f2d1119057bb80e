//! What the comparison says. Ranges are arguments from the rules, not measured values: there is no published number.

use super::{Config, Record, RuleName};
use lobule_study::report::{Finding, Judge};
use lobule_theory::bicycle::Solution;

pub(super) fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let mut found = Vec::new();
    for (rule, columns, patterns) in record.settings() {
        let left = record.curves(rule, columns, patterns).map(|c| c.error_last / c.error_start).collect();
        let (expected, source) = expected(config, rule, columns, patterns);
        found.push(Finding::seven(
            format!("left/{}/{columns}x{patterns}", rule.name()),
            "Error at the end over the error before learning; named by rule, cells and patterns; every seed counts.",
            left,
            "1",
            expected,
            Judge::Each,
            source,
        ));
    }
    for (rule, columns, patterns) in record.settings() {
        // Where a seed never gets there, there is no number: the table of the report says so.
        let half = record.curves(rule, columns, patterns).map(|c| c.half.map(|h| h as f64));
        let Some(half) = half.collect::<Option<Vec<_>>>() else { continue };
        found.push(Finding::seven(
            format!("half/{}/{columns}x{patterns}", rule.name()),
            "Presentations of each pattern until the error is half of that before learning; named by rule, cells and patterns.",
            half,
            "presentations",
            [None, None],
            Judge::Mean,
            "measured here",
        ));
    }
    for solution in Solution::ALL {
        let (expected, why) = match solution {
            Solution::Separate => {
                ([Some(0.8), None], "nobody who moves the steering muscles hears of a fall")
            }
            _ => (
                [None, Some(0.25)],
                "Bouvier et al. 2018, doi:10.7554/eLife.31599, Discussion: a proposed solution; a quarter of the error left is learned",
            ),
        };
        found.push(Finding::seven(
            format!("bicycle/{}", solution.name()),
            "Error of steering at the end over that of the first ride; every seed counts.",
            record.rides(solution).map(|r| r.balance_last / r.balance_start).collect(),
            "1",
            expected,
            Judge::Each,
            why,
        ));
        found.push(Finding::seven(
            format!("bicycle_hand/{}", solution.name()),
            "Error of the hand at the end, which the arm region hears in each case; every seed counts.",
            record.rides(solution).map(|r| r.limb_last).collect(),
            "Hz",
            [None, Some(5.0)],
            Judge::Each,
            "a third of the error before learning or less",
        ));
    }
    found
}

/// Range and reason of the error that is left.
fn expected(
    config: &Config,
    rule: RuleName,
    columns: usize,
    patterns: usize,
) -> ([Option<f64>; 2], &'static str) {
    let is_paper = columns == config.reference_columns && patterns == 2;
    match rule {
        RuleName::Sgdege | RuleName::SgdegeSlowInhibition if is_paper => (
            [Some(1.0 / 14.0), Some(1.0 / 9.0)],
            "Bouvier et al. 2018, doi:10.7554/eLife.31599, Figure 8A: 9 to 14 fold",
        ),
        RuleName::Sgdege => ([None, Some(0.5)], "learns at every size: half of the error or less is left"),
        RuleName::SgdegeSlowInhibition => ([None, None], "no expectation"),
        RuleName::MarrAlbusIto => ([Some(0.8), None], "one signed error corrects the mean, not the cells"),
        RuleName::NodePerturbation | RuleName::Reinforce => {
            ([None, Some(0.5)], "follows the gradient: half of the error or less is left")
        }
        RuleName::SignedErrorOracle => ([None, Some(0.1)], "every cell is told its error"),
    }
}
