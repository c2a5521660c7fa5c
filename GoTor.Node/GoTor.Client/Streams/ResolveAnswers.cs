using System.Net;
using GoTor.Protocol.Cells.Relay;

namespace GoTor.Client.Streams;

/// <summary>Makes an answer out of what an exit's resolver says.</summary>
internal static class ResolveAnswers
{
    // C tor's bounds for answers that are remembered: neither a beacon nor a fingerprint.
    private static readonly TimeSpan MinTimeToLive = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan MaxTimeToLive = TimeSpan.FromHours(3);

    /// <exception cref="StreamFailedException">It is an error, or there is nothing usable in it.</exception>
    public static ResolveAnswer From(ResolvedMessage message)
    {
        List<IPAddress> addresses = [];
        string? hostname = null;
        bool permanent = false;
        uint timeToLive = uint.MaxValue;
        foreach (ResolvedAnswer answer in message.Answers)
        {
            permanent |= answer.Type == ResolvedType.Error;
            if (answer.Address is { } address)
                addresses.Add(address);
            else if (answer.Hostname is { Length: > 0 } name)
                hostname ??= name;
            else
                continue;
            timeToLive = Math.Min(timeToLive, answer.TimeToLive);
        }

        if (addresses.Count == 0 && hostname is null)
            throw new StreamFailedException(EndReason.ResolveFailed) { IsPermanentResolveError = permanent };
        var remembered = TimeSpan.FromSeconds(timeToLive);
        return new ResolveAnswer(
            addresses, hostname, remembered < MinTimeToLive ? MinTimeToLive : remembered > MaxTimeToLive ? MaxTimeToLive : remembered);
    }
}
