internal import Baton

extension Migration {
    /// The SQLSTATE of a job that cannot be stored.
    static let invalidJobState = "BTN02"

    /// What Swift's enqueue checks, too, within the function `enqueue`.
    ///
    /// - Parameter schema: The namespace.
    /// - Returns: SQL.
    static func doorChecks(_ schema: Schema) -> String {
        func refusal(
            of column: String,
            when condition: String,
            _ message: String,
            hint: String,
            state: String = invalidJobState
        ) -> String {
            """
            IF \(condition) THEN
                    RAISE EXCEPTION USING ERRCODE = '\(state)', SCHEMA = '\(schema.namespace.name)', COLUMN = '\(column)',
                        MESSAGE = \(message), HINT = \(hint);
                END IF;
            """
        }
        let bytes = JobArgumentsCoder.defaultMaximumBytes
        let notPrintable = """
            format('A job''s type holds printable characters only; %s does not.', to_json(left(enqueue.type, 60)))
            """
        let printHint = "'Leave out control characters and line separators.'"
        func range(_ first: Int, _ last: Int) -> String { "chr(\(first)) || '-' || chr(\(last))" }
        let parts = [
            refusal(
                of: "type",
                when: "coalesce(enqueue.type, '') = ''",
                "'A job''s type must not be empty.'",
                hint: "'Give the name under which the job is registered, such as mail.welcome.'"
            ),
            refusal(
                of: "type",
                when: "octet_length(convert_to(enqueue.type, 'UTF8')) > \(JobName.maximumBytes)",
                """
                format('A job''s type takes at most \(JobName.maximumBytes) bytes of UTF-8; “%s…” takes %s.',
                            left(enqueue.type, 40), octet_length(convert_to(enqueue.type, 'UTF8')))
                """,
                hint: "'Give the name under which the job is registered, such as mail.welcome.'"
            ),
            refusal(
                of: "type",
                when: "enqueue.type COLLATE \"C\" ~ ('[' || \(range(1, 31)) || chr(127) || ']')",
                notPrintable,
                hint: printHint
            ),
            // Other encodings do not know these characters, and even to name them is an error there.
            "IF getdatabaseencoding() = 'UTF8' THEN",
            refusal(
                of: "type",
                when: "enqueue.type COLLATE \"C\" ~ ('[' || \(range(128, 159)) || \(range(8232, 8233)) || ']')",
                notPrintable,
                hint: printHint
            ),
            "END IF;",
            refusal(
                of: "queue",
                when: "place COLLATE \"C\" !~ '^[a-z0-9_.-]{1,\(QueueName.maximumLength)}$'",
                "format('%s is no queue''s name.', to_json(left(place, 60)))",
                hint: "'A queue''s name is 1 to \(QueueName.maximumLength) of a–z, 0–9, “_”, “-” and “.”.'"
            ),
            refusal(
                of: "arguments",
                when: "jsonb_typeof(enqueue.arguments) IS DISTINCT FROM 'object'",
                """
                format('The arguments of “%s” must be a JSON object; they are %s.', enqueue.type,
                            coalesce('of the type ' || jsonb_typeof(enqueue.arguments), 'NULL'))
                """,
                hint:
                    "'Key them by the names of the parameters, such as {\"address\": \"ada@example.org\"}; {} where there are none.'"
            ),
            refusal(
                of: "arguments",
                when: "octet_length(enqueue.arguments::text) > \(bytes)",
                """
                format('The arguments of “%s” take %s bytes of JSON; at most \(bytes) are allowed.', enqueue.type,
                            octet_length(enqueue.arguments::text))
                """,
                hint: "'Store large data elsewhere and pass a reference.'"
            ),
            refusal(
                of: "run_at",
                when: """
                    NOT isfinite(enqueue.run_at)
                            OR abs(extract(epoch FROM enqueue.run_at - present)) > 8000::numeric * 366 * 86400
                    """,
                "format('A job cannot be scheduled for %s.', enqueue.run_at)",
                hint: "'Give a date of the next 8,000 years; NULL is at once.'"
            ),
            refusal(
                of: "priority",
                when: "rank NOT BETWEEN \(Int16.min) AND \(Int16.max)",
                "format('The priority %s does not fit in 16 bits.', rank)",
                hint: "'Give a number from \(Int16.min) to \(Int16.max).'"
            ),
            refusal(
                of: "max_attempts",
                when: "attempts < 1",
                "format('A job needs at least 1 attempt, not %s.', attempts)",
                hint: "'Give 1 or more; NULL is \(JobClientConfiguration().defaultMaximumAttempts).'"
            ),
            refusal(
                of: "unique_key",
                when: "enqueue.unique_key IS NOT NULL",
                "'Unique jobs are not supported yet: unique_key must be NULL.'",
                hint: "'Give an id of your own: a job of the same id is stored once.'",
                state: "0A000"
            ),
        ]
        return parts.joined(separator: "\n    ")
    }
}
