namespace Etcd.Metrics.Exposition;

/// <summary>What one member exposes. Immutable.</summary>
/// <param name="Families">The metrics in the order they came.</param>
/// <param name="SampleCount">Series that were read.</param>
/// <param name="BadLineCount">Lines that were not understood and left out.</param>
internal sealed record ParsedExposition(IReadOnlyList<Family> Families, int SampleCount, int BadLineCount);
