//! Bodies with legs for tests.

use lobule_control::walking::{Body, FixedCorrections, Walker, WalkerParameters};
use lobule_control::{Channel, Controller, Error, Inputs, Plant, Senses, Signature, snapshot};

/// Control step, s.
pub const DT: f64 = 0.005;

/// No corrections of a walker.
pub fn none(parameters: &WalkerParameters) -> Box<dyn Controller> {
    Box::new(FixedCorrections::none(parameters.body.joints()).unwrap())
}

/// A walker without corrections.
pub fn walker(parameters: &WalkerParameters) -> Walker {
    Walker::new(parameters, none(parameters), 1).unwrap()
}

/// Senses of a level body at its height, with joints at home.
pub fn level(parameters: &WalkerParameters) -> Vec<f64> {
    let body = parameters.body;
    let mut senses = vec![0.0; body.senses()];
    (senses[2], senses[3]) = (0.27, 1.0);
    for joint in 0..body.joints() {
        senses[13 + joint] = parameters.home[joint % body.joints_per_leg];
    }
    senses
}

/// A tick without references and cues.
pub fn advance(controller: &mut dyn Controller, sensed: &[f64]) -> Result<Vec<f64>, Error> {
    let mut command = vec![f64::NAN; controller.commands()];
    let senses = Senses { tick: 0, sensed, reference: &[], reference_then: &[], cues: &[] };
    controller.advance(&senses, &mut command).map(|()| command)
}

/// A controller that is given a trunk of unit orientation, whatever the suite signals there.
pub struct Posed<C> {
    inner: C,
    sensed: Vec<f64>,
}

snapshot!([C: Controller] Posed<C> { inner });

impl<C: Controller> Posed<C> {
    pub fn new(inner: C) -> Self {
        Self { sensed: vec![0.0; inner.inputs().senses], inner }
    }
}

impl<C: Controller> Controller for Posed<C> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn commands(&self) -> usize {
        self.inner.commands()
    }

    fn inputs(&self) -> Inputs {
        self.inner.inputs()
    }

    fn reset(&mut self) {
        self.inner.reset();
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        self.sensed.copy_from_slice(senses.sensed);
        self.sensed[2] += 0.27;
        self.sensed[3] = 1.0;
        let length = self.sensed[3..7].iter().map(|q| q * q).sum::<f64>().sqrt();
        self.sensed[3..7].iter_mut().for_each(|q| *q /= length);
        self.inner.advance(&Senses { sensed: &self.sensed, ..*senses }, command)
    }

    fn finish(&mut self, cost: f64) -> Result<(), Error> {
        self.inner.finish(cost)
    }

    fn weights(&self) -> &[f64] {
        self.inner.weights()
    }

    fn set_learning(&mut self, learns: bool) {
        self.inner.set_learning(learns);
    }
}

/// A body whose joints follow their targets, on a trunk that stands still.
pub struct Puppet {
    body: Body,
    signature: Signature,
    pub angles: Vec<f64>,
}

snapshot!(Puppet { angles });

impl Puppet {
    pub fn new(body: Body) -> Self {
        let joint = |j| Channel::new(body.joint_name(j), "rad");
        let commands = (0..body.joints()).map(joint).collect();
        let signature = Signature { name: "puppet".into(), senses: body.channels(), commands };
        Self { body, signature, angles: vec![0.0; body.joints()] }
    }
}

impl Plant for Puppet {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn reset(&mut self, _seed: Option<u64>) {
        self.angles.fill(0.0);
    }

    fn advance(&mut self, command: &[f64], _dt_s: f64) -> Result<(), Error> {
        Error::finite("puppet", ["angle"], command, f64::NAN)?;
        self.angles.iter_mut().zip(command).for_each(|(q, target)| *q += 0.2 * (target - *q));
        Ok(())
    }

    fn sense(&self, out: &mut [f64]) {
        out.fill(0.0);
        (out[2], out[3]) = (0.27, 1.0);
        out[13..13 + self.body.joints()].copy_from_slice(&self.angles);
    }
}
