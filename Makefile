# make run     installs what it needs, builds, and runs Sluice with a stand-in model on http://localhost:8080
# make test    installs what it needs, builds, and runs every test, those in a real browser too. In Swift one after the
#              other: some crowd processes upon one database, others watch how long one waits for it
# make bench   measures, beside other programs in the same run
# make chaos   kills workers, nginx and upstreams until KILLS and REQUESTS are reached or MINUTES over, then compares the books
# make simulate  leads the ledger and a model of it through SEEDS random histories of STEPS steps each, from SEED on
# make crashes breaks every operation of the store at every point at which it changes a file
# make fuzz    lets a fuzzer loose for SECONDS on each thing that reads what others wrote, or on TARGET alone
# make corpora takes what new paths it found over into Tests/Corpora
# make race    runs the tests that do several things at once under the thread sanitizer
# make lint    format and generated files

PORT ?= 8080
SECONDS ?= 60
KILLS ?= 1000
REQUESTS ?= 100000
MINUTES ?= 120
# How long the short form of it goes on in `make test`; what it begins with and ends with takes half a minute more.
CHAOS_MINUTES ?= 0.75
SEEDS ?= 1000
STEPS ?= 1000
SEED ?= $(shell od -An -N4 -tu4 /dev/urandom | tr -d ' ')

packages_to_run = libfcgi-dev libsqlite3-dev libmd4c-dev libargon2-dev nginx-light pkg-config curl \
	python3 python3-pip python3-venv
packages_to_test = chromium faketime
packages_to_bench = wrk
tables = var/vocabulary
test_python = var/test-python
test_clients = var/test-clients
without_pypi = PyPI is out of reach: the tests in a browser and those beside tiktoken are skipped.
fuzz_targets = $(or $(TARGET),$(filter-out settings,$(notdir $(wildcard Tests/Corpora/*))))
fuzzer = $(dir $(realpath $(shell which swiftc)))../lib/swift/clang/lib/linux/libclang_rt.fuzzer_no_main-$(shell uname -m).a
fuzz = SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 SLUICE_TABLES=$(tables) .build/fuzz/debug/fuzz
# Rooms in which several threads or processes meet, and what there only takes one step after the other, very many.
raced = Core Store Relay FastCGI Web
not_raced = LedgerSimulationTests|RoundTripTests|MarkdownCostTests|MarkdownSafetyTests
mutex_order = .build/race/mutex-order.so
crash_points = .build/crash-points.so
crashes = clang -Wall -shared -fPIC -O1 -o $(crash_points) Tests/Crashes/crash-points.c -ldl \
	&& python3 Tests/Crashes/crashes.py .build/debug/crash-test-worker $(crash_points)
swift_build = swift build --explicit-target-dependency-import-check error

.PHONY: run test lint bench chaos simulate crashes fuzz corpora race build vocabulary

run: vocabulary
	@PORT=$(PORT) packaging/run

test: vocabulary $(test_python)/ready $(test_clients)/ready
	@packaging/install-packages $(packages_to_test)
	$(swift_build) --build-tests
	Tests/swift-tests
	@echo "== crash points, some"
	@$(crashes) --sample
	if $(test_python)/bin/python -c "import pytest" 2>/dev/null; \
		then $(test_python)/bin/python -m pytest -c Tests/EndToEnd/pytest.ini -n 3 --dist loadfile Tests/EndToEnd && \
			$(test_python)/bin/python Tests/Chaos/chaos.py --hurry --minutes $(CHAOS_MINUTES); \
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

chaos: vocabulary $(test_python)/ready
	for product in sluice demo-upstream; do swift build -c release --product $$product || exit 1; done
	$(test_python)/bin/python Tests/Chaos/chaos.py --build .build/release --kills $(KILLS) --requests $(REQUESTS) \
		--minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

simulate:
	@packaging/require-swift
	@packaging/install-packages $(packages_to_run)
	swift build -c release --product ledger-simulator
	.build/release/ledger-simulator $(SEEDS) $(STEPS) $(SEED)

fuzz: vocabulary
	SLUICE_FUZZER=$(fuzzer) swift build --scratch-path .build/fuzz --product fuzz
	@set -e; for target in $(fuzz_targets); do echo "== $$target"; mkdir -p var/fuzz/$$target; \
		words=Tests/Fuzz/Dictionaries/$$target.dict; \
		PROPERTY=$$target $(fuzz) $$(test ! -f $$words || echo -dict=$$words) -max_total_time=$(SECONDS) \
			-timeout=1 -rss_limit_mb=1024 -print_final_stats=1 -artifact_prefix=var/fuzz/$$target- \
			var/fuzz/$$target Tests/Corpora/$$target; done

corpora:
	@set -e; for target in $(fuzz_targets); do \
		PROPERTY=$$target $(fuzz) -set_cover_merge=1 Tests/Corpora/$$target var/fuzz/$$target; done

# Reports go into var/race, one file for each process that has any. Everything takes several times as long under the
# sanitizer, so that tests that watch the clock may fail here, and decide nothing. One test at a time is far quicker.
race: vocabulary
	swift build --scratch-path .build/race --sanitize=thread --build-tests
	clang -Wall -shared -fPIC -O1 -o $(mutex_order) Tests/Races/mutex-order.c -ldl
	rm -rf var/race && mkdir -p var/race
	@for room in $(raced); do echo "== $$room"; \
		TSAN_OPTIONS="exitcode=66 allocator_may_return_null=1 log_path=$(CURDIR)/var/race/$$room" LD_PRELOAD=$(CURDIR)/$(mutex_order) \
		swift test --scratch-path .build/race --sanitize=thread --skip-build --no-parallel \
		--filter "^$${room}Tests\." --skip "$(not_raced)" | tee .build/race/$$room.log; \
		grep -q "Test run with [1-9]" .build/race/$$room.log || { echo "$$room was not tested."; exit 1; }; done
	@if ls var/race/* >/dev/null 2>&1; then cat var/race/*; exit 66; else echo "No race was seen."; fi
