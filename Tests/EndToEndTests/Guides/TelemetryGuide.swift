import Baton
import BatonTelemetry

// The code that the guide “Operating” shows.

func observed() -> JobClientConfiguration {
    var configuration = JobClientConfiguration()
    configuration.filters = [JobTracing(), JobMetrics()]
    return configuration
}
