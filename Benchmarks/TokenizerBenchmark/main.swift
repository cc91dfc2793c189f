import Glibc
import Tokenizer

// Times the counter in a process of its own, for Benchmarks/tokenizer.py:
//
//     tokenizer-benchmark TABLES ready                      microseconds to the first counts: as time passed, of CPU
//     tokenizer-benchmark TABLES memory FILE…               kilobytes resident after counting all files in both encodings
//     tokenizer-benchmark TABLES count ENCODING FILE        bytes, tokens, seconds of CPU: the first time and the best
//     tokenizer-benchmark TABLES short ENCODING FILE BYTES  microseconds for one text of so many bytes, the median

func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

func forEachBlock(of path: String, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    guard let file = fopen(path, "r") else { exit(66) }
    defer { fclose(file) }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let read = fread(&buffer, 1, buffer.count, file), read > 0 {
        buffer.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[..<read])) }
    }
}

func contents(of path: String) -> String {
    var bytes: [UInt8] = []
    forEachBlock(of: path) { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
}

/// Runs for a quarter of a second; the first run finds everything cold.
func timed(_ work: () -> Int) -> (tokens: Int, first: Double, best: Double) {
    var (tokens, times) = (0, [Double]())
    while times.reduce(0, +) < 0.25 || times.count < 3 {
        let start = seconds(CLOCK_PROCESS_CPUTIME_ID)
        tokens = work()
        times.append(seconds(CLOCK_PROCESS_CPUTIME_ID) - start)
    }
    return (tokens, times[0], times.min()!)
}

func kilobytesResident() -> Int {
    contents(of: "/proc/self/status").split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        .flatMap { Int($0.split(separator: " ").dropLast().last!.filter(\.isNumber)) } ?? 0
}

let arguments = CommandLine.arguments
let tables = arguments[1]
switch arguments[2] {
case "ready":
    let (start, startOfWork) = (seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID))
    let counters = try TokenCounters(directory: tables)
    let tokens = counters[.o200kBase].count("Ready?") + counters[.cl100kBase].count("Ready?")
    let (taken, worked) = (seconds(CLOCK_MONOTONIC) - start, seconds(CLOCK_PROCESS_CPUTIME_ID) - startOfWork)
    print(Int(taken * 1e6), Int(worked * 1e6), tokens)
case "memory":
    let before = kilobytesResident()
    let counters = try TokenCounters(directory: tables)
    for path in arguments[3...] {
        forEachBlock(of: path) { block in
            for encoding in Encoding.allCases { _ = counters[encoding].count(utf8: block) }
        }
    }
    print(kilobytesResident() - before)
case "count":
    let counter = try TokenCounters(directory: tables)[Encoding(rawValue: arguments[3])!]
    let text = contents(of: arguments[4])
    let (tokens, first, best) = timed { counter.count(text) }
    print(text.utf8.count, tokens, first, best)
default:
    let counter = try TokenCounters(directory: tables)[Encoding(rawValue: arguments[3])!]
    let bytes = Array(contents(of: arguments[4]).utf8)
    let length = Int(arguments[5])!
    let texts = stride(from: 0, to: bytes.count - length, by: length).map {
        String(decoding: bytes[$0..<$0 + length], as: UTF8.self)
    }
    var times: [Double] = []
    for round in 0..<50_000 {
        let text = texts[round * 7919 % texts.count]
        let start = seconds(CLOCK_MONOTONIC)
        _ = counter.count(text)
        times.append(seconds(CLOCK_MONOTONIC) - start)
    }
    print(times.sorted()[times.count / 2] * 1e6)
}
