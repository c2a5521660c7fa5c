namespace GoTor.Protocol.Certificates;

/// <summary>What a certificate binds to what. One number space for CERTS cells and for Ed25519 certificates. cert-spec §A.1.</summary>
internal enum CertificateType : byte
{
    /// <summary>X.509: the relay's RSA identity key, signed by itself.</summary>
    RsaIdentity = 2,

    /// <summary>The identity key certifies the medium-term signing key.</summary>
    IdentityToSigning = 4,

    /// <summary>The signing key certifies the TLS certificate.</summary>
    SigningToTlsLink = 5,

    /// <summary>The signing key certifies a key for AUTHENTICATE. Only between relays.</summary>
    SigningToAuthentication = 6,

    /// <summary>The RSA identity certifies the Ed25519 identity. Has its own format.</summary>
    RsaToEd25519Identity = 7,

    /// <summary>Onion service: the blinded key certifies the descriptor signing key.</summary>
    BlindedToDescriptorSigning = 8,

    /// <summary>Onion service: the descriptor signing key certifies an introduction point's authentication key.</summary>
    IntroductionAuthentication = 9,

    /// <summary>The ntor onion key certifies the identity key.</summary>
    NtorOnionKeyToIdentity = 10,

    /// <summary>Onion service: the descriptor signing key certifies an introduction point's encryption key.</summary>
    IntroductionEncryption = 11,
}

/// <summary>What the 32 bytes are that an Ed25519 certificate certifies. cert-spec §A.4.</summary>
internal enum CertifiedKeyType : byte
{
    Ed25519 = 1,
    Sha256OfRsaKey = 2,
    Sha256OfX509 = 3,
}
