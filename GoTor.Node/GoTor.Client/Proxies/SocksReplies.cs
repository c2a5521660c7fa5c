using GoTor.Protocol.Socks;

namespace GoTor.Client.Proxies;

/// <summary>Replies to one SOCKS request.</summary>
internal sealed class SocksReplies(SocksRequest request, bool extendedErrors) : IProxyReplies
{
    public ReadOnlyMemory<byte> Connected => Reply(SocksReplyCode.Succeeded);

    public ReadOnlyMemory<byte> Refused(DestinationVerdict verdict) =>
        Reply(DestinationRules.ReplyFor(verdict, request.Command, extendedErrors));

    public ReadOnlyMemory<byte> Failed(TorErrorKind kind) =>
        Reply(request.Command == SocksCommand.Connect ? SocksErrors.CodeFor(kind) : SocksReplyCode.HostUnreachable);

    private byte[] Reply(SocksReplyCode code)
    {
        byte[] reply = new byte[SocksReply.MaxLength];
        return reply[..SocksReply.Write(reply, request.Version, code)];
    }
}
