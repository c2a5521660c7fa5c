using GoTor.Protocol.Crypto;
using GoTor.Protocol.Network;

namespace GoTor.Protocol.Paths;

/// <summary>A circuit that stands or is under way, is not internal and could take a stream of anyone.</summary>
/// <param name="Stable">It was built of Stable relays.</param>
/// <param name="IsClean">It has carried no stream yet.</param>
internal readonly record struct AvailableCircuit(Relay Exit, bool Stable, bool IsClean);

/// <summary>A circuit that should be built ahead of need.</summary>
/// <param name="Ports">Predicted ports that too few circuits serve: the exit should allow as many of them as it can.</param>
internal sealed record CircuitNeed(IReadOnlyList<ExitPort> Ports, bool Stable);

/// <summary>
/// Which ports will be wanted soon, because they were wanted lately, and which circuits are missing for them. path-spec §2.1.1, C tor's
/// predict_ports. One caller at a time.
/// </summary>
internal sealed class PredictedPorts
{
    /// <summary>C tor expects web traffic at first.</summary>
    public const ushort InitialPort = 443;

    /// <summary>This many circuits for each predicted port are enough.</summary>
    public const int EnoughPerPort = 2;

    /// <summary>No circuit is built ahead of need while so many are unused.</summary>
    public const int MaxUnused = 14;

    private readonly Dictionary<ExitPort, DateTimeOffset> _lastUse = [];
    private readonly HashSet<ushort> _longLivedPorts;

    /// <param name="longLivedPorts">The option LongLivedPorts.</param>
    /// <param name="memory">See <see cref="Memory"/>.</param>
    public PredictedPorts(IEnumerable<ushort> longLivedPorts, TimeSpan memory, DateTimeOffset now)
    {
        _longLivedPorts = [.. longLivedPorts];
        Memory = memory;
        NoteUsed(new ExitPort(InitialPort), now);
    }

    /// <summary>How long a use is remembered, and a circuit that nobody uses kept.</summary>
    public TimeSpan Memory { get; set; }

    /// <summary>
    /// Once to twice the consensus parameter nf_conntimeout_clients, drawn so that nobody can tell from the moment at which circuits go when
    /// they were last needed.
    /// </summary>
    /// <param name="reduced">The option ReducedConnectionPadding: without circuits a channel closes, and costs no padding.</param>
    public static TimeSpan DrawMemory(ConsensusParameters parameters, bool reduced, TorRandom random)
    {
        var least = TimeSpan.FromSeconds(parameters.Get("nf_conntimeout_clients", 1800, 60, 86_400));
        if (reduced)
            least /= 2;
        return random.NextTimeSpan(least, 2 * least);
    }

    public bool IsLongLived(ushort port) => _longLivedPorts.Contains(port);

    /// <summary>An application asked for this port. Port 0 is nothing.</summary>
    public void NoteUsed(ExitPort port, DateTimeOffset now)
    {
        if (port.Port != 0)
            _lastUse[port] = now;
    }

    /// <summary>An application asked for a name's address, which any exit for the web can answer.</summary>
    public void NoteResolve(DateTimeOffset now) => NoteUsed(new ExitPort(80), now);

    /// <summary>What was wanted within memory, most recent first. Empty: nobody needs us, and no circuit is built ahead of need.</summary>
    public IReadOnlyList<ExitPort> Current(DateTimeOffset now)
    {
        foreach ((ExitPort port, DateTimeOffset at) in _lastUse)
        {
            if (at + Memory < now)
                _lastUse.Remove(port);
        }

        return [.. _lastUse.OrderByDescending(use => use.Value).Select(use => use.Key)];
    }

    /// <summary>What circuit should be built now, if any. Ask again after each one launched.</summary>
    public CircuitNeed? NextNeed(IReadOnlyCollection<AvailableCircuit> circuits, DateTimeOffset now)
    {
        if (circuits.Count(circuit => circuit.IsClean) >= MaxUnused)
            return null;
        List<ExitPort> missing = [.. Current(now).Where(port => !IsServed(port, circuits))];
        return missing.Count == 0 ? null : new CircuitNeed(missing, missing.Exists(port => IsLongLived(port.Port)));
    }

    /// <summary>No exit serves these at all: they are no longer predicted, or we would try for ever.</summary>
    public void Forget(IEnumerable<ExitPort> ports)
    {
        foreach (ExitPort port in ports)
            _lastUse.Remove(port);
    }

    private bool IsServed(ExitPort port, IReadOnlyCollection<AvailableCircuit> circuits)
    {
        bool stable = IsLongLived(port.Port);
        return circuits.Count(circuit => (!stable || circuit.Stable) && port.IsAllowedBy(circuit.Exit)) >= EnoughPerPort;
    }
}
