namespace GoTor.MetricsGateway.Nodes;

/// <summary>Plugs this room into the gateway.</summary>
internal static class NodesRoom
{
    public static void AddNodes(this IServiceCollection services)
    {
        services.AddSingleton<NodeRegistry>();
        services.AddSingleton<INodeDirectory>(provider => provider.GetRequiredService<NodeRegistry>());
        services.AddHostedService<PresenceWatch>();
    }
}
