namespace GoTor.Client.Streams;

/// <summary>
/// Who may share a circuit: two streams may when their keys are equal. A field that the listener does not isolate by is null, so it
/// never tells two streams apart. Proposal 171. Compared by value; never logged, since it holds credentials.
/// </summary>
internal sealed record IsolationKey
{
    public static IsolationKey None { get; } = new();

    /// <summary>Streams of different session groups never share; each listener has its own unless told otherwise.</summary>
    public int SessionGroup { get; init; }

    public string? SocksUsername { get; init; }

    public string? SocksPassword { get; init; }

    public string? ClientAddress { get; init; }

    public string? ClientProtocol { get; init; }

    public string? DestinationHost { get; init; }

    public ushort? DestinationPort { get; init; }

    /// <summary>Keeps an isolated circuit alive while streams use it (KeepAliveIsolateSOCKSAuth).</summary>
    public bool KeepAlive { get; init; }

    public override string ToString() => "[scrubbed]";
}
