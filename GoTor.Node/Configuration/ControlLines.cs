using GoTor.Client.ControlPort;
using GoTor.Client.Proxies;
using GoTor.Protocol.ControlPort;

namespace GoTor.Node.Configuration;

/// <summary>The lines about control ports while they are read.</summary>
internal sealed class ControlDraft
{
    public List<SocksPortOptions> Ports { get; } = [];

    public List<SocksPortOptions> Sockets { get; } = [];

    public List<HashedPassword> Passwords { get; } = [];

    public string? CookieFile { get; set; }

    public string? PortFile { get; set; }

    public int? OwningProcess { get; set; }
}

/// <summary>Reads the options of control ports, and says what they make together.</summary>
internal static class ControlLines
{
    private const string CookieName = "control_auth_cookie";

    public static void ReadPort(ConfigurationDraft draft, ConfigLine line) => Read(draft.Control.Ports, draft, line, line.Value);

    public static void ReadSocket(ConfigurationDraft draft, ConfigLine line)
    {
        if (line.Value is not ("" or "0"))
            Read(draft.Control.Sockets, draft, line, line.Value.StartsWith("unix:", StringComparison.OrdinalIgnoreCase) ? line.Value : "unix:" + line.Value);
    }

    public static void ReadPassword(ConfigurationDraft draft, ConfigLine line)
    {
        if (HashedPassword.TryParse(line.Value, out HashedPassword? password))
            draft.Control.Passwords.Add(password);
        else
            draft.Problem(line.Source, "HashedControlPassword is what 'tor --hash-password' prints: 16: and 58 hexadecimal digits.");
    }

    public static void ReadOwner(ConfigurationDraft draft, ConfigLine line)
    {
        // C tor takes words behind the number that tell the process from a later one of its number; nobody writes them.
        if (int.TryParse(line.Value, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int process) && process > 0)
            draft.Control.OwningProcess = process;
        else
            draft.Problem(line.Source, $"__OwningControllerProcess is the number of a process, not '{line.Value}'.");
    }

    public static ControlPortOptions Finish(ConfigurationDraft draft, string dataDirectory, List<ConfigProblem> problems)
    {
        ControlDraft control = draft.Control;
        bool Switch(string name) => draft.Switches.GetValueOrDefault(name);
        bool groupWritable = Switch("ControlSocketsGroupWritable");
        ControlPortOptions options = new()
        {
            Listeners =
            [
                .. control.Ports.Where(port => !port.IsDisabled),
                .. control.Sockets.Select(socket => socket with { GroupWritable = socket.GroupWritable || groupWritable }),
            ],
            CookieFile = Switch("CookieAuthentication") ? control.CookieFile ?? Path.Combine(dataDirectory, CookieName) : null,
            CookieFileGroupReadable = Switch("CookieAuthFileGroupReadable"),
            Passwords = control.Passwords,
            PortFile = control.PortFile,
            PortFileGroupReadable = Switch("ControlPortFileGroupReadable"),
        };
        if (!options.NeedsProof && options.Listeners.FirstOrDefault(port => port.UnixPath is null && !System.Net.IPAddress.IsLoopback(port.Address.Address)) is { } open)
        {
            problems.Add(new ConfigProblem(
                new ConfigSource("configuration", 0),
                $"ControlPort {open.Address} can be reached from other machines and needs no password. Set CookieAuthentication or HashedControlPassword, or use 127.0.0.1."));
        }

        return options;
    }

    private static void Read(List<SocksPortOptions> ports, ConfigurationDraft draft, ConfigLine line, string value)
    {
        try
        {
            SocksPortOptions port = SocksPortOptions.Parse(value);
            SocksPortOptions plain = new()
            {
                Address = port.Address,
                UnixPath = port.UnixPath,
                IsDisabled = port.IsDisabled,
                GroupWritable = port.GroupWritable,
                WorldWritable = port.WorldWritable,
                RelaxDirModeCheck = port.RelaxDirModeCheck,
                Isolation = port.Isolation,
            };
            if (port == plain)
                ports.Add(plain);
            else
                draft.Problem(line.Source, $"{line.Key} has no flags but GroupWritable, WorldWritable and RelaxDirModeCheck, and those only with unix sockets.");
        }
        catch (FormatException error)
        {
            draft.Problem(line.Source, error.Message);
        }
    }
}
