import Testing

@testable import RabbitMQClient

struct ConnectScheduleTests {
    private func schedule(_ hosts: String...) -> ConnectSchedule {
        var configuration = RabbitMQConfiguration()
        configuration.endpoints = hosts.map { .init(host: $0) }
        configuration.backoff = RabbitMQBackoff(initial: .milliseconds(100), maximum: .seconds(1))
        return ConnectSchedule(configuration)
    }

    @Test
    func triesEveryBrokerBeforeItTakesABreak() throws {
        var schedule = self.schedule("a", "b", "c")
        for longest in [100, 200, 400, 800, 1000, 1000] {
            var hosts: Set<String> = []
            for attempt in 1...3 {
                hosts.insert(try schedule.nextEndpoint().host)
                let delay = schedule.delayAfterMiss(jitter: 1)
                #expect(delay == (attempt < 3 ? .zero : .milliseconds(longest)))
            }
            #expect(hosts == ["a", "b", "c"])
        }
    }

    @Test
    func comesBackToABrokerThatHasGoneNotAtOnceNorAllAtTheSameMoment() throws {
        var schedule = self.schedule("a", "b")
        _ = try schedule.nextEndpoint()
        #expect(schedule.delayAfterLoss(heldFor: .milliseconds(10), jitter: 0) == .milliseconds(50))
        #expect(schedule.delayAfterLoss(heldFor: .milliseconds(10), jitter: 1) == .milliseconds(200))
        // One that held is no failure.
        #expect(schedule.delayAfterLoss(heldFor: .seconds(2), jitter: 1) == .milliseconds(100))
        #expect(schedule.failures == 1)
        schedule.succeed()
        #expect(schedule.failures == 0)
    }

    @Test
    func spreadsClientsOverTheBrokers() throws {
        var first: Set<String> = []
        for _ in 0..<200 {
            var schedule = self.schedule("a", "b", "c")
            first.insert(try schedule.nextEndpoint().host)
        }
        #expect(first == ["a", "b", "c"])
    }

    @Test
    func saysThatThereIsNoBrokerToTry() {
        var schedule = self.schedule()
        #expect { try schedule.nextEndpoint() } throws: { error in
            (error as? RabbitMQError)?.code == .invalidConfiguration
        }
    }
}
