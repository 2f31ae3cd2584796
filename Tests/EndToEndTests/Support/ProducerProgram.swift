import Foundation

/// A program of `deploy/producers` that publishes to the broker, with everything that a producer should do.
///
/// The interpreters are the system's own: they find the clients that the system has packages of.
enum ProducerProgram: String, CaseIterable, Sendable {
    case c, go, java, perl, php, python, ruby

    /// Where the programs are.
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../deploy/producers").standardized

    private static let classPath = ["amqp-client", "slf4j-api", "slf4j-nop"]
        .map { "/usr/share/java/\($0).jar" }.joined(separator: ":")

    /// The whole path of a file.
    static func path(of file: String, in folder: URL = folder) -> String {
        folder.appending(path: file).path(percentEncoded: false)
    }

    /// What its source is called.
    var file: String {
        switch self {
        case .c: "submit.c"
        case .go: "submit.go"
        case .java: "Submit.java"
        case .perl: "submit.pl"
        case .php: "submit.php"
        case .python: "submit.py"
        case .ruby: "submit.rb"
        }
    }

    /// What builds it, where it is to be built.
    ///
    /// - Parameters:
    ///   - sources: Where its source is.
    ///   - folder: Where it is built.
    /// - Returns: The command; `nil` where it runs as it is.
    func building(_ sources: URL, into folder: URL) -> [String]? {
        let (source, built) = (Self.path(of: file, in: sources), Self.path(of: "submit", in: folder))
        switch self {
        case .c: return ["cc", "-o", built, source, "-lrabbitmq"]
        case .go:
            // As Debian keeps libraries for it, and leaving nothing behind in a cache.
            let variables = [
                "GO111MODULE=off", "GOPATH=/usr/share/gocode", "GOFLAGS=",
                "GOCACHE=\(Self.path(of: "cache", in: folder))",
            ]
            return variables + ["go", "build", "-o", built, source]
        case .java: return ["javac", "-cp", Self.classPath, "-d", folder.path(percentEncoded: false), source]
        case .perl, .php, .python, .ruby: return nil
        }
    }

    /// What starts it, before its arguments.
    ///
    /// - Parameters:
    ///   - sources: Where its source is.
    ///   - folder: Where it was built.
    /// - Returns: The command.
    func command(_ sources: URL, builtIn folder: URL) -> [String] {
        let source = Self.path(of: file, in: sources)
        return switch self {
        case .c, .go: [Self.path(of: "submit", in: folder)]
        case .java: ["java", "-cp", "\(folder.path(percentEncoded: false)):\(Self.classPath)", "Submit"]
        case .perl: ["/usr/bin/perl", source]
        case .php: ["/usr/bin/php", source]
        case .python: ["/usr/bin/python3", source]
        case .ruby: ["/usr/bin/ruby", source]
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
