/// Arguments of the size that a real job has: about 200 bytes of JSON.
struct SampleArguments: Codable, Sendable, Hashable {
    var to: String
    var template: String
    var locale: String
    var body: String

    static let typical = SampleArguments(
        to: "ada.lovelace@example.org",
        template: "orders.confirmation",
        locale: "en-GB",
        body: "Order 2026-000123456 of Ada Lovelace: 129.90 GBP, on its way with royal-mail-24 since today."
    )
}
