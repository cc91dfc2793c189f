/// The answer to `GET /models`.
///
/// Source: <https://platform.openai.com/docs/api-reference/models/list>.
struct ModelList: Decodable {
    struct Model: Decodable {
        var id: String
    }

    var data: [Model]
}
