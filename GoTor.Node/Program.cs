using GoTor.Node.Hosting;
using GoTor.Node.Tools;

return ToolNames.IsTool(args) ? await ToolProgram.RunAsync(args) : await NodeProgram.RunAsync(args);
