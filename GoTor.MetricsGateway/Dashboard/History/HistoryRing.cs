using System.Collections.Immutable;

namespace GoTor.MetricsGateway.Dashboard.History;

/// <summary>The latest 15 minutes in steps of 5 seconds: about 20 KB, however long a node lives. Not thread-safe.</summary>
internal sealed class HistoryRing
{
    /// <summary>Steps that are kept.</summary>
    public const int Capacity = 180;

    /// <summary>Between two steps.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    private HistoryPoint[] _points = new HistoryPoint[12];
    private int _start;
    private int _count;

    public HistoryPoint? Latest => _count == 0 ? null : _points[(_start + _count - 1) % _points.Length];

    public void Add(in HistoryPoint point)
    {
        if (_count == Capacity)
        {
            _points[_start] = point;
            _start = (_start + 1) % Capacity;
            return;
        }

        if (_count == _points.Length)
        {
            // Most nodes of a fleet come and stay; one that only passes by takes little.
            Array.Resize(ref _points, Math.Min(Capacity, _points.Length * 4));
        }

        _points[_count++] = point;
    }

    /// <summary>Oldest first.</summary>
    public ImmutableArray<HistoryPoint> ToImmutable()
    {
        var points = ImmutableArray.CreateBuilder<HistoryPoint>(_count);
        for (int i = 0; i < _count; i++)
        {
            points.Add(_points[(_start + i) % _points.Length]);
        }

        return points.MoveToImmutable();
    }
}
