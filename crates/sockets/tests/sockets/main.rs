//! Tests of the crate from outside, one file for each idea.

mod address;
mod address_infos;
mod buffered;
mod datagrams;
mod hosts;
mod kernel_timeouts;
mod names;
mod nonblocking;
mod once;
mod options;
mod signals;
mod streams;
mod support;
mod waiting;
mod watching;
