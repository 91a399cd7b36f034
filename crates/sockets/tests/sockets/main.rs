//! Tests of the crate from outside, one file for each idea.

mod address;
mod buffered;
mod datagrams;
mod hosts;
mod kernel_timeouts;
mod names;
mod nonblocking;
mod streams;
mod support;
mod waiting;
