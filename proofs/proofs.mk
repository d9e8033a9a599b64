# SPDX-License-Identifier: MIT
# The proof: proofs/targets.py says what is proved, make prove proves it.

PROVE = $(PYTHON) proofs/prove.py $(QUIET)

.PHONY: prove prove-smoke prove-update prove-machdeps prove-independent prove-mutants

prove: deps ## prove the library; FUNC=name or TARGET=name for one function or target
	@$(PROVE) $(if $(FUNC),--function $(FUNC)) $(if $(TARGET),--target $(TARGET))

prove-smoke: deps ## look for contradictions in what the proof assumes, and for dead code
	@$(PROVE) --smoke $(if $(TARGET),--target $(TARGET))

prove-update: deps ## prove the library, and record in proofs/results.json how many goals that are
	@$(PROVE) --update

prove-machdeps: deps ## prove the library for other data models: ILP32, LLP64, big-endian
	@$(PROVE) --machdeps $(if $(TARGET),--target $(TARGET))

prove-independent: deps ## see which goals a second prover closes alone
	@$(PROVE) --independent $(if $(TARGET),--target $(TARGET))

prove-mutants: deps ## seed faults into code and contracts and see the proof fail; ONLY=TEXT for some of them
	@$(PYTHON) proofs/mutants.py --only '$(ONLY)'
