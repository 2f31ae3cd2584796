/// One job of a receiver's type: how to name, read and run it, without the receiver itself.
public struct JobDefinition<Receiver: Sendable>: Sendable {
    /// Makes or hands over the receiver of one run.
    typealias MakeReceiver = @Sendable (JobContext) async throws -> Receiver

    enum Body: Sendable {
        case needsReceiver(@Sendable (@escaping MakeReceiver) -> RegisteredJob.Body)
        case needsNothing(RegisteredJob.Body)
    }

    /// The name the job is stored under.
    public let name: String

    /// Former names of the job.
    public let aliases: [String]

    /// How the job is queued and retried when the enqueuing code says nothing else.
    public let options: JobOptions

    /// Whether and when a failed run is tried again; `nil` for what the server says.
    public let retry: RetryPolicy?

    /// The job's own filters.
    public let filters: JobFilters

    /// Whether a run is cancelled when the lease that protects it is over.
    public let isExclusive: Bool

    /// The Swift declaration, for messages.
    let declaration: String

    let body: Body

    /// Whether the job is called on an instance.
    public var needsReceiver: Bool {
        switch body {
        case .needsReceiver: true
        case .needsNothing: false
        }
    }

    /// A job that is called on the receiver.
    ///
    /// - Parameter call: The call's type.
    public init<Call: JobCall>(_ call: Call.Type) where Call.Receiver == Receiver {
        self.init(call, .needsReceiver { makeReceiver in RegisteredJob.Body(call, makeReceiver: makeReceiver) })
    }

    /// A job that is called on nothing, such as a static method of the receiver's type.
    ///
    /// - Parameter call: The call's type.
    public init<Call: JobCall>(static call: Call.Type) where Call.Receiver == Void {
        self.init(call, .needsNothing(RegisteredJob.Body(call, makeReceiver: { _ in })))
    }

    private init<Call: JobCall>(_ call: Call.Type, _ body: Body) {
        self.name = Call.name
        self.aliases = Call.aliases
        self.options = Call.options
        self.retry = Call.retry
        self.filters = Call.filters
        self.isExclusive = Call.isExclusive
        self.declaration = RegisteredJob.declaration(of: call)
        self.body = body
    }

    /// The job, able to run.
    func bound(to makeReceiver: @escaping MakeReceiver) -> RegisteredJob {
        switch body {
        case .needsReceiver(let bind): registered(bind(makeReceiver))
        case .needsNothing(let body): registered(body)
        }
    }

    func registered(_ body: RegisteredJob.Body) -> RegisteredJob {
        RegisteredJob(
            name: name,
            aliases: aliases,
            options: options,
            retry: retry,
            filters: filters,
            isExclusive: isExclusive,
            declaration: declaration,
            body: body
        )
    }
}
