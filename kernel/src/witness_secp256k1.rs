//! What the tables of secp256k1 hold beside what is asked of them: the points and slopes of ladders, and quotients and carries
//! of relations among integers (docs/decisions/0009-secp256k1-recovery.md). `prover/reference_secp256k1.py` says the same.

use crypto_bigint::modular::ConstMontyParams;
use crypto_bigint::{Limb, NonZero, U256, Uint, const_monty_form, const_monty_params};
use rayon::prelude::*;

use crate::border::{Outcome, refuse};

pub const LIMBS: usize = 32;
pub const HALVES: usize = 16;
pub const CARRIES: usize = 31;
/// The coordinates of a point.
pub const POINT: usize = 2 * LIMBS;
pub const LABELS: usize = 4;
/// x, y, slope, sum_x and slopes of a step.
pub const STEP: usize = 5 * LIMBS;

const PAIR_BITS: usize = 16;
/// Factors are checked to be so small that no sum of products overflows.
const LARGEST_FACTOR: u32 = 1 << 16;
const RELATIONS_AT_ONCE: usize = 256;
/// Limbs that are multiplied together, so that what is summed up in one place is read as it was written: by whole vectors.
const GROUP: usize = 4;

/// Bytes for left * right + linear, which has at most 530 bits.
const TOTAL: usize = 72;
const WORDS: usize = TOTAL / Limb::BYTES;

const_monty_params!(Prime, U256, "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f");
const_monty_form!(Coordinate, Prime);

struct Modulus {
    value: NonZero<U256>,
    /// 2^256 less the modulus, in bytes.
    defect: &'static [u8],
}

static PRIME: Modulus =
    Modulus { value: *Prime::PARAMS.modulus().as_nz_ref(), defect: &[0xd1, 0x03, 0, 0, 1] };
static ORDER: Modulus = Modulus {
    value: NonZero::<U256>::from_be_hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"),
    defect: &[
        0xbf, 0xbe, 0xc9, 0x2f, 0x73, 0xa1, 0x2d, 0x40, 0xc4, 0x5f, 0xb7, 0x50, 0x19, 0x23, 0x51, 0x45, 1,
    ],
};

/// Relations left * right + linear = quotient * modulus, a row each: 32 limbs, 32 limbs, 16 limbs of sixteen bits.
pub struct Relations<'a> {
    pub left: &'a [[i32; LIMBS]],
    pub right: &'a [[i32; LIMBS]],
    pub linear: &'a [[i32; HALVES]],
    pub of_order: &'a [u8],
    /// Whether the carries are those of a quotient in limbs of sixteen bits, rather than in bytes.
    pub halves: bool,
}

/// Of each relation the quotient modulo 2^256, whether it is negative, and the carries out of its pairs.
pub struct Solved {
    pub quotients: Vec<[u8; LIMBS]>,
    pub negative: Vec<u8>,
    pub carries: Vec<[i32; CARRIES]>,
}

pub fn solve(relations: &Relations) -> Outcome<Solved> {
    let count = relations.left.len();
    if [relations.right.len(), relations.linear.len(), relations.of_order.len()] != [count; 3] {
        return refuse("factors, linear terms and moduli differ in number");
    }
    let large = |limb: &i32| limb.unsigned_abs() > LARGEST_FACTOR;
    if [relations.left, relations.right].iter().any(|factor| factor.as_flattened().iter().any(large)) {
        return refuse("a limb is too large");
    }
    let mut solved = Solved {
        quotients: vec![[0; LIMBS]; count],
        negative: vec![0; count],
        carries: vec![[0; CARRIES]; count],
    };
    solved
        .quotients
        .par_iter_mut()
        .zip(&mut solved.negative)
        .zip(&mut solved.carries)
        .enumerate()
        .with_min_len(RELATIONS_AT_ONCE)
        .try_for_each(|(i, ((quotient, negative), carries))| {
            let modulus = if relations.of_order[i] == 0 { &PRIME } else { &ORDER };
            let pairs = pairs(&relations.left[i], &relations.right[i], &relations.linear[i]);
            (*quotient, *negative) = divide(&pairs, &modulus.value)?;
            let multiples = if relations.halves {
                multiple_of_prime(quotient, *negative)
            } else {
                multiple(quotient, *negative, modulus.defect)
            };
            *carries = carry(&pairs, &multiples)?;
            Ok(())
        })?;
    Ok(solved)
}

/// The pairs of left * right + linear.
fn pairs(left: &[i32; LIMBS], right: &[i32; LIMBS], linear: &[i32; HALVES]) -> [i64; LIMBS] {
    let mut padded = [0; GROUP + LIMBS + GROUP];
    padded[GROUP..][..LIMBS].copy_from_slice(right);
    let mut coefficients = [0i64; 2 * LIMBS];
    for (group, limbs) in left.as_chunks::<GROUP>().0.iter().enumerate() {
        for (at, place) in coefficients[GROUP * group..][..LIMBS + GROUP].iter_mut().enumerate() {
            for (number, &limb) in limbs.iter().enumerate() {
                *place += i64::from(limb) * i64::from(padded[GROUP + at - number]);
            }
        }
    }
    let mut pairs = paired(&coefficients);
    for (pair, &linear) in pairs.iter_mut().zip(linear) {
        *pair += i64::from(linear);
    }
    pairs
}

/// The quotient, rounded down, as a two's complement of 257 bits.
fn divide(pairs: &[i64; LIMBS], modulus: &NonZero<U256>) -> Outcome<([u8; LIMBS], u8)> {
    let mut bytes = [0; TOTAL];
    let (low, high) = bytes.split_at_mut(2 * LIMBS);
    let mut carried = 0;
    for (place, pair) in low.as_chunks_mut().0.iter_mut().zip(pairs) {
        carried += pair;
        *place = (carried as u16).to_le_bytes();
        carried >>= PAIR_BITS;
    }
    high.copy_from_slice(&carried.to_le_bytes());
    let total: Uint<WORDS> = Uint::from_le_slice(&bytes);
    let quotient = total.as_int().div_floor_unsigned_vartime(modulus);
    let bytes = quotient.as_uint().to_le_bytes();
    let (low, high) = bytes.as_ref().split_at(LIMBS);
    let negative = high[0] & 1;
    if high.iter().any(|&byte| byte != 0u8.wrapping_sub(negative)) {
        return refuse("a quotient has more than 257 bits");
    }
    let mut found = [0; LIMBS];
    found.copy_from_slice(low);
    Ok((found, negative))
}

/// The carries with which the pairs of a relation vanish (circuits/gadgets/modular.py).
fn carry(pairs: &[i64; LIMBS], multiples: &[i64; LIMBS]) -> Outcome<[i32; CARRIES]> {
    let mut carries = [0; CARRIES];
    let mut carried = 0;
    for (cell, (pair, multiple)) in carries.iter_mut().zip(pairs.iter().zip(multiples)) {
        carried = (pair - multiple + carried) >> PAIR_BITS;
        let Ok(small) = i32::try_from(carried) else {
            return refuse("a carry is too large");
        };
        *cell = small;
    }
    Ok(carries)
}

fn paired(coefficients: &[i64; 2 * LIMBS]) -> [i64; LIMBS] {
    std::array::from_fn(|k| coefficients[2 * k] + (coefficients[2 * k + 1] << 8))
}

/// The pairs of quotient * prime, from limbs of sixteen bits.
fn multiple_of_prime(quotient: &[u8; LIMBS], negative: u8) -> [i64; LIMBS] {
    let mut digits: [i64; HALVES] =
        std::array::from_fn(|k| i64::from(u16::from_le_bytes([quotient[2 * k], quotient[2 * k + 1]])));
    digits[HALVES - 1] -= i64::from(negative) << PAIR_BITS;
    let mut found = [0; LIMBS];
    for (k, digit) in digits.into_iter().enumerate() {
        found[k] -= 977 * digit;
        found[k + 2] -= digit;
        found[k + HALVES] += digit;
    }
    found
}

/// The pairs of quotient * (2^256 - defect), from bytes.
fn multiple(quotient: &[u8; LIMBS], negative: u8, defect: &[u8]) -> [i64; LIMBS] {
    let mut digits = quotient.map(i64::from);
    digits[LIMBS - 1] -= i64::from(negative) << 8;
    let mut found = [0; 2 * LIMBS];
    found[LIMBS..].copy_from_slice(&digits);
    for (at, digit) in digits.into_iter().enumerate() {
        for (place, &small) in found[at..].iter_mut().zip(defect) {
            *place -= digit * i64::from(small);
        }
    }
    paired(&found)
}

/// Walk ladders: of each its first point, what its labels stand for, and the label of each of its steps. Coordinates are in
/// bytes, least significant first.
pub fn walk(
    starts: &[[u8; POINT]],
    addends: &[[u8; LABELS * POINT]],
    labels: &[u8],
) -> Outcome<Vec<[u8; STEP]>> {
    if addends.len() != starts.len() || starts.is_empty() != labels.is_empty() {
        return refuse("ladders differ in number");
    }
    if starts.is_empty() {
        return Ok(Vec::new());
    }
    let steps = labels.len() / starts.len();
    if labels.len() != steps * starts.len() || labels.iter().any(|&label| usize::from(label) >= LABELS) {
        return refuse("a label stands for no addend");
    }
    let together = starts.len().div_ceil(rayon::current_num_threads());
    let mut found = vec![[0; STEP]; labels.len()];
    found
        .par_chunks_mut(together * steps)
        .zip(starts.par_chunks(together))
        .zip(addends.par_chunks(together))
        .zip(labels.par_chunks(together * steps))
        .try_for_each(|(((out, starts), addends), labels)| {
            walk_together(starts, addends, labels, steps, out)
        })?;
    Ok(found)
}

#[derive(Clone, Copy)]
struct Point {
    x: Coordinate,
    y: Coordinate,
}

impl Point {
    fn of(bytes: &[u8]) -> Self {
        let [x, y] =
            [&bytes[..LIMBS], &bytes[LIMBS..POINT]].map(|half| Coordinate::new(&U256::from_le_slice(half)));
        Self { x, y }
    }
}

/// Ladders side by side, so that each step needs two inversions for all.
fn walk_together(
    starts: &[[u8; POINT]],
    addends: &[[u8; LABELS * POINT]],
    labels: &[u8],
    steps: usize,
    out: &mut [[u8; STEP]],
) -> Outcome<()> {
    let mut points: Vec<Point> = starts.iter().map(|start| Point::of(start)).collect();
    let addends: Vec<Vec<Point>> =
        addends.iter().map(|four| four.chunks(POINT).map(Point::of).collect()).collect();
    for step in 0..steps {
        let added: Vec<&Point> = addends
            .iter()
            .enumerate()
            .map(|(i, four)| &four[usize::from(labels[i * steps + step])])
            .collect();
        let runs = points.iter().zip(&added).map(|(point, addend)| addend.x - point.x);
        let slopes: Vec<Coordinate> = inverses(runs)?
            .iter()
            .zip(points.iter().zip(&added))
            .map(|(inverse, (point, addend))| (addend.y - point.y) * inverse)
            .collect();
        let sums: Vec<Coordinate> = slopes
            .iter()
            .zip(points.iter().zip(&added))
            .map(|(slope, (point, addend))| slope.square() - point.x - addend.x)
            .collect();
        let runs = points.iter().zip(&sums).map(|(point, sum)| point.x - sum);
        for (i, inverse) in inverses(runs)?.iter().enumerate() {
            let (Point { x, y }, slope, sum) = (points[i], slopes[i], sums[i]);
            let both = y.double() * inverse;
            let cells = &mut out[i * steps + step];
            for (place, value) in cells.chunks_mut(LIMBS).zip([x, y, slope, sum, both]) {
                place.copy_from_slice(value.retrieve().to_le_bytes().as_ref());
            }
            let rest = both - slope;
            let next = rest.square() - x - sum;
            points[i] = Point { x: next, y: rest * (x - next) - y };
        }
    }
    Ok(())
}

/// Inverses of all, with one inversion (Montgomery's trick).
fn inverses(values: impl Iterator<Item = Coordinate>) -> Outcome<Vec<Coordinate>> {
    let values: Vec<Coordinate> = values.collect();
    let mut products = Vec::with_capacity(values.len());
    let mut product = Coordinate::ONE;
    for value in &values {
        products.push(product);
        product *= value;
    }
    let Some(mut inverse) = product.invert_vartime().into_option() else {
        return refuse("a ladder meets an exceptional addition");
    };
    for (value, before) in values.iter().zip(&mut products).rev() {
        *before *= inverse;
        inverse *= value;
    }
    Ok(products)
}
