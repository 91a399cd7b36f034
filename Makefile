# Every command of the project. `make help` lists them.

# The Lua version: 5.1, 5.2, 5.3, 5.4, 5.5 or jit.
LUA ?= 5.4
VERSIONS := 5.1 5.2 5.3 5.4 5.5 jit
STOCK := 5.1 5.2 5.3 5.4 jit

feature = $(if $(filter jit,$(1)),luajit,lua$(subst .,,$(1)))
name = $(if $(filter jit,$(1)),luajit,lua$(1))

CARGO ?= cargo
TARGET ?= target
BUILD := build/$(call name,$(LUA))
# A target folder for each version, so that builds do not evict each other.
MODULE_TARGET := $(TARGET)/module/$(call name,$(LUA))
PROGRAM_TARGET := $(TARGET)/program/$(call name,$(LUA))
MODULES := $(basename $(notdir $(wildcard lua/*.lua)))

PREFIX ?= /usr/local
# LuaJIT reads the module path of Lua 5.1.
ABI := $(if $(filter jit,$(LUA)),5.1,$(LUA))
LUADIR ?= $(PREFIX)/share/lua/$(ABI)
LIBDIR ?= $(PREFIX)/lib/lua/$(ABI)

.PHONY: help
help: ## lists the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  LUA=5.1|5.2|5.3|5.4|5.5|jit chooses the Lua version, 5.4 where it is not given."

.PHONY: module
module: ## fills build/lua<version>/ for a stock interpreter
	CARGO_TARGET_DIR=$(MODULE_TARGET) $(CARGO) build --quiet --release -p moonwire-module --features $(call feature,$(LUA))
	install -d $(BUILD)/moonwire
	install -m 755 $(MODULE_TARGET)/release/libmoonwire_core.so $(BUILD)/moonwire/core.so
	install -m 644 lua/*.lua $(BUILD)/

.PHONY: modules
modules: ## the same for every Lua version
	for version in $(VERSIONS); do $(MAKE) --no-print-directory module LUA=$$version || exit 1; done

.PHONY: install
install: module ## installs into the interpreter's module path (PREFIX, LUADIR, LIBDIR)
	install -d "$(DESTDIR)$(LUADIR)" "$(DESTDIR)$(LIBDIR)/moonwire"
	install -m 644 lua/*.lua "$(DESTDIR)$(LUADIR)/"
	install -m 755 $(BUILD)/moonwire/core.so "$(DESTDIR)$(LIBDIR)/moonwire/core.so"
