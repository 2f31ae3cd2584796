import Testing

/// Real faults, one test at a time: processes are killed and stopped, servers go away and come back.
@Suite("Chaos", .serialized, .timeLimit(.minutes(15)))
struct ChaosTests {}
