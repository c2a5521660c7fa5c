namespace GoTor.Testing.Otlp;

/// <summary>One span as it came over OTLP. Field numbers are those of opentelemetry/proto/trace/v1/trace.proto.</summary>
internal sealed record OtlpSpan(
    string Name, string Scope, string TraceId, string SpanId, string ParentId, ulong Start, ulong End,
    IReadOnlyDictionary<string, string> Tags, IReadOnlyList<string> Events, IReadOnlyDictionary<string, string> Resource)
{
    public static IEnumerable<OtlpSpan> In(IEnumerable<OtlpDelivery> deliveries) =>
        from delivery in deliveries
        where delivery.Path is "/v1/traces" or "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
        from resourceSpans in new ProtobufMessage(delivery.Body).Messages(1)
        let resource = resourceSpans.Messages(1).SelectMany(message => Attributes(message, 1)).ToDictionary()
        from scopeSpans in resourceSpans.Messages(2)
        from span in scopeSpans.Messages(2)
        select new OtlpSpan(
            span.Text(5), scopeSpans.Messages(1).Single().Text(1), span.Hex(1), span.Hex(2), span.Hex(4), span.Number(7), span.Number(8),
            Attributes(span, 9).ToDictionary(), [.. span.Messages(11).Select(e => e.Text(2))], resource);

    /// <summary>KeyValues: strings and integers as text.</summary>
    internal static IEnumerable<KeyValuePair<string, string>> Attributes(ProtobufMessage of, int field) =>
        of.Messages(field).Select(pair =>
        {
            ProtobufMessage value = pair.Messages(2).Single();
            return KeyValuePair.Create(pair.Text(1), value.Has(1) ? value.Text(1) : value.Number(3).ToString(System.Globalization.CultureInfo.InvariantCulture));
        });
}
