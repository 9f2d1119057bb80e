//! A delay of whole ticks.

use crate::{Error, room::room};

/// A line that gives back what was put in some ticks ago. The length is fixed; pushing allocates nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DelayLine {
    width: usize,
    /// `[ticks][width]`, a ring.
    pub(crate) held: Vec<f64>,
    pub(crate) next: usize,
}

impl DelayLine {
    /// A line of `ticks` ticks for samples of `width` values, full of zeros.
    ///
    /// # Errors
    /// [`Error::Parameter`] for more than 2^27 values in all: no delay of a loop is as long.
    pub fn new(ticks: usize, width: usize) -> Result<Self, Error> {
        room("delay line", "line", &[ticks, width])?;
        Ok(Self { width, held: vec![0.0; ticks * width], next: 0 })
    }

    /// Its delay.
    pub fn ticks(&self) -> usize {
        self.held.len() / self.width.max(1)
    }

    /// Fills the line, as if `sample` had been put in forever. `[width]`
    ///
    /// # Errors
    /// [`Error::Length`] for a sample of another width.
    pub fn fill(&mut self, sample: &[f64]) -> Result<(), Error> {
        self.check(sample)?;
        self.flood(sample);
        Ok(())
    }

    /// Puts a sample in and gets the one of `ticks` ticks ago in its place. `[width]`
    ///
    /// # Errors
    /// As [`DelayLine::fill`].
    pub fn exchange(&mut self, sample: &mut [f64]) -> Result<(), Error> {
        self.check(sample)?;
        self.pass(sample);
        Ok(())
    }

    /// Replaces the sample that was put in last; nothing in a line of no delay. `[width]`
    ///
    /// # Errors
    /// As [`DelayLine::fill`].
    pub fn replace_newest(&mut self, sample: &[f64]) -> Result<(), Error> {
        self.check(sample)?;
        if !self.held.is_empty() {
            let newest = (self.next + self.held.len() - self.width) % self.held.len();
            self.held[newest..newest + self.width].copy_from_slice(sample);
        }
        Ok(())
    }

    fn check(&self, sample: &[f64]) -> Result<(), Error> {
        let count = sample.len();
        if count == self.width {
            return Ok(());
        }
        let needed = format!("samples have {}", self.width);
        Err(Error::Length { part: "delay line".into(), input: "sample".into(), count, needed })
    }

    /// As [`DelayLine::fill`], for a sample whose width is known.
    pub(crate) fn flood(&mut self, sample: &[f64]) {
        self.held.chunks_exact_mut(self.width.max(1)).for_each(|held| held.copy_from_slice(sample));
    }

    /// As [`DelayLine::exchange`], for a sample whose width is known.
    pub(crate) fn pass(&mut self, sample: &mut [f64]) {
        if !self.held.is_empty() {
            self.held[self.next..self.next + self.width].swap_with_slice(sample);
            self.next = (self.next + self.width) % self.held.len();
        }
    }
}

crate::snapshot!(DelayLine { held, next });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_gives_back_what_was_put_in() {
        for ticks in [0, 1, 7] {
            let mut line = DelayLine::new(ticks, 2).unwrap();
            line.fill(&[-1.0, -2.0]).unwrap();
            assert_eq!(line.ticks(), ticks);
            // What is replaced comes out in its turn.
            line.exchange(&mut [0.0, 0.0]).unwrap();
            line.replace_newest(&[-1.0, -2.0]).unwrap();
            for t in 0..30 {
                let mut sample = [f64::from(t), 0.5];
                line.exchange(&mut sample).unwrap();
                let then = t - ticks as i32;
                assert_eq!(sample, if then < 0 { [-1.0, -2.0] } else { [f64::from(then), 0.5] });
            }
        }
    }

    #[test]
    fn a_sample_of_another_width_is_refused() {
        let mut line = DelayLine::new(3, 2).unwrap();
        for error in [line.fill(&[1.0]), line.exchange(&mut [1.0; 3]), line.replace_newest(&[])] {
            assert!(error.unwrap_err().to_string().contains("values as sample; samples have 2"));
        }
        assert!(line.held.iter().all(|held| *held == 0.0));
    }
}
