namespace GoTor.Client.Circuits;

/// <summary>Circuits for applications, counted.</summary>
/// <param name="Open">They stand, whether or not they take new streams.</param>
/// <param name="Pending">They are being built.</param>
/// <param name="Waiting">Streams and lookups that wait for a circuit.</param>
/// <param name="IsWanted">Applications wait, or asked for something within the last hour. Otherwise having no circuit is as it should be.</param>
/// <param name="AverageAge">Of those that stand.</param>
/// <param name="OldestAge">Of those that stand.</param>
internal sealed record CircuitCounts(int Open, int Pending, int Waiting, bool IsWanted, TimeSpan AverageAge, TimeSpan OldestAge);
