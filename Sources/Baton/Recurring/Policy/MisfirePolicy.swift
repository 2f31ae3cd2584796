/// What becomes of occurrences that passed while no server was there to make their jobs.
///
/// An occurrence is missed when it is more than ``grace`` late; one that is less late makes its job in any case.
public enum MisfirePolicy: Sendable, Hashable {
    /// One job now, however many were missed; none when an occurrence that was not missed makes one now.
    case fireOnce
    /// A job for each that was missed, or for the latest of them.
    ///
    /// - Parameter atMost: For how many at most; 1 to 1,000.
    case fireEach(atMost: Int)
    /// None.
    case skip

    /// How late an occurrence may be and still not be missed.
    public static let grace = Duration.seconds(15)

    /// A job for each that was missed, or for the latest 100 of them.
    public static var fireEach: MisfirePolicy { .fireEach(atMost: 100) }

    static let maximumCount = 1_000

    /// How it is stored.
    package var text: String {
        switch self {
        case .fireOnce: "fire_once"
        case .fireEach(let count): "fire_each \(count)"
        case .skip: "skip"
        }
    }

    /// Reads what is stored.
    ///
    /// - Parameter text: The text; `nil` comes back for one of a later version.
    package init?(text: String) {
        switch text {
        case "fire_once": self = .fireOnce
        case "skip": self = .skip
        default:
            let parts = text.split(separator: " ")
            guard parts.count == 2, parts[0] == "fire_each", let count = Int(parts[1]),
                (1...Self.maximumCount).contains(count)
            else { return nil }
            self = .fireEach(atMost: count)
        }
    }

    /// How many occurrences make jobs of those that were missed.
    ///
    /// - Parameter hasPunctual: Whether another makes one that was not missed.
    /// - Returns: How many, the latest.
    func count(hasPunctual: Bool) -> Int {
        switch self {
        case .fireOnce: hasPunctual ? 0 : 1
        case .fireEach(let count): count
        case .skip: 0
        }
    }
}
