import ArgumentParser
import Baton
import Foundation

/// How a command shows what it found.
struct Output: ParsableArguments {
    @Flag(help: "Print one JSON document.")
    var json = false

    /// Prints the one or the other.
    ///
    /// - Parameters:
    ///   - document: For programs.
    ///   - text: For people; lines that end with a line break.
    func write(_ document: @autoclosure () -> JSONNode, _ text: @autoclosure () -> String) {
        StandardOutput.write(json ? document().text + "\n" : text())
    }
}

extension Date {
    /// The date for people: UTC, to the second.
    var shown: String {
        guard let text = RFC3339.text(self) else { return "never" }
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + "Z"
    }
}

extension Duration {
    /// The duration for people, with its two largest units.
    var shown: String {
        let seconds = max(components.seconds, 0)
        return switch seconds {
        case ..<60: "\(seconds)s"
        case ..<3_600: "\(seconds / 60)m\(seconds % 60)s"
        case ..<86_400: "\(seconds / 3_600)h\(seconds / 60 % 60)m"
        default: "\(seconds / 86_400)d\(seconds / 3_600 % 24)h"
        }
    }

    /// The duration in seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
