//! Moving between rows in memory and columns in SIMD lanes.

use p3_field::{PackedFieldPow2, PackedValue, PrimeCharacteristicRing};

use crate::field::{F, LANES, Packed, each};

/// A square of `LANES` rows and as many columns.
pub type Block = [Packed; LANES];

/// Exchange rows and columns.
#[inline(always)]
pub fn transpose(block: &mut Block) {
    let mut step = 1;
    while step < LANES {
        for i in 0..LANES {
            if i & step == 0 {
                (block[i], block[i | step]) = block[i].interleave(block[i | step], step);
            }
        }
        step *= 2;
    }
}

/// Lane r of the result is the sum of the lanes of row r.
#[inline(always)]
pub fn sum_rows(block: &Block) -> Packed {
    let mut partial = *block;
    let mut step = 1;
    while step < LANES {
        for i in (0..LANES).step_by(2 * step) {
            let (low, high) = partial[i].interleave(partial[i | step], step);
            partial[i] = low + high;
        }
        step *= 2;
    }
    partial[0]
}

/// `LANES` consecutive values from `start`; zero beyond the end.
#[inline(always)]
pub fn load(values: &[F], start: usize) -> Packed {
    match values.get(start..start + LANES) {
        Some(slice) => *Packed::from_slice(slice),
        None => Packed::from_fn(|i| values.get(start + i).copied().unwrap_or(F::ZERO)),
    }
}

/// Load `LANES` columns from `column` of as many rows, one column a vector.
#[inline(always)]
pub fn load_columns(rows: &[&[F]; LANES], column: usize) -> Block {
    let mut block: Block = each(|i| load(rows[i], column));
    transpose(&mut block);
    block
}
