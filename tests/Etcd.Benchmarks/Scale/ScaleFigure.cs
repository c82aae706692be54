namespace Etcd.Benchmarks.Scale;

/// <summary>One quantity of both products at one place of a dimension.</summary>
/// <param name="Quantity">Its name, see <see cref="ScaleQuantity"/>.</param>
/// <param name="Reference">The real etcd's; null when it could not be measured.</param>
/// <param name="Ours">Ours; null when it could not be measured.</param>
internal sealed record ScaleFigure(string Quantity, double? Reference, double? Ours);
