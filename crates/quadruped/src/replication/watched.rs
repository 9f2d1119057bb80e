//! Controllers in a walker's cerebellum that somebody outside of it can read or tell: the published circuit, and told corrections.

use lobule_cerebellum::marr_albus_ito::MarrAlbusIto;
use lobule_control::{Controller, Delays, Error, Inputs, Senses, StateReader, StateWriter, snapshot};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A value that a controller shares with who made it, in one thread.
#[derive(Debug, Default)]
pub struct Shared<T>(Arc<Mutex<T>>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Shared<T> {
    pub fn new(value: T) -> Self {
        Self(Arc::new(Mutex::new(value)))
    }

    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The circuit after a tick.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen {
    /// Share of active granule cells.
    pub sparseness: f64,
    /// Smoothed rates of the Purkinje cells.
    pub rates: Vec<f64>,
    /// Their apical potentials.
    pub apical: Vec<f64>,
}

/// The published circuit, whose state can be read from outside of the walker.
pub struct Watched {
    circuit: MarrAlbusIto,
    seen: Shared<Seen>,
}

snapshot!(Watched { circuit });

impl Watched {
    pub fn new(circuit: MarrAlbusIto) -> Self {
        let cells = circuit.circuit().populations().purkinje_cells;
        let seen = Seen { rates: vec![0.0; cells], apical: vec![0.0; cells], ..Seen::default() };
        Self { circuit, seen: Shared::new(seen) }
    }

    /// The place of its state.
    pub fn seen(&self) -> Shared<Seen> {
        self.seen.clone()
    }
}

impl Controller for Watched {
    fn name(&self) -> &str {
        self.circuit.name()
    }

    fn commands(&self) -> usize {
        self.circuit.commands()
    }

    fn inputs(&self) -> Inputs {
        self.circuit.inputs()
    }

    fn reset(&mut self) {
        self.circuit.reset();
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        self.circuit.advance(senses, command)?;
        let (circuit, mut seen) = (self.circuit.circuit(), self.seen.lock());
        seen.sparseness = circuit.measures().granule_sparseness;
        seen.rates.copy_from_slice(circuit.purkinje_rates());
        seen.apical.copy_from_slice(circuit.apical_potentials());
        Ok(())
    }

    fn weights(&self) -> &[f64] {
        self.circuit.weights()
    }

    fn set_learning(&mut self, learns: bool) {
        self.circuit.set_learning(learns);
    }

    fn fits(&self, dt_s: f64, delays: Delays) -> Result<(), Error> {
        self.circuit.fits(dt_s, delays)
    }

    fn parameters(&self, to: &mut StateWriter) {
        self.circuit.parameters(to);
    }

    fn write_learned(&self, to: &mut StateWriter) {
        self.circuit.write_learned(to);
    }

    fn read_learned(&mut self, from: &mut StateReader) -> Result<(), Error> {
        self.circuit.read_learned(from)
    }
}

/// Corrections that are told from outside of the walker.
pub struct Told {
    values: Shared<Vec<f64>>,
    commands: usize,
}

snapshot!(Told {});

impl Told {
    pub fn new(commands: usize) -> Self {
        Self { values: Shared::new(vec![0.0; commands]), commands }
    }

    /// The place of the corrections.
    pub fn values(&self) -> Shared<Vec<f64>> {
        self.values.clone()
    }
}

impl Controller for Told {
    fn name(&self) -> &str {
        "told_corrections"
    }

    fn commands(&self) -> usize {
        self.commands
    }

    fn reset(&mut self) {
        self.values.lock().fill(0.0);
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        command.copy_from_slice(&self.values.lock());
        Ok(())
    }
}
