# make run     installs what it needs, builds, and runs Sluice with a stand-in model on http://localhost:8080
# make test    installs what it needs, builds, and runs every test, those in a real browser too
# make bench   measures, beside other programs in the same run
# make fuzz    lets a fuzzer loose for SECONDS on the tokenizer, and then on the JSON reader
# make crashes breaks every operation of the store at every point at which it changes a file
# make lint    format and generated files

PORT ?= 8080
SECONDS ?= 60

packages_to_run = libfcgi-dev libsqlite3-dev libmd4c-dev libargon2-dev nginx-light pkg-config curl \
	python3 python3-pip python3-venv
packages_to_test = chromium
packages_to_bench = wrk
# One room's tests at a time: some fill every core for a while, others watch the clock.
rooms = StrictJSON Tokenizer Core LimitsFile Store Relay DemoUpstream FastCGI Web Sluice
# Of these, the first set crowds and processes upon one database, and the second watch how long one has to wait for it.
apart = Ledger(Siege|Process|Overshoot)Tests|Gate(Hold|Queue)Tests SQLite(WriteQueue|Checkpoints)Tests
any_apart = $(firstword $(apart))|$(lastword $(apart))
tables = var/vocabulary
test_python = var/test-python
test_clients = var/test-clients
without_pypi = PyPI is out of reach: the tests in a browser and those beside tiktoken are skipped.
fuzzed = -O -sanitize=fuzzer,address -parse-as-library -swift-version 6
crash_points = .build/crash-points.so
crashes = clang -Wall -shared -fPIC -O1 -o $(crash_points) Tests/Crashes/crash-points.c -ldl \
	&& python3 Tests/Crashes/crashes.py .build/debug/crash-test-worker $(crash_points)
swift_build = swift build --explicit-target-dependency-import-check error

.PHONY: run test lint bench fuzz crashes build vocabulary

run: vocabulary
	@PORT=$(PORT) packaging/run

test: vocabulary $(test_python)/ready $(test_clients)/ready
	@packaging/install-packages $(packages_to_test)
	$(swift_build) --build-tests
	@set -e; for room in $(rooms); do echo "== $$room"; swift test --skip-build --filter "^$${room}Tests\." --skip "$(any_apart)"; done
	@set -e; for suites in $(foreach suites,$(apart),"$(suites)"); do echo "== $$suites"; swift test --skip-build --filter "$$suites"; done
	@echo "== crash points, some"
	@$(crashes) --sample
	if $(test_python)/bin/python -c "import pytest" 2>/dev/null; \
		then $(test_python)/bin/python -m pytest -c Tests/EndToEnd/pytest.ini Tests/EndToEnd; \
		else echo "$(without_pypi)"; fi

crashes: build
	@$(crashes)

build:
	@packaging/require-swift
	@packaging/install-packages $(packages_to_run)
	$(swift_build)

# OpenAI's vocabularies, and the tables that the workers map. Needs the network once.
vocabulary: build
	@packaging/vocabulary/fetch $(tables)
	@.build/debug/sluice vocabulary build --from $(tables) --tables $(tables)

# Python packages for the end-to-end tests, and others that counts are compared with.
$(test_python)/ready: packaging/test-python.txt

# Other people's clients of OpenAI's interface, which want other versions of the same packages.
$(test_clients)/ready: packaging/test-clients.txt

var/%/ready: packaging/%.txt
	@packaging/install-packages python3-venv
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check -r $< || echo "$(without_pypi)" >&2
	@touch $@

lint:
	swift format lint --strict --recursive Sources Tests Benchmarks Package.swift
	Sources/Tokenizer/Unicode/make-classes --check

bench: vocabulary $(test_python)/ready
	@packaging/install-packages $(packages_to_bench)
	for product in tokenizer-benchmark ledger-benchmark sluice demo-upstream; do \
		swift build -c release --product $$product || exit 1; done
	$(test_python)/bin/python Benchmarks/tokenizer.py $(tables) .build/release/tokenizer-benchmark
	$(test_python)/bin/python Benchmarks/ledger.py .build/release/ledger-benchmark
	$(test_python)/bin/python Benchmarks/verify.py .build/release/ledger-benchmark .build/release/sluice
	$(test_python)/bin/python Benchmarks/pages.py
	$(test_python)/bin/python Benchmarks/start.py
	$(test_python)/bin/python Benchmarks/streams.py
	$(test_python)/bin/python Benchmarks/api.py
	$(test_python)/bin/python Benchmarks/holds.py

fuzz: vocabulary
	mkdir -p .build/fuzz var/fuzz/tokenizer var/fuzz/json
	swiftc $(fuzzed) -module-name TokenizerFuzz -o .build/fuzz/tokenizer \
		$$(find Sources/Tokenizer -name '*.swift') Tests/Fuzz/TokenizerFuzz.swift
	swiftc $(fuzzed) -module-name JSONFuzz -o .build/fuzz/json \
		$$(find Sources/StrictJSON -name '*.swift') Tests/Fuzz/JSONFuzz.swift
	SWIFT_BACKTRACE=enable=no SLUICE_TABLES=$(tables) .build/fuzz/tokenizer \
		-max_total_time=$(SECONDS) -max_len=20000 -artifact_prefix=var/fuzz/ var/fuzz/tokenizer
	SWIFT_BACKTRACE=enable=no .build/fuzz/json \
		-max_total_time=$(SECONDS) -max_len=4000 -artifact_prefix=var/fuzz/ var/fuzz/json
