namespace Etcd.Raft;

/// <summary>Checks the limits that <see cref="RaftConfig"/> documents.</summary>
internal static class ConfigCheck
{
    public static void Validate(RaftConfig config)
    {
        Require(config.Id != RaftIds.None && !RaftIds.IsLocalThread(config.Id), "Id must be a member id");
        Require(config.HeartbeatTicks > 0, "HeartbeatTicks must be positive");
        Require(config.ElectionTicks > config.HeartbeatTicks, "ElectionTicks must be greater than HeartbeatTicks");
        Require(config.MaxInflightMessages > 0, "MaxInflightMessages must be positive");
        Require(
            config.MaxInflightBytes == 0 || config.MaxInflightBytes >= config.MaxSizePerMessageBytes,
            "MaxInflightBytes must be at least MaxSizePerMessageBytes");
        Require(
            config.ReadOnlyOption == ReadOnlyOption.Safe || config.CheckQuorum,
            "ReadOnlyOption.LeaseBased needs CheckQuorum");
        ArgumentNullException.ThrowIfNull(config.Storage);
        ArgumentNullException.ThrowIfNull(config.Random);
        ArgumentNullException.ThrowIfNull(config.ConfChangeDecoder);
    }

    /// <summary>0 stands for no limit.</summary>
    public static ulong OrUnlimited(ulong limit) => limit == 0 ? RaftConfig.NoLimit : limit;

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new ArgumentException(message, nameof(condition));
        }
    }
}
