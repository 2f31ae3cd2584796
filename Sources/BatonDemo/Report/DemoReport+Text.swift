import Foundation

extension DemoReport {
    /// The report as a person reads it; the last line has a fixed form.
    ///
    /// - Parameter plan: What was intended.
    /// - Returns: Lines.
    func text(_ plan: DemoPlan) -> String {
        var lines: [String] = ["", "ledger"]
        func add(_ name: String, _ value: String) {
            lines.append("  \(name.padding(toLength: 30, withPad: " ", startingAt: 0))\(value)")
        }
        add("enqueued", "\(enqueued)")
        add("succeeded", "\(succeeded), each result compared with sha256sum: \(different.count) differ")
        add("failed", "\(failed.count)")
        add("lost", "\(lost.count)")
        add("running in the killed worker", "\(kill.running)")
        add("rerun after the kill", "\(kill.rerun)")
        if kill.rerunAfterWork > 0 {
            lines.append("    \(kill.rerunAfterWork) of them had done the work, but the end was not stored yet")
        }
        if let recovery = kill.recovery {
            add(
                "from the kill to the rerun",
                "\(Self.seconds(recovery.shortest)) to \(Self.seconds(recovery.longest)), "
                    + "median \(Self.seconds(recovery.median))"
            )
            lines.append("    all were back in the queue after \(Self.seconds(recovery.requeued))")
        }
        add("ran more than once", "\(ranAgain)")
        for reason in reasons {
            lines.append("    \(reason.jobs) × \(reason.reason)")
        }
        add("overlapping runs", "\(overlaps)")
        add("enqueue to start, paced", Self.line(pacedLatency))
        lines.append("    jobs enqueued every \(plan.pace) with workers free, before any fault")
        add("enqueue to start, waves", Self.line(latencyBeforeOutage))
        lines.append("    all jobs enqueued before RabbitMQ was stopped, the kill included")
        add("enqueue to start, all", Self.line(latency))
        lines.append("    jobs of all phases, waiting for a free worker, the kill and the outage included")
        let rate = seconds > 0 ? Double(succeeded) / seconds : 0
        add("throughput", "\(Self.decimal(rate)) jobs/s over \(Self.seconds(seconds))")
        lines.append(
            "    first enqueue to last end, pauses and faults included; each job takes \(plan.milliseconds) ms on purpose"
        )
        add("RabbitMQ down for", Self.seconds(brokerOutage))
        add("repairs counted", counters.isEmpty ? "none" : "in the whole namespace, other programs' jobs included")
        for counter in counters {
            lines.append("    \(counter.growth) × \(counter.name)")
        }
        lines += details
        lines.append("")
        lines.append(
            "demo: \(enqueued) enqueued, \(succeeded) succeeded, \(lost.count) lost, \(kill.rerun) rerun after the kill"
        )
        return lines.joined(separator: "\n") + "\n"
    }

    /// The first few of what went wrong.
    private var details: [String] {
        lost.prefix(5).map { "  lost: \($0)" }
            + failed.prefix(5).map { "  failed: \($0.id): \($0.error)" }
            + different.prefix(5).map { "  differs: \($0.id): \($0.path)" }
    }

    private static func line(_ percentiles: Percentiles) -> String {
        "p50 \(milliseconds(percentiles.p50))  p95 \(milliseconds(percentiles.p95))  "
            + "p99 \(milliseconds(percentiles.p99))  (\(percentiles.count) jobs)"
    }

    private static func milliseconds(_ value: Double) -> String { "\(decimal(value)) ms" }

    private static func seconds(_ value: Double) -> String { "\(decimal(value)) s" }

    private static func decimal(_ value: Double) -> String { String(format: "%.1f", value) }
}
