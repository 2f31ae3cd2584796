extension RabbitMQConfiguration {
    /// Reads what follows the question mark of a URL.
    mutating func read(query: Substring) throws(RabbitMQError) {
        var names: Set<Substring> = []
        for parameter in query.split(separator: "&") {
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts[0]
            let value = try Self.decode(parts.count > 1 ? parts[1] : ""[...], what: "parameter \(name)")
            guard names.insert(name).inserted else { throw .url("the parameter \(name) is there twice") }
            guard !value.isEmpty else { throw .url("the parameter \(name) has no value") }
            try self.read(name, value)
        }
        if self.authentication == .certificate, self.tls?.certificateFile == nil {
            throw .url("auth_mechanism=external needs amqps:// and a certfile")
        }
    }

    private mutating func read(_ name: Substring, _ value: String) throws(RabbitMQError) {
        switch name {
        case "heartbeat":
            self.heartbeat = .seconds(try Self.number(name, value))
        case "connection_timeout":
            self.connectTimeout = .milliseconds(try Self.number(name, value))
        case "auth_mechanism":
            switch value.lowercased() {
            case "plain": self.authentication = .password
            case "external": self.authentication = .certificate
            default: throw .url("auth_mechanism is plain or external")
            }
        case "cacertfile", "certfile", "keyfile", "verify", "server_name_indication":
            guard var tls = self.tls else { throw .url("the parameter \(name) needs amqps://") }
            try tls.read(name, value)
            self.tls = tls
        default:
            // Silently dropping one would surprise whoever wrote it. Not quoted: it may be a piece of a password.
            throw .url("it has a parameter that this client does not know")
        }
    }

    private static func number(_ name: Substring, _ value: String) throws(RabbitMQError) -> Int {
        guard value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(value) else {
            throw .url("the parameter \(name) is a number from 0 to 65535")
        }
        return Int(number)
    }
}

extension RabbitMQTLS {
    fileprivate mutating func read(_ name: Substring, _ value: String) throws(RabbitMQError) {
        switch name {
        case "cacertfile": self.authorityFile = value
        case "certfile": self.certificateFile = value
        case "keyfile": self.keyFile = value
        case "server_name_indication": self.serverName = value
        default:
            switch value {
            case "verify_peer": self.verification = .full
            case "verify_none": self.verification = .none
            default: throw .url("verify is verify_peer or verify_none")
            }
        }
    }
}
