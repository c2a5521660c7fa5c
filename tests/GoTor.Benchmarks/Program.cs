using BenchmarkDotNet.Running;
using GoTor.Benchmarks;
using GoTor.Benchmarks.Gateway;
using GoTor.Benchmarks.SandboxBars;
using GoTor.Benchmarks.SideBySide;

switch (args)
{
    case ["network", .. string[] options]:
        return await NetworkCommand.RunAsync(options);
    case ["side-by-side", .. string[] options]:
        return await SideBySideCommand.RunAsync(options);
    case ["sandbox", .. string[] options]:
        return await SandboxCommand.RunAsync(options);
    case [SandboxProcess.Verb, .. string[] options]:
        return await SandboxProcess.ServeAsync(options);
    case ["gateway", .. string[] options]:
        return await GatewayCommand.RunAsync(options);
    case [GatewayProcess.Verb, .. string[] options]:
        return await GatewayProcess.ServeAsync(options);
    case ["metrics-cost", .. string[] options]:
        return await MetricsCostCommand.RunAsync(options);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(NetworkCommand).Assembly).Run(["--inProcess", .. args]); // Quicker than a project of its own for each job.
        return 0;
}
