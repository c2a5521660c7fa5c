using System.Buffers.Binary;
using System.Net;
using System.Text;
using GoTor.Protocol.Socks;

namespace GoTor.Node.Tools.Resolving;

/// <summary>Tor's two commands in SOCKS5 that look up instead of connecting. socks-extensions §2.</summary>
internal static class SocksLookup
{
    private const int MaxName = 255;

    /// <param name="address">When not null, its name is looked up; otherwise the address of <paramref name="name"/>.</param>
    /// <exception cref="ToolException">The node says no.</exception>
    /// <exception cref="InvalidDataException">What answers is no SOCKS port.</exception>
    /// <exception cref="IOException">The connection ended.</exception>
    public static async Task<string> AskAsync(Stream stream, string name, IPAddress? address, CancellationToken cancellation)
    {
        await stream.WriteAsync(new byte[] { 5, 1, 0 }, cancellation);
        byte[] choice = new byte[2];
        await stream.ReadExactlyAsync(choice, cancellation);
        if (choice is not [5, 0])
            throw new InvalidDataException("it does not take SOCKS5 without a password.");
        await stream.WriteAsync(Request(name, address), cancellation);

        byte[] head = new byte[4];
        await stream.ReadExactlyAsync(head, cancellation);
        if (head[0] != 5)
            throw new InvalidDataException("it does not speak SOCKS5.");
        if (head[1] != (byte)SocksReplyCode.Succeeded)
            throw Refusal((SocksReplyCode)head[1], name);
        return await ReadAnswerAsync(stream, (SocksAddressType)head[3], cancellation);
    }

    private static byte[] Request(string name, IPAddress? address)
    {
        SocksCommand command = address is null ? SocksCommand.Resolve : SocksCommand.ResolvePtr;
        byte[] host = address?.GetAddressBytes() ?? Encoding.ASCII.GetBytes(name);
        if (address is null && (host.Length is 0 or > MaxName || !Ascii.IsValid(name) || name.Any(c => c <= ' ')))
            throw new ToolException(ExitCodes.Usage, $"'{name}' is no host name.", "Write an international name in its xn-- form.");
        SocksAddressType type = address is null ? SocksAddressType.Name : host.Length == 4 ? SocksAddressType.IPv4 : SocksAddressType.IPv6;
        byte[] port = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(port, 0);
        return [5, (byte)command, 0, (byte)type, .. type == SocksAddressType.Name ? [(byte)host.Length] : Array.Empty<byte>(), .. host, .. port];
    }

    private static async Task<string> ReadAnswerAsync(Stream stream, SocksAddressType type, CancellationToken cancellation)
    {
        int length = type switch
        {
            SocksAddressType.IPv4 => 4,
            SocksAddressType.IPv6 => 16,
            SocksAddressType.Name => await ReadLengthAsync(stream, cancellation),
            _ => throw new InvalidDataException("it answers with an unknown kind of address."),
        };
        byte[] answer = new byte[length + 2];
        await stream.ReadExactlyAsync(answer, cancellation);
        return type == SocksAddressType.Name ? Encoding.ASCII.GetString(answer, 0, length) : new IPAddress(answer.AsSpan(0, length)).ToString();
    }

    private static async Task<int> ReadLengthAsync(Stream stream, CancellationToken cancellation)
    {
        byte[] length = new byte[1];
        await stream.ReadExactlyAsync(length, cancellation);
        return length[0];
    }

    private static ToolException Refusal(SocksReplyCode code, string name)
    {
        if (name.EndsWith(".onion", StringComparison.OrdinalIgnoreCase))
            return new ToolException(ExitCodes.Failed, "An onion service has no address.", "Give its name to a program that passes names to the SOCKS port, with SOCKS4a or SOCKS5.");
        return code switch
        {
            SocksReplyCode.HostUnreachable => new ToolException(ExitCodes.Failed, "There is no such name or address, or the exit could not find it.", "Try again: another exit may know it."),
            SocksReplyCode.NotAllowed => new ToolException(ExitCodes.Failed, "The node's configuration does not allow this lookup.", "Is it a private address, or SafeSocks?"),
            SocksReplyCode.CommandNotSupported => new ToolException(ExitCodes.Failed, "This SOCKS server looks nothing up.", "Is it Tor's?"),
            _ => new ToolException(ExitCodes.Failed, $"The lookup failed (SOCKS code {(int)code}).", "Look at 'gotor ctl status': has the node bootstrapped?"),
        };
    }
}
