/// A submission that is no job, on its way to be kept, published and settled.
struct RejectedDelivery: Sendable {
    let delivery: SubmissionDelivery
    let reject: RejectedSubmission
}
