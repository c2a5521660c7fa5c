using GoTor.MetricsGateway.Hosting;

return await GatewayProgram.RunAsync(args);
