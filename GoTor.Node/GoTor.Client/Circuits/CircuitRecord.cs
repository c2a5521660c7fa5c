using System.Diagnostics.CodeAnalysis;
using GoTor.Client.Streams;
using GoTor.Protocol.Circuits;

namespace GoTor.Client.Circuits;

/// <summary>What a circuit is for, in the control protocol's words.</summary>
internal enum CircuitPurpose
{
    General,
    Controller,

    /// <summary>It took too long, and is finished only to learn how long.</summary>
    MeasureTimeout,
}

/// <summary>How far a circuit is.</summary>
internal enum CircuitProgress
{
    Launched,
    Extended,
    GuardWait,
    Built,
    Failed,
    Closed,
}

/// <summary>
/// One circuit as it is shown to observers: one small object per circuit, written by whoever builds it, read by anyone. Its fields are
/// single words or swapped whole, so a reader sees a moment or its neighbour.
/// </summary>
/// <param name="flags">In BUILD_FLAGS' words.</param>
[SuppressMessage("Reliability", "CA1001", Justification = "A source of cancellation without a timer or a wait handle holds nothing.")]
internal sealed class CircuitRecord(string flags, CircuitPurpose purpose)
{
    private readonly CancellationTokenSource _abort = new();
    private volatile IsolationKey? _isolation;

    /// <summary>The circuit's number; zero until it is reserved.</summary>
    public long Number { get; private set; }

    public DateTimeOffset Created { get; private set; }

    public string Flags => flags;

    /// <summary>The hops that it shall have.</summary>
    public IReadOnlyList<HopTarget> Path { get; set; } = [];

    /// <summary>How many of them stand.</summary>
    public int HopsBuilt { get; set; }

    public CircuitProgress Progress { get; set; }

    public CircuitPurpose Purpose { get; set; } = purpose;

    /// <summary>Before it changed last.</summary>
    public CircuitPurpose OldPurpose { get; set; }

    /// <summary>Whoever gave the record says when the circuit may be used, and so when it counts as built.</summary>
    public bool IsJudgedByOwner { get; init; }

    /// <summary>Set once the first hop is being made.</summary>
    public Circuit? Circuit { get; set; }

    /// <summary>Whose streams may use it; null while it is anybody's.</summary>
    public IsolationKey? Isolation
    {
        get => _isolation;
        set => _isolation = value;
    }

    /// <summary>Why it ended.</summary>
    public CircuitEnd? End { get; set; }

    /// <summary>What an observer had seen of its traffic when it looked last: for that observer only.</summary>
    public CircuitTotals Reported { get; set; }

    /// <summary>A controller closed it.</summary>
    public bool IsCloseRequested { get; private set; }

    /// <summary>Cancelled when a controller closes it while it is being built.</summary>
    public CancellationToken Aborted => _abort.Token;

    public bool IsOver => Progress is CircuitProgress.Failed or CircuitProgress.Closed;

    /// <summary>Called once, by the registry.</summary>
    public void Begin(long number, DateTimeOffset now) => (Number, Created) = (number, now);

    public void Lengthen(HopTarget hop)
    {
        Path = [.. Path, hop];
        HopsBuilt = Path.Count;
    }

    /// <summary>Ends the circuit at the wish of a controller, whatever it does.</summary>
    public async Task CloseAsync()
    {
        IsCloseRequested = true;
        await _abort.CancelAsync();
        if (Circuit is { } circuit)
            await circuit.DisposeAsync();
    }
}
