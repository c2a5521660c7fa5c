using System.CommandLine;
using GoTor.Node.Tools.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace GoTor.Node.Tools.Ctl;

/// <summary>Something that is shown again and again.</summary>
internal interface ILive
{
    /// <summary>Asks the node once more.</summary>
    Task UpdateAsync(CancellationToken cancellation);

    /// <param name="height">Lines that there is room for.</param>
    IRenderable Render(int height);

    void WriteJson(System.Text.Json.Utf8JsonWriter writer);
}

/// <summary>How often, and how many times.</summary>
internal sealed class LiveOptions
{
    private readonly Option<double> _interval = new("--interval", "-n") { Description = "Seconds between two looks", HelpName = "SECONDS", DefaultValueFactory = _ => 1 };
    private readonly Option<int?> _count = new("--count") { Description = "End after so many looks", HelpName = "N" };

    public void AddTo(Command command)
    {
        command.Options.Add(_interval);
        command.Options.Add(_count);
    }

    public TimeSpan Interval(ParseResult parsed) => TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(_interval), 0.1, 3600));

    public int Count(ParseResult parsed) => parsed.GetValue(_count) ?? int.MaxValue;
}

/// <summary>Redraws a view in place on a terminal. Elsewhere each look follows the one before, as JSON one line each.</summary>
internal static class LiveView
{
    private const int FileHeight = 200;

    public static async Task RunAsync(CtlOptions options, ParseResult parsed, LiveOptions how, ILive live, CancellationToken cancellation)
    {
        using PeriodicTimer timer = new(how.Interval(parsed), TimeProvider.System);
        int left = how.Count(parsed);
        ToolConsole console = options.Console;
        if (options.Json(parsed) || !console.IsTerminal)
        {
            do
            {
                await live.UpdateAsync(cancellation);
                if (options.Json(parsed))
                    console.WriteJson(live.WriteJson);
                else
                    console.Rich.Write(live.Render(FileHeight));
            }
            while (--left > 0 && await timer.WaitForNextTickAsync(cancellation));
            return;
        }

        await live.UpdateAsync(cancellation);
        await console.Rich.Live(Fitting()).Overflow(VerticalOverflow.Crop).StartAsync(async context =>
        {
            while (--left > 0 && await timer.WaitForNextTickAsync(cancellation))
            {
                await live.UpdateAsync(cancellation);
                context.UpdateTarget(Fitting());
            }
        });

        IRenderable Fitting() => live.Render(Math.Max(5, console.Rich.Profile.Height - 1));
    }
}
