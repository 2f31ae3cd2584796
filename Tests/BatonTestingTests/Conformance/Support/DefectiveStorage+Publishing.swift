import Baton
import Locking

extension DefectiveStorage {
    func openSession(_ session: PublisherSession, lease: Duration) async throws(JobStorageError) {
        memory.withLock { _ = $0.opened.insert(session) }
        try await inner.openSession(session, lease: spoiled(lease))
    }

    func saveWatermark(_ watermark: PublisherWatermark, lease: Duration) async throws(JobStorageError) {
        if defect == .takesTheLastWatermark {
            memory.withLock { $0.watermarks[watermark.session] = watermark }
        } else {
            try await inner.saveWatermark(spoiled(watermark), lease: spoiled(lease))
        }
    }

    func closeSession(_ watermark: PublisherWatermark) async throws(JobStorageError) {
        switch defect {
        case .neverClosesSessions:
            try await inner.saveWatermark(watermark, lease: .seconds(86_400))
        case .ignoresUnknownSessions where !memory.withLock({ $0.opened.contains(watermark.session) }):
            break
        default: try await inner.closeSession(spoiled(watermark))
        }
    }

    func releaseMarks(of session: PublisherSession, _ sequences: [Int64]) async throws(JobStorageError) {
        if defect != .keepsMarks { try await inner.releaseMarks(of: session, sequences) }
    }

    func adoptUnpublished(
        marks: PublishMarkRange,
        unpublishedAge age: Duration
    ) async throws(JobStorageError) -> [MarkedDispatch] {
        if defect == .takesTheLastWatermark {
            for watermark in memory.withLock({ $0.watermarks.values }) {
                try await inner.saveWatermark(watermark, lease: .seconds(86_400))
            }
        }
        var adopted = try await inner.adoptUnpublished(
            marks: defect == .adoptsWithoutBound ? marks.enlarged : marks,
            unpublishedAge: defect == .neverFindsMarksOld ? age * 10_000 : defect == .findsMarksOldEarly ? age / 3 : age
        )
        switch defect {
        case .adoptsWithoutAMark: try await release(adopted, marks)
        case .adoptsAtTheNextGeneration: for index in adopted.indices { adopted[index].message.generation += 1 }
        case .adoptsTwice: adopted = twice(adopted)
        case .adoptsAtOneLevel: adopted = adopted.map(\.withoutLevel)
        default: break
        }
        return adopted
    }

    private func spoiled(_ lease: Duration) -> Duration {
        defect == .neverEndsALease ? lease * 1_000 : lease
    }

    private func spoiled(_ watermark: PublisherWatermark) -> PublisherWatermark {
        PublisherWatermark(
            session: watermark.session,
            confirmedBelow: defect == .forgetsConfirms ? 1 : watermark.confirmedBelow,
            pending: defect == .forgetsPending ? [] : watermark.pending
        )
    }

    /// Takes marks off again that were just set.
    func release(_ dispatches: [MarkedDispatch], _ marks: PublishMarkRange) async throws(JobStorageError) {
        guard let session = marks.session else { return }
        try await inner.releaseMarks(of: session, dispatches.map(\.sequence))
    }

    /// Hands the last batch out once more when there is nothing else.
    func twice(_ batch: [MarkedDispatch]) -> [MarkedDispatch] {
        memory.withLock { memory in
            defer { memory.lastBatch = batch }
            return batch.isEmpty ? memory.lastBatch : batch
        }
    }
}

extension PublishMarkRange {
    /// Marks for more than was asked for.
    var enlarged: PublishMarkRange {
        guard let session else { return PublishMarkRange(unmarked: count + 100) }
        return PublishMarkRange(session: session, sequences: sequences.lowerBound..<sequences.upperBound + 100)
    }
}
