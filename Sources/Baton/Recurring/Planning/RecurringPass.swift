/// What is to be done about the entries that are due.
package struct RecurringPass: Sendable {
    /// An entry that cannot be read here.
    package struct Unreadable: Sendable {
        /// The entry.
        package let id: String
        /// The revision that cannot be read.
        package let revision: Int64
        /// What is wrong.
        package let error: RecurringError
    }

    /// How many occurrences one transaction decides, unless those of one entry are more.
    private static let groupSize = 200

    /// How entries are to go on, in groups of one transaction each.
    package private(set) var groups: [[RecurringAdvance]] = []
    /// The entries that nobody can read, to be disabled.
    package private(set) var broken: [Unreadable] = []
    /// The entries that are left to others: a later version may know their policy, other zone data their zone.
    package private(set) var foreign: [Unreadable] = []

    /// Plans.
    ///
    /// - Parameters:
    ///   - due: The entries that are due.
    ///   - environment: Makes the ids of jobs.
    package init(_ due: RecurringDue, _ environment: JobEnvironment) {
        var size = 0
        for record in due.records {
            do throws(RecurringError) {
                let plan = try RecurringPlan(record, at: due.now)
                let ids = environment.makeJobIDs(plan.occurrences.count)
                let advance = RecurringAdvance(
                    id: record.definition.id,
                    revision: record.revision,
                    occurrences: zip(plan.occurrences, ids).map { occurrence, id in
                        .init(at: occurrence.at, jobID: id, startAt: occurrence.startAt)
                    },
                    nextAt: plan.nextAt
                )
                if groups.isEmpty || size + ids.count > Self.groupSize {
                    groups.append([])
                    size = 0
                }
                groups[groups.count - 1].append(advance)
                size += ids.count
            } catch {
                let entry = Unreadable(id: record.definition.id, revision: record.revision, error: error)
                if error.code == .invalidSchedule { broken.append(entry) } else { foreign.append(entry) }
            }
        }
    }
}

extension [RecurringAdvance] {
    /// How many jobs they may make.
    package var occurrenceCount: Int { reduce(0) { $0 + $1.occurrences.count } }
}
