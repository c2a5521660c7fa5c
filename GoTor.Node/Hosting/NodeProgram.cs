using System.Reflection;
using GoTor.Node.Configuration;
using GoTor.Node.Logging;
using GoTor.Protocol.ControlPort;
using GoTor.Protocol.Crypto;

namespace GoTor.Node.Hosting;

/// <summary>What the command line asks for, and the exit code that comes of it: 0 for success, 1 for anything else.</summary>
internal static class NodeProgram
{
    public static string Version { get; } =
        typeof(NodeProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static async Task<int> RunAsync(string[] arguments)
    {
        CommandLine commandLine = CommandLine.Parse(arguments);
        switch (commandLine.Action)
        {
            case CommandLineAction.ShowVersion:
                Console.Out.WriteLine($"GoTor version {Version}.");
                return 0;
            case CommandLineAction.ShowHelp:
                Console.Out.WriteLine(Help);
                return 0;
            case CommandLineAction.ListOptions:
                foreach (OptionDefinition option in OptionCatalog.All.OrderBy(option => option.Name, StringComparer.Ordinal))
                    Console.Out.WriteLine(option.Name);
                return 0;
            case CommandLineAction.HashPassword when commandLine.Argument is { } password:
                Console.Out.WriteLine(HashedPassword.Create(password, TorRandom.Secure));
                return 0;
            case CommandLineAction.ListDeprecatedOptions:
                // None of those that C tor has deprecated is an option here.
                return 0;
            case CommandLineAction.ListModules:
                Console.Out.WriteLine("relay: no\ndirauth: no\ndircache: no\npow: no");
                return 0;
        }

        ConfigurationResult result = ConfigurationFiles.Load(commandLine);
        foreach (ConfigProblem problem in result.Problems)
            Console.Error.WriteLine($"[err] {problem}");
        if (result.Configuration is not { } configuration)
        {
            Console.Error.WriteLine("[err] The configuration is refused: correct what is listed above. Nothing was started.");
            return 1;
        }

        if (commandLine.Action == CommandLineAction.VerifyConfig)
        {
            foreach (ConfigProblem warning in result.Warnings)
                Console.Out.WriteLine($"[warn] {warning}");
            Console.Out.WriteLine("Configuration was valid");
            return 0;
        }

        if (commandLine.Action == CommandLineAction.DumpConfig)
        {
            foreach (string line in ConfigurationDump.Lines(result.Lines, whole: commandLine.Argument == "full"))
                Console.Out.WriteLine(line);
            return 0;
        }

        if (commandLine.Action == CommandLineAction.Probe)
            return await SocksProbe.RunAsync(configuration.SocksPorts, SocksProbe.Patience) ? 0 : 1;

        return await NodeHost.RunAsync(commandLine, configuration, result);
    }

    private const string Help = """
        gotor: a Tor client that reads torrc.

        Usage: gotor [-f TORRC] [OPTION VALUE]...

          -f FILE                 read this torrc
          --defaults-torrc FILE   read this one first
          --ignore-missing-torrc  go on when the torrc does not exist
          --sandbox               run a whole Tor network inside, on loopback: it hides nothing
          --sandbox-traffic       the same, with some traffic
          --verify-config         check the configuration and exit
          --dump-config HOW       print the configuration and exit: short (what is set), non-builtin (the same), full
          --hash-password WORD    print a line for HashedControlPassword
          --list-torrc-options    list the options of torrc
          --probe                 exit with 0 if a node with this configuration takes SOCKS connections, for health checks
          --quiet, --hush         log nothing, or only warnings, to the console
          --metrics-port PORT     serve metrics, health and a dashboard on this port of 127.0.0.1
          --version, --help

        Every option of torrc can be given as --Option VALUE, for example --SocksPort 9150.
        go-tor's flags work too: -config, -socks-port, -control-port, -metrics-port, -data-dir, -log-level, -version.
        """;
}
