extension String {
    /// What stands in the file, for a message: short, on one line, and without what would steer a terminal.
    var quoted: String {
        let shown = unicodeScalars.prefix(60).map { $0.isInvisible || $0 == "\t" ? "\u{FFFD}" : $0 }
        return "“" + String(String.UnicodeScalarView(shown)) + (unicodeScalars.count > 60 ? "…" : "") + "”"
    }

    /// `; did you mean “daily_limit”?`, or which words there are.
    func hint(among known: [String]) -> String {
        let near = known.map { ($0, distance(to: $0)) }.min { $0.1 < $1.1 }
        if let near, near.1 <= Swift.max(2, near.0.count / 3) { return "; did you mean \(near.0.quoted)?" }
        return "; there are: " + known.joined(separator: ", ")
    }

    /// How many letters have to be put in, taken away or replaced to make the other of it; case does not count.
    private func distance(to other: String) -> Int {
        let left = Array(lowercased().prefix(60))
        let right = Array(other.lowercased())
        var row = Array(0...right.count)
        for (i, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, target) in right.enumerated() {
                let replaced = diagonal + (letter == target ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = Swift.min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
