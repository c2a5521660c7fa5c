using System.Security.Cryptography;
using GoTor.Protocol.ControlPort;

namespace GoTor.Node.Tools.Controllers;

/// <summary>What PROTOCOLINFO says.</summary>
internal sealed record ProtocolInfo(IReadOnlyList<string> Methods, string? CookieFile)
{
    public static ProtocolInfo Read(ControlAnswer answer)
    {
        foreach (ControlAnswerLine line in answer.Lines)
        {
            if (!line.Text.StartsWith("AUTH ", StringComparison.Ordinal) || KeyValueLine.TryParse(line.Text[5..], KeyValueStyle.Quoted) is not { } pairs)
                continue;
            string methods = pairs.FirstOrDefault(pair => pair.Key == "METHODS").Value ?? "";
            return new ProtocolInfo(methods.Split(','), pairs.FirstOrDefault(pair => pair.Key == "COOKIEFILE").Value);
        }

        return new ProtocolInfo([], null);
    }
}

/// <summary>
/// Authenticates a controller. A cookie is only ever proven (SAFECOOKIE), never sent: whoever listens at that address could name any file of
/// 32 bytes as its cookie. control-spec §3.24.
/// </summary>
internal static class ControlLogin
{
    /// <exception cref="ToolException">The node does not let us in.</exception>
    public static async Task EnterAsync(ControlConnection connection, Credentials credentials, CancellationToken cancellation)
    {
        ProtocolInfo info = ProtocolInfo.Read(await connection.DoAsync("PROTOCOLINFO 1", "to say how to authenticate", cancellation));
        bool Offers(string method) => info.Methods.Contains(method, StringComparer.OrdinalIgnoreCase);

        if (credentials.PasswordFile is not null)
            await ByPasswordAsync(connection, credentials, cancellation);
        else if (credentials.CookieFile is { } chosen)
            await ByCookieAsync(connection, ReadCookie(chosen), cancellation);
        else if (Offers("NULL"))
            await AuthenticateAsync(connection, "AUTHENTICATE", cancellation);
        else if (Offers("SAFECOOKIE") && info.CookieFile is { } file && (!Offers("HASHEDPASSWORD") || CanRead(file)))
            await ByCookieAsync(connection, ReadCookie(file), cancellation);
        else if (Offers("HASHEDPASSWORD"))
            await ByPasswordAsync(connection, credentials, cancellation);
        else
            throw new ToolException(ExitCodes.Denied, $"The node offers no way to authenticate that we know: {string.Join(", ", info.Methods)}.", "Set CookieAuthentication 1 in its torrc.");
    }

    private static async Task ByPasswordAsync(ControlConnection connection, Credentials credentials, CancellationToken cancellation)
    {
        string password = credentials.Password().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        await AuthenticateAsync(connection, $"AUTHENTICATE \"{password}\"", cancellation);
    }

    private static async Task ByCookieAsync(ControlConnection connection, byte[] cookie, CancellationToken cancellation)
    {
        byte[] nonce = RandomNumberGenerator.GetBytes(SafeCookie.NonceLength);
        ControlAnswer challenge = await connection.DoAsync($"AUTHCHALLENGE SAFECOOKIE {Convert.ToHexString(nonce)}", "cookie authentication", cancellation);
        List<KeyValuePair<string, string>> pairs = challenge.Lines[0].Text.StartsWith("AUTHCHALLENGE ", StringComparison.Ordinal)
            ? KeyValueLine.TryParse(challenge.Lines[0].Text[14..], KeyValueStyle.Plain) ?? []
            : [];
        byte[] serverHash = Hex(pairs, "SERVERHASH");
        byte[] serverNonce = Hex(pairs, "SERVERNONCE");
        if (!CryptographicOperations.FixedTimeEquals(serverHash, SafeCookie.ServerHash(cookie, nonce, serverNonce)))
        {
            throw new ToolException(
                ExitCodes.Denied, "What answers does not know the cookie: the file belongs to another node, or this is not your node.",
                "Give the file of this node with --cookie-file FILE, and check the address.");
        }

        await AuthenticateAsync(connection, "AUTHENTICATE " + Convert.ToHexString(SafeCookie.ControllerHash(cookie, nonce, serverNonce)), cancellation);
    }

    private static async Task AuthenticateAsync(ControlConnection connection, string command, CancellationToken cancellation)
    {
        ControlAnswer answer = await connection.SendAsync(command, cancellation);
        if (!answer.IsOk)
            throw new ToolException(ExitCodes.Denied, $"The node does not let us in: {answer.Problem}", "Check the password or the cookie file.");
    }

    private static bool CanRead(string file)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static byte[] ReadCookie(string file)
    {
        try
        {
            byte[] cookie = new byte[SafeCookie.CookieLength + 1];
            using FileStream stream = File.OpenRead(file);
            return stream.ReadAtLeast(cookie, cookie.Length, throwOnEndOfStream: false) == SafeCookie.CookieLength
                ? cookie[..SafeCookie.CookieLength]
                : throw new ToolException(ExitCodes.Denied, $"{file} is not a cookie: that has {SafeCookie.CookieLength} bytes.", "Give the node's cookie with --cookie-file FILE.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ToolException(
                ExitCodes.Denied, $"The cookie cannot be read: {error.Message}",
                "Run this as the node's user, set CookieAuthFileGroupReadable 1 and join its group, or give another file with --cookie-file FILE.");
        }
    }

    private static byte[] Hex(List<KeyValuePair<string, string>> pairs, string key)
    {
        byte[] bytes = new byte[32];
        string text = pairs.FirstOrDefault(pair => pair.Key == key).Value ?? "";
        return text.Length == 64 && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            ? bytes
            : throw new ToolException(ExitCodes.Denied, "The node's answer to AUTHCHALLENGE is malformed.", "Is this a control port?");
    }
}
