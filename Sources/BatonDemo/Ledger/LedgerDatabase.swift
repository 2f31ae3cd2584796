import Logging
import PostgresClient

extension PostgresClient {
    /// Makes the client for the ledger, apart from Baton's own connections.
    ///
    /// - Parameters:
    ///   - environment: The settings.
    ///   - logger: Where it logs.
    /// - Returns: The client, inert until run.
    static func forLedger(_ environment: DemoEnvironment, logger: Logger) -> PostgresClient {
        var configuration = PostgresConfiguration(url: environment.postgresURL)
        configuration.applicationName = "baton-demo ledger"
        configuration.maximumConnections = 2
        // A plan kept from the time when the table was empty would read all of it when it is full.
        configuration.sessionSettings = ["plan_cache_mode": "force_custom_plan"]
        return PostgresClient(configuration, logger: logger)
    }
}
