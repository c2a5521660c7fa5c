using System.Security.Cryptography;
using System.Text;

namespace GoTor.MetricsGateway.Reports;

/// <summary>
/// A secret that lets nodes report, applications write or somebody take profiles. One from a file is looked at again while it is used, so
/// that it can be changed without a restart. Prints nothing of itself. Safe for concurrent use.
/// </summary>
internal sealed class ReportToken
{
    /// <summary>Characters of a token at least.</summary>
    public const int ShortestToken = 16;

    private const string Scheme = "Bearer ";
    private const int LongestHeader = 1024;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly Lock _looking = new();
    private readonly string? _file;
    private readonly TimeProvider? _time;
    private readonly ILogger? _logger;
    private byte[] _hash;
    private long _lookedAt;
    private string? _fault;

    /// <summary>Keeps only a hash of the token.</summary>
    public ReportToken(string token)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(token.Length, ShortestToken);
        _hash = Hash(token);
    }

    /// <summary>A token that was read from a file.</summary>
    public ReportToken(string token, string file, TimeProvider time, ILogger logger)
        : this(token) => (_file, _time, _logger, _lookedAt) = (file, time, logger, time.GetTimestamp());

    /// <summary>The token of the settings, with the file that it is from, if any.</summary>
    public static ReportToken Of(IServiceProvider services, string token, string? file) => string.IsNullOrEmpty(file)
        ? new ReportToken(token)
        : new ReportToken(token, file, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<ReportToken>>());

    /// <summary>What is wrong with a token; null when it is one.</summary>
    public static string? Fault(string? token) => token switch
    {
        null or "" => "it is empty",
        { Length: < ShortestToken } => $"it is too short to be safe: it needs {ShortestToken} characters",
        _ when token.AsSpan().ContainsAnyExceptInRange('!', '~') => "it has a space or another character that no header can carry",
        _ => null,
    };

    /// <summary>Whether an "authorization" header presents the token. Takes the same time wherever the first difference is.</summary>
    public bool IsPresentedBy(string? authorization)
    {
        LookAgain();
        return authorization is { Length: <= LongestHeader }
            && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(Hash(authorization[Scheme.Length..].Trim()), Volatile.Read(ref _hash));
    }

    // At most once a second, whoever asks and however often. A file that is gone or being written leaves the token as it was.
    private void LookAgain()
    {
        if (_file is null || _time!.GetElapsedTime(Volatile.Read(ref _lookedAt)) < BetweenLooks)
            return;
        lock (_looking)
        {
            if (_time.GetElapsedTime(_lookedAt) < BetweenLooks)
                return;
            Volatile.Write(ref _lookedAt, _time.GetTimestamp());
            string? fault;
            try
            {
                using StreamReader reader = new(_file);
                string? token = reader.ReadLine()?.Trim();
                fault = Fault(token);
                if (fault is null && Hash(token!) is var hash && !hash.AsSpan().SequenceEqual(_hash))
                {
                    Volatile.Write(ref _hash, hash);
                    ReportsLog.TokenChanged(_logger!, _file);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                fault = error.Message;
            }
            if (fault is not null && fault != _fault)
                ReportsLog.TokenUnusable(_logger!, _file, fault);
            _fault = fault;
        }
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
