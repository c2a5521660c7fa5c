using System.Net;
using GoTor.Protocol.Network;
using GoTor.Protocol.Paths.Guards;

namespace GoTor.Client.Guards;

/// <summary>
/// A first hop for one circuit. Whoever picked it reports to the <see cref="GuardManager"/>, exactly once, what became of it: success,
/// failure, or that it was given up for other reasons.
/// </summary>
internal sealed class GuardChoice
{
    private readonly TaskCompletionSource<GuardVerdict> _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal GuardChoice(Relay relay, IReadOnlyList<IPEndPoint> orPorts, GuardUsage usage, GuardSelector? selector, GuardAttempt? attempt)
    {
        Relay = relay;
        OrPorts = orPorts;
        Usage = usage;
        Selector = selector;
        Attempt = attempt;
    }

    public Relay Relay { get; }

    /// <summary>The addresses of it that the options allow us to dial, the preferred one first. Never empty.</summary>
    public IReadOnlyList<IPEndPoint> OrPorts { get; }

    public GuardUsage Usage { get; }

    /// <summary>One of the few guards that are used first; also true where entry guards are not used.</summary>
    public bool IsPrimary => Attempt?.Guard.IsPrimary != false;

    /// <summary>
    /// Completes when it is known whether what was built may be used: at once for most, after better guards have failed for one whose
    /// report of success was answered <see cref="GuardVerdict.WaitForBetterGuard"/>. Never faults and is never cancelled.
    /// </summary>
    public Task<GuardVerdict> WhenDecided => _decided.Task;

    /// <summary>Null when entry guards are not used.</summary>
    internal GuardSelector? Selector { get; }

    internal GuardAttempt? Attempt { get; }

    internal void Decide(GuardVerdict verdict) => _decided.TrySetResult(verdict);
}
