import Baton
import Glibc
import Locking

/// Everything that happens in a simulation, one thing at a time, in an order drawn from the seed.
///
/// Time stands still while anything can run, and then jumps to the next timer.
final class SimulationScheduler: Sendable {
    /// What runs when its time has come.
    typealias Action = @Sendable () -> Void

    private struct Part {
        let job: UnownedJob
        let executor: SimulationExecutor
        let number: UInt64
    }

    private struct Timer {
        let deadline: JobInstant
        let number: UInt64
        let action: Action
    }

    private struct State {
        var now = JobInstant(offset: .zero)
        var runnable: [Part] = []
        /// Parts of processes that are halted.
        var halted: [Int: [Part]] = [:]
        /// What is told to halted processes once they go on.
        var news: [Int: [Action]] = [:]
        /// After how many more of its parts a process is halted, and what happens then.
        var traps: [Int: (parts: Int, action: Action)] = [:]
        /// Latest first.
        var timers: [Timer] = []
        var numbers: UInt64 = 0
        var steps = 0
        /// How many parts are still run in the order in which they came.
        var burst = 0
        var trace: SimulationTrace
        var hasEscaped = false
    }

    private let random: SeededRandomSource
    private let state: Locked<State>
    private let thread = pthread_self()

    init(random: SeededRandomSource, trace: SimulationTrace) {
        self.random = random
        state = Locked(State(trace: trace))
    }

    // MARK: Questions

    var now: JobInstant {
        state.withLock { $0.now }
    }

    var steps: Int {
        state.withLock { $0.steps }
    }

    var trace: SimulationTrace {
        state.withLock { $0.trace }
    }

    /// Whether something ran on another thread, and so in an order that nobody can repeat.
    var hasEscaped: Bool {
        state.withLock { $0.hasEscaped }
    }

    // MARK: Trace

    /// Writes down what happens.
    ///
    /// - Parameters:
    ///   - word: What, in a word that is the same in every run.
    ///   - process: The number of the process.
    ///   - detail: More of it, for people.
    func note(_ word: StaticString, process: Int, _ detail: @autoclosure () -> String = "") {
        let text = state.withLock { state in
            state.trace.mix(UInt64(UInt(bitPattern: process)))
            word.withUTF8Buffer { for byte in $0 { state.trace.mix(UInt64(byte)) } }
            return state.trace.isInWords
        }
        guard text else { return }
        let detail = detail()
        state.withLock { state in
            let seconds = state.now.offset / .seconds(1)
            let tenths = Int((seconds * 10_000).rounded())
            let time = "\(tenths / 10_000).\(String(10_000 + tenths % 10_000).dropFirst())"
            state.trace.write("\(time) p\(process) \(word)\(detail.isEmpty ? "" : " ")\(detail)")
        }
    }

    // MARK: What can run

    func enqueue(_ job: UnownedJob, of executor: SimulationExecutor) {
        let isHere = pthread_equal(thread, pthread_self()) != 0
        state.withLock { state in
            if !isHere { state.hasEscaped = true }
            state.numbers += 1
            let part = Part(job: job, executor: executor, number: state.numbers)
            if state.halted[executor.number] == nil {
                state.runnable.append(part)
            } else {
                state.halted[executor.number]?.append(part)
            }
        }
    }

    /// Halts a process: none of its tasks goes on.
    func halt(_ process: Int) {
        state.withLock { state in
            guard state.halted[process] == nil else { return }
            state.traps[process] = nil
            state.halted[process] = state.runnable.filter { $0.executor.number == process }
            state.runnable.removeAll { $0.executor.number == process }
        }
    }

    /// Lets a process go on.
    func resume(_ process: Int) {
        let news = state.withLock { state in
            state.runnable += state.halted.removeValue(forKey: process) ?? []
            return state.news.removeValue(forKey: process) ?? []
        }
        for action in news { action() }
    }

    /// Tells a process something: at once, or when it goes on.
    func whenRunning(_ process: Int, _ action: @escaping Action) {
        let isRunning = state.withLock { state in
            guard state.halted[process] != nil else { return true }
            state.news[process, default: []].append(action)
            return false
        }
        if isRunning { action() }
    }

    /// Does something once a process has run some more parts: in the midst of whatever it does.
    func trap(_ process: Int, after parts: Int, _ action: @escaping Action) {
        state.withLock { $0.traps[process] = (parts, action) }
    }

    /// Forgets what was to be done in the midst of things.
    func clearTraps() {
        state.withLock { $0.traps = [:] }
    }

    // MARK: Time

    /// Does something later.
    ///
    /// - Returns: A number to cancel it by.
    @discardableResult
    func after(_ duration: Duration, _ action: @escaping Action) -> UInt64 {
        at(now.advanced(by: duration), action)
    }

    /// Does something at a time, at once when that is over.
    @discardableResult
    func at(_ deadline: JobInstant, _ action: @escaping Action) -> UInt64 {
        state.withLock { state in
            state.numbers += 1
            let timer = Timer(deadline: max(deadline, state.now), number: state.numbers, action: action)
            // Of two with the same deadline the later one waits longer.
            var (low, high) = (0, state.timers.count)
            while low < high {
                let middle = (low + high) / 2
                if state.timers[middle].deadline > timer.deadline { low = middle + 1 } else { high = middle }
            }
            state.timers.insert(timer, at: low)
            return timer.number
        }
    }

    /// Forgets a timer.
    ///
    /// - Returns: Whether it was still there.
    @discardableResult
    func cancel(_ number: UInt64) -> Bool {
        state.withLock { state in
            guard let index = state.timers.firstIndex(where: { $0.number == number }) else { return false }
            state.timers.remove(at: index)
            return true
        }
    }

    // MARK: Running

    private enum Step {
        case run(Part, trap: Action?)
        case fire(Action)
    }

    /// Runs one part of a task, or lets time jump to the next timer.
    ///
    /// - Parameter limit: How far time may go.
    /// - Returns: Whether there was anything to do.
    func step(until limit: JobInstant) -> Bool {
        let step: Step? = state.withLock { state in
            state.steps += 1
            if !state.runnable.isEmpty {
                let part = state.runnable.remove(at: choose(&state))
                state.trace.mix(part.number << 8 | UInt64(part.executor.number & 0xFF))
                return .run(part, trap: trap(part, &state))
            }
            guard let timer = state.timers.last, timer.deadline <= limit else { return nil }
            state.timers.removeLast()
            state.now = max(state.now, timer.deadline)
            state.trace.mix(timer.number)
            return .fire(timer.action)
        }
        switch step {
        case .run(let part, let trap):
            part.job.runSynchronously(on: part.executor.asUnownedTaskExecutor())
            trap?()
        case .fire(let action):
            action()
        case nil:
            return false
        }
        return true
    }

    private func choose(_ state: inout State) -> Int {
        if state.burst > 0 {
            state.burst -= 1
            return 0
        }
        let bits = random.next()
        if bits & 0xF == 0 { state.burst = Int(bits >> 4 & 0x1F) }
        return Int((bits >> 16).multipliedFullWidth(by: UInt64(state.runnable.count) << 16).high)
    }

    private func trap(_ part: Part, _ state: inout State) -> Action? {
        let process = part.executor.number
        guard let trap = state.traps[process] else { return nil }
        if trap.parts > 0 {
            state.traps[process] = (trap.parts - 1, trap.action)
            return nil
        }
        state.traps[process] = nil
        return trap.action
    }
}
