//! Reads SWC files into morphologies, with the branches that BSB makes of them.
//!
//! A line is `id type x y z radius parent` (µm, parent -1 for a root), divided by spaces or tabs, in any order of ids;
//! `#` begins a comment, also behind a point, which may hold any bytes. Further columns are skipped with a note.
//! Lines end as on Unix, Windows or the old Mac.
//! A branch is a maximal stretch without branching. A branch that continues another begins
//! with a copy of the other's last point, unless that point has only labels of
//! `skip_boundary_labels`; such a point also ends its branch before one without them. The
//! first point of a branch has the type of its second, as in BSB. Branches are in depth-first
//! order, children in the order of the file.
//!
//! Source: behavior of the SWC parser of bsb-core 8.0.2; the format: Cannon et al. 1998,
//! doi:10.1016/S0165-0270(98)00091-0. Comments and further columns as MorphIO 3.4 reads them.

use crate::configuration::MorphologySource;
use crate::error::{Error, Result, ensure};
use crate::files;
use crate::morphology::{Branch, MAX_COORDINATE, Morphology};
use std::collections::HashMap;
use std::path::Path;

/// Columns of a point.
const COLUMNS: usize = 7;

struct Sample {
    tag: i64,
    place: [f64; 3],
    radius: f64,
    parent: Option<usize>,
}

/// Reads the file of `source` and applies its pipeline.
pub(super) fn read(source: &MorphologySource, notes: &mut Vec<String>) -> Result<Morphology> {
    let path = &source.file;
    ensure(path.exists() || path.is_symlink(), || {
        let name = &source.name;
        let what = format!(
            "no such file; put the morphology `{name}` there, or give --morphologies with a network file that has it"
        );
        Error::file(path, what)
    })?;
    let bytes = files::bytes(path, files::LONGEST_TEXT)?;
    let mut morphology = parse(path, &bytes, source, notes)?;
    super::pipeline::apply(&mut morphology, &source.pipeline);
    Ok(morphology)
}

/// Makes a morphology of the bytes of an SWC file.
pub(super) fn parse(
    file: &Path,
    bytes: &[u8],
    source: &MorphologySource,
    notes: &mut Vec<String>,
) -> Result<Morphology> {
    let samples = samples(file, bytes, notes)?;
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); samples.len()];
    let mut roots = Vec::new();
    for (i, sample) in samples.iter().enumerate() {
        match sample.parent {
            Some(parent) => children[parent].push(i),
            None => roots.push(i),
        }
    }
    let is_boundary = |i: usize| {
        let labels = source.tags.get(&samples[i].tag);
        !source.skip_boundary_labels.is_empty()
            && labels.is_some_and(|l| l.iter().all(|l| source.skip_boundary_labels.contains(l)))
    };

    // Branches as lists of samples, depth first; the stack holds what is still to be started.
    let mut branches: Vec<(Option<usize>, Vec<usize>)> = Vec::new();
    let mut pending: Vec<(Option<usize>, Option<usize>, usize)> =
        roots.iter().rev().map(|&root| (None, None, root)).collect();
    let mut visited = 0;
    while let Some((parent, copied, first)) = pending.pop() {
        let number = branches.len();
        let mut branch: Vec<usize> = copied.into_iter().collect();
        let mut node = first;
        loop {
            branch.push(node);
            visited += 1;
            match children[node][..] {
                [] => break,
                [child] if !is_boundary(node) || is_boundary(child) => node = child,
                _ => {
                    let copied = (!is_boundary(node)).then_some(node);
                    pending.extend(children[node].iter().rev().map(|&child| (Some(number), copied, child)));
                    break;
                }
            }
        }
        branches.push((parent, branch));
    }
    let n = samples.len();
    ensure(visited == n, || {
        let left = n - visited;
        Error::file(file, format!("{left} of {n} points hang in a circle of parents; mend the last column"))
    })?;

    let mut morphology = Morphology { name: source.name.clone(), ..Morphology::default() };
    let mut sets: HashMap<i64, u16> = HashMap::new();
    for (parent, members) in branches {
        let start = morphology.points.len();
        for (k, &i) in members.iter().enumerate() {
            let tag = match members.get(1) {
                Some(&second) if k == 0 => samples[second].tag,
                _ => samples[i].tag,
            };
            let set = *sets.entry(tag).or_insert_with(|| {
                let labels = source.tags.get(&tag).cloned();
                morphology.label_sets.push(labels.unwrap_or_else(|| vec![format!("tag_{tag}")]));
                morphology.label_sets.len() as u16 - 1
            });
            morphology.points.push(samples[i].place);
            morphology.radii.push(samples[i].radius);
            morphology.types.push(tag);
            morphology.labels.push(set);
        }
        morphology.branches.push(Branch { start, len: members.len(), parent });
    }
    Ok(morphology)
}

/// The part of each line that is no comment, without the mark of byte order at the begin of the file.
fn contents(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let end = if bytes.contains(&b'\n') { b'\n' } else { b'\r' };
    let before_comment = |line: &'_ [u8]| line.iter().position(|b| *b == b'#').unwrap_or(line.len());
    bytes.split(move |b| *b == end).map(move |line| line[..before_comment(line)].trim_ascii())
}

/// The first line that ends in another way than the file does: what stands behind its `\r` would be lost.
fn line_of_two(bytes: &[u8]) -> Option<usize> {
    let is_mixed = |line: &[u8]| line.strip_suffix(b"\r").unwrap_or(line).contains(&b'\r');
    bytes.contains(&b'\n').then(|| bytes.split(|b| *b == b'\n').position(is_mixed)).flatten()
}

fn samples(file: &Path, bytes: &[u8], notes: &mut Vec<String>) -> Result<Vec<Sample>> {
    let refuse = |line: usize, what: String| Error::file(file, format!("line {}: {what}", line + 1));
    let mut samples = Vec::new();
    let mut parents: Vec<(usize, i64)> = Vec::new();
    let mut numbers: HashMap<i64, usize> = HashMap::new();
    let mut tags = std::collections::BTreeSet::new();
    let mut with_more = 0;
    if let Some(line) = line_of_two(bytes) {
        return Err(refuse(line, "has line ends of two kinds; save the file with one".into()));
    }
    for (line, content) in contents(bytes).enumerate() {
        if content.is_empty() {
            continue;
        }
        let content = str::from_utf8(content)
            .map_err(|_| refuse(line, "is no text before its comment; lobule reads SWC".into()))?;
        let mut words: Vec<&str> = content.split_whitespace().collect();
        if words.len() > COLUMNS {
            with_more += 1;
            words.truncate(COLUMNS);
        }
        let fields: Vec<f64> = words
            .iter()
            .map(|field| field.parse::<f64>().ok().filter(|v| v.is_finite()))
            .collect::<Option<_>>()
            .ok_or_else(|| {
                let shown: String = content.chars().take(80).collect();
                refuse(line, format!("`{shown}` has a field that is no finite number"))
            })?;
        let [id, tag, x, y, z, radius, parent] = fields[..] else {
            let what = format!("has {} fields, expected id type x y z radius parent", fields.len());
            return Err(refuse(line, what));
        };
        let are_whole = [id, tag, parent].iter().all(|v| v.fract() == 0.0 && v.abs() <= 2.0f64.powi(52));
        ensure(are_whole, || {
            refuse(line, format!("`{content}` has an id, type or parent that is no whole number"))
        })?;
        if let Some(far) = [x, y, z].iter().find(|v| v.abs() > MAX_COORDINATE) {
            return Err(refuse(line, format!("a coordinate is {far} um; allowed ±{MAX_COORDINATE} um")));
        }
        ensure(radius >= 0.0, || refuse(line, format!("radius {radius} um; allowed 0 or more")))?;
        let is_new = numbers.insert(id as i64, samples.len()).is_none();
        ensure(is_new, || refuse(line, format!("id {id} occurs twice")))?;
        parents.push((line, parent as i64));
        tags.insert(tag as i64);
        samples.push(Sample { tag: tag as i64, place: [x, y, z], radius, parent: None });
    }
    ensure(tags.len() < usize::from(u16::MAX), || {
        refuse(0, format!("{} types of points; at most {} are read", tags.len(), u16::MAX))
    })?;
    ensure(!samples.is_empty(), || Error::file(file, "has no points; give an SWC morphology"))?;
    if with_more > 0 {
        let name = file.file_name().unwrap_or_default().display();
        notes.push(format!("{name}: columns behind the seventh, of {with_more} points, are not read."));
    }
    for (sample, (line, parent)) in samples.iter_mut().zip(parents).filter(|(_, (_, parent))| *parent != -1) {
        sample.parent = numbers.get(&parent).copied();
        ensure(sample.parent.is_some(), || {
            refuse(line, format!("parent {parent} is not in the file; -1 is a root"))
        })?;
    }
    Ok(samples)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn source(skip: &[&str]) -> MorphologySource {
        let tags =
            [(1, "soma"), (2, "axon"), (3, "dendrites")].map(|(tag, label)| (tag, vec![label.to_string()]));
        MorphologySource {
            name: "cell".into(),
            file: "cell.swc".into(),
            tags: BTreeMap::from(tags),
            skip_boundary_labels: skip.iter().map(|s| s.to_string()).collect(),
            pipeline: Vec::new(),
        }
    }

    /// A soma of two points; from its end a dendrite that forks, and an axon.
    const CELL: &str = "# a cell\n1 1 0 0 0 5 -1\n2 1 1 0 0 5 1\n\n3 3 2 0 0 1 2\n4 3 3 0 0 1 3\n5 3 4 1 0 1 4\n6 3 4 -1 0 1 4\n10 2 0 0 -9 1 2\n";

    fn parsed(text: impl AsRef<[u8]>, skip: &[&str]) -> Result<Morphology> {
        parse(Path::new("cell.swc"), text.as_ref(), &source(skip), &mut Vec::new())
    }

    fn xs(m: &Morphology, branch: usize) -> Vec<f64> {
        let b = m.branches[branch];
        m.points[b.start..b.start + b.len].iter().map(|p| p[0]).collect()
    }

    #[test]
    fn branches_begin_with_a_copy_of_the_point_they_leave() {
        let m = parsed(CELL, &[]).unwrap();
        let parents: Vec<Option<usize>> = m.branches.iter().map(|b| b.parent).collect();
        assert_eq!(parents, [None, Some(0), Some(1), Some(1), Some(0)]);
        assert_eq!(xs(&m, 0), [0.0, 1.0]);
        assert_eq!(xs(&m, 1), [1.0, 2.0, 3.0]);
        assert_eq!(xs(&m, 2), [3.0, 4.0]);
        assert_eq!(xs(&m, 3), [3.0, 4.0]);
        assert_eq!(xs(&m, 4), [1.0, 0.0]);
        // The copied point has the labels of the one after it, and its own radius.
        let first = m.branches[1].start;
        assert_eq!(m.label_sets[usize::from(m.labels[first])], ["dendrites"]);
        assert_eq!(m.radii[first], 5.0);
    }

    #[test]
    fn no_point_is_copied_over_a_skipped_boundary() {
        let m = parsed(CELL, &["soma"]).unwrap();
        assert_eq!(m.branches.len(), 5);
        assert_eq!(xs(&m, 1), [2.0, 3.0]);
        assert_eq!(xs(&m, 2), [3.0, 4.0], "within the dendrite points are copied");
        assert_eq!(xs(&m, 4), [0.0]);
        // A boundary ends a branch even where nothing forks.
        let stick = "1 1 0 0 0 5 -1\n2 3 1 0 0 1 1\n3 3 2 0 0 1 2\n";
        let m = parsed(stick, &["soma"]).unwrap();
        assert_eq!((m.branches.len(), xs(&m, 1)), (2, vec![1.0, 2.0]));
        assert_eq!(parsed(stick, &[]).unwrap().branches.len(), 1);
    }

    #[test]
    fn unknown_types_are_labeled_by_their_number() {
        let m = parsed("1 7 0 0 0 1 -1\n", &[]).unwrap();
        assert_eq!(m.label_sets, [["tag_7"]]);
    }

    #[test]
    fn broken_files_are_refused_with_the_line() {
        for (text, message) in [
            ("", "has no points"),
            ("# only a comment\n", "has no points"),
            ("1 1 0 0 0 5\n", "line 1: has 6 fields"),
            ("1 1 0 0 0 5 # -1\n", "line 1: has 6 fields"),
            (
                "1 1 0 0 0 5 -1\n2,1,0,0,0,5,1\n",
                "line 2: `2,1,0,0,0,5,1` has a field that is no finite number",
            ),
            ("1 1 0 zero 0 5 -1\n", "line 1: `1 1 0 zero 0 5 -1` has a field that is no finite number"),
            ("1 1 0 NaN 0 5 -1\n", "no finite number"),
            ("1 1 0 0 inf 5 -1\n", "no finite number"),
            ("1 1 0 0 0 5 -1\n1 3 1 0 0 1 1\n", "line 2: id 1 occurs twice"),
            ("1 1 0 0 0 5 -1\n2 3 1 0 0 1 9\n", "line 2: parent 9 is not in the file"),
            ("1.5 1 0 0 0 5 -1\n", "no whole number"),
            ("1 1 0 0 0 -5 -1\n", "radius -5 um; allowed 0 or more"),
            ("1 1 2e7 0 0 5 -1\n", "a coordinate is 20000000 um"),
            ("1 1 0 0 0 5 2\n2 1 0 0 0 5 1\n", "2 of 2 points hang in a circle"),
            ("1 1 0 0 0 5 -1\n2 3 0 0 0 1 2\n", "1 of 2 points hang in a circle"),
        ] {
            let error = parsed(text, &[]).unwrap_err().to_string();
            assert!(error.contains(message) && error.starts_with("cell.swc"), "{text:?}: {error}");
        }
    }

    #[test]
    fn files_of_other_programs_are_the_same_morphology() {
        let plain = parsed(CELL, &[]).unwrap();
        let lines = |end: &str, each: &dyn Fn(&str) -> String| -> Vec<u8> {
            CELL.lines().map(|line| each(line) + end).collect::<String>().into_bytes()
        };
        let same = |line: &str| line.to_string();
        let commented = |line: &str| format!("{line} # a point, of 3 um");
        let mut latin = b"# r\xe9constructed, \xb5m \xff\x00\n".to_vec();
        latin.extend(lines(" #\u{b5}\n", &same));
        let mut reversed: Vec<&str> = CELL.lines().collect();
        reversed.reverse();
        for text in [
            lines("\r\n", &same),
            lines("\r", &same),
            lines("\n", &commented),
            lines("\n", &|line| line.replace(' ', "\t")),
            lines("\n", &|line| format!("   {line}  ")),
            [b"\xef\xbb\xbf", &lines("\n", &same)[..]].concat(),
            latin,
        ] {
            assert_eq!(parsed(&text, &[]).unwrap(), plain, "{}", String::from_utf8_lossy(&text));
        }
        let of_points = |m: &Morphology| (m.points.len(), m.branches.len());
        assert_eq!(of_points(&parsed(reversed.join("\n"), &[]).unwrap()), of_points(&plain));
    }

    #[test]
    fn further_columns_are_skipped_with_a_note() {
        let mut notes = Vec::new();
        let text = CELL.replace(" -1\n", " -1 0 first\n").replace(" 4\n", " 4 7\n");
        let more = parse(Path::new("a/cell.swc"), text.as_bytes(), &source(&[]), &mut notes).unwrap();
        assert_eq!(more, parsed(CELL, &[]).unwrap());
        assert_eq!(notes, ["cell.swc: columns behind the seventh, of 3 points, are not read."]);
    }

    #[test]
    fn somata_of_one_to_three_points_and_several_roots_are_read() {
        for (soma, branches) in [
            ("1 1 0 0 0 5 -1\n", 2),
            ("1 1 0 0 0 5 -1\n8 1 0 5 0 5 1\n", 3),
            ("1 1 0 0 0 5 -1\n8 1 0 5 0 5 1\n9 1 0 -5 0 5 1\n", 4),
        ] {
            let text = format!("{soma}2 3 5 0 0 1 1\n3 3 9 0 0 1 2\n20 2 90 0 0 1 -1\n21 2 99 0 0 1 20\n");
            let m = parsed(&text, &[]).unwrap();
            let roots = m.branches.iter().filter(|b| b.parent.is_none()).count();
            assert_eq!((roots, m.branches.len()), (2, branches + usize::from(branches > 2)), "{text}");
        }
    }

    #[test]
    fn a_long_branch_needs_no_deep_stack() {
        let text: String = (1..=200_000)
            .map(|i| format!("{i} 3 {i}e-3 0 0 1 {}\n", if i == 1 { -1 } else { i - 1 }))
            .collect();
        assert_eq!(parsed(text, &[]).unwrap().branches.len(), 1);
    }
}
