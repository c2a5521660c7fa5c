using System.Globalization;
using GoTor.Node.Tools.Controllers;
using GoTor.Node.Tools.Output;

namespace GoTor.Node.Tools.Ctl;

/// <summary>How a node is. A key that it does not know leaves a gap, not an error: nodes differ.</summary>
internal static class StatusView
{
    public static async Task<RecordTable> ReadAsync(ControlConnection connection, CancellationToken cancellation)
    {
        Task<string?> Ask(string key) => connection.InfoAsync(key, cancellation);

        string? phase = await Ask("status/bootstrap-phase");
        StatusLine? bootstrap = phase is null ? null : StatusLine.Read(phase, 2);
        RecordTable table = new(
            "",
            new Column("version", "Version"), new Column("bootstrap", "Bootstrap"), new Column("phase", "Phase"), new Column("circuit_established", "Circuit established"),
            new Column("network_live", "Network"), new Column("dormant", "Dormant"), new Column("uptime_seconds", "Uptime (s)"), new Column("process", "Process"),
            new Column("bytes_read", "Bytes read"), new Column("bytes_written", "Bytes written"), new Column("socks", "SOCKS ports"), new Column("control", "Control ports"))
        {
            IsSingle = true,
        };
        table.Add(
            await Ask("version"), Number(bootstrap?["PROGRESS"]), bootstrap?["SUMMARY"], Truth(await Ask("status/circuit-established")),
            await Ask("network-liveness"), Truth(await Ask("dormant")), Number(await Ask("uptime")), Number(await Ask("process/pid")),
            Number(await Ask("traffic/read")), Number(await Ask("traffic/written")), Listeners(await Ask("net/listeners/socks")), Listeners(await Ask("net/listeners/control")));
        return table;
    }

    public static object? Number(string? text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static object? Truth(string? text) => text switch
    {
        "1" => true,
        "0" => false,
        _ => null,
    };

    private static string[]? Listeners(string? text) => text?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Trim('"')).ToArray();
}
