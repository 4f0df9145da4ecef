//! Low-degree extensions, coset by coset.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use p3_dft::{Radix2DitParallel, TwoAdicSubgroupDft};
use p3_field::PrimeCharacteristicRing;
use p3_matrix::bitrev::BitReversibleMatrix;
use p3_matrix::dense::RowMajorMatrix;

use crate::border::{Outcome, refuse};
use crate::commitment::Words;
use crate::field::{F, GENERATOR, PRIME, reverse, root_of_unity, stored};
use crate::memory::{fill, reserve};

/// Twiddle factors are kept for the life of the process.
pub static TRANSFORM: LazyLock<Radix2DitParallel<F>> = LazyLock::new(Radix2DitParallel::default);

/// Values gathered or copied by one task at a time.
const CHUNK: usize = 1 << 14;

/// Constraints are evaluated on twice the height; of what lies beyond, queries read a few rows, which are computed again.
/// Memory that was never touched can cost more than that.
const HELD: usize = 2;

/// Whether all of an extension is held, and so made by one transform, which is faster.
fn in_one(log_blowup: usize) -> bool {
    1 << log_blowup <= HELD
}

/// Lay matrices side by side, with room for an extension that is made in one.
pub fn gather(parts: &[Words], rows: usize, stride: usize, log_blowup: usize) -> Outcome<Vec<F>> {
    let chunk_rows = (CHUNK / stride).max(1);
    let canonical = AtomicBool::new(true);
    let mut values = Vec::new();
    reserve(&mut values, (rows * stride) << if in_one(log_blowup) { log_blowup } else { 0 });
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

/// Evaluations on H to evaluations on 3·⟨ω⟩, bit-reversed, ω of order 2^log_blowup as large: its cosets of H are shown to
/// `visit`, each once with its number, and the first of them returned, in one buffer or a buffer each.
pub fn extend(
    values: Vec<F>,
    stride: usize,
    log_blowup: usize,
    mut visit: impl FnMut(usize, &[F]),
) -> Vec<Vec<F>> {
    let size = values.len();
    if in_one(log_blowup) {
        let matrix = RowMajorMatrix::new(values, stride);
        let all = TRANSFORM.coset_lde_batch(matrix, log_blowup, GENERATOR).bit_reverse_rows().values;
        all.chunks_exact(size).enumerate().for_each(|(number, coset)| visit(number, coset));
        return vec![all];
    }
    let log_rows = (size / stride).ilog2() as usize;
    let root = root_of_unity(log_rows + log_blowup);
    let mut transform = |number: usize, coefficients: Vec<F>| {
        let shift = GENERATOR * root.exp_u64(reverse(number, log_blowup) as u64);
        let coset = TRANSFORM.coset_dft_batch(RowMajorMatrix::new(coefficients, stride), shift);
        let coset = coset.bit_reverse_rows().values;
        visit(number, &coset);
        coset
    };
    let coefficients = TRANSFORM.idft_batch(RowMajorMatrix::new(values, stride)).values;
    let mut held = Vec::new();
    let mut coset = Vec::new();
    for number in (1..1 << log_blowup).rev() {
        copy(&coefficients, &mut coset);
        coset = transform(number, coset);
        if number < HELD {
            held.push(std::mem::take(&mut coset));
        }
    }
    held.push(transform(0, coefficients));
    held.reverse();
    held
}

fn copy(source: &[F], copy: &mut Vec<F>) {
    copy.clear();
    reserve(copy, source.len());
    fill(copy, source.len(), CHUNK, |chunk, places| {
        for (place, &value) in places.iter_mut().zip(&source[chunk * CHUNK..]) {
            place.write(value);
        }
    });
}
