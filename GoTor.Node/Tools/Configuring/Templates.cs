namespace GoTor.Node.Tools.Configuring;

/// <summary>A torrc for each of some purposes. Every line changes something: what equals the default is not there.</summary>
internal static class Templates
{
    private const string Minimal = """
        # Minimal: everything has its default. Applications use the SOCKS port 127.0.0.1:9050.

        # For 'gotor ctl': who can read the cookie in the data directory may control this node.
        ControlPort 9051
        CookieAuthentication 1

        """;

    private const string Production = """
        # Production: a service that is observed and restarted by a service manager.

        DataDirectory /var/lib/gotor
        Log notice file /var/log/gotor/log

        # Controllers connect to a socket, and prove that they can read the cookie.
        ControlSocket /run/gotor/control
        CookieAuthentication 1
        CookieAuthFile /run/gotor/control.authcookie

        # Metrics, health and a dashboard, for this machine only.
        MetricsPort 127.0.0.1:9052

        # A restart waits longer for downloads that are under way. Give the service manager more than this.
        ShutdownWaitLength 60 seconds

        """;

    private const string Development = """
        # Development: see what happens, restart at once. Add DirAuthority lines for a test network, or start with --sandbox.

        Log info stdout
        ControlPort 9051
        CookieAuthentication 1
        MetricsPort 127.0.0.1:9052
        ShutdownWaitLength 0 seconds

        # Says in the log which applications look names up themselves.
        TestSocks 1

        """;

    private const string HighSecurity = """
        # High security: less is linked and less is shown, at the price of speed and comfort. No control port, no metrics.

        # Streams to different places never share a circuit, nor do those of different protocols.
        SocksPort 127.0.0.1:9050 IsolateDestAddr IsolateDestPort IsolateClientProtocol

        # Applications that have looked a name up outside Tor are refused, and so is traffic that exits could read.
        SafeSocks 1
        RejectPlaintextPorts 21,23,25,80,109,110,143

        # Connections are padded even where the network would not ask for it.
        ConnectionPadding 1

        # Nothing about ordinary running goes to the log.
        Log warn stdout

        """;

    private static readonly Dictionary<string, string> All = new(StringComparer.OrdinalIgnoreCase)
    {
        ["minimal"] = Minimal,
        ["production"] = Production,
        ["development"] = Development,
        ["high-security"] = HighSecurity,
    };

    public static IReadOnlyList<string> Names { get; } = [.. All.Keys];

    public static string? Find(string name) => All.GetValueOrDefault(name);
}
