//! Outside of `sys/`, the crate uses `libc` only for constants and types that POSIX defines.

use std::fs;
use std::path::{Path, PathBuf};

/// The tables that show the system's own constants to programs.
const TABLES: &[&str] =
    &["constants.rs", "errno_names.rs", "options/mod.rs", "options/codec.rs", "signals.rs"];

/// What POSIX.1-2024 defines, as far as the crate uses it.
const POSIX: &str = "
    c_int sa_family_t sockaddr_in sockaddr_in6 sockaddr_un sockaddr_storage pollfd PIPE_BUF
    AF_UNSPEC AF_INET AF_INET6 AF_UNIX SOCK_STREAM SOCK_DGRAM SOCK_SEQPACKET SOL_SOCKET SOMAXCONN
    SHUT_RD SHUT_WR SHUT_RDWR IPPROTO_IP IPPROTO_IPV6 SCM_RIGHTS
    MSG_CTRUNC MSG_OOB MSG_PEEK MSG_TRUNC MSG_WAITALL O_CLOEXEC O_NONBLOCK
    POLLIN POLLPRI POLLOUT POLLERR POLLHUP POLLNVAL
    AI_PASSIVE NI_NUMERICHOST NI_NUMERICSERV EAI_SERVICE
    EAFNOSUPPORT EAGAIN EALREADY EBADF EBUSY ECONNABORTED ECONNREFUSED ECONNRESET EDEADLK EHOSTUNREACH
    EINPROGRESS EINTR EINVAL EIO EISCONN EISDIR EMFILE EMSGSIZE ENAMETOOLONG ENETDOWN ENETUNREACH ENFILE
    ENOBUFS ENOMEM ENOMSG ENOPROTOOPT ENOTSOCK EOPNOTSUPP EPERM EPIPE EPROTO
";

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The names that a source takes from `libc`; `use libc` would hide them.
fn names(source: &str) -> impl Iterator<Item = &str> {
    source.split("libc").skip(1).filter_map(|rest| {
        let rest = rest.strip_prefix("::")?;
        let end = rest.find(|letter: char| letter != '_' && !letter.is_ascii_alphanumeric());
        Some(&rest[..end.unwrap_or(rest.len())])
    })
}

#[test]
fn libc_stands_for_what_posix_defines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let posix: Vec<&str> = POSIX.split_whitespace().collect();
    let mut wrong = Vec::new();
    for path in files {
        let file = path.strip_prefix(&root).expect("a file below the folder");
        if file.starts_with("sys") || TABLES.iter().any(|table| file == Path::new(table)) {
            continue;
        }
        let source = fs::read_to_string(&path).expect("a source");
        let used = names(&source).filter(|name| !posix.contains(name));
        wrong.extend(used.map(|name| format!("{}: libc::{name}", file.display())));
        if source.contains("use libc") {
            wrong.push(format!("{}: use libc", file.display()));
        }
    }
    assert!(wrong.is_empty(), "belongs in sys/: {wrong:#?}");
}
