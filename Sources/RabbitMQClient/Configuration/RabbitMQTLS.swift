/// How to secure a connection with TLS 1.2 or later.
///
/// All files are PEM. They are read for each new connection, so a certificate that has been renewed is used from the next
/// connection on.
public struct RabbitMQTLS: Hashable, Sendable {
    /// What of the broker's certificate is verified.
    public struct Verification: Hashable, Sendable {
        private enum Value {
            case full
            case certificate
            case none
        }

        private let value: Value

        private init(_ value: Value) {
            self.value = value
        }

        /// That a trusted authority has issued it, and that it is for the host or address connected to.
        public static let full = Verification(.full)
        /// That a trusted authority has issued it, for whatever host.
        ///
        /// For an authority that issues to nobody but one's own brokers.
        public static let certificate = Verification(.certificate)
        /// Nothing: whoever sits between can read and change everything, passwords included.
        public static let none = Verification(.none)
    }

    /// The certificates of the authorities to trust; those that the system trusts by default.
    public var authorityFile: String?
    /// The certificate to show to the broker, followed by the authorities between it and the root; none by default.
    public var certificateFile: String?
    /// The certificate's private key; the certificate's file by default, which may hold both.
    public var keyFile: String?
    /// The password that the private key is encrypted with.
    public var keyPassword: String?
    /// What of the broker's certificate is verified.
    public var verification: Verification
    /// The name that the broker's certificate must bear; the endpoint's host by default.
    ///
    /// An IP address is compared with the addresses that the certificate is for.
    public var serverName: String?

    /// Configures TLS.
    ///
    /// - Parameters:
    ///   - authorityFile: The certificates of the authorities to trust; those that the system trusts by default.
    ///   - certificateFile: The certificate to show to the broker; none by default.
    ///   - keyFile: The certificate's private key; the certificate's file by default.
    ///   - keyPassword: The password that the private key is encrypted with.
    ///   - verification: What of the broker's certificate is verified.
    ///   - serverName: The name that the broker's certificate must bear; the endpoint's host by default.
    public init(
        authorityFile: String? = nil,
        certificateFile: String? = nil,
        keyFile: String? = nil,
        keyPassword: String? = nil,
        verification: Verification = .full,
        serverName: String? = nil
    ) {
        self.authorityFile = authorityFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.keyPassword = keyPassword
        self.verification = verification
        self.serverName = serverName
    }
}

extension RabbitMQTLS: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The files and what is verified, without the key's password.
    public var description: String {
        self.parts.map { "\($0.label): \($0.value)" }.joined(separator: ", ")
    }

    /// The files and what is verified, without the key's password.
    public var debugDescription: String { self.description }

    /// A mirror without the key's password, which `dump` would show.
    public var customMirror: Mirror {
        Mirror(self, children: self.parts.map { ($0.label, $0.value as Any) })
    }

    private var parts: [(label: String, value: String)] {
        let verification =
            switch self.verification {
            case .full: "full"
            case .certificate: "certificate"
            default: "none"
            }
        let parts = [
            ("authorityFile", self.authorityFile), ("certificateFile", self.certificateFile),
            ("keyFile", self.keyFile), ("verification", verification), ("serverName", self.serverName),
        ]
        return parts.compactMap { label, value in value.map { (label, $0) } }
    }
}
