//! Phases *interval* and *retention*: how often spikes are exchanged, and how long they stay readable.

use super::draft::Draft;
use crate::error::CompileError;
use crate::network::{Network, Wave};
use lobule_signal::Ranges;

impl Draft<'_> {
    /// Phase *interval*: the smallest delay from a population that receives something. What a population that
    /// receives nothing emits is known beforehand, so its delays may be shorter: it runs ahead.
    pub fn choose_interval(&mut self) -> Result<(), CompileError> {
        let interval = self.exchange_interval()?;
        self.network.interval = interval as usize;
        for projection in self.network.projections.iter().filter(|p| p.delay_steps < interval) {
            let source = &mut self.network.populations[projection.pre];
            source.wave = Wave::Ahead;
            source.is_replicated = true;
        }
        Ok(())
    }

    fn exchange_interval(&self) -> Result<u64, CompileError> {
        let Network { clock, populations, projections, .. } = &self.network;
        let mut receives = vec![false; populations.len()];
        projections.iter().for_each(|p| receives[p.post] = true);
        let smallest =
            |all: bool| projections.iter().filter(|p| all || receives[p.pre]).map(|p| p.delay_steps).min();
        let one_ms = clock.steps(1.0).unwrap_or(1).max(1);
        let mut interval = smallest(false).or(smallest(true)).unwrap_or(one_ms);
        let (of, dt_ms) = ("circuit", clock.dt_ms());
        if let Some(ms) = self.circuit.interval_at_most_ms {
            let steps = clock.steps(ms).map_err(|source| CompileError::Time { of: of.into(), source })?;
            let allowed = format!("at least one step of {dt_ms} ms is needed");
            Ranges::of(of).require(steps > 0, "interval_at_most", ms, allowed)?;
            interval = interval.min(steps);
        }
        // A step inside an interval is kept in 16 bits.
        let most = u16::MAX;
        let remedy = "use a longer step or a shorter delay";
        let allowed = format!("it spans at most {most} steps of {dt_ms} ms; {remedy}");
        let fits = interval <= most.into();
        Ranges::of(of).require(fits, "smallest delay", clock.ms(interval), allowed)?;
        Ok(interval)
    }

    /// Phase *retention*: spikes are kept for the longest delay and window that reads them; projections onto a
    /// population are put in label order.
    pub fn retain_spikes(&mut self) {
        let interval = self.network.interval as u64;
        let Network { populations, projections, .. } = &mut self.network;
        for (p, projection) in projections.iter().enumerate() {
            populations[projection.post].incoming.push(p);
            let window = projection.rule.as_ref().map_or(0, |r| r.window_steps());
            let keep = projection.delay_steps.max(window) + interval;
            for k in [projection.pre, projection.post] {
                populations[k].keep = populations[k].keep.max(keep as usize);
            }
            if let Some((t, _)) = projection.teacher {
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
