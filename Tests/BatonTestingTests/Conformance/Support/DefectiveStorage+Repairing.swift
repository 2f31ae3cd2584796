import Baton

extension DefectiveStorage {
    func promoteDue(marks: PublishMarkRange, pace: PromotionPace) async throws(JobStorageError) -> Promotion {
        if defect == .needsMarks, marks.session == nil { return Promotion(dispatches: [], nextDue: nil) }
        let isPaced = defect != .promotesPastThePace
        var promotion = try await inner.promoteDue(marks: marks, pace: isPaced ? pace : .unlimited)
        switch defect {
        case .promotesBackwards: promotion.dispatches.reverse()
        case .tellsNoDueTime: promotion.nextDue = nil
        case .tellsNothingHeld: promotion.heldQueues = []
        case .promotesAtTheOldGeneration: promotion.dispatches = promotion.dispatches.map(\.older)
        case .promotesWithoutAMark: try await release(promotion.dispatches, marks)
        case .promotesTwice: promotion.dispatches = twice(promotion.dispatches)
        case .promotesAtOneLevel: promotion.dispatches = promotion.dispatches.map(\.withoutLevel)
        default: break
        }
        return promotion
    }

    func survey(unpublishedAge: Duration) async throws(JobStorageError) -> ReconcilerSurvey {
        var survey = try await inner.survey(unpublishedAge: unpublishedAge)
        switch defect {
        case .findsNothing: survey = ReconcilerSurvey(expiredServers: [], hasOrphans: false, hasUnpublished: false)
        case .findsEverything: (survey.hasOrphans, survey.hasUnpublished) = (true, true)
        default: break
        }
        return survey
    }

    func requeueOrphans(
        marks: PublishMarkRange,
        deletingExhausted names: [String]
    ) async throws(JobStorageError) -> OrphanRepair {
        var repair = try await inner.requeueOrphans(
            marks: defect == .requeuesWithoutBound ? marks.enlarged : marks,
            deletingExhausted: defect == .failsTheUsedUp ? [] : names
        )
        switch defect {
        case .requeuesAtTheOldGeneration: repair.dispatches = repair.dispatches.map(\.older)
        case .requeuesTwice: repair.dispatches = twice(repair.dispatches)
        default: break
        }
        return repair
    }
}
