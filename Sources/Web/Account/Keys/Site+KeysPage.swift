import Core
import HTTPTypes
import Hummingbird

/// A key on its way through the form.
struct KeyEdit {
    /// Nil for a new one.
    var key: APIKey?
    var draft: KeyDraft
    var flaws = Flaws([])
}

/// What is being done about a key, above the list.
enum KeyWork {
    case none
    case editing(KeyEdit)
    case revoking(APIKey)
    case made(APIKey, APIKey.Secret)
}

extension Site {
    func keysResponse(_ desk: KeyDesk, _ work: KeyWork, _ context: SiteContext) async throws -> Response {
        let list = try await keyList(desk, work, context)
        let status = work.isRefused ? HTTPResponse.Status.unprocessableContent : .ok
        if desk.isOwn {
            let frame = try await frame(words("API keys"), .account, for: context)
            return response(KeysPage(frame: frame, keys: list), status: status)
        }
        let title = words("API keys of {name}", ["name": desk.owner.displayName])
        let page = PersonKeysPage(
            frame: try await frame(title, .admin, for: context), tabs: AdminTab.people.links(words),
            id: desk.owner.id.rawValue, name: desk.owner.displayName, title: title, keys: list)
        return response(page, status: status)
    }

    private func keyList(_ desk: KeyDesk, _ work: KeyWork, _ context: SiteContext) async throws -> KeyList {
        let zone = try await zone(of: context.asker().person)
        let projects = try await ports.projects.all()
        let names = Dictionary(uniqueKeysWithValues: projects.map { ($0.id, $0.name) })
        return KeyList(
            path: desk.path, made: try await made(desk, work), form: form(desk, work, projects),
            revoking: revoking(work),
            rows: try await ports.keys.all(of: desk.owner.id).map {
                KeyList.Row($0, projects: names, at: ports.time.now(), zone: zone, words)
            })
    }

    private func made(_ desk: KeyDesk, _ work: KeyWork) async throws -> KeyList.Made? {
        guard case .made(let key, let secret) = work else { return nil }
        let names = try await ports.models.allowed(for: desk.owner.id).map(\.name)
        let model = names.first { $0.utf8.allSatisfy(\.isPlainInShell) } ?? "MODEL"
        return KeyList.Made(key, secret, at: settings.address, model: model, words)
    }

    private func form(_ desk: KeyDesk, _ work: KeyWork, _ projects: [Project]) -> KeyList.Form? {
        guard case .editing(let edit) = work else { return nil }
        let errors = edit.flaws.sentences(words)
        let open = projects.filter { !$0.isRetired || $0.id == edit.key?.settings.project }
        return KeyList.Form(
            title: edit.key.map { words("Change {name}", ["name": $0.name]) } ?? words("New key"),
            action: edit.key.map { "\(desk.path)/\($0.id)" } ?? desk.path, submission: edit.draft.submission,
            fields: edit.draft.fields(errors, words),
            project: edit.draft.projectChoice(open, error: errors["project"], words),
            limits: edit.draft.limitFields(errors, words),
            button: edit.key == nil ? words("Make the key") : words("Save"))
    }

    private func revoking(_ work: KeyWork) -> KeyList.Revoking? {
        guard case .revoking(let key) = work else { return nil }
        return KeyList.Revoking(
            id: key.id.rawValue,
            title: words("Revoke {name} ({beginning})?", ["name": key.name, "beginning": key.beginning]))
    }
}

extension KeyWork {
    fileprivate var isRefused: Bool {
        if case .editing(let edit) = self { !edit.flaws.all.isEmpty } else { false }
    }
}

extension UInt8 {
    /// Whether it means nothing but itself between single quotes and in JSON.
    fileprivate var isPlainInShell: Bool { isASCIIAlphanumeric || "-._:/@+".utf8.contains(self) }
}
