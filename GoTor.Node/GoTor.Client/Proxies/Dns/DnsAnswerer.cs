using System.Net;
using GoTor.Client.Proxies.Mapping;
using GoTor.Client.Streams;
using GoTor.Protocol.Dns;
using GoTor.Protocol.Socks;
using GoTor.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Proxies.Dns;

/// <summary>
/// Answers queries at one DNSPort, by exits only: A, AAAA and PTR, as C tor does (dnsserv.c). Never asks anybody but Tor. Safe for
/// concurrent use.
/// </summary>
internal sealed class DnsAnswerer(SocksPort port, DnsMetrics metrics)
{
    /// <returns>The reply, or null where C tor says nothing: the packet is no query.</returns>
    public async Task<(DnsQuery Query, byte[] Reply)?> AnswerAsync(ReadOnlyMemory<byte> packet, IPEndPoint client, CancellationToken cancellationToken)
    {
        DnsQuery query;
        try
        {
            query = DnsQuery.Parse(packet.Span);
        }
        catch (MalformedMessageException)
        {
            metrics.Ended(DnsOutcome.Malformed);
            return null;
        }

        if (!port.Server.SocksPolicy.Allows(client))
            return (query, End(query, DnsResponseCode.Refused, DnsOutcome.Refused));
        if (!query.IsStandard || (query.Supported is null && query.Questions.Count > 0))
            return (query, End(query, DnsResponseCode.NotImplemented, DnsOutcome.NotImplemented));
        if (query.Supported is not { } question)
            return (query, End(query, DnsResponseCode.NoError, DnsOutcome.NoData));
        try
        {
            return (query, await AnswerAsync(query, question, client.Address.ToString(), cancellationToken));
        }
        catch (TorException error)
        {
            bool doesNotExist = error.InnerException is StreamFailedException { IsPermanentResolveError: true };
            return (query, doesNotExist
                ? End(query, DnsResponseCode.NameError, DnsOutcome.NoSuchName)
                : End(query, DnsResponseCode.ServerFailure, DnsOutcome.Failed));
        }
        catch (OperationCanceledException)
        {
            return (query, End(query, DnsResponseCode.ServerFailure, DnsOutcome.Failed));
        }
#pragma warning disable CA1031 // A mistake of ours in one answer must not take the port from the others.
        catch (Exception error)
#pragma warning restore CA1031
        {
            port.Logger.SessionCrashed(error);
            return (query, End(query, DnsResponseCode.ServerFailure, DnsOutcome.Failed));
        }
    }

    private async Task<byte[]> AnswerAsync(DnsQuery query, DnsQuestion question, string client, CancellationToken cancellationToken)
    {
        bool isReverse = question.Type == DnsType.Ptr;
        IPAddress? reverse = isReverse ? DnsQuery.AddressOfReverseName(question.Name) : null;
        if ((isReverse && reverse is null) || !HostName.IsValidDestination(question.Name))
            return End(query, DnsResponseCode.ServerFailure, DnsOutcome.Failed);
        SocksRequest request = new()
        {
            Version = SocksVersion.Dns,
            Command = isReverse ? SocksCommand.ResolvePtr : SocksCommand.Resolve,
            AddressType = SocksAddressType.Name,
            Host = reverse is null ? question.Name : HostName.IsIPv4(reverse) ? reverse.ToString() : $"[{reverse}]",
            Port = 0,
        };

        // The type of the question says which family is wanted, whatever the port's flags say.
        SocksPortOptions options = port.Options with
        {
            DnsRequest = true,
            IPv4Traffic = question.Type != DnsType.Aaaa,
            IPv6Traffic = question.Type != DnsType.A,
            PreferIPv6 = question.Type == DnsType.Aaaa,
            PreferIPv6Automap = false,
        };
        MappedRequest mapped = port.Mapper.Apply(request, options);
        Destination destination = DestinationRules.Decide(mapped.Request, options.PolicyFor(port.Server), mapped.Exit is not null);
        switch (mapped.Refusal ?? destination.Verdict)
        {
            case DestinationVerdict.Allowed when mapped.Answer is { } remembered:
                return Name(query, question, remembered, DnsReply.MinTimeToLive);
            case DestinationVerdict.Allowed:
                break;
            case DestinationVerdict.IsItsOwnAnswer:
                return Address(query, question, destination.Address, DnsReply.MinTimeToLive);
            case DestinationVerdict.OnionLookup or DestinationVerdict.InternalLookup:
                return End(query, DnsResponseCode.NameError, DnsOutcome.NoSuchName);
            default:
                return End(query, DnsResponseCode.ServerFailure, DnsOutcome.Failed);
        }

        StreamRequest lookup = new()
        {
            Host = destination.Host,
            Port = 0,
            Isolation = SocksIsolation.KeyFor(request, mapped.OriginalHost, port.Options, port.SessionGroup, client),
            IPv4Traffic = options.IPv4Traffic,
            IPv6Traffic = options.IPv6Traffic,
            PreferIPv6 = options.PreferIPv6,
            Exit = mapped.Exit,
        };
        if (isReverse)
        {
            ResolveAnswer names = await port.Connector.ResolveReverseAsync(reverse!, lookup, cancellationToken);
            if (names.Hostname is { } name && (HostName.IsIPv4(reverse!) ? port.Options.CacheIPv4Dns : port.Options.CacheIPv6Dns))
                port.Mapper.Map.RememberReverse(reverse!, name, names.TimeToLive);
            return Name(query, question, names.Hostname, names.TimeToLive);
        }

        ResolveAnswer answer = await port.Connector.ResolveAsync(lookup, cancellationToken);
        IPAddress? address = answer.Addresses.FirstOrDefault(
            a => HostName.IsIPv4(a) == (question.Type == DnsType.A) && !(port.Server.ClientDnsRejectInternalAddresses && HostName.IsInternal(a)));
        if (address is not null && (HostName.IsIPv4(address) ? port.Options.CacheIPv4Dns : port.Options.CacheIPv6Dns))
            port.Mapper.Map.RememberAnswer(destination.Host, address, mapped.Exit?.Identity, answer.TimeToLive);
        return Address(query, question, address, answer.TimeToLive);
    }

    /// <summary>Without one of the right kind the name exists, and has no such address.</summary>
    private byte[] Address(DnsQuery query, DnsQuestion question, IPAddress? address, TimeSpan timeToLive)
    {
        if (address is null || HostName.IsIPv4(address) != (question.Type == DnsType.A))
            return End(query, DnsResponseCode.NoError, DnsOutcome.NoData);
        metrics.Ended(DnsOutcome.Answered);
        return DnsReply.Address(query, question, address, timeToLive);
    }

    private byte[] Name(DnsQuery query, DnsQuestion question, string? name, TimeSpan timeToLive)
    {
        if (name is null || DnsReply.Name(query, question, name, timeToLive) is not { } reply)
            return End(query, DnsResponseCode.ServerFailure, DnsOutcome.Failed);
        metrics.Ended(DnsOutcome.Answered);
        return reply;
    }

    private byte[] End(DnsQuery query, DnsResponseCode code, DnsOutcome outcome)
    {
        metrics.Ended(outcome);
        return DnsReply.Empty(query, code);
    }
}
