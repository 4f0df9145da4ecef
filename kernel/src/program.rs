//! Constraint programs from their canonical bytes (interfaces: the Python `verifier.program`, which validates fully).

use crate::border::{Outcome, refuse};
use crate::field::PRIME;

const MAGIC: &[u8] = b"SQTRPRG2";
const MAX_DEGREE: u64 = 3;
const ABSENT: u32 = u32::MAX;
const MAX_LOG_PERIOD: u32 = 16;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Node {
    Constant(u32),
    Main { column: u32, below: bool },
    Preprocessed { column: u32, below: bool },
    Periodic(u32),
    Add(u32, u32),
    Subtract(u32, u32),
    Multiply(u32, u32),
}

impl Node {
    /// The earlier nodes it computes with, if it computes.
    pub fn operands(self) -> Option<[u32; 2]> {
        match self {
            Self::Add(a, b) | Self::Subtract(a, b) | Self::Multiply(a, b) => Some([a, b]),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Selector {
    Every,
    First,
    Last,
    Between,
}

#[derive(Debug)]
pub struct Rule {
    pub selector: Selector,
    pub node: u32,
}

#[derive(Debug)]
pub struct Interaction {
    pub bus: u32,
    pub sends: bool,
    pub multiplicity: u32,
    pub message: Vec<u32>,
}

#[derive(Debug)]
pub struct Table {
    pub first_wave_width: usize,
    pub second_wave_width: usize,
    pub preprocessed_width: usize,
    pub periodic: Vec<Vec<u32>>,
    pub nodes: Vec<Node>,
    pub rules: Vec<Rule>,
    pub interactions: Vec<Interaction>,
    /// Interactions sharing one lookup column, as index of the first and count (one or two).
    pub lookup_columns: Vec<(usize, usize)>,
}

#[derive(Debug)]
pub struct Program {
    pub tables: Vec<Table>,
}

impl Table {
    pub fn lookup_width(&self) -> usize {
        if self.interactions.is_empty() { 0 } else { 5 * (self.lookup_columns.len() + 1) }
    }
}

impl Program {
    pub fn decode(data: &[u8]) -> Outcome<Self> {
        let mut reader = Reader { data };
        if reader.take(MAGIC.len())? != MAGIC {
            return refuse("not a program: wrong magic");
        }
        reader.text()?;
        let buses = reader.list(8, |r| {
            r.text()?;
            r.u32()
        })?;
        let tables = reader.list(41, |r| read_table(r, &buses))?;
        reader.list(9, |r| {
            r.take(5)?;
            r.list(9, |r| r.take(9).map(|_| ()))
        })?;
        reader.list(32, |r| r.take(32).map(|_| ()))?;
        if !reader.data.is_empty() {
            return refuse("bytes follow the program");
        }
        Ok(Self { tables })
    }
}

fn read_table(reader: &mut Reader, buses: &[u32]) -> Outcome<Table> {
    reader.text()?;
    reader.u32()?;
    reader.u8()?;
    let widths = [reader.u32()?, reader.u32()?, reader.u32()?];
    if widths.iter().any(|&w| w > 1 << 16) {
        return refuse("a table of the program is too wide");
    }
    let [first_wave_width, second_wave_width, preprocessed_width] = widths.map(|w| w as usize);
    let fixed = reader.u32()?;
    if (fixed == ABSENT) != (preprocessed_width == 0) {
        return refuse("preprocessed columns and fixed height go together");
    }
    let periodic = reader.list(4, |r| r.list(4, Reader::field_element))?;
    if periodic.iter().any(|v| !v.len().is_power_of_two() || v.len() > 1 << MAX_LOG_PERIOD) {
        return refuse("a period is not a power of two");
    }
    let mut at = 0;
    let main_width = (first_wave_width + second_wave_width) as u32;
    let nodes = reader.list(9, |r| {
        let node = read_node(r, at, main_width, preprocessed_width as u32, periodic.len() as u32);
        at += 1;
        node
    })?;
    let count = nodes.len() as u32;
    let rules = reader.list(5, |r| {
        let selector = match r.u8()? {
            0 => Selector::Every,
            1 => Selector::First,
            2 => Selector::Last,
            3 => Selector::Between,
            _ => return refuse("unknown selector"),
        };
        Ok(Rule { selector, node: r.below(count)? })
    })?;
    let interactions = reader.list(17, |r| {
        let bus = r.u32()?;
        let sends = r.u8()? == 1;
        let multiplicity = r.below(count)?;
        r.u32()?;
        let message = r.list(4, |r| r.below(count))?;
        let length = bus.checked_sub(1).and_then(|index| buses.get(index as usize));
        if length != Some(&(message.len() as u32)) {
            return refuse("an interaction does not fit its bus");
        }
        Ok(Interaction { bus, sends, multiplicity, message })
    })?;
    let lookup_columns = share_columns(&degrees(&nodes), &interactions)?;
    Ok(Table {
        first_wave_width,
        second_wave_width,
        preprocessed_width,
        periodic,
        nodes,
        rules,
        interactions,
        lookup_columns,
    })
}

fn read_node(reader: &mut Reader, at: u32, main: u32, preprocessed: u32, periodic: u32) -> Outcome<Node> {
    let operation = reader.u8()?;
    let (a, b) = (reader.u32()?, reader.u32()?);
    let bounded = match operation {
        0 => a < PRIME && b == 0,
        1 => a < main && b < 2,
        2 => a < preprocessed && b < 2,
        3 => a < periodic && b == 0,
        4..=6 => a < at && b < at,
        _ => false,
    };
    if !bounded {
        return refuse("a node refers to something that does not exist");
    }
    Ok(match operation {
        0 => Node::Constant(a),
        1 => Node::Main { column: a, below: b == 1 },
        2 => Node::Preprocessed { column: a, below: b == 1 },
        3 => Node::Periodic(a),
        4 => Node::Add(a, b),
        5 => Node::Subtract(a, b),
        _ => Node::Multiply(a, b),
    })
}

fn degrees(nodes: &[Node]) -> Vec<u64> {
    let mut found: Vec<u64> = Vec::with_capacity(nodes.len());
    for node in nodes {
        let degree = match *node {
            Node::Constant(_) => 0,
            Node::Main { .. } | Node::Preprocessed { .. } | Node::Periodic(_) => 1,
            Node::Add(a, b) | Node::Subtract(a, b) => found[a as usize].max(found[b as usize]),
            Node::Multiply(a, b) => found[a as usize].saturating_add(found[b as usize]),
        };
        found.push(degree);
    }
    found
}

/// Neighbours share a lookup column when its rule stays at degree three.
fn share_columns(degrees: &[u64], interactions: &[Interaction]) -> Outcome<Vec<(usize, usize)>> {
    let message = |i: &Interaction| i.message.iter().map(|&n| degrees[n as usize]).max().unwrap_or(0);
    let multiplicity = |i: &Interaction| degrees[i.multiplicity as usize];
    let mut columns = Vec::new();
    let mut at = 0;
    while let Some(one) = interactions.get(at) {
        let fits = |two: &&Interaction| {
            let (d1, d2) = (message(one), message(two));
            (1 + d1 + d2).max(multiplicity(one) + d2).max(multiplicity(two) + d1) <= MAX_DEGREE
        };
        if 1 + message(one) > MAX_DEGREE || multiplicity(one) > MAX_DEGREE {
            return refuse("an interaction's degree is too high");
        }
        let count = if interactions.get(at + 1).filter(fits).is_some() { 2 } else { 1 };
        columns.push((at, count));
        at += count;
    }
    Ok(columns)
}

struct Reader<'a> {
    data: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Outcome<&'a [u8]> {
        match self.data.split_at_checked(length) {
            Some((head, tail)) => {
                self.data = tail;
                Ok(head)
            }
            None => refuse("the program ends inside a field"),
        }
    }

    fn u8(&mut self) -> Outcome<u8> {
        Ok(self.take(1)?[0])
    }

    fn u32(&mut self) -> Outcome<u32> {
        Ok(u32::from_le_bytes(self.take(4)?.try_into().expect("four bytes")))
    }

    fn below(&mut self, bound: u32) -> Outcome<u32> {
        let value = self.u32()?;
        if value >= bound {
            return refuse("a reference points past the nodes");
        }
        Ok(value)
    }

    fn field_element(&mut self) -> Outcome<u32> {
        let value = self.u32()?;
        if value >= PRIME {
            return refuse("a constant of the program is not below the field's modulus");
        }
        Ok(value)
    }

    fn text(&mut self) -> Outcome<()> {
        let length = self.u32()?;
        self.take(length as usize).map(|_| ())
    }

    /// A counted list of items of at least `smallest` bytes each.
    fn list<T>(&mut self, smallest: usize, mut read: impl FnMut(&mut Self) -> Outcome<T>) -> Outcome<Vec<T>> {
        let count = self.u32()? as usize;
        if count > self.data.len() / smallest {
            return refuse("the program ends inside a list");
        }
        (0..count).map(|_| read(self)).collect()
    }
}
