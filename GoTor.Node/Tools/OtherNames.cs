namespace GoTor.Node.Tools;

/// <summary>Command lines of other programs' tools, said in ours: go-tor's torctl and tor-config-validator, C tor's tor-resolve.</summary>
internal static class OtherNames
{
    public static IReadOnlyList<string> Translate(IReadOnlyList<string> arguments)
    {
        string[] rest = [.. arguments.Skip(1)];
        return arguments is not [{ } first, ..] ? arguments : first switch
        {
            ToolNames.TorCtl => rest is ["-version"] ? [ToolNames.Ctl, "version"] : [ToolNames.Ctl, .. rest.Select(word => word == "-control" ? "--control" : word)],
            ToolNames.TorResolve => [ToolNames.Resolve, .. Resolve(rest)],
            ToolNames.Validator => [ToolNames.Config, .. Validator(rest)],
            _ => arguments,
        };
    }

    /// <summary><c>[-4|-5] [-v] [-x] [-p port] host [sockshost[:port]]</c>.</summary>
    private static List<string> Resolve(string[] words)
    {
        List<string> ours = [];
        string? port = null;
        string? host = null;
        int places = 0;
        for (int i = 0; i < words.Length; i++)
        {
            switch (words[i])
            {
                case "-4" or "-5" or "-v":
                    break;
                case "-p" when i + 1 < words.Length:
                    port = words[++i];
                    break;
                default:
                    if (!words[i].StartsWith('-') && ++places == 2)
                        host = words[i];
                    else
                        ours.Add(words[i]);
                    break;
            }
        }

        if (host is not null && host.Contains(':', StringComparison.Ordinal))
            ours.AddRange(["--socks", host]);
        else if (host is not null || port is not null)
            ours.AddRange(["--socks", $"{host ?? "127.0.0.1"}:{port ?? "9050"}"]);
        return ours;
    }

    /// <summary>One dash, in any order; what to do is a flag.</summary>
    private static List<string> Validator(string[] words)
    {
        List<string> action = ["check"];
        List<string> more = [];
        for (int i = 0; i < words.Length; i++)
        {
            string? Next() => i + 1 < words.Length ? words[++i] : null;
            switch (words[i])
            {
                case "-config":
                    more.AddRange(Next() is { } file ? [file] : []);
                    break;
                case "-generate":
                    action = ["generate"];
                    break;
                case "-schema":
                    action = ["schema"];
                    break;
                case "-list-templates":
                    action = ["template"];
                    break;
                case "-template":
                    action = ["template", .. Next() is { } name ? (string[])[name] : []];
                    break;
                case "-output":
                    more.AddRange(["--output", Next() ?? ""]);
                    break;
                case "-verbose":
                    break;
                default:
                    more.Add(words[i]);
                    break;
            }
        }

        return [.. action, .. more];
    }
}
