using Etcd.Metrics.Exposition;

namespace Etcd.Metrics.Scraping;

/// <summary>One look at one member. Immutable.</summary>
/// <param name="Instance">The member, as "host:port".</param>
/// <param name="Exposition">Its metrics; null when it did not answer.</param>
/// <param name="Duration">How long it took.</param>
internal sealed record MemberScrape(string Instance, ParsedExposition? Exposition, TimeSpan Duration);
