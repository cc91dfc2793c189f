import Core
import Dispatch
import Synchronization

/// Runs asynchronous work from a command's main thread and waits for it.
///
/// The commands are synchronous, because the supervisor has to keep the main thread: the kernel ties the workers to the
/// thread that started them.
enum Blocking {
    static func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) throws -> Value {
        let outcome = Mutex<Result<Value, any Error>?>(nil)
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            let result: Result<Value, any Error>
            do { result = .success(try await work()) } catch { result = .failure(error) }
            outcome.withLock { $0 = result }
            done.signal()
        }
        done.wait()
        do {
            return try outcome.withLock { $0! }.get()
        } catch let failure as StoreFailure {
            throw CommandFailure(failure)
        }
    }
}
