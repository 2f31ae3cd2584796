/// How a client shows who it is.
public struct RabbitMQAuthentication: Hashable, Sendable {
    private enum Value {
        case password
        case certificate
    }

    private let value: Value

    private init(_ value: Value) {
        self.value = value
    }

    /// By user and password (PLAIN).
    public static let password = RabbitMQAuthentication(.password)
    /// By the certificate shown in TLS (EXTERNAL).
    ///
    /// The broker needs its plug-in `rabbitmq_auth_mechanism_ssl`, and takes the user from the certificate.
    public static let certificate = RabbitMQAuthentication(.certificate)
}
