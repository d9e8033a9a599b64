# SPDX-License-Identifier: MIT
# The Windows drivers by mingw-w64: build/windows/TARGET-COMPILER/DRIVER.sys, the same bytes from the same sources.

WINDOWS_DRIVERS := parisr parprint
WINDOWS_BUILDS := x64-gcc x64-clang x86-gcc x86-clang
WINDOWS_SYS := $(foreach b,$(WINDOWS_BUILDS),$(WINDOWS_DRIVERS:%=$(B)/windows/$b/%.sys))

# Debian packages.
WINDOWS_PACKAGES := gcc-mingw-w64-x86-64-win32 gcc-mingw-w64-i686-win32 clang lld
CHECK_PACKAGES += $(WINDOWS_PACKAGES)

WINDOWS_TRIPLE_x64 := x86_64-w64-mingw32
WINDOWS_TRIPLE_x86 := i686-w64-mingw32
# No floating-point registers: the x86 kernel does not save them for drivers.
WINDOWS_CFLAGS := -std=c11 -O2 $(WARNINGS) -ffreestanding -mgeneral-regs-only -fno-stack-protector \
  -fno-strict-aliasing -fno-ident -fno-asynchronous-unwind-tables -Iinclude
WINDOWS_CC_gcc = $(WINDOWS_TRIPLE_$1)-gcc -fno-aggressive-loop-optimizations
WINDOWS_CC_clang = clang --target=$(WINDOWS_TRIPLE_$1) -fuse-ld=lld
WINDOWS_ENTRY_x64 := DriverEntry
WINDOWS_ENTRY_x86 := _DriverEntry@8
WINDOWS_LDFLAGS := -nostdlib -Wl,-s -Wl,--subsystem,native -Wl,--dynamicbase -Wl,--nxcompat -Wl,--no-insert-timestamp
WINDOWS_LDFLAGS_gcc := -nostartfiles -Wl,--enable-reloc-section

.PHONY: windows deps-windows
.SECONDARY: $(WINDOWS_SYS:.sys=.o)

windows: deps-windows $(WINDOWS_SYS) ## build the Windows drivers, x64 and x86, by gcc and clang: build/windows/
	@ls $(WINDOWS_SYS)

deps-windows:
	@tests/build/deps.sh $(WINDOWS_PACKAGES)

# $1: target, $2: compiler
define WINDOWS_RULES
$$(B)/windows/$1-$2/%.o: examples/windows/%.c $$(wildcard examples/windows/*.h) $$(HEADERS)
	@mkdir -p $$(@D)
	@$$(call WINDOWS_CC_$2,$1) $$(WINDOWS_CFLAGS) -isystem /usr/$$(WINDOWS_TRIPLE_$1)/include/ddk -c $$< -o $$@

$$(B)/windows/$1-$2/%.sys: $$(B)/windows/$1-$2/%.o examples/windows/finish.py
	@$$(call WINDOWS_CC_$2,$1) $$(WINDOWS_LDFLAGS) $$(WINDOWS_LDFLAGS_$2) -Wl,--entry,$$(WINDOWS_ENTRY_$1) $$< \
	  -L/usr/$$(WINDOWS_TRIPLE_$1)/lib -lntoskrnl -lhal -o $$@.tmp
	@$$(PYTHON) examples/windows/finish.py $$@.tmp $$@
	@rm $$@.tmp
endef
$(foreach t,x64 x86,$(foreach c,gcc clang,$(eval $(call WINDOWS_RULES,$t,$c))))
