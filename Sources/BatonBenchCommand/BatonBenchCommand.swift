import BatonBench

/// The program `baton-bench`; all it does is in the library, which tests can import without building macros for it.
@main
enum BatonBenchCommand {
    static func main() async {
        await BatonBench.main()
    }
}
