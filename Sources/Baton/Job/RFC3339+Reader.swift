extension RFC3339 {
    /// Takes a text apart from its front.
    struct Reader {
        private var rest: Substring.UTF8View

        init(_ text: String) {
            self.rest = text[...].utf8
        }

        var isAtEnd: Bool { rest.isEmpty }

        mutating func number(digits: Int) -> Int64? {
            guard rest.count >= digits else { return nil }
            var number: Int64 = 0
            for byte in rest.prefix(digits) {
                guard let digit = Self.digit(byte) else { return nil }
                number = number * 10 + digit
            }
            rest = rest.dropFirst(digits)
            return number
        }

        mutating func skip(_ characters: Unicode.Scalar...) -> Bool {
            guard let byte = rest.first, characters.contains(Unicode.Scalar(byte)) else { return false }
            rest = rest.dropFirst()
            return true
        }

        /// A fraction in nanoseconds, 0 when there is none; `nil` for a point without digits.
        mutating func fraction() -> Int64? {
            guard skip(".") else { return 0 }
            var nanoseconds: Int64 = 0
            var unit: Int64 = 100_000_000
            var count = 0
            while let byte = rest.first, let digit = Self.digit(byte) {
                // Digits beyond the ninth are finer than a `Date` of our time.
                nanoseconds += digit * unit
                unit /= 10
                count += 1
                rest = rest.dropFirst()
            }
            return count > 0 ? nanoseconds : nil
        }

        /// An offset in seconds, or `nil` when there is none.
        mutating func offset() -> Int64? {
            if skip("Z", "z") { return 0 }
            let sign: Int64
            if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
            guard
                let hours = number(digits: 2), skip(":"), let minutes = number(digits: 2), hours < 24, minutes < 60
            else { return nil }
            return sign * (hours * 3600 + minutes * 60)
        }

        private static func digit(_ byte: UInt8) -> Int64? {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int64(byte - UInt8(ascii: "0")) : nil
        }
    }
}
