import Core
import HTTPTypes
import Hummingbird
import LimitsFile
import NIOCore

/// `/admin/limits/file`: nothing is applied that was not read whole.
extension Site {
    func addLimitsFileRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("limits/file") { _, context in
            try await limitsFileResponse(FileEdit(text: try await currentLimitsFile()), context)
        }
        routes.get("limits/file.yaml", use: downloadLimitsFile)
        routes.post("limits/file", use: takeLimitsFile)
    }

    private func currentLimitsFile() async throws -> String {
        LimitsFile.write(try await ports.limitPlans.current())
    }

    private func downloadLimitsFile(_ request: Request, _ context: SiteContext) async throws -> Response {
        let text = try await currentLimitsFile()
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/yaml; charset=utf-8",
                .contentDisposition: "attachment; filename=\"sluice-limits.yaml\"",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    private struct FileForm: Decodable {
        let text: String
        /// What was uploaded; it counts instead of `text` where there is something in it.
        let file: String?
        /// `preview` or `apply`.
        let intent: String?
    }

    private func takeLimitsFile(_ request: Request, _ context: SiteContext) async throws -> Response {
        let form = try await request.form(FileForm.self)
        let file = form.file ?? ""
        var edit = FileEdit(text: file.isEmpty ? form.text.typed : file.typed)
        do {
            if !file.isEmpty && file.contains("\u{FFFD}") {
                throw LimitsFileFlaws([LimitsFileFlaw(line: nil, reason: words("is no text in UTF-8"))])
            }
            let plan = try LimitsFile.read(edit.text)
            if form.intent == "apply" {
                let changes = try await ports.limitPlans.apply(plan, by: context.actor())
                return redirect(
                    to: "/admin/limits",
                    notice: words(
                        Int64(changes.count), one: "{count} change was made.", other: "{count} changes were made."))
            }
            edit.changes = try await ports.limitPlans.preview(plan)
        } catch let flaws as LimitsFileFlaws {
            edit.flaws = flaws
        }
        return try await limitsFileResponse(edit, context)
    }

    // MARK: The page

    /// The text on its way.
    private struct FileEdit {
        let text: String
        var flaws = LimitsFileFlaws([])
        /// Nil before anybody asked.
        var changes: [LimitPlanChange]?
    }

    private func limitsFileResponse(_ edit: FileEdit, _ context: SiteContext) async throws -> Response {
        let lines = edit.text.split(separator: "\n", omittingEmptySubsequences: false)
        let count = Int64(edit.flaws.all.count)
        let page = LimitsFilePage(
            frame: try await frame(words("Limits as a file"), .admin, for: context), tabs: AdminTab.limits.links(words),
            text: edit.text,
            refusal: count == 0
                ? nil
                : words(
                    count, one: "Nothing was changed: {count} thing is wrong with it.",
                    other: "Nothing was changed: {count} things are wrong with it."),
            flaws: edit.flaws.all.map { flaw in
                LimitsFilePage.Flaw(
                    line: flaw.line.map { words.number($0) },
                    source: flaw.line.flatMap {
                        lines.indices.contains($0 - 1) ? String(lines[$0 - 1].prefix(200)) : nil
                    },
                    reason: flaw.reason)
            },
            preview: edit.changes.map { LimitsFilePage.Preview($0, words) })
        return response(page, status: edit.flaws.all.isEmpty ? .ok : .unprocessableContent)
    }
}

extension LimitsFilePage.Preview {
    fileprivate init(_ changes: [LimitPlanChange], _ words: Words) {
        summary =
            changes.isEmpty
            ? words("All limits are so already.")
            : words(Int64(changes.count), one: "{count} thing would change.", other: "{count} things would change.")
        canApply = !changes.isEmpty
        rows = changes.map { change in
            LimitsFilePage.Row(
                subject: change.subject, what: change.what, before: change.before ?? "—", after: change.after ?? "—",
                warning: change.stopped == 0
                    ? nil
                    : words(
                        Int64(change.stopped), one: "{count} has already taken as much.",
                        other: "{count} have already taken as much."))
        }
    }
}
