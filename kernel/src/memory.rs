//! Large buffers: on huge pages where the system offers them, and filled by all cores.

use std::mem::MaybeUninit;

use rayon::prelude::*;

/// An empty vector with room for `count` values. Buffers of several megabytes ask for huge pages, because first touching
/// them page by page costs as much as transforming what they hold.
pub fn reserve<T>(count: usize) -> Vec<T> {
    let values: Vec<T> = Vec::with_capacity(count);
    #[cfg(target_os = "linux")]
    advise_huge_pages(values.as_ptr().cast(), count * size_of::<T>());
    values
}

#[cfg(target_os = "linux")]
fn advise_huge_pages(start: *const libc::c_void, length: usize) {
    const HUGE_PAGE: usize = 2 << 20;
    let first = start.addr().next_multiple_of(HUGE_PAGE);
    let end = (start.addr() + length) / HUGE_PAGE * HUGE_PAGE;
    if first + HUGE_PAGE <= end {
        // SAFETY: the range lies within one allocation; the advice changes no content, and its failure is harmless.
        unsafe { libc::madvise(start.with_addr(first).cast_mut(), end - first, libc::MADV_HUGEPAGE) };
    }
}

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
