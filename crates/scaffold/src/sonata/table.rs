//! The tables `node_types.csv` and `edge_types.csv`: columns divided by single
//! spaces, the first row their names, fields with a space or a quote in quotes.

use crate::error::ensure;
use std::collections::BTreeMap;

pub(super) fn csv<const N: usize>(header: &[&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut text = header.join(" ") + "\n";
    for row in rows {
        text += &(row.map(|field| quoted(&field)).join(" ") + "\n");
    }
    text
}

fn quoted(field: &str) -> String {
    match field.is_empty() || field.contains([' ', '"', '\n', '\r', '\t']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field.into(),
    }
}

/// Types by id: the value of each column that is not empty, `NULL`, `NONE` or `NaN`.
pub(super) type Types = BTreeMap<i64, BTreeMap<String, String>>;

/// Reads a table whose column `id` numbers the types.
pub(super) fn types(text: &str, id: &str) -> Result<Types, String> {
    let mut rows = fields(text)?.into_iter().enumerate().filter(|(_, row)| row.iter().any(|f| !f.is_empty()));
    let (_, header) = rows.next().ok_or("has no row of column names; write the table again")?;
    let at = header.iter().position(|name| name == id).ok_or_else(|| {
        format!("has no column `{id}`; it has {}; columns are divided by a space", header.join(", "))
    })?;
    let mut types = Types::new();
    for (line, row) in rows {
        let (n, m) = (row.len(), header.len());
        ensure(n == m, || format!("row {line} has {n} fields, the first row {m}; quote fields with spaces"))?;
        let number = row[at].parse();
        let number =
            number.map_err(|_| format!("row {line} has `{id}` {:?}, which is no whole number", row[at]))?;
        let is_given = |(name, value): &(String, String)| {
            name != id && !matches!(value.as_str(), "" | "NULL" | "NONE" | "None" | "NaN" | "nan")
        };
        let values = header.iter().cloned().zip(row).filter(is_given).collect();
        ensure(types.insert(number, values).is_none(), || {
            format!("row {line} has `{id}` {number}, as has an earlier row; number types once")
        })?;
    }
    Ok(types)
}

fn fields(text: &str) -> Result<Vec<Vec<String>>, String> {
    let mut rows = vec![vec![String::new()]];
    let mut is_quoted = false;
    let mut letters = text.trim_start_matches('\u{feff}').chars().filter(|&c| c != '\r').peekable();
    while let Some(letter) = letters.next() {
        // There is always a last row with a last field.
        let row = rows.last_mut().expect("a row");
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => {
                letters.next();
                row.last_mut().expect("a field").push('"');
            }
            '"' => is_quoted = !is_quoted,
            ' ' | '\t' if !is_quoted => row.push(String::new()),
            '\n' if !is_quoted => rows.push(vec![String::new()]),
            other => row.last_mut().expect("a field").push(other),
        }
    }
    ensure(!is_quoted, || "has a quote that is never closed; write the table again".to_string())?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let rows = [["7", "a b", "NULL"], ["8", "say \"x\"\n", ""]].map(|r| r.map(String::from));
        let text = csv(&["node_type_id", "pop_name", "model_template"], rows.into_iter());
        let types = types(&text, "node_type_id").unwrap();
        assert_eq!(types[&7], BTreeMap::from([("pop_name".into(), "a b".into())]));
        assert_eq!(types[&8], BTreeMap::from([("pop_name".into(), "say \"x\"\n".into())]));
    }

    #[test]
    fn tables_that_are_none_are_refused() {
        for (text, part) in [
            ("", "column names"),
            ("a b\n1 2\n", "`node_type_id`"),
            ("node_type_id b\n1\n", "row 1 has 1 fields"),
            ("node_type_id b\nx 2\n", "\"x\""),
            ("node_type_id b\n1 2\n1 3\n", "number types once"),
            ("node_type_id b\n1 \"2\n", "never closed"),
        ] {
            let error = types(text, "node_type_id").unwrap_err();
            assert!(error.contains(part), "{text:?}: {error}");
        }
    }
}
