using Grpc.Core;
using GoTor.MetricsContract;
using GoTor.MetricsContract.Profiling;
using GoTor.MetricsGateway.Reports;

namespace GoTor.MetricsGateway.Profiling;

/// <summary>
/// Asks a node for a profile in the answer to its next report, and takes it when it comes. One at a time. Safe for concurrent use.
/// </summary>
internal sealed class NodeProfiles(ProfilingOptions options, TimeProvider time) : IProfileExchange
{
    /// <summary>For the way there, the way back, and a busy node.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private Pending? _pending;

    /// <summary>Writes a node's profile into a stream.</summary>
    /// <exception cref="ProfileFailedException">The node has none, or what it sends is too large.</exception>
    /// <exception cref="TimeoutException">The node does not answer.</exception>
    public async Task FetchAsync(ProfileQuery query, Stream into, CancellationToken cancellation)
    {
        Pending pending = new(query, into);
        lock (_lock)
            _pending = pending;
        try
        {
            await pending.Done.Task.WaitAsync(query.Duration + Grace, time, cancellation);
        }
        finally
        {
            lock (_lock)
                _pending = null;
            // Nothing is written into the caller's stream after this.
            pending.Close();
        }
    }

    /// <inheritdoc/>
    public ProfileRequest? NextFor(string nodeId)
    {
        lock (_lock)
        {
            if (_pending is not { WasAskedFor: false } pending || pending.Query.Node != nodeId)
                return null;
            pending.WasAskedFor = true;
            return new ProfileRequest { Id = pending.Id, Kind = pending.Query.Kind, DurationS = (uint)pending.Query.Duration.TotalSeconds };
        }
    }

    /// <inheritdoc/>
    public async Task<ProfileReceipt> ReceiveAsync(IAsyncStreamReader<ProfileChunk> chunks, CancellationToken cancellation)
    {
        // Nobody may keep an upload open that nobody waits for.
        lock (_lock)
        {
            if (_pending is not { WasAskedFor: true, IsClaimed: false })
                throw NotAskedFor();
        }
        Pending? pending = null;
        ulong bytes = 0;
        try
        {
            while (await chunks.MoveNext(cancellation))
            {
                ProfileChunk chunk = chunks.Current;
                pending ??= Claim(chunk);
                if (chunk.Failure.Length > 0)
                {
                    pending.Fail($"the node says: {ReportText.Clean(chunk.Failure, 200)}");
                    return new ProfileReceipt { Bytes = bytes };
                }
                bytes += (ulong)chunk.Data.Length;
                if (bytes > (ulong)options.MaxBytes)
                    throw Refused(pending, $"it is larger than {options.MaxBytes} bytes: ask for fewer seconds");
                pending.Write(chunk.Data.Span);
            }
            if (pending is null)
                throw new RpcException(new Status(StatusCode.InvalidArgument, "an upload without a profile"));
            if (bytes == 0)
                throw Refused(pending, "the node sent an empty profile");
            pending.Done.TrySetResult();
            return new ProfileReceipt { Bytes = bytes };
        }
        finally
        {
            pending?.Fail("the upload broke off"); // Unless it has ended well, or with another failure.
        }
    }

    private static RpcException Refused(Pending pending, string why)
    {
        pending.Fail(why);
        return new RpcException(new Status(StatusCode.InvalidArgument, why));
    }

    private Pending Claim(ProfileChunk first)
    {
        lock (_lock)
        {
            if (_pending is { WasAskedFor: true, IsClaimed: false } pending && pending.Id == first.ProfileId && pending.Query.Node == first.NodeId)
            {
                pending.IsClaimed = true;
                return pending;
            }
        }
        throw NotAskedFor();
    }

    private static RpcException NotAskedFor() =>
        new(new Status(StatusCode.InvalidArgument, "this gateway did not ask for that profile, or asks no more"));

    private sealed class Pending(ProfileQuery query, Stream into)
    {
        private readonly Lock _writing = new();
        private bool _isClosed;

        public string Id { get; } = Guid.NewGuid().ToString("N");

        public ProfileQuery Query => query;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool WasAskedFor { get; set; }

        public bool IsClaimed { get; set; }

        public void Fail(string why) => Done.TrySetException(new ProfileFailedException(why));

        public void Write(ReadOnlySpan<byte> bytes)
        {
            lock (_writing)
            {
                if (_isClosed)
                    throw new RpcException(new Status(StatusCode.InvalidArgument, "nobody waits for this profile any more"));
                into.Write(bytes);
            }
        }

        public void Close()
        {
            lock (_writing)
                _isClosed = true;
            _ = Done.Task.Exception; // It was said to whoever waited.
        }
    }
}
