import Testing

/// Real faults, one test at a time: processes are killed and stopped, servers go away and come back.
@Suite("Chaos", .serialized)
struct ChaosTests {}
