# SPDX-License-Identifier: MIT
# Seeded faults: are the tests able to fail? ONLY=TEXT: the faults whose file or name contains it.

MUTANTS_ONLY := $(ONLY)
comma := ,
listed = $(subst $() ,$(comma),$(strip $(1)))

.PHONY: check-mutants
check-mutants: ## seed faults into the library and see the tests find them (takes a while); ONLY=TEXT for some of them
	@$(PYTHON) tests/mutants/mutants.py --only '$(MUTANTS_ONLY)' $(B)/mutants \
	  conformance=$(call listed,$(filter %_host %_custom,$(CONFORMANCE_PROGRAMS))) \
	  unit=$(call listed,$(filter-out $(PIC8259_MODEL),$(UNIT_PROGRAMS))) stress=$(call listed,$(STRESS_PROGRAMS)) \
	  pic8259=$(call listed,$(PIC8259_MODEL) $(PIC8259_PROGRAMS))

# The faults follow the code: each still finds its place.
check-faults:
	@$(PYTHON) tests/mutants/stale.py
