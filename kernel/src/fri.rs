//! Folding and interpolation of vectors of extension elements in bit-reversed order.

use p3_dft::TwoAdicSubgroupDft;
use p3_field::{Field, PackedValue, PrimeCharacteristicRing};
use p3_matrix::dense::RowMajorMatrix;
use p3_util::reverse_slice_index_bits;
use rayon::prelude::*;

use crate::border::{Outcome, refuse};
use crate::commitment::check_canonical;
use crate::extension::TRANSFORM;
use crate::field::*;

fn checked_log(values: &[u32]) -> Outcome<usize> {
    let size = values.len() / DEGREE;
    if !size.is_power_of_two() || size.ilog2() as usize > TWO_ADICITY {
        return refuse("a vector's length is not a power of two within the two-adic subgroup");
    }
    check_canonical(values)?;
    Ok(size.ilog2() as usize)
}

/// Check a vector that is to be committed in groups.
pub fn check_groups(values: &[u32], log_arity: usize) -> Outcome<()> {
    if log_arity > checked_log(values)? {
        return refuse("the arity exceeds the vector");
    }
    Ok(())
}

/// Fold by 2^log_arity, one factor of two after the other: from f(x), f(-x) to f_even(x²) + φ·f_odd(x²), with φ squared
/// each time.
pub fn fold(values: &[u32], log_arity: usize, phi: K, roll_in: Option<&[u32]>) -> Outcome<Vec<u32>> {
    let log_size = checked_log(values)?;
    if log_arity > log_size {
        return refuse("the arity exceeds the vector");
    }
    let mut log_current = log_size;
    let mut current: Vec<K> =
        stored(values).as_chunks::<DEGREE>().0.iter().map(|v| stored_extension(v)).collect();
    let mut challenge = phi;
    for _ in 0..log_arity {
        current = fold_pairs(&current, log_current, challenge);
        log_current -= 1;
        challenge = challenge.square();
    }
    if let Some(added) = roll_in {
        if added.len() != current.len() * DEGREE {
            return refuse("the vector rolled in has the wrong length");
        }
        check_canonical(added)?;
        let added = stored(added).as_chunks::<DEGREE>().0;
        current
            .par_iter_mut()
            .zip(added)
            .for_each(|(sum, value)| *sum += stored_extension(value) * challenge);
    }
    Ok(into_words(current.iter().flat_map(coefficients).collect()))
}

fn fold_pairs(values: &[K], log_size: usize, challenge: K) -> Vec<K> {
    let half = F::ONE.halve();
    let mut inverses = powers(root_of_unity(log_size).inverse(), half, values.len() / 2);
    reverse_slice_index_bits(&mut inverses);
    let pairs = values.as_chunks::<2>().0;
    let mut result = vec![K::ZERO; pairs.len()];
    result.par_chunks_mut(LANES).enumerate().for_each(|(chunk, out)| {
        let first = chunk * LANES;
        let at = |i: usize| (first + i).min(pairs.len() - 1);
        let one = pack(|i| pairs[at(i)][0]);
        let two = pack(|i| pairs[at(i)][1]);
        let inverse = Packed::from_fn(|i| inverses[at(i)]);
        let folded = (one + two) * Packed::from(half) + (one - two) * inverse * broadcast(challenge);
        for (i, cell) in out.iter_mut().enumerate() {
            *cell = lane(&folded, i);
        }
    });
    result
}

fn pack(value: impl Fn(usize) -> K) -> PackedK {
    let lanes: [[F; DEGREE]; LANES] = std::array::from_fn(|i| coefficients(&value(i)));
    packed_extension(std::array::from_fn(|c| Packed::from_fn(|i| lanes[i][c])))
}

/// Coefficients, in natural order, of the polynomial with these bit-reversed evaluations.
pub fn interpolate(values: &[u32]) -> Outcome<Vec<u32>> {
    let log_size = checked_log(values)?;
    let rows = stored(values).as_chunks::<DEGREE>().0;
    let natural = (0..rows.len()).flat_map(|i| rows[reverse(i, log_size)]).collect();
    Ok(into_words(TRANSFORM.idft_batch(RowMajorMatrix::new(natural, DEGREE)).values))
}
