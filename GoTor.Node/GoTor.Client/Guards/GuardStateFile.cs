using GoTor.Client.Storage;

namespace GoTor.Client.Guards;

/// <summary>Keeps guards in the data directory's state file, where C tor keeps them.</summary>
internal sealed class GuardStateFile(StateFile state) : IGuardStateStore
{
    private const string Key = "Guard";

    public IReadOnlyList<string> LoadGuardLines() => state.GetLines(Key);

    public void SaveGuardLines(IReadOnlyList<string> lines) => state.SetLines(Key, lines);
}
