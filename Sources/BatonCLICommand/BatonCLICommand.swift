import BatonCLI

/// The program `baton`; all it does is in the library, which tests can import.
@main
enum BatonCLICommand {
    static func main() async {
        await BatonCLI.main()
    }
}
