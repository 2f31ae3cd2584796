import Glibc

extension Program {
    /// Starts a program that runs until it is ended.
    static func start(_ command: [String]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        var arguments = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        let error = posix_spawn(&process, command[0], &actions, nil, &arguments, environ)
        guard error == 0 else {
            throw Failure(description: "\(command.joined(separator: " ")) cannot be started (errno \(error))")
        }
        return process
    }

    /// Ends a program that was started here, whether it has ended by itself or not.
    static func end(_ process: pid_t) {
        kill(process, SIGKILL)
        while waitpid(process, nil, 0) < 0 && errno == EINTR {}
    }
}
