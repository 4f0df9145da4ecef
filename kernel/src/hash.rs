//! SHA-256 of many messages at once, exactly as any standard library computes it, and the proof of work built on it.

use p3_sha256::Sha256;
use p3_symmetric::CryptographicHasher;
use rayon::prelude::*;

use crate::border::{Outcome, refuse};

pub type Digest = [u8; 32];

/// Hash `out.len()` messages of equal length laid end to end.
pub fn hash_many(messages: &[u8], length: usize, out: &mut [Digest]) {
    debug_assert_eq!(messages.len(), length * out.len());
    if length == 0 {
        out.fill(Sha256.hash_slice(&[]));
    } else {
        Sha256.hash_many(messages, out);
    }
}

/// Hash on all cores.
pub fn hash_many_parallel(messages: &[u8], length: usize, out: &mut [Digest]) {
    const CHUNK: usize = 256;
    out.par_chunks_mut(CHUNK).enumerate().for_each(|(i, digests)| {
        let start = i * CHUNK * length;
        hash_many(&messages[start..start + digests.len() * length], length, digests);
    });
}

/// The smallest nonce for which SHA-256(prefix | nonce) begins with `bits` zero bits.
pub fn grind(prefix: &[u8], bits: u32) -> Outcome<u64> {
    const BATCH: usize = 64;
    const ROUND: u64 = 1 << 14;
    if bits > 64 {
        return refuse("grinding takes 0 to 64 bits");
    }
    let length = prefix.len() + 8;
    let try_batch = |first: u64| -> Option<u64> {
        let mut messages = Vec::with_capacity(BATCH * length);
        for nonce in first..first + BATCH as u64 {
            messages.extend_from_slice(prefix);
            messages.extend_from_slice(&nonce.to_le_bytes());
        }
        let mut digests = [[0; 32]; BATCH];
        hash_many(&messages, length, &mut digests);
        let zeros = |d: &Digest| u64::from_be_bytes(d[..8].try_into().expect("eight bytes")).leading_zeros();
        digests.iter().position(|d| zeros(d) >= bits).map(|i| first + i as u64)
    };
    let mut start = 0u64;
    loop {
        let found = (0..ROUND / BATCH as u64)
            .into_par_iter()
            .filter_map(|batch| try_batch(start + batch * BATCH as u64))
            .min();
        match found {
            Some(nonce) => return Ok(nonce),
            None => start += ROUND,
        }
    }
}
