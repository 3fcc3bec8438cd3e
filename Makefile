# The commands of the project; `make help` lists them. Each does its own set-up.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

export CARGO_TARGET_DIR ?= $(CURDIR)/target
# make would take such a path for several files.
$(if $(word 2,$(CURDIR))$(word 2,$(CARGO_TARGET_DIR)),$(error found a space in $(CURDIR) or $(CARGO_TARGET_DIR), expected folders without one))
PYTHON3 ?= python3
PY := .venv/bin/python
py_with_java = JAVA_HOME="$$($(PY) scripts/java_home.py)" $(PY)
INGEST := $(CARGO_TARGET_DIR)/release/b3-ingest
BOOTSTRAP := $(CARGO_TARGET_DIR)/release/bootstrap
# Always the same selection: cargo then compiles each dependency once, with one set of features for all.
selection := --locked --workspace
# Not --quiet: a first build takes minutes, and cargo says which crate it is at.
cargo_build := cargo build --release $(selection)
# A value as one word of the shell, even with a space or a quote in it.
quoted = '$(subst ','\'',$(1))'
pip_install := pip install --quiet --disable-pip-version-check
# The variables of `make run`; see README.md.
LAKE ?= build/lake
PAGE ?= build/report.html
SOURCE ?= cotahist
COTAHIST ?=
TICKERS ?=
FROM ?=
TO ?=
INGEST_FLAGS ?=
# All tables in one run, as production does.
JOB_FLAGS ?= --every 1d,1w,1mo
# The port of `make trino`.
PORT ?= 8080
# The variables of `make deploy` and `make destroy`.
STACK ?=
DRY_RUN ?=
CONFIRM ?=
WITH_RAW ?=
DEPLOY_FLAGS ?=
# The benchmarks that `make bench` runs, the faults that `make faults` puts in; empty: all.
BENCHES ?=
FAULTS ?=
# The arguments that `make mutants-rust` and `make mutants-python` pass on; see docs/testing.md.
MUTANTS ?=

# The files of these folders from which cargo and maturin build.
sources = Cargo.toml Cargo.lock $(shell find $(1) -type f \
	\( -name '*.rs' -o -name '*.toml' -o -name '*.py' -o -name '*.pyi' -o -name py.typed \) -not -path '*/target/*')
wheel_sources := pyproject.toml $(call sources,rust/b3-market rust/b3-cotahist rust/b3-kernels rust/b3-kernels-py)
ingest_sources := $(call sources,rust/b3-market rust/b3-cotahist rust/b3-ingest)
lambda_sources := $(call sources,rust/b3-market lambda/start-glue-job)

.PHONY: help
help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# ---------------------------------------------------------------- set-up

.PHONY: setup
setup: ## .venv with the release wheel and the Python tools, and target/release/b3-ingest
	@$(MAKE) --jobs=2 .venv/.tools $(INGEST) # pip downloads while cargo compiles
	@$(MAKE) .venv/.wheel

.PHONY: preflight
preflight:
	@bash scripts/preflight.sh $(PYTHON3)

# The tools of `make run` alone, a third of all.
.venv/.run: requirements/run.txt | preflight
	@echo "setup: Spark, pyarrow, DuckDB and maturin into .venv (some 2 minutes the first time)"
	@$(PYTHON3) -m venv .venv
	@.venv/bin/$(pip_install) -r requirements/run.txt
	@touch $@

.venv/.tools: requirements/dev.txt .venv/.run
	@echo "setup: the tools of tests, lints and documentation into .venv (some 2 minutes the first time)"
	@.venv/bin/$(pip_install) -r requirements/dev.txt
	@touch $@

.venv/.wheel: $(wheel_sources) .venv/.run
	@echo "setup: the b3_kernels wheel"
	@rm -rf build/wheel
	@.venv/bin/maturin build --release --locked --interpreter $(PY) --out build/wheel
	@.venv/bin/$(pip_install) --no-deps --force-reinstall build/wheel/*.whl
	@touch $@

$(INGEST): $(ingest_sources) | preflight
	@echo "setup: b3-ingest (10 to 15 minutes on 2 cores the first time)"
	@$(cargo_build) --bin b3-ingest
	@touch $@

$(BOOTSTRAP): $(lambda_sources) | preflight
	@echo "setup: the Lambda start-glue-job (some 5 minutes on 2 cores the first time)"
	@$(cargo_build) --bin bootstrap
	@touch $@

.venv-spark4/.tools: requirements/spark4.txt | preflight
	@echo "setup: Spark 4.1 into .venv-spark4"
	@$(PYTHON3) -m venv .venv-spark4
	@.venv-spark4/bin/$(pip_install) -r requirements/spark4.txt
	@touch $@

.venv-spark4/.wheel: .venv-spark4/.tools .venv/.wheel
	@.venv-spark4/bin/$(pip_install) --no-deps --force-reinstall build/wheel/*.whl
	@touch $@

.venv-infra/.tools: infra/requirements.txt | preflight
	@echo "setup: the template's linters into .venv-infra"
	@$(PYTHON3) -m venv .venv-infra
	@.venv-infra/bin/$(pip_install) -r infra/requirements.txt
	@touch $@

lock_command := uv pip compile --quiet --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-header --no-annotate
.PHONY: lock
lock: ## pins the Python tools anew from requirements/*.in (needs uv)
	$(lock_command) --upgrade requirements/dev.in -o requirements/dev.txt
	$(lock_command) --constraint requirements/dev.txt requirements/run.in -o requirements/run.txt
	$(lock_command) --upgrade requirements/spark4.in -o requirements/spark4.txt

# ---------------------------------------------------------------- the lake on this machine

.PHONY: run
run: ## the whole pipeline on this machine: ingest, refine, publish, query, draw (COTAHIST= TICKERS= LAKE= PAGE= INGEST_FLAGS= JOB_FLAGS= SOURCE=yahoo FROM= TO=)
	@$(MAKE) --jobs=2 .venv/.wheel $(INGEST) # pip downloads while cargo compiles
	@PYTHONPATH='$(CURDIR)/glue_scripts' $(py_with_java) scripts/make_run.py --ingest $(INGEST) --lake $(call quoted,$(LAKE)) --page $(call quoted,$(PAGE)) --source $(call quoted,$(SOURCE)) \
		--cotahist $(call quoted,$(COTAHIST)) --tickers $(call quoted,$(TICKERS)) --from $(call quoted,$(FROM)) --to $(call quoted,$(TO)) --ingest-flags=$(call quoted,$(INGEST_FLAGS)) --job-flags=$(call quoted,$(JOB_FLAGS))

.PHONY: page
page: .venv/.wheel ## the page PAGE= of the lake LAKE= anew, with the bars of TICKERS= (default: the most traded)
	@PYTHONPATH='$(CURDIR)/scripts:$(CURDIR)/glue_scripts' $(PY) -m report --lake $(call quoted,$(LAKE)) --tickers $(call quoted,$(TICKERS)) --page $(call quoted,$(PAGE))

.PHONY: trino
trino: .venv/.tools .venv/.wheel ## Trino, the engine inside Athena, over the lake of `make run`, for any client (LAKE= PORT=8080)
	@PYTHONPATH='$(CURDIR)/glue_scripts' $(PY) scripts/trino_lake.py --lake $(call quoted,$(LAKE)) --port $(call quoted,$(PORT))

# ---------------------------------------------------------------- tests

.PHONY: test check lint lint-code test-rust test-python e2e pytest-job pytest-others pytest-spark4 pytest-e2e
# Most tests keep one core busy and wait now and then: three pytest processes side by side use two
# cores. Each prints its output when it ends. The parts begin in the order given, the longest first,
# so that no core is idle at the end.
side_by_side = @echo "$@: three parts of pytest at a time, each shown when it ends"; \
	$(MAKE) --jobs=3 --keep-going --output-sync=target
pytest = $(py_with_java) -m pytest

test: lint test-rust $(BOOTSTRAP) .venv-spark4/.wheel ## everything CI checks
	$(side_by_side) pytest-others pytest-job pytest-e2e pytest-spark4

check: lint-code ## before each commit: formats, lints, types, and the quick tests, without Spark and AWS
	cargo test --release --quiet $(selection)
	$(PY) -m pytest --quiet -m 'not spark' tests/docs tests/faults tests/infra tests/kernels tests/market tests/queries \
		tests/readme tests/scripts --ignore tests/kernels/test_instructions.py --ignore tests/kernels/test_wheel.py

lint-code: setup
	cargo fmt --all --check
	cargo clippy --quiet $(selection) --all-targets -- -D warnings
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy glue_scripts scripts infra benches tests/harness tests/e2e tests/faults rust/b3-kernels-py/python/b3_kernels
	$(PY) scripts/check_dependencies.py
	$(PY) scripts/check_style.py

lint: lint-code .venv-infra/.tools ## formats, lints, types, documentation, the template, the direction of dependence
	RUSTDOCFLAGS='-D warnings' cargo doc --quiet --locked --no-deps -p b3-market -p b3-cotahist -p b3-kernels
	.venv-infra/bin/cfn-lint infra/template.yaml infra/deployer.yaml
	.venv-infra/bin/checkov --config-file infra/checkov.yaml --file infra/template.yaml infra/deployer.yaml

test-rust: ## Rust tests, with the release profile that setup has already built
	cargo test --release --quiet $(selection)

test-python: setup $(BOOTSTRAP) .venv-spark4/.wheel ## Python tests, Spark tests on both runtimes
	$(side_by_side) pytest-others pytest-job pytest-spark4

e2e: setup $(BOOTSTRAP) ## the whole AWS chain on this machine
	@$(MAKE) pytest-e2e

# The parts of test, test-python and e2e, without set-up.
pytest-job:
	$(pytest) tests/job --ignore tests/job/test_job_spark4.py

pytest-others:
	$(pytest) --ignore tests/e2e --ignore tests/job

pytest-spark4:
	$(pytest) tests/job/test_job_spark4.py

pytest-e2e:
	$(pytest) tests/e2e -s

.PHONY: faults
faults: setup $(BOOTSTRAP) ## puts each kept fault of tests/faults in and checks that its test fails (FAULTS='words')
	$(py_with_java) tests/faults/put_in.py $(FAULTS)

.PHONY: mutants-rust mutants-python
cargo_mutants := build/mutants/bin/cargo-mutants
$(cargo_mutants):
	cargo install --quiet --locked --root build/mutants cargo-mutants@27.1.0

mutants-rust: export CARGO_TARGET_DIR = $(CURDIR)/build/mutants/target
mutants-rust: $(cargo_mutants) ## small mistakes in a Rust crate that its tests do not notice (MUTANTS='--package b3-market --shard 0/4')
	$(cargo_mutants) mutants --output build/mutants $(MUTANTS)

# In a copy in which b3_jobs lies at the top: mutmut takes the path of a module as its name.
mutants-python: setup ## small mistakes in the job's modules that their tests do not notice (MUTANTS='b3_jobs.ledger.*')
	rm -rf build/mutants/python && mkdir -p build/mutants/python
	git ls-files | tar --create --files-from - | tar --extract --directory build/mutants/python
	mv build/mutants/python/glue_scripts/b3_jobs build/mutants/python
	cd build/mutants/python && $(CURDIR)/$(PY) -m mutmut run $(MUTANTS) && $(CURDIR)/$(PY) -m mutmut results

# ---------------------------------------------------------------- artefacts

.PHONY: docs wheel pyiceberg lambda ingest-lambda bench deploy destroy smoke release clean
wheel: .venv/.tools ## the release wheel into dist/ (abi3-py311, manylinux_2_28)
	rm -f dist/b3_kernels-*.whl
	PATH="$(CURDIR)/.venv/bin:$$PATH" CARGO_TARGET_DIR=$(CARGO_TARGET_DIR)/zig maturin build --release --locked --zig \
		--compatibility manylinux_2_28 --interpreter $(PY) --out dist

pyiceberg: .venv/.tools ## the wheels of PyIceberg for Glue 5.1 and 6.0 into dist/pyiceberg
	rm -rf dist/pyiceberg
	for version in 3.11 3.13; do .venv/bin/pip download --quiet --disable-pip-version-check --dest dist/pyiceberg \
		--only-binary :all: --platform manylinux_2_28_x86_64 --platform manylinux2014_x86_64 --python-version $$version \
		--constraint requirements/dev.txt pyiceberg; done
	grep '^pyiceberg==' requirements/dev.txt > dist/pyiceberg/requirements.txt

lambda: $(BOOTSTRAP) .venv/.tools ## dist/start-glue-job.zip
	$(PY) scripts/zip_lambda.py $(BOOTSTRAP) dist/start-glue-job.zip

docs: .venv/.tools ## the documentation as a site, in site/
	NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build

ingest-lambda: .venv/.tools
	$(cargo_build) --bin b3-ingest-lambda
	$(PY) scripts/zip_lambda.py $(CARGO_TARGET_DIR)/release/b3-ingest-lambda dist/b3-ingest.zip

# The dry run checks the arguments before the build, which takes minutes.
deploy: .venv/.tools ## packages and deploys infra/template.yaml as STACK= (DRY_RUN=1 explains)
	@$(PY) infra/deploy.py --stack $(call quoted,$(STACK)) --dry-run $(DEPLOY_FLAGS) $(if $(DRY_RUN),,> /dev/null)
ifndef DRY_RUN
	@$(MAKE) wheel pyiceberg lambda ingest-lambda
	@$(PY) infra/deploy.py --stack $(call quoted,$(STACK)) $(DEPLOY_FLAGS)
endif

destroy: .venv/.tools ## deletes the stack STACK= but for raw (DRY_RUN=1 explains, CONFIRM=name does it, WITH_RAW=1 raw too)
	@$(PY) infra/destroy.py --stack $(call quoted,$(STACK)) --confirm $(call quoted,$(CONFIRM)) $(if $(WITH_RAW),--with-raw) $(if $(DRY_RUN),--dry-run)

smoke: .venv/.tools ## tries a real account with a stack STACK= of its own: deploy, refine, ask, fail, destroy (DRY_RUN=1 explains)
	@$(PY) infra/smoke.py --stack $(call quoted,$(STACK)) --dry-run $(if $(DRY_RUN),,> /dev/null)
ifndef DRY_RUN
	@$(MAKE) wheel pyiceberg lambda ingest-lambda
	@$(PY) infra/smoke.py --stack $(call quoted,$(STACK))
endif

bench: setup $(BOOTSTRAP) ## the benchmark tables, rivals in the same run; writes docs/benchmarks.md (BENCHES='kernels refine')
	.venv/bin/$(pip_install) --no-deps -r requirements/bench.txt
	$(py_with_java) benches/run.py $(BENCHES)

# The first step stops if the changelog has no dated entry for the version.
release: ## wheel, sdist, Lambda zip and SBOM into dist/, with checks
	@bash scripts/release.sh dated
	@$(MAKE) setup wheel lambda
	bash scripts/release.sh

clean: ## removes what the build made, with the lakes in build/, but for the cargo target directory
	rm -rf build dist site .venv .venv-spark4 .venv-infra
