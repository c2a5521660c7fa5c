using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Reports;

namespace GoTor.MetricsGateway.Custom;

/// <summary>What an application may register and send. Pure.</summary>
internal static class CustomRules
{
    /// <summary>Of every Prometheus name, so that it can never stand for a node's or the gateway's own.</summary>
    public const string Prefix = "gotor_custom_";

    private const int LongestName = 96;
    private const int LongestHelp = 256;

    // "node" is the gateway's, the others are Prometheus'.
    private static readonly string[] ReservedLabels = ["node", "le", "quantile", "job", "instance"];

    /// <exception cref="CustomRefusedException">It breaks a rule.</exception>
    public static CustomDefinition Read(MetricsContract.RegisterRequest request, CustomQuotas quotas)
    {
        if (request.Name.Length > LongestName || !ReportText.IsInstrumentName(request.Name))
            throw Invalid($"{ReportText.Quote(request.Name)} cannot be a metric's name: words of a-z 0-9 _ with dots between them, {LongestName} characters at most");
        MetricKind kind = request.Type switch
        {
            MetricsContract.MetricType.Counter => MetricKind.Counter,
            MetricsContract.MetricType.Gauge => MetricKind.Gauge,
            MetricsContract.MetricType.Histogram => MetricKind.Histogram,
            _ => throw Invalid("a type is needed: counter, gauge or histogram"),
        };
        if (request.Unit.Length > ReportText.LongestName || !ReportText.IsPlain(request.Unit, ReportText.LongestName) || !PrometheusName.KnowsUnit(request.Unit))
            throw Invalid($"unit {ReportText.Quote(request.Unit)} is none of s, By, 1 and {{thing}}");
        string name = PrometheusName.Of(Prefix + request.Name, request.Unit, kind);
        if (PrometheusName.ReservedEnding(name, kind) is { } ending)
            throw Invalid($"the name would end in '{ending}', which Prometheus keeps for itself");
        CheckBounds(request, kind, quotas);
        return new CustomDefinition(request.Name, name, kind, request.Unit, ReportText.Clean(request.Help, LongestHelp), [.. request.Bounds]);
    }

    /// <exception cref="CustomRefusedException">A label breaks a rule.</exception>
    public static LabelSet Labels(MetricsContract.Update update, CustomQuotas quotas)
    {
        if (update.Labels.Count > quotas.Labels)
            throw Invalid($"'{update.Name}': {update.Labels.Count} labels, at most {quotas.Labels} are taken");
        foreach (MetricsContract.Label label in update.Labels)
        {
            if (!ReportText.IsLabelName(label.Name) || Array.IndexOf(ReservedLabels, label.Name) >= 0)
                throw Invalid($"'{update.Name}': {ReportText.Quote(label.Name)} cannot be a label's name");
            if (label.Value.Length == 0 || !ReportText.IsPlain(label.Value, quotas.LabelValueLength))
                throw Invalid($"'{update.Name}': the value of label '{label.Name}' must have 1 to {quotas.LabelValueLength} characters, none of them a control character");
        }
        LabelSet labels = new([.. update.Labels.Select(label => KeyValuePair.Create(label.Name, label.Value)).OrderBy(label => label.Key, StringComparer.Ordinal)]);
        for (int i = 1; i < labels.Labels.Length; i++)
        {
            if (labels.Labels[i].Key == labels.Labels[i - 1].Key)
                throw Invalid($"'{update.Name}': label '{labels.Labels[i].Key}' comes twice");
        }
        return labels;
    }

    /// <summary>The number that an update carries.</summary>
    /// <exception cref="CustomRefusedException">The type does not allow it.</exception>
    public static double Amount(MetricsContract.Update update, CustomDefinition definition)
    {
        (bool fits, string needed, double amount) = (definition.Kind, update.ChangeCase) switch
        {
            (MetricKind.Counter, MetricsContract.Update.ChangeOneofCase.Add) => (true, "", update.Add),
            (MetricKind.Gauge, MetricsContract.Update.ChangeOneofCase.Set) => (true, "", update.Set),
            (MetricKind.Histogram, MetricsContract.Update.ChangeOneofCase.Observe) => (true, "", update.Observe),
            (MetricKind.Counter, _) => (false, "'add'", 0),
            (MetricKind.Gauge, _) => (false, "'set'", 0),
            _ => (false, "'observe'", 0.0),
        };
        if (!fits)
            throw Invalid($"'{definition.Name}' needs {needed}");
        if (!double.IsFinite(amount))
            throw Invalid($"'{definition.Name}': the value is not a number");
        if (definition.Kind == MetricKind.Counter && amount < 0)
            throw Invalid($"'{definition.Name}' is a counter and cannot fall");
        return amount;
    }

    public static CustomRefusedException Invalid(string message) => new(CustomRefusal.Invalid, message);

    private static void CheckBounds(MetricsContract.RegisterRequest request, MetricKind kind, CustomQuotas quotas)
    {
        if (kind != MetricKind.Histogram)
        {
            if (request.Bounds.Count > 0)
                throw Invalid("only a histogram has bounds");
            return;
        }
        if (request.Bounds.Count == 0 || request.Bounds.Count > quotas.Buckets)
            throw Invalid($"a histogram needs 1 to {quotas.Buckets} bounds, not {request.Bounds.Count}");
        for (int i = 0; i < request.Bounds.Count; i++)
        {
            if (!double.IsFinite(request.Bounds[i]) || (i > 0 && request.Bounds[i] <= request.Bounds[i - 1]))
                throw Invalid("bounds must be numbers that ascend; the last bucket, up to infinity, comes by itself");
        }
    }
}
