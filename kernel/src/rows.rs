//! What queries open: rows and siblings. Rows that the commitment does not hold are computed again.

use p3_field::{Algebra, PackedValue, PrimeCharacteristicRing, batch_multiplicative_inverse};
use rayon::prelude::*;

use crate::blocks::load;
use crate::border::{Outcome, refuse};
use crate::commitment::{Class, Commitment};
use crate::field::{F, GENERATOR, LANES, Packed, domain, each, reverse, root_of_unity, words};
use crate::hash::Digest;

/// Products that share a reduction.
const GROUP: usize = 16;
/// Groups taken by one task at a time.
const CHUNK: usize = 128;

/// The rows of one matrix: row-major words, row count, width.
pub type Opened = (Vec<u32>, usize, usize);

impl Commitment {
    /// Rows of every matrix at these leaves, and the siblings a multiproof needs.
    pub fn open(&self, indices: &[usize]) -> Outcome<(Vec<Opened>, Vec<Digest>)> {
        let leaves = self.levels[0].len();
        if indices.windows(2).any(|pair| pair[0] >= pair[1]) || indices.last().is_some_and(|&i| i >= leaves) {
            return refuse("indices are not sorted, distinct and within the tree");
        }
        let tallest = self.classes[0].log_height;
        let by_class: Vec<Vec<F>> = self
            .classes
            .iter()
            .map(|class| {
                let mut wanted: Vec<usize> =
                    indices.iter().map(|i| i >> (tallest - class.log_height)).collect();
                wanted.dedup();
                class.open(&wanted)
            })
            .collect();
        let opened = self.places.iter().map(|place| {
            place.map_or((Vec::new(), 0, 0), |place| {
                let rows = by_class[place.class].chunks_exact(self.classes[place.class].stride);
                let (first, count) = (place.first, rows.len());
                let values = rows.flat_map(|row| words(&row[first..first + place.width])).copied().collect();
                (values, count, place.width)
            })
        });
        Ok((opened.collect(), self.siblings(indices)))
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

impl Class {
    /// The rows with these ascending numbers, `stride` apart.
    fn open(&self, wanted: &[usize]) -> Vec<F> {
        let (near, far) = wanted.split_at(wanted.partition_point(|&row| row < self.held()));
        let mut values = Vec::with_capacity(wanted.len() * self.stride);
        for row in near {
            let start = row % self.rows * self.stride;
            values.extend_from_slice(&self.coset(row / self.rows)[start..start + self.stride]);
        }
        if !far.is_empty() {
            values.extend(self.compute(far));
        }
        values
    }

    /// Rows of cosets that are not held, by the barycentric formula on the first, 3·H:
    /// p(y) = ((y/3)^n - 1)/n · Σ x·p(x)/(y - x).
    fn compute(&self, wanted: &[usize]) -> Vec<F> {
        let log_rows = self.rows.ilog2() as usize;
        let points = domain(log_rows, GENERATOR);
        let root = root_of_unity(self.log_height);
        let weights: Vec<Vec<F>> = wanted
            .par_iter()
            .map(|&row| {
                let power = root.exp_u64(reverse(row, self.log_height) as u64);
                let y = GENERATOR * power;
                let scale = (power.exp_power_of_2(log_rows) - F::ONE).div_2exp_u64(log_rows as u64);
                let distances: Vec<F> = points.iter().map(|&x| y - x).collect();
                let inverses = batch_multiplicative_inverse(&distances);
                inverses.iter().zip(&points).map(|(&inverse, &x)| inverse * x * scale).collect()
            })
            .collect();
        // Weights of `GROUP` rows for one point after the other, zero beyond the last row.
        let groups: Vec<[F; GROUP]> = (0..points.len())
            .step_by(GROUP)
            .flat_map(|first| weights.iter().map(move |all| std::array::from_fn(|i| at(all, first + i))))
            .collect();
        let blank = || vec![Packed::ZERO; self.stride.div_ceil(LANES) * wanted.len()];
        let sums = self
            .coset(0)
            .par_chunks(CHUNK * GROUP * self.stride)
            .zip(groups.par_chunks(CHUNK * wanted.len()))
            .fold(blank, |mut sums, (values, groups)| {
                self.add(values, groups, &mut sums);
                sums
            })
            .reduce(blank, |mut a, b| {
                a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
                a
            });
        let row = |number: usize| sums.iter().skip(number).step_by(wanted.len()).flat_map(Packed::as_slice);
        (0..wanted.len()).flat_map(row).copied().collect()
    }

    /// Add weighted rows; `sums` has for each `LANES` columns one vector a point.
    fn add(&self, values: &[F], groups: &[[F; GROUP]], sums: &mut [Packed]) {
        let points = sums.len() / self.stride.div_ceil(LANES);
        for (group, weights) in groups.chunks_exact(points).enumerate() {
            for (vector, sums) in sums.chunks_exact_mut(points).enumerate() {
                let start = group * GROUP * self.stride + vector * LANES;
                let rows: [Packed; GROUP] = each(|i| load(values, start + i * self.stride));
                for (sum, weights) in sums.iter_mut().zip(weights) {
                    *sum += <Packed as Algebra<F>>::mixed_dot_product::<GROUP>(&rows, weights);
                }
            }
        }
    }
}

fn at(values: &[F], index: usize) -> F {
    values.get(index).copied().unwrap_or(F::ZERO)
}
