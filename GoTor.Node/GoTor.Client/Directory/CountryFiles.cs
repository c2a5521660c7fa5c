using GoTor.Protocol.Network;

namespace GoTor.Client.Directory;

/// <summary>
/// The files that say which country an address is in (GeoIPFile, GeoIPv6File). Read when somebody asks for the first time: most nodes never do.
/// Safe for concurrent use.
/// </summary>
internal sealed class CountryFiles(string? geoip, string? geoip6)
{
    /// <summary>Where Debian's tor-geoipdb puts them.</summary>
    public const string DefaultGeoIp = "/usr/share/tor/geoip";

    public const string DefaultGeoIp6 = "/usr/share/tor/geoip6";

    private readonly Lazy<CountryTable> _table = new(() => CountryTable.Read(Lines(geoip), Lines(geoip6)));

    /// <summary>Without the files it knows no country.</summary>
    public CountryTable Table => _table.Value;

    public bool Exist => geoip is not null && File.Exists(geoip);

    public static CountryFiles From(TorClientOptions options) =>
        new(options.GeoIpFile ?? DefaultGeoIp, options.GeoIpV6File ?? DefaultGeoIp6);

    private static string[] Lines(string? path)
    {
        try
        {
            return path is not null && File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Whoever needs it finds it empty, and refuses.
            return [];
        }
    }
}
