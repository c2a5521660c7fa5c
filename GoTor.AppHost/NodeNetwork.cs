using Microsoft.Extensions.Configuration;

namespace GoTor.AppHost;

/// <summary>
/// Which Tor network the node joins. The launch profile says it (<c>GOTOR_NETWORK</c>); a torrc (<c>GOTOR_TORRC</c>) says the rest.
/// There is no way from one network to another but another start.
/// </summary>
/// <param name="Name">"public" or "sandbox".</param>
/// <param name="Torrc">The torrc's full path, or null for the node's own default.</param>
internal sealed record NodeNetwork(string Name, string? Torrc)
{
    public const string Public = "public";
    public const string Sandbox = "sandbox";
    public const string NameVariable = "GOTOR_NETWORK";
    public const string TorrcVariable = "GOTOR_TORRC";

    /// <summary>Whether there is a network to join. Only the public one is built into the node.</summary>
    public bool IsKnown => Name == Public || Torrc is not null;

    /// <summary>What to tell the user at the start; null when there is nothing to say.</summary>
    public string? Note => IsKnown
        ? null
        : $"No node: the profile '{Sandbox}' needs a private Tor network and does not bring one. Set {TorrcVariable} to a torrc with its "
            + $"DirAuthority lines, or use '--launch-profile {Public}' for the public Tor network. Everything else starts.";

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
