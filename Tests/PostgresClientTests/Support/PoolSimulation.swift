@testable import PostgresClient

/// A pool with a clock of its own and connections that are only names.
struct PoolSimulation {
    typealias Machine = PoolStateMachine
    typealias ConnectionID = PoolStateMachine.ConnectionID
    typealias RequestID = PoolStateMachine.RequestID

    enum Answer: Equatable {
        case lease(ConnectionID)
        case refusal(Machine.Refusal)
    }

    let configuration: Machine.Configuration
    private var machine: Machine
    private(set) var now: Duration = .zero
    private var timers: [Machine.Timer: Duration] = [:]
    private var lastRequest = 0

    private(set) var connecting: [ConnectionID] = []
    private(set) var open: Set<ConnectionID> = []
    private(set) var closing: Set<ConnectionID> = []
    private(set) var leased: [ConnectionID: RequestID] = [:]
    private(set) var answers: [RequestID: Answer] = [:]
    private(set) var answered: [RequestID] = []
    private(set) var connectTimes: [Duration] = []
    private(set) var isFinished = false
    // What should never happen, in words.
    private(set) var faults: [String] = []

    var waitingCount: Int { self.machine.waitingCount }

    init(_ configuration: Machine.Configuration = .init()) {
        self.configuration = configuration
        self.machine = Machine(configuration)
    }

    // MARK: What happens

    mutating func start() { self.perform(self.machine.start()) }
    mutating func shutDown() { self.perform(self.machine.shutDown()) }
    mutating func shutDownNow() { self.perform(self.machine.shutDownNow()) }

    @discardableResult
    mutating func request() -> RequestID {
        self.lastRequest += 1
        let request = RequestID(value: self.lastRequest)
        self.perform(self.machine.request(request, at: self.now))
        return request
    }

    mutating func cancel(_ request: RequestID) { self.perform(self.machine.cancel(request)) }

    mutating func release(_ connection: ConnectionID) {
        self.leased[connection] = nil
        self.perform(self.machine.release(connection))
    }

    mutating func connectSucceeds() {
        let connection = self.connecting.removeFirst()
        self.open.insert(connection)
        self.perform(self.machine.connected(connection))
    }

    mutating func connectFails(random: Double = 1) {
        self.perform(self.machine.connectFailed(self.connecting.removeFirst(), random: random))
    }

    /// The server ends a connection, or confirms that it is closed.
    mutating func ends(_ connection: ConnectionID, random: Double = 1) {
        self.open.remove(connection)
        self.closing.remove(connection)
        self.perform(self.machine.closed(connection, random: random))
    }

    mutating func advance(by duration: Duration) {
        let end = self.now + duration
        while let (timer, due) = self.timers.filter({ $0.value <= end }).min(by: { $0.value < $1.value }) {
            self.now = max(self.now, due)
            self.timers[timer] = nil
            self.perform(self.machine.fired(timer, at: self.now))
        }
        self.now = end
    }

    // MARK: What the pool wants

    private mutating func perform(_ actions: [Machine.Action]) {
        for action in actions {
            if self.isFinished { self.faults.append("\(action) after the end") }
            switch action {
            case .connect(let connection):
                self.connecting.append(connection)
                self.connectTimes.append(self.now)
            case .close(let connection):
                if self.closing.contains(connection) { self.faults.append("\(connection) is closed twice") }
                self.closing.insert(connection)
            case .lease(let request, let connection):
                if self.leased[connection] != nil { self.faults.append("\(connection) is leased twice") }
                if !self.open.contains(connection) { self.faults.append("\(connection) is leased but not open") }
                if self.closing.contains(connection) { self.faults.append("\(connection) is leased while closing") }
                self.leased[connection] = request
                self.answer(request, .lease(connection))
            case .refuse(let request, let refusal):
                self.answer(request, .refusal(refusal))
            case .schedule(let timer, let delay):
                if self.timers[timer] != nil { self.faults.append("\(timer) is scheduled twice") }
                self.timers[timer] = self.now + delay
            case .cancel(let timer):
                self.timers[timer] = nil
            case .finish:
                self.isFinished = true
                if !self.open.isEmpty { self.faults.append("finished with open connections") }
                if !self.timers.isEmpty { self.faults.append("finished with timers \(self.timers)") }
            }
        }
        if self.connecting.count + self.open.count > self.configuration.maximumConnections {
            self.faults.append("too many connections")
        }
    }

    private mutating func answer(_ request: RequestID, _ answer: Answer) {
        if self.answers[request] != nil { self.faults.append("\(request) is answered twice") }
        self.answers[request] = answer
        self.answered.append(request)
    }
}
