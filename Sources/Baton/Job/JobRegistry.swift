/// The jobs this process can run, by name.
public struct JobRegistry: Sendable {
    private let jobs: [String: RegisteredJob]

    /// Whether runs of some job are cancelled when the lease that protects them is over.
    public let hasExclusiveJobs: Bool

    /// Collects registrations.
    ///
    /// - Parameter registrations: What the server is to run.
    /// - Throws: ``JobRegistrationError`` when two jobs share a name or an alias, when a declaration is not allowed, or
    ///   when a job lacks its receiver.
    public init(_ registrations: [JobRegistration]) throws(JobRegistrationError) {
        var jobs: [String: RegisteredJob] = [:]
        for registration in registrations {
            if let problem = registration.problem {
                throw problem
            }
            for job in registration.jobs {
                try Self.validate(job)
                for name in [job.name] + job.aliases {
                    if let other = jobs.updateValue(job, forKey: name) {
                        throw Self.duplicate(name, other, job)
                    }
                }
            }
        }
        self.jobs = jobs
        hasExclusiveJobs = jobs.values.contains(where: \.isExclusive)
    }

    /// Collects registrations.
    ///
    /// - Parameter registrations: What the server is to run.
    /// - Throws: ``JobRegistrationError``, as ``init(_:)`` does.
    public init(@JobRegistrationBuilder _ registrations: () -> [JobRegistration]) throws(JobRegistrationError) {
        try self.init(registrations())
    }

    /// All names jobs can be found under, aliases included, sorted.
    public var names: [String] { jobs.keys.sorted() }

    /// The names of some jobs, aliases included, sorted.
    ///
    /// - Parameter isMeant: Which jobs.
    /// - Returns: The names.
    func names(where isMeant: (RegisteredJob) -> Bool) -> [String] {
        jobs.filter { isMeant($1) }.keys.sorted()
    }

    /// Finds a job.
    ///
    /// - Parameter name: A job's name or one of its aliases.
    /// - Returns: The job, or `nil` when this process does not know it.
    public subscript(name: String) -> RegisteredJob? { jobs[name] }

    private static func validate(_ job: RegisteredJob) throws(JobRegistrationError) {
        do throws(JobError) {
            for name in [job.name] + job.aliases {
                try JobName.validate(name)
            }
            try job.options.validate()
            try job.retry?.validate()
        } catch {
            throw JobRegistrationError(
                .invalidDeclaration,
                "\(job.declaration): \(error.message)",
                underlyingError: error
            )
        }
    }

    private static func duplicate(_ name: String, _ one: RegisteredJob, _ other: RegisteredJob) -> JobRegistrationError
    {
        let message =
            one.declaration == other.declaration
            ? "“\(name)” (\(one.declaration)) is registered twice; register it once."
            : "“\(name)” names both \(one.declaration) and \(other.declaration); give one of them another name."
        return JobRegistrationError(.duplicateName, message)
    }
}
