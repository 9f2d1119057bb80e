//! The findings of the experiment.

use super::config::Config;
use super::measures::{Measures, common_decays, measures};
use super::record::{Learner, Player, Record, Session};
use lobule_analysis::mean;
use lobule_study::report::{Finding, Judge};

const SMITH: &str = "0.7 to 0.9 after 150 to 200 trials as commonly quoted of Smith, Ghazizadeh & Shadmehr 2006, doi:10.1371/journal.pbio.0040179; not confirmed in its text";
const MIRROR: &str = "direction: after-effects mirror the first errors, Shadmehr & Mussa-Ivaldi 1994, doi:10.1523/JNEUROSCI.14-05-03208.1994; \
     Chosen: by a tenth or more, so that noise alone does not pass";
const DECAY: &str = "direction: paths return to those without field, Shadmehr & Mussa-Ivaldi 1994, doi:10.1523/JNEUROSCI.14-05-03208.1994; \
     Chosen: by a tenth or more, so that noise alone does not pass";
const FASTER: &str = "direction only: de-adaptation is at least as fast as adaptation, as commonly quoted of Davidson & Wolpert 2004, doi:10.1007/s00221-003-1752-6";
const LOCAL: &str = "direction: learning falls off away from trained directions, Gandolfo, Mussa-Ivaldi & Bizzi 1996, doi:10.1073/pnas.93.9.3843, as told by Mattar & Ostry 2007; \
     Donchin, Francis & Shadmehr 2003, doi:10.1523/JNEUROSCI.23-27-09032.2003; Chosen: by a tenth or more from 45 deg on, so that noise alone does not pass";
const TURNS: &str = "direction only: modules chosen by a cue keep several dynamics, Wolpert & Kawato 1998, doi:10.1016/S0893-6080(98)00066-5; \
     Haruno, Wolpert & Kawato 2001, doi:10.1162/089976601750541778 (from the abstracts)";
const NOTHING: &str = "by construction: nothing is learned";
const REPORTED: &str = "reported; no published value was looked up";

/// Measures of all sessions of a learner, seed by seed.
pub fn of(config: &Config, record: &Record, learner: Learner) -> Vec<Measures> {
    let sessions = record.sessions.iter().filter(|s: &&Session| s.learner == learner);
    sessions.map(|s| measures(config, s)).collect()
}

/// All findings.
pub fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let mut all = Vec::new();
    for learner in Learner::ALL {
        let measured = of(config, record, learner);
        let main = learner == Learner::Shifted;
        let values = |f: fn(&Measures) -> f64| measured.iter().map(f).collect::<Vec<f64>>();
        let mut add = |name: &str, meaning: &str, by_seed: Vec<f64>, unit: &str, range, source: &str| {
            let name = format!("{}/{name}", learner.name());
            all.push(Finding::seven(name, meaning, by_seed, unit, range, Judge::Mean, source));
        };
        let only_main = |range: [Option<f64>; 2], source: &'static str| {
            if main { (range, source) } else { ([None, None], REPORTED) }
        };
        let (range, source) = match learner {
            Learner::None => ([Some(-0.05), Some(0.05)], NOTHING),
            _ => only_main([Some(0.7), Some(0.9)], SMITH),
        };
        add(
            "compensated",
            "Part of the field's force that error clamps find compensated in the last third of adaptation, less that of the baseline.",
            values(|m| m.compensated),
            "1",
            range,
            source,
        );
        add(
            "initial_deviation",
            "Largest distance from the straight line in the first trials with the field, one for each direction.",
            values(|m| 100.0 * m.initial_m),
            "cm",
            [None, None],
            REPORTED,
        );
        let (range, source) = only_main([None, Some(0.9)], DECAY);
        add(
            "late_over_initial",
            "Deviation in the last third of adaptation over that of the first trials.",
            values(|m| m.late_m / m.initial_m),
            "1",
            range,
            source,
        );
        let (range, source) = only_main([Some(0.1), None], MIRROR);
        add(
            "after_effect",
            "Deviation of late catch trials to the other side, over that of the first trials with the field; 1 is a mirror image.",
            values(|m| -m.catch_m / m.initial_m),
            "1",
            range,
            source,
        );
        if learner == Learner::None {
            continue;
        }
        let taus = "Trials in which the deviation falls to 1/e on its way to where it stays";
        add(
            "learning_trials",
            &format!("{taus}, with the field."),
            values(|m| m.learning_trials),
            "trials",
            [None, None],
            REPORTED,
        );
        add(
            "washout_trials",
            &format!("{taus}, when the field has gone."),
            values(|m| m.washout_trials),
            "trials",
            [None, None],
            REPORTED,
        );
        if main {
            let [learning, washout] = common_decays(config, record, learner);
            add(
                "washout_over_learning",
                "Time constant of washout over that of learning, both of the mean course of all seeds.",
                vec![washout / learning],
                "1",
                [None, Some(1.0)],
                FASTER,
            );
        }
    }
    let first: Vec<f64> = record.spreads.iter().map(|s| s.first).collect();
    all.push(Finding::seven(
        "first_trial",
        "Part of the force that is compensated after one trial in its direction; the learning rate is fitted to it.",
        first,
        "1",
        [None, None],
        Judge::Mean,
        "fitted to 0.23, the rates of the two states of Smith et al. 2006 together (as commonly quoted)",
    ));
    all.push(Finding::seven(
        "one_direction/compensated",
        "Part of the field's force that is compensated after training in one direction without probes.",
        record.spreads.iter().map(|s| s.compensated[0]).collect(),
        "1",
        [Some(0.7), Some(0.9)],
        Judge::Mean,
        SMITH,
    ));
    let elsewhere = |k: usize| -> Vec<f64> {
        record.spreads.iter().map(|s| s.compensated[k] / s.compensated[0]).collect()
    };
    for (k, angle) in config.generalization.angles_deg.iter().enumerate().skip(1) {
        all.push(Finding::seven(
            format!("generalization/{angle}deg"),
            "Compensation at this angle to the one trained direction, over that in it; mean of both sides.",
            elsewhere(k),
            "1",
            if *angle >= 45 { [None, Some(0.9)] } else { [None, None] },
            Judge::Mean,
            LOCAL,
        ));
    }
    turns(record, &mut all);
    all
}

/// Findings of the fields that take turns.
fn turns(record: &Record, all: &mut Vec<Finding>) {
    let late = |player: Player, is_first: bool| -> Vec<f64> {
        record.turns.iter().filter(|t| t.player == player).map(|t| t.late_m(is_first)).collect()
    };
    let mut add = |name: String, meaning: &str, by_seed: Vec<f64>, unit: &str, range, source: &str| {
        all.push(Finding::seven(name, meaning, by_seed, unit, range, Judge::Mean, source));
    };
    for player in Player::ALL {
        for (is_first, name, meaning) in [
            (
                true,
                "first",
                "Mean size of deviations in the first trial after a change of field, last third.",
            ),
            (false, "others", "Mean size of deviations in the other trials of the last third."),
        ] {
            let by_seed = late(player, is_first).iter().map(|d| 100.0 * d).collect();
            add(
                format!("switching/{}/{name}", player.name()),
                meaning,
                by_seed,
                "cm",
                [None, None],
                REPORTED,
            );
        }
        if player != Player::OneModule {
            add(
                format!("switching/{}/accuracy", player.name()),
                "Part of the movements of the last third in which the module of the field leads, under the better pairing.",
                record.turns.iter().filter(|t| t.player == player).map(|t| t.accuracy).collect(),
                "1",
                [None, None],
                REPORTED,
            );
        }
    }
    let over =
        late(Player::Cued, true).iter().zip(late(Player::OneModule, true)).map(|(c, o)| c / o).collect();
    add(
        "switching/cue_over_one_module".into(),
        "Deviation after a change of field, of MOSAIC with a cue over one module.",
        over,
        "1",
        [None, Some(1.0)],
        TURNS,
    );
}

/// Mean over seeds.
pub fn mean_over(measured: &[Measures], f: fn(&Measures) -> f64) -> f64 {
    mean(&measured.iter().map(f).collect::<Vec<_>>())
}
