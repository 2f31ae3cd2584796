extension PostgresConnection {
    /// A request that waits until the connection is free for others again.
    struct HeldRequest {
        enum Work {
            case statements([PostgresStatement], completion: (Outcome) -> Void)
            case copy(CopyIn)
        }

        let id: PipelineStateMachine.RequestID
        let work: Work

        /// Ends a request that will not be sent.
        func fail(_ error: PostgresError) {
            switch self.work {
            case .statements(_, let completion): completion(.failure(error))
            case .copy(let copy): copy.waiter?(.failure(error))
            }
        }
    }
}
