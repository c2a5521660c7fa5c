namespace GoTor.Node.Configuration;

/// <summary>One torrc option that this node acts on.</summary>
/// <param name="Name">As the manual writes it; matched without regard to case.</param>
/// <param name="IsList">Several lines add up. Otherwise the last one counts, and the others are warned about.</param>
/// <param name="Help">One line for --list-torrc-options' readers.</param>
/// <param name="Apply">Reads the value into the draft, or reports a problem there.</param>
internal sealed record OptionDefinition(string Name, bool IsList, string Help, Action<ConfigurationDraft, ConfigLine> Apply);
