//! Cross-validation by groups: the data that test a fit enter neither the fit nor its standardization and penalty.
//!
//! A group, such as a direction of movement, is predicted as a whole. The penalty of a fit is the one of a list under which
//! each of its own groups is best predicted from the others (nested cross-validation).

use crate::Error;
use crate::regression::{LinearMap, Moments, Samples};
use nalgebra::DMatrix;

const MEASURE: &str = "cross-validation";

/// Penalties and rank of fitted maps.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitting {
    /// Penalties to choose from, in variances of an input.
    pub penalties: Vec<f64>,
    /// Rank of the weights; 0 is full.
    pub rank: usize,
}

impl Fitting {
    /// Fits to all groups with the penalty that predicts each of them best from the others.
    ///
    /// # Errors
    /// [`Error::Data`] with fewer than two groups, or values that are not finite.
    pub fn fit(&self, groups: &[Samples]) -> Result<LinearMap, Error> {
        self.check(groups, 2)?;
        let moments: Vec<Moments> = groups.iter().map(Moments::of).collect();
        let mut errors = vec![0.0; self.penalties.len()];
        for (j, group) in groups.iter().enumerate() {
            let others = Moments::joined(without(&moments, &[j])).standardized();
            for (error, &penalty) in errors.iter_mut().zip(&self.penalties) {
                *error += others.fit(penalty, self.rank)?.standardized_error(group);
            }
        }
        Moments::joined(&moments).standardized().fit(self.best(&errors)?, self.rank)
    }

    /// Fits to all groups with the smallest penalty, close to least squares and without regard to generalization.
    ///
    /// # Errors
    /// [`Error::Data`] without a group, or with values that are not finite.
    pub fn fit_closely(&self, groups: &[Samples]) -> Result<LinearMap, Error> {
        self.check(groups, 1)?;
        let moments: Vec<Moments> = groups.iter().map(Moments::of).collect();
        let smallest = self.penalties.iter().copied().fold(f64::INFINITY, f64::min);
        Moments::joined(&moments).standardized().fit(smallest, self.rank)
    }

    /// The outputs of each group, predicted by a fit to the others alone. `[groups][n, outputs]`
    ///
    /// # Errors
    /// [`Error::Data`] with fewer than three groups, or values that are not finite.
    pub fn predict_left_out(&self, groups: &[Samples]) -> Result<Vec<DMatrix<f64>>, Error> {
        self.check(groups, 3)?;
        let moments: Vec<Moments> = groups.iter().map(Moments::of).collect();
        // Leaving out i, then j for the penalty, is the fit of leaving out j, then i.
        let mut errors = vec![vec![0.0; self.penalties.len()]; groups.len()];
        for i in 0..groups.len() {
            for j in 0..i {
                let others = Moments::joined(without(&moments, &[i, j])).standardized();
                for (k, &penalty) in self.penalties.iter().enumerate() {
                    let map = others.fit(penalty, self.rank)?;
                    errors[i][k] += map.standardized_error(&groups[j]);
                    errors[j][k] += map.standardized_error(&groups[i]);
                }
            }
        }
        let predict = |(i, group): (usize, &Samples)| {
            let others = Moments::joined(without(&moments, &[i])).standardized();
            Ok(others.fit(self.best(&errors[i])?, self.rank)?.predict(&group.inputs))
        };
        groups.iter().enumerate().map(predict).collect()
    }

    fn check(&self, groups: &[Samples], least: usize) -> Result<(), Error> {
        let wrong = |what: String| Err(Error::data(MEASURE, what));
        if self.penalties.is_empty() || self.penalties.iter().any(|p| !(*p > 0.0 && p.is_finite())) {
            return wrong(format!("penalties {:?}; one or more above 0 are needed", self.penalties));
        }
        if groups.len() < least || groups.iter().any(Samples::is_empty) {
            return wrong(format!("{} groups; {least} or more are needed, each with samples", groups.len()));
        }
        let shape_of = |g: &Samples| (g.inputs.ncols(), g.outputs.ncols());
        let (inputs, outputs) = shape_of(&groups[0]);
        if inputs == 0 || outputs == 0 {
            return wrong(format!("{inputs} inputs and {outputs} outputs; at least one of each is needed"));
        }
        let is_alike =
            |g: &Samples| shape_of(g) == (inputs, outputs) && g.inputs.nrows() == g.outputs.nrows();
        if !groups.iter().all(is_alike) {
            return wrong("groups differ in inputs, outputs or samples".into());
        }
        Ok(())
    }

    /// The first penalty of the smallest error.
    fn best(&self, errors: &[f64]) -> Result<f64, Error> {
        let finite = errors.iter().zip(&self.penalties).filter(|(e, _)| e.is_finite());
        let least = finite.min_by(|a, b| a.0.total_cmp(b.0)).map(|(_, &penalty)| penalty);
        least.ok_or_else(|| Error::data(MEASURE, "no penalty gives a finite error; are all values finite?"))
    }
}

fn without<'a>(moments: &'a [Moments], left_out: &'a [usize]) -> impl Iterator<Item = &'a Moments> {
    moments.iter().enumerate().filter(|(k, _)| !left_out.contains(k)).map(|(_, m)| m)
}
