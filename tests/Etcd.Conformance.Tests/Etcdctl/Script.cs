namespace Etcd.Conformance.Tests.Etcdctl;

/// <summary>The calls of an etcd user's first day, in an order in which each has something to show.</summary>
internal static class Script
{
    /// <summary>What of the output is compared.</summary>
    internal enum Kind
    {
        Exact,
        AnyOrder,
        StatusTable,
    }

    public static IReadOnlyList<Step> Steps { get; } =
    [
        Call("put", "foo", "bar"),
        Call("put", "foo1", "bar1"),
        Call("put", "foo2", "bar2"),
        Call("put", "foo3", "bar3"),
        Call("put", "foo", "bar_new", "--prev-kv"),
        Call("put", "zoo", ""),
        Call("put", "", "x"),
        Call("put", "nokey", "--ignore-value"),
        Call("get", "foo"),
        Call("get", "missing"),
        Call("get", "foo", "--hex"),
        Call("get", "foo", "--print-value-only"),
        Call("get", "foo", "foo3"),
        Call("get", "--prefix", "foo"),
        Call("get", "--prefix", "foo", "--limit=2"),
        Call("get", "--prefix", "foo", "--rev=3"),
        Call("get", "--prefix", "foo", "--rev=99"),
        Call("get", "--prefix", "foo", "--keys-only"),
        Call("get", "--prefix", "foo", "--count-only", "-w", "fields"),
        Call("get", "--prefix", "foo", "--count-only", "-w", "json"),
        Call("get", "--prefix", "foo", "--order=DESCEND", "--sort-by=MODIFY"),
        Call("get", "--from-key", "foo2"),
        Call("get", "--prefix", ""),
        Call("get", "foo", "-w", "json"),
        Call("get", "foo", "-w", "fields"),
        Call("get", "foo", "--consistency=s"),
        Call("del", "foo3", "--prev-kv"),
        Call("del", "missing"),
        Call("del", "foo1", "foo3"),
        Input("value(\"foo\") = \"bar_new\"\n\nput foo txn\nget foo\n\nput foo no\n\n", "txn", "-i"),
        Input("mod(\"foo\") = \"1\"\n\nput foo yes\n\nget foo\ndel zoo\n\n", "txn"),
        Input("ver(\"nothing\") = \"0\"\n\nput a 1\nput b 2\n\nget a\n\n", "txn", "-w", "json"),
        Input("\nput a 1\nput a 2\n\n\n", "txn"),
        AnyOrder("endpoint", "hashkv", "--cluster"),
        Call("lease", "grant", "600"),
        Call("put", "leased", "1", "--lease={lease}"),
        Call("put", "leased2", "2", "--lease={lease}"),
        Call("lease", "timetolive", "{lease}"),
        Call("lease", "timetolive", "{lease}", "--keys"),
        Call("lease", "keep-alive", "--once", "{lease}"),
        Call("lease", "list"),
        Call("lease", "revoke", "{lease}"),
        Call("lease", "revoke", "{lease}"),
        Call("lease", "timetolive", "{lease}"),
        Call("lease", "list"),
        Call("put", "x", "1", "--lease=1234"),
        Call("get", "--prefix", "leased"),
        Call("lease", "grant", "1"),
        Call("get", "--prefix", "", "-w", "json"),
        Call("compaction", "5"),
        Call("compaction", "5"),
        Call("compaction", "99"),
        Call("get", "foo", "--rev=4"),
        Call("get", "foo", "--rev=5"),
        AnyOrder("member", "list", "-w", "table"),
        AnyOrder("member", "list"),
        AnyOrder("endpoint", "health"),
        AnyOrder("endpoint", "health", "--cluster"),
        new Step(Kind.StatusTable, string.Empty, ["endpoint", "status", "-w", "table", "--cluster"]),
        Call("alarm", "list"),
        Call("member", "add", "m4", "--learner", "--peer-urls=http://127.0.0.1:1"),
        Call("member", "add", "m5", "--learner", "--peer-urls=http://127.0.0.1:2"),

        // A member's id is made of its URLs and the second: within the same one the error names the id instead.
        Call("member", "add", "m4", "--peer-urls=http://127.0.0.1:1") with { Pause = TimeSpan.FromSeconds(1.1) },
        Call("member", "promote", "{member}"),
        Call("member", "update", "{member}", "--peer-urls=http://127.0.0.1:3"),
        AnyOrder("member", "list", "-w", "table"),
        Call("member", "remove", "{member}"),
        Call("member", "remove", "{member}"),
        AnyOrder("defrag", "--cluster"),
        Call("del", "", "--prefix"),
        Call("get", "--prefix", ""),
    ];

    private static Step Call(params string[] arguments) => new(Kind.Exact, string.Empty, arguments);

    private static Step AnyOrder(params string[] arguments) => new(Kind.AnyOrder, string.Empty, arguments);

    private static Step Input(string input, params string[] arguments) => new(Kind.Exact, input, arguments);

    /// <summary>One call with what it reads from standard input; <c>{lease}</c> stands for the lease granted last.</summary>
    internal sealed record Step(Kind Kind, string Input, string[] Arguments)
    {
        /// <summary>Time that passes before it.</summary>
        public TimeSpan Pause { get; init; }
    }
}
