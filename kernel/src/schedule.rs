//! From a table's nodes to code: in which order to compute and consume, and in which registers.
//!
//! Cells, constants and periodic columns have registers of their own; results share registers by linear scan. Rules and
//! lookup columns run as soon as the nodes they read are there, so that few results live at once.

use crate::field::{F, LANES};
use crate::machine::{Code, Load, Operation, Origin};
use crate::program::{Node, Table};

/// Something that reads nodes once they are computed: a rule or a lookup column.
pub struct Consumer {
    pub nodes: Vec<u32>,
}

/// Columns of the lookup matrix a program reads, beside its nodes.
pub struct LookupCells {
    pub width: usize,
    pub below_from: usize,
}

const UNUSED: u32 = u32::MAX;

struct Schedule<'a> {
    nodes: &'a [Node],
    uses: Uses,
    /// Per node its register, while it has one.
    register_of: Vec<u32>,
    free: Vec<u32>,
    code: Code,
}

/// Who reads each node.
struct Uses {
    /// Zero if nothing does, else 2i + 1 after the last operation i that does, or 2i + 2 after a consumer at i.
    last: Vec<usize>,
    /// How often operations do.
    count: Vec<u32>,
}

/// Code for what the consumers need. `split` is the first main column kept in a matrix of its own (the second wave).
/// Returns the code and, per lookup cell, its register (this row, then below).
pub fn schedule(
    table: &Table,
    consumers: &[Consumer],
    split: usize,
    lookup: &LookupCells,
) -> (Code, Vec<u32>, Vec<u32>) {
    let nodes = &table.nodes;
    let mut schedule = Schedule {
        nodes,
        uses: Uses::new(nodes, consumers),
        register_of: vec![UNUSED; nodes.len()],
        free: Vec::new(),
        code: Code { places: vec![Vec::new(); consumers.len()], ..Code::default() },
    };
    let here = (0..lookup.width).map(|c| schedule.cell(Origin::Lookup, c, false)).collect();
    let below = (lookup.below_from..lookup.width).map(|c| schedule.cell(Origin::Lookup, c, true)).collect();
    schedule.place_leaves(split);
    schedule.run(consumers);
    (schedule.code, here, below)
}

impl Schedule<'_> {
    fn registers(&mut self, count: usize) -> u32 {
        self.code.registers += count;
        (self.code.registers - count) as u32
    }

    /// A cell's register, among those of its `LANES` neighbours.
    fn cell(&mut self, origin: Origin, column: usize, below: bool) -> u32 {
        let group = column / LANES * LANES;
        let same = |l: &&Load| l.origin == origin && l.below == below && l.column == group;
        let known = self.code.loads.iter().find(same).map(|load| load.base);
        let base = known.unwrap_or_else(|| {
            let base = self.registers(LANES);
            self.code.loads.push(Load { origin, below, column: group, base });
            base
        });
        base + (column - group) as u32
    }

    fn place_leaves(&mut self, split: usize) {
        for (index, node) in self.nodes.iter().enumerate() {
            if self.uses.last[index] == 0 {
                continue;
            }
            self.register_of[index] = match *node {
                Node::Main { column, below } if (column as usize) < split => {
                    self.cell(Origin::Main, column as usize, below)
                }
                Node::Main { column, below } => self.cell(Origin::SecondWave, column as usize - split, below),
                Node::Preprocessed { column, below } => {
                    self.cell(Origin::Preprocessed, column as usize, below)
                }
                Node::Periodic(column) => {
                    let register = self.registers(1);
                    self.code.periodic.push((column, register));
                    register
                }
                Node::Constant(value) => {
                    let register = self.registers(1);
                    self.code.constants.push((register, F::new(value)));
                    register
                }
                _ => UNUSED,
            };
        }
    }

    fn run(&mut self, consumers: &[Consumer]) {
        let mut consumers_at: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (index, consumer) in consumers.iter().enumerate() {
            consumers_at[ready_at(consumer)].push(index);
        }
        // The node that the last operation computes, if that was no consumer.
        let mut latest = None;
        for (at, node) in self.nodes.iter().enumerate() {
            if let Some(operands) = node.operands().filter(|_| self.uses.last[at] > 0) {
                let operation = self.operation(at, operands);
                match self.joined(operation, operands, latest) {
                    Some(joined) => *self.code.operations.last_mut().expect("it was joined to") = joined,
                    None => self.code.operations.push(operation),
                }
                latest = Some(at as u32);
            }
            for &consumer in &consumers_at[at] {
                let places = consumers[consumer].nodes.iter().map(|&node| self.register_of[node as usize]);
                self.code.places[consumer] = places.collect();
                self.code.operations.push(Operation::Consume(consumer as u32));
                latest = None;
            }
            for &consumer in &consumers_at[at] {
                self.free_after(2 * at + 2, &consumers[consumer].nodes);
            }
        }
    }

    fn operation(&mut self, at: usize, operands: [u32; 2]) -> Operation {
        let [left, right] = operands.map(|node| self.register_of[node as usize]);
        self.free_after(2 * at + 1, &operands);
        let result = self.free.pop().unwrap_or_else(|| self.registers(1));
        self.register_of[at] = result;
        let [left_is_two, right_is_two] = operands.map(|n| self.nodes[n as usize] == Node::Constant(2));
        match self.nodes[at] {
            Node::Add(..) => Operation::Add(result, left, right),
            Node::Subtract(..) => Operation::Subtract(result, left, right),
            // An addition is the cheaper way to double.
            _ if left_is_two => Operation::Add(result, right, right),
            _ if right_is_two => Operation::Add(result, left, left),
            _ => Operation::Multiply(result, left, right),
        }
    }

    /// The operation together with the latest, if it is alone in reading what that computes.
    fn joined(&self, operation: Operation, operands: [u32; 2], latest: Option<u32>) -> Option<Operation> {
        let latest = latest?;
        let operand = operands.iter().position(|&node| node == latest)?;
        let alone = self.uses.count[latest as usize] == 1 && self.uses.last[latest as usize] % 2 == 1;
        operation.after(*self.code.operations.last()?, operand).filter(|_| alone)
    }

    /// Free the registers of results among these nodes that are not read after `time`.
    fn free_after(&mut self, time: usize, nodes: &[u32]) {
        for &node in nodes {
            let node = node as usize;
            let is_result = self.nodes[node].operands().is_some();
            if is_result && self.uses.last[node] == time && self.register_of[node] != UNUSED {
                self.free.push(self.register_of[node]);
                self.register_of[node] = UNUSED;
            }
        }
    }
}

impl Uses {
    fn new(nodes: &[Node], consumers: &[Consumer]) -> Self {
        let mut uses = Self { last: vec![0; nodes.len()], count: vec![0; nodes.len()] };
        for consumer in consumers {
            for &node in &consumer.nodes {
                uses.read(node, 2 * ready_at(consumer) + 2);
            }
        }
        for (at, node) in nodes.iter().enumerate().rev() {
            if uses.last[at] == 0 {
                continue;
            }
            for operand in node.operands().into_iter().flatten() {
                uses.read(operand, 2 * at + 1);
                uses.count[operand as usize] += 1;
            }
        }
        uses
    }

    fn read(&mut self, node: u32, time: usize) {
        let last = &mut self.last[node as usize];
        *last = (*last).max(time);
    }
}

fn ready_at(consumer: &Consumer) -> usize {
    consumer.nodes.iter().copied().max().expect("a consumer reads a node") as usize
}
