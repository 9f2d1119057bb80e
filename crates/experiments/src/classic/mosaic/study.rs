//! The experiment `classic/mosaic`.

use super::config::{Config, DEFAULTS, PRESETS};
use super::findings::{of, sharing};
use super::record::{Outcome, Player, Record};
use super::task;
use lobule_analysis::mean;
use lobule_control::Mosaic;
use lobule_control::plant::Linear;
use lobule_study::Error;
use lobule_study::report::numbers::fixed;
use lobule_study::report::{Figure, Finding};
use lobule_study::{Card, Run, Section, Story, Study};

/// The experiment `classic/mosaic`.
#[derive(Debug, Clone, Copy)]
pub struct MosaicStudy;

static CARD: Card = Card {
    name: "classic/mosaic",
    title: "Which object is in the hand?",
    line: "MOSAIC: modules that divide objects among themselves, find out which is held, and share what lies between",
    source: "MOSAIC, Wolpert & Kawato 1998; Haruno, Wolpert & Kawato 2001",
    sources: &[
        "Architecture: Wolpert & Kawato 1998, doi:10.1016/S0893-6080(98)00066-5",
        "Objects, tasks, hidden Markov variant: Haruno, Wolpert & Kawato 2001, doi:10.1162/089976601750541778",
        "Feedback-error learning: Kawato, Furukawa & Suzuki 1987, doi:10.1007/BF00364149",
    ],
    defaults: DEFAULTS,
    presets: &PRESETS,
    unit: "sessions",
    ..Card::BLANK
};

impl Study for MosaicStudy {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        config.validate()?;
        // What the parts refuse.
        for player in Player::ALL {
            Mosaic::new(task::parameters(config, player), 1, config.task.objects.len(), config.dt_s(), 0)?;
        }
        for [mass, damping, stiffness] in
            config.task.objects.iter().copied().chain([config.task.object_between()])
        {
            Linear::second_order(mass, damping, stiffness)?;
        }
        Ok(())
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let items: Vec<(Player, u64)> =
            Player::ALL.iter().flat_map(|&p| config.seeds.iter().map(move |&s| (p, s))).collect();
        run.progress.expect(items.len() as u64);
        let outcomes = run.each(&items, |&(player, seed)| {
            let keeps = player == Player::Mosaic && seed == config.seeds[0];
            let done = task::play(config, player, seed, keeps)?;
            run.progress.done(1);
            Ok(done)
        })?;
        Ok(Record { outcomes })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        super::findings::findings(config, record)
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        super::figures::figures(config, record)
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let over = |player, f: &dyn Fn(&Outcome) -> f64| {
            mean(&of(record, player).iter().map(|o| f(o)).collect::<Vec<_>>())
        };
        let error = |player| fixed(1e3 * over(player, &Outcome::error_m), 1);
        let collapsed = |player| of(record, player).iter().filter(|o| o.is_collapsed()).count();
        Story {
            answer: format!(
                "After {} s the right module is the most responsible one in {} % of the time, and the error is {} mm, against {} mm with one module that learns all the \
                 time, {} mm with feedback alone and {} mm with a perfect inverse. On {} of {} seeds an object has no module of its own.",
                config.task.learning_s,
                fixed(100.0 * over(Player::Mosaic, &|o| o.accuracy), 0),
                error(Player::Mosaic),
                error(Player::OneModule),
                error(Player::Feedback),
                error(Player::Perfect),
                collapsed(Player::Mosaic),
                config.seeds.len(),
            ),
            small_print: vec![format!(
                "Means over seeds. With σ small from the beginning {} seeds collapse, without memory {}. An object between the others is shared by {} modules in the mean.",
                collapsed(Player::WithoutAnnealing),
                collapsed(Player::WithoutMemory),
                fixed(over(Player::Mosaic, &|o| sharing(&o.between_shares)), 1),
            )],
            steps: [
                "A hand follows a smooth random movement. The object in it changes every few seconds, and nobody says so.",
                "Each module predicts the acceleration that a command will have, and commands what would be right for its object. Who predicted well is responsible: it \
                 commands, and it learns.",
                "In one variant each object has a shape that can be seen, and modules learn to expect their object from it.",
            ]
            .map(String::from)
            .to_vec(),
            sections: vec![
                Section::new("Who is responsible?", "", &["responsibilities"]),
                Section::new("Does it help?", "", &["errors"]),
                Section::new(
                    "How often does it fail?",
                    format!(
                        "Modules begin alike. While σ is large they all learn the same, which was expected to keep the one that wins first from taking objects that others \
                         should have. Measured: an object has no module of its own on {} of {} seeds, with σ small from the beginning on {}.",
                        collapsed(Player::Mosaic),
                        config.seeds.len(),
                        collapsed(Player::WithoutAnnealing)
                    ),
                    &["seeds"],
                ),
            ],
            differences: [
                "Forward models learn by weighted least squares as the movement goes on, which is EM without stored data; of the hidden Markov model the forward filter is used. With gradient steps in place of least squares nearly all seeds collapsed.",
                "Learning goes on in the test, so that the single module can adapt; the object between the others is met without learning.",
                "Parameters of the objects are as commonly quoted of the source; the wanted movement and the noise are ours.",
            ]
            .map(String::from)
            .to_vec(), ..Story::default() }
    }
}
