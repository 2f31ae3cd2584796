import CLibPQ

/// One of the hosts that a connection string names, and what is asked of it.
struct ConnectTarget {
    private(set) var settings: [(String, String)] = []

    /// How the host is named in an error, if it is one of several.
    var description: String {
        let name = self.settings.first { $0.0 == "host" || $0.0 == "hostaddr" }?.1 ?? ""
        let port = self.settings.first { $0.0 == "port" }?.1 ?? ""
        return name.isEmpty ? "" : " \(name)" + (port.isEmpty ? "" : ":\(port)")
    }

    /// Reads a connection string.
    ///
    /// libpq would report one that does not parse when connecting, but it quotes the string then, and with it perhaps
    /// the password.
    static func targets(of connectionString: String) throws(PostgresError) -> [ConnectTarget] {
        let options = try self.options(of: connectionString)
        let hosts = options["host"].map(self.list)
        let addresses = options["hostaddr"].map(self.list)
        let ports = options["port"].map(self.list) ?? []
        let count = max(hosts?.count ?? 1, addresses?.count ?? 1)
        let listsMatch = [hosts, addresses].allSatisfy { $0.map { $0.count == count } ?? true }
        // Lists of different lengths are an error that libpq explains.
        guard count > 1, listsMatch, ports.count <= 1 || ports.count == count else { return [ConnectTarget()] }

        let targets = (0..<count).map { index in
            var target = ConnectTarget()
            if let hosts { target.settings.append(("host", hosts[index])) }
            if let addresses { target.settings.append(("hostaddr", addresses[index])) }
            if let port = ports.count == 1 ? ports.first : ports.dropFirst(index).first {
                target.settings.append(("port", port))
            }
            return target
        }
        guard options["target_session_attrs"] == "prefer-standby" else { return targets }
        // First a standby anywhere, then anything.
        return ["standby", "any"].flatMap { attributes in
            targets.map { target in
                var target = target
                target.settings.append(("target_session_attrs", attributes))
                return target
            }
        }
    }

    private static func list(_ text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    private static func options(of connectionString: String) throws(PostgresError) -> [String: String] {
        guard !connectionString.holdsNUL else {
            throw PostgresError(.invalidConfiguration, "The connection string holds a NUL character")
        }
        var message: UnsafeMutablePointer<CChar>?
        let parsed = PQconninfoParse(connectionString, &message)
        defer {
            PQconninfoFree(parsed)
            PQfreemem(message)
        }
        guard let options = parsed else {
            let reason = message.map { String(cString: $0).trimmingNewlines().redactingQuotes() } ?? "out of memory"
            throw PostgresError(.invalidConfiguration, "The connection string cannot be read: \(reason)")
        }
        return [String: String](libPQ: options)
    }
}
