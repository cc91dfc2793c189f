import Glibc

// `PROPERTY=name fuzz` with libFuzzer's options and corpora; without a property it lists them. The name is no argument,
// because libFuzzer starts itself again with its own.
//
// Source: <https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library>.

typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<Arguments>,
    _ look: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// Global, because a C function carries nothing with it.
private let property: Property = {
    let name = getenv("PROPERTY").map { String(cString: $0) }
    guard let property = Property.all.first(where: { $0.name == name }) else {
        print("PROPERTY is one of: " + Property.all.map(\.name).joined(separator: ", "))
        exit(2)
    }
    return property
}()

var options = CommandLine.arguments
options.insert("-max_len=\(property.maxBytes)", at: 1)
var count = CInt(options.count)
// libFuzzer keeps them as long as it runs.
var arguments = Arguments.allocate(capacity: options.count + 1)
for (index, option) in options.enumerated() { arguments[index] = strdup(option) }
arguments[options.count] = nil

exit(
    runFuzzer(&count, &arguments) { start, length in
        do {
            try property.check(Array(UnsafeBufferPointer(start: start, count: length)))
        } catch {
            fatalError("\(property.name): \(error)")
        }
        return 0
    })
