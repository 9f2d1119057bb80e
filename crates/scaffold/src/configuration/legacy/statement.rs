//! The arithmetic of a `statement`: a Python expression that gives a parameter of a device.
//!
//! A closed grammar is evaluated, no code: numbers, names of variables, `+ - * / ( )`, lists, `np.linspace(a, b, n)`,
//! `np.arange(a, b, step)`, `np.round(x)`, `list(x)`. Arithmetic goes over the numbers of an array, as numpy's does.

use std::collections::BTreeMap;

/// Numbers of a list, at most.
const MOST_NUMBERS: usize = 1_000_000;
/// Characters of a statement, and brackets within brackets, at most.
const MOST_CHARACTERS: usize = 10_000;
const MOST_DEPTH: usize = 50;

/// The value of a statement.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Number(f64),
    /// An array of numpy, over whose numbers arithmetic goes.
    Array(Vec<f64>),
    /// A list of Python.
    List(Vec<f64>),
}

impl Value {
    fn len(&self) -> usize {
        match self {
            Self::Number(_) => 1,
            Self::Array(list) | Self::List(list) => list.len(),
        }
    }

    /// The value as a list; a number is a list of one.
    pub fn numbers(self) -> Vec<f64> {
        match self {
            Self::Number(x) => vec![x],
            Self::Array(list) | Self::List(list) => list,
        }
    }
}

/// The value of a statement with variables.
///
/// # Errors
/// Why it is none: the part that is not understood, a list that is too long, a number that is not finite.
pub(super) fn value(statement: &str, variables: &BTreeMap<String, Value>) -> Result<Value, String> {
    if statement.len() > MOST_CHARACTERS {
        return Err(format!("has {} characters; {MOST_CHARACTERS} are read at most", statement.len()));
    }
    let mut reader = Reader { rest: statement, variables, depth: 0 };
    let value = reader.sum()?;
    match reader.rest.trim_start() {
        "" => {}
        rest => return Err(reader.unread(rest)),
    }
    let is_finite = match &value {
        Value::Number(x) => x.is_finite(),
        Value::Array(list) | Value::List(list) => list.iter().all(|x| x.is_finite()),
    };
    if is_finite { Ok(value) } else { Err("gives a number that is not finite".into()) }
}

struct Reader<'a> {
    rest: &'a str,
    variables: &'a BTreeMap<String, Value>,
    depth: usize,
}

impl Reader<'_> {
    fn unread(&self, rest: &str) -> String {
        let shown: String = rest.chars().take(30).collect();
        format!(
            "is not understood at `{shown}`; numbers, variables, + - * / ( ), lists, np.linspace, np.arange, np.round and list are"
        )
    }

    /// Takes a sign if it is next.
    fn takes(&mut self, sign: char) -> bool {
        self.rest = self.rest.trim_start();
        let rest = self.rest.strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn needs(&mut self, sign: char) -> Result<(), String> {
        if self.takes(sign) { Ok(()) } else { Err(self.unread(self.rest)) }
    }

    fn sum(&mut self) -> Result<Value, String> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err(format!("has brackets {MOST_DEPTH} deep; write it in fewer"));
        }
        let mut left = self.product()?;
        loop {
            if self.takes('+') {
                left = over(left, self.product()?, |a, b| a + b)?;
            } else if self.takes('-') {
                left = over(left, self.product()?, |a, b| a - b)?;
            } else {
                self.depth -= 1;
                return Ok(left);
            }
        }
    }

    fn product(&mut self) -> Result<Value, String> {
        let mut left = self.factor()?;
        loop {
            self.rest = self.rest.trim_start();
            // Powers and whole division are others' signs.
            if self.rest.starts_with("**") || self.rest.starts_with("//") {
                return Err(self.unread(self.rest));
            }
            if self.takes('*') {
                left = over(left, self.factor()?, |a, b| a * b)?;
            } else if self.takes('/') {
                left = over(left, self.factor()?, |a, b| a / b)?;
            } else {
                return Ok(left);
            }
        }
    }

    fn factor(&mut self) -> Result<Value, String> {
        let mut sign = 1.0;
        loop {
            if self.takes('-') {
                sign = -sign;
            } else if !self.takes('+') {
                break;
            }
        }
        let value = self.atom()?;
        if sign < 0.0 { over(Value::Number(-1.0), value, |a, b| a * b) } else { Ok(value) }
    }

    fn atom(&mut self) -> Result<Value, String> {
        if self.takes('(') {
            let value = self.sum()?;
            self.needs(')')?;
            return Ok(value);
        }
        if self.takes('[') {
            let numbers = self.arguments(']')?.into_iter().map(|value| match value {
                Value::Number(x) => Ok(x),
                _ => Err("has a list within a list".to_string()),
            });
            return Ok(Value::List(numbers.collect::<Result<_, _>>()?));
        }
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let end = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
        let word = &self.rest[..end];
        if word.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            return self.number();
        }
        if word.is_empty() {
            return Err(self.unread(self.rest));
        }
        let begin = self.rest;
        self.rest = &self.rest[end..];
        if self.takes('(') {
            let arguments = self.arguments(')')?;
            return call(word, arguments).unwrap_or_else(|| Err(self.unread(begin)));
        }
        let missing = || {
            let known = self.variables.keys().cloned().collect::<Vec<_>>().join(", ");
            format!("names `{word}`, which is no variable; there are: {known}")
        };
        self.variables.get(word).cloned().ok_or_else(missing)
    }

    /// A number, with its exponent.
    fn number(&mut self) -> Result<Value, String> {
        let bytes = self.rest.as_bytes();
        let mut end = 0;
        while end < bytes.len() {
            let is_exponent = matches!(bytes[end], b'e' | b'E') && end > 0;
            let is_sign = matches!(bytes[end], b'+' | b'-') && matches!(bytes[end - 1], b'e' | b'E');
            if !(bytes[end].is_ascii_digit() || bytes[end] == b'.' || is_exponent || is_sign) {
                break;
            }
            end += 1;
        }
        let number = self.rest[..end].parse().map_err(|_| self.unread(self.rest))?;
        self.rest = &self.rest[end..];
        Ok(Value::Number(number))
    }

    /// Values with commas between them, up to the closing sign.
    fn arguments(&mut self, end: char) -> Result<Vec<Value>, String> {
        let (mut values, mut numbers) = (Vec::new(), 0);
        while !self.takes(end) {
            let value = self.sum()?;
            numbers += value.len();
            // Of all values together: each of many may be as long as a list may be.
            if numbers > MOST_NUMBERS {
                return Err(too_long());
            }
            values.push(value);
            if !self.takes(',') {
                self.needs(end)?;
                break;
            }
        }
        Ok(values)
    }
}

fn too_long() -> String {
    format!("gives more than {MOST_NUMBERS} numbers")
}

/// Arithmetic of two values; a number goes with each number of an array.
fn over(a: Value, b: Value, of: impl Fn(f64, f64) -> f64) -> Result<Value, String> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Ok(Value::Number(of(a, b))),
        (Value::Array(a), Value::Number(b)) => Ok(Value::Array(a.into_iter().map(|a| of(a, b)).collect())),
        (Value::Number(a), Value::Array(b)) => Ok(Value::Array(b.into_iter().map(|b| of(a, b)).collect())),
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            Ok(Value::Array(a.into_iter().zip(b).map(|(a, b)| of(a, b)).collect()))
        }
        (Value::Array(a), Value::Array(b)) => {
            Err(format!("joins arrays of {} and {} numbers", a.len(), b.len()))
        }
        _ => {
            Err("does arithmetic with a list, which is not that of its numbers; use np.linspace or np.arange"
                .into())
        }
    }
}

/// A function of numpy or Python that is known.
fn call(name: &str, arguments: Vec<Value>) -> Option<Result<Value, String>> {
    let numbers: Vec<f64> =
        arguments.iter().filter_map(|v| if let Value::Number(x) = v { Some(*x) } else { None }).collect();
    let plain = numbers.len() == arguments.len();
    Some(match (name, &numbers[..]) {
        ("np.linspace", &[from, to, n]) if plain => linspace(from, to, n),
        ("np.arange", &[from, to, step]) if plain => arange(from, to, step),
        ("np.arange", &[from, to]) if plain => arange(from, to, 1.0),
        ("np.round", _) if arguments.len() == 1 => Ok(match arguments.into_iter().next()? {
            Value::Number(x) => Value::Number(x.round_ties_even()),
            Value::Array(list) | Value::List(list) => {
                Value::Array(list.into_iter().map(f64::round_ties_even).collect())
            }
        }),
        ("list" | "np.array", _) if arguments.len() == 1 => match (name, arguments.into_iter().next()?) {
            (_, Value::Number(_)) => Err(format!("gives `{name}` a number")),
            ("list", Value::Array(list) | Value::List(list)) => Ok(Value::List(list)),
            (_, Value::Array(list) | Value::List(list)) => Ok(Value::Array(list)),
        },
        _ => return None,
    })
}

fn linspace(from: f64, to: f64, n: f64) -> Result<Value, String> {
    if n.fract() != 0.0 || n < 0.0 {
        return Err(format!("asks np.linspace for {n} numbers"));
    }
    if n > MOST_NUMBERS as f64 {
        return Err(too_long());
    }
    let count = n as usize;
    // As numpy: the last number is the end itself.
    let step = if count > 1 { (to - from) / (n - 1.0) } else { 0.0 };
    let at = |k: usize| if count > 1 && k == count - 1 { to } else { from + k as f64 * step };
    Ok(Value::Array((0..count).map(at).collect()))
}

fn arange(from: f64, to: f64, step: f64) -> Result<Value, String> {
    let count = ((to - from) / step).ceil();
    if count.is_nan() || step == 0.0 {
        return Err("asks np.arange for a step of 0".into());
    }
    if count > MOST_NUMBERS as f64 {
        return Err(too_long());
    }
    Ok(Value::Array((0..count.max(0.0) as usize).map(|k| from + k as f64 * step).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(statement: &str) -> Result<Value, String> {
        let variables = [("start", 250.0), ("stop", 258.0), ("count", 5.0)];
        value(statement, &variables.map(|(name, x)| (name.to_string(), Value::Number(x))).into())
    }

    #[test]
    fn statements_of_configurations_are_evaluated() {
        let list = |numbers: &[f64]| Ok(Value::List(numbers.to_vec()));
        assert_eq!(of("list(np.linspace(start, stop, count))"), list(&[250.0, 252.0, 254.0, 256.0, 258.0]));
        assert_eq!(of("[ 1, 2.5e1, -3 ]"), list(&[1.0, 25.0, -3.0]));
        assert_eq!(
            of("list(np.round(np.linspace(750, 760, 5)))"),
            list(&[750.0, 752.0, 755.0, 758.0, 760.0])
        );
        assert_eq!(of("np.arange(0, 10, 4) * 2 + 1"), Ok(Value::Array(vec![1.0, 9.0, 17.0])));
        assert_eq!(of("-(start + 2) / 4 - -1"), Ok(Value::Number(-62.0)));
        assert_eq!(of("2*3+4"), Ok(Value::Number(10.0)));
        assert_eq!(of("1e-3+.5"), Ok(Value::Number(0.501)));
        assert_eq!(of("list(np.linspace(1, 2, 1))"), list(&[1.0]));
    }

    #[test]
    fn nothing_else_is() {
        for (statement, said) in [
            ("__import__('os').system('x')", "not understood"),
            ("[0]*10**9", "a list"),
            ("[0]*1000", "a list"),
            ("np.linspace(0, 1, 1e9)", "more than 1000000"),
            ("np.arange(0, 1e12, 1)", "more than 1000000"),
            ("np.arange(0, 1, 0)", "step of 0"),
            ("1/0", "not finite"),
            ("start if stop else 3", "not understood"),
            ("lambda: 3", "`lambda`"),
            ("other", "no variable"),
            ("np.random.rand(3)", "not understood"),
            ("", "not understood"),
            ("(1", "not understood"),
            ("[[1]]", "list within"),
            ("np.linspace(0, 1, 2.5)", "2.5 numbers"),
            ("2 ** 8", "not understood"),
            // Each of them is as long as a list may be.
            ("[np.linspace(0, 1, 1e6), np.linspace(0, 1, 1e6)]", "more than 1000000"),
            ("other(np.linspace(0, 1, 1e6), 1)", "more than 1000000"),
            ("np.arange(0, 2, 1) + np.arange(0, 3, 1)", "2 and 3"),
        ] {
            let refused = of(statement).unwrap_err();
            assert!(refused.contains(said), "{statement}: {refused}");
        }
        assert!(of(&"(".repeat(5000)).unwrap_err().contains("deep"));
        assert!(of(&"[".repeat(5000)).is_err() && of(&"-".repeat(9000)).is_err());
        assert!(of(&"1".repeat(20_000)).unwrap_err().contains("characters"));
    }
}
