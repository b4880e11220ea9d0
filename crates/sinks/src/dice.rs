//! Chance, from the library that TLS takes it from.

use rustls::crypto::ring;

/// So many bytes that nobody can foretell; `None`: the system has none.
pub(crate) fn bytes<const COUNT: usize>() -> Option<[u8; COUNT]> {
    let mut bytes = [0; COUNT];
    ring::default_provider().secure_random.fill(&mut bytes).ok().map(|()| bytes)
}

/// A number from 0 to 1.
pub(crate) fn throw() -> f64 {
    bytes::<4>().map_or(1.0, |bytes| f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX))
}
