using GoTor.Client.Directory.Fetching;

namespace GoTor.Client.Directory;

/// <summary>What the directory loop is told.</summary>
internal abstract record DirectoryEvent
{
    public static DirectoryEvent Woken { get; } = new WokenEvent();

    public static DirectoryEvent Hurried { get; } = new HurriedEvent();

    public static DirectoryEvent GuardsChanged { get; } = new GuardsChangedEvent();

    /// <summary>It is time to plan again.</summary>
    public sealed record WokenEvent : DirectoryEvent;

    /// <summary>Other guards than before may be asked, or count.</summary>
    public sealed record GuardsChangedEvent : DirectoryEvent;

    /// <summary>Somebody waits for the network.</summary>
    public sealed record HurriedEvent : DirectoryEvent;

    /// <summary>Somebody wants to know when everything before this has been dealt with.</summary>
    public sealed record Settling(TaskCompletionSource Settled) : DirectoryEvent;

    public sealed record FetchEnded(DirectoryFetch Fetch, FetchResult Result) : DirectoryEvent;

    /// <summary>A request ended in a way that is a mistake of ours.</summary>
    public sealed record Failed(DirectoryFetch Fetch, Exception Exception) : DirectoryEvent;
}
