// swift-tools-version: 6.2
import CompilerPluginSupport
import PackageDescription

/// What every Swift target is compiled with; the style anchors use the same set.
let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let lifecycleTestKit: Target.Dependency = .product(
    name: "ServiceLifecycleTestKit",
    package: "swift-service-lifecycle"
)
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")

func syntax(_ product: String) -> Target.Dependency {
    .product(name: product, package: "swift-syntax")
}

let syntaxTree = ["SwiftDiagnostics", "SwiftParser", "SwiftSyntax", "SwiftSyntaxBuilder"].map(syntax)

let package = Package(
    name: "baton",
    products: [
        .library(name: "Baton", targets: ["Baton"]),
        .library(name: "BatonMacros", targets: ["BatonMacros"]),
        .library(name: "BatonPostgres", targets: ["BatonPostgres"]),
        .library(name: "BatonRabbitMQ", targets: ["BatonRabbitMQ"]),
        .library(name: "BatonTelemetry", targets: ["BatonTelemetry"]),
        .library(name: "BatonTesting", targets: ["BatonTesting"]),
        .library(name: "PostgresClient", targets: ["PostgresClient"]),
        .library(name: "RabbitMQClient", targets: ["RabbitMQClient"]),
        .executable(name: "baton", targets: ["BatonCLICommand"]),
        .executable(name: "baton-bench", targets: ["BatonBenchCommand"]),
        .executable(name: "baton-demo", targets: ["BatonDemo"]),
        .executable(name: "baton-quickstart", targets: ["BatonQuickstart"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-syntax", "602.0.0"..<"604.0.0"),
    ],
    targets: [
        // Floor 1: the C libraries.
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(
            name: "CRabbitMQ",
            linkerSettings: [.linkedLibrary("rabbitmq"), .linkedLibrary("ssl"), .linkedLibrary("crypto")]
        ),
        .target(name: "CPollExecutor"),

        // Floor 2: a lock and a signal; one thread, one poll set, one executor.
        .target(name: "Locking", swiftSettings: swiftSettings),
        .target(name: "PollExecutor", dependencies: ["CPollExecutor", "Locking"], swiftSettings: swiftSettings),

        // Floor 3: clients over the C libraries, usable without Baton.
        .target(
            name: "PostgresClient",
            dependencies: ["CLibPQ", "Locking", "PollExecutor", logging, lifecycle, deque],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "RabbitMQClient",
            dependencies: ["CRabbitMQ", "Locking", "PollExecutor", logging, lifecycle, deque],
            swiftSettings: swiftSettings
        ),

        // Floor 4: the domain, and the macros that write its protocols out.
        .target(name: "Baton", dependencies: ["Locking", logging, lifecycle, deque], swiftSettings: swiftSettings),
        .target(name: "BatonMacros", dependencies: ["Baton", "BatonMacrosPlugin"], swiftSettings: swiftSettings),
        .macro(
            name: "BatonMacrosPlugin",
            dependencies: [syntax("SwiftCompilerPlugin"), syntax("SwiftSyntaxMacros")] + syntaxTree,
            swiftSettings: swiftSettings
        ),

        // Floor 5: where jobs are kept, and how they travel.
        .target(
            name: "BatonPostgres",
            dependencies: ["Baton", "Locking", "PollExecutor", "PostgresClient", logging, lifecycle],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "BatonRabbitMQ",
            dependencies: ["Baton", "Locking", "PollExecutor", "RabbitMQClient", logging, lifecycle],
            swiftSettings: swiftSettings
        ),

        .target(
            name: "BatonTesting",
            dependencies: ["Baton", "Locking", logging, lifecycle, lifecycleTestKit, deque],
            swiftSettings: swiftSettings
        ),

        // What programs see of jobs, in their metrics and traces.
        .target(
            name: "BatonTelemetry",
            dependencies: [
                "Baton", "Locking", .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: swiftSettings
        ),

        // Floor 6: programs.
        .executableTarget(
            name: "BatonDemo",
            dependencies: [
                "Baton", "BatonMacros", "BatonPostgres", "BatonRabbitMQ", "Locking", "PostgresClient", logging,
                lifecycle,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings
        ),

        // Without the macros, too.
        .executableTarget(name: "BatonCLICommand", dependencies: ["BatonCLI"], swiftSettings: swiftSettings),
        .target(
            name: "BatonCLI",
            dependencies: [
                "Baton", "BatonPostgres", "BatonRabbitMQ", "RabbitMQClient", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings
        ),

        .executableTarget(
            name: "BatonQuickstart",
            dependencies: ["Baton", "BatonMacros", logging, lifecycle],
            swiftSettings: swiftSettings
        ),

        // Without the macros: so it builds without swift-syntax.
        .executableTarget(name: "BatonBenchCommand", dependencies: ["BatonBench"], swiftSettings: swiftSettings),
        .target(
            name: "BatonBench",
            dependencies: [
                "Baton", "BatonPostgres", "BatonRabbitMQ", "BatonTesting", "Locking", "PollExecutor", "PostgresClient",
                "RabbitMQClient",
                logging, lifecycle,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings
        ),

        // Tests mirror the targets.
        .testTarget(
            name: "PollExecutorTests",
            dependencies: ["Locking", "PollExecutor"],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "LoopbackPort",
            dependencies: ["Locking"],
            path: "Tests/LoopbackPort",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "PostgresClientTests",
            dependencies: ["Locking", "LoopbackPort", "PostgresClient", logging],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "BrokerProxy",
            dependencies: ["Locking", "RabbitMQClient"],
            path: "Tests/BrokerProxy",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "RabbitMQClientTests",
            dependencies: [
                "BrokerProxy", "Locking", "LoopbackPort", "RabbitMQClient", logging, lifecycle,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "BatonTests",
            dependencies: ["Baton", "Locking", logging, lifecycle, deque],
            exclude: ["Recurring/Cron/Fixtures"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "BatonMacrosTests",
            dependencies: [
                "Baton", "BatonMacros", "BatonMacrosPlugin", "Locking", logging, syntax("SwiftSyntaxMacros"),
                syntax("SwiftSyntaxMacroExpansion"), syntax("SwiftSyntaxMacrosGenericTestSupport"),
            ] + syntaxTree,
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "BatonPostgresTests",
            dependencies: ["Baton", "BatonPostgres", "BatonTesting", "Locking", "PostgresClient", logging],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "BatonRabbitMQTests",
            dependencies: [
                "Baton", "BatonRabbitMQ", "BatonTesting", "BrokerProxy", "Locking", "RabbitMQClient", logging,
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "BatonTelemetryTests",
            dependencies: [
                "Baton", "BatonTelemetry", "BatonTesting", "Locking", logging, lifecycle,
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "BatonTestingTests",
            dependencies: ["Baton", "BatonTesting", "Locking", logging, lifecycle, deque],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "SampleApplicationTests",
            dependencies: ["Baton", "BatonMacros", "BatonTesting", "Locking", logging],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "BatonBenchTests",
            dependencies: ["Baton", "BatonBench", "Locking", "PostgresClient", "RabbitMQClient"],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "EndToEndSupport",
            dependencies: [
                "Baton", "BatonPostgres", "BatonRabbitMQ", "Locking", "PostgresClient", "RabbitMQClient", logging,
                lifecycle,
            ],
            path: "Tests/EndToEndSupport",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Baton", "BatonMacros", "BatonPostgres", "BatonRabbitMQ", "BatonTelemetry", "EndToEndSupport",
                "Locking", "PostgresClient", "RabbitMQClient", logging, lifecycle,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "BatonCLITests",
            dependencies: ["Baton", "BatonCLI", "BatonCLICommand", "EndToEndSupport", "PostgresClient"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "ChaosTests",
            dependencies: [
                "Baton", "BatonDemo", "BatonMacros", "EndToEndSupport", "Locking", "LoopbackPort", "PostgresClient",
                "RabbitMQClient", logging, lifecycle,
            ],
            swiftSettings: swiftSettings
        ),
    ]
)
