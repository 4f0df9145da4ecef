//! The rows of the table of SHA-256 compressions (`circuits/tables/sha256.py`): four rounds a row, a row before each message
//! and one after each block. `prover/reference_sha256.py` says the same in numpy.

use rayon::prelude::*;

use crate::border::{Outcome, refuse};
use crate::commitment::Words;
use crate::field::PRIME;
use crate::layout::{Layout, places, write_bits};

const BLOCK: usize = 64;
const ROUNDS: usize = 4;
const ROUND_ROWS: usize = 16;
const MESSAGE_ROWS: usize = 4;
const LIMB: u32 = 16;
const LIMB_MASK: u32 = (1 << LIMB) - 1;
/// 1/2^16 in the field.
const LIMB_INVERSE: i64 = PRIME as i64 - (PRIME as i64 >> LIMB);
/// Columns of `named`.
const NAMED: usize = 3;
const ROWS_AT_ONCE: usize = 256;

type Four = [u32; ROUNDS];
type State = [u32; 8];

/// The constants of FIPS 180-4, sections 4.2.2 and 5.3.3.
pub struct Constants {
    pub rounds: [u32; ROUNDS * ROUND_ROWS],
    pub initial: State,
}

/// What a row does.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    Fresh,
    Rounds(usize),
    After,
}

#[derive(Clone, Copy)]
struct Row {
    step: Step,
    /// The block's `source` and `message`.
    names: [u32; 2],
    number: u32,
    last: bool,
    chaining: State,
    a: Four,
    e: Four,
    w: Four,
}

/// What W[t-16] + s0(W[t-15]) has become on its way down three rows, in limbs.
#[derive(Clone, Copy, Default)]
struct Sums {
    first: [u32; 2 * ROUNDS],
    second: [u32; 2 * ROUNDS],
    third: [u32; 2 * ROUNDS],
}

struct Columns {
    fresh: usize,
    more: usize,
    done: usize,
    rounds: usize,
    words: [usize; 3],
    sums: [usize; 3],
    chaining: usize,
    a_carry: usize,
    e_carry: usize,
    w_carry: usize,
    names: [usize; 2],
    chunk: usize,
    ends: usize,
}

impl Columns {
    fn of(layout: &Layout, width: usize) -> Outcome<Self> {
        let [
            fresh,
            more,
            done,
            rounds,
            a,
            e,
            w,
            first,
            second,
            third,
            chaining,
            a_carry,
            e_carry,
            w_carry,
            source,
            message,
            chunk,
            ends,
        ] = places(
            layout,
            width,
            [
                ("fresh", 1),
                ("more", 1),
                ("done", 1),
                ("rounds", ROUND_ROWS),
                ("a", 32 * ROUNDS),
                ("e", 32 * ROUNDS),
                ("w", 32 * ROUNDS),
                ("first_sum", 2 * ROUNDS),
                ("second_sum", 2 * ROUNDS),
                ("third_sum", 2 * ROUNDS),
                ("chaining", 2 * 8),
                ("a_carry", 4 * ROUNDS),
                ("e_carry", 6 * ROUNDS),
                ("w_carry", 4 * ROUNDS),
                ("source", 1),
                ("message", 1),
                ("chunk", 1),
                ("ends", 1),
            ],
        )?;
        Ok(Self {
            fresh,
            more,
            done,
            rounds,
            words: [a, e, w],
            sums: [first, second, third],
            chaining,
            a_carry,
            e_carry,
            w_carry,
            names: [source, message],
            chunk,
            ends,
        })
    }
}

/// Write all cells of `matrix`, rows of `width`.
///
/// `blocks` are the padded messages' one after the other; of each, `named` says source, message and whether it is the
/// message's last.
pub fn fill(
    matrix: &mut [u32],
    width: usize,
    layout: &Layout,
    constants: &Constants,
    blocks: &[[u8; BLOCK]],
    named: Words,
) -> Outcome<()> {
    let columns = Columns::of(layout, width)?;
    check(blocks.len(), named)?;
    let height = matrix.len() / width;
    let messages = named.words.chunks_exact(NAMED).filter(|name| name[2] == 1).count();
    let taken = (ROUND_ROWS + 1) * blocks.len() + messages;
    if height < taken {
        return refuse("the table has fewer rows than the compressions");
    }
    let live = rows(constants, blocks, named, taken);
    let idle = fresh(constants);
    matrix.par_chunks_mut(ROWS_AT_ONCE * width).enumerate().for_each(|(chunk, cells)| {
        let start = ROWS_AT_ONCE * chunk;
        let row = |at: usize| live.get(at).unwrap_or(&idle);
        let mut sums = Sums::default();
        for at in start.saturating_sub(3).max(1)..start {
            sums = sums.below(&row(at - 1).w, &row(at).w);
        }
        for (at, cells) in (start..).zip(cells.chunks_exact_mut(width)) {
            cells.fill(0);
            columns.write(row(at), cells);
            if at > 0 {
                let (above, here) = (row(at - 1), row(at));
                columns.write_round_carries(above, here, constants, cells);
                columns.write_schedule_carries(&sums.third, above, here, cells);
                sums = sums.below(&above.w, &here.w);
                columns.write_sums(&sums, cells);
            }
        }
    });
    Ok(())
}

fn check(blocks: usize, named: Words) -> Outcome<()> {
    if named.width != NAMED || named.rows != blocks {
        return refuse("the blocks' names have the wrong shape");
    }
    let mut rows = named.words.chunks_exact(NAMED);
    if !rows.clone().all(|name| name[0] < PRIME && name[1] < PRIME && name[2] <= 1) {
        return refuse("a block's name is out of range");
    }
    if rows.next_back().is_some_and(|name| name[2] == 0) {
        refuse("the last message has no end")
    } else {
        Ok(())
    }
}

fn fresh(constants: &Constants) -> Row {
    let none = Row {
        step: Step::Fresh,
        names: [0; 2],
        number: 0,
        last: false,
        chaining: [0; 8],
        a: [0; 4],
        e: [0; 4],
        w: [0; 4],
    };
    holding(none, constants.initial)
}

/// The row that holds a chaining value, so that it reads as the four rounds before.
fn holding(row: Row, chaining: State) -> Row {
    let [a, b, c, d, e, f, g, h] = chaining;
    Row { chaining, a: [d, c, b, a], e: [h, g, f, e], w: [0; 4], ..row }
}

/// The rows of all messages.
fn rows(constants: &Constants, blocks: &[[u8; BLOCK]], named: Words, count: usize) -> Vec<Row> {
    let idle = fresh(constants);
    let mut rows = Vec::with_capacity(count);
    let mut above = idle;
    for (block, name) in blocks.iter().zip(named.words.chunks_exact(NAMED)) {
        let begins = above.step == Step::Fresh || above.last;
        if begins {
            above = idle;
            rows.push(above);
        }
        let number = if begins { 0 } else { above.number + 1 };
        let before = above.chaining;
        above = Row { names: [name[0], name[1]], number, last: name[2] == 1, ..above };
        let schedule = schedule(block);
        for (number, (w, k)) in
            schedule.as_chunks::<ROUNDS>().0.iter().zip(constants.rounds.as_chunks::<ROUNDS>().0).enumerate()
        {
            let (mut a, mut e) = (above.a, above.e);
            for (&w, &k) in w.iter().zip(k) {
                let [h, g, f, e1] = e;
                let [d, c, b, a1] = a;
                let t1 = h
                    .wrapping_add(big_sigma_one(e1))
                    .wrapping_add(choose(e1, f, g))
                    .wrapping_add(k)
                    .wrapping_add(w);
                let t2 = big_sigma_zero(a1).wrapping_add(majority(a1, b, c));
                e = [g, f, e1, d.wrapping_add(t1)];
                a = [c, b, a1, t1.wrapping_add(t2)];
            }
            above = Row { step: Step::Rounds(number), a, e, w: *w, ..above };
            rows.push(above);
        }
        let ([d, c, b, a], [h, g, f, e]) = (above.a, above.e);
        let mut after = [a, b, c, d, e, f, g, h];
        for (word, before) in after.iter_mut().zip(before) {
            *word = word.wrapping_add(before);
        }
        above = holding(Row { step: Step::After, ..above }, after);
        rows.push(above);
    }
    rows
}

fn schedule(block: &[u8; BLOCK]) -> [u32; ROUNDS * ROUND_ROWS] {
    let mut w = [0u32; ROUNDS * ROUND_ROWS];
    for (word, bytes) in w.iter_mut().zip(block.as_chunks::<4>().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    for t in 16..w.len() {
        let sum = small_sigma_one(w[t - 2]).wrapping_add(small_sigma_zero(w[t - 15]));
        w[t] = sum.wrapping_add(w[t - 7]).wrapping_add(w[t - 16]);
    }
    w
}

impl Columns {
    fn write(&self, row: &Row, cells: &mut [u32]) {
        for (start, words) in self.words.into_iter().zip([row.a, row.e, row.w]) {
            for (cells, word) in cells[start..start + 32 * ROUNDS].chunks_exact_mut(32).zip(words) {
                write_bits(cells, word);
            }
        }
        for (cells, word) in
            cells[self.chaining..self.chaining + 16].as_chunks_mut().0.iter_mut().zip(row.chaining)
        {
            *cells = limbs(word);
        }
        if row.step == Step::Fresh {
            cells[self.fresh] = 1;
            return;
        }
        cells[self.names[0]] = row.names[0];
        cells[self.names[1]] = row.names[1];
        let consumed = match row.step {
            Step::Rounds(number) => {
                cells[self.rounds + number] = 1;
                cells[self.ends] = u32::from(row.last && number >= MESSAGE_ROWS - 1);
                number.min(MESSAGE_ROWS)
            }
            _ => {
                cells[if row.last { self.done } else { self.more }] = 1;
                MESSAGE_ROWS
            }
        };
        cells[self.chunk] = MESSAGE_ROWS as u32 * row.number + consumed as u32;
    }

    /// The carries that make a round's sums hold, on any row; after a block also those of the additions.
    fn write_round_carries(&self, above: &Row, here: &Row, constants: &Constants, cells: &mut [u32]) {
        let (a, e) = (with_above(&above.a, &here.a), with_above(&above.e, &here.e));
        let in_round = matches!(here.step, Step::Rounds(_));
        let constants: &[u32] = match here.step {
            Step::Rounds(number) => &constants.rounds[ROUNDS * number..],
            _ => &[0; ROUNDS],
        };
        let chaining = if here.step == Step::After { chaining_carries(above) } else { [0; 16] };
        for index in 0..ROUNDS {
            let in_e = [
                e[index],
                big_sigma_one(e[index + 3]),
                choose(e[index + 3], e[index + 2], e[index + 1]),
                constants[index],
                a[index],
                here.w[index],
            ];
            let in_a = [
                big_sigma_zero(a[index + 3]),
                majority(a[index + 3], a[index + 2], a[index + 1]),
                here.e[index],
            ];
            let (mut e_out, mut a_out) = (0, 0);
            for limb in 0..2 {
                let part = |word: u32| i64::from(limbs(word)[limb]);
                let at = 2 * index + limb;
                e_out = over_limb(in_e.into_iter().map(part).sum::<i64>() - part(here.e[index]) + e_out);
                a_out = over_limb(
                    in_a.into_iter().map(part).sum::<i64>() - part(a[index]) - part(here.a[index]) + a_out,
                );
                let high = if in_round {
                    [e_out as u32 >> 1 & 1, e_out as u32 >> 2 & 1]
                } else {
                    [chaining[2 * at], chaining[2 * at + 1]]
                };
                let carry = &mut cells[self.e_carry + 3 * at..][..3];
                carry[0] = canonical(e_out - i64::from(2 * high[0] + 4 * high[1]));
                carry[1..].copy_from_slice(&high);
                write_pair(&mut cells[self.a_carry + 2 * at..], canonical(a_out + 1), in_round);
            }
        }
    }

    fn write_schedule_carries(&self, third: &[u32; 2 * ROUNDS], above: &Row, here: &Row, cells: &mut [u32]) {
        let w = with_above(&above.w, &here.w);
        let scheduled = matches!(here.step, Step::Rounds(number) if number >= MESSAGE_ROWS);
        for index in 0..ROUNDS {
            let (one, made) = (limbs(small_sigma_one(w[index + 2])), limbs(w[index + 4]));
            let mut out = 0;
            for limb in 0..2 {
                let at = 2 * index + limb;
                out = over_limb(i64::from(one[limb]) - i64::from(made[limb]) + i64::from(third[at]) + out);
                write_pair(&mut cells[self.w_carry + 2 * at..], canonical(out), scheduled);
            }
        }
    }

    fn write_sums(&self, sums: &Sums, cells: &mut [u32]) {
        for (start, sums) in self.sums.into_iter().zip([sums.first, sums.second, sums.third]) {
            cells[start..start + 2 * ROUNDS].copy_from_slice(&sums);
        }
    }
}

impl Sums {
    /// The sums of the row below, from the words of this row and of that one.
    fn below(&self, above: &Four, here: &Four) -> Self {
        let w = with_above(above, here);
        let mut found = Self { second: self.first, third: self.second, ..*self };
        for index in 0..ROUNDS {
            let (word, zero) = (limbs(w[index]), limbs(small_sigma_zero(w[index + 1])));
            let joining = limbs(w[index + 1]);
            for limb in 0..2 {
                found.first[2 * index + limb] = word[limb] + zero[limb];
                found.third[2 * index + limb] += joining[limb];
            }
        }
        found
    }
}

/// The carries of the additions after a block whose last rounds are `row`, two a word.
fn chaining_carries(row: &Row) -> [u32; 16] {
    let ([d, c, b, a], [h, g, f, e]) = (row.a, row.e);
    let mut found = [0; 16];
    for ((carries, before), word) in
        found.as_chunks_mut::<2>().0.iter_mut().zip(row.chaining).zip([a, b, c, d, e, f, g, h])
    {
        let ([low, high], [low_before, high_before]) = (limbs(word), limbs(before));
        let lower = (low + low_before) >> LIMB;
        *carries = [lower, (high + high_before + lower) >> LIMB];
    }
    found
}

/// A carry in two cells, as two bits where `split`, else whole in the first.
#[inline(always)]
fn write_pair(cells: &mut [u32], value: u32, split: bool) {
    let second = if split { value >> 1 } else { 0 };
    cells[0] = value - 2 * second;
    cells[1] = second;
}

/// A sum in multiples of a limb, in the field: small where the sum is one of the computation's.
#[inline(always)]
fn over_limb(total: i64) -> i64 {
    if total & i64::from(LIMB_MASK) == 0 {
        total >> LIMB
    } else {
        total.rem_euclid(i64::from(PRIME)) * LIMB_INVERSE % i64::from(PRIME)
    }
}

#[inline(always)]
fn canonical(value: i64) -> u32 {
    value.rem_euclid(i64::from(PRIME)) as u32
}

#[inline(always)]
fn limbs(word: u32) -> [u32; 2] {
    [word & LIMB_MASK, word >> LIMB]
}

#[inline(always)]
fn with_above(above: &Four, here: &Four) -> [u32; 2 * ROUNDS] {
    [above[0], above[1], above[2], above[3], here[0], here[1], here[2], here[3]]
}

fn big_sigma_zero(x: u32) -> u32 {
    x.rotate_right(2) ^ x.rotate_right(13) ^ x.rotate_right(22)
}

fn big_sigma_one(x: u32) -> u32 {
    x.rotate_right(6) ^ x.rotate_right(11) ^ x.rotate_right(25)
}

fn small_sigma_zero(x: u32) -> u32 {
    x.rotate_right(7) ^ x.rotate_right(18) ^ x >> 3
}

fn small_sigma_one(x: u32) -> u32 {
    x.rotate_right(17) ^ x.rotate_right(19) ^ x >> 10
}

fn choose(x: u32, y: u32, z: u32) -> u32 {
    x & y ^ !x & z
}

fn majority(x: u32, y: u32, z: u32) -> u32 {
    x & y ^ x & z ^ y & z
}
