# SPDX-License-Identifier: MIT
# The tests of the Windows drivers: under Wine, with a simulator of what Wine lacks. ntsim.h says what that is.

WINDOWS_RUN := tests/windows/windows.py
CHECK_PACKAGES += wine64

WINDOWS_TEST_CC := x86_64-w64-mingw32-gcc
WINDOWS_TEST_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Wshadow -Werror -ffreestanding -fno-stack-protector \
  -fno-strict-aliasing -fno-aggressive-loop-optimizations -isystem /usr/x86_64-w64-mingw32/include/ddk -Itests/windows
WINDOWS_TEST_LDFLAGS := $(WINDOWS_LDFLAGS_gcc) -nostdlib -Wl,--subsystem,native -Wl,--entry,DriverEntry \
  -Wl,--no-insert-timestamp
WINDOWS_TEST_SIM := $(wildcard $(addprefix tests/windows/,ntsim.c kernel.c io.c hooks.c trap.c printer.c fixture.c) \
  tests/windows/*_test.c)
WINDOWS_TEST_HEADERS := $(wildcard tests/windows/*.h)
WINDOWS_TESTS := $(B)/windows/test/ntsim.sys $(B)/windows/test/user.exe \
  $(B)/windows/x64-gcc/conformance.sys $(B)/windows/x64-clang/conformance.sys

CHECK_PROGRAMS += $(WINDOWS_SYS) $(WINDOWS_TESTS)

.PHONY: check-windows check-windows-faults

# A part of make check.
check-windows: $(WINDOWS_SYS) $(WINDOWS_TESTS) ## run the Windows drivers under Wine, with interrupts of a simulator
	@$(PYTHON) tests/windows/layout.py $(B)/windows/layout
	@$(PYTHON) tests/windows/imports.py $(B)/windows
	@$(PYTHON) tests/windows/msvc.py $(B)/windows/msvc
	@$(PYTHON) $(WINDOWS_RUN) $(B)/windows

check-windows-faults: deps ## seed faults into the Windows drivers and the backend and see them found (takes a while)
	@$(PYTHON) tests/windows/faults.py $(B)/windows '$(ONLY)'

$(B)/windows/test/ntsim.sys: $(WINDOWS_TEST_SIM) $(WINDOWS_TEST_HEADERS)
	@mkdir -p $(@D)
	@$(WINDOWS_TEST_CC) $(WINDOWS_TEST_CFLAGS) $(WINDOWS_TEST_SIM) $(WINDOWS_TEST_LDFLAGS) -lntoskrnl -lhal -lkernel32 \
	  -lntdll -lgcc -o $@

$(B)/windows/test/user.exe: tests/windows/user.c tests/windows/ntsim_user.h
	@mkdir -p $(@D)
	@$(WINDOWS_TEST_CC) -std=c11 -O2 $(WARNINGS) $< -ladvapi32 -o $@

# The conformance core as a driver. Some inline functions of mingw-w64 are none to clang: defined in every object.
# $1: compiler
define WINDOWS_CONFORMANCE
$$(B)/windows/x64-$1/conformance.sys: $$(CONFORMANCE_CASES) tests/windows/platform_windows.c \
  $$(WINDOWS_TEST_HEADERS) $$(wildcard tests/conformance/*.h) $$(HEADERS)
	@mkdir -p $$(@D)/conformance
	@for file in $$(CONFORMANCE_CASES) tests/windows/platform_windows.c; do \
	  case $$$$file in tests/windows/*) cases= ;; *) cases="-DCONFORMANCE_CASES -include conformance_windows.h" ;; esac; \
	  $$(call WINDOWS_CC_$1,x64) $$(WINDOWS_CFLAGS) -isystem /usr/x86_64-w64-mingw32/include/ddk -Itests/conformance \
	    -Itests/windows $$$$cases -c $$$$file -o $$(@D)/conformance/$$$$(basename $$$$file .c).o || exit 1; \
	done
	@$$(WINDOWS_TEST_CC) $$(WINDOWS_TEST_LDFLAGS) -Wl,--allow-multiple-definition $$(@D)/conformance/*.o -lntoskrnl -lhal \
	  -o $$@
endef
$(foreach c,gcc clang,$(eval $(call WINDOWS_CONFORMANCE,$c)))
