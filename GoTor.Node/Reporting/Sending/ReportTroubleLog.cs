using Microsoft.Extensions.Logging;

namespace GoTor.Node.Reporting.Sending;

/// <summary>Says in the log when reporting begins to fail, when it fails for another reason and when it works again, and nothing in between. Owned by the reporter's loop.</summary>
internal sealed class ReportTroubleLog(ILogger logger, string gateway)
{
    /// <summary>So many kinds of refusals are told; a gateway that invents more is not listened to.</summary>
    private const int MaxRefusals = 32;

    private readonly HashSet<string> _refusals = [];
    private ReportResult? _last;
    private string? _lastInstrumentFailure;

    public void Note(ReportOutcome outcome)
    {
        if (outcome.Result != _last)
            Tell(outcome);
        _last = outcome.Result;
        foreach (string refusal in outcome.Answer?.Refusals ?? [])
        {
            string text = SafeText.Of(refusal, 200);
            if (_refusals.Count < MaxRefusals && _refusals.Add(text))
                ReportingLog.LeftOut(logger, text);
        }
    }

    public void InstrumentFailed(Exception error)
    {
        if (_lastInstrumentFailure != error.GetType().Name)
            ReportingLog.InstrumentFailed(logger, error);
        _lastInstrumentFailure = error.GetType().Name;
    }

    public void Crashed(Exception error) => ReportingLog.Crashed(logger, error);

    private void Tell(ReportOutcome outcome)
    {
        switch (outcome.Result)
        {
            case ReportResult.Accepted:
                ReportingLog.Connected(logger, gateway);
                break;
            case ReportResult.Unreachable or ReportResult.TimedOut:
                ReportingLog.Unreachable(logger, gateway, outcome.Result == ReportResult.TimedOut ? "it does not answer in time" : outcome.Reason);
                break;
            case ReportResult.Unauthorized:
                ReportingLog.Unauthorized(logger, gateway);
                break;
            case ReportResult.Replaced:
                ReportingLog.Replaced(logger, gateway);
                break;
            default:
                ReportingLog.Refused(logger, gateway, outcome.Reason);
                break;
        }
    }
}
