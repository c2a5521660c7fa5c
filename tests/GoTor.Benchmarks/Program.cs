using BenchmarkDotNet.Running;
using GoTor.Benchmarks;

switch (args)
{
    case ["network", .. string[] options]:
        return await NetworkCommand.RunAsync(options);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(NetworkCommand).Assembly).Run(args);
        return 0;
}
