//! The system's constants by their names, for APIs that have them.
//!
//! Names that Linux does not have stand with the protocol's number in the IANA registry (Protocol
//! Numbers) or in the BSD headers, `netinet/in.h` and `netdb.h`.

/// Numbers by name: those of the system, and others.
macro_rules! constants {
    ($($system:ident)* ; $($name:literal = $number:expr,)*) => {
        &[
            $((stringify!($system), libc::$system as i64),)*
            $(($name, $number as i64),)*
        ]
    };
}

/// Every constant, by the name that the system's documents give it.
pub const CONSTANTS: &[(&str, i64)] = constants! {
    AF_UNSPEC AF_UNIX AF_LOCAL AF_INET AF_INET6
    AI_PASSIVE AI_CANONNAME AI_NUMERICHOST AI_NUMERICSERV AI_ALL AI_ADDRCONFIG AI_V4MAPPED
    IPPROTO_IP IPPROTO_HOPOPTS IPPROTO_ICMP IPPROTO_IGMP IPPROTO_IPIP IPPROTO_TCP IPPROTO_EGP
    IPPROTO_PUP IPPROTO_UDP IPPROTO_IDP IPPROTO_TP IPPROTO_IPV6 IPPROTO_ROUTING IPPROTO_FRAGMENT
    IPPROTO_RSVP IPPROTO_GRE IPPROTO_ESP IPPROTO_AH IPPROTO_ICMPV6 IPPROTO_NONE IPPROTO_DSTOPTS
    IPPROTO_MTP IPPROTO_ENCAP IPPROTO_PIM IPPROTO_SCTP IPPROTO_RAW
    MSG_CMSG_CLOEXEC MSG_CONFIRM MSG_CTRUNC MSG_DONTROUTE MSG_DONTWAIT MSG_EOR MSG_ERRQUEUE
    MSG_MORE MSG_NOSIGNAL MSG_OOB MSG_PEEK MSG_TRUNC MSG_WAITALL
    NI_NOFQDN NI_NUMERICHOST NI_NAMEREQD NI_NUMERICSERV NI_DGRAM
    SOCK_STREAM SOCK_DGRAM SOCK_RAW SOCK_RDM SOCK_SEQPACKET
    SHUT_RD SHUT_WR SHUT_RDWR
    SOMAXCONN
    SOL_SOCKET
    SCM_RIGHTS SCM_CREDENTIALS SCM_TIMESTAMP
    ;
    "AI_V4MAPPED_CFG" = libc::AI_V4MAPPED,
    "AI_DEFAULT" = libc::AI_V4MAPPED | libc::AI_ADDRCONFIG,
    "NI_WITHSCOPEID" = NI_WITHSCOPEID,
    "IPPROTO_GGP" = 3,
    "IPPROTO_IPV4" = 4,
    "IPPROTO_ST" = 7,
    "IPPROTO_PIGP" = 9,
    "IPPROTO_RCCMON" = 10,
    "IPPROTO_NVPII" = 11,
    "IPPROTO_ARGUS" = 13,
    "IPPROTO_EMCON" = 14,
    "IPPROTO_XNET" = 15,
    "IPPROTO_CHAOS" = 16,
    "IPPROTO_MUX" = 18,
    "IPPROTO_MEAS" = 19,
    "IPPROTO_HMP" = 20,
    "IPPROTO_PRM" = 21,
    "IPPROTO_TRUNK1" = 23,
    "IPPROTO_TRUNK2" = 24,
    "IPPROTO_LEAF1" = 25,
    "IPPROTO_LEAF2" = 26,
    "IPPROTO_RDP" = 27,
    "IPPROTO_IRTP" = 28,
    "IPPROTO_BLT" = 30,
    "IPPROTO_NSP" = 31,
    "IPPROTO_INP" = 32,
    "IPPROTO_SEP" = 33,
    "IPPROTO_3PC" = 34,
    "IPPROTO_IDPR" = 35,
    "IPPROTO_XTP" = 36,
    "IPPROTO_DDP" = 37,
    "IPPROTO_CMTP" = 38,
    "IPPROTO_TPXX" = 39,
    "IPPROTO_IL" = 40,
    "IPPROTO_SDRP" = 42,
    "IPPROTO_IDRP" = 45,
    "IPPROTO_MHRP" = 48,
    "IPPROTO_BHA" = 49,
    "IPPROTO_INLSP" = 52,
    "IPPROTO_SWIPE" = 53,
    "IPPROTO_NHRP" = 54,
    "IPPROTO_AHIP" = 61,
    "IPPROTO_CFTP" = 62,
    "IPPROTO_HELLO" = 63,
    "IPPROTO_SATEXPAK" = 64,
    "IPPROTO_KRYPTOLAN" = 65,
    "IPPROTO_RVD" = 66,
    "IPPROTO_IPPC" = 67,
    "IPPROTO_ADFS" = 68,
    "IPPROTO_SATMON" = 69,
    "IPPROTO_VISA" = 70,
    "IPPROTO_IPCV" = 71,
    "IPPROTO_CPNX" = 72,
    "IPPROTO_CPHB" = 73,
    "IPPROTO_WSN" = 74,
    "IPPROTO_PVP" = 75,
    "IPPROTO_BRSATMON" = 76,
    "IPPROTO_ND" = 77,
    "IPPROTO_WBMON" = 78,
    "IPPROTO_WBEXPAK" = 79,
    "IPPROTO_EON" = 80,
    "IPPROTO_VMTP" = 81,
    "IPPROTO_SVMTP" = 82,
    "IPPROTO_VINES" = 83,
    "IPPROTO_TTP" = 84,
    "IPPROTO_IGP" = 85,
    "IPPROTO_DGP" = 86,
    "IPPROTO_TCF" = 87,
    "IPPROTO_IGRP" = 88,
    "IPPROTO_OSPFIGP" = 89,
    "IPPROTO_SRPC" = 90,
    "IPPROTO_LARP" = 91,
    "IPPROTO_AX25" = 93,
    "IPPROTO_IPEIP" = 94,
    "IPPROTO_MICP" = 95,
    "IPPROTO_SCCSP" = 96,
    "IPPROTO_ETHERIP" = 97,
    "IPPROTO_APES" = 99,
    "IPPROTO_GMTP" = 100,
    "IPPROTO_IPCOMP" = 108,
    "IPPROTO_PGM" = 113,
    "IPPROTO_DIVERT" = 258,
};

/// The BSD flag of `getnameinfo(3)` for a host with its interface. The C library of Linux has no
/// such flag, for it does so always.
pub const NI_WITHSCOPEID: i32 = 0x20;
