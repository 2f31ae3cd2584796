package import Baton

/// What is known of messages.
extension SimulatedStorage {
    package func openSession(_ session: PublisherSession, lease: Duration) async throws(JobStorageError) {
        let lazy = world.lazyCommits
        try await call(.openSession) { (storage) async throws(JobStorageError) in
            try await storage.openSession(session, lease: lease)
            lazy.settle(session)
        }
    }

    package func saveWatermark(_ watermark: PublisherWatermark, lease: Duration) async throws(JobStorageError) {
        let watermark = world.defects.contains(.watermarkPassesPending) ? watermark.passingPending : watermark
        let world = world
        try await call(.saveWatermark) { (storage) async throws(JobStorageError) in
            let session = watermark.session
            if let known = storage.read({ $0.sessions[session] }) {
                world.lazyCommits.note(known, of: session, until: world.scheduler.now)
            }
            try await storage.saveWatermark(watermark, lease: lease)
        }
    }

    package func closeSession(_ watermark: PublisherWatermark) async throws(JobStorageError) {
        let watermark = world.defects.contains(.watermarkPassesPending) ? watermark.passingPending : watermark
        try await call(.closeSession) { (storage) async throws(JobStorageError) in
            try await storage.closeSession(watermark)
        }
    }

    package func releaseMarks(of session: PublisherSession, _ sequences: [Int64]) async throws(JobStorageError) {
        let (helps, adoptions) = (!world.defects.contains(.helpsNobodyAlive), world.adoptions)
        try await call(.releaseMarks) { (storage) async throws(JobStorageError) in
            let given = storage.read { tables in
                tables.rows.values.filter { row in
                    row.mark.map { $0.session == session && sequences.contains($0.sequence) } ?? false
                }
            }
            adoptions.gaveUp(given.map(\.job.id))
            if helps { try await storage.releaseMarks(of: session, sequences) }
        }
    }

    package func adoptUnpublished(
        marks: PublishMarkRange,
        unpublishedAge age: Duration
    ) async throws(JobStorageError) -> [MarkedDispatch] {
        let age = world.defects.contains(.helpsNobodyAlive) ? .seconds(1_000_000) : age
        let (world, isFaultless) = (world, world.isFaultless)
        return try await call(.adoptUnpublished, as: .move(.adoptUnpublished)) {
            (storage) async throws(JobStorageError) in
            let before = storage.read(\.rows)
            let adopted = try await Self.adopt(marks, age, in: storage, world.defects, at: world.databaseClock.date)
            let found = adopted.map { dispatch in
                AdoptionLedger.Found(message: dispatch.message, mark: before[dispatch.message.id]?.mark)
            }
            if isFaultless, let row = found.first(where: { $0.mark != nil }) {
                world.ledger.report(
                    "I6: \(world.ledger.name(row.message.id)) was published again though nothing failed"
                )
            }
            let twice = storage.read { tables in
                world.adoptions.note(found, by: marks.session, age: age, at: world.databaseClock.date, tables)
            }
            if let twice {
                world.ledger.report("I6: \(world.ledger.name(twice)) was published by two for one loss")
            }
            return adopted
        }
    }
}

extension PublisherWatermark {
    /// The planted defect: what is pending passes for confirmed.
    fileprivate var passingPending: PublisherWatermark {
        PublisherWatermark(session: session, confirmedBelow: max(confirmedBelow, (pending.max() ?? 0) + 1), pending: [])
    }
}
