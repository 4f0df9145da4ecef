//! The rows of the table of Keccak permutations (`circuits/tables/keccak.py`): 128 rows a block, in the order that its schedule
//! (`circuits/tables/keccak_schedule.py`) gives. `prover/reference_keccak.py` says the same in numpy.

use pyo3::FromPyObject;
use rayon::prelude::*;

use crate::border::{Outcome, refuse};
use crate::commitment::Words;
use crate::field::PRIME;
use crate::layout::{Layout, places, write_bits};

const SIZE: usize = 5;
const LANES: usize = SIZE * SIZE;
const LANE: usize = 64;
const ROUNDS: usize = 24;
const RATE: usize = 136;
const DIGEST_LANES: usize = 4;
const SIDE_LANES: usize = 4;
const LIMBS: usize = 3;
const PERIOD: usize = 128;
const FIRST_ROUND: usize = SIZE;
const SQUEEZING: usize = FIRST_ROUND + SIZE * ROUNDS;
/// Cells of an account's sheet, and the digits in each.
const SHEET_CELLS: usize = 11;
const DIGITS: usize = 6;
/// Columns of `named`.
const NAMED: usize = 4;

type Lanes = [u64; LANES];
type Plane = [u64; SIZE];
type Account = [i64; SIZE * SHEET_CELLS];

/// What `prover.kernel_keccak.KeccakSchedule` holds.
#[derive(FromPyObject)]
pub struct Schedule {
    rotations: [u32; LANES],
    round_constants: [u64; ROUNDS],
    absorbed: [[usize; SIZE]; SIZE],
    planes: [usize; SIZE],
    sides: [[(Side, usize); SIDE_LANES]; SIZE],
    accounted: [Vec<usize>; SIZE],
    worth: [i64; 3],
    limb_bits: [u32; LIMBS],
    digit_base: i64,
}

/// Which lane stands beside a plane: 0 an effect, 1 LOW, 2 HIGH.
type Side = usize;

impl Schedule {
    fn check(&self) -> Outcome<()> {
        let lanes = self.absorbed.iter().flatten().chain(self.accounted.iter().flatten());
        let sides = self.sides.iter().flatten().all(|&(kind, sheet)| kind < 3 && sheet < SIZE);
        let digits = (1..100).contains(&self.digit_base) && self.worth.iter().all(|w| (0..100).contains(w));
        let words = self.limb_bits.iter().all(|&bits| bits < 32) && self.limb_bits.iter().sum::<u32>() == 64;
        let rotations = self.rotations.iter().all(|&by| by < 64);
        let planes = self.planes.iter().all(|&plane| plane < SIZE);
        if sides && digits && words && rotations && planes && lanes.into_iter().all(|&lane| lane < LANES) {
            Ok(())
        } else {
            refuse("the schedule is out of range")
        }
    }

    fn limbs(&self, lane: u64) -> [u32; LIMBS] {
        let mut start = 0;
        self.limb_bits.map(|bits| {
            let limb = lane >> start & ((1 << bits) - 1);
            start += bits;
            limb as u32
        })
    }

    fn round(&self, state: &Lanes, number: usize) -> Lanes {
        let mut found = [0; LANES];
        let permuted = self.permuted(state, &effects(state));
        for (found, plane) in found.as_chunks_mut::<SIZE>().0.iter_mut().zip(permuted) {
            *found = chi(&plane);
        }
        found[0] ^= self.round_constants[number];
        found
    }

    /// The planes after theta, rho and pi (FIPS 202, section 3.2).
    fn permuted(&self, state: &Lanes, effects: &Plane) -> [Plane; SIZE] {
        std::array::from_fn(|y| {
            std::array::from_fn(|x| {
                let from = moved(x, y);
                (state[from] ^ effects[from % SIZE]).rotate_left(self.rotations[from])
            })
        })
    }

    fn permutation(&self, state: Lanes) -> Lanes {
        (0..ROUNDS).fold(state, |state, number| self.round(&state, number))
    }
}

/// The lane that pi brings to lane (x, y), section 3.2.3.
fn moved(x: usize, y: usize) -> usize {
    (x + 3 * y) % SIZE + SIZE * x
}

/// D of theta, section 3.2.1.
fn effects(state: &Lanes) -> Plane {
    let parity: Plane = std::array::from_fn(|x| (0..SIZE).fold(0, |sum, y| sum ^ state[x + SIZE * y]));
    std::array::from_fn(|x| parity[(x + 4) % SIZE] ^ parity[(x + 1) % SIZE].rotate_left(1))
}

fn chi(plane: &Plane) -> Plane {
    std::array::from_fn(|x| plane[x] ^ !plane[(x + 1) % SIZE] & plane[(x + 2) % SIZE])
}

/// A lane of small digits, as bits worth one and two.
#[derive(Clone, Copy, Default)]
struct Digits {
    ones: u64,
    twos: u64,
}

/// Of each sheet what the ten bits add up to whose parity is its effect: effect, LOW and HIGH, with effect + 2 (LOW + 3 HIGH) the
/// sum.
fn sides(state: &Lanes) -> [[Digits; SIZE]; 3] {
    let mut found = [[Digits::default(); SIZE]; 3];
    for x in 0..SIZE {
        let mut sum = [0; 4];
        for y in 0..SIZE {
            for lane in [state[(x + 4) % SIZE + SIZE * y], state[(x + 1) % SIZE + SIZE * y].rotate_left(1)] {
                let mut carry = lane;
                for bit in &mut sum {
                    (*bit, carry) = (*bit ^ carry, *bit & carry);
                }
            }
        }
        let [effect, one, two, four] = sum;
        found[0][x].ones = effect;
        // Of half the sum, 0 to 5: what is left of it by 3, and the 3.
        found[1][x] =
            Digits { ones: one & !two & !four | four & !one, twos: two & !one & !four | four & one };
        found[2][x].ones = four | one & two;
    }
    found
}

struct Columns {
    plane: usize,
    side: usize,
    incoming: usize,
    outgoing: usize,
    account: usize,
    /// `source`, `message`, `keccak`, `sha3`, `block`, `starts`, `ends`, `serial`: the same on all rows of a block.
    names: [usize; 8],
}

impl Columns {
    fn of(layout: &Layout, width: usize) -> Outcome<Self> {
        let [plane, side, incoming, outgoing, account, names @ ..] = places(
            layout,
            width,
            [
                ("plane", SIZE * LANE),
                ("side", SIDE_LANES * LANE),
                ("incoming", SIZE * LIMBS),
                ("outgoing", SIZE * LIMBS),
                ("account", SIZE * SHEET_CELLS),
                ("source", 1),
                ("message", 1),
                ("keccak", 1),
                ("sha3", 1),
                ("block", 1),
                ("starts", 1),
                ("ends", 1),
                ("serial", 1),
            ],
        )?;
        Ok(Self { plane, side, incoming, outgoing, account, names })
    }
}

/// A block: the state before it, what it adds there, and what all its rows say.
#[derive(Clone, Copy)]
struct Block {
    before: Lanes,
    added: Lanes,
    names: [u32; 8],
}

/// Write all cells of `matrix`, rows of `width`.
///
/// `blocks` are the padded messages' one after the other; of each, `named` says source, message, whether it is hashed by SHA3
/// and whether it is the message's last.
pub fn fill(
    matrix: &mut [u32],
    width: usize,
    layout: &Layout,
    schedule: &Schedule,
    blocks: &[[u8; RATE]],
    named: Words,
) -> Outcome<()> {
    let columns = Columns::of(layout, width)?;
    schedule.check()?;
    check(blocks.len(), named)?;
    let height = matrix.len() / width;
    if !height.is_multiple_of(PERIOD) || height / PERIOD < blocks.len() {
        return refuse("the table has fewer rows than the permutations");
    }
    let live = chained(schedule, blocks, named);
    let idle = Block { before: [0; LANES], added: [0; LANES], names: [0, 0, 0, 0, 0, 1, 1, 0] };
    let digits = packed_digits(schedule.digit_base);
    matrix.par_chunks_mut(PERIOD * width).enumerate().for_each(|(serial, cells)| {
        let mut block = *live.get(serial).unwrap_or(&idle);
        block.names[7] = serial as u32;
        let rows = Rows { columns: &columns, schedule, digits: &digits, width };
        rows.write(&block, cells);
    });
    Ok(())
}

fn check(blocks: usize, named: Words) -> Outcome<()> {
    if named.width != NAMED || named.rows != blocks {
        return refuse("the blocks' names have the wrong shape");
    }
    let mut rows = named.words.chunks_exact(NAMED);
    if !rows.clone().all(|name| name[0] < PRIME && name[1] < PRIME && name[2] <= 1 && name[3] <= 1) {
        return refuse("a block's name is out of range");
    }
    if rows.next_back().is_some_and(|name| name[3] == 0) {
        refuse("the last message has no end")
    } else {
        Ok(())
    }
}

fn chained(schedule: &Schedule, blocks: &[[u8; RATE]], named: Words) -> Vec<Block> {
    let (mut state, mut number) = ([0; LANES], 0);
    let mut found = Vec::with_capacity(blocks.len());
    for (block, name) in blocks.iter().zip(named.words.chunks_exact(NAMED)) {
        let mut added = [0; LANES];
        for (lane, bytes) in added.iter_mut().zip(block.as_chunks::<8>().0) {
            *lane = u64::from_le_bytes(*bytes);
        }
        let (sha3, last) = (name[2], name[3]);
        let names = [name[0], name[1], 1 - sha3, sha3, number, u32::from(number == 0), last, 0];
        found.push(Block { before: state, added, names });
        if last == 1 {
            (state, number) = ([0; LANES], 0);
        } else {
            state = schedule.permutation(xor(&state, &added));
            number += 1;
        }
    }
    found
}

fn xor(one: &Lanes, two: &Lanes) -> Lanes {
    std::array::from_fn(|lane| one[lane] ^ two[lane])
}

/// Six bits as digits in one cell.
fn packed_digits(base: i64) -> [i64; 1 << DIGITS] {
    std::array::from_fn(|bits| {
        (0..DIGITS).rev().fold(0, |sum, digit| sum * base + (bits >> digit & 1) as i64)
    })
}

struct Rows<'a> {
    columns: &'a Columns,
    schedule: &'a Schedule,
    digits: &'a [i64; 1 << DIGITS],
    width: usize,
}

impl Rows<'_> {
    fn write(&self, block: &Block, cells: &mut [u32]) {
        let mut rows = cells.chunks_exact_mut(self.width);
        let mut next = || {
            let row = rows.next().expect("as many rows as a block has");
            row.fill(0);
            for (&column, name) in self.columns.names.iter().zip(block.names) {
                row[column] = name;
            }
            row
        };
        let mut state = xor(&block.before, &block.added);
        // As other rows give it: without the constant that is still to be added.
        let mut given = block.before;
        given[0] ^= self.schedule.round_constants[ROUNDS - 1];
        for lanes in &self.schedule.absorbed {
            let row = next();
            self.write_plane(row, &lanes.map(|lane| block.before[lane]), &lanes.map(|lane| given[lane]));
            for (place, &lane) in lanes.iter().take(SIDE_LANES).enumerate() {
                self.write_side(row, place, Digits { ones: block.added[lane], twos: 0 });
            }
            self.write_limbs(row, self.columns.account, &lanes.map(|lane| state[lane]));
        }
        given = state;
        for number in 0..ROUNDS {
            let effects = effects(&state);
            let permuted = self.schedule.permuted(&state, &effects);
            let sides = sides(&state);
            let mut account: Account = [0; SIZE * SHEET_CELLS];
            for phase in 0..SIZE {
                let y = self.schedule.planes[phase];
                let row = next();
                self.write_plane(row, &permuted[y], &std::array::from_fn(|x| given[moved(x, y)]));
                for (cell, &kept) in row[self.columns.account..].iter_mut().zip(&account) {
                    *cell = kept.rem_euclid(i64::from(PRIME)) as u32;
                }
                for &lane in &self.schedule.accounted[phase] {
                    self.add(&mut account, (lane + 1) % SIZE, state[lane], 2);
                    self.add(&mut account, (lane + 4) % SIZE, state[lane].rotate_left(1), 2);
                }
                for (place, &(kind, sheet)) in self.schedule.sides[phase].iter().enumerate() {
                    let value = sides[kind][sheet];
                    let worth = self.schedule.worth[kind];
                    self.write_side(row, place, value);
                    self.add(&mut account, sheet, value.ones, -worth);
                    self.add(&mut account, sheet, value.twos, -2 * worth);
                }
            }
            for (lanes, plane) in given.as_chunks_mut::<SIZE>().0.iter_mut().zip(permuted) {
                *lanes = chi(&plane);
            }
            state = given;
            state[0] ^= self.schedule.round_constants[number];
        }
        let squeezed = |lanes: &Lanes| std::array::from_fn(|x| if x < DIGEST_LANES { lanes[x] } else { 0 });
        self.write_plane(next(), &squeezed(&state), &squeezed(&given));
        for _ in SQUEEZING + 1..PERIOD {
            next();
        }
    }

    fn write_plane(&self, row: &mut [u32], plane: &Plane, incoming: &Plane) {
        for (cells, lane) in row[self.columns.plane..][..SIZE * LANE].chunks_exact_mut(LANE).zip(plane) {
            write_lane(cells, *lane);
        }
        self.write_limbs(row, self.columns.incoming, incoming);
        self.write_limbs(row, self.columns.outgoing, &chi(plane));
    }

    fn write_limbs(&self, row: &mut [u32], start: usize, lanes: &Plane) {
        for (limbs, lane) in row[start..].as_chunks_mut().0.iter_mut().zip(lanes) {
            *limbs = self.schedule.limbs(*lane);
        }
    }

    fn write_side(&self, row: &mut [u32], place: usize, value: Digits) {
        let cells = &mut row[self.columns.side + LANE * place..][..LANE];
        write_lane(cells, value.ones);
        if value.twos != 0 {
            for (bit, cell) in cells.iter_mut().enumerate() {
                *cell += 2 * (value.twos >> bit & 1) as u32;
            }
        }
    }

    /// Add a lane's bits, each `worth` so much, to a sheet of the account.
    #[inline(always)]
    fn add(&self, account: &mut Account, sheet: usize, lane: u64, worth: i64) {
        for (number, cell) in account[SHEET_CELLS * sheet..][..SHEET_CELLS].iter_mut().enumerate() {
            *cell += worth * self.digits[(lane >> (DIGITS * number)) as usize & ((1 << DIGITS) - 1)];
        }
    }
}

fn write_lane(cells: &mut [u32], lane: u64) {
    write_bits(&mut cells[..32], lane as u32);
    write_bits(&mut cells[32..], (lane >> 32) as u32);
}
