//! Tables of text as spreadsheets, pandas, R and MATLAB write them: columns by their names in the first line, in any order.
//!
//! Fields are divided by commas, semicolons, tabs, bars or spaces, whichever divides the first line into the names that are looked for. Names
//! and values may be quoted and have spaces around them; lines may end in any way; a mark of byte order, empty lines and lines that
//! begin with `#` are passed over. Numbers may have decimal commas, which is noted.

use crate::Error;
use lobule_scaffold::{files, memory};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::Path;

/// Longest table, bytes. Chosen: ten thousand neurons for hours.
const LONGEST: u64 = 8 << 30;
/// Bytes at the begin of a file in which the first line is looked for.
const HEAD: usize = 1 << 20;
/// Numbers below it are told apart: above 2^53, whole numbers have gaps.
const MOST_WHOLE: f64 = 9e15;
const SEPARATORS: [(u8, &str); 5] =
    [(b',', "`,`"), (b';', "`;`"), (b'\t', "tabs"), (b'|', "`|`"), (b' ', "spaces")];

/// The longest table that this process can hold, bytes.
pub(crate) fn longest() -> u64 {
    // A line takes about as much memory again as it has bytes.
    memory::available().map_or(LONGEST, |free| LONGEST.min(free / 3))
}

pub(crate) struct Table {
    path: String,
    text: String,
    separator: u8,
    /// Bytes before the first line of values.
    begin: usize,
    /// Number of the line with the names.
    header_line: u64,
    pub columns: Vec<String>,
    decimals: Cell<Decimals>,
    /// Spellings of numbers so far, by column and value.
    spellings: RefCell<BTreeMap<(usize, u64), String>>,
}

/// Notation of the decimals read so far.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Decimals {
    Unknown,
    Points,
    Commas,
}

impl Table {
    /// Opens a table with the `required` columns.
    pub fn open(path: &Path, required: &[&str]) -> Result<Self, Error> {
        let has_all = |names: &[String]| required.iter().all(|r| names.iter().any(|n| n == r));
        let table = Self::of(path, files::text(path, longest())?, required, has_all)?;
        required.iter().try_for_each(|name| table.column(name).map(drop))?;
        Ok(table)
    }

    /// The table in a text, divided so that its first line has most of the `known` names. A comment is that line if its names
    /// `are_names`.
    pub fn of(
        path: &Path,
        text: String,
        known: &[&str],
        are_names: impl Fn(&[String]) -> bool,
    ) -> Result<Self, Error> {
        let wrong = |what: &str| Error::file(path, what);
        let name = path.display().to_string();
        let Some(FirstLine { line, after, number: header_line, .. }) = first_line(&text, are_names) else {
            return Err(wrong("has no line that names its columns"));
        };
        let (line, begin) = (line.trim_start_matches('#').trim_matches(' ').to_string(), after);
        let of = |&(separator, _): &(u8, &str)| {
            let names = fields(&line, separator);
            let found = known.iter().filter(|r| names.iter().any(|n| n == *r)).count();
            (found, names.len(), separator, names)
        };
        // The separator that finds most names; of equals the one that divides the line most, but for spaces, which stand beside
        // others.
        let best = SEPARATORS.iter().map(of).reduce(|a, b| {
            let divides_more = b.0 == a.0 && b.1 > a.1 && b.2 != b' ';
            if b.0 > a.0 || divides_more { b } else { a }
        });
        let Some((_, _, separator, columns)) = best else { return Err(wrong("has no columns")) };
        let twice = columns.iter().enumerate().find(|(k, c)| !c.is_empty() && columns[..*k].contains(c));
        if let Some((_, twice)) = twice {
            return Err(wrong(&format!("two columns are called `{twice}`; rename one")));
        }
        let (decimals, spellings) = (Cell::new(Decimals::Unknown), RefCell::default());
        Ok(Self { path: name, text, separator, begin, header_line, columns, decimals, spellings })
    }

    /// The table in a text without a line of names: one of numbers, under the first of the `layouts` that fits it; none if its first
    /// line is none of numbers.
    pub fn without_names(
        path: &Path,
        text: &str,
        layouts: &[&[&str]],
        are_names: impl Fn(&[String]) -> bool,
    ) -> Option<Self> {
        let FirstLine { line, begin, number, .. } = first_line(text, are_names)?;
        // Commas last, which may be decimal.
        let fit = [b';', b'\t', b'|', b',', b' '].into_iter().find_map(|separator| {
            let values = fields(line, separator);
            let layout = layouts.iter().find(|layout| layout.len() == values.len())?;
            // The last two are numbers, behind a name if there is one.
            let are_numbers = values.iter().rev().take(2).all(|v| decimal(v).is_some());
            are_numbers.then(|| (separator, layout.iter().map(|name| name.to_string()).collect()))
        });
        let (separator, columns) = fit?;
        Some(Self {
            path: path.display().to_string(),
            text: text.into(),
            separator,
            begin,
            header_line: number - 1,
            columns,
            decimals: Cell::new(Decimals::Unknown),
            spellings: RefCell::default(),
        })
    }

    pub fn wrong(&self, what: impl Into<String>) -> Error {
        Error::File { path: self.path.clone(), what: what.into() }
    }

    /// The place of a column.
    pub fn column(&self, name: &str) -> Result<usize, Error> {
        self.find(name).ok_or_else(|| {
            if let [line] = &self.columns[..] {
                let divided = SEPARATORS.map(|s| s.1).join(", ");
                return self.wrong(format!(
                    "the first line is `{line}`; it names no column `{name}`, however it is divided ({divided})"
                ));
            }
            let columns: Vec<&str> =
                self.columns.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
            let divided = SEPARATORS.iter().find(|s| s.0 == self.separator).map_or("", |s| s.1);
            self.wrong(format!(
                "the first line, divided by {divided}, names no column `{name}`; it names: {}",
                columns.join(", ")
            ))
        })
    }

    pub fn columns<const N: usize>(&self, names: [&str; N]) -> Result<[usize; N], Error> {
        let mut places = [0; N];
        for (place, name) in places.iter_mut().zip(names) {
            *place = self.column(name)?;
        }
        Ok(places)
    }

    pub fn find(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c == name)
    }

    /// Calls `row` with each line of values.
    pub fn each(&self, mut row: impl FnMut(&Line) -> Result<(), Error>) -> Result<(), Error> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .delimiter(self.separator)
            .comment(Some(b'#'))
            .trim(csv::Trim::All)
            .flexible(true)
            .from_reader(&self.text.as_bytes()[self.begin..]);
        let mut record = csv::StringRecord::new();
        loop {
            let more = reader.read_record(&mut record).map_err(|e| {
                let line = e.position().map_or(0, |p| p.line());
                self.wrong(format!("line {}: {e}; correct the line", self.header_line + line))
            })?;
            if !more {
                return Ok(());
            }
            if record.iter().all(str::is_empty) {
                continue;
            }
            let number = self.header_line + record.position().map_or(0, |p| p.line());
            let (has, named) = (record.len(), self.columns.len());
            if has != named {
                let what = format!("{has} fields where the first line has {named}");
                return Err(self.wrong(format!("line {number}: {what}; correct the line")));
            }
            row(&Line { table: self, number, record: &record })?;
        }
    }

    /// A note of what was read in another way than lobule writes it; none if nothing was.
    pub fn note(&self) -> Option<String> {
        (self.decimals.get() == Decimals::Commas)
            .then(|| format!("{}: numbers with a comma, such as 0,5, are read as decimals", self.path))
    }
}

/// The first line of a text that is neither empty nor a comment, or a comment that holds the names.
struct FirstLine<'a> {
    line: &'a str,
    /// Byte at which it begins, and at which the next one does.
    begin: usize,
    after: usize,
    /// From 1.
    number: u64,
}

fn first_line(text: &str, are_names: impl Fn(&[String]) -> bool) -> Option<FirstLine<'_>> {
    let is_named = |line: &str| SEPARATORS.iter().any(|s| are_names(&fields(line, s.0)));
    let mut head = text.len().min(HEAD);
    while !text.is_char_boundary(head) {
        head -= 1;
    }
    let (mut begin, mut number) = (0, 1);
    loop {
        let rest = &text[begin..head];
        if rest.is_empty() {
            return None;
        }
        let found = rest.find(['\n', '\r']);
        if found.is_none() && head < text.len() {
            return None;
        }
        let end = found.unwrap_or(rest.len());
        let width = if rest[end..].starts_with("\r\n") { 2 } else { 1 };
        let after = begin + (end + width).min(rest.len());
        // A tab at its begin divides an unnamed column from the next.
        let line = rest[..end].trim_matches(' ');
        let is_comment = line.starts_with('#') && !is_named(line.trim_start_matches('#').trim_matches(' '));
        if !(line.trim().is_empty() || is_comment) {
            return Some(FirstLine { line, begin, after, number });
        }
        (begin, number) = (after, number + 1);
    }
}

/// The names in a first line, without quotes and spaces.
fn fields(line: &str, separator: u8) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).delimiter(separator).trim(csv::Trim::All);
    let record = reader.from_reader(line.as_bytes()).records().next();
    let names = record.and_then(Result::ok).unwrap_or_default();
    names.iter().map(|name| name.trim_matches('"').trim().to_string()).collect()
}

/// A line of values.
pub(crate) struct Line<'a> {
    table: &'a Table,
    pub number: u64,
    record: &'a csv::StringRecord,
}

impl Line<'_> {
    pub fn wrong(&self, column: usize, what: &str) -> Error {
        let (number, name, text) = (self.number, &self.table.columns[column], &self.record[column]);
        self.table.wrong(format!("line {number}, column `{name}`: `{text}` {what}"))
    }

    /// A name. Names that are equal numbers, such as 90 and 90.0, have the spelling of the first.
    pub fn name(&self, column: usize) -> Result<String, Error> {
        let text = match &self.record[column] {
            "" => return Err(self.wrong(column, "is empty; give a name or a number")),
            text => text,
        };
        let Some((value, decimals)) = decimal(text).filter(|(x, _)| x.abs() < MOST_WHOLE) else {
            return Ok(text.into());
        };
        // Names such as 01 and 1 are two: only decimals are another spelling.
        if text.bytes().all(|b| b.is_ascii_digit()) && text.len() > 1 && text.starts_with('0') {
            return Ok(text.into());
        }
        let mut spellings = self.table.spellings.borrow_mut();
        Ok(spellings
            .entry((column, (value + 0.0).to_bits()))
            .or_insert_with(|| match decimals {
                // Two numbers in quotes are no decimal.
                Decimals::Commas if self.table.separator != b',' => text.replace(',', "."),
                _ => text.into(),
            })
            .clone())
    }

    /// True if a field says that there is no value.
    pub fn is_missing(&self, column: usize) -> bool {
        is_missing(&self.record[column])
    }

    pub fn number(&self, column: usize, scale: f64) -> Result<f64, Error> {
        let parsed = decimal(&self.record[column]).filter(|(x, _)| x.is_finite());
        let Some((value, decimals)) = parsed else {
            return Err(self.wrong(column, "is not a finite number"));
        };
        match (self.table.decimals.get(), decimals) {
            (_, Decimals::Unknown) => {}
            (Decimals::Unknown, new) => self.table.decimals.set(new),
            (known, new) if known != new => {
                let what = "has another sign for decimals than lines before; write all with a point";
                return Err(self.wrong(column, what));
            }
            _ => {}
        }
        Ok(value * scale)
    }
}

/// True for what programs write in the place of a missing value.
pub(crate) fn is_missing(text: &str) -> bool {
    ["", "nan", "na", "n/a", "none", "null", "<na>", "nat"].contains(&text.to_ascii_lowercase().as_str())
}

/// A number with a decimal point or comma, and which.
fn decimal(text: &str) -> Option<(f64, Decimals)> {
    let point = text.contains('.');
    match text.matches(',').count() {
        0 => Some((text.parse().ok()?, if point { Decimals::Points } else { Decimals::Unknown })),
        1 if !point => Some((text.replace(',', ".").parse().ok()?, Decimals::Commas)),
        _ => None,
    }
}

/// A name as the number that it spells, if it is whole: `0.0` is 0, `0.5` and `a` are none.
pub(crate) fn whole(text: &str) -> Option<i64> {
    let (value, _) = decimal(text)?;
    (value.fract() == 0.0 && value.abs() < MOST_WHOLE).then_some(value as i64)
}
