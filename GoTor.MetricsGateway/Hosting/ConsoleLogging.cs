using Microsoft.Extensions.Logging.Console;

namespace GoTor.MetricsGateway.Hosting;

/// <summary>Logs to standard error: one line each, in systemd's format when its journal reads them.</summary>
internal static class ConsoleLogging
{
    public static void AddGatewayConsole(this ILoggingBuilder logging)
    {
        // Standard output has one line, which a parent process reads: see GatewayProgram.
        logging.Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
        if (Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not null)
            logging.AddSystemdConsole();
        else
        {
            logging.AddSimpleConsole(options =>
            {
                options.SingleLine = true;
                options.TimestampFormat = "yyyy-MM-dd HH:mm:ss.fff ";
                options.ColorBehavior = Console.IsErrorRedirected ? LoggerColorBehavior.Disabled : LoggerColorBehavior.Default;
            });
        }
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        logging.AddFilter("Microsoft.Hosting", LogLevel.Warning);
        logging.AddFilter("Grpc", LogLevel.Warning);
    }
}
