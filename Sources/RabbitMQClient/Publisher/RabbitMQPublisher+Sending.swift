import PollExecutor

extension RabbitMQPublisher {
    /// Sends what may be sent, and gives up what has waited too long.
    func pump() {
        let now = ContinuousClock.now
        while let driver = self.driver, let channel = self.channel, let ticket = self.nextTicket(driver) {
            do throws(RabbitMQError) {
                try driver.publish(ticket.message, isMandatory: true, channel: channel)
                self.queue.didSend(ticket, at: now)
            } catch {
                ticket.resolve(.init(error.code == .invalidMessage ? .invalid : .notConnected, error))
            }
        }
        self.mostInFlight = max(self.mostInFlight, self.queue.ledger.inFlight)
        self.resolve(self.queue.expire(at: now, reason: self.unavailable))
        self.keepWatch()
    }

    private func nextTicket(_ driver: ConnectionDriver) -> PublishTicket? {
        guard driver.backlog < Self.highWater else {
            driver.reportsDrain = true
            return nil
        }
        return self.queue.next()
    }

    func resolve(_ resolutions: [PublishQueue<PublishTicket>.Resolution]) {
        for resolution in resolutions { resolution.ticket.resolve(resolution.outcome) }
        if self.phase == .draining && self.queue.isEmpty { self.change.ring() }
    }

    /// Sees to it that a message that waits too long, for the link or for its confirm, is not forgotten.
    func keepWatch() {
        var due = self.queue.nextExpiry
        if let oldest = self.queue.ledger.oldest {
            let overdue = oldest + self.configuration.responseTimeout
            due = min(due ?? overdue, overdue)
        }
        guard let due else { return }
        if let watch = self.watch {
            guard due < watch.due else { return }
            self.executor.cancel(watch.timer)
        }
        let timer = self.executor.schedule(after: ContinuousClock.now.duration(to: due)) { [weak self] in
            self?.assumeIsolated { $0.lookAtWatch() }
        }
        self.watch = (timer, due)
    }

    private func lookAtWatch() {
        self.watch = nil
        if let oldest = self.queue.ledger.oldest,
            oldest.duration(to: .now) >= self.configuration.responseTimeout
        {
            let error = RabbitMQError(
                code: .timeout,
                message: "The broker has not confirmed a message for \(self.configuration.responseTimeout)"
            )
            // A broker that has said that it takes nothing is not to be blamed: another connection would fare no better.
            if self.isBlocked {
                self.resolve(self.queue.giveUpAnswers(error))
            } else {
                self.linkIsGone(error)
            }
        }
        self.pump()
    }
}
