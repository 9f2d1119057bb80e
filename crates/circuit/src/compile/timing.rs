//! Phases *interval* and *retention*: how often spikes are exchanged, and how long they stay readable.

use super::draft::Draft;
use crate::error::CompileError;
use crate::wave::Wave;

impl Draft<'_> {
    /// Phase *interval*: the smallest delay from a population that receives something. What a population that
    /// receives nothing emits is known beforehand, so its delays may be shorter: it runs ahead.
    pub fn choose_interval(&mut self) -> Result<(), CompileError> {
        self.interval = self.exchange_interval()?;
        for projection in &self.projections {
            let source = &mut self.populations[projection.pre];
            if projection.delay_steps < self.interval {
                source.wave = Wave::Ahead;
                source.is_replicated = true;
            }
        }
        Ok(())
    }

    /// The exchange interval in steps.
    fn exchange_interval(&self) -> Result<u64, CompileError> {
        let clock = &self.clock;
        let mut receives = vec![false; self.populations.len()];
        self.projections.iter().for_each(|p| receives[p.post] = true);
        let smallest = |all: bool| {
            self.projections.iter().filter(|p| all || receives[p.pre]).map(|p| p.delay_steps).min()
        };
        let mut interval =
            smallest(false).or(smallest(true)).unwrap_or_else(|| clock.steps(1.0).unwrap_or(1).max(1));
        if let Some(ms) = self.circuit.interval_at_most_ms {
            let of = || "circuit".to_string();
            let steps = clock.steps(ms).map_err(|source| CompileError::Time { of: of(), source })?;
            if steps == 0 {
                return Err(CompileError::BadParameter {
                    of: of(),
                    parameter: "interval_at_most",
                    value: ms,
                    allowed: format!("at least one step of {} ms is needed", clock.dt_ms()),
                });
            }
            interval = interval.min(steps);
        }
        // A step inside an interval is kept in 16 bits.
        if interval > u64::from(u16::MAX) {
            return Err(CompileError::BadParameter {
                of: "circuit".into(),
                parameter: "smallest delay",
                value: clock.ms(interval),
                allowed: format!(
                    "it spans at most {} steps of {} ms; use a longer step or a shorter delay",
                    u16::MAX,
                    clock.dt_ms()
                ),
            });
        }
        Ok(interval)
    }

    /// Phase *retention*: spikes are kept for the longest delay and window that reads them; projections onto a
    /// population are put in label order.
    pub fn retain_spikes(&mut self) {
        let (populations, projections) = (&mut self.populations, &self.projections);
        let interval = self.interval;
        for (p, projection) in projections.iter().enumerate() {
            populations[projection.post].incoming.push(p);
            let window = projection.rule.as_ref().map_or(0, |r| r.window_steps());
            let keep = projection.delay_steps.max(window) + interval;
            for k in [projection.pre, projection.post] {
                populations[k].keep = populations[k].keep.max(keep as usize);
            }
            if let Some(t) = projection.teacher {
                let k = projections[t].pre;
                populations[k].keep = populations[k].keep.max((window + interval) as usize);
            }
        }
        for population in populations {
            population.incoming.sort_by(|&a, &b| projections[a].label.cmp(&projections[b].label));
            population.keep = population.keep.max(interval as usize);
        }
    }
}
