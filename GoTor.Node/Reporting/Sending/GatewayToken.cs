using GoTor.Node.Configuration;

namespace GoTor.Node.Reporting.Sending;

/// <summary>
/// The token that reports carry now. One from a file is read again when the gateway refuses it, so that it can be changed without a restart:
/// on the gateway and here, in any order. Safe for concurrent use.
/// </summary>
internal sealed class GatewayToken(BearerToken token, string? file)
{
    private readonly Lock _lock = new();
    private BearerToken _current = token;
    private string? _file = file;

    public BearerToken Current => Volatile.Read(ref _current);

    /// <summary>Another one from now on.</summary>
    public void Use(BearerToken token, string? file)
    {
        lock (_lock)
        {
            _file = file;
            Volatile.Write(ref _current, token);
        }
    }

    /// <summary>A gateway refused this token. True when there is another one to try.</summary>
    public bool Refused(BearerToken refused)
    {
        lock (_lock)
        {
            // A file that is gone or being written will be there at the next refusal.
            if (_file is not null && MetricsLines.ReadTokenFile(_file, new ConfigSource("configuration", 0), []) is { } read)
                Volatile.Write(ref _current, read);
            return !_current.Equals(refused);
        }
    }
}
