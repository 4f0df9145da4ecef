//! The field, its quintic extension, and their packed forms.
//!
//! Matrices are stored as canonical 32-bit words, but transforms read a word `v` as the Montgomery representation it would
//! be, the element v/2^32. Everything linear (transforms, evaluation, batching, folding) commutes with that constant, so
//! words go in and come out canonical and are hashed as they lie; only products of two stored values need [`ENTER`].

use p3_field::extension::QuinticTrinomialExtensionField;
use p3_field::{
    BasedVectorSpace, ExtensionField, Field, PackedFieldExtension, PackedValue, PrimeCharacteristicRing,
    PrimeField32, TwoAdicField,
};
use p3_koala_bear::KoalaBear;

use crate::memory::prefer_large_pages;

pub type F = KoalaBear;
pub type K = QuinticTrinomialExtensionField<F>;
pub type Packed = <F as Field>::Packing;
pub type PackedK = <K as ExtensionField<F>>::ExtensionPacking;

pub const DEGREE: usize = 5;
pub const LANES: usize = <Packed as PackedValue>::WIDTH;
pub const PRIME: u32 = F::ORDER_U32;
pub const TWO_ADICITY: usize = 24;
pub const GENERATOR: F = F::new(3);

/// Multiplying by this takes a stored word (v/2^32) to the element v.
pub const ENTER: F = F::new(((1u64 << 32) % PRIME as u64) as u32);

/// The inverse of [`ENTER`].
pub fn leave() -> F {
    ENTER.inverse()
}

/// Canonical words as stored elements.
pub fn stored(words: &[u32]) -> &[F] {
    // SAFETY: KoalaBear is a transparent wrapper of its u32 word, and every caller has checked that words are below the
    // modulus, which is what its arithmetic relies on.
    unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), words.len()) }
}

/// Stored elements as canonical words.
pub fn words(values: &[F]) -> &[u32] {
    // SAFETY: as in `stored`; arithmetic keeps words below the modulus.
    unsafe { std::slice::from_raw_parts(values.as_ptr().cast(), values.len()) }
}

/// The canonical little-endian bytes of stored elements.
pub fn bytes(values: &[F]) -> &[u8] {
    const { assert!(cfg!(target_endian = "little")) };
    // SAFETY: any four bytes of a word are readable as bytes.
    unsafe { std::slice::from_raw_parts(values.as_ptr().cast(), values.len() * 4) }
}

/// Take ownership of stored elements as canonical words.
pub fn into_words(values: Vec<F>) -> Vec<u32> {
    let mut values = std::mem::ManuallyDrop::new(values);
    // SAFETY: same layout and alignment as in `stored`; ownership moves once.
    unsafe { Vec::from_raw_parts(values.as_mut_ptr().cast(), values.len(), values.capacity()) }
}

/// Zeros in memory that is first touched where it is first written, by whichever core does.
pub fn zeros(count: usize) -> Vec<F> {
    let mut words = std::mem::ManuallyDrop::new(vec![0u32; count]);
    prefer_large_pages(&words);
    // SAFETY: as in `into_words`, the other way round; the word of zero is zero.
    unsafe { Vec::from_raw_parts(words.as_mut_ptr().cast(), words.len(), words.capacity()) }
}

/// An extension element from its stored coefficients, still divided by 2^32.
pub fn stored_extension(words: &[F]) -> K {
    K::from_basis_coefficients_fn(|i| words[i])
}

pub fn coefficients(value: &K) -> [F; DEGREE] {
    value.as_basis_coefficients_slice().try_into().expect("five coefficients")
}

#[inline(always)]
pub fn packed_coefficients(value: &PackedK) -> [Packed; DEGREE] {
    value.as_basis_coefficients_slice().try_into().expect("five coefficients")
}

#[inline(always)]
pub fn packed_extension(coefficients: [Packed; DEGREE]) -> PackedK {
    PackedK::new(coefficients)
}

/// An array of vectors, place by place. A plain loop is inlined where `std::array::from_fn` calls its closure.
#[inline(always)]
pub fn each<const N: usize>(mut value: impl FnMut(usize) -> Packed) -> [Packed; N] {
    let mut result = [Packed::ZERO; N];
    for (i, place) in result.iter_mut().enumerate() {
        *place = value(i);
    }
    result
}

pub fn broadcast(value: K) -> PackedK {
    PackedK::from_ext_fn(|_| value)
}

/// The element of one lane.
pub fn lane(value: &PackedK, lane: usize) -> K {
    let parts = packed_coefficients(value);
    K::from_basis_coefficients_fn(|i| parts[i].as_slice()[lane])
}

pub fn root_of_unity(log_order: usize) -> F {
    F::two_adic_generator(log_order)
}

pub fn reverse(index: usize, bits: usize) -> usize {
    if bits == 0 { 0 } else { index.reverse_bits() >> (usize::BITS as usize - bits) }
}

/// start·base^i for i below `count`.
pub fn powers(base: F, start: F, count: usize) -> Vec<F> {
    let mut result = Vec::with_capacity(count);
    let mut value = start;
    for _ in 0..count {
        result.push(value);
        value *= base;
    }
    result
}

/// start·base^i for i below `count`.
pub fn extension_powers(base: K, start: K, count: usize) -> Vec<K> {
    let mut result = Vec::with_capacity(count);
    let mut value = start;
    for _ in 0..count {
        result.push(value);
        value *= base;
    }
    result
}

/// The points shift·ω^i in bit-reversed order, ω of order 2^log_size.
pub fn domain(log_size: usize, shift: F) -> Vec<F> {
    let mut points = powers(root_of_unity(log_size), shift, 1 << log_size);
    p3_util::reverse_slice_index_bits(&mut points);
    points
}
