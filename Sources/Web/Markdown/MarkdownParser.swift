private import CMD4C

/// The bridge to md4c, and the only place that touches its pointers.
///
/// md4c calls back on the calling thread, before `md_parse` returns; its pointers are valid during the callback only,
/// so whatever is kept is copied. A callback that answers non-zero ends the parse; `md_parse` does not always return that
/// answer (0.4.8 returns zero when it was inside a list), so the writer is asked as well.
enum MarkdownParser {
    /// Parses `text` up to `maxBytes`.
    ///
    /// - Returns: false when the writer stopped it, the text was longer than `maxBytes`, or memory ran out.
    static func parse(_ text: String, maxBytes: Int, into writer: inout MarkdownWriter) -> Bool {
        var text = text
        let length = text.utf8.count
        let status = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                withUnsafeMutablePointer(to: &writer) { pointer in
                    run(characters, count: min(length, maxBytes), pointer)
                }
            }
        }
        return status == 0 && !writer.isFull && length <= maxBytes
    }

    private static func run(
        _ text: UnsafeBufferPointer<CChar>, count: Int, _ writer: UnsafeMutablePointer<MarkdownWriter>
    ) -> CInt {
        guard let start = text.baseAddress, count > 0 else { return 0 }
        var parser = MD_PARSER()
        parser.flags = UInt32(
            MD_FLAG_PERMISSIVEURLAUTOLINKS | MD_FLAG_PERMISSIVEEMAILAUTOLINKS | MD_FLAG_PERMISSIVEWWWAUTOLINKS
                | MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS | MD_FLAG_NOHTMLBLOCKS
                | MD_FLAG_NOHTMLSPANS)
        parser.enter_block = { type, detail, user in
            MarkdownParser.tell(user) { $0.enter(MarkdownParser.block(type, detail)) }
        }
        parser.leave_block = { type, detail, user in
            MarkdownParser.tell(user) { $0.leave(MarkdownParser.block(type, detail)) }
        }
        parser.enter_span = { type, detail, user in
            MarkdownParser.tell(user) { $0.enter(MarkdownParser.span(type, detail)) }
        }
        parser.leave_span = { type, detail, user in
            MarkdownParser.tell(user) { $0.leave(MarkdownParser.span(type, detail)) }
        }
        parser.text = { type, text, size, user in
            MarkdownParser.tell(user) {
                $0.text(MarkdownParser.kind(type), UnsafeRawBufferPointer(start: text, count: Int(size)))
            }
        }
        return md_parse(start, UInt32(count), &parser, writer)
    }

    /// Calls the writer that lives on the stack of `parse`.
    private static func tell(
        _ user: UnsafeMutableRawPointer?, _ event: (inout MarkdownWriter) -> Bool
    ) -> CInt {
        event(&user!.assumingMemoryBound(to: MarkdownWriter.self).pointee) ? 0 : 1
    }

    private static func block(_ type: MD_BLOCKTYPE, _ detail: UnsafeMutableRawPointer?) -> MarkdownBlock {
        switch type {
        case MD_BLOCK_QUOTE: .quote
        case MD_BLOCK_UL: .unorderedList
        case MD_BLOCK_OL: .orderedList(start: Int(read(detail, as: MD_BLOCK_OL_DETAIL.self).start))
        case MD_BLOCK_LI: item(read(detail, as: MD_BLOCK_LI_DETAIL.self))
        case MD_BLOCK_HR: .rule
        case MD_BLOCK_H: .heading(level: Int(read(detail, as: MD_BLOCK_H_DETAIL.self).level))
        case MD_BLOCK_CODE: .code(language: string(read(detail, as: MD_BLOCK_CODE_DETAIL.self).lang))
        case MD_BLOCK_HTML: .rawHTML
        case MD_BLOCK_P: .paragraph
        case MD_BLOCK_TABLE: .table
        case MD_BLOCK_THEAD: .tableHead
        case MD_BLOCK_TBODY: .tableBody
        case MD_BLOCK_TR: .tableRow
        case MD_BLOCK_TH: .headerCell(alignment(read(detail, as: MD_BLOCK_TD_DETAIL.self).align))
        case MD_BLOCK_TD: .cell(alignment(read(detail, as: MD_BLOCK_TD_DETAIL.self).align))
        default: .document
        }
    }

    private static func item(_ detail: MD_BLOCK_LI_DETAIL) -> MarkdownBlock {
        .item(isDone: detail.is_task == 0 ? nil : detail.task_mark != CChar(UInt8(ascii: " ")))
    }

    private static func alignment(_ align: MD_ALIGN) -> MarkdownAlignment {
        switch align {
        case MD_ALIGN_LEFT: .left
        case MD_ALIGN_CENTER: .center
        case MD_ALIGN_RIGHT: .right
        default: .natural
        }
    }

    private static func span(_ type: MD_SPANTYPE, _ detail: UnsafeMutableRawPointer?) -> MarkdownSpan {
        switch type {
        case MD_SPAN_EM: .emphasis
        case MD_SPAN_STRONG: .strong
        case MD_SPAN_DEL: .deleted
        case MD_SPAN_CODE: .code
        case MD_SPAN_A: .link(string(read(detail, as: MD_SPAN_A_DETAIL.self).href))
        case MD_SPAN_IMG: .image(string(read(detail, as: MD_SPAN_IMG_DETAIL.self).src))
        default: .plain
        }
    }

    private static func kind(_ type: MD_TEXTTYPE) -> MarkdownText {
        switch type {
        case MD_TEXT_NULLCHAR: .nullCharacter
        case MD_TEXT_BR: .hardBreak
        case MD_TEXT_SOFTBR: .softBreak
        case MD_TEXT_ENTITY: .entity
        default: .plain
        }
    }

    private static func read<Detail>(_ detail: UnsafeMutableRawPointer?, as type: Detail.Type) -> Detail {
        detail!.load(as: type)
    }

    /// An attribute is a run of pieces; pieces that are character references are resolved here.
    private static func string(_ attribute: MD_ATTRIBUTE) -> String {
        guard let text = attribute.text, attribute.size > 0 else { return "" }
        let bytes = UnsafeRawBufferPointer(start: text, count: Int(attribute.size))
        var result = ""
        var piece = 0
        while attribute.substr_offsets[piece] < attribute.size {
            let range = Int(attribute.substr_offsets[piece])..<Int(attribute.substr_offsets[piece + 1])
            let source = String(decoding: bytes[range], as: UTF8.self)
            result += attribute.substr_types[piece] == MD_TEXT_ENTITY ? CharacterReference.resolve(source) : source
            piece += 1
        }
        return result
    }
}
