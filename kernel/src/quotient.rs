//! Combined constraints of one table, divided by the vanishing polynomial.

use p3_dft::TwoAdicSubgroupDft;
use p3_field::{Algebra, Field, PackedValue, PrimeCharacteristicRing, batch_multiplicative_inverse};
use p3_matrix::bitrev::BitReversibleMatrix;
use p3_matrix::dense::RowMajorMatrix;
use rayon::prelude::*;

use crate::blocks::load;
use crate::border::{Outcome, refuse};
use crate::commitment::Commitment;
use crate::extension::TRANSFORM;
use crate::field::*;
use crate::fractions::Column;
use crate::lookup::{column, column_consumers, periodic_on_rows};
use crate::machine::{Code, NOTHING, Order, Register, Source, Sources, vectors_per_register};
use crate::program::{Selector, Table};
use crate::schedule::{Consumer, LookupCells, schedule};

/// Rules are added up eight at a time, so that their products share a reduction.
const GROUP: usize = 8;
const SELECTORS: usize = 4;

pub struct Challenges {
    pub alpha: K,
    pub beta: K,
    pub gamma: K,
    pub total: K,
}

pub struct Committed<'a> {
    pub waves: [Option<&'a Commitment>; 2],
    pub preprocessed: Option<&'a Commitment>,
    pub lookup: Option<&'a Commitment>,
}

/// Evaluations on H of Q0 and Q1, where the quotient is Q0 + X^n·Q1; row-major, ten words a row.
pub fn quotient(
    table: &Table,
    index: usize,
    log_height: usize,
    committed: &Committed,
    challenges: &Challenges,
) -> Outcome<Vec<u32>> {
    if log_height >= TWO_ADICITY {
        return refuse("a height exceeds the two-adic subgroup");
    }
    let lookup_width = table.lookup_width();
    let periodic = periodic_on_double_coset(table, log_height)?;
    let sources = Sources {
        main: source(committed.waves[0], index, table.first_wave_width, log_height)?,
        second: source(committed.waves[1], index, table.second_wave_width, log_height)?,
        preprocessed: source(committed.preprocessed, index, table.preprocessed_width, log_height)?,
        lookup: source(committed.lookup, index, lookup_width, log_height)?,
        periodic: &periodic,
    };
    let mut consumers: Vec<Consumer> = table.rules.iter().map(|r| Consumer { nodes: vec![r.node] }).collect();
    consumers.extend(column_consumers(table));
    let cells = LookupCells { width: lookup_width, below_from: lookup_width.saturating_sub(DEGREE) };
    let (code, here, below) = schedule(table, &consumers, table.first_wave_width, &cells);
    let plan = Plan::new(table, &code, here, below, challenges);
    let selectors = Selectors::new(log_height);
    let work =
        Work { code: &code, plan: &plan, selectors: &selectors, sources: &sources, rows: 2 << log_height };
    let values = match vectors_per_register(code.registers) {
        4 => work.evaluate::<4>(),
        2 => work.evaluate::<2>(),
        _ => work.evaluate::<1>(),
    };
    Ok(split(&values, log_height))
}

fn source(
    commitment: Option<&Commitment>,
    index: usize,
    width: usize,
    log_height: usize,
) -> Outcome<Source<'_>> {
    if width == 0 {
        return Ok(NOTHING);
    }
    let Some(commitment) = commitment else {
        return refuse("a commitment is missing");
    };
    let (class, place) = commitment.matrix(index)?;
    let blowup = commitment.log_blowup;
    if blowup < 1 || class.log_height != log_height + blowup || place.width != width {
        return refuse("a committed matrix has the wrong shape for its table");
    }
    Ok(Source { parts: [class.coset(0), class.coset(1)], stride: class.stride, first: place.first })
}

/// Periodic columns at 3·ω^k, ω of order 2n: the period's interpolant in X^(n/period), which repeats along the coset.
fn periodic_on_double_coset(table: &Table, log_height: usize) -> Outcome<Vec<Vec<F>>> {
    let columns = periodic_on_rows(table, 1 << log_height)?;
    Ok(columns
        .into_iter()
        .map(|values| {
            let log_period = values.len().ilog2() as usize;
            let shift = GENERATOR.exp_power_of_2(log_height - log_period);
            let mut parts = TRANSFORM.idft(values);
            parts.resize(2 << log_period, F::ZERO);
            TRANSFORM.coset_dft(parts, shift)
        })
        .collect())
}

/// What each consumer adds to the sum, and with which weight.
struct Plan {
    /// Per rule its selector and its turn among the rules of that selector, in the order they run.
    turns: Vec<(usize, usize)>,
    /// Per selector and group of rules, per coefficient the weights.
    weights: [Vec<[[F; GROUP]; DEGREE]>; SELECTORS],
    /// Per rule the register of its node.
    nodes: Vec<u32>,
    columns: Vec<Column>,
    lookup: Option<LookupPlan>,
}

struct LookupPlan {
    here: Vec<u32>,
    below: Vec<u32>,
    first: PackedK,
    between: PackedK,
    last: PackedK,
    total: PackedK,
}

impl Plan {
    fn new(table: &Table, code: &Code, here: Vec<u32>, below: Vec<u32>, challenges: &Challenges) -> Self {
        let rules = table.rules.len();
        let columns = table.lookup_columns.len();
        let gammas = extension_powers(challenges.gamma, K::ONE, rules + columns + 3);
        let mut turns = vec![(0, 0); rules];
        let mut weights: [Vec<[[F; GROUP]; DEGREE]>; SELECTORS] = std::array::from_fn(|_| Vec::new());
        let mut counts = [0; SELECTORS];
        for rule in code.consumer_order().filter(|&i| i < rules) {
            let selector = table.rules[rule].selector as usize;
            let turn = counts[selector];
            counts[selector] += 1;
            turns[rule] = (selector, turn);
            if turn % GROUP == 0 {
                weights[selector].push([[F::ZERO; GROUP]; DEGREE]);
            }
            for (c, weight) in coefficients(&gammas[rule]).into_iter().enumerate() {
                weights[selector][turn / GROUP][c][turn % GROUP] = weight;
            }
        }
        let registers = &code.places;
        let lookup = (columns > 0).then(|| LookupPlan {
            here,
            below,
            first: broadcast(gammas[rules + columns]),
            between: broadcast(gammas[rules + columns + 1]),
            last: broadcast(gammas[rules + columns + 2]),
            total: broadcast(challenges.total),
        });
        let columns = (0..columns)
            .map(|i| {
                let own = &registers[rules + i];
                column(table, i, own, challenges.alpha, challenges.beta, gammas[rules + i])
            })
            .collect();
        let nodes = registers[..rules].iter().map(|own| own[0]).collect();
        Self { turns, weights, nodes, columns, lookup }
    }
}

/// Rules waiting to be weighted, and the sums so far.
struct Sums<const B: usize> {
    waiting: [[Register<B>; GROUP]; SELECTORS],
    counts: [usize; SELECTORS],
    sums: [[PackedK; B]; SELECTORS],
    fractions: [PackedK; B],
}

impl<const B: usize> Sums<B> {
    fn new() -> Self {
        Self {
            waiting: [[[Packed::ZERO; B]; GROUP]; SELECTORS],
            counts: [0; SELECTORS],
            sums: [[PackedK::ZERO; B]; SELECTORS],
            fractions: [PackedK::ZERO; B],
        }
    }

    fn clear(&mut self) {
        self.counts = [0; SELECTORS];
        self.sums = [[PackedK::ZERO; B]; SELECTORS];
        self.fractions = [PackedK::ZERO; B];
    }

    #[inline(always)]
    fn rule(&mut self, plan: &Plan, rule: usize, value: &Register<B>) {
        let (selector, turn) = plan.turns[rule];
        self.waiting[selector][turn % GROUP] = *value;
        self.counts[selector] = turn + 1;
        if turn % GROUP == GROUP - 1 {
            self.add_group(plan, selector, turn / GROUP);
        }
    }

    fn add_group(&mut self, plan: &Plan, selector: usize, group: usize) {
        let weights = &plan.weights[selector][group];
        let waiting = &self.waiting[selector];
        for (b, sum) in self.sums[selector].iter_mut().enumerate() {
            let values: [Packed; GROUP] = each(|i| waiting[i][b]);
            *sum += packed_extension(each(|c| {
                <Packed as Algebra<F>>::mixed_dot_product::<GROUP>(&values, &weights[c])
            }));
        }
    }

    /// Weigh what still waits; places left over from an earlier group have weight zero.
    fn finish(&mut self, plan: &Plan) {
        for selector in 0..SELECTORS {
            if !self.counts[selector].is_multiple_of(GROUP) {
                self.add_group(plan, selector, self.counts[selector] / GROUP);
            }
        }
    }

    #[inline(always)]
    fn column(&mut self, plan: &Plan, lookup: &LookupPlan, index: usize, registers: &[Register<B>]) {
        for b in 0..B {
            let value = cells(&lookup.here[DEGREE * index..], registers, b);
            self.fractions[b] += value;
            self.sums[Selector::Every as usize][b] += plan.columns[index].defect(value, registers, b);
        }
    }

    fn running_sum(&mut self, lookup: &LookupPlan, registers: &[Register<B>]) {
        for b in 0..B {
            let here = cells(&lookup.here[lookup.here.len() - DEGREE..], registers, b);
            let below = cells(&lookup.below, registers, b);
            let after = here + self.fractions[b];
            self.sums[Selector::First as usize][b] += here * lookup.first;
            self.sums[Selector::Between as usize][b] += (below - after) * lookup.between;
            self.sums[Selector::Last as usize][b] += (after - lookup.total) * lookup.last;
        }
    }
}

#[inline(always)]
fn cells<const B: usize>(places: &[u32], registers: &[Register<B>], b: usize) -> PackedK {
    packed_extension(each(|c| registers[places[c] as usize][b]))
}

/// Selectors divided by the vanishing polynomial, at the points of the double coset in bit-reversed order.
struct Selectors {
    /// Constant on each half: the points with even exponent come first.
    inverse_vanishing: [F; 2],
    first: Vec<F>,
    last: Vec<F>,
    to_last: Vec<F>,
}

impl Selectors {
    fn new(log_height: usize) -> Self {
        let points = domain(log_height + 1, GENERATOR);
        let power = GENERATOR.exp_power_of_2(log_height);
        let last_row = root_of_unity(log_height).inverse();
        let from_first: Vec<F> = points.iter().map(|&x| x - F::ONE).collect();
        let to_last: Vec<F> = points.iter().map(|&x| x - last_row).collect();
        Self {
            inverse_vanishing: [(power - F::ONE).inverse(), (-power - F::ONE).inverse()],
            first: batch_multiplicative_inverse(&from_first),
            last: batch_multiplicative_inverse(&to_last),
            to_last,
        }
    }

    fn apply<const B: usize>(&self, sums: &Sums<B>, b: usize, first: usize) -> PackedK {
        let rows = self.first.len();
        let at = |values: &[F]| match rows >= LANES {
            true => load(values, first),
            false => Packed::from_fn(|i| values[i & (rows - 1)]),
        };
        let inverse_vanishing =
            Packed::from_fn(|i| self.inverse_vanishing[usize::from(((first + i) & (rows - 1)) >= rows / 2)]);
        let [every, on_first, on_last, between] = sums.sums.map(|sum| sum[b]);
        (between * at(&self.to_last) + every) * inverse_vanishing
            + on_first * at(&self.first)
            + on_last * at(&self.last)
    }
}

struct Work<'a> {
    code: &'a Code,
    plan: &'a Plan,
    selectors: &'a Selectors,
    sources: &'a Sources<'a>,
    rows: usize,
}

impl Work<'_> {
    fn evaluate<const B: usize>(&self) -> Vec<K> {
        let mut values = vec![K::ZERO; self.rows];
        let rules = self.plan.turns.len();
        values.par_chunks_mut(B * LANES).enumerate().for_each_init(
            || (self.code.scratch::<B>(), Box::new(Sums::<B>::new())),
            |(registers, sums), (block, out)| {
                sums.clear();
                let first = block * B * LANES;
                self.code.run(
                    self.sources,
                    Order::DoubleCoset,
                    self.rows,
                    first,
                    registers,
                    |index, registers| match (index.checked_sub(rules), &self.plan.lookup) {
                        (Some(column), Some(lookup)) => sums.column(self.plan, lookup, column, registers),
                        _ => sums.rule(self.plan, index, &registers[self.plan.nodes[index] as usize]),
                    },
                );
                sums.finish(self.plan);
                if let Some(lookup) = &self.plan.lookup {
                    sums.running_sum(lookup, registers);
                }
                for (b, out) in out.chunks_mut(LANES).enumerate() {
                    let value = self.selectors.apply(sums, b, first + b * LANES);
                    for (i, cell) in out.iter_mut().enumerate() {
                        *cell = lane(&value, i);
                    }
                }
            },
        );
        values
    }
}

/// From the quotient on the double coset to its halves Q0, Q1 on H. On the two cosets of H that make up the domain X^n is
/// c = 3^n and -c, so interpolating each gives Q0 + c·Q1 and Q0 - c·Q1.
fn split(values: &[K], log_height: usize) -> Vec<u32> {
    let rows = 1usize << log_height;
    let stride = (2 * DEGREE).next_multiple_of(LANES);
    let mut matrix = zeros(rows * stride);
    matrix.par_chunks_mut(stride).enumerate().for_each(|(row, out)| {
        let at = reverse(row, log_height);
        out[..DEGREE].copy_from_slice(&coefficients(&values[at]));
        out[DEGREE..2 * DEGREE].copy_from_slice(&coefficients(&values[rows + at]));
    });
    let mut parts = TRANSFORM.idft_batch(RowMajorMatrix::new(matrix, stride)).values;
    let even = GENERATOR.inverse();
    let odd = even * root_of_unity(log_height + 1).inverse();
    let half = leave().halve();
    let half_over_c = half * GENERATOR.exp_power_of_2(log_height).inverse();
    const CHUNK: usize = 1 << 10;
    parts.par_chunks_mut(CHUNK * stride).enumerate().for_each(|(chunk, rows)| {
        let start = (chunk * CHUNK) as u64;
        let (mut even_power, mut odd_power) = (even.exp_u64(start), odd.exp_u64(start));
        for row in rows.chunks_exact_mut(stride) {
            for c in 0..DEGREE {
                let (one, two) = (row[c] * even_power, row[DEGREE + c] * odd_power);
                row[c] = (one + two) * half;
                row[DEGREE + c] = (one - two) * half_over_c;
            }
            even_power *= even;
            odd_power *= odd;
        }
    });
    let evaluations = TRANSFORM.dft_batch(RowMajorMatrix::new(parts, stride)).bit_reverse_rows().values;
    let mut result = zeros(rows * 2 * DEGREE);
    result.par_chunks_mut(2 * DEGREE).enumerate().for_each(|(row, out)| {
        let at = reverse(row, log_height) * stride;
        out.copy_from_slice(&evaluations[at..at + 2 * DEGREE]);
    });
    into_words(result)
}
