# SPDX-License-Identifier: MIT
# `make` lists the targets. Everything that is built lands in build/.

B := build
CC := gcc
PYTHON := python3
CLANG_FORMAT := clang-format-14

# make --silent: nothing but what is wrong, and the count.
QUIET = $(if $(findstring s,$(firstword -$(MAKEFLAGS))),--quiet)

WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
HEADERS := $(wildcard include/*.h impl/*.h)

# Debian packages: what the demo needs, and what the checks and the proof need besides.
DEMO_PACKAGES := gcc python3 qemu-system-x86
CHECK_PACKAGES := g++ libc6-dev clang libclang-rt-14-dev clang-format-14 libcmocka-dev spin doxygen \
  gcc-arm-none-eabi gcc-riscv64-unknown-elf
PROOF_PACKAGES := frama-c-base why3 cvc4 cvc5

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help deps deps-demo format docs dist clean

help: ## list the targets
	@echo "usage: make TARGET"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' \
	  $(filter-out Makefile,$(MAKEFILE_LIST)) Makefile

include $(wildcard examples/*/*.mk) tests/tests.mk $(wildcard proofs/*.mk)

deps: ## install what the checks and the proof need and this machine lacks
	@tests/build/deps.sh $(DEMO_PACKAGES) $(CHECK_PACKAGES) $(PROOF_PACKAGES)

deps-demo:
	@tests/build/deps.sh $(DEMO_PACKAGES)

docs: deps ## build the API reference: build/docs/index.html
	@mkdir -p $(B)/docs
	@doxygen Doxyfile
	@echo "$(B)/docs/index.html"

dist: deps-demo $(B)/dist/parallel_isr.h ## build the one-file library: build/dist/parallel_isr.h

$(B)/dist/parallel_isr.h: tests/build/dist.py $(HEADERS)
	@mkdir -p $(@D)
	@$(PYTHON) $< $@

format: deps ## lay out every C file as .clang-format says
	@$(CLANG_FORMAT) -i $(C_FILES)

clean: ## remove build/
	@rm -rf $(B)
