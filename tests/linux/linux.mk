# SPDX-License-Identifier: MIT
# The tests of the Linux backend: modules in Debian's kernels, in QEMU. linux.py says what they need.

LINUX_RUN := tests/linux/linux.py

# Debian packages: what the short run needs, what the whole one needs besides, and what it takes to build a kernel or to
# look at sources. (Linux's source itself is downloaded, not installed.)
CHECK_PACKAGES += linux-headers-amd64 busybox-static sparse
LINUX_PACKAGES := linux-headers-rt-amd64
LINUX_DEBUG_PACKAGES := flex bison bc libelf-dev perl xz-utils
LINUX_STYLE_PACKAGES := perl xz-utils coccinelle

.PHONY: check-linux check-linux-debug check-linux-style check-linux-mutants check-linux-debug-mutants

# A part of make check.
check-linux-short:
	@$(PYTHON) $(LINUX_RUN) $(B)/linux short

check-linux: deps ## boot four Debian kernels in QEMU, with the Linux backend in modules (takes ten minutes)
	@tests/build/deps.sh $(LINUX_PACKAGES)
	@$(PYTHON) $(LINUX_RUN) $(B)/linux full

check-linux-debug: deps ## the same on kernels that look for data races and freed memory (half an hour the first time)
	@tests/build/deps.sh $(LINUX_DEBUG_PACKAGES)
	@$(PYTHON) $(LINUX_RUN) $(B)/linux debug

check-linux-style: deps ## look at the Linux backend with checkpatch and the kernel's semantic patches
	@tests/build/deps.sh $(LINUX_STYLE_PACKAGES)
	@$(PYTHON) $(LINUX_RUN) $(B)/linux style

check-linux-mutants: deps ## seed faults into the Linux backend and see the kernels find them (takes a while)
	@tests/build/deps.sh $(LINUX_PACKAGES)
	@$(PYTHON) tests/linux/faults.py $(B)/linux stock '$(ONLY)'

check-linux-debug-mutants: deps ## the same with faults that only debug kernels, sparse, checkpatch or coccinelle find
	@tests/build/deps.sh $(LINUX_DEBUG_PACKAGES) $(LINUX_STYLE_PACKAGES)
	@$(PYTHON) tests/linux/faults.py $(B)/linux debug '$(ONLY)'
