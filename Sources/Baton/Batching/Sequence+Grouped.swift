extension Sequence {
    /// Groups elements, in the order in which each group's first one comes.
    ///
    /// A dictionary's order is another in every process, which a simulation could not repeat.
    ///
    /// - Parameter key: What the elements of a group have in common.
    /// - Returns: The groups, with their elements in order.
    func grouped<Key: Hashable>(by key: (Element) -> Key) -> [(Key, [Element])] {
        var groups: [(Key, [Element])] = []
        var places: [Key: Int] = [:]
        for element in self {
            let key = key(element)
            if let place = places[key] {
                groups[place].1.append(element)
            } else {
                places[key] = groups.count
                groups.append((key, [element]))
            }
        }
        return groups
    }
}
