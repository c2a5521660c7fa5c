using System.Globalization;
using System.Text;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Paths.Guards;

/// <summary>
/// One guard as C tor's state file writes it (after the keyword <c>Guard</c>): <c>key=value</c> fields separated by blanks, in any order,
/// unknown ones preserved. What is wrong with one field costs that field; a line without sample or identity is no guard.
/// </summary>
internal static class GuardLine
{
    private const string DateFormat = "yyyy-MM-dd'T'HH:mm:ss";
    private const int MaxIndex = int.MaxValue / 2;
    private const double MaxCount = 1e9;
    private static readonly string[] Known =
    [
        "in", "rsa_id", "nickname", "sampled_on", "sampled_idx", "sampled_by", "unlisted_since", "listed", "confirmed_on", "confirmed_idx",
        "pb_use_attempts", "pb_use_successes", "pb_circ_attempts", "pb_circ_successes", "pb_successful_circuits_closed",
    ];

    public static string Format(Guard guard, string sample, int sampledIndex)
    {
        StringBuilder line = new(256);
        line.Append(CultureInfo.InvariantCulture, $"in={sample} rsa_id={guard.RsaIdentity}");
        if (IsNickname(guard.Nickname))
            line.Append(CultureInfo.InvariantCulture, $" nickname={guard.Nickname}");
        line.Append(CultureInfo.InvariantCulture, $" sampled_on={Date(guard.SampledOn)} sampled_idx={sampledIndex}");
        if (guard.SampledBy.Length > 0)
            line.Append(CultureInfo.InvariantCulture, $" sampled_by={guard.SampledBy}");
        if (guard.UnlistedSince is { } unlistedSince)
            line.Append(CultureInfo.InvariantCulture, $" unlisted_since={Date(unlistedSince)}");
        line.Append(CultureInfo.InvariantCulture, $" listed={(guard.IsListed ? 1 : 0)}");
        if (guard.ConfirmedIndex is { } confirmedIndex)
            line.Append(CultureInfo.InvariantCulture, $" confirmed_on={Date(guard.ConfirmedOn ?? guard.SampledOn)} confirmed_idx={confirmedIndex}");
        AppendCount(line, "pb_use_attempts", guard.Bias.UseAttempts);
        AppendCount(line, "pb_use_successes", guard.Bias.UseSuccesses);
        AppendCount(line, "pb_circ_attempts", guard.Bias.CircuitAttempts);
        AppendCount(line, "pb_circ_successes", guard.Bias.CircuitSuccesses);
        // What C tor judges by. It tells circuits that stood from those that closed well; to us they are the same.
        AppendCount(line, "pb_successful_circuits_closed", guard.Bias.CircuitSuccesses);
        foreach (string field in guard.OtherFields)
            line.Append(' ').Append(field);
        return line.ToString();
    }

    /// <param name="missingIndex">The sampling order given to a guard whose own is missing or wrong: behind all others.</param>
    /// <returns>False when the line names no sample or no identity.</returns>
    public static bool TryParse(string line, DateTimeOffset now, int missingIndex, out string sample, out Guard? guard)
    {
        Dictionary<string, string> fields = [];
        List<string> others = [];
        foreach (string field in line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int equals = field.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !Known.Contains(field[..equals]) || !fields.TryAdd(field[..equals], field[(equals + 1)..]))
                others.Add(field);
        }

        guard = null;
        sample = fields.GetValueOrDefault("in", "");
        if (sample.Length == 0
            || !fields.TryGetValue("rsa_id", out string? id) || id.StartsWith('$') || !RsaIdentity.TryParseHex(id, out RsaIdentity identity))
            return false;
        int? confirmedIndex = Index(fields, "confirmed_idx");
        DateTimeOffset sampledOn = Date(fields, "sampled_on", now) ?? now;
        bool listed = fields.TryGetValue("listed", out string? value) && value != "0";
        guard = new Guard
        {
            RsaIdentity = identity,
            Nickname = fields.TryGetValue("nickname", out string? nickname) && IsNickname(nickname) ? nickname : "",
            SampledOn = sampledOn,
            SampledIndex = Index(fields, "sampled_idx") ?? (fields.ContainsKey("sampled_idx") ? missingIndex : confirmedIndex ?? missingIndex),
            SampledBy = fields.GetValueOrDefault("sampled_by", ""),
            IsListed = listed,
            UnlistedSince = listed ? null : Date(fields, "unlisted_since", now),
            ConfirmedIndex = confirmedIndex,
            ConfirmedOn = confirmedIndex is null ? null : Date(fields, "confirmed_on", now) ?? sampledOn,
            Bias = new PathBias
            {
                UseAttempts = Count(fields, "pb_use_attempts"),
                UseSuccesses = Math.Min(Count(fields, "pb_use_successes"), Count(fields, "pb_use_attempts")),
                CircuitAttempts = Count(fields, "pb_circ_attempts"),
                CircuitSuccesses = Math.Min(Count(fields, "pb_circ_successes"), Count(fields, "pb_circ_attempts")),
            },
            OtherFields = others,
        };
        return true;
    }

    private static string Date(DateTimeOffset date) => date.UtcDateTime.ToString(DateFormat, CultureInfo.InvariantCulture);

    // A date in the future would keep a guard for longer than anyone meant.
    private static DateTimeOffset? Date(Dictionary<string, string> fields, string name, DateTimeOffset now) =>
        fields.TryGetValue(name, out string? text)
        && DateTimeOffset.TryParseExact(text, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date)
            ? date < now ? date : now
            : null;

    private static int? Index(Dictionary<string, string> fields, string name) =>
        fields.TryGetValue(name, out string? text)
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index <= MaxIndex
            ? index
            : null;

    private static void AppendCount(StringBuilder line, string name, double count)
    {
        // As C tor: what rounds to nothing is not written.
        if (count >= 0.5)
            line.Append(CultureInfo.InvariantCulture, $" {name}={count:F6}");
    }

    private static double Count(Dictionary<string, string> fields, string name) =>
        fields.TryGetValue(name, out string? text)
        && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count) && count <= MaxCount
            ? count
            : 0;

    private static bool IsNickname(string text) => text.Length is > 0 and <= 19 && text.All(char.IsAsciiLetterOrDigit);
}
