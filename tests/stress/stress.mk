# SPDX-License-Identifier: MIT
# Stress on the host, once for each sanitizer. A program takes [SCALE [SEED]]: its work, and the numbers it draws.

STRESS_PROGRAMS := $(B)/stress/thread $(B)/stress/address
STRESS_SOURCES := $(addprefix tests/stress/, stress.c sharers.c scenarios.c moments.c)
STRESS_CFLAGS := -std=c11 -O1 -g $(WARNINGS) -D_POSIX_C_SOURCE=200809L -Iinclude -Itests/stress \
  -DPARALLEL_ISR_BACKEND='"backend_stress.h"'
STRESS_SCALE := 2

$(B)/stress/thread: STRESS_SANITIZER := -fsanitize=thread
$(B)/stress/address: STRESS_SANITIZER := -fsanitize=address,undefined -fno-sanitize-recover=all

$(STRESS_PROGRAMS): $(STRESS_SOURCES) $(wildcard tests/stress/*.h) $(HEADERS)
	@mkdir -p $(@D)
	@$(CC) $(STRESS_CFLAGS) $(STRESS_SANITIZER) -o $@ $(STRESS_SOURCES) -pthread

CHECK_PROGRAMS += $(STRESS_PROGRAMS)

# Every program runs, whatever the others came to.
check-stress: $(STRESS_PROGRAMS)
	@status=0; for program in $^; do echo "$$program"; $$program $(STRESS_SCALE) || status=1; done; exit $$status

check-long-stress: STRESS_SCALE := 40
check-long-stress: check-stress
.PHONY: check-long-stress
