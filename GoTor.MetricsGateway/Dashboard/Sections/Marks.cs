namespace GoTor.MetricsGateway.Dashboard.Sections;

/// <summary>The drawn marks of a status. Each has its own shape, so that none depends on its colour.</summary>
internal static class Marks
{
    /// <summary>Stands once in the page; everything else refers to it.</summary>
    public static readonly Markup Sprite = new(
        """
        <svg width="0" height="0" hidden aria-hidden="true">
        <symbol id="m-good" viewBox="0 0 24 24"><circle cx="12" cy="12" r="11"/><path d="M7 12.5l3.4 3.4L17 8.8"/></symbol>
        <symbol id="m-warn" viewBox="0 0 24 24"><path class="f" d="M12 1.8L23.2 21.4H.8z"/><path d="M12 9v5.5M12 17.8v.2"/></symbol>
        <symbol id="m-bad" viewBox="0 0 24 24"><path class="f" d="M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4z"/><path d="M8.2 8.2l7.6 7.6M15.8 8.2l-7.6 7.6"/></symbol>
        <symbol id="m-busy" viewBox="0 0 24 24"><circle cx="12" cy="12" r="11"/><path d="M12 6v6l4 2.4"/></symbol>
        <symbol id="m-gone" viewBox="0 0 24 24"><circle cx="12" cy="12" r="11"/><path d="M7.5 12h9"/></symbol>
        </svg>
        """);

    public static Markup Of(string tone) => new($"<svg class=\"mark {tone}\" aria-hidden=\"true\"><use href=\"#m-{tone}\"/></svg>");
}
