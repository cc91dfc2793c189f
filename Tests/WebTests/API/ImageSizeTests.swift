import Foundation
import Testing
import Tokenizer

@testable import Web

/// Images as encoders write them: the sizes were given to Pillow, which wrote the files.
struct ImageSizeTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var size: PromptImage.Size
        var base64: String

        init(_ name: String, _ width: Int, _ height: Int, _ base64: String) {
            testDescription = name
            size = PromptImage.Size(width: width, height: height)
            self.base64 = base64
        }

        var bytes: [UInt8] { Data(base64Encoded: base64).map(Array.init) ?? [] }
    }

    @Test(arguments: samples)
    func theSizeIsReadFromTheBeginningOfTheFile(sample: Sample) {
        #expect(ImageSize.of(sample.bytes) == sample.size)
        #expect(ImageSize.ofDataURL("data:image/any;base64,\(sample.base64)") == sample.size)
    }

    /// Nothing is read beyond the end; and no beginning of a file tells of another size.
    @Test(arguments: samples)
    func aFileThatIsCutAnywhereHasNoSizeOrTheRightOne(sample: Sample) {
        let sizes = sample.bytes.indices.map { ImageSize.of(Array(sample.bytes[..<$0])) }
        #expect(Set(sizes) == [nil, sample.size])
        #expect(sizes.first == .some(nil) && sizes.last == sample.size)
    }

    /// Only the size may change, and nothing may break.
    @Test(arguments: samples)
    func anyByteInThePlaceOfAnotherIsBorne(sample: Sample) {
        for place in sample.bytes.indices.prefix(200) {
            for byte: UInt8 in [0x00, 0x01, 0x7F, 0x80, 0xC0, 0xD8, 0xFE, 0xFF] {
                var bytes = sample.bytes
                bytes[place] = byte
                let size = ImageSize.of(bytes)
                #expect(size.map { $0.width > 0 && $0.height > 0 } ?? true)
            }
        }
    }

    @Test func fillBytesBeforeAMarkerOfAJPEGAreSkipped() throws {
        let sample = try #require(Self.samples.first { $0.testDescription.hasPrefix("progressive") })
        for fill in 1...3 {
            let filled = Array(sample.bytes[..<2]) + Array(repeating: 0xFF, count: fill) + sample.bytes[2...]
            #expect(ImageSize.of(filled) == sample.size)
        }
    }

    /// A chunk of one's own could else tell of a small image before the header tells of a large one.
    @Test func aPNGThatDoesNotBeginWithItsHeaderHasNoSize() throws {
        let sample = try #require(Self.samples.first { $0.testDescription == "PNG" })
        let chunk = [0, 0, 0, 8] + Array("noNE".utf8) + [0, 0, 0, 1, 0, 0, 0, 1] + [0, 0, 0, 0]
        #expect(ImageSize.of(Array(sample.bytes[..<8]) + chunk + sample.bytes[8...]) == nil)
    }

    @Test(arguments: [
        "", "https://example.org/cat.png", "data:image/png;base64,", "data:image/png;base64",
        "data:image/png,iVBORw0KGgo=",
        "data:image/png;base64,????", "data:image/svg+xml;base64,PHN2Zy8+", "data:image/png;base64,iVBORw0KGgo=",
    ])
    func whatIsNoImageHasNoSize(url: String) {
        #expect(ImageSize.ofDataURL(url) == nil)
    }

    @Test func aSideOfNothingIsNoSize() {
        #expect(ImageSize.of(Array("GIF89a".utf8) + [0, 0, 3, 0]) == nil)
        #expect(ImageSize.of(Array("GIF89a".utf8) + [3, 0, 0, 0]) == nil)
    }

    static let samples = [
        Sample(
            "PNG", 300, 5,
            """
            iVBORw0KGgoAAAANSUhEUgAAASwAAAAFCAIAAABwy0ZoAAAAK0lEQVR42u3TQQ0AMAgAsTEhKMF/kIUMHrQSLrnorAfs+RKA\
            CcGEgAnhrAFYXAEsM7AzAgAAAABJRU5ErkJggg==
            """),
        Sample(
            "GIF", 258, 3,
            """
            R0lGODdhAgEDAIEAAMwAM8wzM8wAZswzZiwAAAAAAgEDAAAInwADABBIcKDBgggPKkzIcKHDhhAfSoxIcaLFihgvaszIcaPH\
            jggDCAhAcMBAgQMIiiQ50CTLlCdHljwJACZJmS1p2lw586VKnAFcovzJMqhOoj2HxiwqtCbSnD6XJnUqFarSm0yPVjUaFevU\
            nUCbgs3adaXBsV+fcr3K0ypVr27RxlUrlq5WuGvfts0rl6/dsmHv7q27lTBew4MFAxUYEAA7
            """),
        Sample(
            "JPEG with EXIF, a thumbnail in it", 300, 7,
            """
            /9j/4AAQSkZJRgABAQAAAQABAAD/4QKwRXhpZgAATU0AKgAAAAgAAQESAAMAAAABAAYAAAAAABoAAwEDAAMAAAABAAYAAAIB\
            AAQAAAABAAAARAICAAQAAAABAAACZAAAAAD/2P/bAEMA////////////////////////////////////////////////////\
            ///////////////////////////////////bAEMB////////////////////////////////////////////////////////\
            ///////////////////////////////AABEIAAgAEAMBIgACEQEDEQH/xAAfAAABBQEBAQEBAQAAAAAAAAAAAQIDBAUGBwgJ\
            Cgv/xAC1EAACAQMDAgQDBQUEBAAAAX0BAgMABBEFEiExQQYTUWEHInEUMoGRoQgjQrHBFVLR8CQzYnKCCQoWFxgZGiUmJygp\
            KjQ1Njc4OTpDREVGR0hJSlNUVVZXWFlaY2RlZmdoaWpzdHV2d3h5eoOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3\
            uLm6wsPExcbHyMnK0tPU1dbX2Nna4eLj5OXm5+jp6vHy8/T19vf4+fr/xAAfAQADAQEBAQEBAQEBAAAAAAAAAQIDBAUGBwgJ\
            Cgv/xAC1EQACAQIEBAMEBwUEBAABAncAAQIDEQQFITEGEkFRB2FxEyIygQgUQpGhscEJIzNS8BVictEKFiQ04SXxFxgZGiYn\
            KCkqNTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqCg4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1\
            tre4ubrCw8TFxsfIycrS09TV1tfY2dri4+Tl5ufo6ery8/T19vf4+fr/2gAMAwEAAhEDEQA/AEooooLP/9n/2wBDAP//////\
            ////////////////////////////////////////////////////////////////////////////////2wBDAf//////////\
            ////////////////////////////////////////////////////////////////////////////wAARCAAHASwDASIAAhEB\
            AxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1Fh\
            ByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4\
            eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3\
            +Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdh\
            cRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3\
            eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3\
            +Pn6/9oADAMBAAIRAxEAPwBKKKKCwooooAKKKKACiiigAooooAKKKKACiiigAooooAKKKKACiiigAooooAKKKKACiiigAooo\
            oAKKKKACiiigAooooAKKKKACiiigD//Z
            """),
        Sample(
            "progressive JPEG with a comment", 9, 260,
            """
            /9j/4AAQSkZJRgABAQAAAQABAAD//gAEaGn/2wBDAP//////////////////////////////////////////////////////\
            ////////////////////////////////2wBDAf//////////////////////////////////////////////////////////\
            ////////////////////////////wgARCAEEAAkDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAH/xAAVAQEBAAAA\
            AAAAAAAAAAAAAAAAAf/aAAwDAQACEAMQAAABgUAAAAAAAAAAAAAAAD//xAAUEAEAAAAAAAAAAAAAAAAAAABg/9oACAEBAAEF\
            AgX/xAAUEQEAAAAAAAAAAAAAAAAAAABA/9oACAEDAQE/AQ//xAAUEQEAAAAAAAAAAAAAAAAAAABA/9oACAECAQE/AQ//xAAU\
            EAEAAAAAAAAAAAAAAAAAAABg/9oACAEBAAY/AgX/xAAUEAEAAAAAAAAAAAAAAAAAAABg/9oACAEBAAE/IQX/2gAMAwEAAgAD\
            AAAAEPfffffffffffffffff/xAAUEQEAAAAAAAAAAAAAAAAAAABA/9oACAEDAQE/EA//xAAUEQEAAAAAAAAAAAAAAAAAAABA\
            /9oACAECAQE/EA//xAAUEAEAAAAAAAAAAAAAAAAAAABg/9oACAEBAAE/EAX/2Q==
            """),
        Sample(
            "lossy WebP", 300, 7,
            """
            UklGRlAAAABXRUJQVlA4IEQAAADQAwCdASosAQcAP83m8HK/uDMsIagD8DmJaQDOOAT5w4cOHDhw4NAA/tDIhL+RzvZ9G+uq\
            tRQRUnKn7cqo3O71SwFYAA==
            """),
        Sample(
            "lossless WebP", 301, 8,
            """
            UklGRiQAAABXRUJQVlA4TBcAAAAvLMEBAAdQjyKXp/8BICH8Xy9G9D91AQA=
            """),
        Sample(
            "extended WebP", 302, 9,
            """
            UklGRnoAAABXRUJQVlA4WAoAAAAQAAAALQEACAAAQUxQSBAAAAABB1CtiAgACeH/ejGi/ykVVlA4IEQAAADQAwCdASouAQkA\
            P83m8HK/uDMsIagD8DmJaQDOOAT5w4cOHDhw4NAA/tDIhL+RzvZ9G+uqtRQRUnKn7cqo3O71SwFYAA==
            """),
    ]
}
