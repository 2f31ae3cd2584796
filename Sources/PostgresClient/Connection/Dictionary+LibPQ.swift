import CLibPQ

extension Dictionary where Key == String, Value == String {
    /// Reads those of libpq's options that are set.
    init(libPQ options: UnsafeMutablePointer<PQconninfoOption>) {
        self = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { self[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
    }
}
