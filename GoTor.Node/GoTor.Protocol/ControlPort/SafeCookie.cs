using System.Security.Cryptography;

namespace GoTor.Protocol.ControlPort;

/// <summary>Proves on both sides that the cookie is known, without sending it. control-spec §3.24.</summary>
internal static class SafeCookie
{
    public const int CookieLength = 32;
    public const int NonceLength = 32;

    private static ReadOnlySpan<byte> ServerKey => "Tor safe cookie authentication server-to-controller hash"u8;

    private static ReadOnlySpan<byte> ControllerKey => "Tor safe cookie authentication controller-to-server hash"u8;

    /// <summary>What we send, to prove that we can read the cookie too.</summary>
    public static byte[] ServerHash(ReadOnlySpan<byte> cookie, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> serverNonce) =>
        HMACSHA256.HashData(ServerKey, Join(cookie, clientNonce, serverNonce));

    /// <summary>What the controller must authenticate with.</summary>
    public static byte[] ControllerHash(ReadOnlySpan<byte> cookie, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> serverNonce) =>
        HMACSHA256.HashData(ControllerKey, Join(cookie, clientNonce, serverNonce));

    private static byte[] Join(ReadOnlySpan<byte> cookie, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> serverNonce) =>
        [.. cookie, .. clientNonce, .. serverNonce];
}
