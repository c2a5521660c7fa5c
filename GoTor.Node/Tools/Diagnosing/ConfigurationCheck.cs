using GoTor.Node.Configuration;

namespace GoTor.Node.Tools.Diagnosing;

internal static class ConfigurationCheck
{
    private const string Name = "configuration";

    public static IEnumerable<Finding> Run(ConfigurationResult result)
    {
        foreach (ConfigProblem problem in result.Problems)
            yield return Finding.Bad(Name, problem.ToString(), "Correct this line: nothing else is looked at before.");
        foreach (ConfigProblem warning in result.Warnings)
            yield return Finding.Warning(Name, warning.ToString(), "Check whether it is meant so.");
        if (result.Configuration is { } configuration)
            yield return Finding.Good(Name, $"It is valid, for the {configuration.NetworkName} network.");
    }
}
