using GoTor.Client.ControlPort.Events;
using GoTor.Client.Proxies.Mapping;
using GoTor.Client.Streams;
using GoTor.Protocol.ControlPort;
using GoTor.Protocol.Dns;
using GoTor.Protocol.Socks;

namespace GoTor.Client.ControlPort.Commands;

/// <summary>RESOLVE: looks names up through Tor and tells by ADDRMAP events. control-spec §3.20.</summary>
internal sealed class ResolveCommand : IAsyncDisposable
{
    /// <summary>Lookups under way: more are refused as failed.</summary>
    private const int MaxPending = 256;

    /// <summary>Lookups of controllers share circuits with nobody else: C tor's SESSION_GROUP_CONTROL_RESOLVE.</summary>
    private const int SessionGroup = -3;

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _pending = [];
    private readonly ClientParts _client;
    private readonly ControlServer _server;

    private ResolveCommand(ClientParts client, ControlServer server) => (_client, _server) = (client, server);

    public static ResolveCommand AddTo(ControlServer server, ClientParts client)
    {
        ResolveCommand resolve = new(client, server);
        server.Commands.Add("RESOLVE", new ControlSyntax { MaxArguments = 0, TakesKeywords = true, Style = KeyValueStyle.OmitValues }, resolve.Begin);
        return resolve;
    }

    public async ValueTask DisposeAsync()
    {
        Task[] pending;
        await _stopping.CancelAsync();
        lock (_lock)
            pending = [.. _pending];
        await Task.WhenAll(pending);
        _stopping.Dispose();
    }

    private ControlReply Begin(ControlSession session, ControlArguments arguments)
    {
        bool isReverse = arguments.Find("mode") is { } mode && mode.Equals("reverse", StringComparison.OrdinalIgnoreCase);
        string[] names = [.. arguments.Keywords.Where(pair => pair.Value.Length == 0).Select(pair => pair.Key)];
        session.AfterReply(() =>
        {
            foreach (string name in names)
                Start(name, isReverse);
        });
        return ControlReply.Ok;
    }

    private void Start(string name, bool isReverse)
    {
        lock (_lock)
        {
            if (_stopping.IsCancellationRequested)
                return;
            if (_pending.Count < MaxPending)
            {
                Task lookup = Task.Run(() => LookUpAsync(name, isReverse));
                _pending.Add(lookup);
                _ = lookup.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                return;
            }
        }

        Tell(name, null, TimeSpan.Zero);
    }

    private async Task LookUpAsync(string name, bool isReverse)
    {
        try
        {
            if (ControllerDestinations.Judge(_client, isReverse ? SocksCommand.ResolvePtr : SocksCommand.Resolve, name)
                is not (Destination destination, MappedRequest mapped))
            {
                Tell(name, null, TimeSpan.Zero);
                return;
            }

            switch (destination.Verdict)
            {
                case DestinationVerdict.Allowed when mapped.Answer is { } known:
                    Tell(name, known, DnsReply.MinTimeToLive);
                    break;
                case DestinationVerdict.IsItsOwnAnswer:
                    Tell(name, destination.Address!.ToString(), DnsReply.MinTimeToLive);
                    break;
                // Only addresses have something to look up in reverse.
                case DestinationVerdict.Allowed when !isReverse || destination.Address is not null:
                    await AskAsync(name, destination, mapped, isReverse);
                    break;
                default:
                    Tell(name, null, TimeSpan.Zero);
                    break;
            }
        }
        catch (Exception error) when (error is TorException or ArgumentException)
        {
            Tell(name, null, TimeSpan.Zero);
        }
        catch (OperationCanceledException)
        {
            // We end.
        }
    }

    private async Task AskAsync(string name, Destination destination, MappedRequest mapped, bool isReverse)
    {
        StreamRequest request = new()
        {
            Host = destination.Host,
            Port = 0,
            Isolation = new IsolationKey { SessionGroup = SessionGroup },
            Exit = mapped.Exit,
            Origin = new StreamOrigin("DNS"),
        };
        if (isReverse)
        {
            ResolveAnswer names = await _client.Streams.ResolveReverseAsync(destination.Address!, request, _stopping.Token);
            Tell(name, names.Hostname, names.TimeToLive);
            return;
        }

        ResolveAnswer answer = await _client.Streams.ResolveAsync(request, _stopping.Token);
        bool refusesInternal = _client.ProxyRules().ClientDnsRejectInternalAddresses;
        Tell(name, answer.Addresses.FirstOrDefault(address => !(refusesInternal && HostName.IsInternal(address)))?.ToString(), answer.TimeToLive);
    }

    private void Tell(string name, string? answer, TimeSpan timeToLive)
    {
        if (_server.Wants(ControlEventKind.AddrMap))
            _server.Publish(ControlEventKind.AddrMap, ClientEventText.AddressMapped(name, answer, _server.Time, timeToLive));
    }

    private void Forget(Task lookup)
    {
        lock (_lock)
            _pending.Remove(lookup);
    }
}
