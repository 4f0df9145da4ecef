//! Low-degree extensions, their tree, and the rows opened from it.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use p3_dft::{Radix2DitParallel, TwoAdicSubgroupDft};
use p3_field::PrimeCharacteristicRing;
use p3_matrix::bitrev::BitReversibleMatrix;
use p3_matrix::dense::RowMajorMatrix;
use rayon::prelude::*;

use crate::border::{Outcome, refuse};
use crate::field::{F, GENERATOR, LANES, PRIME, TWO_ADICITY, stored, words};
use crate::hash::Digest;
use crate::memory::{fill, reserve};
use crate::tree::{Rows, levels};

/// Twiddle factors are kept for the life of the process.
pub static TRANSFORM: LazyLock<Radix2DitParallel<F>> = LazyLock::new(Radix2DitParallel::default);

/// Values gathered by one task at a time.
const CHUNK: usize = 1 << 14;

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

/// All matrices of one height side by side; rows padded to whole SIMD vectors, in bit-reversed order.
pub struct Class {
    pub log_height: usize,
    pub width: usize,
    pub stride: usize,
    pub values: Vec<F>,
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
            let values = extend(gather(&parts, rows, stride, log_blowup)?, stride, log_blowup);
            classes.push(Class { log_height: rows.ilog2() as usize + log_blowup, width, stride, values });
        }
        Self::finish(classes, places, log_blowup)
    }

    /// One matrix whose rows are committed as they are.
    pub fn of_rows(values: &[u32], width: usize) -> Outcome<Self> {
        check_canonical(values)?;
        let log_height = (values.len() / width).ilog2() as usize;
        let class = Class { log_height, width, stride: width, values: stored(values).to_vec() };
        Self::finish(vec![class], vec![Some(Place { class: 0, first: 0, width })], 0)
    }

    fn finish(classes: Vec<Class>, places: Vec<Option<Place>>, log_blowup: usize) -> Outcome<Self> {
        if classes.is_empty() {
            return refuse("there is nothing to commit to");
        }
        let rows: Vec<Rows> =
            classes.iter().map(|c| Rows { values: &c.values, stride: c.stride, width: c.width }).collect();
        let levels = levels(&rows);
        let held = classes.iter().map(|c| 4 * c.values.capacity()).sum::<usize>();
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

    /// Rows of every matrix at these leaves (row-major words and row count), and the siblings a multiproof needs.
    #[allow(clippy::type_complexity)]
    pub fn open(&self, indices: &[usize]) -> Outcome<(Vec<(Vec<u32>, usize, usize)>, Vec<Digest>)> {
        let leaves = self.levels[0].len();
        if indices.windows(2).any(|pair| pair[0] >= pair[1]) || indices.last().is_some_and(|&i| i >= leaves) {
            return refuse("indices are not sorted, distinct and within the tree");
        }
        let rows =
            self.places.iter().map(|place| place.map_or((Vec::new(), 0, 0), |p| self.rows(p, indices)));
        Ok((rows.collect(), self.siblings(indices)))
    }

    fn rows(&self, place: Place, indices: &[usize]) -> (Vec<u32>, usize, usize) {
        let class = &self.classes[place.class];
        let mut wanted: Vec<usize> =
            indices.iter().map(|i| i >> (self.classes[0].log_height - class.log_height)).collect();
        wanted.dedup();
        let mut values = Vec::with_capacity(wanted.len() * place.width);
        for row in &wanted {
            let start = row * class.stride + place.first;
            values.extend_from_slice(words(&class.values[start..start + place.width]));
        }
        (values, wanted.len(), place.width)
    }

    fn siblings(&self, indices: &[usize]) -> Vec<Digest> {
        let mut siblings = Vec::new();
        let mut known = indices.to_vec();
        for level in &self.levels[..self.levels.len() - 1] {
            let mut parents = Vec::with_capacity(known.len());
            let mut at = 0;
            while at < known.len() {
                let both = known.get(at + 1).is_some_and(|&next| next == known[at] ^ 1);
                if !both {
                    siblings.push(level[known[at] ^ 1]);
                }
                parents.push(known[at] >> 1);
                at += if both { 2 } else { 1 };
            }
            known = parents;
        }
        siblings
    }
}

fn present<'a>(matrices: &'a [Option<Words<'a>>]) -> impl Iterator<Item = (usize, Words<'a>)> {
    matrices.iter().enumerate().filter_map(|(i, m)| m.filter(|m| m.width > 0).map(|m| (i, m)))
}

pub fn check_canonical(words: &[u32]) -> Outcome<()> {
    let canonical = words.par_chunks(1 << 16).all(|chunk| chunk.iter().fold(0, |a, &b| a.max(b)) < PRIME);
    if canonical { Ok(()) } else { refuse("a value is not below the field's modulus") }
}

/// Lay matrices side by side, with room for the extension behind them.
fn gather(parts: &[Words], rows: usize, stride: usize, log_blowup: usize) -> Outcome<Vec<F>> {
    let chunk_rows = (CHUNK / stride).max(1);
    let canonical = AtomicBool::new(true);
    let mut values = Vec::new();
    reserve(&mut values, (rows << log_blowup) * stride);
    fill(&mut values, rows * stride, chunk_rows * stride, |chunk, places| {
        let mut largest = 0;
        for (i, out) in places.chunks_exact_mut(stride).enumerate() {
            let mut filled = 0;
            for part in parts {
                let start = (chunk * chunk_rows + i) * part.width;
                let source = &part.words[start..start + part.width];
                largest = source.iter().fold(largest, |a, &b| a.max(b));
                for (place, &value) in out[filled..].iter_mut().zip(stored(source)) {
                    place.write(value);
                }
                filled += part.width;
            }
            for place in &mut out[filled..] {
                place.write(F::ZERO);
            }
        }
        if largest >= PRIME {
            canonical.store(false, Ordering::Relaxed);
        }
    });
    if canonical.into_inner() { Ok(values) } else { refuse("a value is not below the field's modulus") }
}

/// Evaluations on H to evaluations on the larger coset, bit-reversed.
fn extend(values: Vec<F>, stride: usize, log_blowup: usize) -> Vec<F> {
    TRANSFORM
        .coset_lde_batch(RowMajorMatrix::new(values, stride), log_blowup, GENERATOR)
        .bit_reverse_rows()
        .values
}
