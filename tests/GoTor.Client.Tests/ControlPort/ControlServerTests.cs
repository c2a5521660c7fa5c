using System.Net;
using System.Net.Sockets;
using System.Text;
using GoTor.Client.ControlPort;
using GoTor.Client.Proxies;
using GoTor.Protocol.ControlPort;
using GoTor.Protocol.Crypto;
using GoTor.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Client.Tests.ControlPort;

/// <summary>Controllers and strangers at a port. Words are those of C tor 0.4.9.11.</summary>
public sealed class ControlServerTests : IAsyncLifetime
{
    // Of the password "secret", printed by C tor's --hash-password.
    private const string Hashed = "16:7C62F008C93B05D460E2A76184EC9281DB708B5EB31E96501F84CBA5C4";
    private const string WrongPassword = "515 Authentication failed: Password did not match HashedControlPassword value from configuration";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("gotor-control-").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly TestMeterFactory _meters = new();
    private ControlServer _server = null!;

    private string CookieFile => Path.Combine(_folder, "cookie");

    public Task InitializeAsync()
    {
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _server = new ControlServer("0.4.9.11 (GoTor-1.0)", TorRandom.Secure, _time, new ControlMetrics(_meters), NullLogger<ControlServer>.Instance)
        {
            MaxConnections = 20,
        };
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _meters.Dispose();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(false, false, "METHODS=NULL")]
    [InlineData(true, false, "METHODS=COOKIE,SAFECOOKIE COOKIEFILE=\"{cookie}\"")]
    [InlineData(false, true, "METHODS=HASHEDPASSWORD")]
    [InlineData(true, true, "METHODS=COOKIE,SAFECOOKIE,HASHEDPASSWORD COOKIEFILE=\"{cookie}\"")]
    public async Task ProtocolInfo_SaysWhatIsNeeded(bool cookie, bool password, string methods)
    {
        await StartAsync(cookie, password);
        Assert.Equal(
            $"250-PROTOCOLINFO 1\r\n250-AUTH {methods.Replace("{cookie}", CookieFile, StringComparison.Ordinal)}\r\n250-VERSION Tor=\"0.4.9.11 (GoTor-1.0)\"\r\n250 OK\r\n250 closing connection\r\n",
            await TalkAsync("PROTOCOLINFO 1\r\nQUIT\r\n"));
    }

    [Theory]
    [InlineData(false, false, "AUTHENTICATE", "250 OK")]
    [InlineData(false, false, "AUTHENTICATE \"anything\"", "250 OK")]
    [InlineData(false, true, "AUTHENTICATE \"secret\"", "250 OK")]
    [InlineData(false, true, "authenticate 736563726574", "250 OK")]
    [InlineData(true, true, "AUTHENTICATE \"secret\"", "250 OK")]
    [InlineData(true, true, "AUTHENTICATE {cookie}", "250 OK")]
    [InlineData(true, false, "AUTHENTICATE {cookie}", "250 OK")]
    [InlineData(false, true, "AUTHENTICATE \"wrong\"", WrongPassword)]
    [InlineData(false, true, "AUTHENTICATE 00", WrongPassword + ". Maybe you tried a plain text password? If so, the standard requires that you put it in double quotes.")]
    [InlineData(true, false, "AUTHENTICATE 00", "515 Authentication failed: Wrong length on authentication cookie.")]
    [InlineData(true, false, "AUTHENTICATE {zeros}", "515 Authentication failed: Authentication cookie did not match expected value.")]
    [InlineData(true, true, "AUTHENTICATE 00", "515 Authentication failed: Password did not match HashedControlPassword *or* authentication cookie.")]
    [InlineData(false, true, "AUTHENTICATE secret", "551 Invalid hexadecimal encoding.  Maybe you tried a plain text password?  If so, the standard requires that you put it in double quotes.")]
    [InlineData(false, true, "AUTHENTICATE a=b", "512 AUTHENTICATE does not accept keyword arguments.")]
    [InlineData(false, true, "AUTHENTICATE 00 00", "512 Too many arguments to AUTHENTICATE.")]
    [InlineData(false, true, "GETINFO version", "514 Authentication required.")]
    [InlineData(false, true, "", "514 Authentication required.")]
    [InlineData(false, true, "+LOADCONF\r\nx\r\n.", "514 Authentication required.")]
    [InlineData(false, true, "AUTHCHALLENGE SAFECOOKIE 00", "515 Cookie authentication is disabled")]
    [InlineData(true, false, "AUTHCHALLENGE COOKIE 00", "513 AUTHCHALLENGE only supports SAFECOOKIE authentication")]
    [InlineData(true, false, "AUTHCHALLENGE SAFECOOKIE", "512 Wrong number of arguments for AUTHCHALLENGE")]
    [InlineData(true, false, "AUTHCHALLENGE SAFECOOKIE xx", "513 Invalid base16 client nonce")]
    public async Task FirstCommand_IsAnsweredAsCTorDoes_AndAFailureEndsTheConnection(bool cookie, bool password, string command, string answer)
    {
        await StartAsync(cookie, password);
        string value = cookie ? Convert.ToHexString(await File.ReadAllBytesAsync(CookieFile)) : "";
        command = command.Replace("{cookie}", value, StringComparison.Ordinal).Replace("{zeros}", new string('0', 64), StringComparison.Ordinal);
        string rest = answer.StartsWith("250", StringComparison.Ordinal) ? "510 Unrecognized command \"NONSENSE\"\r\n250 closing connection\r\n" : "";
        Assert.Equal($"{answer}\r\n{rest}", await TalkAsync($"{command}\r\nNONSENSE\r\nQUIT\r\n"));
    }

    [Fact]
    public async Task SafeCookie_ProvesBothSides()
    {
        await StartAsync(cookie: true, password: false);
        byte[] cookie = await File.ReadAllBytesAsync(CookieFile);
        byte[] nonce = [1, 2, 3, 4];
        using Socket controller = await ConnectAsync();
        await SendAsync(controller, "AUTHCHALLENGE SAFECOOKIE 01020304\r\n");
        string[] words = (await ReadLineAsync(controller)).Split(' ', '=');
        byte[] serverNonce = Convert.FromHexString(words[5]);
        Assert.Equal(Convert.ToHexString(SafeCookie.ServerHash(cookie, nonce, serverNonce)), words[3]);
        await SendAsync(controller, $"AUTHENTICATE {Convert.ToHexString(SafeCookie.ControllerHash(cookie, nonce, serverNonce))}\r\n");
        Assert.Equal("250 OK", await ReadLineAsync(controller));
    }

    [Fact]
    public async Task SafeCookie_OnceChallenged_TakesNothingElse()
    {
        await StartAsync(cookie: true, password: true);
        string answer = await TalkAsync("AUTHCHALLENGE SAFECOOKIE 00\r\nAUTHENTICATE \"secret\"\r\n");
        Assert.EndsWith("515 Authentication failed: Wrong length for safe cookie response.\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CookieFile_IsOurs_AndGoesWithUs()
    {
        await StartAsync(cookie: true, password: false);
        Assert.Equal(32, new FileInfo(CookieFile).Length);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(CookieFile));
        await _server.DisposeAsync();
        Assert.False(File.Exists(CookieFile));
    }

    [Fact]
    public async Task Failure_IsAnsweredOnlyAfterItsDelay()
    {
        await StartAsync(cookie: false, password: true);
        using Socket guesser = await ConnectAsync();
        await SendAsync(guesser, "AUTHENTICATE \"guess\"\r\n");
        Task<string> answer = ReadLineAsync(guesser);
        using Socket other = await ConnectAsync();
        await SendAsync(other, "AUTHENTICATE \"secret\"\r\n");
        Assert.Equal("250 OK", await ReadLineAsync(other));
        Assert.False(answer.IsCompleted);
        await AdvanceUntilAsync(answer);
        Assert.StartsWith("515", await answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /control HTTP/1.1\r\nHost: 127.0.0.1:9051\r\n\r\nAUTHENTICATE\r\nSIGNAL HALT\r\n", "HTTP/1.0 501 Tor ControlPort is not an HTTP proxy\r\n")]
    [InlineData("POST / HTTP/1.1\r\n\r\nAUTHENTICATE\r\n", "HTTP/1.0 501 Tor ControlPort is not an HTTP proxy\r\n")]
    public async Task Browser_GetsAPage_AndNothingItSendsIsActedOn(string request, string start)
    {
        await StartAsync(cookie: false, password: false);
        string answer = await TalkAsync(request);
        Assert.StartsWith(start, answer, StringComparison.Ordinal);
        Assert.DoesNotContain("250", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Line_WithoutEnd_IsRefusedAtItsLimit()
    {
        await StartAsync(cookie: false, password: false);
        Assert.Equal("500 Line too long.\r\n", await TalkAsync("AUTHENTICATE " + new string('0', 200_000)));
        Assert.Equal("250 OK\r\n500 Line too long.\r\n", await TalkAsync("AUTHENTICATE\r\n" + new string('x', 10_000_000)));
    }

    [Fact]
    public async Task Commands_SentAtOnce_AreAnsweredInOrder()
    {
        await StartAsync(cookie: false, password: false);
        string answer = await TalkAsync("AUTHENTICATE\r\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"USEFEATURE F{i}\r\n")) + "QUIT\r\n");
        Assert.Equal(
            ["250 OK", .. Enumerable.Range(0, 500).Select(i => $"552 Unrecognized feature \"F{i}\""), "250 closing connection"],
            answer.Split("\r\n", StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Reader_ThatNeverReads_IsCutOff_AndOthersGoOn()
    {
        await StartAsync(cookie: false, password: false);
        using Socket deaf = await ListenToNoticesAsync();
        using Socket good = await ListenToNoticesAsync();
        string line = "NOTICE " + new string('x', 64 * 1024);
        int sent = 0;
        while (_server.ConnectionCount == 2)
        {
            _server.Publish(ControlEventKind.Notice, line);
            Assert.Equal("650 " + line, await ReadLineAsync(good));
            Assert.True(++sent < 1000, "Nothing limits what waits.");
        }

        _server.Publish(ControlEventKind.Notice, "NOTICE still here");
        Assert.Equal("650 NOTICE still here", await ReadLineAsync(good));
    }

    [Fact]
    public async Task Events_GoToThoseWhoAskedOnly()
    {
        await StartAsync(cookie: false, password: false);
        using Socket listener = await ListenToNoticesAsync();
        Assert.True(_server.Wants(ControlEventKind.Notice));
        Assert.False(_server.Wants(ControlEventKind.Circ));
        _server.Publish(ControlEventKind.Circ, "CIRC 1 BUILT");
        _server.Publish(ControlEventKind.Notice, "NOTICE one");
        Assert.Equal("650 NOTICE one", await ReadLineAsync(listener));
        await SendAsync(listener, "SETEVENTS NOTICE NONSENSE\r\nSETEVENTS\r\n");
        Assert.Equal("552 Unrecognized event \"NONSENSE\"", await ReadLineAsync(listener));
        Assert.Equal("250 OK", await ReadLineAsync(listener));
        Assert.True(SpinWait.SpinUntil(() => !_server.Wants(ControlEventKind.Notice), Limit));
    }

    [Fact]
    public async Task Crowd_OfStrangers_MakesRoomForTheNext_NotOfThoseWhoAreIn()
    {
        await StartAsync(cookie: false, password: false);
        using Socket controller = await ListenToNoticesAsync();
        List<Socket> strangers = [];
        for (int i = 0; i < 100; i++)
            strangers.Add(await ConnectAsync());
        Assert.Equal("250 OK\r\n250 closing connection\r\n", await TalkAsync("AUTHENTICATE\r\nQUIT\r\n"));
        Assert.True(SpinWait.SpinUntil(() => _server.ConnectionCount <= 20, Limit));
        _server.Publish(ControlEventKind.Notice, "NOTICE one");
        Assert.Equal("650 NOTICE one", await ReadLineAsync(controller));
        strangers.ForEach(stranger => stranger.Dispose());
    }

    [Fact]
    public async Task Stranger_WhoSaysNothing_IsCutOff_AndWhoIsInStays()
    {
        await StartAsync(cookie: false, password: true);
        using Socket stranger = await ConnectAsync();
        using Socket guest = await ConnectAsync();
        await SendAsync(guest, "AUTHENTICATE \"secret\"\r\n");
        byte[] buffer = new byte[100];
        Assert.True(await guest.ReceiveAsync(buffer).WaitAsync(Limit) > 0);

        await AdvanceUntilAsync(HearAllAsync(stranger), ControlSession.AuthenticationPatience);

        await SendAsync(guest, "QUIT\r\n");
        Assert.True(await guest.ReceiveAsync(buffer).WaitAsync(Limit) > 0);
    }

    [Fact]
    public async Task FailureAfterTheReply_DoesNotEndTheSession()
    {
        await StartAsync(cookie: false, password: false);
        _server.Commands.Add("BREAK", new ControlSyntax(), (session, _) =>
        {
            session.AfterReply(() => throw new InvalidOperationException());
            return ControlReply.Ok;
        });
        Assert.Equal("250 OK\r\n250 OK\r\n250 closing connection\r\n", await TalkAsync("AUTHENTICATE\r\nBREAK\r\nQUIT\r\n"));
    }

    [Fact]
    public async Task Cookie_OfAnotherTor_IsNeitherOverwrittenNorDeleted()
    {
        using Socket other = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        await File.WriteAllTextAsync(CookieFile, "theirs");
        await Assert.ThrowsAnyAsync<Exception>(() => _server.StartAsync(new ControlPortOptions
        {
            Listeners = [SocksPortOptions.Parse(other.LocalEndPoint!.ToString()!)],
            CookieFile = CookieFile,
        }));
        await _server.DisposeAsync();
        Assert.Equal("theirs", await File.ReadAllTextAsync(CookieFile));
    }

    [Fact]
    public async Task NewSecrets_ArePreparedThenUsed_OrForgotten()
    {
        await StartAsync(cookie: true, password: false);
        ControlPortOptions old = _server.Authentication.Options;
        DateTime written = File.GetLastWriteTimeUtc(CookieFile);
        string second = Path.Combine(_folder, "second");

        _server.Prepare(old with { CookieFile = second });
        _server.Forget(old with { CookieFile = second });
        Assert.False(File.Exists(second));
        Assert.Same(old, _server.Authentication.Options);

        // The same file by another name is not written and not deleted; a mode alone is only a mode.
        ControlPortOptions same = old with { CookieFile = Path.Combine(_folder, ".", "cookie"), CookieFileGroupReadable = true };
        _server.Prepare(same);
        _server.Use(same);
        Assert.Equal(written, File.GetLastWriteTimeUtc(CookieFile));
        Assert.True(File.GetUnixFileMode(CookieFile).HasFlag(UnixFileMode.GroupRead));

        _server.Prepare(same with { CookieFile = second });
        _server.Use(same with { CookieFile = second });
        Assert.False(File.Exists(CookieFile));
        Assert.True(File.Exists(second));
    }

    [Fact]
    public async Task OpenPort_ThatOthersReach_CannotLoseItsPassword()
    {
        await _server.StartAsync(new ControlPortOptions
        {
            Listeners = [SocksPortOptions.Parse("0.0.0.0:auto")],
            CookieFile = CookieFile,
        });
        Assert.Throws<TorException>(() => _server.Prepare(new ControlPortOptions()));
    }

    [Fact]
    public async Task Owner_ThatLeaves_IsReported()
    {
        await StartAsync(cookie: false, password: false);
        await TalkAsync("AUTHENTICATE\r\nTAKEOWNERSHIP\r\nDROPOWNERSHIP\r\nQUIT\r\n");
        Assert.True(SpinWait.SpinUntil(() => _server.ConnectionCount == 0, Limit));
        Assert.False(_server.OwnerLeft.IsCompleted);
        await TalkAsync("AUTHENTICATE\r\nTAKEOWNERSHIP\r\nQUIT\r\n");
        await _server.OwnerLeft.WaitAsync(Limit);
    }

    [SkippableFact]
    public async Task UnixSocket_AndPortFile_SayWhereToConnect()
    {
        Skip.If(OperatingSystem.IsWindows(), "modes are those of unix");
        string path = Path.Combine(_folder, "control");
        string file = Path.Combine(_folder, "ports");
        await _server.StartAsync(new ControlPortOptions
        {
            Listeners = [new SocksPortOptions { UnixPath = path }, new SocksPortOptions { Address = new IPEndPoint(IPAddress.Loopback, 0) }],
            PortFile = file,
        });
        Assert.Equal($"UNIX_PORT={path}\nPORT={_server.LocalEndPoints[1]}\n", await File.ReadAllTextAsync(file));
        using Socket controller = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await controller.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await SendAsync(controller, "AUTHENTICATE\r\n");
        Assert.Equal("250 OK", await ReadLineAsync(controller));
    }

    private Task StartAsync(bool cookie, bool password) => _server.StartAsync(new ControlPortOptions
    {
        Listeners = [new SocksPortOptions { Address = new IPEndPoint(IPAddress.Loopback, 0) }],
        CookieFile = cookie ? CookieFile : null,
        Passwords = password && HashedPassword.TryParse(Hashed, out HashedPassword? hashed) ? [hashed] : [],
    });

    private async Task<Socket> ConnectAsync()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_server.LocalEndPoints[0]);
        return socket;
    }

    private async Task<Socket> ListenToNoticesAsync()
    {
        Socket socket = await ConnectAsync();
        await SendAsync(socket, "AUTHENTICATE\r\nSETEVENTS NOTICE\r\n");
        Assert.Equal("250 OK", await ReadLineAsync(socket));
        Assert.Equal("250 OK", await ReadLineAsync(socket));
        // Events come from the answer on.
        Assert.True(SpinWait.SpinUntil(() => _server.Wants(ControlEventKind.Notice), Limit));
        return socket;
    }

    /// <summary>Says everything, and hears all that is said until the connection ends.</summary>
    private async Task<string> TalkAsync(string text)
    {
        using Socket socket = await ConnectAsync();
        Task sending = SendAsync(socket, text);
        Task<string> hearing = HearAllAsync(socket);
        await AdvanceUntilAsync(hearing);
        try
        {
            await sending.WaitAsync(Limit);
        }
        catch (SocketException)
        {
            // It was not read to its end.
        }

        return await hearing;
    }

    private async Task AdvanceUntilAsync(Task task, TimeSpan? step = null)
    {
        CancellationTokenSource limit = new(Limit);
        while (!task.IsCompleted && !limit.IsCancellationRequested)
        {
            // In small steps: a stranger on a slow machine has not had its minute yet.
            _time.Advance(step ?? ControlSession.FailureDelay / 10);
            await Task.WhenAny(task, Task.Delay(20, limit.Token));
        }

        await task.WaitAsync(Limit);
    }

    private static async Task SendAsync(Socket socket, string text)
    {
        ReadOnlyMemory<byte> rest = Encoding.UTF8.GetBytes(text);
        while (!rest.IsEmpty)
            rest = rest[await socket.SendAsync(rest)..];
    }

    private static async Task<string> HearAllAsync(Socket socket)
    {
        List<byte> heard = [];
        byte[] buffer = new byte[65_536];
        try
        {
            while (await socket.ReceiveAsync(buffer).WaitAsync(Limit) is int count and > 0)
                heard.AddRange(buffer.AsSpan(0, count));
        }
        catch (SocketException)
        {
            // What was heard before counts.
        }

        return Encoding.UTF8.GetString([.. heard]);
    }

    private static async Task<string> ReadLineAsync(Socket socket)
    {
        List<byte> line = [];
        byte[] one = new byte[1];
        while (await socket.ReceiveAsync(one).WaitAsync(Limit) == 1)
        {
            if (one[0] == '\n')
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            line.Add(one[0]);
        }

        throw new EndOfStreamException(Encoding.UTF8.GetString([.. line]));
    }
}
