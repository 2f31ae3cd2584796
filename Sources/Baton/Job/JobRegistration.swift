/// One or more jobs as they are handed to a server.
///
/// A registration that cannot work, such as a type in place of an instance, is kept with its reason and thrown by
/// ``JobRegistry/init(_:)``: a list of registrations is declarative, and has no place to throw at.
public struct JobRegistration: Sendable {
    let jobs: [RegisteredJob]
    let problem: JobRegistrationError?

    private init(jobs: [RegisteredJob], problem: JobRegistrationError? = nil) {
        self.jobs = jobs
        self.problem = problem
    }

    /// All jobs of a receiver.
    ///
    /// - Parameter receiver: What the jobs are called on, for the whole life of the server.
    public init<Receiver: JobReceiver>(_ receiver: Receiver) {
        self.init(jobs: Receiver.jobs.map { $0.bound(to: { _ in receiver }) })
    }

    /// All jobs of a type whose receiver is made for each run.
    ///
    /// - Parameter scoped: How to make the receiver.
    public init<Receiver: JobReceiver>(_ scoped: Scoped<Receiver>) {
        self.init(jobs: Receiver.jobs.map { $0.bound(to: scoped.makeReceiver) })
    }

    /// All jobs of a type that has static jobs only.
    ///
    /// - Parameter type: The type.
    public init<Receiver: JobReceiver>(_ type: Receiver.Type) {
        var jobs: [RegisteredJob] = []
        for job in Receiver.jobs {
            guard case .needsNothing(let body) = job.body else {
                self.init(
                    jobs: [],
                    problem: JobRegistrationError(
                        .receiverNeeded,
                        """
                        “\(job.name)” (\(job.declaration)) is called on an instance: register an instance of \(type), \
                        or Scoped(\(type).self) { … }, in place of \(type).self.
                        """
                    )
                )
                return
            }
            jobs.append(job.registered(body))
        }
        self.init(jobs: jobs)
    }

    /// A single job that is called on nothing.
    ///
    /// - Parameter call: The call's type: a hand-written ``Job``.
    public init<Call: JobCall>(_ call: Call.Type) where Call.Receiver == Void {
        let job = JobDefinition<Void>(static: call)
        self.init(jobs: [job.bound(to: { _ in })])
    }
}
