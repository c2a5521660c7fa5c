using System.Diagnostics.CodeAnalysis;

namespace GoTor.Node.Reporting.Sending;

/// <summary>The secret that a gateway knows its nodes by. Prints as [scrubbed] wherever it gets into a text. Immutable.</summary>
internal sealed class BearerToken : IEquatable<BearerToken>
{
    /// <summary>A gateway refuses shorter ones.</summary>
    private const int MinLength = 16;
    private const int MaxLength = 512;

    private readonly string _value;

    private BearerToken(string value) => _value = value;

    /// <summary>As the header "authorization" carries it.</summary>
    public string Header => "Bearer " + _value;

    /// <summary>The secret itself, for the gateway that we start ourselves.</summary>
    public string Reveal() => _value;

    /// <summary>A fresh one.</summary>
    public static BearerToken Random() => new(System.Security.Cryptography.RandomNumberGenerator.GetHexString(64, lowercase: true));

    /// <param name="text">16 to 512 visible ASCII characters; white space around them is dropped.</param>
    /// <param name="error">What is wrong, without the token.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out BearerToken? token, [NotNullWhen(false)] out string? error)
    {
        string value = text.Trim();
        error = value.Length == 0 ? "the token is empty."
            : value.AsSpan().ContainsAnyExceptInRange('!', '~') ? "the token has characters other than visible ASCII ones, or white space inside."
            : value.Length < MinLength ? $"the token is shorter than {MinLength} characters, which no gateway accepts."
            : value.Length > MaxLength ? $"the token is longer than {MaxLength} characters."
            : null;
        token = error is null ? new BearerToken(value) : null;
        return token is not null;
    }

    public bool Equals(BearerToken? other) => other?._value == _value;

    public override bool Equals(object? obj) => Equals(obj as BearerToken);

    public override int GetHashCode() => _value.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => "[scrubbed]";
}
