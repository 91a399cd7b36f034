//! Runs the same work done in several ways side by side, and prints each as a ratio to the first.
//!
//! Measuring and statistics are criterion's. The ways are run in turn, round after round, because the
//! speed of a machine drifts: a ratio is taken within a round.

use std::hint::black_box;
use std::mem::MaybeUninit;
use std::os::fd::RawFd;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use std::{fs, io};

use criterion::{BenchmarkId, Criterion};

/// How often the ways are run in turn.
const ROUNDS: [&str; 3] = ["1", "2", "3"];

/// One way to do the work.
pub struct Way<'a> {
    /// What it is called in the output.
    pub name: &'static str,
    /// Does the work as often as it is told.
    pub run: Box<dyn FnMut(u64) + 'a>,
}

impl<'a> Way<'a> {
    /// A way that does the work once for each call of `run`.
    pub fn each(name: &'static str, mut run: impl FnMut() + 'a) -> Way<'a> {
        Way::many(name, move |times| (0..times).for_each(|_| run()))
    }

    /// A way that is told how often to do the work.
    pub fn many(name: &'static str, run: impl FnMut(u64) + 'a) -> Way<'a> {
        Way { name, run: Box::new(run) }
    }
}

/// Measures the ways, and prints the time of each and its ratio to the first, in the middle round
/// and from the least to the greatest.
///
/// # Panics
/// Where criterion's results cannot be read: a benchmark has no better answer.
pub fn compare(group_name: &str, mut ways: Vec<Way<'_>>) {
    let folder = results_folder();
    let mut criterion = Criterion::default()
        .output_directory(&folder)
        .without_plots()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(30)
        .configure_from_args();
    let mut group = criterion.benchmark_group(group_name);
    for round in ROUNDS {
        for way in &mut ways {
            group.bench_function(BenchmarkId::new(way.name, round), |bencher| {
                bencher.iter_custom(|times| {
                    let start = Instant::now();
                    (way.run)(times);
                    start.elapsed()
                });
            });
        }
    }
    group.finish();

    let time = |name: &str, round: &str| {
        let folder = folder.join(group_name).join(name).join(round);
        median(folder.join("new/estimates.json")).expect("criterion's estimates")
    };
    let limit = ways[0].name;
    println!("\n{group_name}");
    for way in &ways {
        let mut rounds = ROUNDS.map(|round| {
            let own = time(way.name, round);
            (own / time(limit, round), own)
        });
        rounds.sort_by(|left, right| left.0.total_cmp(&right.0));
        let [(least, _), (ratio, own), (most, _)] = rounds;
        println!(
            "  {:<10} {own:>8.1} ns  {ratio:.2} of {limit} ({least:.2} to {most:.2})",
            way.name
        );
    }
    println!();
}

fn results_folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/criterion"))
}

/// The median in a file of criterion's, in nanoseconds.
fn median(file: PathBuf) -> io::Result<f64> {
    let estimates: serde_json::Value = serde_json::from_slice(&fs::read(file)?)?;
    estimates["median"]["point_estimate"]
        .as_f64()
        .ok_or_else(|| io::Error::other("no median in the estimates"))
}

/// What the benchmarks send.
pub const MESSAGE: [u8; 64] = [b'x'; 64];

/// Room to receive into, not cleared, as a program in C has it: to write 4 KiB of zeroes for each message
/// would be a tenth of the whole.
#[must_use]
#[inline(always)]
pub const fn room() -> MaybeUninit<[u8; 4096]> {
    MaybeUninit::uninit()
}

/// Writes [`MESSAGE`] to one end of a pair and reads it from the other, with the two system calls
/// that a C program makes.
///
/// # Panics
/// Where the message does not arrive.
pub fn write_and_read(left: RawFd, right: RawFd) {
    let mut room = room();
    // SAFETY: both buffers are valid for their lengths.
    let received = unsafe {
        libc::write(left, MESSAGE.as_ptr().cast(), MESSAGE.len());
        libc::read(right, black_box(&mut room).as_mut_ptr().cast(), size_of_val(&room))
    };
    assert_eq!(received, MESSAGE.len() as isize);
}
