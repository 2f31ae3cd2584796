/// Makes a background job of an ordinary function.
///
/// The function stays as it is and can still be called. Beside it appears `$name`, with the same labels, types and
/// defaults, which makes a call that can be enqueued:
///
/// ```swift
/// @Job("mail.welcome", queue: "mail")
/// func sendWelcome(to address: String, locale: String = "en") async throws { … }
///
/// try await jobs.enqueue(Mailer.$sendWelcome(to: "ada@example.org"))
/// ```
///
/// It works on free functions and on static and instance methods of structs, final classes and actors, and on static
/// methods of enums; a type with such methods is marked ``Jobs()``. Parameters and the result must be `Codable` and
/// `Sendable`. A parameter of type `JobContext` is filled in at each run and is absent from `$name`. Documentation
/// comments are copied to `$name`.
///
/// ## What is stored
///
/// The arguments are stored as a JSON object keyed by the parameters' names inside the function:
/// `{"address": "ada@example.org", "locale": "en"}`. Jobs outlive deployments, so the names matter:
///
/// - A parameter with a default may be missing in the stored JSON, so one may be added at any time.
/// - A parameter that got another name is read under its old one too with `renamed: ["old": "new"]`.
/// - A job without a given name is stored as `"Type.method"` or `"Module.function"`. Give it a name before the first
///   one is stored, or its old name as an alias when the function is renamed.
///
/// A public function's `$name` is public too; under `InternalImportsByDefault` its file needs `public import BatonMacros`.
///
/// ## Not possible
///
/// Generic functions, operators, local functions, functions in extensions, protocols and generic types, and `inout`,
/// closure, variadic and opaque parameters are refused.
///
/// - Parameters:
///   - name: The name the job is stored under, a string literal; `nil` for `"Type.method"` or `"Module.function"`.
///   - queue: The queue the job waits in; `nil` for `"default"`.
///   - priority: Order within the queue: urgent from 10 on, high from 1 on, normal at 0, low below.
///   - maximumAttempts: How many attempts the job has, the first included; `nil` for the server's default.
///   - timeout: How long one attempt may take; `nil` for no limit.
///   - retry: Whether and when a failed run is tried again, and what becomes of the job when its attempts are used up; `nil`
///     for what the server says.
///   - filters: The job's own filters, after those of all jobs.
///   - exclusive: Whether a run is cancelled when the lease that protects it is over, so that no other run of the job
///     overlaps it: see `JobCall.isExclusive`.
///   - aliases: Former names of the job, string literals.
///   - renamed: Former names of parameters, each with the name it has now.
@attached(peer, names: prefixed(`$`), prefixed(__Job_))
public macro Job(
    _ name: String? = nil,
    queue: String? = nil,
    priority: Int? = nil,
    maximumAttempts: Int? = nil,
    timeout: Duration? = nil,
    retry: RetryPolicy? = nil,
    filters: JobFilters = [],
    exclusive: Bool = false,
    aliases: [String] = [],
    renamed: [String: String] = [:]
) = #externalMacro(module: "BatonMacrosPlugin", type: "JobMacro")
