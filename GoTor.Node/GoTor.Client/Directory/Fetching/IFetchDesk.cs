using GoTor.Client.Directory.Http;
using GoTor.Client.Directory.Servers;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Directory.Fetching;

/// <summary>What the planners of the directory room see of its loop. Used within the loop only.</summary>
internal interface IFetchDesk
{
    /// <summary>The monotonic clock: time since the loop was made.</summary>
    TimeSpan Uptime { get; }

    DateTimeOffset Now { get; }

    /// <summary>The network that may be used now; null when there is none.</summary>
    NetworkSnapshot? Network { get; }

    bool HasEnoughDirectoryInfo { get; }

    /// <summary>Requests for the document that are under way.</summary>
    IReadOnlyList<DirectoryFetch> Running(DirectoryDocument document);

    /// <param name="subject">What exactly is asked for, in the planner's words.</param>
    void Launch(DirectoryDocument document, PickedServer server, DirectoryRequest request, object? subject = null);
}

internal static class FetchDeskExtensions
{
    public static HashSet<RsaIdentity> BusyServers(this IFetchDesk desk, DirectoryDocument document) =>
        [.. desk.Running(document).Select(fetch => fetch.Server.Identity)];
}
