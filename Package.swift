// swift-tools-version:6.2
import PackageDescription

/// Set by `make fuzz`: libFuzzer's library. Then our own rooms are watched by it and by the address sanitizer, and what
/// they depend on is not.
let fuzzer = Context.environment["SLUICE_FUZZER"]

let house: [SwiftSetting] =
    [
        // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
        .enableUpcomingFeature("ExistentialAny"),
        // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
        .enableUpcomingFeature("MemberImportVisibility"),
        // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (fuzzer == nil ? [] : [.unsafeFlags(["-O", "-sanitize=fuzzer,address"])])

let algorithms = Target.Dependency.product(name: "Algorithms", package: "swift-algorithms")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// A room of the house: arrows point down only, and the build refuses an import that is not named here
/// (`swift build --explicit-target-dependency-import-check error`).
func room(_ name: String, knows dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: house)
}

func tests(_ room: String, with dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: room + "Tests", dependencies: dependencies, exclude: exclude, swiftSettings: house)
}

/// The properties that `make fuzz` looks for a counterexample to, and the same replayed over what it found before: one
/// program or one set of tests, of the same files.
func fuzzing() -> Target {
    let rooms: [Target.Dependency] = [
        "Core", "FastCGI", "HTMLTestSupport", "LimitsFile", "LimitsTestSupport", "Relay", "SeededRandom", "StrictJSON",
        "Tokenizer", "Web", httpTypes, hummingbird, nioCore, nioHTTP1,
    ]
    guard let fuzzer else {
        return .testTarget(
            name: "FuzzTests", dependencies: rooms + ["sluice"], path: "Tests/Fuzz",
            exclude: ["Driver", "Dictionaries"],
            swiftSettings: house)
    }
    return .executableTarget(
        name: "fuzz", dependencies: rooms, path: "Tests/Fuzz",
        exclude: ["Replay", "Dictionaries", "Targets/SettingsTarget.swift"],
        swiftSettings: house + [.define("FUZZER")],
        linkerSettings: [.unsafeFlags(["-sanitize=address", fuzzer, "-lstdc++"])])
}

let package = Package(
    name: "sluice",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "sluice", targets: ["sluice"]),
        .executable(name: "demo-upstream", targets: ["demo-upstream"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-algorithms", from: "1.2.1"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .executableTarget(
            name: "sluice",
            dependencies: [
                "Core", "FastCGI", "LimitsFile", "Relay", "Store", "StrictJSON", "Tokenizer", "Web", argumentParser,
                crypto,
                logging, serviceLifecycle,
            ],
            swiftSettings: house
        ),
        .executableTarget(
            name: "demo-upstream",
            dependencies: [
                "DemoUpstream", "Tokenizer", argumentParser, hummingbird, logging, serviceLifecycle, unixSignals,
            ],
            swiftSettings: house
        ),

        room(
            "Web",
            knows: [
                "Core", "LimitsFile", "StrictJSON", "Tokenizer", "CMD4C", crypto, httpTypes, hummingbird, logging,
                mustache, nioCore,
            ]),
        room("Store", knows: ["Core", "CArgon2", algorithms, crypto, grdb, grdbSQLite]),
        room("Relay", knows: ["Core", "StrictJSON", asyncHTTPClient, nioCore, nioHTTP1, nioPosix]),
        room("Core", knows: ["Tokenizer", algorithms, logging]),
        room("LimitsFile", knows: ["Core", yams]),
        room("DemoUpstream", knows: ["Tokenizer", httpTypes, hummingbird, logging, nioCore]),
        room("FastCGI", knows: ["CFastCGI", httpTypes, hummingbird, logging, nioCore, serviceLifecycle]),
        room("StrictJSON", knows: []),
        room("Tokenizer", knows: [], exclude: ["Unicode/make-classes", "Unicode/unicode16-classes.txt"]),

        .executableTarget(
            name: "tokenizer-benchmark", dependencies: ["Tokenizer"], path: "Benchmarks/TokenizerBenchmark",
            swiftSettings: house),

        .executableTarget(
            name: "ledger-benchmark", dependencies: ["Core", "Store", grdbSQLite], path: "Benchmarks/LedgerBenchmark",
            swiftSettings: house),

        tests("Sluice", with: ["Core", "Tokenizer", "sluice", logging]),
        tests("Tokenizer", with: ["SeededRandom", "Tokenizer"], exclude: ["Reference"]),

        .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(name: "CFastCGI", pkgConfig: "fcgi", providers: [.apt(["libfcgi-dev"])]),
        .systemLibrary(name: "CMD4C", pkgConfig: "md4c", providers: [.apt(["libmd4c-dev"])]),

        .executableTarget(
            name: "fastcgi-test-worker",
            dependencies: ["FastCGI", hummingbird, logging, serviceLifecycle, unixSignals],
            path: "Tests/FastCGITestWorker", swiftSettings: house),
        tests(
            "FastCGI",
            with: ["CDescriptors", "FastCGI", "fastcgi-test-worker", httpTypes, hummingbird, logging, serviceLifecycle]),
        tests(
            "DemoUpstream",
            with: [
                "Core", "DemoUpstream", "Relay", "Tokenizer", "demo-upstream", httpTypes, hummingbird,
                hummingbirdTesting, logging,
            ]
        ),
        tests("Relay", with: ["Core", "ProcessorTime", "Relay", "StrictJSON", "UpstreamTestSupport"]),
        .target(
            name: "UpstreamTestSupport", dependencies: ["CDescriptors"], path: "Tests/UpstreamTestSupport",
            swiftSettings: house),
        .systemLibrary(name: "CDescriptors", path: "Tests/CDescriptors"),
        tests(
            "Web",
            with: [
                "Web", "Core", "GateTestSupport", "HTMLTestSupport", "ProcessorTime", "Relay", "SeededRandom", "Store",
                "StrictJSON", "Tokenizer", "UpstreamTestSupport", httpTypes, hummingbird, hummingbirdTesting, logging,
                mustache, nioCore,
            ]),
        .target(name: "HTMLTestSupport", path: "Tests/HTMLTestSupport", swiftSettings: house),
        tests("Core", with: ["Core", "SeededRandom"]),
        .target(
            name: "GateTestSupport", dependencies: ["Core", "Tokenizer"], path: "Tests/GateTestSupport",
            swiftSettings: house),
        tests("StrictJSON", with: ["ProcessorTime", "SeededRandom", "StrictJSON"]),
        .target(name: "ProcessorTime", path: "Tests/ProcessorTime", swiftSettings: house),
        .target(name: "SeededRandom", path: "Tests/SeededRandom", swiftSettings: house),
        .executableTarget(
            name: "ledger-test-worker", dependencies: ["Core", "Store"], path: "Tests/LedgerTestWorker",
            swiftSettings: house),
        .target(
            name: "LedgerSimulation", dependencies: ["Core", "SeededRandom", "Store", grdbSQLite],
            path: "Tests/LedgerSimulation", swiftSettings: house),
        .executableTarget(
            name: "ledger-simulator", dependencies: ["LedgerSimulation"], path: "Tests/LedgerSimulator",
            swiftSettings: house),
        .executableTarget(
            name: "crash-test-worker", dependencies: ["Core", "Store"], path: "Tests/CrashTestWorker",
            swiftSettings: house),
        tests(
            "Store",
            with: [
                "CDescriptors", "Core", "GateTestSupport", "LedgerSimulation", "LimitsFile", "LimitsTestSupport",
                "SeededRandom", "Store", "Tokenizer", "ledger-test-worker", grdbSQLite, logging,
            ]),
        .target(
            name: "LimitsTestSupport", dependencies: ["Core", "SeededRandom"], path: "Tests/LimitsTestSupport",
            swiftSettings: house),
        tests("LimitsFile", with: ["Core", "LimitsFile", "LimitsTestSupport", "SeededRandom", yams]),
        fuzzing(),
    ],
    swiftLanguageModes: [.v6]
)
