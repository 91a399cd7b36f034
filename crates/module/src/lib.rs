//! The native library.
