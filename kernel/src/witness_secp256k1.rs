//! What the tables of secp256k1 hold beside what is asked of them: the points and slopes of ladders, and quotients and carries
//! of relations among integers (docs/decisions/0009-secp256k1-recovery.md). `prover/reference_secp256k1.py` says the same.

use std::sync::LazyLock;

use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
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
const LADDERS_AT_ONCE: usize = 16;
const RELATIONS_AT_ONCE: usize = 256;

/// 2^256 less the modulus, in bytes.
const PRIME_DEFECT: [u8; 5] = [0xd1, 0x03, 0, 0, 1];
const ORDER_DEFECT: [u8; 17] =
    [0xbf, 0xbe, 0xc9, 0x2f, 0x73, 0xa1, 0x2d, 0x40, 0xc4, 0x5f, 0xb7, 0x50, 0x19, 0x23, 0x51, 0x45, 1];

struct Modulus {
    value: BigInt,
    defect: &'static [u8],
}

impl Modulus {
    fn of(defect: &'static [u8]) -> Self {
        Self { value: (BigInt::from(1) << 256) - BigInt::from_bytes_le(Sign::Plus, defect), defect }
    }
}

static PRIME: LazyLock<Modulus> = LazyLock::new(|| Modulus::of(&PRIME_DEFECT));
static ORDER: LazyLock<Modulus> = LazyLock::new(|| Modulus::of(&ORDER_DEFECT));
static FIELD: LazyLock<BigUint> = LazyLock::new(|| PRIME.value.magnitude().clone());

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
            (*quotient, *negative) = divide(relations, i)?;
            *carries = carry(relations, i, quotient, *negative)?;
            Ok(())
        })?;
    Ok(solved)
}

/// The quotient, rounded down, as a two's complement of 257 bits.
fn divide(relations: &Relations, i: usize) -> Outcome<([u8; LIMBS], u8)> {
    let modulus = modulus(relations, i);
    let product = integer(&relations.left[i], 8) * integer(&relations.right[i], 8);
    let quotient = (product + integer(&relations.linear[i], PAIR_BITS)).div_floor(&modulus.value);
    let negative = quotient.sign() == Sign::Minus;
    let low = if negative { quotient + (BigInt::from(1) << 256) } else { quotient };
    let (sign, bytes) = low.to_bytes_le();
    if sign == Sign::Minus || bytes.len() > LIMBS {
        return refuse("a quotient has more than 257 bits");
    }
    let mut found = [0; LIMBS];
    found[..bytes.len()].copy_from_slice(&bytes);
    Ok((found, u8::from(negative)))
}

fn modulus(relations: &Relations, i: usize) -> &'static Modulus {
    if relations.of_order[i] == 0 { &PRIME } else { &ORDER }
}

/// The integer of signed limbs, `bits` apart.
fn integer(limbs: &[i32], bits: usize) -> BigInt {
    let mut bytes = Vec::with_capacity(limbs.len() * bits / 8);
    let mut carried = 0i64;
    for &limb in limbs {
        carried += i64::from(limb);
        bytes.extend_from_slice(&carried.to_le_bytes()[..bits / 8]);
        carried >>= bits;
    }
    let top = BigInt::from(carried) << (bits * limbs.len());
    BigInt::from_bytes_le(Sign::Plus, &bytes) + top
}

/// The carries with which the pairs of a relation vanish (circuits/gadgets/modular.py).
fn carry(relations: &Relations, i: usize, quotient: &[u8; LIMBS], negative: u8) -> Outcome<[i32; CARRIES]> {
    let mut coefficients = [0i64; 2 * LIMBS];
    for (at, one) in relations.left[i].iter().enumerate() {
        for (place, two) in coefficients[at..].iter_mut().zip(&relations.right[i]) {
            *place += i64::from(*one) * i64::from(*two);
        }
    }
    let mut pairs = paired(&coefficients);
    for (pair, linear) in pairs.iter_mut().zip(&relations.linear[i]) {
        *pair += i64::from(*linear);
    }
    let multiples = if relations.halves {
        multiple_of_prime(quotient, negative)
    } else {
        multiple(quotient, negative, modulus(relations, i).defect)
    };
    let mut carries = [0; CARRIES];
    let mut carried = 0i64;
    for (k, cell) in carries.iter_mut().enumerate() {
        carried = (pairs[k] - multiples[k] + carried) >> PAIR_BITS;
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
    let mut found = vec![[0; STEP]; labels.len()];
    found
        .par_chunks_mut(LADDERS_AT_ONCE * steps)
        .zip(starts.par_chunks(LADDERS_AT_ONCE))
        .zip(addends.par_chunks(LADDERS_AT_ONCE))
        .zip(labels.par_chunks(LADDERS_AT_ONCE * steps))
        .try_for_each(|(((out, starts), addends), labels)| {
            walk_together(starts, addends, labels, steps, out)
        })?;
    Ok(found)
}

struct Point {
    x: BigUint,
    y: BigUint,
}

impl Point {
    fn of(bytes: &[u8]) -> Self {
        let [x, y] =
            [&bytes[..LIMBS], &bytes[LIMBS..POINT]].map(|half| BigUint::from_bytes_le(half) % &*FIELD);
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
        let runs = points.iter().zip(&added).map(|(point, addend)| minus(&addend.x, &point.x)).collect();
        let slopes: Vec<BigUint> = inverses(runs)?
            .iter()
            .zip(points.iter().zip(&added))
            .map(|(inverse, (point, addend))| times(&minus(&addend.y, &point.y), inverse))
            .collect();
        let sums: Vec<BigUint> = slopes
            .iter()
            .zip(points.iter().zip(&added))
            .map(|(slope, (point, addend))| minus(&minus(&times(slope, slope), &point.x), &addend.x))
            .collect();
        let runs = points.iter().zip(&sums).map(|(point, sum)| minus(&point.x, sum)).collect();
        for (i, inverse) in inverses(runs)?.iter().enumerate() {
            let point = &points[i];
            let both = times(&(&point.y * 2u32), inverse);
            let cells = &mut out[i * steps + step];
            for (place, value) in
                cells.chunks_mut(LIMBS).zip([&point.x, &point.y, &slopes[i], &sums[i], &both])
            {
                let bytes = value.to_bytes_le();
                place[..bytes.len()].copy_from_slice(&bytes);
            }
            let rest = minus(&both, &slopes[i]);
            let x = minus(&minus(&times(&rest, &rest), &point.x), &sums[i]);
            let y = minus(&times(&rest, &minus(&point.x, &x)), &point.y);
            points[i] = Point { x, y };
        }
    }
    Ok(())
}

fn times(one: &BigUint, two: &BigUint) -> BigUint {
    one * two % &*FIELD
}

fn minus(one: &BigUint, two: &BigUint) -> BigUint {
    (one + &*FIELD - two) % &*FIELD
}

/// Inverses of all, with one inversion (Montgomery's trick).
fn inverses(values: Vec<BigUint>) -> Outcome<Vec<BigUint>> {
    let mut products = Vec::with_capacity(values.len());
    let mut product = BigUint::from(1u32);
    for value in &values {
        products.push(product.clone());
        product = times(&product, value);
    }
    let Some(mut inverse) = product.modinv(&FIELD) else {
        return refuse("a ladder meets an exceptional addition");
    };
    for (value, before) in values.iter().zip(&mut products).rev() {
        *before = times(before, &inverse);
        inverse = times(&inverse, value);
    }
    Ok(products)
}
