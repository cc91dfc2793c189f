import HTTPTypes
import Hummingbird
import StrictJSON
import Testing

@testable import Web

struct OpenAPITests {
    @Test func describesExactlyTheRoutesThereAre() async throws {
        let site = try await TestSite()
        let answer = try await site.browser().get("/v1/openapi.json")
        let root = try JSONDocument(Array(answer.text.utf8)).root
        var described: Set<String> = []
        for path in try #require(root["paths"]).members {
            for operation in path.value.members { described.insert(operation.name.uppercased() + " /v1" + path.name) }
        }
        let routes = DeclaredRoutes(Router(context: SiteContext.self))
        site.site.addAPIRoutes(to: routes.group("v1"))
        #expect(described == Set(routes.declared.map { $0.replacing("/**", with: "/{model}") }))
    }

    @Test func everyReferenceLeadsSomewhere() throws {
        let document = OpenAPIDocument(address: TestSite.address, version: "1").value.bytes
        let root = try JSONDocument(document).root
        let names = Set(try #require(root["components"]?["schemas"]).members.map(\.name))
        let references = Self.references(in: root)
        #expect(!references.isEmpty && references.isSubset(of: names))
    }

    private static func references(in node: JSONNode) -> Set<String> {
        let own = node["$ref"]?.string.map { [$0.replacing("#/components/schemas/", with: "")] } ?? []
        let children = node.members.map(\.value) + Array(node.elements)
        return children.reduce(into: Set(own)) { $0.formUnion(references(in: $1)) }
    }
}
