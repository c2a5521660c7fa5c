using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace GoTor.Testing.PrivateNetwork;

/// <summary>
/// The name server of one exit, on a UDP port of loopback. It knows <c>*.test</c>: every such name has the A record 127.0.0.1, names
/// that start with <c>v6.</c> have AAAA ::1 instead, and names that start with <c>nx.</c> do not exist. <c>exit.test</c> is the exit's
/// own address, so that a client learns which exit it got. Every address has the name <c>reverse.test</c>. Anything else does not
/// exist. RFC 1035.
/// </summary>
internal sealed class DnsResponder : IAsyncDisposable
{
    private const ushort TypeA = 1, TypePtr = 12, TypeAaaa = 28;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stop = new();
    private readonly IPAddress _exit;
    private readonly Task _loop;
    private int _queries;

    public DnsResponder(IPAddress exit)
    {
        _exit = exit;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _loop = Task.Run(RunAsync);
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>Queries answered so far.</summary>
    public int Queries => Volatile.Read(ref _queries);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        byte[] buffer = new byte[1500];
        IPEndPoint any = new(IPAddress.Any, 0);
        try
        {
            while (true)
            {
                SocketReceiveFromResult got = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, any, _stop.Token);
                if (Answer(buffer.AsSpan(0, got.ReceivedBytes)) is not { } answer)
                    continue;
                Interlocked.Increment(ref _queries);
                await _socket.SendToAsync(answer, SocketFlags.None, got.RemoteEndPoint, _stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The responder stops.
        }
    }

    private byte[]? Answer(ReadOnlySpan<byte> query)
    {
        const int HeaderLength = 12;
        if (query.Length < HeaderLength || ReadName(query[HeaderLength..], out int nameLength) is not { } name)
            return null;
        int questionEnd = HeaderLength + nameLength + 4;
        if (query.Length < questionEnd)
            return null;
        ushort type = BinaryPrimitives.ReadUInt16BigEndian(query[(HeaderLength + nameLength)..]);
        bool exists = Exists(name);
        byte[]? data = exists ? Data(name, type) : null;

        using MemoryStream answer = new();
        answer.Write(query[..2]);
        answer.Write([0x85, (byte)(exists ? 0x80 : 0x83)]); // authoritative; NXDOMAIN unless the name exists
        answer.Write([0, 1, 0, (byte)(data is null ? 0 : 1), 0, 0, 0, 0]);
        answer.Write(query[HeaderLength..questionEnd]);
        if (data is not null)
            answer.Write([0xC0, HeaderLength, (byte)(type >> 8), (byte)type, 0, 1, 0, 0, 0, 60, 0, (byte)data.Length, .. data]);
        return answer.ToArray();
    }

    private static bool Exists(string name) =>
        name.EndsWith(".arpa", StringComparison.Ordinal)
        || (name.EndsWith(".test", StringComparison.Ordinal) && !name.StartsWith("nx.", StringComparison.Ordinal));

    private byte[]? Data(string name, ushort type) => type switch
    {
        TypePtr when name.EndsWith(".arpa", StringComparison.Ordinal) => "\u0007reverse\u0004test\0"u8.ToArray(),
        TypeAaaa when name.StartsWith("v6.", StringComparison.Ordinal) => IPAddress.IPv6Loopback.GetAddressBytes(),
        TypeA when name == "exit.test" => _exit.GetAddressBytes(),
        TypeA when !name.StartsWith("v6.", StringComparison.Ordinal) => IPAddress.Loopback.GetAddressBytes(),
        _ => null,
    };

    /// <summary>Reads an uncompressed name, in lower case since resolvers mix the case on purpose.</summary>
    private static string? ReadName(ReadOnlySpan<byte> bytes, out int length)
    {
        StringBuilder name = new();
        for (length = 0; length < bytes.Length;)
        {
            int label = bytes[length++];
            if (label == 0)
                return name.ToString().TrimEnd('.').ToLowerInvariant();
            if (label > 63 || length + label > bytes.Length)
                return null;
            name.Append(Encoding.ASCII.GetString(bytes.Slice(length, label))).Append('.');
            length += label;
        }

        return null;
    }
}
