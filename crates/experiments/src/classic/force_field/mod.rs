//! `classic/force_field`: reaching in a force field proportional to the velocity of the hand.
//!
//! ```text
//! Config ──Session (order of trials, probes)──▶ Reacher: ReachingArm + InverseDynamics beside JointLearning ──▶ Trial
//!                                                                                     Trials ──▶ findings, figures
//! ```

mod config;
mod figures;
mod findings;
mod measures;
mod reacher;
mod record;
mod session;
mod switching;

use crate::sweep::over_seeds;
use config::Config;
use findings::{GROUNDS, of};
use lobule_analysis::mean_of;
use lobule_control::Mosaic;
use lobule_study::prelude::*;
use measures::Measures;
use reacher::Reacher;
use record::{CONTROLLERS, LEARNERS, Learner, Record, SwitchingController};

/// The experiment `classic/force_field`.
#[derive(Debug, Clone, Copy)]
pub struct ForceField;

static CARD: Card = Card {
    name: "classic/force_field",
    title: "Reaching in a force field",
    line: "Can delayed feedback teach an arm to compensate a force field, and does the learning generalize?",
    source: "force-field adaptation (Shadmehr & Mussa-Ivaldi 1994), learned by feedback-error learning (Kawato 1987)",
    sources: &[
        "Task, arm, stiffness and viscosity: Shadmehr & Mussa-Ivaldi 1994, doi:10.1523/JNEUROSCI.14-05-03208.1994",
        "Curl field, tuned primitives: Thoroughman & Shadmehr 2000, doi:10.1038/35037588",
        "Error clamps: Scheidt et al. 2000, doi:10.1152/jn.2000.84.2.853; Smith, Ghazizadeh & Shadmehr 2006, doi:10.1371/journal.pbio.0040179",
        "Feedback-error learning: Kawato, Furukawa & Suzuki 1987, doi:10.1007/BF00364149",
        "Modules: Wolpert & Kawato 1998, doi:10.1016/S0893-6080(98)00066-5; Haruno, Wolpert & Kawato 2001, doi:10.1162/089976601750541778",
        "Counterfactual control: Herreros-Alonso, Arsiwalla & Verschure 2016, arXiv:1701.07775",
    ],
    defaults: include_str!("force_field.toml"),
    presets: &[
        Preset::new("default", "10 seeds, 480 trials, four learners", ""),
        Preset::new("quick", "a few seconds: two seeds, 280 trials", include_str!("force_field.quick.toml")),
    ],
    unit: "sessions",
    grounds: GROUNDS,
    ..Card::BLANK
};

impl Study for ForceField {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        // Counts come first, because parts multiply them; targets last, because a center that the arm refuses puts all of them out of reach.
        config.validate()?;
        Reacher::adapting(config, Learner::Shifted, 0)?;
        for (controller, ..) in CONTROLLERS {
            Mosaic::new(switching::parameters(config, controller), 2, 2, config.dt_s(), 0)?;
        }
        config.validate_targets()
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let items = over_seeds(&LEARNERS.map(|l| l.0), &config.seeds);
        let controllers = over_seeds(&CONTROLLERS.map(|c| c.0), &config.seeds);
        run.progress.expect((items.len() + config.seeds.len() + controllers.len()) as u64);
        Ok(Record {
            sessions: run.each_counted("sessions", &items, |&(learner, seed)| {
                let keeps = learner == Learner::Shifted && seed == config.seeds[0];
                session::session(config, learner, seed, keeps)
            })?,
            spreads: run
                .each_counted("spreads", &config.seeds, |&seed| session::one_direction(config, seed))?,
            turns: run.each_counted("turns", &controllers, |&(controller, seed)| {
                switching::run(config, controller, seed)
            })?,
        })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        let mut found = Vec::new();
        for (learner, key, _) in LEARNERS {
            findings::sessions(config, record, learner, key, &mut found);
        }
        findings::one_direction(config, record, &mut found);
        findings::switching(record, &mut found);
        found
    }

    fn check_record(&self, config: &Config, record: &Record) -> Result<(), String> {
        let p = &config.protocol;
        for session in &record.sessions {
            shape::long("sessions.trials", &session.trials, p.baseline + p.adaptation + p.washout)?;
        }
        for spread in &record.spreads {
            shape::long("spreads.compensated", &spread.compensated, config.generalization.angles_deg.len())?;
        }
        for turn in &record.turns {
            shape::long("turns.deviations_m", &turn.deviations_m, config.switching.trials)?;
            shape::long("turns.is_first", &turn.is_first, config.switching.trials)?;
        }
        Ok(())
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        Ok(vec![
            figures::paths(config, record)?,
            figures::trials(config, record)?,
            figures::generalization(config, record)?,
            figures::switching(config, record)?,
        ])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let measured = of(config, record, Learner::Shifted);
        let value = |of: fn(&Measures) -> f64| mean_of(measured.iter().map(of));
        let initial = value(|m| m.initial_m);
        let accuracy = |controller| {
            let runs = record.turns.iter().filter(|t| t.controller == controller);
            fixed(100.0 * mean_of(runs.map(|t| t.accuracy)), 0)
        };
        Story {
            answer: format!(
                "The field at first deflected the hand by {} cm. After {} trials the deflection was {} % of that, and the arm compensated {} % of the field. \
                 When the field was unexpectedly absent, the hand deviated in the opposite direction by {} % of the first deflection.",
                fixed(100.0 * initial, 1),
                config.protocol.adaptation,
                fixed(100.0 * value(|m| m.late_m) / initial, 0),
                fixed(100.0 * value(|m| m.compensated), 0),
                fixed(-100.0 * value(|m| m.catch_m) / initial, 0),
            ),
            small_print: vec![
                "Means over seeds. Late values are from the last third of adaptation; for error clamps, the baseline is subtracted. Deviations are the largest \
                 during the planned movement."
                    .into(),
            ],
            steps: texts([
                "A two-joint arm reaches from the center to targets on a circle. It knows its own dynamics; feedback corrects delayed errors.",
                "A robot pushes the hand at right angles to its velocity. Granule cells tuned to desired angles and velocities of the joints, and one Purkinje cell for \
                 each joint, learn the missing torque. The feedback command teaches them, with a shift in time.",
                "In some trials the field is absent (catch trials), or a channel keeps the hand on a straight line and measures its force (error clamps).",
            ]),
            sections: vec![
                Section::new("What do the movements look like?", "", &["paths"]),
                Section::new(
                    "How fast does the arm learn, and what?",
                    "An arm that became stiff instead of learning would show no after-effects and exert no force in error clamps.",
                    &["trials"],
                ),
                Section::new(
                    "Does learning generalize?",
                    "Learning is tied to the velocities at which it occurred; the width of the granule cells' tuning determines how far it spreads.",
                    &["generalization"],
                ),
                Section::new(
                    "What if two fields take turns?",
                    format!(
                        "A single module unlearns each field while it learns the other. With two modules, the module of the present field had the larger \
                         responsibility in {} % of movement time with a cue and {} % without. At chance (50 %), the modules have divided something other than \
                         the fields.",
                        accuracy(SwitchingController::Cued),
                        accuracy(SwitchingController::Uncued)
                    ),
                    &["switching"],
                ),
            ],
            differences: texts([
                "The stiffness of the arm acts with the full feedback delay, unlike that of muscles. First errors are therefore larger than those of people.",
                "One set of weights forgets at one rate; Smith et al. 2006 need a fast and a slow state.",
                "Weights change at the end of a trial.",
                "With fields that take turns, senses are not delayed and modules are linear: MOSAIC learns the whole dynamics of the arm from naive weights.",
            ]),
            ..Story::default()
        }
    }
}
