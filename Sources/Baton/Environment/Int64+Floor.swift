extension Int64 {
    /// The quotient rounded down, where `/` rounds towards zero.
    ///
    /// - Parameter divisor: What to divide by, 1 or more.
    /// - Returns: The largest number whose product with the divisor is not above this one.
    func quotient(floor divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
