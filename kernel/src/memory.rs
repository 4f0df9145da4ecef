//! Large buffers filled by all cores: first touching memory costs about as much as transforming what it holds.

use std::mem::MaybeUninit;

use rayon::prelude::*;

/// Append `count` values in chunks of `chunk`, each written in full by `fill` (its index, the places).
pub fn fill<T: Copy + Send>(
    values: &mut Vec<T>,
    count: usize,
    chunk: usize,
    fill: impl Fn(usize, &mut [MaybeUninit<T>]) + Sync,
) where
    MaybeUninit<T>: Send,
{
    let length = values.len();
    values.reserve_exact(count);
    let places = &mut values.spare_capacity_mut()[..count];
    places.par_chunks_mut(chunk).enumerate().for_each(|(i, places)| fill(i, places));
    // SAFETY: by contract every place was written.
    unsafe { values.set_len(length + count) };
}
