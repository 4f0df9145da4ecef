//! A table's nodes as a register program over blocks of rows, several SIMD vectors to an instruction.
//!
//! Every register holds `B` vectors of `LANES` rows. Cells are loaded (transposed from their rows) into registers of their
//! own, constants likewise; `schedule.rs` decides which registers hold what, and when.

use p3_field::{PackedValue, PrimeCharacteristicRing};

use crate::blocks::load_columns;
use crate::field::{ENTER, F, LANES, Packed, each, reverse};

pub type Register<const B: usize> = [Packed; B];

/// The result's register, then the operands'. Two operations in one save a result its way through memory.
#[derive(Clone, Copy, Debug)]
pub enum Operation {
    Add(u32, u32, u32),
    Subtract(u32, u32, u32),
    Multiply(u32, u32, u32),
    /// a + b + c
    AddAdd(u32, u32, u32, u32),
    /// (a + b)·c
    AddMultiply(u32, u32, u32, u32),
    /// (a - b)·c
    SubtractMultiply(u32, u32, u32, u32),
    /// c - a·b
    MultiplySubtract(u32, u32, u32, u32),
    Consume(u32),
}

impl Operation {
    /// One operation for `before` and this one, which alone reads its result: as `operand` 0 or 1.
    pub fn after(self, before: Self, operand: usize) -> Option<Self> {
        let other = |x, y| if operand == 0 { y } else { x };
        match (before, self) {
            // Where x is y the result is doubled, which reads it twice.
            (Self::Add(_, a, b), Self::Add(to, x, y)) if x != y => Some(Self::AddAdd(to, a, b, other(x, y))),
            (Self::Add(_, a, b), Self::Multiply(to, x, y)) => Some(Self::AddMultiply(to, a, b, other(x, y))),
            (Self::Subtract(_, a, b), Self::Multiply(to, x, y)) => {
                Some(Self::SubtractMultiply(to, a, b, other(x, y)))
            }
            (Self::Multiply(_, a, b), Self::Subtract(to, x, _)) if operand == 1 => {
                Some(Self::MultiplySubtract(to, a, b, x))
            }
            _ => None,
        }
    }
}

/// Which matrix a group of columns comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Main,
    SecondWave,
    Preprocessed,
    Lookup,
}

/// `LANES` neighbouring columns wanted in registers `base..base + LANES`.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    pub origin: Origin,
    pub below: bool,
    pub column: usize,
    pub base: u32,
}

/// What to carry out.
#[derive(Default)]
pub struct Code {
    pub loads: Vec<Load>,
    /// Periodic columns and constants, each with its register.
    pub periodic: Vec<(u32, u32)>,
    pub constants: Vec<(u32, F)>,
    pub operations: Vec<Operation>,
    /// Per consumer the registers in which it finds its nodes when it runs.
    pub places: Vec<Vec<u32>>,
    pub registers: usize,
}

/// A matrix rows are loaded from, in equal parts: column c of a part's row r is `part[r * stride + first + c]`.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub parts: [&'a [F]; 2],
    pub stride: usize,
    pub first: usize,
}

pub struct Sources<'a> {
    pub main: Source<'a>,
    pub second: Source<'a>,
    pub preprocessed: Source<'a>,
    pub lookup: Source<'a>,
    /// Per periodic column its values, repeating, by natural row index.
    pub periodic: &'a [Vec<F>],
}

pub const NOTHING: Source<'static> = Source { parts: [&[]; 2], stride: 0, first: 0 };

/// How memory rows follow one another.
#[derive(Clone, Copy)]
pub enum Order {
    /// Rows of H as they come, in one part.
    Natural,
    /// The coset of twice the height, bit-reversed, in two parts; the row below is two points on.
    DoubleCoset,
}

impl Code {
    /// The order in which consumers run.
    pub fn consumer_order(&self) -> impl Iterator<Item = usize> {
        self.operations.iter().filter_map(|operation| match operation {
            Operation::Consume(index) => Some(*index as usize),
            _ => None,
        })
    }

    pub fn scratch<const B: usize>(&self) -> Vec<Register<B>> {
        let mut registers = vec![[Packed::ZERO; B]; self.registers];
        for &(register, value) in &self.constants {
            registers[register as usize] = [Packed::from(value); B];
        }
        registers
    }

    /// Run over `B * LANES` memory rows from `first`, of `rows` (a power of two); rows beyond the end wrap around.
    pub fn run<const B: usize>(
        &self,
        sources: &Sources,
        order: Order,
        rows: usize,
        first: usize,
        registers: &mut [Register<B>],
        mut consume: impl FnMut(usize, &[Register<B>]),
    ) {
        for vector in 0..B {
            self.load_vector(sources, order, rows, first + vector * LANES, vector, registers);
        }
        for operation in &self.operations {
            match *operation {
                Operation::Add(to, a, b) => {
                    let (a, b) = (&registers[a as usize], &registers[b as usize]);
                    registers[to as usize] = each(|i| a[i] + b[i]);
                }
                Operation::Subtract(to, a, b) => {
                    let (a, b) = (&registers[a as usize], &registers[b as usize]);
                    registers[to as usize] = each(|i| a[i] - b[i]);
                }
                Operation::Multiply(to, a, b) => {
                    let (a, b) = (&registers[a as usize], &registers[b as usize]);
                    registers[to as usize] = each(|i| a[i] * b[i]);
                }
                Operation::AddAdd(to, a, b, c) => {
                    let [a, b, c] = [a, b, c].map(|register| &registers[register as usize]);
                    registers[to as usize] = each(|i| a[i] + b[i] + c[i]);
                }
                Operation::AddMultiply(to, a, b, c) => {
                    let [a, b, c] = [a, b, c].map(|register| &registers[register as usize]);
                    registers[to as usize] = each(|i| (a[i] + b[i]) * c[i]);
                }
                Operation::SubtractMultiply(to, a, b, c) => {
                    let [a, b, c] = [a, b, c].map(|register| &registers[register as usize]);
                    registers[to as usize] = each(|i| (a[i] - b[i]) * c[i]);
                }
                Operation::MultiplySubtract(to, a, b, c) => {
                    let [a, b, c] = [a, b, c].map(|register| &registers[register as usize]);
                    registers[to as usize] = each(|i| c[i] - a[i] * b[i]);
                }
                Operation::Consume(index) => consume(index as usize, registers),
            }
        }
    }

    fn load_vector<const B: usize>(
        &self,
        sources: &Sources,
        order: Order,
        rows: usize,
        first: usize,
        vector: usize,
        registers: &mut [Register<B>],
    ) {
        let here: [usize; LANES] = std::array::from_fn(|i| (first + i) & (rows - 1));
        let log_rows = rows.ilog2() as usize;
        let natural = here.map(|row| match order {
            Order::Natural => row,
            Order::DoubleCoset => reverse(row, log_rows),
        });
        let below = natural.map(|row| match order {
            Order::Natural => (row + 1) & (rows - 1),
            Order::DoubleCoset => reverse((row + 2) & (rows - 1), log_rows),
        });
        let log_part = match order {
            Order::Natural => log_rows,
            Order::DoubleCoset => log_rows - 1,
        };
        let enter = Packed::from(ENTER);
        for load in &self.loads {
            let source = match load.origin {
                Origin::Main => sources.main,
                Origin::SecondWave => sources.second,
                Origin::Preprocessed => sources.preprocessed,
                Origin::Lookup => sources.lookup,
            };
            let lanes = (if load.below { below } else { here }).map(|row| {
                let (part, row) = (row >> log_part, row & ((1 << log_part) - 1));
                &source.parts[part][row * source.stride + source.first..]
            });
            let block = load_columns(&lanes, load.column);
            for (register, column) in registers[load.base as usize..].iter_mut().zip(block) {
                register[vector] = column * enter;
            }
        }
        for &(column, register) in &self.periodic {
            let values = &sources.periodic[column as usize];
            registers[register as usize][vector] =
                Packed::from_fn(|i| values[natural[i] & (values.len() - 1)]);
        }
    }
}

/// Vectors per register: four make reading an instruction cheap beside carrying it out, and eight gain nothing more; fewer
/// where `working` vectors per lane would leave a core's private cache far behind.
pub fn vectors_per_register(working: usize) -> usize {
    const BUDGET: usize = 2400 << 10;
    [4, 2].into_iter().find(|b| working * b * LANES * 4 <= BUDGET).unwrap_or(1)
}
