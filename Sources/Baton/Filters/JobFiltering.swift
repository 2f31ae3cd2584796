/// Something that has a part in the life of jobs: it conforms to one or more of ``JobCreationFilter``, ``JobRunFilter``,
/// ``JobElectionFilter`` and ``AppliedStateFilter``.
///
/// Filters of all jobs are in ``JobClientConfiguration/filters``, those of one job in ``JobCall/filters``. The former come
/// first, each in the order of its list: they are the outer ones around a run, and the latter have the last word where a
/// state is elected.
public protocol JobFiltering: Sendable {}
