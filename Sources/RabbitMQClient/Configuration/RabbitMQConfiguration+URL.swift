extension RabbitMQConfiguration {
    /// Configures a connection from a URL, `amqp://user:password@host:port/virtual-host`.
    ///
    /// Every part but the scheme may be missing. User, password and virtual host are percent-decoded: the virtual host
    /// `/` is written `%2f`. Several hosts are separated by commas. IPv6 addresses stand in brackets.
    ///
    /// With `amqps://` the connection is secured by TLS. These parameters may follow a question mark, and are
    /// percent-decoded: `cacertfile`, `certfile`, `keyfile`, `verify` (`verify_peer` or `verify_none`),
    /// `server_name_indication`, `auth_mechanism` (`plain` or `external`), `heartbeat` (in seconds) and
    /// `connection_timeout` (in milliseconds). They mean what they mean to RabbitMQ's own clients, but the broker's
    /// certificate is verified unless it says otherwise.
    ///
    /// - Parameter url: The URL.
    /// - Throws: ``RabbitMQError`` with the code `invalidConfiguration` if the text is no such URL.
    public init(url: String) throws(RabbitMQError) {
        var rest = url[...]
        guard let scheme = rest.range(ofFirst: "://") else { throw .url("it does not start with amqp:// or amqps://") }
        self.init()
        switch rest[..<scheme.lowerBound].lowercased() {
        case "amqp": break
        case "amqps":
            self.tls = RabbitMQTLS()
            self.endpoints = [Endpoint(host: "localhost", port: 5671)]
        default: throw .url("it does not start with amqp:// or amqps://")
        }
        rest = rest[scheme.upperBound...]
        if rest.contains("#") { throw .url("a # has no meaning in it; within a part it is written %23") }
        var query: Substring?
        if let mark = rest.firstIndex(of: "?") {
            query = rest[rest.index(after: mark)...]
            rest = rest[..<mark]
        }

        var path: Substring?
        if let slash = rest.firstIndex(of: "/") {
            path = rest[rest.index(after: slash)...]
            rest = rest[..<slash]
        }
        var credentials: Substring?
        if let at = rest.lastIndex(of: "@") {
            credentials = rest[..<at]
            rest = rest[rest.index(after: at)...]
        }

        if let credentials {
            let parts = credentials.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            self.user = try Self.decode(parts[0], what: "user")
            if parts.count > 1 { self.password = try Self.decode(parts[1], what: "password") }
        }
        if let path, !path.isEmpty {
            guard !path.contains("/") else { throw .url("a / within the virtual host is written %2f") }
            self.virtualHost = try Self.decode(path, what: "virtual host")
        }
        if !rest.isEmpty {
            let port: UInt16 = self.tls == nil ? 5672 : 5671
            self.endpoints = []
            for part in rest.split(separator: ",", omittingEmptySubsequences: false) {
                self.endpoints.append(try Self.endpoint(part, port: port))
            }
        }
        if let query { try self.read(query: query) }
    }

    private static func endpoint(_ text: Substring, port defaultPort: UInt16) throws(RabbitMQError) -> Endpoint {
        var host = text
        var port: Substring?
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw .url("an IPv6 address lacks its ]") }
            host = text[text.index(after: text.startIndex)..<end]
            let behind = text[text.index(after: end)...]
            if !behind.isEmpty {
                guard behind.first == ":" else { throw .url("only a port may follow an IPv6 address") }
                port = behind.dropFirst()
            }
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        var endpoint = Endpoint(host: try Self.decode(host, what: "host"), port: defaultPort)
        if endpoint.host.isEmpty { endpoint.host = "localhost" }
        if let port, !port.isEmpty {
            guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(port), number > 0 else {
                throw .url("a port is a number from 1 to 65535")
            }
            endpoint.port = number
        }
        return endpoint
    }

    static func decode(_ text: Substring, what: String) throws(RabbitMQError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(hexadecimal: rest.prefix(2)) else {
                throw .url("the \(what) has a % that two hexadecimal digits do not follow")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        // A zero would cut the text short once it is a C string.
        guard !bytes.contains(0), let decoded = String(validating: bytes, as: UTF8.self) else {
            throw .url("the \(what) is no text")
        }
        return decoded
    }
}

extension RabbitMQError {
    // Must not quote the URL: it holds the password.
    static func url(_ reason: String) -> RabbitMQError {
        RabbitMQError(code: .invalidConfiguration, message: "The RabbitMQ URL cannot be used: \(reason)")
    }
}

extension Substring {
    fileprivate func range(ofFirst text: String) -> Range<Index>? {
        var start = self.startIndex
        while start < self.endIndex {
            if self[start...].hasPrefix(text) { return start..<self.index(start, offsetBy: text.count) }
            start = self.index(after: start)
        }
        return nil
    }
}

extension UInt8 {
    fileprivate init?(hexadecimal digits: Substring.UTF8View) {
        var value: UInt8 = 0
        for digit in digits {
            switch digit {
            case 0x30...0x39: value = value << 4 | (digit - 0x30)
            case 0x41...0x46: value = value << 4 | (digit - 0x41 + 10)
            case 0x61...0x66: value = value << 4 | (digit - 0x61 + 10)
            default: return nil
            }
        }
        self = value
    }
}
