using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace GoTor.Node.Tools.Controllers;

/// <summary>Where a port of a node is: an address and port, or the path of a unix socket.</summary>
internal sealed record PortTarget(string? Host, int Port, string? UnixPath)
{
    public override string ToString() => UnixPath ?? (Host!.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}");

    /// <summary>Reads <c>9051</c>, <c>127.0.0.1:9051</c>, <c>[::1]:9051</c>, <c>host:9051</c>, <c>unix:/path</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out PortTarget? target)
    {
        target = null;
        if (text.StartsWith("unix:", StringComparison.OrdinalIgnoreCase))
        {
            string path = text[5..].Trim('"');
            target = path.Length > 0 ? new PortTarget(null, 0, path) : null;
            return target is not null;
        }

        int colon = text.LastIndexOf(':');
        string host = colon < 0 ? "127.0.0.1" : text[..colon];
        if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
            return false;
        if (host is ['[', .., ']'])
            host = host[1..^1];
        else if (host.Contains(':', StringComparison.Ordinal))
            return false;
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
            return false;
        target = new PortTarget(host, port, null);
        return true;
    }

    /// <exception cref="ToolException">Nobody answers there in time.</exception>
    public async Task<Socket> ConnectAsync(string what, string remedy, TimeSpan patience, CancellationToken cancellation)
    {
        Socket socket = UnixPath is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(patience);
            if (UnixPath is { } path)
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), limit.Token);
            else if (IPAddress.TryParse(Host, out IPAddress? address))
                await socket.ConnectAsync(address, Port, limit.Token);
            else
                await socket.ConnectAsync(Host!, Port, limit.Token);
            return socket;
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ArgumentException && !cancellation.IsCancellationRequested)
        {
            socket.Dispose();
            string why = error is OperationCanceledException ? $"no answer within {patience.TotalSeconds:0} seconds" : error.Message;
            throw new ToolException(ExitCodes.Unreachable, $"Cannot connect to {what} at {this}: {why}.", remedy);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
