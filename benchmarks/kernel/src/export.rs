//! Turns the symbolic constraints of an AIR into one of our programs: the same graph, in our canonical bytes.

use std::collections::HashMap;

use p3_air::Air;
use p3_air::symbolic::{AirLayout, BaseEntry, BaseLeaf, SymbolicExpr, SymbolicExpression};
use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_koala_bear::KoalaBear;
use p3_lookup::InteractionSymbolicBuilder;
use p3_matrix::Matrix;

use crate::airs::Instance;
use crate::stark::Challenge;

pub type Symbolic = InteractionSymbolicBuilder<KoalaBear, Challenge>;

const ABSENT: u32 = u32::MAX;
/// At how many blowups our programs hold roots (verifier/program.py).
const BLOWUPS: usize = 2;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Operation {
    Constant = 0,
    Main = 1,
    Preprocessed = 2,
    Add = 4,
    Subtract = 5,
    Multiply = 6,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Selector {
    Every = 0,
    First = 1,
    Last = 2,
    Between = 3,
}

/// Nodes of one table, every distinct one once.
#[derive(Default)]
struct Graph {
    nodes: Vec<(Operation, u32, u32)>,
    known: HashMap<(Operation, u32, u32), u32>,
    seen: HashMap<*const SymbolicExpression<KoalaBear>, (Selector, u32)>,
}

impl Graph {
    fn node(&mut self, operation: Operation, a: u32, b: u32) -> u32 {
        let key = (operation, a, b);
        *self.known.entry(key).or_insert_with(|| {
            self.nodes.push(key);
            self.nodes.len() as u32 - 1
        })
    }

    fn constant(&mut self, value: KoalaBear) -> u32 {
        self.node(Operation::Constant, value.as_canonical_u32(), 0)
    }

    /// The node of an expression, and the row selector that was a factor of it.
    fn expression(&mut self, expression: &SymbolicExpression<KoalaBear>) -> (Selector, u32) {
        if let Some(found) = self.seen.get(&std::ptr::from_ref(expression)) {
            return *found;
        }
        let found = match expression {
            SymbolicExpr::Leaf(leaf) => self.leaf(leaf),
            SymbolicExpr::Add { x, y, .. } => self.sum(Operation::Add, x, y),
            SymbolicExpr::Sub { x, y, .. } => self.sum(Operation::Subtract, x, y),
            SymbolicExpr::Neg { x, .. } => {
                let (selector, x) = self.expression(x);
                let zero = self.constant(KoalaBear::ZERO);
                (selector, self.node(Operation::Subtract, zero, x))
            }
            SymbolicExpr::Mul { x, y, .. } => self.product(x, y),
        };
        self.seen.insert(std::ptr::from_ref(expression), found);
        found
    }

    fn leaf(&mut self, leaf: &BaseLeaf<KoalaBear>) -> (Selector, u32) {
        let selector = match leaf {
            BaseLeaf::IsFirstRow => Selector::First,
            BaseLeaf::IsLastRow => Selector::Last,
            BaseLeaf::IsTransition => Selector::Between,
            BaseLeaf::Variable(_) | BaseLeaf::Constant(_) => Selector::Every,
        };
        let node = match leaf {
            BaseLeaf::Variable(variable) => {
                let column = variable.index as u32;
                match variable.entry {
                    BaseEntry::Main { offset } => self.node(Operation::Main, column, offset as u32),
                    BaseEntry::Preprocessed { offset } => {
                        self.node(Operation::Preprocessed, column, offset as u32)
                    }
                    BaseEntry::Periodic | BaseEntry::Public => panic!("no workload has such columns"),
                }
            }
            BaseLeaf::Constant(value) => self.constant(*value),
            _ => self.constant(KoalaBear::ONE),
        };
        (selector, node)
    }

    fn sum(
        &mut self,
        operation: Operation,
        x: &SymbolicExpression<KoalaBear>,
        y: &SymbolicExpression<KoalaBear>,
    ) -> (Selector, u32) {
        let (left, x) = self.expression(x);
        let (right, y) = self.expression(y);
        assert_eq!(left, right, "a sum under two selectors is no rule of ours");
        (left, self.node(operation, x, y))
    }

    fn product(
        &mut self,
        x: &SymbolicExpression<KoalaBear>,
        y: &SymbolicExpression<KoalaBear>,
    ) -> (Selector, u32) {
        let (left, x) = self.expression(x);
        let (right, y) = self.expression(y);
        assert!(left == Selector::Every || right == Selector::Every, "two selectors in one product");
        let one = self.constant(KoalaBear::ONE);
        let node = match (x == one, y == one) {
            (true, _) => y,
            (_, true) => x,
            _ => self.node(Operation::Multiply, x, y),
        };
        (if left == Selector::Every { right } else { left }, node)
    }

    fn plain(&mut self, expression: &SymbolicExpression<KoalaBear>) -> u32 {
        let (selector, node) = self.expression(expression);
        assert_eq!(selector, Selector::Every, "interactions run on every row");
        node
    }
}

/// Columns that the AIR reads in the next row, ascending.
pub fn next_row_columns<A: Air<Symbolic>>(air: &A) -> Vec<usize> {
    let mut graph = Graph::default();
    let symbolic = Symbolic::from_air(air, AirLayout::from_air(air));
    let constraints = symbolic.base_constraints();
    for constraint in &constraints {
        graph.expression(constraint);
    }
    let mut columns: Vec<usize> = graph
        .nodes
        .iter()
        .filter(|(operation, _, below)| *operation == Operation::Main && *below == 1)
        .map(|(_, column, _)| *column as usize)
        .collect();
    columns.sort_unstable();
    columns
}

/// The canonical bytes of our program for these tables; the roots of preprocessed columns are left as ones.
pub fn program<A: Air<Symbolic>>(name: &str, instances: &[Instance<A>]) -> Vec<u8> {
    let mut bytes = Bytes(b"SQTRPRG2".to_vec());
    bytes.text(name);
    let mut buses: Vec<(String, usize)> = Vec::new();
    let mut tables = Bytes(Vec::new());
    tables.number(instances.len());
    for instance in instances {
        table(instance, &mut tables, &mut buses);
    }
    bytes.number(buses.len());
    for (bus, length) in &buses {
        bytes.text(bus);
        bytes.number(*length);
    }
    bytes.0.extend(tables.0);
    bytes.number(0);
    let preprocessed = instances.iter().any(|instance| instance.air.preprocessed_width() > 0);
    let roots = if preprocessed { BLOWUPS } else { 0 };
    bytes.number(roots);
    bytes.0.extend(vec![1; 32 * roots]);
    bytes.0
}

fn table<A: Air<Symbolic>>(instance: &Instance<A>, bytes: &mut Bytes, buses: &mut Vec<(String, usize)>) {
    let air = &instance.air;
    let symbolic = Symbolic::from_air(air, AirLayout::from_air(air));
    let mut graph = Graph::default();
    // Kept alive until the graph is done: nodes seen before are recognised by their address.
    let constraints = symbolic.base_constraints();
    let rules: Vec<(Selector, u32)> = constraints.iter().map(|rule| graph.expression(rule)).collect();
    let mut interactions = Bytes(Vec::new());
    interactions.number(symbolic.global_interactions().len());
    for interaction in symbolic.global_interactions() {
        let known = buses.iter().position(|(name, _)| *name == interaction.bus_name);
        let bus = known.unwrap_or_else(|| {
            buses.push((interaction.bus_name.clone(), interaction.fields.len()));
            buses.len() - 1
        });
        let (sends, count) = match &interaction.count {
            SymbolicExpr::Neg { x, .. } => (false, graph.plain(x)),
            count => (true, graph.plain(count)),
        };
        interactions.number(bus + 1);
        interactions.byte(u8::from(sends));
        interactions.number(count as usize);
        interactions.number(interaction.count_weight as usize);
        interactions.number(interaction.fields.len());
        for field in &interaction.fields {
            let field = graph.plain(field);
            interactions.number(field as usize);
        }
    }
    let log_height = instance.trace.height().ilog2();
    let preprocessed = air.preprocessed_width();
    bytes.text(instance.name);
    bytes.number(log_height as usize);
    bytes.byte(0);
    bytes.number(air.width());
    bytes.number(0);
    bytes.number(preprocessed);
    bytes.word(if preprocessed > 0 { log_height } else { ABSENT });
    bytes.number(0);
    bytes.number(graph.nodes.len());
    for (operation, a, b) in &graph.nodes {
        bytes.byte(*operation as u8);
        bytes.word(*a);
        bytes.word(*b);
    }
    bytes.number(rules.len());
    for (selector, node) in rules {
        bytes.byte(selector as u8);
        bytes.word(node);
    }
    bytes.0.extend(interactions.0);
}

struct Bytes(Vec<u8>);

impl Bytes {
    fn byte(&mut self, value: u8) {
        self.0.push(value);
    }

    fn word(&mut self, value: u32) {
        self.0.extend(value.to_le_bytes());
    }

    fn number(&mut self, value: usize) {
        self.word(value.try_into().expect("32 bits"));
    }

    fn text(&mut self, value: &str) {
        self.number(value.len());
        self.0.extend(value.as_bytes());
    }
}
