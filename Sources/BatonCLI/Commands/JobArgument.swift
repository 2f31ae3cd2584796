public import ArgumentParser
public import Baton

extension JobID: ExpressibleByArgument {
    /// Reads an id from the command line.
    ///
    /// - Parameter argument: A UUID.
    public init?(argument: String) {
        self.init(argument)
    }
}

extension JobState: ExpressibleByArgument {}
