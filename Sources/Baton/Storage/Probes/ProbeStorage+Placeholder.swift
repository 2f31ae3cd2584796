// Only until every home implements it.
extension JobTransport {
    public func watch(_ watch: any QueueWatch) {}
    public func publish(_ probe: ProbeID, to queue: String) async -> Bool { false }
}

extension JobConsumer {
    public func catchUp(queue: String, probe: ProbeID) async -> Bool { false }
}
