using Microsoft.Extensions.Configuration;

namespace GoTor.AppHost;

/// <summary>
/// Which Tor network the node joins. The launch profile says it (<c>GOTOR_NETWORK</c>); a torrc (<c>GOTOR_TORRC</c>) may say more: with
/// the profile "sandbox" it names a private network that takes the sandbox's place. The way to another network is another start.
/// </summary>
/// <param name="Name">"public" or "sandbox".</param>
/// <param name="Torrc">The torrc's full path, or null.</param>
internal sealed record NodeNetwork(string Name, string? Torrc)
{
    public const string Public = "public";
    public const string Sandbox = "sandbox";
    public const string NameVariable = "GOTOR_NETWORK";
    public const string TorrcVariable = "GOTOR_TORRC";

    /// <summary>What the node's command line says about it.</summary>
    public IReadOnlyList<string> Arguments => (Name, Torrc) switch
    {
        // Not -f, which "dotnet run" takes for its own.
        (_, { } torrc) => ["--torrc-file", torrc],
        // The torrc of this machine's own node, if there is one, is about another network.
        (Sandbox, null) => ["--torrc-file", Nothing, "--ignore-missing-torrc", "--sandbox-traffic"],
        _ => [],
    };

    /// <summary>What the user must know about it.</summary>
    public string Note => (Name, Torrc) switch
    {
        (Sandbox, null) => "Network: sandbox, a whole Tor network inside the node. It hides nothing and leads nowhere but to its own demo site. "
            + $"For the public Tor network: '--launch-profile {Public}'; for a private one: {TorrcVariable}.",
        (Sandbox, { } torrc) => $"Network: that of {torrc}.",
        _ => "Network: the public Tor network.",
    };

    private static string Nothing => Path.Combine(AppContext.BaseDirectory, "no-torrc");

    /// <exception cref="InvalidOperationException">An unknown network, or a torrc that does not exist.</exception>
    public static NodeNetwork From(IConfiguration configuration)
    {
        string name = configuration[NameVariable] is { Length: > 0 } given ? given : Sandbox;
        if (name is not (Public or Sandbox))
            throw new InvalidOperationException($"{NameVariable} is '{name}'. It can be '{Sandbox}' or '{Public}'.");

        string? torrc = configuration[TorrcVariable] is { Length: > 0 } path ? Path.GetFullPath(path) : null;
        if (torrc is not null && !File.Exists(torrc))
            throw new InvalidOperationException($"{TorrcVariable}: there is no file '{torrc}'.");
        return new NodeNetwork(name, torrc);
    }
}
