using System.Text;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Socks;

/// <param name="SafeSocks">Refuse requests that give an address instead of a name.</param>
/// <param name="PreferNoAuth">Choose "no authentication" when the application offers both methods.</param>
internal sealed record SocksHandshakeOptions(bool SafeSocks = false, bool PreferNoAuth = false);

internal enum SocksStep
{
    /// <summary>Send the reply if there is one, and come back with more bytes.</summary>
    NeedMore,

    /// <summary>There is a request. Bytes after what was consumed belong to the stream.</summary>
    Complete,

    /// <summary>Send the reply if there is one, and close.</summary>
    Refused,
}

/// <summary>
/// The server's half of SOCKS 4, 4a and 5 up to the request. However the bytes are cut on their way, the result is the same.
/// Behaves as C tor does where the specifications leave a choice. RFC 1928, RFC 1929, socks-extensions.
/// </summary>
internal sealed class SocksHandshake(SocksHandshakeOptions options)
{
    /// <summary>No message is longer, in bytes: a user name and a password of 255 each.</summary>
    public const int MaxMessageLength = 513;

    private const byte AuthVersion = 1;
    private const byte NoAuthentication = 0;
    private const byte UsernameAndPassword = 2;
    private const byte NoMethod = 0xFF;

    private readonly byte[] _negotiation = new byte[16];
    private int _negotiationLength;
    private ReadOnlyMemory<byte> _page;
    private Phase _phase;
    private string? _username;
    private string? _password;

    private enum Phase
    {
        Start,
        PasswordChosen,
        NoAuthChosen,
        Authenticated,
        Done,
    }

    private enum Progress
    {
        Incomplete,
        Taken,
        Complete,
        Refused,
    }

    /// <summary>Set when the handshake is complete.</summary>
    public SocksRequest? Request { get; private set; }

    /// <summary>Set when the handshake is refused.</summary>
    public SocksRefusal? Refusal { get; private set; }

    /// <summary>Reads as many messages as are there.</summary>
    /// <param name="unread">All bytes that were not consumed yet, the old ones too.</param>
    public SocksStep Read(ReadOnlySpan<byte> unread, out int consumed)
    {
        consumed = 0;
        while (unread.Length - consumed >= 2)
        {
            Progress progress = ReadMessage(unread[consumed..], out int length);
            consumed += length;
            switch (progress)
            {
                case Progress.Incomplete:
                    return SocksStep.NeedMore;
                case Progress.Complete:
                    _phase = Phase.Done;
                    return SocksStep.Complete;
                case Progress.Refused:
                    _phase = Phase.Done;
                    return SocksStep.Refused;
            }
        }

        return SocksStep.NeedMore;
    }

    /// <summary>What is to be sent now; empty when nothing is.</summary>
    public ReadOnlyMemory<byte> TakeReply()
    {
        ReadOnlyMemory<byte> reply = _page.IsEmpty ? _negotiation.AsSpan(0, _negotiationLength).ToArray() : _page;
        _page = default;
        _negotiationLength = 0;
        return reply;
    }

    private Progress ReadMessage(ReadOnlySpan<byte> unread, out int length)
    {
        length = 0;
        switch (_phase, unread[0])
        {
            case (Phase.Start, (byte)SocksVersion.Socks4):
                return ReadSocks4(unread, out length);
            case (Phase.Start, (byte)SocksVersion.Socks5):
                return ReadMethods(unread, out length);
            case (Phase.Start, (byte)'G' or (byte)'H' or (byte)'P' or (byte)'C'):
                _page = HttpRefusal.Page;
                return Refuse(SocksRefusal.Http);
            case (Phase.Start, _):
                return Refuse(SocksRefusal.UnknownProtocol);

            // Some applications send a password although none was asked for. socks-extensions §1.1
            case (Phase.PasswordChosen or Phase.NoAuthChosen, AuthVersion):
                return ReadPassword(unread, out length);
            case (Phase.NoAuthChosen or Phase.Authenticated, (byte)SocksVersion.Socks5):
                return ReadSocks5(unread, out length);
            default:
                return Refuse(SocksRefusal.Malformed, SocksReplyCode.GeneralFailure);
        }
    }

    private Progress ReadSocks4(ReadOnlySpan<byte> unread, out int length)
    {
        Socks4Message message = Socks4Message.Parse(unread, out length);
        if (message.IsIncomplete)
            return Progress.Incomplete;
        SocksRefusal? refusal = message.Refusal
            ?? (message.Request!.IsUnsafe && options.SafeSocks ? SocksRefusal.UnsafeSocks : null);
        if (refusal is { } reason)
        {
            _negotiationLength += SocksReply.Write(_negotiation, SocksVersion.Socks4, SocksReplyCode.GeneralFailure);
            return Refuse(reason);
        }

        Request = message.Request;
        return Progress.Complete;
    }

    private Progress ReadMethods(ReadOnlySpan<byte> unread, out int length)
    {
        length = 0;
        int count = unread[1];
        if (count == 0)
            return Refuse(SocksRefusal.Malformed);
        if (unread.Length < 2 + count)
            return Progress.Incomplete;
        length = 2 + count;
        ReadOnlySpan<byte> methods = unread.Slice(2, count);
        bool canDoWithout = methods.Contains(NoAuthentication);
        bool hasPassword = methods.Contains(UsernameAndPassword);
        if (hasPassword && !(canDoWithout && options.PreferNoAuth))
        {
            _phase = Phase.PasswordChosen;
            Append((byte)SocksVersion.Socks5, UsernameAndPassword);
            return Progress.Taken;
        }

        if (canDoWithout)
        {
            _phase = Phase.NoAuthChosen;
            Append((byte)SocksVersion.Socks5, NoAuthentication);
            return Progress.Taken;
        }

        Append((byte)SocksVersion.Socks5, NoMethod);
        return Refuse(SocksRefusal.NoAcceptableMethod);
    }

    // Any name and any password will do: they say who shares circuits with whom.
    private Progress ReadPassword(ReadOnlySpan<byte> unread, out int length)
    {
        length = 0;
        int nameLength = unread[1];
        if (unread.Length < 3 + nameLength)
            return Progress.Incomplete;
        ReadOnlySpan<byte> name = unread.Slice(2, nameLength);
        int passwordLength = unread[2 + nameLength];
        if (unread.Length < 3 + nameLength + passwordLength)
            return Progress.Incomplete;
        ReadOnlySpan<byte> password = unread.Slice(3 + nameLength, passwordLength);
        if (name.StartsWith("<torS0X>"u8) && !name.SequenceEqual("<torS0X>0"u8))
            return Refuse(SocksRefusal.UnknownExtension, SocksReplyCode.GeneralFailure);

        length = 3 + nameLength + passwordLength;
        _username = nameLength == 0 ? null : Encoding.Latin1.GetString(name);
        _password = passwordLength == 0 ? null : Encoding.Latin1.GetString(password);
        _phase = Phase.Authenticated;
        Append(AuthVersion, 0);
        return Progress.Taken;
    }

    private Progress ReadSocks5(ReadOnlySpan<byte> unread, out int length)
    {
        Socks5Message message = Socks5Message.Parse(unread, out length);
        if (message.IsIncomplete)
            return Progress.Incomplete;
        if (message.Refusal is { } refusal)
            return Refuse(refusal, message.ReplyCode);
        if (message.Request!.IsUnsafe && options.SafeSocks)
            return Refuse(SocksRefusal.UnsafeSocks, SocksReplyCode.NotAllowed);
        Request = message.Request with { Username = _username, Password = _password };
        return Progress.Complete;
    }

    private Progress Refuse(SocksRefusal refusal)
    {
        Refusal = refusal;
        return Progress.Refused;
    }

    private Progress Refuse(SocksRefusal refusal, SocksReplyCode code)
    {
        _negotiationLength += SocksReply.Write(_negotiation.AsSpan(_negotiationLength), SocksVersion.Socks5, code);
        return Refuse(refusal);
    }

    private void Append(byte first, byte second)
    {
        WireWriter writer = new(_negotiation.AsSpan(_negotiationLength));
        writer.WriteByte(first);
        writer.WriteByte(second);
        _negotiationLength += writer.Written;
    }
}
