//! Fits and tests of all maps.

use super::blocks::{Blocks, Input, Trials, samples, split, stacked};
use super::{
    Example, MEASURE, Rates, Reconstruction, Report, Scheme, Scores, Session, Settings, Surrogate,
    SurrogateScores,
};
use crate::Error;
use crate::regression::{LinearMap, Samples, r_squared};
use lobule_signal::Stream;
use nalgebra::DMatrix;

/// The populations of a session under one choice of trials.
struct Populations {
    mossy: Blocks,
    purkinje: Option<Blocks>,
    nuclear: Blocks,
}

impl Populations {
    fn new(session: &Session, which: Trials, averages: bool) -> Self {
        let of = |rates: &Rates| Blocks::new(rates, &session.directions, which, averages);
        let purkinje = session.purkinje.as_ref().map(of);
        Self { mossy: of(&session.mossy), purkinje, nuclear: of(&session.nuclear) }
    }
}

/// A map, by its inputs at time t and the lead of its target.
#[derive(Clone, Copy)]
enum Map {
    Nuclear(isize),
    Autoregression(isize),
    Joint(isize),
    Purkinje,
    Nuclei,
}

impl Map {
    fn samples(self, p: &Populations, settings: &Settings) -> Vec<Samples> {
        let now = |blocks| Input { blocks, age: 0 };
        let past = (0..=settings.history).map(|age| Input { blocks: &p.mossy, age });
        let first = settings.history;
        match self {
            Self::Nuclear(lead) => samples(&[now(&p.nuclear)], &p.mossy, lead, first),
            Self::Autoregression(lead) => samples(&past.collect::<Vec<_>>(), &p.mossy, lead, first),
            Self::Joint(lead) => {
                samples(&past.chain([now(&p.nuclear)]).collect::<Vec<_>>(), &p.mossy, lead, first)
            }
            Self::Purkinje => p.purkinje.iter().flat_map(|pc| samples(&[now(&p.mossy)], pc, 0, 0)).collect(),
            Self::Nuclei => {
                let inputs: Vec<Input> = [&p.mossy].into_iter().chain(&p.purkinje).map(now).collect();
                samples(&inputs, &p.nuclear, 0, 0)
            }
        }
    }
}

/// Targets and predictions by direction.
struct Predicted {
    truth: Vec<DMatrix<f64>>,
    predicted: Vec<DMatrix<f64>>,
}

impl Predicted {
    /// Mean R² over units that vary.
    fn r2(&self) -> Result<f64, Error> {
        let by_unit = r_squared(&stacked(self.truth.iter()), &stacked(self.predicted.iter()));
        let varying: Vec<f64> = by_unit.into_iter().filter(|r| r.is_finite()).collect();
        if varying.is_empty() {
            let what = "no unit of the target varies; are its spikes inside the window?";
            return Err(Error::data(MEASURE, what));
        }
        Ok(crate::mean(&varying))
    }
}

struct Validation<'a> {
    settings: &'a Settings,
    all: Populations,
    odd: Populations,
    even: Populations,
}

impl Validation<'_> {
    fn predict(&self, map: Map, scheme: Scheme) -> Result<Predicted, Error> {
        let fitting = &self.settings.fitting;
        let of = |p: &Populations| map.samples(p, self.settings);
        let predict_all = |fitted: LinearMap, groups: &[Samples]| {
            groups.iter().map(|g| fitted.predict(&g.inputs)).collect::<Vec<_>>()
        };
        let groups = of(if scheme == Scheme::OddToEven { &self.even } else { &self.all });
        let predicted = match scheme {
            Scheme::InSample => predict_all(fitting.fit_closely(&groups)?, &groups),
            Scheme::OddToEven => {
                let odd = of(&self.odd);
                let parts = if let [one] = &odd[..] { split(one) } else { odd };
                predict_all(fitting.fit(&parts)?, &groups)
            }
            Scheme::LeaveOneDirectionOut => fitting.predict_left_out(&groups)?,
        };
        Ok(Predicted { truth: groups.into_iter().map(|g| g.outputs).collect(), predicted })
    }

    fn r2(&self, map: Map, scheme: Scheme) -> Result<f64, Error> {
        self.predict(map, scheme)?.r2()
    }

    fn with_nuclei(&self, replace: impl Fn(&Blocks) -> Blocks) -> Self {
        let other = |Populations { mossy, nuclear, .. }: &Populations| Populations {
            mossy: mossy.clone(),
            purkinje: None,
            nuclear: replace(nuclear),
        };
        let [all, odd, even] = [&self.all, &self.odd, &self.even].map(other);
        Self { settings: self.settings, all, odd, even }
    }
}

/// Fits and tests all maps of a session.
///
/// # Errors
/// [`Error`] naming the population or parameter, if data do not fit together or are not finite, or if the mossy fibers do
/// not vary.
pub fn report(session: &Session, settings: &Settings) -> Result<Report, Error> {
    session.check()?;
    settings.check(session)?;
    let [all, odd, even] = [Trials::All, Trials::Odd, Trials::Even]
        .map(|which| Populations::new(session, which, settings.averages));
    let validation = Validation { settings, all, odd, even };
    let directions = session.direction_count();
    let (schemes, mut not_measured) = possible(session);

    let mut scores = Vec::new();
    for &lead in &settings.leads {
        let l = lead as isize;
        for &scheme in &schemes {
            let r2 = |map| validation.r2(map, scheme);
            let (nuclear, autoregression) = (r2(Map::Nuclear(l))?, r2(Map::Autoregression(l))?);
            let (joint, backward) = (r2(Map::Joint(l))?, r2(Map::Nuclear(-l))?);
            scores.push(Scores { lead, scheme, nuclear, autoregression, joint, backward });
        }
    }

    let strictest = schemes[schemes.len() - 1];
    let main = settings.main_lead as isize;
    let autoregression = validation.predict(Map::Autoregression(main), strictest)?;
    let mut surrogates = Vec::new();
    for surrogate in Surrogate::ALL {
        let order = derangement(directions, settings.seed);
        let other = match surrogate {
            Surrogate::DirectionShuffled if directions < 2 => {
                not_measured.push("direction-shuffled surrogate: there is one direction".into());
                continue;
            }
            Surrogate::DirectionShuffled => validation.with_nuclei(|b| b.permuted(&order)),
            Surrogate::TimeShifted => validation.with_nuclei(Blocks::rotated),
        };
        let r2 = |map| other.r2(map, strictest);
        let (nuclear, joint) = (r2(Map::Nuclear(main))?, r2(Map::Joint(main))?);
        surrogates.push(SurrogateScores { surrogate, nuclear, gain: joint - autoregression.r2()? });
    }

    let mut reconstruction = Vec::new();
    for &scheme in schemes.iter().filter(|_| session.purkinje.is_some()) {
        let (purkinje, nuclear) =
            (validation.r2(Map::Purkinje, scheme)?, validation.r2(Map::Nuclei, scheme)?);
        reconstruction.push(Reconstruction { scheme, purkinje, nuclear });
    }
    if session.purkinje.is_none() {
        not_measured.push("reconstruction: there are no Purkinje cells".into());
    }

    let nuclear = validation.predict(Map::Nuclear(main), strictest)?;
    let joint = validation.predict(Map::Joint(main), strictest)?;
    let examples = examples(settings, [&autoregression, &nuclear, &joint], session.mossy.samples);
    let constant = |blocks: &Blocks| {
        let all = stacked(blocks.0.iter().flatten());
        all.column_iter().filter(|c| c.iter().all(|x| *x == c[0])).count()
    };
    let purkinje = session.purkinje.as_ref();
    Ok(Report {
        trials: session.directions.len(),
        directions,
        units: [session.mossy.units, purkinje.map_or(0, |p| p.units), session.nuclear.units],
        constant: [
            constant(&validation.all.mossy),
            validation.all.purkinje.as_ref().map_or(0, constant),
            constant(&validation.all.nuclear),
        ],
        scores,
        surrogates,
        reconstruction,
        examples,
        not_measured,
    })
}

/// Schemes that a session allows, and the reasons against the others.
fn possible(session: &Session) -> (Vec<Scheme>, Vec<String>) {
    let (mut schemes, mut not) = (vec![Scheme::InSample], Vec::new());
    let directions = session.direction_count();
    let trials = |d: usize| session.directions.iter().filter(|x| **x == d).count();
    match (0..directions).find(|&d| trials(d) < 2) {
        Some(d) => not.push(format!(
            "odd to even trials: direction {d} has one trial; two or more of each direction are needed"
        )),
        None => schemes.push(Scheme::OddToEven),
    }
    if directions >= 3 {
        schemes.push(Scheme::LeaveOneDirectionOut);
    } else {
        not.push(format!("leaving one direction out: there are {directions} of them; 3 or more are needed"));
    }
    (schemes, not)
}

/// A random order in which no direction keeps its place.
fn derangement(n: usize, seed: u64) -> Vec<usize> {
    let stream = Stream::new(seed, "state_prediction/shuffle");
    let mut order: Vec<usize> = (0..n).collect();
    for k in (1..n).rev() {
        order.swap(k, stream.below(0, k as u32, k as u32 + 1) as usize);
    }
    let mut to = vec![0; n];
    for (k, &d) in order.iter().enumerate() {
        to[d] = order[(k + 1) % n];
    }
    to
}

/// Examples of the fiber that varies most, in the first three directions, first trial or average.
fn examples(
    settings: &Settings,
    [autoregression, nuclear, joint]: [&Predicted; 3],
    samples: usize,
) -> Vec<Example> {
    let all = stacked(joint.truth.iter());
    let spread = |k: usize| crate::sd(all.column(k).as_slice());
    let unit = (0..all.ncols()).max_by(|&a, &b| spread(a).total_cmp(&spread(b)).then(b.cmp(&a))).unwrap_or(0);
    let first = settings.history + settings.main_lead;
    let of = |direction: usize| {
        let rows = (samples - first).min(joint.truth[direction].nrows());
        let series = |m: &DMatrix<f64>| m.view((0, unit), (rows, 1)).iter().copied().collect();
        Example {
            unit,
            direction,
            first,
            rate: series(&joint.truth[direction]),
            autoregression: series(&autoregression.predicted[direction]),
            nuclear: series(&nuclear.predicted[direction]),
            joint: series(&joint.predicted[direction]),
        }
    };
    (0..joint.truth.len().min(3)).map(of).collect()
}
