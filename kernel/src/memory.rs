//! Large buffers in large pages, filled by all cores: first touching memory costs as much as transforming what it holds.

use std::mem::MaybeUninit;

use rayon::prelude::*;

/// Room for exactly `count` more values, in large pages where the system has them.
pub fn reserve<T>(values: &mut Vec<T>, count: usize) {
    values.reserve_exact(count);
    prefer_large_pages(values);
}

/// Ask for large pages behind a buffer that nobody has touched yet.
#[cfg(target_os = "linux")]
pub fn prefer_large_pages<T>(values: &Vec<T>) {
    const LARGE_PAGE: usize = 2 << 20;
    let start = values.as_ptr().addr();
    let first = start.next_multiple_of(LARGE_PAGE);
    let end = (start + values.capacity() * size_of::<T>()) / LARGE_PAGE * LARGE_PAGE;
    if first < end {
        // SAFETY: these pages are the buffer's, and advice changes nothing that they hold; nor does its refusal.
        unsafe { libc::madvise(first as *mut libc::c_void, end - first, libc::MADV_HUGEPAGE) };
    }
}

#[cfg(not(target_os = "linux"))]
pub fn prefer_large_pages<T>(_: &Vec<T>) {}

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
