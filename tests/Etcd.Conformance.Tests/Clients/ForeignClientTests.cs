using Etcd.Conformance.Tests.Harness;

namespace Etcd.Conformance.Tests.Clients;

/// <summary>The documented use of clients that others wrote gives against us what it gives against etcd.</summary>
public sealed class ForeignClientTests(ThreeSystems systems) : IClassFixture<ThreeSystems>
{
    [Fact]
    public Task Node_client_gives_the_same() =>
        systems.SameAsync(endpoint => ForeignClients.RunNodeAsync("node-etcd3.js", endpoint));

    [Fact]
    public Task Python_client_gives_the_same() =>
        systems.SameAsync(endpoint => ForeignClients.RunPythonAsync("python-etcd3.py", endpoint));
}
