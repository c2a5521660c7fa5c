using GoTor.Protocol.Network;

namespace GoTor.Protocol.Paths;

/// <summary>Diversity of a relay towards all that are in the path already.</summary>
internal static class PathDiversity
{
    public static bool ConflictsWithAny(this RelayDiversity diversity, Relay relay, IReadOnlyList<Relay> others)
    {
        for (int i = 0; i < others.Count; i++)
        {
            if (diversity.Conflict(relay, others[i]))
                return true;
        }

        return false;
    }
}
