//! The policy's network: a multilayer perceptron from a file in ONNX.
//!
//! Each output of a layer is the sum over its inputs in their order, in single precision, as the network was trained: the same bits on
//! every processor. A step allocates nothing.

use super::PART;
use super::onnx::{FLOAT, Graph, Node, Port, Tensor, kind};
use crate::{Error, refuse};
use std::path::Path;

/// Number of observations.
pub const OBSERVATIONS: usize = 45;
/// Number of actions.
pub const ACTIONS: usize = 12;
/// Where a policy comes from.
const REMEDY: &str =
    "run scripts/fetch_mujoco.sh, which fetches go2/policy/policy.onnx, or give the path of that file";

/// A layer: sums, and the nonlinearity behind them.
#[derive(Debug, Clone)]
struct Layer {
    /// `[inputs][outputs]`
    weights: Vec<f32>,
    /// `[outputs]`
    bias: Vec<f32>,
    /// Exponential linear unit, by its limit: x above 0, limit (e^x - 1) below.
    limit: Option<f32>,
}

impl Layer {
    fn outputs(&self) -> usize {
        self.bias.len()
    }

    fn inputs(&self) -> usize {
        self.weights.len() / self.bias.len()
    }

    fn evaluate(&self, inputs: &[f32], outputs: &mut [f32]) {
        outputs.copy_from_slice(&self.bias);
        for (input, weights) in inputs.iter().zip(self.weights.chunks_exact(outputs.len())) {
            for (output, weight) in outputs.iter_mut().zip(weights) {
                *output += weight * input;
            }
        }
        if let Some(limit) = self.limit {
            for output in outputs.iter_mut().filter(|output| **output < 0.0) {
                *output = limit * libm::expm1f(*output);
            }
        }
    }
}

/// A network of [`OBSERVATIONS`] inputs and [`ACTIONS`] outputs.
#[derive(Debug, Clone)]
pub struct Network {
    layers: Vec<Layer>,
    /// Activity before and after a layer. `[most outputs]` each
    before: Vec<f32>,
    after: Vec<f32>,
}

impl Network {
    /// Reads a network.
    ///
    /// # Errors
    /// [`Error::Description`] naming the file and the fault: that it is not there, is no ONNX, has other inputs or outputs, an operation
    /// that is not known here, or a weight that is not a number.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let refuse = |what: String| refuse(PART, format!("{}: {what}", path.display()));
        if !path.is_file() {
            return Err(refuse(format!("it is not there; {REMEDY}")));
        }
        let bytes = std::fs::read(path).map_err(|error| refuse(format!("it cannot be read: {error}")))?;
        Self::parse(&bytes).map_err(refuse)
    }

    /// A network from the bytes of a file; the error is the fault and the remedy.
    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let graph = Graph::parse(bytes)
            .map_err(|fault| format!("it is no network in the format ONNX: {fault}; {REMEDY}"))?
            .ok_or_else(|| format!("it holds no network in the format ONNX; {REMEDY}"))?;
        let stored = |port: &&Port| graph.tensors.iter().any(|tensor| tensor.name == port.name);
        let inputs: Vec<&Port> = graph.inputs.iter().filter(|port| !stored(port)).collect();
        let input = ends(&inputs, "input", OBSERVATIONS)?;
        let output = ends(&graph.outputs.iter().collect::<Vec<_>>(), "output", ACTIONS)?;
        let mut layers: Vec<Layer> = Vec::new();
        let (mut signal, mut width) = (input, OBSERVATIONS);
        for node in &graph.nodes {
            let (name, kind) = (&node.name, node.kind.as_str());
            if node.inputs.first().map(String::as_str) != Some(signal) {
                return Err(format!(
                    "`{name}` does not follow on `{signal}`; layers are read one after the other; {REMEDY}"
                ));
            }
            match kind {
                "Gemm" => {
                    let layer = sums(&graph, node, width)?;
                    width = layer.outputs();
                    layers.push(layer);
                }
                "Elu" => {
                    let limit = number(node, "alpha", 1.0)?;
                    let free = layers.last_mut().filter(|layer| layer.limit.is_none());
                    free.ok_or_else(|| format!("`{name}` does not follow on sums (Gemm)"))?.limit =
                        Some(limit);
                }
                _ => {
                    return Err(format!("`{name}` is an operation {kind}; known are Gemm and Elu; {REMEDY}"));
                }
            }
            signal = node.outputs.first().map_or("", String::as_str);
        }
        if signal != output || width != ACTIONS || layers.is_empty() {
            return Err(format!(
                "its layers end in {width} values `{signal}`, not in {ACTIONS} of `{output}`; {REMEDY}"
            ));
        }
        let most = layers.iter().map(Layer::outputs).max().unwrap_or(0).max(OBSERVATIONS);
        Ok(Self { layers, before: vec![0.0; most], after: vec![0.0; most] })
    }

    /// Numbers of inputs and outputs of each layer.
    pub fn layers(&self) -> Vec<[usize; 2]> {
        self.layers.iter().map(|layer| [layer.inputs(), layer.outputs()]).collect()
    }

    /// Actions for these observations; allocates nothing. `[ACTIONS]`
    pub fn evaluate(&mut self, observations: &[f32; OBSERVATIONS]) -> &[f32] {
        self.before[..OBSERVATIONS].copy_from_slice(observations);
        let mut width = OBSERVATIONS;
        for layer in &self.layers {
            let outputs = layer.outputs();
            layer.evaluate(&self.before[..width], &mut self.after[..outputs]);
            std::mem::swap(&mut self.before, &mut self.after);
            width = outputs;
        }
        &self.before[..width]
    }
}

/// Name of the one input or output, which has `width` numbers in single precision.
fn ends<'a>(there: &[&'a Port], what: &str, width: usize) -> Result<&'a str, String> {
    let [port] = there else {
        return Err(format!("it has {} {what}s; a policy has one of {width} numbers; {REMEDY}", there.len()));
    };
    let name = port.name.as_str();
    let found = port.kind.ok_or_else(|| format!("its {what} `{name}` is no tensor; {REMEDY}"))?;
    if found != FLOAT {
        return Err(format!("its {what} `{name}` is of {}, not of float32; {REMEDY}", kind(found)));
    }
    // The first one is the number of observations at once, and may be left open.
    if !matches!(port.sizes[..], [None | Some(1), Some(last)] if last == width as i64) {
        let shown = port.sizes.iter().map(|size| size.map_or("any".into(), |n| n.to_string()));
        let shown = shown.collect::<Vec<_>>().join(" x ");
        return Err(format!("its {what} `{name}` has the size {shown}, not 1 x {width}; {REMEDY}"));
    }
    Ok(name)
}

/// A real attribute of a node.
fn number(node: &Node, name: &str, default: f32) -> Result<f32, String> {
    let value = node.attributes.iter().find(|attribute| attribute.name == name).map_or(default, |it| it.real);
    if value.is_finite() { Ok(value) } else { Err(format!("{name} of `{}` is {value}; {REMEDY}", node.name)) }
}

/// A layer of sums of `width` inputs.
fn sums(graph: &Graph, node: &Node, width: usize) -> Result<Layer, String> {
    let name = &node.name;
    let flag = |name: &str| node.attributes.iter().any(|it| it.name == name && it.whole != 0);
    let factors = [number(node, "alpha", 1.0)?, number(node, "beta", 1.0)?];
    if flag("transA") || factors != [1.0, 1.0] {
        return Err(format!("`{name}` scales or turns its inputs; {REMEDY}"));
    }
    let [_, weights, bias] = &node.inputs[..] else {
        let count = node.inputs.len();
        return Err(format!("`{name}` has {count} inputs, not a signal, weights and a bias; {REMEDY}"));
    };
    let (bias, bias_sizes) = tensor(graph, bias)?;
    let (stored, sizes) = tensor(graph, weights)?;
    let outputs = bias.len();
    // Rows are outputs when they are transposed, as most tools write them.
    let by_output = flag("transB");
    let needed = if by_output { [outputs, width] } else { [width, outputs] };
    if bias_sizes != [outputs] || sizes != needed || outputs == 0 {
        return Err(format!(
            "`{name}`: weights of size {sizes:?} and a bias of size {bias_sizes:?} do not fit {width} inputs; {REMEDY}"
        ));
    }
    let weights = match by_output {
        true => (0..width * outputs).map(|k| stored[width * (k % outputs) + k / outputs]).collect(),
        false => stored,
    };
    Ok(Layer { weights, bias, limit: None })
}

/// Values and sizes of a stored tensor.
fn tensor(graph: &Graph, name: &str) -> Result<(Vec<f32>, Vec<usize>), String> {
    let found = graph.tensors.iter().find(|tensor| tensor.name == name);
    let found: &Tensor = found.ok_or_else(|| format!("it holds no tensor `{name}`; {REMEDY}"))?;
    if found.kind != FLOAT {
        return Err(format!("`{name}` is of {}, not of float32; {REMEDY}", kind(found.kind)));
    }
    if found.is_elsewhere {
        return Err(format!("the values of `{name}` are in another file; {REMEDY}"));
    }
    let values: Vec<f32> = match &found.bytes {
        Some(bytes) => {
            let (words, rest) = bytes.as_chunks::<4>();
            if !rest.is_empty() {
                return Err(format!(
                    "`{name}` has {} bytes, not whole numbers of four; {REMEDY}",
                    bytes.len()
                ));
            }
            words.iter().map(|word| f32::from_le_bytes(*word)).collect()
        }
        None => found.reals.clone(),
    };
    let sizes: Option<Vec<usize>> = found.sizes.iter().map(|size| usize::try_from(*size).ok()).collect();
    let count = sizes
        .iter()
        .flatten()
        .try_fold(1_usize, |count, size| count.checked_mul(*size))
        .filter(|_| sizes.is_some());
    let Some(sizes) = sizes.filter(|_| count == Some(values.len())) else {
        return Err(format!(
            "`{name}` has {} values for a size of {:?}; {REMEDY}",
            values.len(),
            found.sizes
        ));
    };
    match values.iter().position(|value| !value.is_finite()) {
        Some(i) => Err(format!("value {i} of `{name}` is {}; {REMEDY}", values[i])),
        None => Ok((values, sizes)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::{bytes, linear, node, port, real, tensor, whole};
    use super::*;

    fn fault(change: impl Fn(&mut Graph)) -> String {
        let mut graph = linear(|_, _| 0.5, |_| 0.0);
        change(&mut graph);
        Network::parse(&bytes(&graph)).unwrap_err()
    }

    #[test]
    fn a_network_of_two_layers_gives_what_a_hand_computes() {
        // Three hidden units: 1 + 2 x, -x, 0.5 - y of the first two observations x and y, behind a unit of limit 2; the first layer
        // is stored by input, the second by output.
        let mut first = vec![0.0; OBSERVATIONS * 3];
        (first[0], first[1], first[5]) = (2.0, -1.0, -1.0);
        let mut second = vec![0.0; ACTIONS * 3];
        second[..6].copy_from_slice(&[1.0, 0.0, 0.0, 0.0, 1.0, -3.0]);
        let graph = Graph {
            nodes: vec![
                node("Gemm", &["obs", "w0", "b0"], "h", vec![real("alpha", 1.0)]),
                node("Elu", &["h"], "e", vec![real("alpha", 2.0)]),
                node("Gemm", &["e", "w1", "b1"], "actions", vec![whole("transB", 1)]),
            ],
            tensors: vec![
                tensor("w0", &[OBSERVATIONS, 3], &first),
                tensor("b0", &[3], &[1.0, 0.0, 0.5]),
                tensor("w1", &[ACTIONS, 3], &second),
                tensor("b1", &[ACTIONS], &[0.25; ACTIONS]),
            ],
            inputs: vec![port("obs", OBSERVATIONS as i64)],
            outputs: vec![port("actions", ACTIONS as i64)],
        };
        let mut network = Network::parse(&bytes(&graph)).unwrap();
        assert_eq!(network.layers(), [[OBSERVATIONS, 3], [3, ACTIONS]]);
        let mut observations = [9.0; OBSERVATIONS];
        (observations[0], observations[1]) = (3.0, -0.5);
        // Hidden: 7, 2 (e^-3 - 1), 1.
        let expected = [7.25, 2.0 * libm::expm1f(-3.0) - 3.0 + 0.25, 0.25];
        assert_eq!(network.evaluate(&observations)[..3], expected);
        assert_eq!(network.evaluate(&observations).len(), ACTIONS);
    }

    #[test]
    fn values_may_be_stored_as_numbers_and_the_count_of_observations_left_open() {
        let mut graph = linear(|action, i| (action + i) as f32, |_| 1.0);
        let [weights, _] = &mut graph.tensors[..] else { unreachable!() };
        weights.bytes = None;
        weights.reals =
            (0..ACTIONS * OBSERVATIONS).map(|k| (k / OBSERVATIONS + k % OBSERVATIONS) as f32).collect();
        (graph.inputs[0].sizes[0], graph.outputs[0].sizes[0]) = (None, None);
        let mut observations = [0.0; OBSERVATIONS];
        observations[40] = 2.0;
        let mut network = Network::parse(&bytes(&graph)).unwrap();
        let expected: [f32; ACTIONS] = std::array::from_fn(|action| 1.0 + 2.0 * (action + 40) as f32);
        assert_eq!(network.evaluate(&observations), expected);
    }

    #[test]
    fn a_file_that_is_no_policy_is_refused_by_name_with_the_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.onnx");
        let error = Network::open(&path).unwrap_err().to_string();
        assert!(
            error.contains("policy.onnx: it is not there") && error.contains("scripts/fetch_mujoco.sh"),
            "{error}"
        );
        let whole = bytes(&linear(|_, _| 0.5, |_| 0.0));
        std::fs::write(&path, &whole).unwrap();
        assert!(Network::open(&path).is_ok());
        for wrong in [&b""[..], b"PK\x03\x04 no network", &whole[..whole.len() / 2], &[0xff; 64]] {
            std::fs::write(&path, wrong).unwrap();
            let error = Network::open(&path).unwrap_err().to_string();
            assert!(error.contains("policy.onnx: ") && error.contains("scripts/fetch_mujoco.sh"), "{error}");
        }
    }

    #[test]
    fn damaged_files_are_refused_or_read_but_never_crash() {
        let whole = bytes(&linear(|action, i| (action * i) as f32, |_| 0.0));
        for place in (0..whole.len()).step_by(7).chain(whole.len() - 200..whole.len()) {
            for bits in [0x01, 0x80, 0xff] {
                let mut damaged = whole.clone();
                damaged[place] ^= bits;
                if let Ok(mut network) = Network::parse(&damaged) {
                    assert_eq!(network.evaluate(&[0.0; OBSERVATIONS]).len(), ACTIONS);
                }
            }
        }
        for end in (0..whole.len()).step_by(11) {
            assert!(Network::parse(&whole[..end]).is_err());
        }
    }

    #[test]
    fn sizes_and_types_that_do_not_fit_are_named() {
        let error = fault(|graph| graph.inputs = vec![port("obs", 48)]);
        assert!(error.contains("input `obs` has the size 1 x 48, not 1 x 45"), "{error}");
        let error = fault(|graph| graph.outputs = vec![port("actions", 6)]);
        assert!(error.contains("output `actions` has the size 1 x 6, not 1 x 12"), "{error}");
        let error = fault(|graph| graph.inputs.push(port("more", 2)));
        assert!(error.contains("it has 2 inputs"), "{error}");
        let error = fault(|graph| graph.inputs[0].kind = None);
        assert!(error.contains("input `obs` is no tensor"), "{error}");
        let error = fault(|graph| graph.outputs.clear());
        assert!(error.contains("it has 0 outputs"), "{error}");
        let error = fault(|graph| graph.inputs[0].kind = Some(11));
        assert!(error.contains("`obs` is of float64, not of float32"), "{error}");
        let error = fault(|graph| graph.tensors[0].kind = 3);
        assert!(error.contains("`w` is of int8, not of float32"), "{error}");
        let error = fault(|graph| graph.tensors[0] = tensor("w", &[ACTIONS, 44], &[0.0; ACTIONS * 44]));
        assert!(error.contains("[12, 44]") && error.contains("45 inputs"), "{error}");
        let error = fault(|graph| graph.tensors[0].sizes[1] = 44);
        assert!(error.contains("540 values for a size of [12, 44]"), "{error}");
        let error = fault(|graph| graph.tensors[0].sizes = vec![-1, i64::MAX]);
        assert!(error.contains("540 values for a size of"), "{error}");
        let error = fault(|graph| graph.tensors[1] = tensor("b", &[0], &[]));
        assert!(error.contains("bias of size [0]"), "{error}");
        let error = fault(|graph| drop(graph.tensors.pop()));
        assert!(error.contains("no tensor `b`"), "{error}");
        let error = fault(|graph| graph.tensors[0].is_elsewhere = true);
        assert!(error.contains("in another file"), "{error}");
    }

    #[test]
    fn weights_that_are_no_numbers_and_unknown_operations_are_named() {
        let mut weights = vec![0.0; ACTIONS * OBSERVATIONS];
        weights[7] = f32::NAN;
        let error = fault(|graph| graph.tensors[0] = tensor("w", &[ACTIONS, OBSERVATIONS], &weights));
        assert!(error.contains("value 7 of `w` is NaN"), "{error}");
        let error = fault(|graph| graph.nodes.push(node("Tanh", &["actions"], "more", vec![])));
        assert!(error.contains("an operation Tanh") && error.contains("Gemm and Elu"), "{error}");
        let error = fault(|graph| graph.nodes.insert(0, node("Elu", &["obs"], "obs", vec![])));
        assert!(error.contains("does not follow on sums"), "{error}");
        let error = fault(|graph| graph.nodes[0].inputs[0] = "other".into());
        assert!(error.contains("does not follow on `obs`"), "{error}");
        let error = fault(|graph| graph.nodes[0].outputs[0] = "other".into());
        assert!(error.contains("end in 12 values `other`"), "{error}");
        let error = fault(|graph| graph.nodes[0].attributes.push(real("alpha", 0.5)));
        assert!(error.contains("scales or turns"), "{error}");
        let error = fault(|graph| graph.nodes.clear());
        assert!(error.contains("end in 45 values `obs`"), "{error}");
    }
}
