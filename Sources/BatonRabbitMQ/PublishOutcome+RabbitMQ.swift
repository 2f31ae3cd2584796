internal import Baton
internal import RabbitMQClient

extension PublishOutcome {
    init(_ outcome: RabbitMQPublishOutcome) {
        self = outcome.isConfirmed ? .confirmed : .unconfirmed(reason: outcome.description)
    }
}
