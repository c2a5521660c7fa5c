namespace GoTor.MetricsGateway.Dashboard.History;

/// <summary>One step of a history. NaN: nothing known, the chart's line breaks there.</summary>
/// <param name="At">By the gateway's clock.</param>
/// <param name="Received">Application bytes per second, towards the applications.</param>
/// <param name="Sent">Application bytes per second, from them.</param>
/// <param name="Circuits">Open circuits.</param>
/// <param name="CircuitsBuilt">In the past minute.</param>
/// <param name="CircuitsFailed">In the past minute.</param>
/// <param name="BuildAverage">Seconds, of the circuits built in the past minute.</param>
/// <param name="BuildP95">Seconds, of the circuits built in the past minute.</param>
/// <param name="Streams">Open streams.</param>
/// <param name="StreamsCreated">In the past minute.</param>
/// <param name="StreamsFailed">In the past minute.</param>
/// <param name="Processor">Processor seconds per second.</param>
/// <param name="Memory">Resident bytes.</param>
internal readonly record struct HistoryPoint(
    DateTimeOffset At,
    double Received,
    double Sent,
    double Circuits,
    double CircuitsBuilt,
    double CircuitsFailed,
    double BuildAverage,
    double BuildP95,
    double Streams,
    double StreamsCreated,
    double StreamsFailed,
    double Processor,
    double Memory)
{
    /// <summary>A moment of which nothing is known.</summary>
    public static HistoryPoint Gap(DateTimeOffset at)
    {
        const double None = double.NaN;
        return new HistoryPoint(at, None, None, None, None, None, None, None, None, None, None, None, None);
    }

    /// <summary>The fleet's: what is known of either is added up. Build times do not add up; the caller sets them.</summary>
    public HistoryPoint Plus(in HistoryPoint other) => this with
    {
        Received = Add(Received, other.Received),
        Sent = Add(Sent, other.Sent),
        Circuits = Add(Circuits, other.Circuits),
        CircuitsBuilt = Add(CircuitsBuilt, other.CircuitsBuilt),
        CircuitsFailed = Add(CircuitsFailed, other.CircuitsFailed),
        Streams = Add(Streams, other.Streams),
        StreamsCreated = Add(StreamsCreated, other.StreamsCreated),
        StreamsFailed = Add(StreamsFailed, other.StreamsFailed),
        Processor = Add(Processor, other.Processor),
        Memory = Add(Memory, other.Memory),
    };

    private static double Add(double left, double right) => double.IsNaN(left) ? right : double.IsNaN(right) ? left : left + right;
}
