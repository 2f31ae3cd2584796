extension RawSpan {
    /// The integer at an offset, most significant byte first.
    func integer<Integer: FixedWidthInteger & BitwiseCopyable>(at offset: Int = 0, as _: Integer.Type) -> Integer {
        Integer(bigEndian: self.unsafeLoadUnaligned(fromByteOffset: offset, as: Integer.self))
    }
}
