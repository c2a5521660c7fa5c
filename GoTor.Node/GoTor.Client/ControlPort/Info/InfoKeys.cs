using GoTor.Protocol.ControlPort;

namespace GoTor.Client.ControlPort.Info;

/// <summary>What GETINFO says for one key.</summary>
/// <param name="Text">Null when there is nothing of that name.</param>
/// <param name="Problem">Why not.</param>
/// <param name="EndsReply">The problem is the whole answer to the command (551), whatever else was asked. Otherwise it is one line of it (552).</param>
internal readonly record struct InfoAnswer(string? Text, string? Problem = null, bool EndsReply = false)
{
    public static InfoAnswer Unknown => default;

    public static implicit operator InfoAnswer(string text) => new(text);

    public static InfoAnswer Refuse(string problem) => new(null, problem);

    public static InfoAnswer Fail(string problem) => new(null, problem, EndsReply: true);
}

/// <summary>Answers one key, which it is given whole.</summary>
internal delegate InfoAnswer InfoSource(ControlSession session, string key);

/// <summary>The keys of GETINFO. Filled before the first controller connects, and not changed afterwards. Keys are case-sensitive, as in C tor.</summary>
internal sealed class InfoKeys
{
    /// <summary>Characters of one answer: a line of keys could ask for the whole consensus 150,000 times.</summary>
    public const int MaxAnswerLength = 64 << 20;

    private readonly Dictionary<string, InfoSource> _exact = new(StringComparer.Ordinal);
    private readonly List<(string Prefix, InfoSource Source)> _prefixes = [];
    private readonly List<string> _names = [];

    public InfoKeys(ControlCommands commands)
    {
        commands.Add("GETINFO", new ControlSyntax(), (session, arguments) => Answer(session, arguments.Words));
        Add("info/names", "List of GETINFO options, types, and documentation.", () => string.Concat(_names.Order(StringComparer.Ordinal).Select(name => name + "\n")));
    }

    /// <param name="help">Null for keys that GETINFO info/names keeps to itself.</param>
    public void Add(string key, string? help, InfoSource source)
    {
        _exact.Add(key, source);
        Document(key, help);
    }

    public void Add(string key, string? help, Func<string> source) => Add(key, help, (_, _) => source());

    /// <summary>Everything that starts so.</summary>
    public void AddPrefix(string prefix, string? help, InfoSource source)
    {
        _prefixes.Add((prefix, source));
        Document(prefix + "*", help);
    }

    public void Document(string key, string? help)
    {
        if (help is not null)
            _names.Add($"{key} -- {help}");
    }

    /// <summary>What GETINFO would say, or null.</summary>
    public InfoAnswer Ask(ControlSession session, string key)
    {
        if (_exact.TryGetValue(key, out InfoSource? exact))
            return exact(session, key);
        foreach ((string prefix, InfoSource source) in _prefixes)
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal))
                return source(session, key);
        }

        return InfoAnswer.Unknown;
    }

    internal ControlReply Answer(ControlSession session, IReadOnlyList<string> keys)
    {
        ControlReply answers = new();
        ControlReply problems = new();
        long length = 0;
        foreach (string key in keys)
        {
            if (session.IsAborted)
                throw new OperationCanceledException();
            InfoAnswer answer = Ask(session, key);
            if (answer.EndsReply)
                return ControlReply.Of(551, answer.Problem!);
            length += key.Length + (answer.Text ?? answer.Problem ?? key).Length;
            if (length > MaxAnswerLength)
                return ControlReply.Of(551, "The answer would be too long. Ask for less at once.");
            if (answer.Text is { } text)
                answers.Value(250, key, text);
            else
                problems.Line(552, answer.Problem ?? $"Unrecognized key \"{key}\"");
        }

        return problems.IsEmpty ? answers.Line(250, "OK") : problems;
    }
}
