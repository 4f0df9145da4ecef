//! Lookup columns and running sums of one table.

use std::sync::atomic::{AtomicBool, Ordering};

use p3_field::extension::PackedExtField;
use p3_field::{PackedValue, PrimeCharacteristicRing, batch_multiplicative_inverse};
use rayon::prelude::*;

use crate::blocks::{Block, transpose};
use crate::border::{Outcome, refuse};
use crate::commitment::{Words, check_canonical};
use crate::field::*;
use crate::fractions::{Column, Side};
use crate::machine::{Code, NOTHING, Order, Source, Sources, vectors_per_register};
use crate::program::Table;
use crate::schedule::{Consumer, LookupCells, schedule};

/// The nodes of every lookup column: per interaction the multiplicity, then the message.
pub fn column_consumers(table: &Table) -> Vec<Consumer> {
    let nodes = |&(first, count): &(usize, usize)| {
        let sides = &table.interactions[first..first + count];
        sides.iter().flat_map(|i| std::iter::once(i.multiplicity).chain(i.message.iter().copied())).collect()
    };
    table.lookup_columns.iter().map(|column| Consumer { nodes: nodes(column) }).collect()
}

/// The column's sides, given the registers of its consumer.
pub fn column(table: &Table, index: usize, registers: &[u32], alpha: K, beta: K, scale: K) -> Column {
    let (first, count) = table.lookup_columns[index];
    let mut rest = registers;
    let sides = (first..first + count).map(|i| {
        let (own, others) = rest.split_at(1 + table.interactions[i].message.len());
        rest = others;
        Side::new(table, i, own, alpha, beta)
    });
    Column::new(sides.collect(), scale)
}

/// Check that periods fit and give each periodic column's values on H.
pub fn periodic_on_rows(table: &Table, rows: usize) -> Outcome<Vec<Vec<F>>> {
    if table.periodic.iter().any(|values| values.len() > rows) {
        return refuse("the table is shorter than a period");
    }
    Ok(table.periodic.iter().map(|values| values.iter().map(|&v| F::new(v)).collect()).collect())
}

pub fn lookup(
    table: &Table,
    main: Words,
    preprocessed: Option<Words>,
    alpha: K,
    beta: K,
) -> Outcome<(Vec<u32>, usize, K)> {
    let rows = main.rows;
    if !rows.is_power_of_two() || rows.ilog2() as usize > TWO_ADICITY {
        return refuse("a height is not a power of two within the two-adic subgroup");
    }
    if main.width != table.first_wave_width + table.second_wave_width {
        return refuse("the main matrix has the wrong width");
    }
    let fixed = preprocessed.unwrap_or(Words { words: &[], rows, width: 0 });
    if fixed.rows != rows || fixed.width != table.preprocessed_width {
        return refuse("the preprocessed matrix has the wrong shape");
    }
    check_canonical(main.words)?;
    check_canonical(fixed.words)?;
    let periodic = periodic_on_rows(table, rows)?;
    if table.interactions.is_empty() {
        return Ok((Vec::new(), 0, K::ZERO));
    }
    let consumers = column_consumers(table);
    let none = LookupCells { width: 0, below_from: 0 };
    let (code, ..) = schedule(table, &consumers, main.width, &none);
    let columns: Vec<Column> =
        (0..consumers.len()).map(|i| column(table, i, &code.places[i], alpha, beta, K::ONE)).collect();
    let sources = Sources {
        main: Source { parts: [stored(main.words), &[]], stride: main.width, first: 0 },
        second: NOTHING,
        preprocessed: Source { parts: [stored(fixed.words), &[]], stride: fixed.width, first: 0 },
        lookup: NOTHING,
        periodic: &periodic,
    };
    let work = Work { code: &code, columns: &columns, sources: &sources, rows };
    let (mut matrix, sums) = match vectors_per_register(code.registers + 3 * DEGREE * columns.len()) {
        4 => work.fill::<4>(),
        2 => work.fill::<2>(),
        _ => work.fill::<1>(),
    }?;
    let total = write_running_sums(&mut matrix, work.width(), &sums);
    Ok((into_words(matrix), work.width(), total))
}

struct Work<'a> {
    code: &'a Code,
    columns: &'a [Column],
    sources: &'a Sources<'a>,
    rows: usize,
}

impl Work<'_> {
    fn width(&self) -> usize {
        DEGREE * (self.columns.len() + 1)
    }

    /// All fractions, written to their rows, and each row's sum of them.
    fn fill<const B: usize>(&self) -> Outcome<(Vec<F>, Vec<K>)> {
        let width = self.width();
        let mut matrix = zeros(self.rows * width);
        let mut sums = vec![K::ZERO; self.rows];
        let zero = AtomicBool::new(false);
        let block_rows = B * LANES;
        matrix
            .par_chunks_mut(block_rows * width)
            .zip(sums.par_chunks_mut(block_rows))
            .enumerate()
            .for_each_init(
                || (self.code.scratch::<B>(), Fractions::<B>::new(self.columns.len())),
                |(registers, fractions), (block, (out, sums))| {
                    let first = block * block_rows;
                    self.code.run(
                        self.sources,
                        Order::Natural,
                        self.rows,
                        first,
                        registers,
                        |index, registers| {
                            for b in 0..B {
                                let (numerator, denominator) = self.columns[index].fraction(registers, b);
                                fractions.numerators[index][b] = numerator;
                                fractions.denominators[index][b] = denominator;
                            }
                        },
                    );
                    if fractions.divide() {
                        zero.store(true, Ordering::Relaxed);
                        return;
                    }
                    for b in 0..B.min(out.len().div_ceil(LANES * width)) {
                        let from = b * LANES;
                        let to = (from + LANES).min(sums.len());
                        fractions.write(b, &mut out[from * width..to * width], width, &mut sums[from..to]);
                    }
                },
            );
        if zero.into_inner() {
            return refuse("a lookup denominator is zero");
        }
        Ok((matrix, sums))
    }
}

/// One block's fractions, column by column.
struct Fractions<const B: usize> {
    numerators: Vec<[PackedK; B]>,
    denominators: Vec<[PackedK; B]>,
    prefixes: Vec<[PackedK; B]>,
}

impl<const B: usize> Fractions<B> {
    fn new(columns: usize) -> Self {
        let blank = vec![[PackedK::ONE; B]; columns];
        Self { numerators: blank.clone(), denominators: blank.clone(), prefixes: blank }
    }

    /// Replace numerators by quotients with one inversion for all (Montgomery's trick, one chain a vector); true if a
    /// denominator is zero.
    fn divide(&mut self) -> bool {
        let mut product = [PackedK::ONE; B];
        for (prefix, denominator) in self.prefixes.iter_mut().zip(&self.denominators) {
            *prefix = product;
            for b in 0..B {
                product[b] *= denominator[b];
            }
        }
        let lanes: Vec<K> = product.iter().flat_map(|v| (0..LANES).map(|i| lane(v, i))).collect();
        if lanes.contains(&K::ZERO) {
            return true;
        }
        let inverses = batch_multiplicative_inverse(&lanes);
        let mut inverse: [PackedK; B] = std::array::from_fn(|b| {
            packed_extension(std::array::from_fn(|c| {
                Packed::from_fn(|i| coefficients(&inverses[b * LANES + i])[c])
            }))
        });
        let chains = self.numerators.iter_mut().zip(&self.denominators).zip(&self.prefixes);
        for ((numerator, denominator), prefix) in chains.rev() {
            for b in 0..B {
                numerator[b] *= inverse[b] * prefix[b];
                inverse[b] *= denominator[b];
            }
        }
        false
    }

    /// Write vector `b`'s quotients to its rows, and their sums.
    fn write(&self, b: usize, out: &mut [F], width: usize, sums: &mut [K]) {
        let leave = Packed::from(leave());
        let mut sum = PackedK::ZERO;
        let mut block: Block = [Packed::ZERO; LANES];
        let mut filled = 0;
        let mut at = 0;
        for (index, quotients) in self.numerators.iter().enumerate() {
            let quotient: PackedExtField<_, _, DEGREE, _> = quotients[b];
            sum += quotient;
            for (c, value) in packed_coefficients(&quotient).into_iter().enumerate() {
                block[filled] = value * leave;
                filled += 1;
                let last = index + 1 == self.numerators.len() && c + 1 == DEGREE;
                if filled == LANES || last {
                    transpose(&mut block);
                    for (row, values) in out.chunks_exact_mut(width).zip(&block) {
                        row[at..at + filled].copy_from_slice(&values.as_slice()[..filled]);
                    }
                    at += filled;
                    filled = 0;
                }
            }
        }
        for (i, row_sum) in sums.iter_mut().enumerate() {
            *row_sum = lane(&sum, i);
        }
    }
}

/// The last extension column: the sum of all fractions in the rows above.
fn write_running_sums(matrix: &mut [F], width: usize, sums: &[K]) -> K {
    let leave = leave();
    let mut running = K::ZERO;
    for (row, sum) in matrix.chunks_exact_mut(width).zip(sums) {
        for (cell, value) in row[width - DEGREE..].iter_mut().zip(coefficients(&running)) {
            *cell = value * leave;
        }
        running += *sum;
    }
    running
}
