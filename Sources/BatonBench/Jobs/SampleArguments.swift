/// Arguments of the size and kind that a real job has: about 200 bytes of JSON.
struct SampleArguments: Codable, Sendable, Hashable {
    var to: String
    var template: String
    var locale: String
    var values: [String: String]

    static let typical = SampleArguments(
        to: "ada.lovelace@example.org",
        template: "orders.confirmation",
        locale: "en-GB",
        values: [
            "order": "2026-000123456",
            "customer": "Ada Lovelace",
            "total": "129.90",
            "currency": "GBP",
            "carrier": "royal-mail-24",
        ]
    )
}
