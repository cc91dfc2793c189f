extension Sequence<UInt8> {
    /// Two lower-case digits for each byte.
    var hexadecimal: String {
        map { String(UInt16($0) + 256, radix: 16).suffix(2) }.joined()
    }
}
