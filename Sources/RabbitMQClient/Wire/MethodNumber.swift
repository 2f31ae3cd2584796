/// A method of AMQP 0-9-1: the class in the upper half, the method in the lower.
typealias MethodNumber = UInt32
