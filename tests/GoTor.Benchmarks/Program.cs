using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using GoTor.Benchmarks;
using GoTor.Benchmarks.SideBySide;

switch (args)
{
    case ["network", .. string[] options]:
        return await NetworkCommand.RunAsync(options);
    case ["side-by-side", .. string[] options]:
        return await SideBySideCommand.RunAsync(options);
    default:
        // In this process: a project that BenchmarkDotNet generates would not see our internals.
        BenchmarkSwitcher.FromAssembly(typeof(NetworkCommand).Assembly)
            .Run(args, DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(new InProcessEmitToolchain(new()))));
        return 0;
}
