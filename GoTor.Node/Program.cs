using GoTor.Node.Hosting;

return await NodeProgram.RunAsync(args);
