import Foundation

/// A program of `deploy/producers` that publishes to the broker, with everything that a producer should do.
///
/// The interpreters are the system's own: they find the clients that the system has packages of.
enum ProducerProgram: String, CaseIterable, Sendable {
    case c, go, java, perl, php, python, ruby

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../deploy/producers").standardized

    private static let classPath = ["amqp-client", "slf4j-api", "slf4j-nop"]
        .map { "/usr/share/java/\($0).jar" }.joined(separator: ":")

    /// The whole path of a file beside the programs.
    static func path(of file: String) -> String { path(of: file, in: folder) }

    private static func path(of file: String, in folder: URL) -> String {
        folder.appending(path: file).path(percentEncoded: false)
    }

    /// What builds it, where it is to be built.
    func building(into folder: URL) -> [String]? {
        let built = Self.path(of: "submit", in: folder)
        switch self {
        case .c: return ["cc", "-o", built, Self.path(of: "submit.c"), "-lrabbitmq"]
        case .go:
            // As Debian keeps libraries for it, and leaving nothing behind in a cache.
            let variables = [
                "GO111MODULE=off", "GOPATH=/usr/share/gocode", "GOFLAGS=",
                "GOCACHE=\(Self.path(of: "cache", in: folder))",
            ]
            return variables + ["go", "build", "-o", built, Self.path(of: "submit.go")]
        case .java:
            let folder = folder.path(percentEncoded: false)
            return ["javac", "-cp", Self.classPath, "-d", folder, Self.path(of: "Submit.java")]
        case .perl, .php, .python, .ruby: return nil
        }
    }

    /// What starts it, before its arguments.
    func command(builtIn folder: URL) -> [String] {
        switch self {
        case .c, .go: [Self.path(of: "submit", in: folder)]
        case .java: ["java", "-cp", "\(folder.path(percentEncoded: false)):\(Self.classPath)", "Submit"]
        case .perl: ["/usr/bin/perl", Self.path(of: "submit.pl")]
        case .php: ["/usr/bin/php", Self.path(of: "submit.php")]
        case .python: ["/usr/bin/python3", Self.path(of: "submit.py")]
        case .ruby: ["/usr/bin/ruby", Self.path(of: "submit.rb")]
        }
    }

    /// Its arguments for a job.
    func submitting(_ type: String, _ arguments: String, queue: String, id: String, sentAt: Int) -> [String] {
        switch self {
        case .python: [type, arguments, "--queue", queue, "--id", id, "--sent-at", "\(sentAt)"]
        case .c, .go, .java, .perl, .php, .ruby: [type, arguments, queue, id, "\(sentAt)"]
        }
    }
}
