using System.Security.Cryptography;
using System.Text;
using GoTor.Protocol.ControlPort;
using GoTor.Protocol.Crypto;

namespace GoTor.Client.ControlPort;

/// <summary>What came of an attempt to authenticate.</summary>
/// <param name="Problem">Null when the controller is in.</param>
internal readonly record struct AuthenticationOutcome(int Code, string? Problem);

/// <summary>
/// Decides who may control us: NULL, HASHEDPASSWORD, COOKIE and SAFECOOKIE. control-spec §3.5, §3.21, §3.24; the order of checks and the words
/// are C tor's (control_auth.c). Secrets are compared in constant time. Immutable apart from the options, which are swapped whole.
/// </summary>
internal sealed class ControlAuthentication(ControlPortOptions options, ReadOnlyMemory<byte> cookie, TorRandom random)
{
    private const string Plain = "Password did not match HashedControlPassword value from configuration";

    public ControlPortOptions Options => options;

    /// <summary>Both lines of PROTOCOLINFO that depend on us.</summary>
    public string Describe()
    {
        List<string> methods = [];
        if (options.CookieFile is not null)
            methods.AddRange(["COOKIE", "SAFECOOKIE"]);
        if (options.Passwords.Count > 0)
            methods.Add("HASHEDPASSWORD");
        if (methods.Count == 0)
            methods.Add("NULL");
        string line = "AUTH METHODS=" + string.Join(',', methods);
        return options.CookieFile is { } file ? $"{line} COOKIEFILE={QuotedText.Quote(Path.GetFullPath(file))}" : line;
    }

    /// <summary>AUTHCHALLENGE.</summary>
    /// <param name="expected">What the controller must authenticate with from here on; null when the challenge is refused.</param>
    public ControlReply Challenge(ControlArguments arguments, out byte[]? expected)
    {
        expected = null;
        if (!arguments.Words[0].Equals("SAFECOOKIE", StringComparison.OrdinalIgnoreCase))
            return ControlReply.Of(513, "AUTHCHALLENGE only supports SAFECOOKIE authentication");
        if (options.CookieFile is null)
            return ControlReply.Of(515, "Cookie authentication is disabled");
        if (arguments.Keywords is not [(string key, string nonceText)])
            return ControlReply.Of(512, "Wrong number of arguments for AUTHCHALLENGE");
        if (key.Length > 0)
            return ControlReply.Of(512, "AUTHCHALLENGE does not accept keyword arguments.");
        if (Secret(arguments, nonceText) is not { } clientNonce)
            return ControlReply.Of(513, "Invalid base16 client nonce");
        byte[] serverNonce = new byte[SafeCookie.NonceLength];
        random.Fill(serverNonce);
        expected = SafeCookie.ControllerHash(cookie.Span, clientNonce, serverNonce);
        string serverHash = Convert.ToHexString(SafeCookie.ServerHash(cookie.Span, clientNonce, serverNonce));
        return ControlReply.Of(250, $"AUTHCHALLENGE SERVERHASH={serverHash} SERVERNONCE={Convert.ToHexString(serverNonce)}");
    }

    /// <summary>AUTHENTICATE.</summary>
    /// <param name="challenged">What <see cref="Challenge"/> expects, if the controller chose that way; then nothing else counts.</param>
    public AuthenticationOutcome Check(ControlArguments arguments, byte[]? challenged)
    {
        if (arguments.Keywords.Count > 1)
            return new AuthenticationOutcome(512, "Too many arguments to AUTHENTICATE.");
        string text = arguments.Keywords.Count == 0 ? "" : arguments.Keywords[0].Value;
        if (arguments.Keywords is [{ Key.Length: > 0 }])
            return new AuthenticationOutcome(512, "AUTHENTICATE does not accept keyword arguments.");
        if (Secret(arguments, text) is not { } secret)
        {
            return new AuthenticationOutcome(
                551, "Invalid hexadecimal encoding.  Maybe you tried a plain text password?  If so, the standard requires that you put it in double quotes.");
        }

        if (Judge(secret, challenged, IsQuoted(arguments)) is not { } problem)
            return default;
        return new AuthenticationOutcome(515, "Authentication failed: " + problem);
    }

    private string? Judge(byte[] secret, byte[]? challenged, bool isQuoted)
    {
        if (challenged is not null)
        {
            return secret.Length != challenged.Length ? "Wrong length for safe cookie response."
                : CryptographicOperations.FixedTimeEquals(secret, challenged) ? null
                : "Safe cookie response did not match expected value.";
        }

        if (!options.NeedsProof)
            return null;
        bool isCookie = options.CookieFile is not null && secret.Length == SafeCookie.CookieLength && CryptographicOperations.FixedTimeEquals(secret, cookie.Span);
        if (isCookie)
            return null;
        if (options.Passwords.Count == 0)
            return secret.Length == SafeCookie.CookieLength ? "Authentication cookie did not match expected value." : "Wrong length on authentication cookie.";
        bool isPassword = false;
        foreach (HashedPassword password in options.Passwords)
            isPassword |= password.Matches(secret);
        if (isPassword)
            return null;
        return options.CookieFile is not null ? "Password did not match HashedControlPassword *or* authentication cookie."
            : isQuoted ? Plain
            : Plain + ". Maybe you tried a plain text password? If so, the standard requires that you put it in double quotes.";
    }

    private static bool IsQuoted(ControlArguments arguments) => arguments.Command.Line.Contains('"', StringComparison.Ordinal);

    /// <summary>Quoted text as it is, anything else in hex. Null when it is neither.</summary>
    private static byte[]? Secret(ControlArguments arguments, string text)
    {
        if (IsQuoted(arguments))
            return Encoding.UTF8.GetBytes(text);
        byte[] bytes = new byte[text.Length / 2];
        return text.Length % 2 == 0 && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done ? bytes : null;
    }
}
