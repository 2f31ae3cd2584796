extension String {
    /// The text, cut to a length that a message can hold.
    var excerpt: String {
        let limit = 80
        return count > limit ? "\(prefix(limit))…" : self
    }
}
