import Baton
import Foundation

/// What the history keeps with a state, read from its JSON.
struct HistoryData: Decodable {
    var errorType: String?
    var errorMessage: String?
    var durationMS: Double?
    var latencyMS: Double?

    private enum CodingKeys: String, CodingKey {
        case errorType = "error_type"
        case errorMessage = "error_message"
        case durationMS = "duration_ms"
        case latencyMS = "latency_ms"
    }
}

extension JobHistoryEntry {
    /// What belongs to the state; nothing when nothing is kept.
    func decodedData() throws -> HistoryData {
        try JSONDecoder().decode(HistoryData.self, from: Data((data?.text ?? "{}").utf8))
    }
}
