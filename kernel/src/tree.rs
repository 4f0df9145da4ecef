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

/// The levels of the tree, leaves first; `classes` are non-empty and of strictly falling height.
pub fn levels(classes: &[Rows]) -> Vec<Vec<Digest>> {
    let mut waiting = classes.iter().copied();
    let tallest = waiting.next().expect("a tree has a matrix");
    let mut next = waiting.next();
    let mut leaves = vec![[0; 32]; tallest.height()];
    hash_rows(tallest, None, &mut leaves);
    let mut levels = vec![leaves];
    while let Some(below) = levels.last().filter(|level| level.len() > 1) {
        let mut level = vec![[0; 32]; below.len() / 2];
        hash_many_parallel(below.as_flattened(), 64, &mut level);
        if let Some(rows) = next.filter(|rows| rows.height() == level.len()) {
            let nodes = std::mem::replace(&mut level, vec![[0; 32]; rows.height()]);
            hash_rows(rows, Some(&nodes), &mut level);
            next = waiting.next();
        }
        levels.push(level);
    }
    levels
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
