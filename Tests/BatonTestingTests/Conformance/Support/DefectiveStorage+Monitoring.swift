import Baton

extension DefectiveStorage: JobMonitor {
    private var monitor: any JobMonitor {
        get throws(JobStorageError) {
            guard let monitor = inner as? any JobMonitor else { throw JobStorageError(.refused, "It is no monitor.") }
            return monitor
        }
    }

    func jobs(
        matching filter: JobFilter,
        after cursor: JobID?,
        limit: Int
    ) async throws(JobStorageError) -> JobPage {
        var filter = filter
        if defect == .ignoresStates { filter.states = [] }
        var page = try await monitor.jobs(matching: filter, after: cursor, limit: limit)
        if defect == .endsAfterAPage { page.next = nil }
        return page
    }

    func servers() async throws(JobStorageError) -> [ServerSnapshot] {
        var servers = try await monitor.servers()
        if defect == .believesLeases {
            for index in servers.indices where servers[index].state == .expired { servers[index].state = .alive }
        }
        return servers
    }

    func queues() async throws(JobStorageError) -> [QueueSnapshot] {
        var queues = try await monitor.queues()
        for index in queues.indices {
            if defect == .countsNoRuns { queues[index].processing = 0 }
            if defect == .showsNoProbes { queues[index].probeAge = nil }
            if defect == .showsNoPauses { queues[index].pauses = [] }
        }
        return queues
    }

    func counters() async throws(JobStorageError) -> [JobCounter: Int] {
        defect == .showsNoCounters ? [:] : try await monitor.counters()
    }

    func disagreements(
        _ kinds: Set<Disagreement.Kind>,
        unpublishedAge age: Duration,
        limit: Int
    ) async throws(JobStorageError) -> [Disagreement] {
        let found = try await monitor.disagreements(kinds, unpublishedAge: age, limit: limit)
        if defect == .mendsWhatItShows {
            _ = try await inner.requeueOrphans(marks: PublishMarkRange(unmarked: limit))
        }
        return defect == .showsNoLosses ? found.filter { $0.kind != .lost } : found
    }
}
