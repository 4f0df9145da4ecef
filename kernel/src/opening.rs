//! Evaluation outside the domain, and the batched quotients that prove it.

use p3_dft::TwoAdicSubgroupDft;
use p3_field::{Algebra, Field, PrimeCharacteristicRing};
use p3_matrix::Matrix;
use p3_matrix::bitrev::BitReversibleMatrix;
use p3_matrix::dense::RowMajorMatrix;
use rayon::prelude::*;

use crate::blocks::{Block, load, sum_rows};
use crate::border::{Outcome, refuse};
use crate::commitment::{Class, Commitment};
use crate::extension::TRANSFORM;
use crate::field::*;

const GROUP: usize = 8;

/// 1/(z - x) at every point x of 3·⟨ω⟩ in bit-reversed order, packed along the points.
fn inverse_distances(z: K, points: &[F]) -> Vec<PackedK> {
    const CHUNK: usize = 64;
    let z = broadcast(z);
    let mut result = vec![PackedK::ONE; points.len().div_ceil(LANES)];
    result.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, out)| {
        let distance = |i: usize| {
            let start = (chunk * CHUNK + i) * LANES;
            z - load(points, start)
        };
        let mut product = PackedK::ONE;
        for (i, cell) in out.iter_mut().enumerate() {
            *cell = product;
            product *= distance(i);
        }
        let mut inverse = p3_field::invert_packed_extension::<F, K>(product);
        for (i, cell) in out.iter_mut().enumerate().rev() {
            *cell *= inverse;
            inverse *= distance(i);
        }
    });
    result
}

fn reject_domain_point(z: K, log_size: usize) -> Outcome<()> {
    if (z * GENERATOR.inverse()).exp_power_of_2(log_size) == K::ONE {
        return refuse("the point lies in the evaluation domain");
    }
    Ok(())
}

/// Every column of a matrix at `z`, as stored coefficients, by the barycentric formula on the first coset 3·H:
/// p(z) = ((z/3)^n - 1)/n · Σ x·p(x)/(z - x).
pub fn evaluate(commitment: &Commitment, table: usize, z: K) -> Outcome<(Vec<u32>, usize)> {
    let (class, place) = commitment.matrix(table)?;
    reject_domain_point(z, class.log_height)?;
    let log_rows = class.log_height - commitment.log_blowup;
    let points = domain(log_rows, GENERATOR);
    let distances = inverse_distances(z, &points);
    let weights: Vec<K> =
        points.iter().enumerate().map(|(i, &x)| lane(&distances[i / LANES], i % LANES) * x).collect();
    let vectors = place.width.div_ceil(LANES);
    const CHUNK: usize = 256;
    let sums = class
        .coset(0)
        .par_chunks(CHUNK * class.stride)
        .zip(weights.par_chunks(CHUNK))
        .fold(
            || vec![[Packed::ZERO; DEGREE]; vectors],
            |mut sums, (values, weights)| {
                for (i, group) in weights.chunks(GROUP).enumerate() {
                    let start = i * GROUP * class.stride + place.first;
                    match <&[K; GROUP]>::try_from(group) {
                        Ok(group) => add_rows(&mut sums, values, start, class.stride, group),
                        Err(_) => {
                            for (j, weight) in group.iter().enumerate() {
                                add_rows(
                                    &mut sums,
                                    values,
                                    start + j * class.stride,
                                    class.stride,
                                    &[*weight],
                                );
                            }
                        }
                    }
                }
                sums
            },
        )
        .reduce(
            || vec![[Packed::ZERO; DEGREE]; vectors],
            |mut a, b| {
                for (a, b) in a.iter_mut().flatten().zip(b.into_iter().flatten()) {
                    *a += b;
                }
                a
            },
        );
    let scale = ((z * GENERATOR.inverse()).exp_power_of_2(log_rows) - K::ONE).div_2exp_u64(log_rows as u64);
    let mut result = Vec::with_capacity(place.width * DEGREE);
    for column in 0..place.width {
        let value = lane(&packed_extension(sums[column / LANES]), column % LANES) * scale;
        result.extend(coefficients(&value));
    }
    Ok((into_words(result), place.width))
}

/// Add `N` weighted rows, `stride` apart from `start`.
#[inline(always)]
fn add_rows<const N: usize>(
    sums: &mut [[Packed; DEGREE]],
    values: &[F],
    start: usize,
    stride: usize,
    weights: &[K; N],
) {
    let weights: [[F; DEGREE]; N] = weights.map(|w| coefficients(&w));
    let by_coefficient: [[F; N]; DEGREE] = std::array::from_fn(|c| std::array::from_fn(|i| weights[i][c]));
    for (vector, sum) in sums.iter_mut().enumerate() {
        let rows: [Packed; N] = each(|i| load(values, start + i * stride + vector * LANES));
        for (sum, weights) in sum.iter_mut().zip(&by_coefficient) {
            *sum += <Packed as Algebra<F>>::mixed_dot_product::<N>(&rows, weights);
        }
    }
}

pub struct Term<'a> {
    pub commitment: &'a Commitment,
    pub table: usize,
    pub columns: Vec<usize>,
    pub point: K,
    /// Stored opened values, one a column.
    pub opened: Vec<K>,
    pub theta_power: K,
    pub theta: K,
}

/// All terms that weigh columns of one class at one point.
struct Group<'a> {
    class: &'a Class,
    /// Weights per column of the class, in vectors: first vector, then coefficients.
    weights: Vec<K>,
}

struct AtPoint<'a> {
    point: K,
    groups: Vec<Group<'a>>,
    /// Σ weight·opened, stored.
    opened: K,
}

/// Σ weight·(column(x) - opened)/(x - point), stored coefficients in bit-reversed order: computed on the first coset 3·H,
/// where it is known whole if it is a polynomial, and extended from there.
pub fn combine(log_size: usize, terms: &[Term]) -> Outcome<Vec<u32>> {
    if log_size > TWO_ADICITY {
        return refuse("the domain exceeds the two-adic subgroup");
    }
    let log_blowup = terms.first().map_or(0, |term| term.commitment.log_blowup);
    if terms.iter().any(|term| term.commitment.log_blowup != log_blowup) || log_blowup > log_size {
        return refuse("the terms' commitments differ in blowup");
    }
    let rows = 1usize << (log_size - log_blowup);
    let points = domain(log_size - log_blowup, GENERATOR);
    let mut sums = vec![PackedK::ZERO; rows.div_ceil(LANES)];
    for at in gather(log_size, terms)? {
        let distances = inverse_distances(at.point, &points);
        let opened = broadcast(at.opened);
        let weighted: Vec<(&Class, Vec<Weighted>)> = at.groups.iter().map(|g| (g.class, weigh(g))).collect();
        sums.par_iter_mut().zip(&distances).enumerate().for_each(|(vector, (sum, distance))| {
            let mut numerator = opened;
            for (class, weights) in &weighted {
                numerator -= dot_rows(class, vector * LANES, weights);
            }
            *sum += numerator * *distance;
        });
    }
    let mut values = zeros(rows * DEGREE);
    values.par_chunks_mut(LANES * DEGREE).zip(&sums).for_each(|(out, sum)| {
        for (i, cells) in out.chunks_exact_mut(DEGREE).enumerate() {
            cells.copy_from_slice(&coefficients(&lane(sum, i)));
        }
    });
    let natural = RowMajorMatrix::new(values, DEGREE).bit_reverse_rows().to_row_major_matrix();
    Ok(into_words(TRANSFORM.coset_lde_batch(natural, log_blowup, F::ONE).bit_reverse_rows().values))
}

/// Sort terms by point and class.
fn gather<'a>(log_size: usize, terms: &[Term<'a>]) -> Outcome<Vec<AtPoint<'a>>> {
    let mut result: Vec<AtPoint> = Vec::new();
    for term in terms {
        let (class, place) = term.commitment.matrix(term.table)?;
        if class.log_height != log_size {
            return refuse("a term's matrix has another height");
        }
        if term.columns.iter().any(|&column| column >= place.width) {
            return refuse("a term names a column that does not exist");
        }
        if term.opened.len() != term.columns.len() {
            return refuse("opened values have the wrong shape");
        }
        reject_domain_point(term.point, log_size)?;
        let at = match result.iter().position(|at| at.point == term.point) {
            Some(index) => &mut result[index],
            None => {
                result.push(AtPoint { point: term.point, groups: Vec::new(), opened: K::ZERO });
                result.last_mut().expect("just pushed")
            }
        };
        let index = at.groups.iter().position(|g| std::ptr::eq(g.class, class)).unwrap_or_else(|| {
            at.groups.push(Group { class, weights: vec![K::ZERO; class.stride] });
            at.groups.len() - 1
        });
        let mut weight = term.theta_power;
        for (&column, &opened) in term.columns.iter().zip(&term.opened) {
            at.groups[index].weights[place.first + column] += weight;
            at.opened += weight * opened;
            weight *= term.theta;
        }
    }
    Ok(result)
}

/// Weights of `LANES` neighbouring columns from `column`.
struct Weighted {
    column: usize,
    weights: [Packed; DEGREE],
}

fn weigh(group: &Group) -> Vec<Weighted> {
    let starts = (0..group.weights.len()).step_by(LANES);
    let used = starts.filter(|&s| group.weights[s..].iter().take(LANES).any(|w| *w != K::ZERO));
    used.map(|column| {
        let values: Vec<[F; DEGREE]> = group.weights[column..].iter().take(LANES).map(coefficients).collect();
        let weights = std::array::from_fn(|c| {
            let lanes: Vec<F> = values.iter().map(|v| v[c]).collect();
            load(&lanes, 0)
        });
        Weighted { column, weights }
    })
    .collect()
}

/// The weighted sums of `LANES` rows of the first coset from `first`.
fn dot_rows(class: &Class, first: usize, weighted: &[Weighted]) -> PackedK {
    let coset = class.coset(0);
    let mut rows: [Block; DEGREE] = [[Packed::ZERO; LANES]; DEGREE];
    let (fours, rest) = weighted.as_chunks::<4>();
    for i in 0..LANES {
        let start = (first + i) * class.stride;
        if start >= coset.len() {
            break;
        }
        let mut sums = [Packed::ZERO; DEGREE];
        for four in fours {
            let values: [Packed; 4] = each(|j| load(coset, start + four[j].column));
            for (c, sum) in sums.iter_mut().enumerate() {
                let weights: [Packed; 4] = each(|j| four[j].weights[c]);
                *sum += Packed::dot_product::<4>(&values, &weights);
            }
        }
        for one in rest {
            let value = load(coset, start + one.column);
            for (sum, weight) in sums.iter_mut().zip(one.weights) {
                *sum += value * weight;
            }
        }
        for (block, sum) in rows.iter_mut().zip(sums) {
            block[i] = sum;
        }
    }
    packed_extension(each(|c| sum_rows(&rows[c])))
}
