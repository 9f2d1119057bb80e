//! A neuron model of the user's own.

use super::NeuronModel;
use lobule_signal::Fingerprint;
use std::sync::Arc;

/// A neuron model of the user's own, with the name and the parameters that tell it from others.
#[derive(Clone)]
pub struct CustomModel {
    name: String,
    parameters: Vec<f64>,
    model: Arc<dyn NeuronModel>,
}

impl CustomModel {
    /// Names a model. `parameters` are all numbers on which its dynamics depend, in any order that is always the
    /// same: snapshots of circuits whose models differ in name or parameters are refused by each other.
    pub fn new(name: impl Into<String>, parameters: &[f64], model: impl NeuronModel + 'static) -> Self {
        Self { name: name.into(), parameters: parameters.to_vec(), model: Arc::new(model) }
    }

    /// Name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn model(&self) -> &Arc<dyn NeuronModel> {
        &self.model
    }

    /// A hash of name and parameters.
    pub fn fingerprint(&self) -> u64 {
        let mut hash = Fingerprint::default();
        hash.word(self.name.len() as u64);
        hash.bytes(self.name.as_bytes());
        self.parameters.iter().for_each(|x| hash.word(x.to_bits()));
        hash.value()
    }
}

impl std::fmt::Debug for CustomModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{:?}", self.name, self.parameters)
    }
}
