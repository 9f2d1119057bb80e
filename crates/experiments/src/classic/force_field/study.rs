//! The experiment `classic/force_field`.

use super::config::{Config, DEFAULTS, PRESETS};
use super::findings::{mean_over, of};
use super::reacher::Reacher;
use super::record::{Learner, Player, Record};
use super::{session, switching};
use lobule_analysis::mean;
use lobule_control::Mosaic;
use lobule_study::Error;
use lobule_study::report::numbers::fixed;
use lobule_study::report::{Figure, Finding};
use lobule_study::{Card, Run, Section, Story, Study};

/// The experiment `classic/force_field`.
#[derive(Debug, Clone, Copy)]
pub struct ForceField;

static CARD: Card = Card {
    name: "classic/force_field",
    title: "Reaching in a force field",
    line: "an arm in a curl field: adaptation, catch trials, error clamps, washout, generalization",
    source: "force-field adaptation (Shadmehr & Mussa-Ivaldi 1994), learned by a cerebellum in the manner of Kawato 1987",
    sources: &[
        "Task, arm, stiffness and viscosity: Shadmehr & Mussa-Ivaldi 1994, doi:10.1523/JNEUROSCI.14-05-03208.1994",
        "Curl field, tuned primitives: Thoroughman & Shadmehr 2000, doi:10.1038/35037588",
        "Error clamps: Scheidt et al. 2000, doi:10.1152/jn.2000.84.2.853; Smith, Ghazizadeh & Shadmehr 2006, doi:10.1371/journal.pbio.0040179",
        "Feedback-error learning: Kawato, Furukawa & Suzuki 1987, doi:10.1007/BF00364149",
        "Modules: Wolpert & Kawato 1998, doi:10.1016/S0893-6080(98)00066-5; Haruno, Wolpert & Kawato 2001, doi:10.1162/089976601750541778",
        "Counterfactual control: Herreros-Alonso, Arsiwalla & Verschure 2016, arXiv:1701.07775",
    ],
    defaults: DEFAULTS,
    presets: &PRESETS,
    unit: "sessions",
    ..Card::BLANK
};

impl Study for ForceField {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        // Counts come first, since parts multiply them; targets last, since what the arm refuses puts them out of reach.
        config.validate()?;
        Reacher::new(config, Learner::Shifted, 0)?;
        for player in Player::ALL {
            Mosaic::new(switching::parameters(config, player), 2, 2, config.dt_s(), 0)?;
        }
        config.validate_targets()
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let items: Vec<(Learner, u64)> =
            Learner::ALL.iter().flat_map(|&l| config.seeds.iter().map(move |&s| (l, s))).collect();
        let players: Vec<(Player, u64)> =
            Player::ALL.iter().flat_map(|&p| config.seeds.iter().map(move |&s| (p, s))).collect();
        run.progress.expect((items.len() + config.seeds.len() + players.len()) as u64);
        Ok(Record {
            sessions: run.each(&items, |&(learner, seed)| {
                let keeps = learner == Learner::Shifted && seed == config.seeds[0];
                let done = session::session(config, learner, seed, keeps)?;
                run.progress.done(1);
                Ok(done)
            })?,
            spreads: run.each(&config.seeds, |&seed| {
                let done = session::spread(config, seed)?;
                run.progress.done(1);
                Ok(done)
            })?,
            turns: run.each(&players, |&(player, seed)| {
                let done = switching::turns(config, player, seed)?;
                run.progress.done(1);
                Ok(done)
            })?,
        })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        super::findings::findings(config, record)
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        super::figures::figures(config, record)
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let measured = of(config, record, Learner::Shifted);
        let value = |f| mean_over(&measured, f);
        let initial = value(|m| m.initial_m);
        let leads = |player: Player| {
            mean(&record.turns.iter().filter(|t| t.player == player).map(|t| t.accuracy).collect::<Vec<_>>())
        };
        Story {
            answer: format!(
                "Pushed {} cm to the side at first, the hand deviates by {} % of that at the end of {} trials; the arm then compensates {} % of the \
                 field, and when the field is left out unannounced it deviates to the other side by {} % of the first error.",
                fixed(100.0 * initial, 1),
                fixed(100.0 * value(|m| m.late_m) / initial, 0),
                config.protocol.adaptation,
                fixed(100.0 * value(|m| m.compensated), 0),
                fixed(-100.0 * value(|m| m.catch_m) / initial, 0),
            ),
            small_print: vec![
                "Means over seeds; late values are of the last third of adaptation, less the baseline for error clamps. Deviations are the largest ones during \
                 the planned movement."
                    .into(),
            ],
            steps: [
                "A two-joint arm reaches from the center to targets on a circle. It knows its own dynamics; feedback corrects what is sensed late.",
                "A robot pushes the hand at right angles to its velocity. Granule cells tuned to wanted angles and velocities of the joints, and one Purkinje cell for \
                 each joint, learn the torque that is missing; the feedback command teaches them, with a shift in time.",
                "Now and then the field is left out (catch trials), or a channel keeps the hand on its line and measures what it presses against (error clamps).",
            ]
            .map(String::from)
            .to_vec(),
            sections: vec![
                Section::new("What do the movements look like?", "", &["paths"]),
                Section::new(
                    "How fast is it learned, and what is learned?",
                    "An arm that became stiff instead of learning would show no after-effects and press against no wall.",
                    &["trials"],
                ),
                Section::new(
                    "Does it hold elsewhere?",
                    "What is learned belongs to the velocities at which it was learned; how far it spreads is the width of the granule cells' fields.",
                    &["generalization"],
                ),
                Section::new(
                    "And when two fields take turns?",
                    format!(
                        "One module unlearns each field for the other. Of two modules, that of the field leads in {} % of the movements with a cue and {} % without; half is \
                         chance, and then the modules have divided something else among themselves than the fields.",
                        fixed(100.0 * leads(Player::Cued), 0),
                        fixed(100.0 * leads(Player::Uncued), 0)
                    ),
                    &["switching"],
                ),
            ],
            differences: [
                "The stiffness of the arm acts as late as all feedback; that of muscles does not. First errors are therefore larger than those of people.",
                "One set of weights forgets at one rate; Smith et al. 2006 need a fast and a slow state.",
                "Weights change at the end of a trial.",
                "Where fields take turns, senses are not late and modules are linear: MOSAIC learns the whole dynamics of the arm from nothing.",
            ]
            .map(String::from)
            .to_vec(), ..Story::default() }
    }
}
