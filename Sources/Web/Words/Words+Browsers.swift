extension Words {
    /// What a browser says it is, in words its owner would use: `Firefox on Linux`. Anybody can say anything.
    func name(ofBrowser userAgent: String) -> String {
        let browser = Self.browsers.first { userAgent.contains($0.mark) }?.name
        let system = Self.systems.first { userAgent.contains($0.mark) }?.name
        guard let system else { return browser ?? self("An unknown browser") }
        return self("{browser} on {system}", ["browser": browser ?? self("A browser"), "system": system])
    }

    /// In this order: almost every browser also claims to be Chrome, and Chrome to be Safari.
    private static let browsers = [
        (mark: "Edg", name: "Edge"), (mark: "OPR/", name: "Opera"), (mark: "SamsungBrowser/", name: "Samsung Internet"),
        (mark: "Firefox/", name: "Firefox"), (mark: "FxiOS/", name: "Firefox"), (mark: "CriOS/", name: "Chrome"),
        (mark: "Chrome/", name: "Chrome"), (mark: "Safari/", name: "Safari"), (mark: "curl/", name: "curl"),
    ]

    private static let systems = [
        (mark: "iPhone", name: "iPhone"), (mark: "iPad", name: "iPad"), (mark: "Android", name: "Android"),
        (mark: "Windows", name: "Windows"), (mark: "CrOS", name: "ChromeOS"), (mark: "Macintosh", name: "Mac"),
        (mark: "Linux", name: "Linux"),
    ]
}
