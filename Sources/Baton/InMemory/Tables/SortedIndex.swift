/// A set in ascending order.
///
/// Kept in chunks, so that neither a search nor a change touches more than one of them.
struct SortedIndex<Element: Comparable & Sendable>: Sendable {
    private static var chunkSize: Int { 256 }

    /// None of them is empty.
    private var chunks: [[Element]] = []
    private(set) var count = 0

    var isEmpty: Bool { chunks.isEmpty }
    var first: Element? { chunks.first?.first }

    mutating func insert(_ element: Element) {
        guard let last = chunks.last?.last, element <= last else { return append(element) }
        let chunk = chunks.partitioningIndex { $0.last.map { element <= $0 } ?? true }
        let position = chunks[chunk].partitioningIndex { element <= $0 }
        guard chunks[chunk][position] != element else { return }
        chunks[chunk].insert(element, at: position)
        count += 1
        if chunks[chunk].count > Self.chunkSize {
            let half = chunks[chunk].count / 2
            let rest = Array(chunks[chunk][half...])
            chunks[chunk].removeSubrange(half...)
            chunks.insert(rest, at: chunk + 1)
        }
    }

    /// What comes in order, as most does, leaves chunks full.
    private mutating func append(_ element: Element) {
        if chunks.isEmpty || chunks[chunks.count - 1].count >= Self.chunkSize {
            chunks.append([element])
        } else {
            chunks[chunks.count - 1].append(element)
        }
        count += 1
    }

    mutating func remove(_ element: Element) {
        let chunk = chunks.partitioningIndex { $0.last.map { element <= $0 } ?? true }
        guard chunk < chunks.count else { return }
        let position = chunks[chunk].partitioningIndex { element <= $0 }
        guard chunks[chunk][position] == element else { return }
        chunks[chunk].remove(at: position)
        count -= 1
        if chunks[chunk].isEmpty { chunks.remove(at: chunk) }
    }

    /// The elements from one on, which need not be among them.
    func from(_ element: Element) -> SortedIndexIterator<Element> {
        let chunk = chunks.partitioningIndex { $0.last.map { element <= $0 } ?? true }
        let position = chunk < chunks.count ? chunks[chunk].partitioningIndex { element <= $0 } : 0
        return SortedIndexIterator(chunks: chunks, chunk: chunk, position: position)
    }
}

extension SortedIndex: Sequence {
    func makeIterator() -> SortedIndexIterator<Element> {
        SortedIndexIterator(chunks: chunks, chunk: 0, position: 0)
    }
}

/// A walk through a ``SortedIndex``, as it was when the walk began.
struct SortedIndexIterator<Element: Comparable & Sendable>: Sequence, IteratorProtocol {
    fileprivate let chunks: [[Element]]
    fileprivate var chunk: Int
    fileprivate var position: Int

    mutating func next() -> Element? {
        guard chunk < chunks.count else { return nil }
        defer {
            position += 1
            if position == chunks[chunk].count { (chunk, position) = (chunk + 1, 0) }
        }
        return chunks[chunk][position]
    }
}

extension Array {
    /// Where the elements begin for which something holds; it holds for all after the first for which it does.
    fileprivate func partitioningIndex(_ holds: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
