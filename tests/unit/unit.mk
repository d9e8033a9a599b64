# SPDX-License-Identifier: MIT
# Host programs beside the conformance core: threads, signals, the host backend, and what needs many steps.
UNIT_COMMON := $(addprefix tests/conformance/, main_cmocka.c platform_cmocka.c fixture.c)
UNIT_ON_THREADS := threads host statistics completion

UNIT_PROGRAMS += $(UNIT_ON_THREADS:%=$(B)/tests/unit_%) $(B)/tests/unit_interleave
$(foreach name,$(UNIT_ON_THREADS),$(eval $(call cmocka_program,unit_$(name),tests/unit/$(name)_test.c \
  tests/conformance/platform_host.c $(UNIT_COMMON),$(HOST_FLAGS))))
$(eval $(call cmocka_program,unit_interleave,tests/unit/interleave_test.c tests/unit/processors.c \
  tests/unit/processors_host.c $(UNIT_COMMON),$(HOST_FLAGS)))
