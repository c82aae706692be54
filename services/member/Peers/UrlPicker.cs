namespace Etcd.Member.Peers;

/// <summary>Chooses one of a peer's URLs and moves on when it fails (etcd's <c>urlPicker</c>). Thread-safe.</summary>
internal sealed class UrlPicker
{
    private readonly Lock _gate = new();
    private IReadOnlyList<string> _urls;
    private int _picked;

    /// <summary>Creates a picker.</summary>
    /// <param name="urls">At least one.</param>
    public UrlPicker(IReadOnlyList<string> urls) => _urls = urls;

    /// <summary>Replaces the URLs.</summary>
    public void Update(IReadOnlyList<string> urls)
    {
        lock (_gate)
        {
            _urls = urls;
            _picked = 0;
        }
    }

    /// <summary>The URL to use now.</summary>
    public string Pick()
    {
        lock (_gate)
        {
            return _urls[_picked];
        }
    }

    /// <summary>Tells that a URL does not work: the next one is used.</summary>
    public void Unreachable(string url)
    {
        lock (_gate)
        {
            if (_urls[_picked] == url)
            {
                _picked = (_picked + 1) % _urls.Count;
            }
        }
    }
}
