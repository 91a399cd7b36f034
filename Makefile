# Every command of the project; `make help` lists them.

# The Lua version: 5.1, 5.2, 5.3, 5.4, 5.5 or jit. An interpreter may be named in its place.
LUA ?= 5.4
ifdef INTERPRETER
override LUA := $(shell "$(INTERPRETER)" -e 'print(jit and "jit" or _VERSION:match("%d.%d"))')
endif
VERSIONS := 5.1 5.2 5.3 5.4 5.5 jit
# Those of which Debian has an interpreter.
STOCK := 5.1 5.2 5.3 5.4 jit

name = $(if $(filter jit,$(1)),luajit,lua$(1))
feature = $(subst .,,$(name))

CARGO ?= cargo
PYTHON ?= python3
TARGET ?= target
BUILD := build/$(call name,$(LUA))
# Each version and build mode has a target folder of its own, or the builds would evict each other.
MODULE_TARGET := $(TARGET)/module/$(call name,$(LUA))
PROGRAM_TARGET := $(TARGET)/program/$(call name,$(LUA))
PROGRAM := --no-default-features --features moonwire-runner/$(call feature,$(LUA))

# What ASan is built for must be named, or the build scripts would be built for it too.
ASAN_HOST = $(shell rustc -vV | sed -n 's/^host: //p')

# Most specs wait for peers and time-outs most of the time.
THREADS := -- --test-threads 6

PREFIX ?= /usr/local
# LuaJIT reads the module paths of Lua 5.1.
ABI := $(if $(filter jit,$(LUA)),5.1,$(LUA))
LUADIR ?= $(PREFIX)/share/lua/$(ABI)
LIBDIR ?= $(PREFIX)/lib/lua/$(ABI)
DOCDIR ?= $(PREFIX)/share/doc/moonwire
# An addon of the Lua language server, https://luals.github.io/wiki/addons: annotations in a folder
# `library`, and the words by which the server offers them.
ADDONDIR ?= $(PREFIX)/share/lua-language-server/addons/moonwire

.PHONY: help test test-types test-sockets test-embedded test-stock test-rock interpreters asan loom miri module modules install \
	install-modules install-documents install-types \
	lint bench bench-check bench-report bench-crates doc clean

help: ## lists the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "LUA=5.1|5.2|5.3|5.4|5.5|jit chooses the Lua version of module, install, test-embedded and"
	@echo "test-stock; it is 5.4 where nothing is chosen."

test: interpreters test-types test-sockets loom miri ## everything that must pass, on every Lua
	@for version in $(VERSIONS); do $(MAKE) --no-print-directory test-embedded LUA=$$version || exit 1; done
	@for version in $(STOCK); do $(MAKE) --no-print-directory test-stock LUA=$$version || exit 1; done
	@$(MAKE) --no-print-directory test-rock

interpreters: ## installs the stock interpreters and what else the tests run, as root where there is apt
	@scripts/install-test-programs

test-types: ## the annotations, the examples and the snippets of the pages, with emmylua_check
	@CARGO=$(CARGO) scripts/check-types $(TARGET)

test-sockets: ## the tests of the sockets crate
	$(CARGO) test --quiet -p moonwire-sockets

test-embedded: ## the program, the embedder's examples and the specs on the Lua in the program
	CARGO_TARGET_DIR=$(PROGRAM_TARGET) $(CARGO) test --quiet -p moonwire -p moonwire-runner $(PROGRAM) $(THREADS)

test-stock: ## the specs on a stock interpreter, with the modules built for it
	@if command -v $(call name,$(LUA)) >/dev/null; then \
		$(MAKE) --no-print-directory module && \
		MOONWIRE_SPEC_LUA=$(call name,$(LUA)) MOONWIRE_SPEC_MODULES=$(BUILD) \
		CARGO_TARGET_DIR=$(TARGET)/program/lua5.4 $(CARGO) test --quiet -p moonwire-runner --test specs \
			--no-default-features --features moonwire-runner/lua54 $(THREADS); \
	else \
		echo "passed over: $(call name,$(LUA)) is not installed"; \
	fi

test-rock: ## installs with LuaRocks into a temporary tree and uses what is there
	CARGO_TARGET_DIR=$(TARGET)/module/lua5.4 $(CARGO) test --quiet -p moonwire-module --features lua54

# The stacks are switched, so ASan does not check what lies on them; corosensei tells it of each switch.
asan: export RUSTC_BOOTSTRAP := 1
asan: export RUSTFLAGS := -Zsanitizer=address -Cllvm-args=-asan-stack=0 -Cforce-frame-pointers=yes
asan: export CFLAGS_$(subst -,_,$(ASAN_HOST)) := -fsanitize=address --param=asan-stack=0 -fno-omit-frame-pointer
asan: ## the specs on the Lua in the program, with AddressSanitizer in the crates and in Lua
	CARGO_TARGET_DIR=$(TARGET)/asan/$(call name,$(LUA)) scripts/run-asan $(call name,$(LUA)) \
		$(CARGO) test --quiet --target $(ASAN_HOST) -p moonwire -p moonwire-runner --test specs $(PROGRAM),corosensei/sanitizer \
		$(THREADS)

loom: ## the threads of look-ups, in the orders in which they can run
	RUSTFLAGS="--cfg loom" CARGO_TARGET_DIR=$(TARGET)/loom $(CARGO) test --quiet -p moonwire-sockets --lib -- lookups::models

# A test hands out leaked memory, to try bytes of any lifetime.
miri: ## the unit tests of the memory that the kernel writes to, in Miri
	@if $(CARGO) +nightly miri --version >/dev/null 2>&1; then \
		MIRIFLAGS=-Zmiri-ignore-leaks CARGO_TARGET_DIR=$(TARGET)/miri $(CARGO) +nightly miri test --quiet \
			-p moonwire-sockets --lib -- buffer:: sys::scratch:: sys::append:: sys::control::; \
	else \
		echo "passed over: Miri is not installed"; \
	fi

module: ## fills build/lua<version>/ for a stock interpreter
	CARGO_TARGET_DIR=$(MODULE_TARGET) $(CARGO) build --quiet --release -p moonwire-module --features $(call feature,$(LUA))
	install -d $(BUILD)/moonwire
	install -m 755 $(MODULE_TARGET)/release/libmoonwire_core.so $(BUILD)/moonwire/core.so
	cp -R lua/. $(BUILD)/

modules: ## the same for every version
	@for version in $(VERSIONS); do $(MAKE) --no-print-directory module LUA=$$version || exit 1; done

install: install-modules install-documents install-types ## installs everything below PREFIX

install-modules: module ## installs into the interpreter's module path: LUADIR and LIBDIR
	install -d "$(DESTDIR)$(LUADIR)" "$(DESTDIR)$(LIBDIR)/moonwire"
	cp -R lua/. "$(DESTDIR)$(LUADIR)/"
	install -m 755 $(BUILD)/moonwire/core.so "$(DESTDIR)$(LIBDIR)/moonwire/core.so"

install-documents: ## installs pages and examples: DOCDIR
	install -d "$(DESTDIR)$(DOCDIR)"
	cp -R docs examples CHANGELOG.md LICENSE-APACHE LICENSE-MIT "$(DESTDIR)$(DOCDIR)/"

install-types: ## installs the annotations, as an addon of the Lua language server: ADDONDIR
	install -d "$(DESTDIR)$(ADDONDIR)/library"
	install -m 644 types/config.json "$(DESTDIR)$(ADDONDIR)/config.json"
	install -m 644 types/*.lua "$(DESTDIR)$(ADDONDIR)/library/"

# The module and the program cannot be linted in one invocation: their features exclude each other.
lint: ## formatting and clippy, with warnings as errors
	$(CARGO) fmt --all --check
	$(CARGO) clippy --quiet -p moonwire-sockets --all-targets -- -D warnings
	$(CARGO) clippy --quiet -p moonwire -p moonwire-runner -p moonwire-bench --all-targets -- -D warnings
	CARGO_TARGET_DIR=$(TARGET)/module/lua5.4 $(CARGO) clippy --quiet -p moonwire-module --all-targets --features lua54 -- -D warnings

BENCH := PYTHONDONTWRITEBYTECODE=1 $(PYTHON) bench/bench.py

bench: ## the benchmarks beside C programs and other libraries; one with CASE=lines
	@$(MAKE) --no-print-directory module LUA=5.4
	@$(BENCH) run $(CASE)

bench-check: ## whether a ratio to the C programs has become worse than in bench/results.json
	@$(MAKE) --no-print-directory module LUA=5.4
	@$(BENCH) check

bench-report: ## docs/benchmarks.md and its plots, from bench/results.json
	@$(BENCH) report

bench-crates: ## the crates alone beside the same system calls from Rust
	$(CARGO) bench --quiet -p moonwire-bench

doc: ## the documentation of the crates
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --quiet --no-deps -p moonwire-sockets -p moonwire -p moonwire-runner

clean: ## removes what was built
	rm -rf build $(TARGET)
