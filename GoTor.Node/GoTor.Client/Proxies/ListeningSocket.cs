using System.Net;
using System.Net.Sockets;
using GoTor.Client.Storage;

namespace GoTor.Client.Proxies;

/// <summary>Opens the socket of a SOCKS port, and removes its file when it was one in the file system.</summary>
internal sealed class ListeningSocket : IDisposable
{
    private const int Backlog = 1024;

    private readonly string? _path;

    private ListeningSocket(Socket socket, string? path)
    {
        Socket = socket;
        _path = path;
    }

    public Socket Socket { get; }

    public EndPoint LocalEndPoint => Socket.LocalEndPoint!;

    /// <exception cref="StorageException">The place for a unix socket is not usable.</exception>
    /// <exception cref="IOException">The address is in use or not ours; the message says which.</exception>
    public static ListeningSocket Open(SocksPortOptions options) =>
        options.UnixPath is { } path ? OpenUnix(path, options) : OpenTcp(options.Address);

    public void Dispose()
    {
        Socket.Dispose();
        if (_path is not null)
            File.Delete(_path);
    }

    private static ListeningSocket OpenTcp(IPEndPoint address)
    {
        Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Not ReuseAddress: .NET makes that SO_REUSEPORT, too, and a second process could take a part of our applications.
            socket.Bind(address);
            socket.Listen(Backlog);
            return new ListeningSocket(socket, null);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"Cannot listen on {address}: {e.Message}.", e);
        }
    }

    private static ListeningSocket OpenUnix(string path, SocksPortOptions options)
    {
        bool groupMayEnter = options.GroupWritable || options.WorldWritable;
        PrivateDirectory.CheckForSocket(Path.GetDirectoryName(path)!, groupMayEnter, options.RelaxDirModeCheck);
        RemoveStale(path);
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));

            // Nobody can connect before Listen, so nobody can use too open a mode.
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, ModeFor(options));
            socket.Listen(Backlog);
            return new ListeningSocket(socket, path);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            socket.Dispose();
            throw new IOException($"Cannot listen on unix:{path}: {e.Message}", e);
        }
    }

    private static UnixFileMode ModeFor(SocksPortOptions options)
    {
        UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (options.GroupWritable || options.WorldWritable)
            mode |= UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
        if (options.WorldWritable)
            mode |= UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        return mode;
    }

    // A process that was killed leaves its socket behind; one that lives answers.
    private static void RemoveStale(string path)
    {
        if (AtomicFile.KindOf(path) is not FileKind.Other)
        {
            if (AtomicFile.KindOf(path) is FileKind.Missing)
                return;
            throw new StorageException($"{path} is in the way of a socket. Move it away.");
        }

        try
        {
            using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException e)
        {
            throw new StorageException($"{path} is in the way of a socket: {e.Message}.", e);
        }

        throw new StorageException($"Another process listens on {path}. Stop it, or use another path.");
    }
}
