# SPDX-License-Identifier: MIT
# The tests of the 8259 backend: images for QEMU, and a host program on a model of the chips.

PIC8259_TESTS := tests/pic8259
PIC8259_OUT := $(B)/pic8259
PIC8259_RUN := $(PIC8259_TESTS)/pic8259.py
PIC8259_IMAGES := conformance conformance_smp single smp

# An image is built from objects of its own: its library has the options of the image.
PIC8259_COMMON := context image platform_pic8259 fixture
PIC8259_CASES := $(basename $(notdir $(CONFORMANCE_CASES)))
PIC8259_conformance := $(PIC8259_COMMON) $(PIC8259_CASES)
PIC8259_conformance_smp := $(PIC8259_COMMON) $(PIC8259_CASES)
PIC8259_single := $(PIC8259_COMMON) single sweep_test chips_test load_test
PIC8259_smp := $(PIC8259_COMMON) smp_test

PIC8259_SMP := -DPARALLEL_ISR_PIC8259_CPUS=2 '-DPARALLEL_ISR_PIC8259_CPU()=platform_processor()'
PIC8259_OPTIONS_conformance := -DPLATFORM_TRACE
PIC8259_OPTIONS_conformance_smp := -DPLATFORM_TRACE $(PIC8259_SMP)
PIC8259_OPTIONS_single :=
PIC8259_OPTIONS_smp := -DPLATFORM_TRACE $(PIC8259_SMP)

PIC8259_TEST_CFLAGS := $(PIC8259_CFLAGS) -DPARALLEL_ISR_BACKEND='"../impl/backend_pic8259.h"' \
  -Itests/conformance -I$(PIC8259)
PIC8259_TEST_HEADERS := $(wildcard $(PIC8259_TESTS)/*.h tests/conformance/*.h) $(PIC8259_HEADERS) \
  $(PIC8259_TESTS)/pic8259_tests.mk

# $(call pic8259_image,IMAGE): the objects, the image, and a program that runs it.
define pic8259_image
PIC8259_OBJECTS_$(1) := $$(addprefix $(PIC8259_OUT)/$(1)/,$$(addsuffix .o,$$(sort $(PIC8259_MACHINE) $$(PIC8259_$(1)))))
$$(PIC8259_OBJECTS_$(1)): $(PIC8259_TEST_HEADERS) | $(PIC8259_OUT)/$(1)
$(PIC8259_OUT)/$(1): ; @mkdir -p $$@
$(PIC8259_OUT)/$(1)/%.o: $(PIC8259_TESTS)/%.c ; @$$(CC) $$(PIC8259_TEST_CFLAGS) $$(PIC8259_OPTIONS_$(1)) -c $$< -o $$@
$(PIC8259_OUT)/$(1)/%.o: tests/conformance/%.c ; @$$(CC) $$(PIC8259_TEST_CFLAGS) $$(PIC8259_OPTIONS_$(1)) -c $$< -o $$@
$(PIC8259_OUT)/$(1)/%.o: $(PIC8259)/%.c ; @$$(CC) $$(PIC8259_TEST_CFLAGS) -c $$< -o $$@
$(PIC8259_OUT)/$(1)/%.o: $(PIC8259_TESTS)/%.S ; @$$(CC) -m32 -c $$< -o $$@
$(PIC8259_OUT)/$(1)/%.o: $(PIC8259)/%.S ; @$$(CC) -m32 -c $$< -o $$@
$(PIC8259_OUT)/$(1).elf: $$(PIC8259_OBJECTS_$(1)) $(PIC8259)/link.ld
	@$$(CC) $(PIC8259_LDFLAGS) $$(PIC8259_OBJECTS_$(1)) -o $$@
$(PIC8259_OUT)/run_$(1): $(PIC8259_OUT)/$(1).elf $(PIC8259_RUN)
	@printf '#!/bin/sh\nexec $(PYTHON) $(PIC8259_RUN) $(PIC8259_OUT) $(1)\n' > $$@ && chmod +x $$@
endef
$(foreach image,$(PIC8259_IMAGES),$(eval $(call pic8259_image,$(image))))

PIC8259_PROGRAMS := $(PIC8259_IMAGES:%=$(PIC8259_OUT)/run_%)
CHECK_PROGRAMS += $(PIC8259_PROGRAMS)

check-pic8259: $(PIC8259_PROGRAMS)
	@$(PYTHON) $(PIC8259_RUN) $(PIC8259_OUT) $(PIC8259_IMAGES)

# The backend on a model of the chips, under the sanitizers: no other host program has this backend.
PIC8259_MODEL := $(B)/tests/unit_pic8259
UNIT_PROGRAMS += $(PIC8259_MODEL)
$(eval $(call cmocka_program,unit_pic8259,$(PIC8259_TESTS)/model_test.c,-I$(PIC8259_TESTS) -fsanitize=address \
  -fsanitize=undefined -fno-sanitize-recover=all -DPARALLEL_ISR_BACKEND='"../impl/backend_pic8259.h"'))
$(PIC8259_MODEL): $(PIC8259_TESTS)/chip_model.h
