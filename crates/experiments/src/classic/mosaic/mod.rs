//! `classic/mosaic`: one hand, several objects, and modules that identify the object in the hand.
//!
//! ```text
//! Config ──Tracker: ClosedLoop<Linear, Mosaic | Known>──▶ learning, test, intermediate object ──▶ Outcome
//! ```

mod config;
mod figures;
mod findings;
mod record;
mod task;

use crate::sweep::over_seeds;
use config::Config;
use findings::{GROUNDS, of, sharing};
use lobule_analysis::mean_of;
use lobule_control::Mosaic;
use lobule_control::plant::Linear;
use lobule_study::prelude::*;
use record::{CONTROLLERS, MosaicController, Outcome, Record};

/// The experiment `classic/mosaic`.
#[derive(Debug, Clone, Copy)]
pub struct MosaicStudy;

static CARD: Card = Card {
    name: "classic/mosaic",
    title: "Which object is in the hand?",
    line: "MOSAIC: do modules divide objects among themselves, and does that control better than one adaptive model?",
    source: "MOSAIC, Wolpert & Kawato 1998; Haruno, Wolpert & Kawato 2001",
    sources: &[
        "Architecture: Wolpert & Kawato 1998, doi:10.1016/S0893-6080(98)00066-5",
        "Objects, tasks, hidden Markov variant: Haruno, Wolpert & Kawato 2001, doi:10.1162/089976601750541778",
        "Feedback-error learning: Kawato, Furukawa & Suzuki 1987, doi:10.1007/BF00364149",
    ],
    defaults: include_str!("mosaic.toml"),
    presets: &[
        Preset::new("default", "20 seeds, seven controllers, 300 s of learning", ""),
        Preset::new(
            "quick",
            "a few seconds: three seeds, 180 s of learning",
            include_str!("mosaic.quick.toml"),
        ),
    ],
    unit: "sessions",
    grounds: GROUNDS,
    ..Card::BLANK
};

impl Study for MosaicStudy {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        config.validate()?;
        // The parts check themselves; a wrong value is reported before anything runs.
        for (controller, ..) in CONTROLLERS {
            let parameters = task::parameters(config, controller);
            Mosaic::new(parameters, 1, config.task.objects.len(), config.dt_s(), 0)?;
        }
        let objects = config.task.objects.iter().copied().chain([config.task.object_between()]);
        for [mass, damping, stiffness] in objects {
            Linear::second_order(mass, damping, stiffness)?;
        }
        Ok(())
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let items = over_seeds(&CONTROLLERS.map(|c| c.0), &config.seeds);
        run.progress.expect(items.len() as u64);
        let outcomes = run.each_counted("outcomes", &items, |&(controller, seed)| {
            let keeps = controller == MosaicController::Mosaic && seed == config.seeds[0];
            task::run(config, controller, seed, keeps)
        })?;
        Ok(Record { outcomes })
    }

    fn findings(&self, _: &Config, record: &Record) -> Vec<Finding> {
        findings::findings(record)
    }

    fn check_record(&self, config: &Config, record: &Record) -> Result<(), String> {
        let objects = config.task.objects.len();
        for outcome in &record.outcomes {
            // With each object, and after changes.
            shape::long("outcomes.errors_m", &outcome.errors_m, objects + 1)?;
        }
        for moment in record.outcomes.iter().flat_map(|o| o.moments.iter().flatten()) {
            shape::long("outcomes.moments.shares", &moment.shares, config.mosaic.modules)?;
            if moment.object >= objects {
                return Err(format!(
                    "outcomes.moments.object: {}; there are {objects} objects",
                    moment.object
                ));
            }
        }
        Ok(())
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        Ok(vec![
            figures::responsibilities(config, record)?,
            figures::errors(config, record)?,
            figures::seeds(record)?,
        ])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        use MosaicController::{Feedback, Mosaic, OneModule, Perfect, WithoutAnnealing, WithoutMemory};
        let average =
            |controller, value: fn(&Outcome) -> f64| mean_of(of(record, controller).into_iter().map(value));
        let error = |controller| fixed(1e3 * average(controller, Outcome::error_m), 1);
        let collapsed = |controller| of(record, controller).iter().filter(|o| o.is_collapsed()).count();
        let seeds = config.seeds.len();
        Story {
            answer: format!(
                "After {} s of learning, the right module had the largest responsibility {} % of the time. The error was {} mm, compared with {} mm with one module \
                 that learned all the time, {} mm with feedback alone and {} mm with a perfect inverse. On {} of {seeds} seeds some object had no module of its own.",
                config.task.learning_s,
                fixed(100.0 * average(Mosaic, |o| o.accuracy), 0),
                error(Mosaic),
                error(OneModule),
                error(Feedback),
                error(Perfect),
                collapsed(Mosaic),
            ),
            small_print: vec![format!(
                "Means over seeds. With a small σ from the beginning {} seeds collapsed, without memory {}. The effective number of modules for the intermediate \
                 object was {} on average.",
                collapsed(WithoutAnnealing),
                collapsed(WithoutMemory),
                fixed(average(Mosaic, |o| sharing(&o.between_shares)), 1),
            )],
            steps: texts([
                "A hand follows a smooth random movement. The object in it changes every few seconds, without notice.",
                "Each module predicts the acceleration that results from a command, and proposes the command for its object. Modules that predict well become \
                 responsible: they contribute to the command, and they learn.",
                "In one variant each object has a visible shape, and modules learn to expect their object from it.",
            ]),
            sections: vec![
                Section::new("Which module is responsible?", "", &["responsibilities"]),
                Section::new("Do modules reduce the error?", "", &["errors"]),
                Section::new(
                    "How often do modules collapse?",
                    format!(
                        "Modules start alike. While σ is large they all learn the same; this was expected to keep the first winner from taking objects that others \
                         should learn. In this run, some object had no module of its own on {} of {seeds} seeds, and with a small σ from the beginning on {}.",
                        collapsed(Mosaic),
                        collapsed(WithoutAnnealing)
                    ),
                    &["seeds"],
                ),
            ],
            differences: texts([
                "Forward models learn by weighted least squares during the movement, which is EM without stored data. Of the hidden Markov model, only the forward filter is used. With gradient steps in place of least squares, nearly all seeds collapsed.",
                "Learning continues in the test, so that the single module can adapt; the intermediate object is tested without learning.",
                "Parameters of the objects are as commonly quoted of the source; the desired movement and the noise are ours.",
            ]),
            ..Story::default()
        }
    }
}
