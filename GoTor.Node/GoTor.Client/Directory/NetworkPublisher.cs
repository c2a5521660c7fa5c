using GoTor.Client.Directory.Servers;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;
using GoTor.Protocol.Paths;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Directory;

/// <summary>
/// What everybody else sees of the directory room. The directory loop writes, anyone reads. It outlives a loop that failed.
/// </summary>
internal sealed class NetworkPublisher(
    PathConstraints constraints, double? pathsNeeded, IDirectoryGuards guards, BootstrapStatus bootstrap, DirectoryMetrics metrics, ILogger logger) : INetworkSource
{
    private volatile NetworkSnapshot? _current;
    private volatile bool _hasEnough;
    private string _missing = "We have no usable consensus.";

    public event Action? Changed;

    public NetworkSnapshot? Current => _current;

    public bool HasEnoughDirectoryInfo => _hasEnough;

    /// <summary>What is missing before circuits can be built. For the operator.</summary>
    public string Missing => Volatile.Read(ref _missing);

    /// <summary>Shows the consensus with the microdescriptors that we have by now.</summary>
    public void Publish(Consensus consensus, Func<MicrodescriptorDigest, Microdescriptor?> find, DateTimeOffset now)
    {
        if (!consensus.Lifetime.IsReasonablyLive(now))
            return;
        _current = NetworkSnapshot.From(consensus, find);
        // The guards look at the new network first, then they are asked whether it will do.
        Changed?.Invoke();
        Judge(_current);
    }

    /// <summary>Takes back what has become too old, or lies too far in the future since the clock was set.</summary>
    /// <returns>True when there was something to take back.</returns>
    public bool Withdraw(DateTimeOffset now)
    {
        if (_current is not { } current || current.Lifetime.IsReasonablyLive(now))
            return false;
        _current = null;
        SetEnough(false, "Our consensus is too old, or our clock is wrong.");
        bootstrap.Warn("The newest consensus that we have is no longer usable, and no newer one could be fetched yet.");
        metrics.NetworkChanged(null, false);
        Changed?.Invoke();
        return true;
    }

    public TimeSpan ExpiresIn(DateTimeOffset now) =>
        _current is { } current ? current.ValidUntil + ConsensusLifetime.Grace - now + TimeSpan.FromSeconds(1) : TimeSpan.MaxValue;

    /// <summary>Looks again whether we know enough: a guard's state may have changed.</summary>
    public void Judge()
    {
        if (_current is { } current)
            Judge(current);
    }

    private void Judge(NetworkSnapshot network)
    {
        UsablePaths available = UsablePaths.Of(
            network,
            entryNodes: constraints.EntryNodes.IsEmpty ? null : constraints.EntryNodes.Contains,
            exitNodes: constraints.ExitNodes.IsEmpty ? null : constraints.ExitNodes.Contains);
        double needed = UsablePaths.Needed(network.Parameters, pathsNeeded);
        bool guardsLackDescriptors = guards.LackDescriptors(network);
        bool isEnough = available.Fraction >= needed && !guardsLackDescriptors;
        string missing = available.Fraction < needed
            ? $"We can build {available.Fraction:P0} of likely paths ({available.Guards:P0} of guards, {available.Middles:P0} of middles, {available.Exits:P0} of exits), and need {needed:P0}."
            : guardsLackDescriptors ? "We lack the microdescriptors of some of our guards." : "";
        bootstrap.ReportDescriptors(available.Fraction / needed);
        if (isEnough)
            bootstrap.Report(BootstrapPhase.EnoughDirectoryInfo);
        metrics.NetworkChanged(network, isEnough);
        if (SetEnough(isEnough, missing))
            Changed?.Invoke();
    }

    private bool SetEnough(bool isEnough, string missing)
    {
        Volatile.Write(ref _missing, missing);
        if (isEnough == _hasEnough)
            return false;
        _hasEnough = isEnough;
        if (isEnough)
            logger.EnoughDirectoryInfo();
        else
            logger.NotEnoughDirectoryInfo(missing);
        return true;
    }
}
