/// Looks until it is so. Between two looks the processor is left to what is waited for.
public func until(_ isSo: () async throws -> Bool) async throws {
    while try await !isSo() { try await Task.sleep(for: .milliseconds(1)) }
}
