//! Denominators and numerators of lookup columns as linear forms over base registers.

use p3_field::{Algebra, PrimeCharacteristicRing};

use crate::field::{
    DEGREE, F, K, Packed, PackedK, broadcast, coefficients, each, extension_powers, packed_coefficients,
    packed_extension,
};
use crate::machine::Register;
use crate::program::{Node, Table};

/// constant + Σ weight·value over base values, with one reduction for several products.
pub struct Linear {
    constant: PackedK,
    weights: [Vec<F>; DEGREE],
}

impl Linear {
    pub fn new(constant: K, weights: &[K]) -> Self {
        let split: Vec<[F; DEGREE]> = weights.iter().map(coefficients).collect();
        Self {
            constant: broadcast(constant),
            weights: std::array::from_fn(|c| split.iter().map(|w| w[c]).collect()),
        }
    }

    #[inline(always)]
    pub fn at(&self, value: impl Fn(usize) -> Packed) -> PackedK {
        let mut sums = packed_coefficients(&self.constant);
        let count = self.weights[0].len();
        let mut k = 0;
        while k < count {
            k += match count - k {
                1 => self.add::<1>(k, &value, &mut sums),
                2 => self.add::<2>(k, &value, &mut sums),
                3 => self.add::<3>(k, &value, &mut sums),
                4..8 => self.add::<4>(k, &value, &mut sums),
                _ => self.add::<8>(k, &value, &mut sums),
            };
        }
        packed_extension(sums)
    }

    #[inline(always)]
    fn add<const N: usize>(
        &self,
        k: usize,
        value: &impl Fn(usize) -> Packed,
        sums: &mut [Packed; DEGREE],
    ) -> usize {
        let values: [Packed; N] = each(|i| value(k + i));
        for (sum, weights) in sums.iter_mut().zip(&self.weights) {
            let weights: &[F; N] = weights[k..k + N].try_into().expect("N weights");
            *sum += <Packed as Algebra<F>>::mixed_dot_product::<N>(&values, weights);
        }
        N
    }
}

/// One interaction of a column: where its nodes lie, and its message with the challenges.
pub struct Side {
    multiplicity: u32,
    message: Vec<u32>,
    negative: bool,
    /// The signed multiplicity if it does not depend on the row.
    fixed: Option<F>,
    alpha: K,
    betas: Vec<K>,
}

impl Side {
    pub fn new(table: &Table, index: usize, registers: &[u32], alpha: K, beta: K) -> Self {
        let interaction = &table.interactions[index];
        let fixed = match table.nodes[interaction.multiplicity as usize] {
            Node::Constant(value) if interaction.sends => Some(F::new(value)),
            Node::Constant(value) => Some(-F::new(value)),
            _ => None,
        };
        Self {
            multiplicity: registers[0],
            message: registers[1..].to_vec(),
            negative: !interaction.sends,
            fixed,
            alpha: alpha - F::new(interaction.bus),
            betas: extension_powers(beta, -beta, interaction.message.len()),
        }
    }

    /// scale·d(message).
    fn denominator(&self, scale: K) -> Linear {
        let weights: Vec<K> = self.betas.iter().map(|&beta| beta * scale).collect();
        Linear::new(self.alpha * scale, &weights)
    }

    #[inline(always)]
    fn message_at<'a, const B: usize>(
        &'a self,
        registers: &'a [Register<B>],
        b: usize,
    ) -> impl Fn(usize) -> Packed + 'a {
        move |k| registers[self.message[k] as usize][b]
    }

    #[inline(always)]
    fn multiplicity_at<const B: usize>(&self, registers: &[Register<B>], b: usize) -> Packed {
        let value = registers[self.multiplicity as usize][b];
        if self.negative { -value } else { value }
    }
}

/// A lookup column, in the cheapest form its interactions allow; `scale` multiplies the whole rule.
#[expect(clippy::large_enum_variant, reason = "a few hundred at most, read in the innermost loop")]
pub enum Column {
    /// m/d.
    Single {
        side: Side,
        scaled: Linear,
        scale: PackedK,
    },
    /// Two one-field messages with fixed multiplicities: everything is linear in x, y and x·y.
    Flat {
        left: u32,
        right: u32,
        denominator: Linear,
        numerator: Linear,
    },
    Pair {
        left: Side,
        right: Side,
        plain: Linear,
        scaled_left: Linear,
        scaled_right: Linear,
    },
}

impl Column {
    pub fn new(mut sides: Vec<Side>, scale: K) -> Self {
        let right = (sides.len() == 2).then(|| sides.remove(1));
        let left = sides.remove(0);
        let Some(right) = right else {
            return Self::Single { scaled: left.denominator(scale), side: left, scale: broadcast(scale) };
        };
        if let (Some(m1), Some(m2), [x], [y]) =
            (left.fixed, right.fixed, &left.message[..], &right.message[..])
        {
            let (b1, b2) = (left.betas[0], right.betas[0]);
            let product =
                [left.alpha * right.alpha, b1 * right.alpha, b2 * left.alpha, b1 * b2].map(|v| v * scale);
            let crossed = [right.alpha * m1 + left.alpha * m2, b1 * m2, b2 * m1].map(|v| v * scale);
            return Self::Flat {
                left: *x,
                right: *y,
                denominator: Linear::new(product[0], &product[1..]),
                numerator: Linear::new(crossed[0], &crossed[1..]),
            };
        }
        Self::Pair {
            plain: left.denominator(K::ONE),
            scaled_left: left.denominator(scale),
            scaled_right: right.denominator(scale),
            left,
            right,
        }
    }

    /// scale·(numerator, denominator).
    #[inline(always)]
    pub fn fraction<const B: usize>(&self, registers: &[Register<B>], b: usize) -> (PackedK, PackedK) {
        match self {
            Self::Single { side, scaled, scale } => {
                (*scale * side.multiplicity_at(registers, b), scaled.at(side.message_at(registers, b)))
            }
            Self::Flat { left, right, denominator, numerator } => {
                let (x, y) = (registers[*left as usize][b], registers[*right as usize][b]);
                let values = [x, y, x * y];
                (numerator.at(|k| values[k]), denominator.at(|k| values[k]))
            }
            Self::Pair { left, right, plain, scaled_left, scaled_right } => {
                let one = plain.at(left.message_at(registers, b));
                let two = scaled_right.at(right.message_at(registers, b));
                let crossed =
                    scaled_left.at(left.message_at(registers, b)) * right.multiplicity_at(registers, b);
                (two * left.multiplicity_at(registers, b) + crossed, one * two)
            }
        }
    }

    /// scale·(value·denominator - numerator).
    #[inline(always)]
    pub fn defect<const B: usize>(&self, value: PackedK, registers: &[Register<B>], b: usize) -> PackedK {
        match self {
            Self::Pair { left, right, plain, scaled_left, scaled_right } => {
                let one = plain.at(left.message_at(registers, b));
                let two = scaled_right.at(right.message_at(registers, b));
                let crossed =
                    scaled_left.at(left.message_at(registers, b)) * right.multiplicity_at(registers, b);
                (value * one - left.multiplicity_at(registers, b)) * two - crossed
            }
            _ => {
                let (numerator, denominator) = self.fraction(registers, b);
                value * denominator - numerator
            }
        }
    }
}
