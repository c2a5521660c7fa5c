using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Tests.Channels;

/// <summary>One relay of Debian's tor on loopback, without a network around it: enough to open channels to.</summary>
internal sealed class CTorRelay : IAsyncDisposable
{
    private const string Program = "/usr/bin/tor";

    private readonly Process _process;
    private readonly DirectoryInfo _directory;

    private CTorRelay(Process process, DirectoryInfo directory, HopTarget target)
    {
        _process = process;
        _directory = directory;
        Target = target;
    }

    public static bool IsInstalled => File.Exists(Program);

    public HopTarget Target { get; }

    public static async Task<CTorRelay> StartAsync()
    {
        DirectoryInfo directory = System.IO.Directory.CreateTempSubdirectory("gotor-ctor-");
        int port = FreePort();
        string torrc = Path.Combine(directory.FullName, "torrc");
        await File.WriteAllTextAsync(torrc, $"""
            DataDirectory {directory.FullName}/data
            ORPort 127.0.0.1:{port} IPv4Only
            Address 127.0.0.1
            AssumeReachable 1
            SocksPort 0
            Nickname loopback
            ContactInfo none
            ExitRelay 0
            PublishServerDescriptor 0
            TestingTorNetwork 1
            DirAuthority nobody orport=1 v3ident=0000000000000000000000000000000000000001 127.0.0.1:1 0000000000000000000000000000000000000001
            GeoIPFile /dev/null
            GeoIPv6File /dev/null
            ShutdownWaitLength 0
            RunAsDaemon 0
            Log notice file {directory.FullName}/log

            """);
        var start = new ProcessStartInfo(Program, ["-f", torrc, "--defaults-torrc", Path.Combine(directory.FullName, "none"), "--quiet"]);
        Process process = Process.Start(start) ?? throw new InvalidOperationException("tor did not start");
        var address = new IPEndPoint(IPAddress.Loopback, port);
        string data = Path.Combine(directory.FullName, "data");
        (string fingerprint, string ed25519) = await WaitForAsync(async () =>
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync(address);
            return (await SecondWordAsync(Path.Combine(data, "fingerprint")), await SecondWordAsync(Path.Combine(data, "fingerprint-ed25519")));
        });
        Assert.True(RsaIdentity.TryParseHex(fingerprint, out RsaIdentity rsa));
        var target = new HopTarget
        {
            OrPorts = [address],
            RsaIdentity = rsa,
            Ed25519Identity = new Ed25519Identity(Convert.FromBase64String(ed25519 + "=")),
        };
        return new CTorRelay(process, directory, target);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<string> SecondWordAsync(string file) => (await File.ReadAllTextAsync(file)).Split(' ')[1].Trim();

    // It listens before it has written all of its files.
    private static async Task<T> WaitForAsync<T>(Func<Task<T>> attempt)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            try
            {
                return await attempt();
            }
            catch (Exception e) when (e is SocketException or IOException or IndexOutOfRangeException && !deadline.IsCancellationRequested)
            {
                await Task.Delay(20, deadline.Token);
            }
        }
    }
}
