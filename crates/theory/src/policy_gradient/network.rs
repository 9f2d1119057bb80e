//! A multilayer perceptron with explicit forward and backward passes.
//!
//! ```text
//! h_0 = x,   h_l = tanh(h_{l-1} W_l + b_l),   y = h_{L-1} W_L + b_L
//! ```
//! All parameters are one flat vector: layer by layer the weights, `[inputs][outputs]`, then the biases, `[outputs]`.
//! A row of a batch is one input; sums run over inputs, or over the rows of a batch, in ascending order.
//! Source: Rumelhart, Hinton and Williams 1986, doi:10.1038/323533a0.

use super::matrix::{Left, add_product};
use crate::Error;
use lobule_signal::{Ranges, Stream};
use serde::{Deserialize, Serialize};

/// Most cells of a layer, and most layers. Chosen: far above any policy of a body, and its arrays still fit into memory.
const MOST_CELLS: usize = 8192;
const MOST_LAYERS: usize = 16;

/// A multilayer perceptron: hyperbolic tangents in hidden layers, a linear output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Network {
    sizes: Vec<usize>,
    parameters: Vec<f64>,
}

/// A network as it is read, before its sizes are compared.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    sizes: Vec<usize>,
    parameters: Vec<f64>,
}

impl TryFrom<Stored> for Network {
    type Error = Error;

    fn try_from(stored: Stored) -> Result<Self, Error> {
        let mut network = Self::zero(&stored.sizes)?;
        network.set_parameters(&stored.parameters)?;
        Ok(network)
    }
}

/// Activities and errors of a network for a batch of inputs: the memory that a forward pass leaves for the backward pass.
#[derive(Debug, Clone, Default)]
pub struct Pass {
    rows: usize,
    /// Outputs of each layer, `[layer][row][cell]`.
    outputs: Vec<Vec<f64>>,
    /// Gradient of the loss with respect to the sums of a layer, and of the layer below. `[row][cell]`
    gradient: Vec<f64>,
    below: Vec<f64>,
    /// Weights of a layer, `[outputs][inputs]`.
    transposed: Vec<f64>,
}

impl Network {
    /// A network whose parameters are all 0. `sizes`: inputs, hidden layers, outputs.
    ///
    /// # Errors
    /// [`Error::Parameter`] for fewer than two sizes, a size of 0, or sizes too large to be meant.
    pub fn zero(sizes: &[usize]) -> Result<Self, Error> {
        let ranges = Ranges::of("network");
        ranges.whole("sizes", sizes.len(), (2, MOST_LAYERS))?;
        for &size in sizes {
            ranges.whole("size of a layer", size, (1, MOST_CELLS))?;
        }
        let count = sizes.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum();
        Ok(Self { sizes: sizes.to_vec(), parameters: vec![0.0; count] })
    }

    /// A network with normal weights, whose standard deviation is given for each layer, and biases of 0.
    ///
    /// # Errors
    /// As [`Network::zero`]; [`Error::Shape`] for another number of deviations than layers.
    pub fn draw(sizes: &[usize], deviations: &[f64], stream: &Stream) -> Result<Self, Error> {
        let mut network = Self::zero(sizes)?;
        Error::same_len("the list of deviations", deviations.len(), sizes.len() - 1)?;
        let mut from = 0;
        for (layer, (pair, deviation)) in sizes.windows(2).zip(deviations).enumerate() {
            let weights = &mut network.parameters[from..from + pair[0] * pair[1]];
            for (i, w) in weights.iter_mut().enumerate() {
                *w = deviation * stream.normal(layer as u64, i as u32);
            }
            from += (pair[0] + 1) * pair[1];
        }
        Ok(network)
    }

    /// Cells of each layer, the inputs first.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// Number of inputs.
    pub fn inputs(&self) -> usize {
        self.sizes[0]
    }

    /// Number of outputs.
    pub fn outputs(&self) -> usize {
        self.sizes[self.sizes.len() - 1]
    }

    /// All weights and biases.
    pub fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    /// All weights and biases, to be changed in place.
    pub(super) fn parameters_mut(&mut self) -> &mut [f64] {
        &mut self.parameters
    }

    /// Replaces all weights and biases.
    ///
    /// # Errors
    /// [`Error::Shape`] for another number of parameters, [`Error::Parameter`] for one that is not finite.
    pub fn set_parameters(&mut self, parameters: &[f64]) -> Result<(), Error> {
        Error::same_len("the vector of parameters", parameters.len(), self.parameters.len())?;
        Ranges::of("network").all("parameters", parameters, |_| true, "a finite number")?;
        self.parameters.copy_from_slice(parameters);
        Ok(())
    }

    /// Weights and biases of a layer that begins at `from`.
    fn layer(&self, layer: usize, from: usize) -> (&[f64], &[f64]) {
        let (inputs, outputs) = (self.sizes[layer], self.sizes[layer + 1]);
        self.parameters[from..from + (inputs + 1) * outputs].split_at(inputs * outputs)
    }

    /// The outputs for a batch of inputs, `[rows][inputs]` to `[rows][outputs]`. Allocates only for a larger batch than any before.
    ///
    /// # Panics
    /// If the length of `inputs` is no multiple of the number of inputs.
    pub fn forward<'a>(&self, inputs: &[f64], pass: &'a mut Pass) -> &'a [f64] {
        assert!(inputs.len().is_multiple_of(self.inputs()), "a batch has whole rows");
        let rows = inputs.len() / self.inputs();
        let layers = self.sizes.len() - 1;
        pass.rows = rows;
        pass.outputs.resize_with(layers, Vec::new);
        let mut from = 0;
        for layer in 0..layers {
            let (weights, biases) = self.layer(layer, from);
            from += weights.len() + biases.len();
            let (below, above) = pass.outputs.split_at_mut(layer);
            let values = below.last().map_or(inputs, |h| h.as_slice());
            let out = &mut above[0];
            out.resize(rows * biases.len(), 0.0);
            out.chunks_exact_mut(biases.len()).for_each(|row| row.copy_from_slice(biases));
            let terms = self.sizes[layer];
            add_product(Left { values, per_row: terms, per_term: 1, terms }, weights, biases.len(), out);
            if layer + 1 < layers {
                out.iter_mut().for_each(|h| *h = libm::tanh(*h));
            }
        }
        &pass.outputs[layers - 1]
    }

    /// The gradient of a loss with respect to all parameters, from its gradient with respect to the outputs of the last
    /// [`Network::forward`] with the same inputs and pass. `output_gradient`: `[rows][outputs]`, `gradient`: as the parameters.
    ///
    /// # Panics
    /// If an array has another size than in the forward pass.
    pub fn backward(&self, inputs: &[f64], output_gradient: &[f64], pass: &mut Pass, gradient: &mut [f64]) {
        let Pass { rows, outputs, gradient: at, below, transposed } = pass;
        let rows = *rows;
        assert_eq!(inputs.len(), rows * self.inputs(), "inputs of the forward pass");
        assert_eq!(output_gradient.len(), rows * self.outputs(), "a gradient for each output");
        assert_eq!(gradient.len(), self.parameters.len(), "a gradient for each parameter");
        at.clear();
        at.extend_from_slice(output_gradient);
        gradient.fill(0.0);
        let mut end = self.parameters.len();
        for layer in (0..self.sizes.len() - 1).rev() {
            let (n_in, n_out) = (self.sizes[layer], self.sizes[layer + 1]);
            let from = end - (n_in + 1) * n_out;
            let (of_weights, of_biases) = gradient[from..end].split_at_mut(n_in * n_out);
            for row in at.chunks_exact(n_out) {
                of_biases.iter_mut().zip(row).for_each(|(b, g)| *b += g);
            }
            let values = if layer == 0 { inputs } else { &outputs[layer - 1] };
            add_product(Left { values, per_row: 1, per_term: n_in, terms: rows }, at, n_out, of_weights);
            if layer > 0 {
                let (weights, _) = self.layer(layer, from);
                transposed.resize(n_in * n_out, 0.0);
                for (j, column) in transposed.chunks_exact_mut(n_in).enumerate() {
                    column.iter_mut().enumerate().for_each(|(i, w)| *w = weights[i * n_out + j]);
                }
                below.clear();
                below.resize(rows * n_in, 0.0);
                let left = Left { values: at, per_row: n_out, per_term: 1, terms: n_out };
                add_product(left, transposed, n_in, below);
                below.iter_mut().zip(&outputs[layer - 1]).for_each(|(g, h)| *g *= 1.0 - h * h);
                std::mem::swap(at, below);
            }
            end = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(sizes: &[usize]) -> Network {
        let mut network =
            Network::draw(sizes, &vec![0.6; sizes.len() - 1], &Stream::new(2, "network")).unwrap();
        let biases = Stream::new(2, "biases");
        network.parameters.iter_mut().enumerate().for_each(|(i, w)| *w += 0.1 * biases.normal(0, i as u32));
        network
    }

    fn inputs(network: &Network, rows: usize) -> Vec<f64> {
        let stream = Stream::new(4, "inputs");
        (0..rows * network.inputs()).map(|i| stream.normal(1, i as u32)).collect()
    }

    /// A loss that weighs every output, linearly and squared.
    fn loss(network: &Network, inputs: &[f64]) -> f64 {
        let mut pass = Pass::default();
        let outputs = network.forward(inputs, &mut pass);
        outputs.iter().enumerate().map(|(i, y)| (0.3 + 0.1 * i as f64) * y + 0.5 * y * y).sum()
    }

    #[test]
    fn a_small_network_has_the_output_computed_by_hand() {
        let mut network = Network::zero(&[2, 2, 1]).unwrap();
        network.set_parameters(&[0.5, -1.0, 0.25, 2.0, 0.1, -0.2, 3.0, -1.5, 0.7]).unwrap();
        let mut pass = Pass::default();
        // Sums of the hidden cells: 0.5 · 1 + 0.25 · 2 + 0.1 = 1.1 and -1 · 1 + 2 · 2 - 0.2 = 2.8.
        let expected = 3.0 * libm::tanh(1.1) - 1.5 * libm::tanh(2.8) + 0.7;
        assert!((network.forward(&[1.0, 2.0], &mut pass)[0] - expected).abs() < 1e-15);
    }

    #[test]
    fn the_gradient_is_that_of_central_differences() {
        for sizes in [&[3, 5, 4, 2][..], &[2, 3], &[1, 6, 1]] {
            let mut network = drawn(sizes);
            let inputs = inputs(&network, 7);
            let mut pass = Pass::default();
            let outputs = network.forward(&inputs, &mut pass);
            let slopes: Vec<f64> =
                outputs.iter().enumerate().map(|(i, y)| 0.3 + 0.1 * i as f64 + y).collect();
            let mut gradient = vec![f64::NAN; network.parameters.len()];
            network.backward(&inputs, &slopes, &mut pass, &mut gradient);
            let largest = gradient.iter().fold(0.0, |m: f64, g| m.max(g.abs()));
            for (i, expected) in gradient.iter().enumerate() {
                let w = network.parameters[i];
                let mut at = |x: f64| {
                    network.parameters[i] = x;
                    loss(&network, &inputs)
                };
                let slope = (at(w + 1e-5) - at(w - 1e-5)) / 2e-5;
                network.parameters[i] = w;
                assert!((slope - expected).abs() < 1e-6 * largest, "{sizes:?} {i}: {slope} {expected}");
            }
        }
    }

    #[test]
    fn a_row_has_the_same_bits_in_any_batch() {
        let network = drawn(&[5, 33, 17, 3]);
        let inputs = inputs(&network, 13);
        let (mut pass, mut alone) = (Pass::default(), Pass::default());
        let together = network.forward(&inputs, &mut pass).to_vec();
        for (row, outputs) in inputs.chunks(5).zip(together.chunks(3)) {
            assert_eq!(network.forward(row, &mut alone), outputs);
        }
    }

    #[test]
    fn sizes_and_parameters_that_do_not_fit_are_refused() {
        for sizes in [&[][..], &[3], &[3, 0, 2], &[0, 1], &[3, 8193, 1], &[2; 17]] {
            assert!(matches!(Network::zero(sizes), Err(Error::Parameter(_))), "{sizes:?}");
        }
        let mut network = Network::zero(&[2, 1]).unwrap();
        assert!(matches!(network.set_parameters(&[0.0; 4]), Err(Error::Shape { found: 4, expected: 3, .. })));
        assert!(matches!(network.set_parameters(&[0.0, f64::NAN, 0.0]), Err(Error::Parameter(_))));
        assert!(matches!(
            Network::draw(&[2, 1], &[1.0, 1.0], &Stream::new(1, "x")),
            Err(Error::Shape { found: 2, expected: 1, .. })
        ));
    }
}
