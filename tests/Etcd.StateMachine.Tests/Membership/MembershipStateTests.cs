using Etcd.Ports.Engine;
using Etcd.Protocol.Errors;
using Etcd.StateMachine.Membership;
using Google.Protobuf;
using Xunit;

namespace Etcd.StateMachine.Tests.Membership;

public sealed class MembershipStateTests
{
    private readonly TestRows _rows = new();
    private readonly MembershipState _state;

    public MembershipStateTests() => _state = MembershipState.Open(_rows, MembershipState.DefaultMaxLearners);

    public static TheoryData<string, EtcdErrorCode?> Validations => new()
    {
        { "add 4 d", null },
        { "add 1 d", EtcdErrorCode.MemberExists },
        { "add 4 a", EtcdErrorCode.PeerUrlExists },
        { "add 9 d", EtcdErrorCode.MemberNotFound },
        { "learn 4 d", EtcdErrorCode.TooManyLearners },
        { "learn 1 d", EtcdErrorCode.MemberExists },
        { "promote 3", null },
        { "promote 1", EtcdErrorCode.MemberNotLearner },
        { "promote 4", EtcdErrorCode.MemberNotFound },
        { "promote 9", EtcdErrorCode.MemberNotFound },
        { "remove 1", null },
        { "remove 3", null },
        { "remove 4", EtcdErrorCode.MemberNotFound },
        { "remove 9", EtcdErrorCode.MemberNotFound },
        { "update 1 d", null },
        { "update 1 a", null },
        { "update 1 b", EtcdErrorCode.PeerUrlExists },
        { "update 4 d", EtcdErrorCode.MemberNotFound },
        { "update 9 d", EtcdErrorCode.MemberNotFound },
    };

    [Theory]
    [MemberData(nameof(Validations))]
    public void Change_is_validated_as_etcd_does(string command, EtcdErrorCode? expected)
    {
        // Members 1 (a), 2 (b) and learner 3 (c); 9 was removed.
        foreach (string setUp in new[] { "add 1 a", "add 2 b", "learn 3 c", "add 9 x", "remove 9" })
        {
            Assert.Null(_state.Apply(Change(setUp), _rows.Batch, out _));
        }

        int rows = _rows.Count;
        ClusterMembership before = _state.Current;

        EtcdError? error = _state.Apply(Change(command), _rows.Batch, out MembershipEffect effect);

        Assert.Equal(expected, error?.Code);
        if (expected is not null)
        {
            Assert.Equal(MembershipEffect.None, effect);
            Assert.Same(before, _state.Current);
            Assert.Equal(rows, _rows.Count);
        }
        else
        {
            Assert.NotEqual(MembershipEffectKind.None, effect.Kind);
        }
    }

    [Fact]
    public void Rows_are_those_of_etcd()
    {
        const ulong Id = 1027102899059496477;
        Apply(MembershipRequests.Add(1, new ClusterMember(Id, "m1", ["http://127.0.0.1:44011"], [], false)));
        _state.ApplyV2(MembershipRequests.PublishAttributes(2, Id, "m1", ["http://127.0.0.1:44010"]), _rows.Batch);
        _state.ApplyV2(MembershipRequests.SetVersion(3, new ClusterVersion(3, 5, 0)), _rows.Batch);
        Apply(Change("add 9 x"));
        Apply(Change("remove 9"));

        Assert.Equal(
            """{"id":1027102899059496477,"peerURLs":["http://127.0.0.1:44011"],"""
            + """ "name":"m1","clientURLs":["http://127.0.0.1:44010"]}""".TrimStart(),
            _rows.Text(Bucket.Members, "e4100a51637161d"));
        Assert.Equal("3.5.0", _rows.Text(Bucket.Cluster, "clusterVersion"));
        Assert.Equal("removed", _rows.Text(Bucket.MembersRemoved, "9"));
        Assert.Null(_rows.Text(Bucket.Members, "9"));
    }

    [Fact]
    public void Update_takes_the_learner_mark_away_as_etcd_does()
    {
        Apply(Change("learn 3 c"));
        Apply(Change("update 3 d"));

        ClusterMember member = Assert.Single(_state.Current.Members);
        Assert.False(member.IsLearner);
        Assert.Equal(["http://d:1"], member.PeerUrls);
        Assert.Equal("""{"id":3,"peerURLs":["http://d:1"]}""", _rows.Text(Bucket.Members, "3"));
    }

    [Fact]
    public void Promotion_and_update_keep_name_and_client_urls()
    {
        Apply(Change("learn 3 c"));
        Assert.True(_state.ApplyAttributes(3, "third", ["http://c:2"], _rows.Batch));
        Apply(Change("promote 3"));
        Apply(Change("update 3 d"));

        ClusterMember member = Assert.Single(_state.Current.Members);
        Assert.Equal("third", member.Name);
        Assert.Equal(["http://c:2"], member.ClientUrls);
        Assert.Equal(["http://d:1"], member.PeerUrls);
    }

    [Theory]
    [InlineData("add 4 d", MembershipEffectKind.Added)]
    [InlineData("promote 3", MembershipEffectKind.Promoted)]
    [InlineData("update 3 d", MembershipEffectKind.Updated)]
    [InlineData("remove 3", MembershipEffectKind.Removed)]
    public void Effect_says_what_happened(string command, MembershipEffectKind expected)
    {
        Apply(Change("learn 3 c"));

        Assert.Null(_state.Apply(Change(command), _rows.Batch, out MembershipEffect effect));

        Assert.Equal(expected, effect.Kind);
        Assert.Equal(command.StartsWith("add", StringComparison.Ordinal) ? 4UL : 3UL, effect.MemberId);
    }

    [Fact]
    public void Reopened_state_equals_the_applied_one()
    {
        foreach (string command in new[] { "add 1 a", "add 2 b", "learn 3 c", "remove 2", "update 1 z" })
        {
            Apply(Change(command));
        }

        _state.ApplyAttributes(1, "one <&> \u00e9", ["http://one:1", "http://one:2"], _rows.Batch);
        _state.ApplyVersion("3.6.0", _rows.Batch);
        _state.ApplyDowngrade(enabled: true, "3.5.0", _rows.Batch);

        ClusterMembership reopened = MembershipState.Open(_rows, MembershipState.DefaultMaxLearners).Published;

        AssertEqual(_state.Current, reopened);
        Assert.Equal("""{"target-version":"3.5.0","enabled":true}""", _rows.Text(Bucket.Cluster, "downgrade"));
    }

    [Fact]
    public void Published_membership_changes_only_when_told()
    {
        Apply(Change("add 1 a"));
        Assert.Empty(_state.Published.Members);

        _state.Publish();
        ClusterMembership published = _state.Published;
        Apply(Change("add 2 b"));

        Assert.Single(published.Members);
        Assert.Same(published, _state.Published);
    }

    [Fact]
    public void Attributes_of_unknown_and_removed_members_are_ignored()
    {
        Apply(Change("add 9 x"));
        Apply(Change("remove 9"));

        Assert.False(_state.ApplyAttributes(9, "nine", [], _rows.Batch));
        Assert.False(_state.ApplyAttributes(8, "eight", [], _rows.Batch));
        Assert.Empty(_state.Current.Members);
    }

    [Fact]
    public void Members_are_sorted_as_unsigned_ids()
    {
        foreach (ulong id in new[] { ulong.MaxValue, 1UL, 1UL << 63, 7UL })
        {
            Apply(MembershipRequests.Add(1, new ClusterMember(id, string.Empty, [$"http://h{id}:1"], [], false)));
        }

        Assert.Equal([1UL, 7UL, 1UL << 63, ulong.MaxValue], _state.Current.Members.Select(static m => m.Id));
        Assert.Equal(7UL, _state.Current.Find(7)?.Id);
        Assert.Null(_state.Current.Find(8));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("s", true)]
    [InlineData("u", false)]
    [InlineData("ss", true)]
    [InlineData("su", false)]
    [InlineData("sss", true)]
    [InlineData("ssu", false)]
    [InlineData("sssu", true)]
    public void Cluster_is_ready_for_a_voter_when_a_started_quorum_stays(string members, bool expected)
    {
        // One started voter may always add one; with none at all there is nobody to answer.
        bool ready = Cluster(members).IsReadyToAddVoter();
        Assert.Equal(members.Length != 0 && expected, ready);
    }

    [Theory]
    [InlineData("s", 1, false)]
    [InlineData("ss", 1, true)]
    [InlineData("su", 1, false)]
    [InlineData("su", 2, true)]
    [InlineData("ssu", 1, false)]
    [InlineData("ssu", 3, true)]
    [InlineData("sss", 2, true)]
    [InlineData("sl", 2, true)]
    public void Cluster_is_ready_to_lose_a_voter_when_a_started_quorum_stays(string members, ulong id, bool expected) =>
        Assert.Equal(expected, Cluster(members).IsReadyToRemoveVoter(id));

    [Theory]
    [InlineData("sl", true)]
    [InlineData("sul", true)]
    [InlineData("suul", false)]
    [InlineData("ssul", true)]
    public void Cluster_is_ready_to_promote_when_a_started_quorum_stays(string members, bool expected) =>
        Assert.Equal(expected, Cluster(members).IsReadyToPromote());

    [Theory]
    [InlineData("3.5.0", true)]
    [InlineData("3.6.0-alpha", true)]
    [InlineData("3.5", false)]
    [InlineData("3.5.0.1", false)]
    [InlineData("v3.5.0", false)]
    [InlineData("", false)]
    [InlineData("3.-5.0", false)]
    public void Version_that_is_none_changes_nothing(string text, bool expected)
    {
        Assert.Equal(expected, _state.ApplyVersion(text, _rows.Batch));
        Assert.Equal(expected, _state.Current.Version is not null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"id\":\"4\"}")]
    [InlineData("{\"id\":-4}")]
    [InlineData("{\"id\":5,\"peerURLs\":[]}")]
    [InlineData("{\"id\":4,\"peerURLs\":\"x\"}")]
    [InlineData("{\"id\":4,\"peerURLs\":[1]}")]
    [InlineData("{\"id\":4,\"isLearner\":1}")]
    [InlineData("{\"id\":4,\"name\":[]}")]
    [InlineData("{\"id\":4} x")]
    public void Malformed_context_is_refused(string context)
    {
        Raftpb.ConfChange change = Change("add 4 d");
        change.Context = ByteString.CopyFromUtf8(context);

        Assert.NotNull(_state.Apply(change, _rows.Batch, out _));
        Assert.Equal(0, _rows.Count);
    }

    [Fact]
    public void Context_is_read_as_Go_reads_it()
    {
        Raftpb.ConfChange change = Change("add 4 d");
        change.Context = ByteString.CopyFromUtf8(
            """ { "ID": 4, "extra": {"a":[1,2]}, "PeerUrls": ["http://d:1"], "name": null, "isPromote": false } """);

        Assert.Null(_state.Apply(change, _rows.Batch, out _));
        Assert.Equal(["http://d:1"], Assert.Single(_state.Current.Members).PeerUrls);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Garbage_never_throws_and_never_half_applies(int seed)
    {
        Random random = new(seed);
        Apply(Change("add 1 a"));
        byte[] valid = Change("add 4 d").Context.ToByteArray();
        for (int round = 0; round < 3000; round++)
        {
            byte[] context = Mutate(valid, random);
            Raftpb.ConfChange change = new()
            {
                Id = 1,
                Type = (Raftpb.ConfChangeType)random.Next(6),
                NodeId = (ulong)random.Next(6),
                Context = ByteString.CopyFrom(context),
            };
            _state.Apply(change, _rows.Batch, out _);
            _state.ApplyV2(
                new Etcdserverpb.Request
                {
                    Method = random.Next(2) == 0 ? "PUT" : "POST",
                    Path = random.Next(2) == 0 ? V2Requests.VersionPath : V2Requests.AttributesPath(1),
                    Val = ByteString.CopyFrom(context).ToStringUtf8(),
                },
                _rows.Batch);
            V2Requests.TryDecode(context, out _);
            AssertEqual(_state.Current, MembershipState.Open(_rows, MembershipState.DefaultMaxLearners).Published);
        }
    }

    [Fact]
    public void Conf_state_row_is_that_of_etcd()
    {
        Raftpb.ConfState state = new() { AutoLeave = false };
        state.Voters.AddRange([1027102899059496477UL, ulong.MaxValue]);
        state.Learners.Add(3);

        byte[] json = ConfStateJson.Write(state);

        Assert.Equal(
            """{"voters":[1027102899059496477,18446744073709551615],"learners":[3],"auto_leave":false}""",
            System.Text.Encoding.UTF8.GetString(json));
        Assert.Equal(state, ConfStateJson.Read(json));
        Assert.Throws<InvalidDataException>(() => ConfStateJson.Read("{\"voters\":[x"u8));
    }

    private static byte[] Mutate(byte[] valid, Random random)
    {
        byte[] mutated = [.. valid];
        for (int change = random.Next(4); change > 0; change--)
        {
            mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
        }

        return mutated[..(mutated.Length - (random.Next(3) == 0 ? random.Next(mutated.Length) : 0))];
    }

    private static ClusterMembership Cluster(string members)
    {
        TestRows rows = new();
        MembershipState state = MembershipState.Open(rows, maxLearners: 8);
        for (int index = 0; index < members.Length; index++)
        {
            ulong id = (ulong)index + 1;
            string name = members[index] == 'u' ? string.Empty : $"m{id}";
            ClusterMember member = new(id, name, [$"http://h{id}:1"], [], isLearner: members[index] == 'l');
            Assert.Null(state.Apply(MembershipRequests.Add(1, member), rows.Batch, out _));
        }

        return state.Current;
    }

    private static Raftpb.ConfChange Change(string command)
    {
        string[] words = command.Split(' ');
        ulong id = ulong.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture);
        string url = words.Length > 2 ? $"http://{words[2]}:1" : string.Empty;
        return words[0] switch
        {
            "add" => MembershipRequests.Add(1, new ClusterMember(id, string.Empty, [url], [], isLearner: false)),
            "learn" => MembershipRequests.Add(1, new ClusterMember(id, string.Empty, [url], [], isLearner: true)),
            "promote" => MembershipRequests.Promote(1, id),
            "remove" => MembershipRequests.Remove(1, id),
            _ => MembershipRequests.Update(1, id, [url]),
        };
    }

    private static void AssertEqual(ClusterMembership expected, ClusterMembership actual)
    {
        Assert.Equal(
            expected.Members.Select(static member => member.ToProto()),
            actual.Members.Select(static member => member.ToProto()));
        Assert.Equal(expected.RemovedIds.Order(), actual.RemovedIds.Order());
        Assert.Equal(expected.Version, actual.Version);
        Assert.Equal(expected.Downgrade, actual.Downgrade);
    }

    private void Apply(Raftpb.ConfChange change) => Assert.Null(_state.Apply(change, _rows.Batch, out _));
}
