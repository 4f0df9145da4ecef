//! Merkle trees over matrices of mixed heights.
//!
//! Leaf = SHA-256 of a row's canonical bytes, node = SHA-256(left | right); where a shorter matrix has as many rows as a
//! level has nodes, node' = SHA-256(node | row).

use rayon::prelude::*;

use crate::field::{F, bytes};
use crate::hash::{Digest, hash_many, hash_many_parallel};

const CHUNK: usize = 64;

/// Rows to hash: `width` elements at the start of every `stride`.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    pub values: &'a [F],
    pub stride: usize,
    pub width: usize,
}

impl Rows<'_> {
    fn height(&self) -> usize {
        self.values.len() / self.stride
    }
}

/// A tree under construction, its levels from the leaves up.
#[derive(Default)]
pub struct Tree {
    levels: Vec<Vec<Digest>>,
}

impl Tree {
    /// Begin the level of `height` nodes in which rows join, the leaves first; heights fall.
    pub fn level(&mut self, height: usize) -> Level<'_> {
        let nodes = match self.levels.is_empty() {
            true => None,
            false => Some(self.climb(height)),
        };
        Level { tree: self, nodes, digests: vec![[0; 32]; height] }
    }

    /// All levels up to the root.
    pub fn levels(mut self) -> Vec<Vec<Digest>> {
        if self.levels.last().is_some_and(|level| level.len() > 1) {
            let root = self.climb(1);
            self.levels.push(root);
        }
        self.levels
    }

    /// The nodes of a level above the last, which is still to be joined.
    fn climb(&mut self, height: usize) -> Vec<Digest> {
        loop {
            let below = &self.levels[self.levels.len() - 1];
            let mut nodes = vec![[0; 32]; below.len() / 2];
            hash_many_parallel(below.as_flattened(), 64, &mut nodes);
            if nodes.len() <= height {
                return nodes;
            }
            self.levels.push(nodes);
        }
    }
}

/// A level being hashed.
pub struct Level<'a> {
    tree: &'a mut Tree,
    nodes: Option<Vec<Digest>>,
    digests: Vec<Digest>,
}

impl Level<'_> {
    /// Hash rows, the first of which has this number.
    pub fn hash(&mut self, first: usize, rows: Rows) {
        let range = first..first + rows.height();
        let nodes = self.nodes.as_ref().map(|nodes| &nodes[range.clone()]);
        hash_rows(rows, nodes, &mut self.digests[range]);
    }

    /// All rows were hashed.
    pub fn finish(self) {
        self.tree.levels.push(self.digests);
    }
}

/// Hash every row, behind the node it joins if there is one.
fn hash_rows(rows: Rows, nodes: Option<&[Digest]>, out: &mut [Digest]) {
    if nodes.is_none() && rows.stride == rows.width {
        hash_many_parallel(bytes(rows.values), 4 * rows.width, out);
        return;
    }
    let length = 4 * rows.width + if nodes.is_some() { 32 } else { 0 };
    out.par_chunks_mut(CHUNK).enumerate().for_each_init(Vec::new, |messages, (chunk, digests)| {
        messages.clear();
        for i in chunk * CHUNK..chunk * CHUNK + digests.len() {
            if let Some(nodes) = nodes {
                messages.extend_from_slice(&nodes[i]);
            }
            messages.extend_from_slice(bytes(&rows.values[i * rows.stride..i * rows.stride + rows.width]));
        }
        hash_many(messages, length, digests);
    });
}
