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
        var failure = rabbit_failure()
        var strings = CStrings()
        var options = try rabbit_options(endpoint, configuration, &strings)
        guard let connection = rabbit_connect(&options, &failure) else {
            throw RabbitMQError(failure, endpoint, configuration)
        }
        self.connection = connection
        self.descriptor = rabbit_descriptor(connection)
        self.frameMax = Int(rabbit_frame_max(connection))
        self.channelMax = UInt16(clamping: rabbit_channel_max(connection))
        self.heartbeat = .seconds(Int(rabbit_heartbeat(connection)))
    }

    deinit {
        rabbit_destroy(self.connection)
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
        guard status >= 0 else { throw self.lost }
        guard status > 0 else { return nil }
        defer { rabbit_release(self.connection, &frame) }
        return Frame(frame)
    }

    /// Sends what the socket takes without blocking, and returns how much that was.
    func send(_ bytes: UnsafePointer<UInt8>, count: Int) throws(RabbitMQError) -> Int {
        let sent = rabbit_send(self.connection, bytes, count)
        guard sent >= 0 else { throw self.lost }
        return sent
    }

    private var lost: RabbitMQError {
        .connectionLost("The connection broke: \(String(cString: rabbit_error_text(self.connection)))")
    }
}
