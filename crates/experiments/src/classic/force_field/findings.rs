//! The findings of the experiment.

use super::config::Config;
use super::measures::{Measures, common_decays, measures};
use super::record::{CONTROLLERS, Learner, Record, SwitchingController};
use lobule_study::prelude::*;

grounds! {
    NO_LEARNING = law "a learning rate of 0 keeps all weights at 0, so nothing is compensated; 0.05 for noise ours";
    EIGHT_DIRECTIONS = chosen_after "0.7 to 0.9 after 150 to 200 trials as commonly quoted of Smith, Ghazizadeh & Shadmehr 2006, \
        doi:10.1371/journal.pbio.0040179, for one direction; not confirmed in its text; no commit precedes the first run";
    DECAY = chosen_after "direction: Shadmehr & Mussa-Ivaldi 1994, doi:10.1523/JNEUROSCI.14-05-03208.1994 (paths return to those without \
        field); margin of a tenth ours, so that noise alone does not pass; no commit precedes the first run";
    MIRROR = chosen_after "direction: Shadmehr & Mussa-Ivaldi 1994, doi:10.1523/JNEUROSCI.14-05-03208.1994 (after-effects mirror the first \
        errors); margin of a tenth ours, so that noise alone does not pass; no commit precedes the first run";
    FASTER = chosen_after "direction: Davidson & Wolpert 2004, doi:10.1007/s00221-003-1752-6, as commonly quoted (de-adaptation is at \
        least as fast as adaptation); bound ours: 1 is equal speed; no commit precedes the first run";
    ONE_DIRECTION = chosen_after "0.7 to 0.9 after 150 to 200 trials as commonly quoted of Smith, Ghazizadeh & Shadmehr 2006, \
        doi:10.1371/journal.pbio.0040179; not confirmed in its text; this session was added after eight directions had missed the range";
    LOCAL = chosen_after "direction: learning falls off away from trained directions (Gandolfo, Mussa-Ivaldi & Bizzi 1996, \
        doi:10.1073/pnas.93.9.3843, as reported by Mattar & Ostry 2007; Donchin, Francis & Shadmehr 2003, \
        doi:10.1523/JNEUROSCI.23-27-09032.2003); margin of a tenth from 45 deg on ours, so that noise alone does not pass; no commit \
        precedes the first run";
    TURNS = chosen_after "direction: modules chosen by a cue keep several dynamics (Wolpert & Kawato 1998, \
        doi:10.1016/S0893-6080(98)00066-5; Haruno, Wolpert & Kawato 2001, doi:10.1162/089976601750541778; abstracts); bound ours: 1 is one \
        module alone; no commit precedes the first run";
}
const FITTED: Source = Source::reported(
    "fitted to 0.23, the rates of the two states of Smith et al. 2006 together (as commonly quoted)",
);

/// Measures of all sessions of a learner, by seed.
pub fn of(config: &Config, record: &Record, learner: Learner) -> Vec<Measures> {
    let sessions = record.sessions.iter().filter(|s| s.learner == learner);
    sessions.map(|s| measures(config, s)).collect()
}

/// Baseline, adaptation and washout with eight directions; ranges are of the main learner.
pub fn sessions(config: &Config, record: &Record, learner: Learner, key: &str, found: &mut Vec<Finding>) {
    let measured = of(config, record, learner);
    let is_main = learner == Learner::Shifted;
    let new = |name: &str, meaning: &str, value: fn(&Measures) -> f64| {
        Finding::new(format!("{key}/{name}"), meaning, measured.iter().map(value).collect())
    };
    let meaning = "Fraction of the field's force that error clamps in the last third of adaptation found compensated, minus that of the \
                   baseline.";
    let compensated = new("compensated", meaning, |m| m.compensated);
    found.push(match learner {
        Learner::None => compensated.mean(-0.05..=0.05, &NO_LEARNING),
        Learner::Shifted => compensated.mean(0.7..=0.9, &EIGHT_DIRECTIONS),
        _ => compensated,
    });
    let meaning =
        "Largest distance from the straight line in the first trials with the field, one for each direction.";
    found.push(new("initial_deviation", meaning, |m| 100.0 * m.initial_m).unit("cm"));
    let meaning =
        "Deviation in the last third of adaptation relative to that in the first trials with the field.";
    let late = new("late_over_initial", meaning, |m| m.late_m / m.initial_m);
    found.push(if is_main { late.mean(..=0.9, &DECAY) } else { late });
    let meaning = "Opposite deviation in late catch trials relative to that in the first trials with the field; 1 is a mirror image.";
    let after_effect = new("after_effect", meaning, |m| -m.catch_m / m.initial_m);
    found.push(if is_main { after_effect.mean(0.1.., &MIRROR) } else { after_effect });
    if learner == Learner::None {
        return;
    }
    let meaning = "Time constant of an exponential fitted to the deviations with the field.";
    found.push(new("learning_trials", meaning, |m| m.learning_trials).unit("trials"));
    let meaning = "Time constant of an exponential fitted to the deviations after the field.";
    found.push(new("washout_trials", meaning, |m| m.washout_trials).unit("trials"));
    if is_main {
        let [learning, washout] = common_decays(config, record, learner);
        let meaning = "Time constant of washout relative to that of learning, both of the mean learning curve over seeds.";
        let name = format!("{key}/washout_over_learning");
        found.push(Finding::new(name, meaning, vec![washout / learning]).mean(..=1.0, &FASTER));
    }
}

/// Training in one direction.
pub fn one_direction(config: &Config, record: &Record, found: &mut Vec<Finding>) {
    let first = record.spreads.iter().map(|s| s.first).collect();
    let meaning = "Fraction of the force that is compensated after one trial in its direction; the learning rate is fitted to it.";
    found.push(Finding::new("first_trial", meaning, first).beside(&FITTED));
    let by_seed = record.spreads.iter().map(|s| s.compensated[0]).collect();
    let meaning =
        "Fraction of the field's force that is compensated after training in one direction without probes.";
    let compensated = Finding::new("one_direction/compensated", meaning, by_seed);
    found.push(compensated.mean(0.7..=0.9, &ONE_DIRECTION));
    for (k, angle) in config.generalization.angles_deg.iter().enumerate().skip(1) {
        let by_seed = record.spreads.iter().map(|s| s.compensated[k] / s.compensated[0]).collect();
        let meaning =
            "Compensation at this angle to the trained direction relative to that in it; mean of both sides.";
        let elsewhere = Finding::new(format!("generalization/{angle}deg"), meaning, by_seed);
        found.push(if *angle >= 45 { elsewhere.mean(..=0.9, &LOCAL) } else { elsewhere });
    }
}

/// Fields that take turns.
pub fn switching(record: &Record, found: &mut Vec<Finding>) {
    let runs = |controller| record.turns.iter().filter(move |t| t.controller == controller);
    let late = |controller, is_first: bool| runs(controller).map(move |t| t.late_m(is_first));
    for (controller, key, ..) in CONTROLLERS {
        let new = |what: &str, meaning: &str, by_seed: Vec<f64>| {
            Finding::new(format!("switching/{key}/{what}"), meaning, by_seed)
        };
        let cm = |is_first| late(controller, is_first).map(|d| 100.0 * d).collect();
        let meaning = "Mean size of deviations in the first trial after a change of field, last third.";
        found.push(new("first", meaning, cm(true)).unit("cm"));
        let meaning = "Mean size of deviations in the other trials of the last third.";
        found.push(new("others", meaning, cm(false)).unit("cm"));
        if controller != SwitchingController::OneModule {
            let meaning = "Share of movement time in the last third in which the module of the field had the larger responsibility, under \
                           the better pairing.";
            found.push(new("accuracy", meaning, runs(controller).map(|t| t.accuracy).collect()));
        }
    }
    let one_module = late(SwitchingController::OneModule, true);
    let by_seed =
        late(SwitchingController::Cued, true).zip(one_module).map(|(cued, one)| cued / one).collect();
    let meaning = "Deviation after a change of field, of MOSAIC with a cue relative to one module.";
    found.push(Finding::new("switching/cue_over_one_module", meaning, by_seed).mean(..=1.0, &TURNS));
}
