"""The cases, as data. A new case is a row here and the programs that it names.

A program is named `c/<file>` for bench/c/<file>.c, or `<library>` for
bench/lua/<folder of the case>/<library>.lua. Every program of a case does the same work, between the
marks that bench/measure.py waits for, and gets two arguments: the port of the server, or the row's
`argument`, and how often to do the work; where there is a server, the row's `argument` comes third.

Where the row has a `load`, the program is a server: it gets no arguments, prints its port, and
bench/c/load.c does the work with as many connections as `argument` says.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Goal:
    """What a quantity of our programs is to be: `cpu` and `wall` are seconds for each operation,
    `rate` is operations a second and `cpu_rate` operations a second of CPU time, which is the same
    where a program has its core to itself and never waits; `memory` is bytes. `of` is `limit`, a program of the case, or nothing
    where `value` is the quantity itself."""

    quantity: str
    comparison: str  # "at most" or "at least"
    value: float
    of: str | None = None
    # The programs that it holds for; all of ours where there is none.
    programs: tuple = ()


@dataclass(frozen=True)
class Case:
    name: str
    title: str
    unit: str
    # What ratios are made of.
    quantity: str
    count: int
    limit: str | None
    peers: tuple
    ours: tuple
    goals: tuple = ()
    # A program that shows what a binding costs at the least, and is no library.
    reference: str | None = None
    # The kind of bench/c/server.c at the other end.
    server: str | None = None
    # What bench/c/load.c does to the program.
    load: str | None = None
    argument: int = 0
    # The cores of the server and of the program.
    cores: tuple = (0, 1)
    folder: str | None = None
    bytes_each: int = 0
    # How many descriptors a program needs, where those are many.
    descriptors: int = 0
    # Where runs differ much, more of them say more than longer ones.
    repetitions: int = 7
    # Whether `make bench-check` runs it, and with how many operations.
    check_count: int = 0

    @property
    def programs(self):
        reference = (self.reference,) if self.reference else ()
        limit = (self.limit,) if self.limit else ()
        return limit + reference + self.peers + self.ours

    @property
    def each(self):
        """What one of `count` stands for."""
        return self.argument if self.load == "idle" else 1

    @property
    def is_about_memory(self):
        return self.quantity == "memory" or any(goal.quantity == "memory" for goal in self.goals)

    def role(self, program):
        if program == self.limit:
            return "limit"
        if program == self.reference:
            return "reference"
        return "peer" if program in self.peers else "ours"


ONE_CORE = (0, 0)
MODULES = ("minisock", "lsocket", "ssocket", "llsocket")
MESSAGE, BLOCK, LINE = 64, 65536, 42
STREAM_PEERS = ("luasocket", "luv", "cqueues")
# Ways to use a module that differ in what they cost.
PING = ("minisock", "minisock_forever", "lsocket", "ssocket", "ssocket_timeout", "llsocket")
UDP_SEND = ("lsocket", "ssocket", "llsocket", "moonwire")
SERVERS = ("luv", "luv_coroutines", "cqueues", "luasocket")
# The programs in C for servers with many connections.
ECHO = {"folder": "echo", "limit": "c/epoll_echo", "ours": ("moonwire", "ssocket")}

CASES = [
    Case(
        name="ping",
        title="Ping-pong of 64 bytes over TCP, both ends on one core",
        unit="round trip",
        quantity="cpu",
        count=100_000,
        limit="c/ping",
        reference="bare",
        peers=STREAM_PEERS,
        ours=PING,
        server="echo",
        cores=ONE_CORE,
        bytes_each=MESSAGE,
        check_count=30_000,
        goals=(Goal("cpu", "at most", 1.06, "limit"),),
    ),
    Case(
        name="ping-nonblocking",
        title="Ping-pong over TCP with a socket that never waits, and `poll`",
        unit="round trip",
        quantity="cpu",
        count=100_000,
        limit="c/ping_nonblocking",
        peers=(),
        ours=("lsocket",),
        server="echo",
        cores=ONE_CORE,
        folder="ping",
        bytes_each=MESSAGE,
        goals=(Goal("cpu", "at most", 1.06, "limit"),),
    ),
    Case(
        name="send",
        title="Bulk send of strings of 64 KiB over TCP, both ends on one core",
        unit="string",
        quantity="cpu",
        count=12_000,
        repetitions=11,
        limit="c/send",
        peers=STREAM_PEERS,
        ours=MODULES,
        server="sink",
        cores=ONE_CORE,
        bytes_each=BLOCK,
        check_count=8_000,
        goals=(Goal("cpu", "at most", 1.15, "limit"),),
    ),
    Case(
        name="send-nonblocking",
        title="Bulk send over TCP with a socket that never waits, and `poll`",
        unit="string",
        quantity="cpu",
        count=12_000,
        repetitions=11,
        limit="c/send_nonblocking",
        peers=(),
        ours=("lsocket",),
        server="sink",
        cores=ONE_CORE,
        folder="send",
        bytes_each=BLOCK,
        goals=(Goal("cpu", "at most", 1.15, "limit"),),
    ),
    Case(
        name="receive",
        title="Bulk receive of exactly 64 KiB over TCP, both ends on one core",
        unit="string",
        quantity="cpu",
        count=16_000,
        repetitions=11,
        limit="c/receive",
        peers=STREAM_PEERS,
        ours=("ssocket", "llsocket"),
        server="source",
        cores=ONE_CORE,
        bytes_each=BLOCK,
        check_count=10_000,
        goals=(Goal("cpu", "at most", 1.25, "limit"),),
    ),
    Case(
        name="lines",
        title="Lines of 40 bytes and CRLF over TCP",
        unit="line",
        quantity="cpu",
        count=4_000_000,
        limit="c/lines",
        reference="bare",
        peers=STREAM_PEERS,
        ours=("ssocket",),
        server="lines",
        bytes_each=LINE,
        goals=(Goal("cpu_rate", "at least", 8e6), Goal("cpu_rate", "at least", 1.6, "luasocket")),
    ),
    Case(
        name="udp-send",
        title="Datagrams of 64 bytes from a connected socket",
        unit="datagram",
        quantity="cpu_rate",
        count=300_000,
        limit="c/udp_send",
        reference="bare",
        peers=("luasocket", "luv"),
        ours=(*UDP_SEND, "moonwire_many"),
        server="udp-sink",
        bytes_each=MESSAGE,
        goals=(
            Goal("cpu_rate", "at least", 0.95, "limit", UDP_SEND),
            Goal("cpu_rate", "at least", 2.5, "limit", ("moonwire_many",)),
        ),
    ),
    Case(
        name="udp-send-to",
        title="Datagrams of 64 bytes, one by one, each with its address",
        unit="datagram",
        quantity="cpu_rate",
        count=300_000,
        limit="c/udp_send_to",
        peers=("luasocket",),
        ours=MODULES,
        server="udp-sink",
        bytes_each=MESSAGE,
        goals=(Goal("cpu_rate", "at least", 0.95, "limit"),),
    ),
    Case(
        name="udp-ping",
        title="Ping-pong of 64 bytes over UDP, both ends on one core",
        unit="round trip",
        quantity="cpu",
        count=100_000,
        limit="c/udp_ping",
        reference="bare",
        peers=("luasocket", "luv"),
        ours=("minisock", "minisock_forever", "lsocket", "ssocket", "llsocket"),
        server="udp-echo",
        cores=ONE_CORE,
        bytes_each=MESSAGE,
        check_count=30_000,
        goals=(Goal("cpu", "at most", 1.05, "limit"),),
    ),
    Case(
        name="udp-ping-nonblocking",
        title="Ping-pong over UDP with a socket that never waits, and `poll`",
        unit="round trip",
        quantity="cpu",
        count=100_000,
        limit="c/udp_ping_nonblocking",
        peers=(),
        ours=("lsocket",),
        server="udp-echo",
        cores=ONE_CORE,
        folder="udp_ping",
        bytes_each=MESSAGE,
        goals=(Goal("cpu", "at most", 1.05, "limit"),),
    ),
    Case(
        name="udp-ping-to",
        title="Ping-pong over UDP, each datagram with its address",
        unit="round trip",
        quantity="cpu",
        count=100_000,
        limit="c/udp_ping_to",
        peers=(),
        ours=("minisock", "minisock_forever"),
        server="udp-echo",
        cores=ONE_CORE,
        folder="udp_ping",
        bytes_each=MESSAGE,
        goals=(Goal("cpu", "at most", 1.05, "limit"),),
    ),
    Case(
        name="udp-receive",
        title="Datagrams of 64 bytes that have come, in bursts of 128",
        unit="datagram",
        quantity="cpu_rate",
        count=300_000,
        limit="c/udp_receive",
        reference="c/udp_receive_many",
        peers=("luasocket", "luv"),
        ours=("ssocket", "moonwire", "moonwire_many"),
        server="udp-bursts",
        bytes_each=MESSAGE,
        goals=(Goal("cpu_rate", "at least", 2.5, "moonwire", ("moonwire_many",)),),
    ),
    Case(
        name="echo-100",
        title="Echo server with 100 connections, 64 bytes",
        unit="request",
        quantity="rate",
        count=200_000,
        peers=SERVERS,
        load="requests",
        argument=100,
        bytes_each=MESSAGE,
        check_count=100_000,
        goals=(
            Goal("rate", "at least", 0.92, "limit", ("moonwire",)),
            Goal("rate", "at least", 0.8, "limit", ("ssocket",)),
        ),
        **ECHO,
    ),
    Case(
        name="echo-1000",
        title="Echo server with 1,000 connections, 64 bytes",
        unit="request",
        quantity="rate",
        count=200_000,
        peers=SERVERS,
        load="requests",
        argument=1_000,
        descriptors=1_024,
        bytes_each=MESSAGE,
        goals=(Goal("rate", "at least", 0.88, "limit", ("moonwire",)),),
        **ECHO,
    ),
    Case(
        name="visits",
        title="Connections that are accepted, echo 64 bytes, and are closed by the client",
        unit="connection",
        quantity="cpu",
        count=20_000,
        peers=SERVERS,
        load="visits",
        argument=100,
        goals=(Goal("cpu", "at most", 1.12, "limit", ("moonwire",)),),
        **ECHO,
    ),
    Case(
        name="idle",
        title="10,000 connections that have echoed 64 bytes and are idle",
        unit="connection",
        quantity="memory",
        count=1,
        limit=None,
        peers=("luv", "luv_coroutines", "cqueues"),
        ours=("moonwire", "ssocket"),
        load="idle",
        argument=10_000,
        folder="echo",
        descriptors=10_024,
        goals=(Goal("memory", "at most", 2_560, programs=("moonwire",)),),
    ),
    *(
        Case(
            name=f"wait-{idle}",
            title=f"Wait for one connection among {idle:,} that are idle",
            unit="wait",
            quantity="cpu",
            count=100_000,
            limit="c/wait",
            peers=("luv", "cqueues"),
            ours=("moonwire",),
            server="idle",
            argument=idle,
            folder="wait",
            descriptors=idle + 24,
            goals=(Goal("cpu", "at most", 1.15, "limit"),),
        )
        for idle in (100, 10_000)
    ),
    Case(
        name="select-1000",
        title="One of 1,000 sockets is ready",
        unit="call",
        quantity="cpu",
        count=5_000,
        limit="c/select",
        peers=("luasocket",),
        ours=("lsocket",),
        argument=1_000,
        folder="select",
        check_count=2_000,
        goals=(Goal("cpu", "at most", 1.0, "limit"),),
    ),
    Case(
        name="select-10000",
        title="One of 10,000 sockets is ready",
        unit="call",
        quantity="cpu",
        count=400,
        limit="c/select",
        peers=(),
        ours=("lsocket",),
        argument=10_000,
        folder="select",
        goals=(Goal("cpu", "at most", 1.0, "limit"),),
    ),
    Case(
        name="call",
        title="A method call that does nothing",
        unit="call",
        quantity="cpu",
        count=10_000_000,
        limit="bare",
        peers=STREAM_PEERS,
        ours=MODULES,
        server="echo",
        check_count=5_000_000,
        goals=(Goal("cpu", "at most", 35e-9),),
    ),
    Case(
        name="load",
        title="Loading: `require` in a fresh interpreter",
        unit="load",
        quantity="wall",
        count=1,
        limit=None,
        peers=STREAM_PEERS,
        ours=(*MODULES, "moonwire", "all"),
        goals=(Goal("wall", "at most", 3e-3), Goal("memory", "at most", 2 << 20)),
    ),
]
