# SPDX-License-Identifier: MIT
# The conformance core and its host programs. CONFORMANCE_CASES: what a platform compiles, beside platform.h's bodies.
CONFORMANCE_CASES := $(addprefix tests/conformance/, fixture.c cases.c connect_test.c disconnect_test.c chain_test.c \
  ownership_test.c queue_test.c checks_test.c levels_test.c handles_test.c lifetime_test.c defects_test.c \
  peers_test.c matrix_test.c negotiation_test.c)

# $(call cmocka_program,NAME,SOURCES,FLAGS): the rule for $(B)/tests/NAME.
define cmocka_program
$(B)/tests/$(1): $(2) $(wildcard tests/conformance/*.h tests/unit/*.h) $(HEADERS)
	@mkdir -p $$(@D)
	@$(CC) -std=c11 -O1 -g $(WARNINGS) -Iinclude -Itests/conformance $(3) -o $$@ $(2) -lcmocka -pthread
endef

HOST_FLAGS := -D_POSIX_C_SOURCE=200809L
CUSTOM_FLAGS := -Itests/unit -DPLATFORM_PROCESSORS=1 -DPARALLEL_ISR_BACKEND='"backend_custom.h"'

CONFORMANCE_PROGRAMS += $(B)/tests/conformance_host $(B)/tests/conformance_custom
$(eval $(call cmocka_program,conformance_host,tests/conformance/main_cmocka.c tests/conformance/platform_cmocka.c \
  tests/conformance/platform_host.c $(CONFORMANCE_CASES),$(HOST_FLAGS)))
$(eval $(call cmocka_program,conformance_custom,tests/conformance/main_cmocka.c tests/conformance/platform_cmocka.c \
  tests/conformance/platform_custom.c $(CONFORMANCE_CASES),$(CUSTOM_FLAGS)))
