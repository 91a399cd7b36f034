//! Tests of the crate from outside, one file for each idea.

mod address;
mod address_infos;
mod datagrams;
mod names;
mod once;
mod options;
mod streams;
mod support;
mod waiting;
