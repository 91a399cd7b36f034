//! Tests of the crate from outside, one file for each idea.

mod address;
mod address_infos;
mod batches;
mod bounded;
mod buffered;
mod datagrams;
mod files;
mod hosts;
mod kernel_timeouts;
mod lookups;
mod loops;
mod names;
mod nonblocking;
mod once;
mod options;
mod patience;
mod pieces;
mod pipe_signal;
mod racing;
mod reactor;
mod signals;
mod streams;
mod support;
mod transport;
mod waiting;
mod watching;
