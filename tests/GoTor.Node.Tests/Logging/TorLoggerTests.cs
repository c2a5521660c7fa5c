using GoTor.Node.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Node.Tests.Logging;

public sealed class TorLoggerTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 11, 2, 55, 7, TimeSpan.Zero));

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Line_LooksLikeCTors()
    {
        Assert.Equal("Nov 24 11:02:55.007 [notice] Bootstrapped 100% (done): Done", Assert.Single(Written("notice", logger =>
        {
            logger.LogInformation("Bootstrapped 100% (done): Done");
            logger.LogDebug("not at this severity");
        })));
    }

    [Fact]
    public void Range_BothEndsCount() =>
        Assert.Equal(2, Written("info-notice", logger =>
        {
            logger.LogTrace("debug");
            logger.LogDebug("info");
            logger.LogInformation("notice");
            logger.LogWarning("warn");
            logger.LogError("err");
        }).Length);

    [Fact]
    public void LineBreaks_DoNotMakeASecondMessage() =>
        Assert.Single(Written("notice", logger => logger.LogWarning("one\nNov 24 11:02:55.007 [notice] forged")));

    [SkippableFact]
    public void LogFile_IsPrivate()
    {
        Skip.If(OperatingSystem.IsWindows(), "File modes are Unix's.");
        string fresh = _file + ".log";
        Assert.True(LogRule.TryParse($"notice file {fresh}", out LogRule? rule, out _));
        using (TorLoggerProvider provider = new([rule], _time))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(fresh));
        File.Delete(fresh);
    }

    private string[] Written(string severities, Action<ILogger> write)
    {
        Assert.True(LogRule.TryParse($"{severities} file {_file}", out LogRule? rule, out _));
        using (TorLoggerProvider provider = new([rule], _time))
        {
            using ILoggerFactory factory = LoggerFactory.Create(builder => builder.AddProvider(provider).SetMinimumLevel(LogLevel.Trace));
            write(factory.CreateLogger("test"));
        }

        return File.ReadAllLines(_file);
    }
}
