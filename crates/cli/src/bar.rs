//! The progress bar.

use indicatif::{ProgressBar, ProgressStyle};
use lobule::Progress;
use std::time::Duration;

/// A bar with time left on stderr.
pub struct Bar {
    bar: ProgressBar,
    note: fn(&ProgressBar, &str),
}

impl Bar {
    /// A bar that counts `units`; drawn only on a terminal, and not when `is_quiet`.
    pub fn new(is_quiet: bool, units: &str) -> Self {
        let note = |bar: &ProgressBar, text: &str| bar.set_message(text.to_string());
        if is_quiet {
            return Self { bar: ProgressBar::hidden(), note };
        }
        let bar = ProgressBar::new(0);
        let style = ProgressStyle::with_template(&format!(
            "{{bar:32}} {{pos}}/{{len}} {units}  {{elapsed}} gone, about {{eta}} left  {{msg}}"
        ));
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(500));
        Self { bar, note }
    }

    /// The bar with notes above it, or without any.
    pub fn with_notes_above(self, has_notes: bool) -> Self {
        let note: fn(&ProgressBar, &str) = if has_notes { |_, text| tell!("{text}") } else { |_, _| () };
        Self { note, ..self }
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn note(&self, text: &str) {
        (self.note)(&self.bar, text);
    }

    fn expect(&self, units: u64) {
        self.bar.inc_length(units);
    }

    fn done(&self, units: u64) {
        self.bar.inc(units);
    }

    fn stops(&self) -> bool {
        crate::signals::stops()
    }
}
