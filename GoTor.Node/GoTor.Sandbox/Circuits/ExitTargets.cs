using System.Net;
using System.Text;
using GoTor.Protocol.Cells.Relay;

namespace GoTor.Sandbox.Circuits;

/// <summary>
/// Where an exit's streams may lead: this machine, and sites within the process. Names are looked up in a table of the sandbox's; no
/// resolver is asked. Immutable but for its counts and what it shares; safe for concurrent use.
/// </summary>
/// <param name="isExit">A relay that is none refuses everything.</param>
/// <param name="hosts">Lower-case names and the loopback addresses that they mean.</param>
/// <param name="sites">Lower-case names of sites within the process.</param>
internal sealed class ExitTargets(
    bool isExit, IReadOnlyDictionary<string, IPAddress> hosts, IReadOnlyDictionary<string, Func<RelayCircuit, StreamTarget>> sites)
{
    private const uint TimeToLive = 60;

    private int _lookups;

    /// <summary>A client wants a stream to somewhere; with the circuit's gate held. For tests, which see here what only an exit can see.</summary>
    public event Action<RelayCircuit, BeginMessage>? Begun;

    /// <summary>How many names have been looked up so far, known or not.</summary>
    public int Lookups => Volatile.Read(ref _lookups);

    /// <summary>Null: refused, for the reason given.</summary>
    public StreamTarget? Open(RelayCircuit circuit, BeginMessage begin, out EndReason refused)
    {
        Begun?.Invoke(circuit, begin);
        refused = EndReason.ExitPolicy;
        if (!isExit)
            return null;
        string host = Canonical(begin.Host);
        if (sites.TryGetValue(host, out Func<RelayCircuit, StreamTarget>? site))
            return site(circuit);
        if (Find(host) is { } address)
            return IPAddress.IsLoopback(address) ? new LoopbackTarget(new IPEndPoint(address, begin.Port)) : null;
        refused = EndReason.ResolveFailed;
        return null;
    }

    public ResolvedMessage Resolve(string name)
    {
        string host = Canonical(name);
        if (isExit && (Find(host) ?? (sites.ContainsKey(host) ? IPAddress.Loopback : null)) is { } address)
            return new ResolvedMessage([ResolvedAnswer.For(address, TimeToLive)]);
        if (isExit && NameOf(host) is { } found)
            return new ResolvedMessage([new ResolvedAnswer(ResolvedType.Hostname, Encoding.ASCII.GetBytes(found), TimeToLive)]);
        return new ResolvedMessage([new ResolvedAnswer(ResolvedType.Error, default, TimeToLive)]);
    }

    private static string Canonical(string name) => name.TrimEnd('.').ToLowerInvariant();

    private IPAddress? Find(string host)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal))
            return literal;
        Interlocked.Increment(ref _lookups);
        return hosts.GetValueOrDefault(host);
    }

    private string? NameOf(string reverseName)
    {
        foreach ((string name, IPAddress address) in hosts)
        {
            if (ResolveMessage.ForAddress(address).Name == reverseName)
                return name;
        }

        return null;
    }
}
