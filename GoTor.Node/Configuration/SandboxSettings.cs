namespace GoTor.Node.Configuration;

/// <summary>The network inside the node. Immutable.</summary>
internal sealed record SandboxSettings
{
    /// <summary>Some requests now and then, so that there is something to see.</summary>
    public bool Traffic { get; init; }
}
