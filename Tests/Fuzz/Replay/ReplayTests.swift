import Testing

/// What `make fuzz` looks for at length, in seconds: everything that it ever kept is looked at again.
@Suite struct ReplayTests {
    @Test(arguments: Property.all)
    func everyInputThatWasKeptHoldsTheProperty(property: Property) throws {
        let corpus = try Corpus(of: property)
        #expect(!corpus.files.isEmpty)
        for file in corpus.files {
            #expect(throws: Never.self, "\(property.name)/\(file.name)") { try property.check(file.bytes) }
        }
    }

    @Test(arguments: Property.all)
    func soDoThousandsThatDifferALittle(property: Property) throws {
        var mutations = Mutations(
            of: try Corpus(of: property).files.map(\.bytes), maxBytes: property.maxBytes, seed: 2026)
        for _ in 0..<2000 {
            let bytes = mutations.next()
            #expect(throws: Never.self, "\(String(decoding: bytes, as: UTF8.self).debugDescription)") {
                try property.check(bytes)
            }
        }
    }

    @Test func aCounterexampleIsFound() {
        let never = Property(name: "never", maxBytes: 10) { bytes in try require(bytes.count < 3, "three bytes") }
        var mutations = Mutations(of: [[1, 2]], maxBytes: never.maxBytes, seed: 1)
        #expect(throws: Counterexample.self) { for _ in 0..<100 { try never.check(mutations.next()) } }
    }
}

extension Property: CustomTestStringConvertible {
    var testDescription: String { name }
}
