/// What this process has been told of jobs that come in by SQL.
struct DoorSigns: Sendable, Hashable {
    /// Whether it listens.
    var isListening = false
    /// How often listening began; something may have been missed each time.
    var resets = 0
    /// How often each ``DoorSign`` came.
    var ready = 0
    var scheduled = 0
    var disarmed = 0
}
