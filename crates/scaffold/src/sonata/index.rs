//! The index of an edge population: for every node, the ranges of edges it has.
//!
//! `node_id_to_ranges[node]` is a half-open range of rows of `range_to_edge_id`,
//! each of which is a half-open range of edges. Source: SONATA guide, "edge indices".

/// Both tables of an index, flat and row-major. `[nodes][2]`, `[ranges][2]`
#[derive(Debug, PartialEq)]
pub(super) struct Index {
    pub node_to_ranges: Vec<u64>,
    pub range_to_edges: Vec<u64>,
}

/// The index of edges by one of their ends; `ids[edge] < n`. Edges stay where they are.
pub(super) fn index(ids: &[u32], n: usize) -> Index {
    // Runs of edges with the same node, counted by node.
    let runs = || ids.chunk_by(|a, b| a == b);
    let mut next = vec![0u64; n + 1];
    runs().for_each(|run| next[run[0] as usize + 1] += 1);
    for node in 0..n {
        next[node + 1] += next[node];
    }
    let node_to_ranges = next.windows(2).flatten().copied().collect();

    // Each run goes to the next free place of its node.
    let mut range_to_edges = vec![0; 2 * next[n] as usize];
    let mut edge = 0;
    for run in runs() {
        let place = &mut next[run[0] as usize];
        let end = edge + run.len() as u64;
        range_to_edges[2 * *place as usize..][..2].copy_from_slice(&[edge, end]);
        *place += 1;
        edge = end;
    }
    Index { node_to_ranges, range_to_edges }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edge_is_found_under_its_node_once() {
        let ids = [2, 2, 0, 2, 3, 3, 3, 0];
        let index = index(&ids, 5);
        assert_eq!(index.node_to_ranges, [0, 2, 2, 2, 2, 4, 4, 5, 5, 5]);
        assert_eq!(index.range_to_edges, [2, 3, 7, 8, 0, 2, 3, 4, 4, 7]);
        assert_eq!(super::index(&[], 2).node_to_ranges, [0, 0, 0, 0]);
    }
}
