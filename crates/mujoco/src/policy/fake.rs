//! Networks for tests, as files in ONNX.

use super::onnx::{Attribute, FLOAT, Graph, Node, Port, Tensor};
use super::{ACTIONS, OBSERVATIONS};

/// An input or output `1 x size` of numbers in single precision.
pub fn port(name: &str, size: i64) -> Port {
    Port { name: name.into(), kind: Some(FLOAT), sizes: vec![Some(1), Some(size)] }
}

/// A stored tensor.
pub fn tensor(name: &str, sizes: &[usize], values: &[f32]) -> Tensor {
    Tensor {
        name: name.into(),
        kind: FLOAT,
        sizes: sizes.iter().map(|size| *size as i64).collect(),
        bytes: Some(values.iter().flat_map(|value| value.to_le_bytes()).collect()),
        ..Default::default()
    }
}

/// An operation that is named by its kind.
pub fn node(kind: &str, inputs: &[&str], output: &str, attributes: Vec<Attribute>) -> Node {
    Node {
        name: format!("{kind} to {output}"),
        kind: kind.into(),
        inputs: inputs.iter().map(|input| (*input).into()).collect(),
        outputs: vec![output.into()],
        attributes,
    }
}

/// An attribute that is a whole number.
pub fn whole(name: &str, value: i64) -> Attribute {
    Attribute { name: name.into(), whole: value, ..Default::default() }
}

/// An attribute that is a real number.
pub fn real(name: &str, value: f32) -> Attribute {
    Attribute { name: name.into(), real: value, ..Default::default() }
}

/// A policy of one layer: action a is `bias(a)` + the sum of `weight(a, i)` times observation i.
pub fn linear(weight: impl Fn(usize, usize) -> f32, bias: impl Fn(usize) -> f32) -> Graph {
    let weights: Vec<f32> =
        (0..ACTIONS * OBSERVATIONS).map(|k| weight(k / OBSERVATIONS, k % OBSERVATIONS)).collect();
    let bias: Vec<f32> = (0..ACTIONS).map(bias).collect();
    Graph {
        nodes: vec![node("Gemm", &["obs", "w", "b"], "actions", vec![whole("transB", 1)])],
        tensors: vec![tensor("w", &[ACTIONS, OBSERVATIONS], &weights), tensor("b", &[ACTIONS], &bias)],
        inputs: vec![port("obs", OBSERVATIONS as i64)],
        outputs: vec![port("actions", ACTIONS as i64)],
    }
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn count(number: u64, value: u64) -> Vec<u8> {
    [varint(number << 3), varint(value)].concat()
}

fn message(number: u64, parts: &[Vec<u8>]) -> Vec<u8> {
    let bytes = parts.concat();
    [varint(number << 3 | 2), varint(bytes.len() as u64), bytes].concat()
}

fn text(number: u64, text: &str) -> Vec<u8> {
    message(number, &[text.as_bytes().to_vec()])
}

fn texts(number: u64, all: &[String]) -> Vec<u8> {
    all.iter().flat_map(|one| text(number, one)).collect()
}

fn port_bytes(number: u64, port: &Port) -> Vec<u8> {
    let sizes: Vec<Vec<u8>> = port
        .sizes
        .iter()
        .map(|size| message(1, &[size.map_or_else(|| text(2, "batch"), |size| count(1, size as u64))]))
        .collect();
    let tensor = port.kind.map_or(Vec::new(), |kind| message(1, &[count(1, kind), message(2, &sizes)]));
    message(number, &[text(1, &port.name), message(2, &[tensor])])
}

fn node_bytes(node: &Node) -> Vec<u8> {
    let attributes = node.attributes.iter().flat_map(|attribute| {
        let real = [varint(2 << 3 | 5), attribute.real.to_le_bytes().to_vec()].concat();
        message(5, &[text(1, &attribute.name), real, count(3, attribute.whole as u64)])
    });
    message(
        1,
        &[
            texts(1, &node.inputs),
            texts(2, &node.outputs),
            text(3, &node.name),
            text(4, &node.kind),
            attributes.collect(),
        ],
    )
}

fn tensor_bytes(tensor: &Tensor) -> Vec<u8> {
    let sizes = tensor.sizes.iter().flat_map(|size| varint(*size as u64)).collect();
    let reals: Vec<u8> = tensor.reals.iter().flat_map(|real| real.to_le_bytes()).collect();
    let mut parts = vec![message(1, &[sizes]), count(2, tensor.kind), text(8, &tensor.name)];
    parts.extend(tensor.bytes.iter().map(|bytes| message(9, std::slice::from_ref(bytes))));
    if !reals.is_empty() {
        parts.push(message(4, &[reals]));
    }
    parts.push(count(14, tensor.is_elsewhere.into()));
    message(5, &parts)
}

/// A file with this network.
pub fn bytes(graph: &Graph) -> Vec<u8> {
    let mut parts: Vec<Vec<u8>> = graph.nodes.iter().map(node_bytes).collect();
    parts.extend(graph.tensors.iter().map(tensor_bytes));
    parts.extend(graph.inputs.iter().map(|port| port_bytes(11, port)));
    parts.extend(graph.outputs.iter().map(|port| port_bytes(12, port)));
    [count(1, 8), text(2, "a test"), message(7, &parts)].concat()
}
