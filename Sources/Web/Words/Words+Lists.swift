extension Words {
    /// Names in alphabetical order, with commas; beyond `most` only how many more there are.
    func list(_ names: [String], most: Int = .max) -> String {
        let sorted = names.sorted { ($0.lowercased(), $0) < ($1.lowercased(), $1) }
        guard sorted.count > most else { return sorted.isEmpty ? self("none") : sorted.joined(separator: ", ") }
        let rest = self(Int64(sorted.count - most), one: "{count} more", other: "{count} more")
        return sorted.prefix(most).joined(separator: ", ") + ", " + rest
    }
}
