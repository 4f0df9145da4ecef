//! Where the fields of a table stand, as its circuit says, and the cells that fillers write there.

use std::collections::HashMap;

use crate::border::{Outcome, Refusal, refuse};

/// First column and number of columns of each field.
pub type Layout = HashMap<String, (usize, usize)>;

/// The first column of each of `fields`, given with their widths: all that a table of `width` columns has.
pub fn places<const N: usize>(
    layout: &Layout,
    width: usize,
    fields: [(&str, usize); N],
) -> Outcome<[usize; N]> {
    if layout.len() != N {
        return refuse("the table has other fields than its filler");
    }
    let mut found = [0; N];
    for (place, (name, wanted)) in found.iter_mut().zip(fields) {
        let missing = || Refusal(format!("the table has no field {name} of {wanted} columns"));
        *place = layout.get(name).filter(|field| field.1 == wanted).ok_or_else(missing)?.0;
    }
    let mut taken: Vec<_> = layout.values().copied().collect();
    taken.sort_unstable();
    let end = taken.iter().try_fold(0, |end, &(start, width)| (start == end).then_some(start + width));
    if end == Some(width) { Ok(found) } else { refuse("the table's fields do not fill its columns") }
}

/// A bit a cell, the lowest first.
#[inline(always)]
pub fn write_bits(cells: &mut [u32], word: u32) {
    for (bit, cell) in cells[..32].iter_mut().enumerate() {
        *cell = word >> bit & 1;
    }
}
