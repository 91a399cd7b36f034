//! Tests of the crate from outside, one file for each idea.

mod address;
mod datagrams;
mod names;
mod streams;
mod support;
mod waiting;
