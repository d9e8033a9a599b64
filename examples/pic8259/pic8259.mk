# SPDX-License-Identifier: MIT
# The bare-metal image: the demo and the benchmark. Included by the top Makefile, which sets B, CC, PYTHON, WARNINGS and
# HEADERS. Tests of this platform link PIC8259_MACHINE and use the flags.

PIC8259 := examples/pic8259
PIC8259_HEADERS := $(wildcard $(PIC8259)/*.h) $(HEADERS)
PIC8259_CFLAGS := -m32 -march=i486 -std=c11 -O2 -ffreestanding -fno-pic -fno-pie -fno-stack-protector \
  -fno-asynchronous-unwind-tables -mgeneral-regs-only -Iinclude $(WARNINGS)
PIC8259_LDFLAGS := -m32 -nostdlib -no-pie -Wl,-T,$(PIC8259)/link.ld -Wl,--build-id=none -Wl,-z,max-page-size=4096

PIC8259_MACHINE := boot machine
PIC8259_DEMO := $(addprefix $(B)/demo/,$(addsuffix .o,$(PIC8259_MACHINE) port trace printer monitor main))
PIC8259_BENCH := $(addprefix $(B)/bench/,$(addsuffix .o,$(PIC8259_MACHINE) port bench))

# What the demo prints.
INPUT ?= README.md
export INPUT

.PHONY: demo bench-interrupts

demo: $(B)/demo/pic8259.elf ## print INPUT (default README.md) by interrupts through an emulated parallel port
	@$(PYTHON) $(PIC8259)/demo.py "$$INPUT" $(B)/demo

bench-interrupts: $(B)/bench/pic8259.elf ## interrupts per second, through the chain and with a bare handler
	@$(PYTHON) $(PIC8259)/bench.py $(B)/bench

$(PIC8259_DEMO) $(PIC8259_BENCH): $(PIC8259_HEADERS) $(PIC8259)/pic8259.mk | deps-demo

$(B)/demo/%.o: $(PIC8259)/%.c
	@mkdir -p $(@D)
	@$(CC) $(PIC8259_CFLAGS) -DIMAGE_TRACE -c $< -o $@

$(B)/demo/%.o: $(PIC8259)/%.S
	@mkdir -p $(@D)
	@$(CC) -m32 -c $< -o $@

$(B)/bench/%.o: $(PIC8259)/%.c
	@mkdir -p $(@D)
	@$(CC) $(PIC8259_CFLAGS) -c $< -o $@

$(B)/bench/%.o: $(PIC8259)/%.S
	@mkdir -p $(@D)
	@$(CC) -m32 -c $< -o $@

$(B)/demo/pic8259.elf: $(PIC8259_DEMO) $(PIC8259)/link.ld
$(B)/bench/pic8259.elf: $(PIC8259_BENCH) $(PIC8259)/link.ld
$(B)/demo/pic8259.elf $(B)/bench/pic8259.elf:
	@$(CC) $(PIC8259_LDFLAGS) $(filter %.o,$^) -o $@
