/// Filters in their order, each where it has a part.
public struct JobFilters: Sendable {
    let creation: [any JobCreationFilter]
    let run: [any JobRunFilter]
    let election: [any JobElectionFilter]
    let appliedState: [any AppliedStateFilter]
    let counterObservers: [any JobCounterObserver]

    /// Takes filters.
    ///
    /// - Parameter filters: The filters, in their order.
    public init(_ filters: [any JobFiltering] = []) {
        creation = filters.compactMap { $0 as? any JobCreationFilter }
        run = filters.compactMap { $0 as? any JobRunFilter }
        election = filters.compactMap { $0 as? any JobElectionFilter }
        appliedState = filters.compactMap { $0 as? any AppliedStateFilter }
        counterObservers = filters.compactMap { $0 as? any JobCounterObserver }
    }
}

extension JobFilters: ExpressibleByArrayLiteral {
    /// Takes filters.
    ///
    /// - Parameter elements: The filters, in their order.
    public init(arrayLiteral elements: any JobFiltering...) {
        self.init(elements)
    }
}

extension Array {
    /// These elements and others after them; nothing is copied where one side is empty, which most are.
    func followed(by others: [Element]) -> [Element] {
        if others.isEmpty { return self }
        return isEmpty ? others : self + others
    }
}
