# SPDX-License-Identifier: MIT
# The checks. A group is a target check-GROUP that prints "N passed, N failed" or TAP; tests/run.py runs groups and adds
# up. The fragments of the rooms add their programs, with the rules that build them:
#   UNIT_PROGRAMS, CONFORMANCE_PROGRAMS   cmocka programs
#   CHECK_PROGRAMS                        whatever the other groups run
UNIT_PROGRAMS :=
CONFORMANCE_PROGRAMS :=
CHECK_PROGRAMS :=

# The longest first: two groups run at a time.
GROUPS := stress linux-short windows compile pic8259 models demo conformance unit docs names format faults litmus size

LONG_GROUPS := long-models long-stress

.PHONY: check check-long check-build bench bench-size $(GROUPS:%=check-%) $(LONG_GROUPS:%=check-%)

check: deps ## run every check; the last line is "N passed, N failed"
	@$(PYTHON) tests/run.py $(QUIET) build $(GROUPS)

check-long: deps ## search the large models and stress for long: hours
	@$(PYTHON) tests/run.py $(QUIET) --log $(B)/check-long --jobs 1 --timeout 43200 build $(LONG_GROUPS)

include $(wildcard tests/*/*.mk spec/*/*.mk)

# The same cases on the one-file library, and by the other compiler under its sanitizers.
CONFORMANCE_HOST := $(CONFORMANCE_CASES) \
  $(addprefix tests/conformance/,main_cmocka.c platform_cmocka.c platform_host.c)
CONFORMANCE_PROGRAMS += $(B)/tests/conformance_single $(B)/tests/conformance_sanitized

$(B)/tests/conformance_single: $(CONFORMANCE_HOST) $(wildcard tests/conformance/*.h) $(B)/dist/parallel_isr.h
	@mkdir -p $(@D)
	@$(CC) -std=c11 -O2 -g $(WARNINGS) -I$(B)/dist -Itests/conformance $(HOST_FLAGS) $(CONFORMANCE_HOST) \
	  -lcmocka -pthread -o $@

$(B)/tests/conformance_sanitized: $(CONFORMANCE_HOST) $(wildcard tests/conformance/*.h) $(HEADERS)
	@mkdir -p $(@D)
	@clang -std=c11 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all $(WARNINGS) -Iinclude \
	  -Itests/conformance $(HOST_FLAGS) $(CONFORMANCE_HOST) -lcmocka -pthread -o $@

check-build: $(UNIT_PROGRAMS) $(CONFORMANCE_PROGRAMS) $(CHECK_PROGRAMS) $(B)/demo/pic8259.elf $(B)/dist/parallel_isr.h
	@echo "$(words $^) passed, 0 failed"

# Every program runs, whatever the others came to.
check-unit: $(UNIT_PROGRAMS)
check-conformance: $(CONFORMANCE_PROGRAMS)
check-unit check-conformance:
	@status=0; for program in $^; do CMOCKA_MESSAGE_OUTPUT=TAP $$program || status=1; done; exit $$status

check-models:
	@$(PYTHON) spec/models/check.py small

check-litmus:
	@$(PYTHON) spec/litmus/check.py

check-long-models:
	@$(PYTHON) spec/models/check.py long

check-demo: $(B)/demo/pic8259.elf
	@$(PYTHON) tests/build/demo_test.py $(B)/check/demo

check-compile: $(B)/dist/parallel_isr.h
	@$(PYTHON) tests/build/compile.py $(B)/compile

check-names:
	@$(PYTHON) tests/build/names.py $(B)/names

check-docs:
	@$(PYTHON) tests/build/docs.py $(B)/check/docs

SOURCE_FILES = Makefile Doxyfile $(shell find $(wildcard .ci include impl spec proofs tests examples) -type f \
  \( -name '*.[chS]' -o -name '*.py' -o -name '*.sh' -o -name '*.mk' -o -name '*.ld' -o -name '*.pml' -o -name run \))
C_FILES = $(filter %.c %.h,$(SOURCE_FILES))

check-format:
	@$(PYTHON) tests/build/style.py $(CLANG_FORMAT) $(sort $(SOURCE_FILES))

check-size bench-size:
	@$(PYTHON) tests/build/size.py $(B)/size

bench: bench-size bench-interrupts ## measure everything that README states

bench-size: deps ## measure code and data of the library for Cortex-M3 and RV32
