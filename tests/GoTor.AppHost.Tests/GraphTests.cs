using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace GoTor.AppHost.Tests;

/// <summary>Which resources there are, without starting any.</summary>
public sealed class GraphTests
{
    [Theory]
    [InlineData(NodeNetwork.Sandbox, true)]
    [InlineData(NodeNetwork.Public, false)]
    public async Task Node_IsOnTheNetworkOfTheProfileAlone(string name, bool sandbox)
    {
        IDistributedApplicationTestingBuilder builder = await CreateAsync($"--{NodeNetwork.NameVariable}={name}");

        ProjectResource node = Assert.IsType<ProjectResource>(builder.Resources.Single(resource => resource.Name == "node"));
        string[] arguments = [.. (await ConfigurationOfAsync(node)).Arguments.Select(argument => argument.Value)];
        Assert.Equal(sandbox, arguments.Any(argument => argument.StartsWith("--sandbox", StringComparison.Ordinal)));
        Assert.Contains("--MetricsGateway", arguments);
    }

    [Fact]
    public async Task Token_IsASecretThatOnlyTheEnvironmentCarries()
    {
        IDistributedApplicationTestingBuilder builder = await CreateAsync(
            $"--{NodeNetwork.NameVariable}={NodeNetwork.Public}", "--Parameters:metrics-token=a-token-that-tests-look-for-0123456789");

        ParameterResource token = Assert.IsType<ParameterResource>(builder.Resources.Single(resource => resource.Name == "metrics-token"));
        Assert.True(token.Secret);
        foreach (ProjectResource project in builder.Resources.OfType<ProjectResource>())
        {
            IExecutionConfigurationResult configuration = await ConfigurationOfAsync(project);
            Assert.Equal("{metrics-token.value}", configuration.EnvironmentVariables.ToDictionary()["GOTOR_METRICS_TOKEN"]);
            Assert.DoesNotContain(configuration.Arguments, argument => argument.Value.Contains("token", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Projects_NeverWaitForAContainer()
    {
        IDistributedApplicationTestingBuilder builder = await CreateAsync($"--{NodeNetwork.NameVariable}={NodeNetwork.Public}");

        Assert.All(builder.Resources.OfType<ProjectResource>(), project => Assert.Empty(project.Annotations.OfType<WaitAnnotation>()));
    }

    /// <summary>What a project is started with; what is known only at the start is still an expression.</summary>
    private static Task<IExecutionConfigurationResult> ConfigurationOfAsync(ProjectResource project) =>
        ExecutionConfigurationBuilder.Create(project).WithArgumentsConfig().WithEnvironmentVariablesConfig()
            .BuildAsync(new DistributedApplicationExecutionContext(DistributedApplicationOperation.Publish), NullLogger.Instance);

    private static Task<IDistributedApplicationTestingBuilder> CreateAsync(params string[] arguments) =>
        DistributedApplicationTestingBuilder.CreateAsync<Projects.GoTor_AppHost>([.. arguments, $"--{NodeNetwork.TorrcVariable}="]);
}
