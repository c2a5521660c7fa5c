using System.Security.Cryptography;
using System.Text;

namespace GoTor.MetricsGateway.Reports;

/// <summary>The secret that lets nodes report and applications write. Prints nothing of itself.</summary>
internal sealed class ReportToken
{
    /// <summary>Characters of a token at least.</summary>
    public const int ShortestToken = 16;

    private const string Scheme = "Bearer ";
    private const int LongestHeader = 1024;
    private readonly byte[] _hash;

    /// <summary>Keeps only a hash of the token.</summary>
    public ReportToken(string token)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(token.Length, ShortestToken);
        _hash = Hash(token);
    }

    /// <summary>Whether an "authorization" header presents the token. Takes the same time wherever the first difference is.</summary>
    public bool IsPresentedBy(string? authorization) =>
        authorization is { Length: <= LongestHeader }
        && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Hash(authorization[Scheme.Length..].Trim()), _hash);

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
