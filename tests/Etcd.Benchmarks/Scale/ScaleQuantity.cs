using Etcd.Benchmarks.Plots;

namespace Etcd.Benchmarks.Scale;

/// <summary>Something that is measured along a dimension: a column of its table and a panel of its plot.</summary>
/// <param name="Name">Unique within the dimension; what people read.</param>
/// <param name="Unit">Of its figures.</param>
internal sealed record ScaleQuantity(string Name, PlotUnit Unit);
