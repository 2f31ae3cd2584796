import CRabbitMQ
import Glibc

/// Owns a connection of the C library.
///
/// The library allows a connection one thread at a time. It is made on a blocking thread, handed over once, and from
/// then on used by the driver on its executor only; that is what makes passing it between threads safe.
final class ConnectionHandle: @unchecked Sendable {
    private let connection: OpaquePointer

    let descriptor: Int32
    let frameMax: Int
    let channelMax: UInt16
    /// As negotiated; zero if there is none.
    let heartbeat: Duration

    /// Connects and logs in.
    ///
    /// Blocks.
    init(
        _ endpoint: RabbitMQConfiguration.Endpoint,
        _ configuration: RabbitMQConfiguration
    ) throws(RabbitMQError) {
        let texts = [
            endpoint.host, configuration.virtualHost, configuration.user, configuration.password,
            configuration.connectionName,
        ]
        guard !texts.contains(where: { $0.utf8.contains(0) }) else {
            // C would read on only as far as the zero: as another user, perhaps.
            throw RabbitMQError(code: .invalidConfiguration, message: "The configuration holds a zero byte")
        }
        var failure = rabbit_failure()
        let connection = Self.connect(endpoint, configuration, &failure)
        guard let connection else { throw RabbitMQError(failure, endpoint, configuration) }
        self.connection = connection
        self.descriptor = rabbit_descriptor(connection)
        self.frameMax = Int(rabbit_frame_max(connection))
        self.channelMax = UInt16(clamping: rabbit_channel_max(connection))
        self.heartbeat = .seconds(Int(rabbit_heartbeat(connection)))
    }

    deinit {
        rabbit_destroy(self.connection)
    }

    private static func connect(
        _ endpoint: RabbitMQConfiguration.Endpoint,
        _ configuration: RabbitMQConfiguration,
        _ failure: inout rabbit_failure
    ) -> OpaquePointer? {
        endpoint.host.withCString { host in
            configuration.virtualHost.withCString { virtualHost in
                configuration.user.withCString { user in
                    configuration.password.withCString { password in
                        configuration.connectionName.withCString { name in
                            var options = rabbit_options(
                                host: host,
                                port: endpoint.port,
                                virtual_host: virtualHost,
                                user: user,
                                password: password,
                                connection_name: name,
                                heartbeat: UInt16(clamping: configuration.heartbeat.wholeSecondsUp),
                                timeout_milliseconds: Int32(clamping: configuration.connectTimeout.wholeMilliseconds)
                            )
                            return rabbit_connect(&options, &failure)
                        }
                    }
                }
            }
        }
    }

    /// Whether the socket has something to read, or is at its end.
    var isReadable: Bool {
        var waiting = pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&waiting, 1, 0) > 0
    }

    /// The next frame that has arrived, if any.
    func read() throws(RabbitMQError) -> Frame? {
        var frame = rabbit_frame()
        let status = rabbit_read_frame(self.connection, &frame)
        guard status >= 0 else {
            throw .connectionLost("The connection broke: \(String(cString: rabbit_status_text(status)))")
        }
        guard status > 0 else { return nil }
        defer { rabbit_release(self.connection, &frame) }
        return Frame(frame)
    }

    /// Sends what the socket takes without blocking, and returns how much that was.
    func send(_ bytes: UnsafePointer<UInt8>, count: Int) throws(RabbitMQError) -> Int {
        let sent = rabbit_send(self.connection, bytes, count)
        guard sent >= 0 else {
            throw .connectionLost("The connection broke: \(String(cString: strerror(Int32(-sent))))")
        }
        return sent
    }
}

extension RabbitMQError {
    fileprivate init(
        _ failure: rabbit_failure,
        _ endpoint: RabbitMQConfiguration.Endpoint,
        _ configuration: RabbitMQConfiguration
    ) {
        let text = withUnsafeBytes(of: failure.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let place = "\(endpoint.host):\(endpoint.port)"
        switch failure.stage {
        case RABBIT_STAGE_RESOLVE:
            self.init(code: .connectFailed, message: "Cannot find the host \(endpoint.host): \(text)")
        case RABBIT_STAGE_CONNECT:
            self.init(code: .connectFailed, message: "Cannot connect to \(place): \(text)")
        case RABBIT_STAGE_REFUSED:
            self.init(
                code: .refused,
                message: "The broker at \(place) refused \(configuration.user) on the virtual host "
                    + "\(configuration.virtualHost): \(text)",
                replyCode: failure.reply_code
            )
        default:
            self.init(code: .connectFailed, message: "Cannot log in to \(place): \(text)")
        }
    }
}

extension Duration {
    fileprivate var wholeSecondsUp: Int64 {
        let (seconds, attoseconds) = self.components
        return max(0, seconds + (attoseconds > 0 ? 1 : 0))
    }

    fileprivate var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = self.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : max(0, whole + attoseconds / 1_000_000_000_000_000)
    }
}
