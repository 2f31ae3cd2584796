@main
struct BatonDemo {
    static func main() {}
}
