//! A table's nodes as a register program over blocks of rows, several SIMD vectors to an instruction.
//!
//! Every register holds `B` vectors of `LANES` rows. Cells are loaded (transposed from their rows) into registers of their
//! own, constants likewise; results of arithmetic share slots by linear scan. Rules and lookup columns run as soon as the
//! nodes they read are there, so that few values live at once.

use p3_field::{PackedValue, PrimeCharacteristicRing};

use crate::blocks::load_columns;
use crate::field::{ENTER, F, LANES, Packed, each, reverse};
use crate::program::{Node, Table};

pub type Register<const B: usize> = [Packed; B];

#[derive(Clone, Copy, Debug)]
enum Operation {
    Add(u32, u32, u32),
    Subtract(u32, u32, u32),
    Multiply(u32, u32, u32),
    Consume(u32),
}

/// Which matrix a group of columns comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    Main,
    SecondWave,
    Preprocessed,
    Lookup,
}

/// `LANES` neighbouring columns wanted in registers `base..base + LANES`.
#[derive(Clone, Copy, Debug)]
struct Load {
    origin: Origin,
    below: bool,
    column: usize,
    base: u32,
}

/// Something that reads nodes once they are computed: a rule or a lookup column.
pub struct Consumer {
    pub nodes: Vec<u32>,
}

/// Columns of the lookup matrix a program reads, beside its nodes.
pub struct LookupCells {
    pub width: usize,
    pub below_from: usize,
}

pub struct Code {
    loads: Vec<Load>,
    periodic: Vec<(u32, u32)>,
    constants: Vec<(u32, F)>,
    operations: Vec<Operation>,
    register_of: Vec<u32>,
    pub registers: usize,
}

/// A matrix rows are loaded from: column c of row r is `values[r * stride + first + c]`.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub values: &'a [F],
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

pub const NOTHING: Source<'static> = Source { values: &[], stride: 0, first: 0 };

/// How memory rows follow one another.
#[derive(Clone, Copy)]
pub enum Order {
    /// Rows of H as they come.
    Natural,
    /// The coset of twice the height, bit-reversed; the row below is two points on.
    DoubleCoset,
}

const UNUSED: u32 = u32::MAX;

/// Registers handed out in groups of `LANES` for neighbouring columns.
#[derive(Default)]
struct Layout {
    loads: Vec<Load>,
    next: u32,
}

impl Layout {
    fn cell(&mut self, origin: Origin, column: usize, below: bool) -> u32 {
        let group = column / LANES * LANES;
        let known = self.loads.iter().find(|l| l.origin == origin && l.below == below && l.column == group);
        let base = known.map(|l| l.base).unwrap_or_else(|| {
            let base = self.next;
            self.loads.push(Load { origin, below, column: group, base });
            self.next += LANES as u32;
            base
        });
        base + (column - group) as u32
    }

    fn single(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }
}

impl Code {
    /// Lower what the consumers need. `split` is the first main column kept in a matrix of its own (the second wave).
    /// Returns the code and, per lookup cell, its register (this row, then below).
    pub fn new(
        table: &Table,
        consumers: &[Consumer],
        split: usize,
        lookup: &LookupCells,
    ) -> (Self, Vec<u32>, Vec<u32>) {
        let nodes = &table.nodes;
        let last_use = last_uses(nodes, consumers);
        let mut layout = Layout::default();
        let lookup_here = (0..lookup.width).map(|c| layout.cell(Origin::Lookup, c, false)).collect();
        let lookup_below =
            (lookup.below_from..lookup.width).map(|c| layout.cell(Origin::Lookup, c, true)).collect();
        let mut register_of = vec![UNUSED; nodes.len()];
        let mut periodic = Vec::new();
        let mut constants = Vec::new();
        // Cells first: ascending order makes neighbouring columns neighbours in memory.
        for (index, node) in nodes.iter().enumerate().filter(|(i, _)| last_use[*i] > 0) {
            register_of[index] = match *node {
                Node::Main { column, below } if (column as usize) < split => {
                    layout.cell(Origin::Main, column as usize, below)
                }
                Node::Main { column, below } => {
                    layout.cell(Origin::SecondWave, column as usize - split, below)
                }
                Node::Preprocessed { column, below } => {
                    layout.cell(Origin::Preprocessed, column as usize, below)
                }
                Node::Periodic(column) => {
                    periodic.push((column, layout.next));
                    layout.single()
                }
                Node::Constant(value) => {
                    constants.push((layout.next, F::new(value)));
                    layout.single()
                }
                _ => UNUSED,
            };
        }
        let mut code = Self {
            loads: layout.loads,
            periodic,
            constants,
            operations: Vec::new(),
            register_of,
            registers: layout.next as usize,
        };
        code.schedule(nodes, consumers, &last_use);
        (code, lookup_here, lookup_below)
    }

    /// Order operations and consumers, and give slots to results. A node used by an operation at position i is free from
    /// 2i on, one used by a consumer there from 2i + 1 on.
    fn schedule(&mut self, nodes: &[Node], consumers: &[Consumer], last_use: &[usize]) {
        let mut consumers_at: Vec<Vec<u32>> = vec![Vec::new(); nodes.len()];
        for (index, consumer) in consumers.iter().enumerate() {
            consumers_at[ready_at(consumer)].push(index as u32);
        }
        let mut free: Vec<u32> = Vec::new();
        let mut held: Vec<bool> = vec![false; nodes.len()];
        for (at, node) in nodes.iter().enumerate() {
            if last_use[at] > 0
                && let Node::Add(a, b) | Node::Subtract(a, b) | Node::Multiply(a, b) = *node
            {
                let (left, right) = (self.register_of[a as usize], self.register_of[b as usize]);
                let is_two = |node: u32| nodes[node as usize] == Node::Constant(2);
                for operand in [a as usize, b as usize] {
                    if held[operand] && last_use[operand] == 2 * at + 1 {
                        held[operand] = false;
                        free.push(self.register_of[operand]);
                    }
                }
                let result = free.pop().unwrap_or_else(|| {
                    self.registers += 1;
                    self.registers as u32 - 1
                });
                self.register_of[at] = result;
                held[at] = true;
                self.operations.push(match node {
                    Node::Add(..) => Operation::Add(result, left, right),
                    Node::Subtract(..) => Operation::Subtract(result, left, right),
                    Node::Multiply(..) if is_two(a) => Operation::Add(result, right, right),
                    Node::Multiply(..) if is_two(b) => Operation::Add(result, left, left),
                    _ => Operation::Multiply(result, left, right),
                });
            }
            for &consumer in &consumers_at[at] {
                self.operations.push(Operation::Consume(consumer));
            }
            for &consumer in &consumers_at[at] {
                for &node in &consumers[consumer as usize].nodes {
                    let node = node as usize;
                    if held[node] && last_use[node] == 2 * at + 2 {
                        held[node] = false;
                        free.push(self.register_of[node]);
                    }
                }
            }
        }
    }

    /// The registers in which each consumer finds its nodes when it runs.
    pub fn registers_of(&self, consumers: &[Consumer]) -> Vec<Vec<u32>> {
        let find = |&node: &u32| self.register_of[node as usize];
        consumers.iter().map(|c| c.nodes.iter().map(find).collect()).collect()
    }

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
        let enter = Packed::from(ENTER);
        for load in &self.loads {
            let source = match load.origin {
                Origin::Main => sources.main,
                Origin::SecondWave => sources.second,
                Origin::Preprocessed => sources.preprocessed,
                Origin::Lookup => sources.lookup,
            };
            let starts =
                (if load.below { below } else { here }).map(|row| row * source.stride + source.first);
            let block = load_columns(source.values, &starts, load.column);
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

fn ready_at(consumer: &Consumer) -> usize {
    consumer.nodes.iter().copied().max().expect("a consumer reads a node") as usize
}

/// Per node: zero if nothing needs it, else 2i + 1 after the last operation i that does, or 2i + 2 after a consumer at i.
fn last_uses(nodes: &[Node], consumers: &[Consumer]) -> Vec<usize> {
    let mut last = vec![0; nodes.len()];
    for consumer in consumers {
        for &node in &consumer.nodes {
            let slot = &mut last[node as usize];
            *slot = (*slot).max(2 * ready_at(consumer) + 2);
        }
    }
    for (at, node) in nodes.iter().enumerate().rev() {
        if last[at] > 0
            && let Node::Add(a, b) | Node::Subtract(a, b) | Node::Multiply(a, b) = *node
        {
            for operand in [a, b] {
                let slot = &mut last[operand as usize];
                *slot = (*slot).max(2 * at + 1);
            }
        }
    }
    last
}

/// Vectors per register: four make reading an instruction cheap beside carrying it out, and eight gain nothing more; fewer
/// where `working` vectors per lane would leave a core's private cache far behind.
pub fn vectors_per_register(working: usize) -> usize {
    const BUDGET: usize = 2400 << 10;
    [4, 2].into_iter().find(|b| working * b * LANES * 4 <= BUDGET).unwrap_or(1)
}
