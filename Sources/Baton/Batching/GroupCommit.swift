import DequeModule
import Locking
import Synchronization

/// Turns single calls into batches without a timer.
///
/// A call that finds the way free goes at once, carried by its own task, so it costs no hop; calls that arrive meanwhile form
/// the next batch, carried by a task of its own.
final class GroupCommit<Element: Sendable, Output: Sendable, Failure: Error>: Sendable {
    /// Carries a batch; the outputs are in the order of the elements.
    ///
    /// It sees task-local values of a call that found the way free, and none of one that waited.
    typealias Perform = @Sendable ([Element]) async throws(Failure) -> [Output]

    private struct Entry {
        let elements: [Element]
        let continuation: CheckedContinuation<Turn, Never>
        let cancellation: Cancellation
    }

    /// Whether a call was cancelled before its turn came.
    private final class Cancellation: Sendable {
        let hasCome = Atomic(false)
    }

    /// What a waiting call is woken for.
    private enum Turn {
        /// It was carried, together with others.
        case done(Result<[Output], Failure>)
        /// The way was free after all: it goes at once.
        case lead
        /// It is a batch by itself, which is on its way.
        case follow(Task<Result<[Output], Failure>, Never>)
    }

    private struct State {
        var isBusy = false
        var waiting = Deque<Entry>()
    }

    private let maximumBatch: Int
    private let executor: (any TaskExecutor)?
    private let tasks: (any TaskExecutor)?
    private let perform: Perform
    private let followUp: @Sendable () -> Void
    private let isSharedFault: @Sendable (Failure) -> Bool
    private let state = Locked(State())

    /// Creates a group commit.
    ///
    /// - Parameters:
    ///   - maximumBatch: How many elements a batch may have; a single call is never split.
    ///   - executor: Where a batch's way to its destination starts and ends without a change of threads, if there is such
    ///     a place.
    ///   - tasks: Where batches of calls that had to wait are carried, and where they pass the turn on. With `nil` they are
    ///     carried on `executor`, and pass the turn on from the system's threads.
    ///   - isSharedFault: Whether an error concerns every call of the batch. Otherwise one call's element may be at fault,
    ///     and each call is carried again by itself.
    ///   - perform: Carries a batch.
    ///   - followUp: What is to be done at once after a batch, but need keep no caller from going on.
    init(
        maximumBatch: Int,
        executor: (any TaskExecutor)? = nil,
        tasks: (any TaskExecutor)? = nil,
        isSharedFault: @escaping @Sendable (Failure) -> Bool,
        perform: @escaping Perform,
        followUp: @escaping @Sendable () -> Void = {}
    ) {
        self.maximumBatch = maximumBatch
        self.executor = executor
        self.tasks = tasks
        self.isSharedFault = isSharedFault
        self.perform = perform
        self.followUp = followUp
    }

    /// Carries elements, with those of other calls where possible.
    ///
    /// - Parameter elements: The elements.
    /// - Returns: Their outputs, in order.
    /// - Throws: What the batch threw.
    func submit(_ elements: [Element]) async throws(Failure) -> [Output] {
        // A batch by itself: company would cost each of its elements hardly less, and waiting for its turn much more.
        if elements.count >= max(maximumBatch / 4, 100) {
            defer { followUp() }
            return try await perform(elements)
        }
        let isFree = state.withLock { state in
            defer { state.isBusy = true }
            return !state.isBusy
        }
        if isFree { return try await lead(elements) }
        let cancellation = Cancellation()
        let turn = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let entry = Entry(elements: elements, continuation: continuation, cancellation: cancellation)
                let isFree = state.withLock { state in
                    if state.isBusy {
                        state.waiting.append(entry)
                        return false
                    }
                    state.isBusy = true
                    return true
                }
                if isFree {
                    continuation.resume(returning: .lead)
                }
            }
        } onCancel: {
            cancellation.hasCome.store(true, ordering: .relaxed)
        }
        switch turn {
        case .done(let result):
            return try result.get()
        case .lead:
            return try await lead(elements)
        case .follow(let batch):
            return try await withTaskCancellationHandler {
                await batch.value
            } onCancel: {
                batch.cancel()
            }.get()
        }
    }

    /// How many calls wait for their turn.
    var waitingCount: Int {
        state.withLock { $0.waiting.count }
    }

    /// Carries a call that found the way free.
    ///
    /// Where the answer arrives it goes on at once. Without isolation: an actor that calls must not follow there, to do
    /// whatever it does next.
    private func lead(_ own: [Element]) async throws(Failure) -> [Output] {
        try await withTaskExecutorPreference(executor, isolation: nil) { () async throws(Failure) in
            let result = await single(own)
            followUp()
            passOn()
            return try result.get()
        }
    }

    /// Carries the calls of a batch; what one of them is to blame for, the others do not suffer.
    private func carryTogether(_ batch: [Entry]) async {
        let result = await single(batch.flatMap(\.elements))
        if case .failure(let error) = result, !isSharedFault(error) {
            for entry in batch {
                entry.continuation.resume(returning: .done(await single(entry.elements)))
                // Not behind all the others, which take their time.
                followUp()
            }
            return
        }
        var start = 0
        for entry in batch {
            let range = start..<(start + entry.elements.count)
            entry.continuation.resume(returning: .done(result.map { Array($0[range]) }))
            start = range.upperBound
        }
    }

    private func single(_ elements: [Element]) async -> Result<[Output], Failure> {
        do throws(Failure) {
            return .success(try await perform(elements))
        } catch {
            return .failure(error)
        }
    }

    /// Sends the next batch on its way.
    ///
    /// In a task of its own: whoever comes later must not wait until a caller can go on, on whatever thread it lives. Detached,
    /// for it has nothing to do with the call that comes by here; its calls wait for their results.
    private func passOn() {
        let batch = takeBatch()
        guard let first = batch.first else { return }
        guard batch.count > 1 else { return carryAlone(first) }
        Task.detached(executorPreference: tasks ?? executor) {
            await self.carryTogether(batch)
            // Behind the callers that were just woken: those that call again at once are part of the next batch.
            Task.detached(executorPreference: self.tasks) { self.passOn() }
            // While those callers go on, on other threads.
            self.followUp()
        }
    }

    private func takeBatch() -> [Entry] {
        state.withLock { state in
            guard let first = state.waiting.popFirst() else {
                state.isBusy = false
                return []
            }
            var batch = [first]
            var size = first.elements.count
            while let entry = state.waiting.first, size + entry.elements.count <= maximumBatch {
                size += entry.elements.count
                batch.append(state.waiting.removeFirst())
            }
            return batch
        }
    }

    /// Carries a batch of one call, and wakes it, for only this call's end may cut it short.
    private func carryAlone(_ entry: Entry) {
        let batch = Task.detached(executorPreference: tasks ?? executor) {
            if entry.cancellation.hasCome.load(ordering: .relaxed) {
                // What need not be sent any more is refused before it is: afterwards its outcome could be unknown.
                withUnsafeCurrentTask { $0?.cancel() }
            }
            let result = await self.single(entry.elements)
            self.followUp()
            self.passOn()
            return result
        }
        entry.continuation.resume(returning: .follow(batch))
    }
}
