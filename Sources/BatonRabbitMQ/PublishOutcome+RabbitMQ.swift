internal import Baton
internal import RabbitMQClient

extension PublishOutcome {
    init(_ outcome: RabbitMQPublishOutcome) {
        self =
            switch outcome.kind {
            case .confirmed: .confirmed
            case .returned, .nacked: .refused(reason: outcome.description)
            default: .unconfirmed(reason: outcome.description)
            }
    }
}
