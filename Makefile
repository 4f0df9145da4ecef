# Two commands do everything on a fresh machine: `make demo` and `make test`.
# PORTABLE=1 builds the kernel for any x86-64 (or the baseline of this architecture) instead of this machine.

PYTHON ?= python3
BIN := .venv/bin
# pip starts maturin, and maturin starts what the environment holds, by name.
export PATH := $(CURDIR)/$(BIN):$(PATH)
KERNEL_SOURCES := $(shell find kernel -name '*.rs' -o -name 'Cargo.*' 2>/dev/null | grep -v /target/)
RUST_TARGET_CPU := $(if $(PORTABLE),,-C target-cpu=native)

.PHONY: setup kernel demo test test-slow test-portable check format generate bench lock clean

setup: .venv/.kernel

.venv/.packages: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Sequitur needs Python 3.11 or newer, and %s is %d.%d: install a newer one and run `make PYTHON=/path/to/it`." % (sys.executable, *sys.version_info[:2]))'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/.kernel: .venv/.packages pyproject.toml $(KERNEL_SOURCES)
	@command -v cargo >/dev/null || { echo "Sequitur's kernel needs Rust (cargo 1.88 or newer), and none is on PATH: install it from your system's packages or with rustup, then run make again." >&2; exit 1; }
	RUSTFLAGS="$(RUST_TARGET_CPU)" $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

kernel:
	@rm -f .venv/.kernel
	@$(MAKE) --no-print-directory .venv/.kernel

demo: setup
	$(BIN)/sequitur demo

test: setup
	$(BIN)/python -m pytest -m "not slow" -n auto

test-slow: setup
	$(BIN)/python -m pytest -m slow

# A kernel built for any machine proves the same bytes as the one installed.
test-portable: setup
	$(BIN)/python -m pytest tests/kernel/test_portable.py

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy verifier circuits prover tests scripts benchmarks
	$(BIN)/lint-imports
	$(BIN)/python scripts/generate_protos.py --check
	$(BIN)/python -m circuits.programs --check
	cargo fmt --manifest-path kernel/Cargo.toml --check
	RUSTFLAGS="$(RUST_TARGET_CPU)" cargo clippy --quiet --manifest-path kernel/Cargo.toml --locked --all-targets -- -D warnings
	RUSTFLAGS="$(RUST_TARGET_CPU)" cargo test --quiet --manifest-path kernel/Cargo.toml --locked

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cargo fmt --manifest-path kernel/Cargo.toml

generate: setup
	$(BIN)/python scripts/generate_protos.py
	$(BIN)/python -m circuits.programs

bench: setup
	$(BIN)/python -m benchmarks.kernel_against_plonky3
	$(BIN)/python -m benchmarks.prove_batch
	$(BIN)/python -m benchmarks.prove_payments --profile compact-128
	$(BIN)/python -m benchmarks.prove_payments --profile direct-128

lock:
	$(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv
	.venv-lock/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade -o requirements.lock
	rm -rf .venv-lock

clean:
	rm -rf .venv build kernel/target prover/_kernel*.so
