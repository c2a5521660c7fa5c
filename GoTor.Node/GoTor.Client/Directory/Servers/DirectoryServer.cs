using GoTor.Protocol.Circuits;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Directory.Servers;

/// <summary>What a directory server is to us.</summary>
internal enum DirectoryServerKind
{
    /// <summary>One of the built-in or configured relays that serve clients that know nothing yet.</summary>
    Fallback,

    Authority,

    /// <summary>One of our guards: it sees our address anyway, so it learns nothing by serving us.</summary>
    Guard,
}

/// <summary>A relay that may be asked for documents. Immutable.</summary>
internal sealed record DirectoryServer(DirectoryServerKind Kind, HopTarget Target)
{
    public RsaIdentity Identity { get; } = Target.RsaIdentity ?? throw new ArgumentException("A directory server has a fingerprint.", nameof(Target));

    /// <summary>For the Host header.</summary>
    public string Host => Target.OrPorts[0].ToString();

    public override string ToString() => Kind.ToString();
}
