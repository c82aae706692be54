namespace Etcd.Client.Tests;

/// <summary>A test against a real etcd: skipped, visibly, where ETCD_BINARY names none.</summary>
internal sealed class FactWithEtcdAttribute : FactAttribute
{
    public FactWithEtcdAttribute()
    {
        if (RealEtcd.Binary is null)
        {
            Skip = "ETCD_BINARY is not set";
        }
    }
}
