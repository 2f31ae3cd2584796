import Baton

extension JobSnapshot {
    /// Whether the job is yet to be run, now or later.
    var waits: Bool {
        switch state {
        case .scheduled, .awaiting, .enqueued: true
        case .processing, .succeeded, .failed, .deleted: false
        }
    }

    /// The job in a line, for a person to read.
    var line: String {
        var text = "\(name) \(arguments.text) in “\(queue)”, \(state)"
        if let scheduledAt, let date = RFC3339.text(scheduledAt) {
            text += " for \(date)"
        }
        if let failure {
            text += " after \(failure.type): \(failure.message)"
        }
        return text
    }
}

extension Duration {
    /// The duration as a person would say it.
    var formatted: String {
        let seconds = self / .seconds(1)
        return switch seconds {
        case ..<120: "\((seconds * 1000).rounded() / 1000) s"
        case ..<7_200: "\((seconds / 6).rounded() / 10) min"
        case ..<172_800: "\((seconds / 360).rounded() / 10) h"
        default: "\((seconds / 8_640).rounded() / 10) days"
        }
    }
}
