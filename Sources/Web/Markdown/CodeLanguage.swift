/// How a code block is read, chosen by the word after its fence.
enum CodeLanguage {
    case plain, markup, diff
    case code(CodeGrammar)

    /// The language that `name` stands for; plain text where it is unknown.
    static func named(_ name: String) -> CodeLanguage {
        switch name.lowercased() {
        case "c", "h", "cpp", "c++", "cc", "hpp", "cs", "csharp", "java", "js", "javascript", "mjs", "jsx", "ts",
            "typescript", "tsx", "go", "golang", "rust", "rs", "swift", "kotlin", "kt", "scala", "dart", "php", "css",
            "scss", "zig", "objc":
            .code(.cLike)
        case "python", "py", "python3", "ruby", "rb": .code(.python)
        case "sh", "bash", "zsh", "shell", "console", "shell-session", "dockerfile", "make", "makefile", "fish":
            .code(.shell)
        case "sql", "sqlite", "postgresql", "postgres", "mysql", "plpgsql": .code(.sql)
        case "json", "jsonc", "json5", "jsonl": .code(.json)
        case "yaml", "yml", "toml", "ini", "conf", "properties": .code(.configuration)
        case "html", "xml", "svg", "xhtml", "vue": .markup
        case "diff", "patch": .diff
        default: .plain
        }
    }

    /// `name` as a class name may carry it; nil where it has anything but letters, digits, `+`, `-`, `#` and `_`.
    static func name(_ name: String) -> String? {
        let isClean = name.utf8.allSatisfy { $0.isASCIIAlphanumeric || "+-#_".utf8.contains($0) }
        return isClean && !name.isEmpty && name.utf8.count <= 32 ? name.lowercased() : nil
    }

    func tokens(in source: [UInt8]) -> [CodeToken] {
        switch self {
        case .plain: source.isEmpty ? [] : [CodeToken(kind: nil, range: 0..<source.count)]
        case .code(let grammar): CodeLexer.tokens(in: source, grammar: grammar)
        case .markup: MarkupLexer.tokens(in: source)
        case .diff: DiffLexer.tokens(in: source)
        }
    }
}
