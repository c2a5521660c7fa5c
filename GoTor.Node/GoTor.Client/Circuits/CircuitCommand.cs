using GoTor.Client.Streams;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto.Handshakes;

namespace GoTor.Client.Circuits;

/// <summary>How an extension went; with neither, the hop is there.</summary>
/// <param name="End">Why the circuit ended instead.</param>
/// <param name="Refused">Why it could not be asked of the circuit, which is as good as before.</param>
internal readonly record struct ExtendAnswer(CircuitEnd? End, string? Refused);

/// <summary>What others ask of a circuit's reactor. Rare, so allocated freely. Each is answered exactly once.</summary>
internal abstract class CircuitCommand
{
    /// <summary>The circuit is over before the command was done.</summary>
    public abstract void Fail(CircuitEnd end);

    /// <summary>Become longer by one hop.</summary>
    public sealed class Extend(HopTarget target, ClientHandshake handshake) : CircuitCommand
    {
        private readonly TaskCompletionSource<ExtendAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public HopTarget Target => target;

        public ClientHandshake Handshake => handshake;

        /// <summary>Never fails.</summary>
        public Task<ExtendAnswer> Answer => _answer.Task;

        public void Done()
        {
            handshake.Dispose();
            _answer.TrySetResult(default);
        }

        public override void Fail(CircuitEnd end)
        {
            handshake.Dispose();
            _answer.TrySetResult(new ExtendAnswer(end, null));
        }

        /// <summary>It cannot be asked of this circuit now; the circuit is as good as before.</summary>
        public void Refuse(string why)
        {
            handshake.Dispose();
            _answer.TrySetResult(new ExtendAnswer(null, why));
        }
    }

    /// <summary>Open a stream at the last hop.</summary>
    /// <param name="begin">An encoded BEGIN; null for BEGIN_DIR, to the relay's own directory.</param>
    public sealed class Open(byte[]? begin, CircuitStream stream) : CircuitCommand
    {
        public byte[]? Begin => begin;

        public CircuitStream Stream => stream;

        public override void Fail(CircuitEnd end) => stream.OnEnded(CircuitErrors.For(end), new StreamFailedException(EndReason.Destroy, circuitEnded: true));
    }

    /// <summary>Ask the last hop's resolver.</summary>
    /// <param name="resolve">An encoded RESOLVE.</param>
    public sealed class Lookup(byte[] resolve) : CircuitCommand
    {
        public byte[] Resolve => resolve;

        public TaskCompletionSource<ResolvedMessage> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Fail(CircuitEnd end) => Answer.FailQuietly(new StreamFailedException(EndReason.Destroy, circuitEnded: true));
    }

    /// <summary>Nobody waits for a lookup any more.</summary>
    public sealed class ForgetLookup(Lookup forgotten) : CircuitCommand
    {
        public Lookup Forgotten => forgotten;

        public override void Fail(CircuitEnd end)
        {
        }
    }

    /// <summary>End the circuit.</summary>
    public sealed class Close(CircuitEnd end) : CircuitCommand
    {
        public CircuitEnd End => end;

        public override void Fail(CircuitEnd end)
        {
        }
    }
}
