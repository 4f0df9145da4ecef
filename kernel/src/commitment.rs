//! Matrices extended and committed to by one tree.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::border::{Outcome, refuse};
use crate::extension::{extend, gather};
use crate::field::{F, LANES, PRIME, TWO_ADICITY, stored};
use crate::hash::Digest;
use crate::tree::{Rows, Tree};

static IN_USE: AtomicUsize = AtomicUsize::new(0);

/// Bytes held by living commitments.
pub fn memory_in_use() -> usize {
    IN_USE.load(Ordering::Relaxed)
}

/// A matrix as the caller holds it: canonical words, row after row.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    pub words: &'a [u32],
    pub rows: usize,
    pub width: usize,
}

/// All matrices of one height side by side, in bit-reversed order, rows padded to whole SIMD vectors.
pub struct Class {
    pub log_height: usize,
    /// Rows before the extension, and of each of its cosets.
    pub rows: usize,
    pub stride: usize,
    /// The first cosets, with which later rounds compute; equally many in each buffer.
    held: Vec<Vec<F>>,
}

impl Class {
    /// The rows of a held coset.
    pub fn coset(&self, number: usize) -> &[F] {
        let size = self.rows * self.stride;
        let together = self.held[0].len() / size;
        &self.held[number / together][number % together * size..][..size]
    }

    /// How many of the first rows are held.
    pub fn held(&self) -> usize {
        self.held.iter().map(|buffer| buffer.len() / self.stride).sum()
    }
}

/// Where a matrix lies.
#[derive(Clone, Copy)]
pub struct Place {
    pub class: usize,
    pub first: usize,
    pub width: usize,
}

pub struct Commitment {
    pub classes: Vec<Class>,
    pub places: Vec<Option<Place>>,
    pub levels: Vec<Vec<Digest>>,
    pub log_blowup: usize,
    size: usize,
}

impl Drop for Commitment {
    fn drop(&mut self) {
        IN_USE.fetch_sub(self.size, Ordering::Relaxed);
    }
}

impl Commitment {
    pub fn new(matrices: &[Option<Words>], log_blowup: usize) -> Outcome<Self> {
        let mut places = vec![None; matrices.len()];
        let mut heights: Vec<usize> = present(matrices).map(|(_, m)| m.rows).collect();
        heights.sort_unstable_by(|a, b| b.cmp(a));
        heights.dedup();
        let mut classes = Vec::with_capacity(heights.len());
        let mut tree = Tree::default();
        for (class, &rows) in heights.iter().enumerate() {
            if !rows.is_power_of_two() {
                return refuse("a height is not a power of two");
            }
            if log_blowup > TWO_ADICITY || rows.ilog2() as usize + log_blowup > TWO_ADICITY {
                return refuse("an extended height exceeds the two-adic subgroup");
            }
            let mut parts = Vec::new();
            let mut width = 0;
            for (index, matrix) in present(matrices).filter(|(_, m)| m.rows == rows) {
                places[index] = Some(Place { class, first: width, width: matrix.width });
                parts.push(matrix);
                width += matrix.width;
            }
            let stride = width.next_multiple_of(LANES);
            let log_height = rows.ilog2() as usize + log_blowup;
            let values = gather(&parts, rows, stride, log_blowup)?;
            let mut level = tree.level(1 << log_height);
            let held = extend(values, stride, log_blowup, |number, values| {
                level.hash(number * rows, Rows { values, stride, width });
            });
            level.finish();
            classes.push(Class { log_height, rows, stride, held });
        }
        Self::finish(classes, places, tree, log_blowup)
    }

    /// One matrix whose rows are committed as they are.
    pub fn of_rows(values: &[u32], width: usize) -> Outcome<Self> {
        check_canonical(values)?;
        let rows = values.len() / width;
        let mut tree = Tree::default();
        let mut level = tree.level(rows);
        level.hash(0, Rows { values: stored(values), stride: width, width });
        level.finish();
        let log_height = rows.ilog2() as usize;
        let class = Class { log_height, rows, stride: width, held: vec![stored(values).to_vec()] };
        Self::finish(vec![class], vec![Some(Place { class: 0, first: 0, width })], tree, 0)
    }

    fn finish(
        classes: Vec<Class>,
        places: Vec<Option<Place>>,
        tree: Tree,
        log_blowup: usize,
    ) -> Outcome<Self> {
        if classes.is_empty() {
            return refuse("there is nothing to commit to");
        }
        let levels = tree.levels();
        let held = classes.iter().flat_map(|c| &c.held).map(|buffer| 4 * buffer.capacity()).sum::<usize>();
        let size = held + levels.iter().map(|level| 32 * level.len()).sum::<usize>();
        IN_USE.fetch_add(size, Ordering::Relaxed);
        Ok(Self { classes, places, levels, log_blowup, size })
    }

    pub fn root(&self) -> Digest {
        self.levels[self.levels.len() - 1][0]
    }

    pub fn matrix(&self, table: usize) -> Outcome<(&Class, Place)> {
        match self.places.get(table) {
            Some(Some(place)) => Ok((&self.classes[place.class], *place)),
            Some(None) => refuse("the matrix is absent from the commitment"),
            None => refuse("the commitment has no such matrix"),
        }
    }
}

fn present<'a>(matrices: &'a [Option<Words<'a>>]) -> impl Iterator<Item = (usize, Words<'a>)> {
    matrices.iter().enumerate().filter_map(|(i, m)| m.filter(|m| m.width > 0).map(|m| (i, m)))
}

pub fn check_canonical(words: &[u32]) -> Outcome<()> {
    let canonical = words.par_chunks(1 << 16).all(|chunk| chunk.iter().fold(0, |a, &b| a.max(b)) < PRIME);
    if canonical { Ok(()) } else { refuse("a value is not below the field's modulus") }
}
