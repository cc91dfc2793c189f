import Glibc

/// The process's limit of open files (`RLIMIT_NOFILE`).
public enum OpenFileLimit {
    /// Raises the soft limit to the hard one, which is safe as nothing here uses select(2).
    ///
    /// - Returns: the limit that is now in force.
    @discardableResult
    public static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        let isRaised = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0
        return Int(clamping: isRaised ? raised.rlim_cur : limit.rlim_cur)
    }

    /// How many streams fit: each takes two descriptors, its own and that of what it waits for.
    ///
    /// - Parameter pageReserve: as in `FastCGIConfiguration`; also two each.
    public static func streams(within openFiles: Int, pageReserve: Int) -> Int {
        let others = 128  // the log, the database, libraries, the event sets
        return max(1, (openFiles - others) / 2 - pageReserve)
    }
}
