/// What the demonstration writes down beside the runs; the names are stored.
enum DemoEvent: String {
    /// The worker is about to be killed.
    case kill
    /// The killed worker's process has ended.
    case killed
    case brokerStopping = "broker stopping"
    case brokerStopped = "broker stopped"
    case brokerStarted = "broker started"
}
