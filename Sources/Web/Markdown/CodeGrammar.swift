/// What the lexer has to know about a language: enough to colour it, far from enough to parse it.
struct CodeGrammar {
    struct Quote {
        var start: [UInt8]
        var end: [UInt8]
        /// Whether the string may hold line breaks. One that may not ends with its line.
        var isMultiline = false
        /// Whether a backslash takes the next character along.
        var hasEscapes = true

        init(_ mark: String, end: String? = nil, isMultiline: Bool = false, hasEscapes: Bool = true) {
            self.start = Array(mark.utf8)
            self.end = Array((end ?? mark).utf8)
            self.isMultiline = isMultiline
            self.hasEscapes = hasEscapes
        }
    }

    var keywords: Set<String> = []
    var ignoresCase = false
    var lineComments: [[UInt8]] = []
    var blockComments: [Quote] = []
    /// Longer marks first.
    var quotes: [Quote] = []
    /// Whether `$name` and `${name}` are variables.
    var hasDollarVariables = false
    /// Whether a string before a colon is a key.
    var hasKeys = false
}

extension CodeGrammar {
    /// C, C++, C#, Java, JavaScript, TypeScript, Go, Rust, Swift, Kotlin: one set of words serves them all.
    static let cLike = CodeGrammar(
        keywords: words(
            """
            abstract actor alignas any as async auto await bool boolean break byte case catch chan char class const \
            constexpr continue crate default defer delete do double dyn else enum explicit export extends extension \
            extern fallthrough false final finally float fn for foreach friend from fun func function get go goto guard \
            if impl implements import in init inline inout instanceof int interface internal is let long loop match mod \
            module mut namespace new nil null nullptr object of operator override package pass private protected \
            protocol pub public range readonly ref register repeat return self Self set short signed sizeof some static \
            string struct super switch template this throw throws trait true try type typealias typedef typename \
            typeof undefined union unsafe unsigned use using val var virtual void volatile when where while with yield
            """),
        lineComments: [Array("//".utf8)],
        blockComments: [Quote("/*", end: "*/", isMultiline: true, hasEscapes: false)],
        quotes: [
            Quote("\"\"\"", isMultiline: true), Quote("\""), Quote("'"), Quote("`", isMultiline: true),
        ])

    static let python = CodeGrammar(
        keywords: words(
            """
            False None True and as assert async await break case class continue def del elif else except finally for \
            from global if import in is lambda match nonlocal not or pass raise return self try while with yield
            """),
        lineComments: [Array("#".utf8)],
        quotes: [
            Quote("\"\"\"", isMultiline: true), Quote("'''", isMultiline: true), Quote("\""), Quote("'"),
        ])

    static let shell = CodeGrammar(
        keywords: words(
            """
            alias break case cd continue declare do done echo elif else esac eval exec exit export fi for function if \
            in local printf read readonly return set shift source sudo test then trap unset until while
            """),
        lineComments: [Array("#".utf8)],
        quotes: [Quote("\"", isMultiline: true), Quote("'", isMultiline: true, hasEscapes: false)],
        hasDollarVariables: true)

    static let sql = CodeGrammar(
        keywords: words(
            """
            add all alter and as asc begin between bigint blob by case check column commit conflict constraint create \
            cross default delete desc distinct do drop else end except exists explain foreign from full group having if \
            ilike immediate in index inner insert integer intersect into is join key left like limit not null nulls \
            offset on or order outer over partition primary real recursive references returning right rollback select \
            set strict table text then timestamp to transaction trigger union unique update using values varchar view \
            when where window with
            """),
        ignoresCase: true,
        lineComments: [Array("--".utf8)],
        blockComments: [Quote("/*", end: "*/", isMultiline: true, hasEscapes: false)],
        quotes: [Quote("'", isMultiline: true, hasEscapes: false), Quote("\"", hasEscapes: false)])

    static let json = CodeGrammar(
        keywords: ["true", "false", "null"],
        lineComments: [Array("//".utf8)],
        quotes: [Quote("\"")],
        hasKeys: true)

    /// YAML, TOML, INI and their like.
    static let configuration = CodeGrammar(
        keywords: ["true", "false", "null", "yes", "no", "on", "off"],
        lineComments: [Array("#".utf8), Array(";".utf8)],
        quotes: [Quote("\""), Quote("'", hasEscapes: false)],
        hasKeys: true)

    private static func words(_ list: String) -> Set<String> {
        Set(list.split(separator: " ").map(String.init))
    }
}
