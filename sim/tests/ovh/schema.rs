//! What we answer, held against OVHcloud's published schemas.
