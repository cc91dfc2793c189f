# make test    installs what it needs, builds, and runs every test
# make bench   measures, beside other programs in the same run
# make fuzz    lets a fuzzer loose for SECONDS
# make lint    format and generated files

SECONDS ?= 60

system_packages = libfcgi-dev libsqlite3-dev libmd4c-dev libargon2-dev nginx-light pkg-config python3 python3-venv
tables = var/vocabulary
test_python = var/test-python
swift_build = swift build --explicit-target-dependency-import-check error

.PHONY: test lint bench fuzz vocabulary build packages

test: vocabulary $(test_python)/ready
	$(swift_build) --build-tests
	swift test --skip-build

build: packages
	$(swift_build)

packages:
	@packaging/require-swift
	@packaging/install-packages $(system_packages)

# OpenAI's vocabularies, and the tables that the worker maps. Needs the network once.
vocabulary: build
	@packaging/vocabulary/fetch $(tables)
	@.build/debug/sluice vocabulary build --from $(tables) --tables $(tables)

# Python packages that tests compare with. Without PyPI those tests are skipped and say so.
$(test_python)/ready: packaging/test-python.txt
	python3 -m venv $(test_python)
	$(test_python)/bin/pip install --quiet --disable-pip-version-check -r $< \
		|| echo "PyPI is out of reach: tests that compare with other programs will be skipped." >&2
	@touch $@

lint:
	swift format lint --strict --recursive Sources Tests Benchmarks Package.swift
	Sources/Tokenizer/Unicode/make-classes --check

bench: vocabulary $(test_python)/ready
	swift build -c release --product tokenizer-benchmark
	$(test_python)/bin/python Benchmarks/tokenizer.py $(tables) .build/release/tokenizer-benchmark

fuzz: vocabulary
	mkdir -p .build/fuzz var/fuzz/tokenizer
	swiftc -O -sanitize=fuzzer,address -parse-as-library -swift-version 6 -module-name TokenizerFuzz \
		-o .build/fuzz/tokenizer $$(find Sources/Tokenizer -name '*.swift') Tests/Fuzz/TokenizerFuzz.swift
	SWIFT_BACKTRACE=enable=no SLUICE_TABLES=$(tables) .build/fuzz/tokenizer \
		-max_total_time=$(SECONDS) -max_len=20000 -artifact_prefix=var/fuzz/ var/fuzz/tokenizer
