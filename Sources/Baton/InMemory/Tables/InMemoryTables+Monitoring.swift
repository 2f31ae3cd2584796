#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension InMemoryTables {
    /// Jobs that match, newest first.
    func jobs(matching filter: JobFilter, after cursor: JobID?, limit: Int) -> JobPage {
        let ids = filter.ids.map { Set($0.prefix(JobFilter.maximumLimit)) }
        let found = rows.values.filter { row in
            (filter.states.isEmpty || filter.states.contains(row.state))
                && filter.queue.map { $0 == row.job.queue } ?? true
                && filter.name.map { $0 == row.job.name } ?? true
                && ids?.contains(row.job.id) ?? true
                && cursor.map { row.job.id.uuid.words < $0.uuid.words } ?? true
        }
        .sorted { $0.job.id.uuid.words > $1.job.id.uuid.words }
        let page = found.prefix(limit)
        return JobPage(jobs: page.map(\.snapshot), next: found.count > limit ? page.last?.job.id : nil)
    }

    /// Every server, in the order in which they were started.
    func serverSnapshots(at now: Date) -> [ServerSnapshot] {
        servers.map { epoch, server in
            let registration = server.registration
            return ServerSnapshot(
                epoch: epoch,
                name: registration.name,
                processID: registration.processID,
                state: server.isDead ? .dead : server.leaseUntil < now ? .expired : .alive,
                queues: registration.queues,
                concurrency: registration.concurrency,
                jobNames: registration.jobNames,
                startedAt: server.startedAt,
                heartbeatAt: server.renewedAt,
                leaseUntil: server.leaseUntil,
                certifiedAt: server.certifiedAt
            )
        }
        .sorted { ($0.startedAt, $0.epoch.uuid.words.0) < ($1.startedAt, $1.epoch.uuid.words.0) }
    }

    /// Every queue that holds a job, is served or is paused, by name.
    func queueSnapshots(at now: Date) -> [QueueSnapshot] {
        var queues: [String: QueueSnapshot] = [:]
        for row in rows.values {
            let queue = row.job.queue
            switch row.state {
            case .enqueued:
                queues[queue, default: QueueSnapshot(name: queue)].enqueued += 1
                let ages = [queues[queue]?.oldestAge, row.enqueuedAt?.duration(to: now)]
                queues[queue]?.oldestAge = ages.compactMap { $0 }.max()
            case .processing: queues[queue, default: QueueSnapshot(name: queue)].processing += 1
            case .scheduled: queues[queue, default: QueueSnapshot(name: queue)].scheduled += 1
            case .awaiting, .succeeded, .failed, .deleted: break
            }
        }
        for server in servers.values where !server.isDead && server.leaseUntil >= now {
            for queue in server.registration.queues {
                queues[queue, default: QueueSnapshot(name: queue)].servers += 1
            }
        }
        for name in queues.keys { queues[name]?.probeAge = probeAge(of: name, at: now) }
        return queues.values.sorted { $0.name < $1.name }.noting(queuePauses)
    }

    /// How long the probe of a queue has been on its way.
    private func probeAge(of queue: String, at now: Date) -> Duration? {
        guard let round = probing[queue]?.round, round.phase == .published, round.givesUpAt > now else { return nil }
        return round.givesUpAt.adding(.zero - round.patience).duration(to: now)
    }

    /// What the reconciler would mend, of one kind.
    func disagreements(_ kind: Disagreement.Kind, age: Duration, limit: Int, at now: Date) -> [Disagreement] {
        switch kind {
        case .unpublished:
            unpublished(limit: limit, age: age, at: now).compactMap { id in
                rows[id].map { row in
                    let silence = silence(of: row.mark, at: now)
                    return .unpublished(id, name: row.job.name, queue: row.job.queue, silence, since: row.stateAt)
                }
            }
        case .lost:
            lost(limit: limit).compactMap { id in
                rows[id].map { .lost(id, name: $0.job.name, queue: $0.job.queue, since: $0.stateAt) }
            }
        case .orphan:
            orphans(limit: limit).compactMap { id in
                rows[id].map { row in
                    .orphan(
                        id,
                        name: row.job.name,
                        queue: row.job.queue,
                        owner: row.owner,
                        isListed: row.owner.map { servers[$0] != nil } ?? false,
                        hasAttempts: row.attempt < row.job.maximumAttempts,
                        since: row.stateAt
                    )
                }
            }
        case .expiredServer:
            expiredServers(at: now).prefix(limit).compactMap { epoch in
                servers[epoch].map { .expired(epoch, name: $0.registration.name, leaseUntil: $0.leaseUntil) }
            }
        }
    }

    private func silence(of mark: PublishMark?, at now: Date) -> Disagreement.Silence {
        guard let mark else { return .unmarked }
        guard let session = sessions[mark.session] else { return .unknownSession }
        return session.isClosed || session.leaseUntil < now ? .endedSession : .oldMark
    }
}
