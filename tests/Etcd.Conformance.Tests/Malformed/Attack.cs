namespace Etcd.Conformance.Tests.Malformed;

/// <summary>Bytes of one connection and what must come of them.</summary>
/// <param name="Name">What is wrong with them.</param>
/// <param name="Bytes">All that the attacker sends.</param>
/// <param name="Demand">How the server must react.</param>
internal sealed record Attack(string Name, byte[] Bytes, Demand Demand);
