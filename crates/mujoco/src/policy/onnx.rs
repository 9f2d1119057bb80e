//! Files in ONNX, as far as a network of layers needs them.
//!
//! The format is that of protocol buffers: fields of a number and a value, some of which are messages again. No length of a file is
//! believed before the bytes are there, and messages are nested no deeper than the schema says.
//!
//! Source of the numbers of fields and types: onnx.proto3 (github.com/onnx/onnx, Apache-2.0).

/// Type of a number in single precision.
pub const FLOAT: u64 = 1;
/// Names of the types, in their order.
const KINDS: [&str; 12] = [
    "undefined",
    "float32",
    "uint8",
    "int8",
    "uint16",
    "int16",
    "int32",
    "int64",
    "string",
    "bool",
    "float16",
    "float64",
];

/// Name of a type.
pub fn kind(number: u64) -> String {
    let known = usize::try_from(number).ok().and_then(|number| KINDS.get(number));
    known.map_or_else(|| format!("type {number}"), |name| (*name).into())
}

/// A network.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Graph {
    pub nodes: Vec<Node>,
    pub tensors: Vec<Tensor>,
    pub inputs: Vec<Port>,
    pub outputs: Vec<Port>,
}

/// An operation on named signals.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Node {
    pub name: String,
    pub kind: String,
    pub inputs: Vec<String>,
    pub outputs: Vec<String>,
    pub attributes: Vec<Attribute>,
}

/// A parameter of an operation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attribute {
    pub name: String,
    pub real: f32,
    pub whole: i64,
}

/// Stored values: as bytes, or else as numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tensor {
    pub name: String,
    pub kind: u64,
    pub sizes: Vec<i64>,
    pub bytes: Option<Vec<u8>>,
    pub reals: Vec<f32>,
    /// True if the values are in another file.
    pub is_elsewhere: bool,
}

/// An input or output of the network.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Port {
    pub name: String,
    /// Type of its numbers; none for what is no tensor.
    pub kind: Option<u64>,
    /// Sizes; none for one that is left open.
    pub sizes: Vec<Option<i64>>,
}

/// A value of a field.
#[derive(Clone, Copy)]
enum Value<'a> {
    Whole(u64),
    Four([u8; 4]),
    Eight,
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    fn bytes(self) -> Result<&'a [u8], String> {
        if let Self::Bytes(bytes) = self {
            Ok(bytes)
        } else {
            Err("a number stands where a message must be".into())
        }
    }

    fn whole(self) -> Result<u64, String> {
        if let Self::Whole(whole) = self {
            Ok(whole)
        } else {
            Err("no whole number stands where one must be".into())
        }
    }

    fn text(self) -> Result<String, String> {
        String::from_utf8(self.bytes()?.to_vec()).map_err(|_| "a name is no text".into())
    }

    /// Appends whole numbers, which may be packed.
    fn wholes(self, to: &mut Vec<i64>) -> Result<(), String> {
        let Self::Bytes(mut rest) = self else {
            to.push(self.whole()? as i64);
            return Ok(());
        };
        while !rest.is_empty() {
            to.push(varint(&mut rest)? as i64);
        }
        Ok(())
    }

    /// Appends numbers in single precision, which may be packed.
    fn reals(self, to: &mut Vec<f32>) -> Result<(), String> {
        let one = |word: &[u8; 4]| f32::from_le_bytes(*word);
        match self {
            Self::Four(word) => to.push(one(&word)),
            Self::Bytes(bytes) => {
                let (words, rest) = bytes.as_chunks::<4>();
                if !rest.is_empty() {
                    return Err("numbers in single precision end too early".into());
                }
                to.extend(words.iter().map(one));
            }
            _ => return Err("no number in single precision stands where one must be".into()),
        }
        Ok(())
    }
}

/// The first so many bytes, which are taken off.
fn split<'a>(rest: &mut &'a [u8], count: u64) -> Result<&'a [u8], String> {
    let (head, tail) = usize::try_from(count)
        .ok()
        .and_then(|count| rest.split_at_checked(count))
        .ok_or("it ends too early")?;
    *rest = tail;
    Ok(head)
}

/// A whole number of up to ten bytes of seven bits, the lowest first.
fn varint(rest: &mut &[u8]) -> Result<u64, String> {
    let mut value = 0;
    for shift in (0..70).step_by(7) {
        let byte = split(rest, 1)?[0];
        value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err("a whole number has no end".into())
}

/// Calls `take` with the number and the value of each field of a message.
fn fields<'a>(
    mut rest: &'a [u8],
    mut take: impl FnMut(u64, Value<'a>) -> Result<(), String>,
) -> Result<(), String> {
    while !rest.is_empty() {
        let key = varint(&mut rest)?;
        let value = match key & 7 {
            0 => Value::Whole(varint(&mut rest)?),
            1 => split(&mut rest, 8).map(|_| Value::Eight)?,
            2 => {
                let count = varint(&mut rest)?;
                Value::Bytes(split(&mut rest, count)?)
            }
            5 => {
                let word = split(&mut rest, 4)?;
                Value::Four([word[0], word[1], word[2], word[3]])
            }
            other => return Err(format!("it has a field of the unknown kind {other}")),
        };
        take(key >> 3, value)?;
    }
    Ok(())
}

/// A message of which each field is put in place by `put`.
fn message<'a, M: Default>(
    bytes: &'a [u8],
    put: impl Fn(&mut M, u64, Value<'a>) -> Result<(), String>,
) -> Result<M, String> {
    let mut message = M::default();
    fields(bytes, |number, value| put(&mut message, number, value))?;
    Ok(message)
}

impl Graph {
    /// The network of a file; none if the file holds none.
    ///
    /// # Errors
    /// The fault of the format.
    pub fn parse(file: &[u8]) -> Result<Option<Self>, String> {
        message(file, |graph: &mut Option<Self>, number, value| {
            if number == 7 {
                *graph = Some(message(value.bytes()?, Self::put)?);
            }
            Ok(())
        })
    }

    fn put(&mut self, number: u64, value: Value) -> Result<(), String> {
        match number {
            1 => self.nodes.push(message(value.bytes()?, Node::put)?),
            5 => self.tensors.push(message(value.bytes()?, Tensor::put)?),
            11 => self.inputs.push(message(value.bytes()?, Port::put)?),
            12 => self.outputs.push(message(value.bytes()?, Port::put)?),
            _ => {}
        }
        Ok(())
    }
}

impl Node {
    fn put(&mut self, number: u64, value: Value) -> Result<(), String> {
        match number {
            1 => self.inputs.push(value.text()?),
            2 => self.outputs.push(value.text()?),
            3 => self.name = value.text()?,
            4 => self.kind = value.text()?,
            5 => self.attributes.push(message(value.bytes()?, Attribute::put)?),
            _ => {}
        }
        Ok(())
    }
}

impl Attribute {
    fn put(&mut self, number: u64, value: Value) -> Result<(), String> {
        match (number, value) {
            (1, _) => self.name = value.text()?,
            (2, Value::Four(word)) => self.real = f32::from_le_bytes(word),
            (3, Value::Whole(whole)) => self.whole = whole as i64,
            _ => {}
        }
        Ok(())
    }
}

impl Tensor {
    fn put(&mut self, number: u64, value: Value) -> Result<(), String> {
        match number {
            1 => value.wholes(&mut self.sizes)?,
            2 => self.kind = value.whole()?,
            4 => value.reals(&mut self.reals)?,
            8 => self.name = value.text()?,
            9 => self.bytes = Some(value.bytes()?.to_vec()),
            14 => self.is_elsewhere = value.whole()? != 0,
            _ => {}
        }
        Ok(())
    }
}

impl Port {
    fn put(&mut self, number: u64, value: Value) -> Result<(), String> {
        match number {
            1 => self.name = value.text()?,
            // The type, of which field 1 is that of a tensor; this has the type of its numbers and its shape, a list of sizes.
            2 => fields(value.bytes()?, |number, value| match number {
                1 => self.put_tensor(value.bytes()?),
                _ => Ok(()),
            })?,
            _ => {}
        }
        Ok(())
    }

    fn put_tensor(&mut self, bytes: &[u8]) -> Result<(), String> {
        fields(bytes, |number, value| match number {
            1 => {
                self.kind = Some(value.whole()?);
                Ok(())
            }
            2 => fields(value.bytes()?, |number, value| {
                if number == 1 {
                    self.sizes.push(message(value.bytes()?, |size: &mut Option<i64>, number, value| {
                        if number == 1 {
                            *size = Some(value.whole()? as i64);
                        }
                        Ok(())
                    })?);
                }
                Ok(())
            }),
            _ => Ok(()),
        })
    }
}
