import Baton
import BatonRabbitMQ

/// How a measurement's Baton is set up; `nil` leaves it to Baton's own default.
struct RigOptions: Sendable {
    /// How the broker keeps the queue.
    enum QueueType: String, Sendable, CaseIterable {
        case classic, quorum

        /// The transport's word for it.
        var type: RabbitMQTransport.Configuration.QueueType { self == .quorum ? .quorum : .classic }
    }

    var namespace: String?
    /// `nil`: without a broker, PostgreSQL alone.
    var queueType: QueueType? = .classic
    var concurrency: Int?
    var lookAhead: Int?
    var servers = 1
    /// Up to how many running jobs one starts as it is stored, without the way over the queue that is measured otherwise.
    var eagerStarts = 0
    /// How submissions are taken; `nil` where none are.
    var submissions: SubmissionTerms?

    /// How each of its servers is set up.
    var server: JobServerConfiguration {
        var configuration = JobServerConfiguration()
        if let concurrency {
            configuration.concurrency = concurrency
            configuration.lookAhead = concurrency
        }
        if let lookAhead { configuration.lookAhead = lookAhead }
        configuration.eagerStarts = eagerStarts
        if let submissions {
            var options = SubmissionOptions()
            if let backlog = submissions.backlog { options.maximumBacklog = backlog }
            configuration.submissions = options
        }
        return configuration
    }
}
