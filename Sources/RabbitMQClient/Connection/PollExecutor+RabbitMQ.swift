import PollExecutor

extension PollExecutor {
    /// A thread for RabbitMQ connections.
    ///
    /// The library decodes a message's header table by recursion without limit, and whoever publishes decides how deep
    /// it goes: a frame of 128 KiB holds some 20 000 levels, which take about 4.5 MiB of stack.
    static func rabbitMQ(name: String) -> PollExecutor {
        PollExecutor(name: name, stackSize: 16 << 20)
    }
}
