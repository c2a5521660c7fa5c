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

    private CTorRelay(Process process, DirectoryInfo directory)
    {
        _process = process;
        _directory = directory;
    }

    public static bool IsInstalled => File.Exists(Program);

    public HopTarget Target { get; private set; } = null!;

    /// <param name="tls12">TLS 1.3 is forbidden by the configuration of OpenSSL.</param>
    public static async Task<CTorRelay> StartAsync(bool tls12 = false)
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
        if (tls12)
        {
            string openSsl = Path.Combine(directory.FullName, "openssl.cnf");
            await File.WriteAllTextAsync(openSsl, """
                openssl_conf = all
                [all]
                ssl_conf = ssl
                [ssl]
                system_default = defaults
                [defaults]
                MaxProtocol = TLSv1.2

                """);
            start.Environment["OPENSSL_CONF"] = openSsl;
        }

        Process process = Process.Start(start) ?? throw new InvalidOperationException("tor did not start");
        var relay = new CTorRelay(process, directory);
        try
        {
            relay.Target = await ReadTargetAsync(new IPEndPoint(IPAddress.Loopback, port), Path.Combine(directory.FullName, "data"));
            return relay;
        }
        catch
        {
            await relay.DisposeAsync();
            throw;
        }
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

    private static async Task<HopTarget> ReadTargetAsync(IPEndPoint address, string data)
    {
        (string fingerprint, string ed25519) = await WaitForAsync(async () =>
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync(address);
            return (await SecondWordAsync(Path.Combine(data, "fingerprint")), await SecondWordAsync(Path.Combine(data, "fingerprint-ed25519")));
        });
        Assert.True(RsaIdentity.TryParseHex(fingerprint, out RsaIdentity rsa));
        return new HopTarget
        {
            OrPorts = [address],
            RsaIdentity = rsa,
            Ed25519Identity = new Ed25519Identity(Convert.FromBase64String(ed25519 + "=")),
        };
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
            catch (Exception e) when (e is SocketException or IOException or IndexOutOfRangeException)
            {
                await Task.Delay(20, deadline.Token);
            }
        }
    }
}
