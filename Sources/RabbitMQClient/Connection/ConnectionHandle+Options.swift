import CRabbitMQ

extension rabbit_options {
    /// The options for one broker, which are valid as long as the strings are.
    init(
        _ endpoint: RabbitMQConfiguration.Endpoint,
        _ configuration: RabbitMQConfiguration,
        _ strings: inout CStrings
    ) throws(RabbitMQError) {
        try configuration.validate()
        let tls = configuration.tls
        self.init()
        self.host = try strings.copy(endpoint.host) as UnsafePointer<CChar>
        self.port = endpoint.port
        self.virtual_host = try strings.copy(configuration.virtualHost) as UnsafePointer<CChar>
        self.user = try strings.copy(configuration.user) as UnsafePointer<CChar>
        self.password = try strings.copy(configuration.password) as UnsafePointer<CChar>
        self.authenticates_by_certificate = configuration.authentication == .certificate
        self.connection_name = try strings.copy(configuration.connectionName) as UnsafePointer<CChar>
        self.heartbeat = UInt16(clamping: configuration.heartbeat.wholeSecondsUp)
        self.timeout_milliseconds = Int32(clamping: configuration.connectTimeout.wholeMilliseconds)
        self.uses_tls = tls != nil
        self.authority_file = try strings.copy(tls?.authorityFile)
        self.certificate_file = try strings.copy(tls?.certificateFile)
        self.key_file = try strings.copy(tls?.keyFile ?? tls?.certificateFile)
        self.key_password = try strings.copy(tls?.keyPassword)
        self.server_name = try strings.copy(tls?.serverName ?? endpoint.host) as UnsafePointer<CChar>
        self.verifies_certificate = tls?.verification != RabbitMQTLS.Verification.none
        self.verifies_name = tls?.verification == .full
    }
}

extension RabbitMQConfiguration {
    fileprivate func validate() throws(RabbitMQError) {
        func check(_ holds: Bool, _ message: String) throws(RabbitMQError) {
            guard holds else { throw RabbitMQError(code: .invalidConfiguration, message: message) }
        }
        try check(
            self.authentication == .password || self.tls?.certificateFile != nil,
            "Logging in by certificate needs TLS with a certificate"
        )
        try check(
            self.tls?.keyFile == nil || self.tls?.certificateFile != nil,
            "A private key needs its certificate"
        )
    }
}

extension RabbitMQError {
    init(
        _ failure: rabbit_failure,
        _ endpoint: RabbitMQConfiguration.Endpoint,
        _ configuration: RabbitMQConfiguration
    ) {
        let text = withUnsafeBytes(of: failure.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let place = "\(endpoint.host):\(endpoint.port)"
        switch failure.stage {
        case RABBIT_STAGE_RESOLVE:
            self.init(code: .connectFailed, message: "Cannot find the host \(endpoint.host): \(text)")
        case RABBIT_STAGE_CONNECT:
            self.init(code: .connectFailed, message: "Cannot connect to \(place): \(text)")
        case RABBIT_STAGE_TLS_FILES:
            self.init(code: .invalidConfiguration, message: "TLS cannot be set up: \(text)")
        case RABBIT_STAGE_TLS:
            self.init(code: .insecure, message: "There is no secure connection to \(place): \(text)")
        case RABBIT_STAGE_REFUSED:
            let who = configuration.authentication == .password ? configuration.user : "the certificate"
            self.init(
                code: .refused,
                message: "The broker at \(place) refused \(who) on the virtual host "
                    + "\(configuration.virtualHost): \(text)",
                replyCode: failure.reply_code == 0 ? nil : failure.reply_code
            )
        default:
            self.init(code: .connectFailed, message: "Cannot log in to \(place): \(text)")
        }
    }
}

extension Duration {
    fileprivate var wholeSecondsUp: Int64 {
        let (seconds, attoseconds) = self.components
        return max(0, seconds + (attoseconds > 0 ? 1 : 0))
    }

    fileprivate var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = self.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : max(0, whole + attoseconds / 1_000_000_000_000_000)
    }
}
