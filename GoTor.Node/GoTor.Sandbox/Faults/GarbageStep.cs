namespace GoTor.Sandbox.Faults;

/// <summary>Where in the protocol a relay begins to talk nonsense.</summary>
public enum GarbageStep
{
    /// <summary>Nowhere: the relay behaves.</summary>
    None,

    /// <summary>Instead of the first bytes of TLS.</summary>
    Tls,

    /// <summary>Instead of VERSIONS.</summary>
    Versions,

    /// <summary>The certificates in CERTS are damaged.</summary>
    Certs,

    /// <summary>The answer to CREATE2 or CREATE_FAST is noise.</summary>
    Created,

    /// <summary>Messages of the relay's own on its circuits are noise.</summary>
    Relay,

    /// <summary>Directory documents are noise, well packed.</summary>
    Directory,
}
