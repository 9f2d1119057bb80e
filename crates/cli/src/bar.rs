//! The progress bar.

use indicatif::{ProgressBar, ProgressStyle};
use lobule::Progress;
use std::time::Duration;

/// A bar with time left on stderr.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar that counts `units`; drawn only on a terminal, and not when `is_quiet`.
    pub fn new(is_quiet: bool, units: &str) -> Self {
        if is_quiet {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(0);
        let style = ProgressStyle::with_template(&format!(
            "{{bar:32}} {{pos}}/{{len}} {units}  {{elapsed}} gone, about {{eta}} left  {{msg}}"
        ));
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(500));
        Self(bar)
    }

    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn note(&self, text: &str) {
        self.0.set_message(text.to_string());
    }

    fn expect(&self, units: u64) {
        self.0.inc_length(units);
    }

    fn done(&self, units: u64) {
        self.0.inc(units);
    }
}
