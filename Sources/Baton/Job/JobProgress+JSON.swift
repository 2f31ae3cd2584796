#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension JobProgress {
    private struct Stored: Decodable {
        var progress: Double
        var message: String?

        private enum CodingKeys: String, CodingKey {
            case progress
            case message = "progress_message"
        }
    }

    /// Reads what a run's entry of the history holds.
    ///
    /// - Parameter stored: What belongs to the entry; `nil` comes back where the run said nothing.
    package init?(stored: JSONText) {
        guard let stored = try? JSONDecoder().decode(Stored.self, from: Data(stored.text.utf8)) else { return nil }
        self.init(stored.progress, stored.message)
    }
}
