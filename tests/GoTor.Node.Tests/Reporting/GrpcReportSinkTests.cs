using System.Net;
using System.Net.Sockets;
using GoTor.MetricsContract;
using GoTor.Node.Reporting.Sending;
using GoTor.Testing.PrivateNetwork;
using Grpc.Core;

namespace GoTor.Node.Tests.Reporting;

public sealed class GrpcReportSinkTests
{
    private static readonly NodeReport Report = new() { NodeId = "me", Sequence = 7 };

    [Fact]
    public async Task Report_Arrives_WithTheTokenOfTheMoment()
    {
        GatewayToken token = Token("first-token-of-it");
        List<(ulong, string?)> got = [];
        await using FakeGateway gateway = await FakeGateway.StartAsync((report, authorization) =>
        {
            got.Add((report.Sequence, authorization));
            return new ReportAnswer { NextIntervalMs = 1234 };
        });
        using GrpcReportSink sink = new(gateway.Address, token);
        ReportOutcome outcome = await sink.SendAsync(Report, CancellationToken.None);
        token.Use(Parse("second-token-of-it"), null);
        await sink.SendAsync(Report, CancellationToken.None);
        Assert.Equal((ReportResult.Accepted, 1234u), (outcome.Result, outcome.Answer!.NextIntervalMs));
        Assert.Equal([(7ul, "Bearer first-token-of-it"), (7ul, "Bearer second-token-of-it")], got);
    }

    [Theory]
    [InlineData(StatusCode.Unauthenticated, (int)ReportResult.Unauthorized)]
    [InlineData(StatusCode.PermissionDenied, (int)ReportResult.Unauthorized)]
    [InlineData(StatusCode.AlreadyExists, (int)ReportResult.Replaced)]
    [InlineData(StatusCode.ResourceExhausted, (int)ReportResult.OverQuota)]
    [InlineData(StatusCode.InvalidArgument, (int)ReportResult.Refused)]
    [InlineData(StatusCode.Unimplemented, (int)ReportResult.Refused)]
    [InlineData(StatusCode.Unavailable, (int)ReportResult.Unreachable)]
    public async Task Status_OfTheGateway_IsUnderstood(StatusCode code, int result)
    {
        await using FakeGateway gateway = await FakeGateway.StartAsync((_, _) => throw new RpcException(new Status(code, "a\nb" + new string('x', 5000))));
        using GrpcReportSink sink = new(gateway.Address, Token("some-token-of-it"));
        ReportOutcome outcome = await sink.SendAsync(Report, CancellationToken.None);
        Assert.Equal((ReportResult)result, outcome.Result);
        Assert.InRange(outcome.Reason.Length, 1, 200);
        Assert.DoesNotContain('\n', outcome.Reason);
    }

    [Fact]
    public async Task Answer_OfAbsurdSize_IsNotTaken()
    {
        await using FakeGateway gateway = await FakeGateway.StartAsync((_, _) =>
        {
            ReportAnswer answer = new();
            answer.Refusals.Add(new string('x', 1 << 20));
            return answer;
        });
        using GrpcReportSink sink = new(gateway.Address, Token("some-token-of-it"));
        Assert.Equal(ReportResult.OverQuota, (await sink.SendAsync(Report, CancellationToken.None)).Result);
    }

    [Fact]
    public async Task Gateway_GoneAndBack_IsFoundAgain()
    {
        static ReportAnswer Answer(NodeReport report, string? authorization) => new();
        FakeGateway first = await FakeGateway.StartAsync(Answer);
        using GrpcReportSink sink = new(first.Address, Token("some-token-of-it"));
        Assert.Equal(ReportResult.Accepted, (await sink.SendAsync(Report, CancellationToken.None)).Result);
        int port = first.Address.Port;
        await first.DisposeAsync();
        for (int i = 0; i < 20; i++)
        {
            ReportOutcome outcome = await sink.SendAsync(Report, CancellationToken.None);
            Assert.Equal(ReportResult.Unreachable, outcome.Result);
            // On a slow machine the first call may still meet the old connection.
            Assert.True(outcome.Reason == "Connection refused" || (i == 0 && outcome.Reason == "Connection reset by peer"), outcome.Reason);
        }

        // Not at the first call, perhaps, but soon: the library keeps no long pauses of its own.
        await using FakeGateway second = await FakeGateway.StartAsync(Answer, port);
        await Wait.UntilAsync(
            () => sink.SendAsync(Report, CancellationToken.None).GetAwaiter().GetResult().Result == ReportResult.Accepted,
            TimeSpan.FromSeconds(5), () => "it was not found again");
    }

    [Fact]
    public async Task Server_ThatNeverAnswers_IsLeftWhenTheCallerSaysSo()
    {
        using Socket silent = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        silent.Listen();
        using GrpcReportSink sink = new(new Uri($"http://{silent.LocalEndPoint}"), Token("some-token-of-it"));
        using CancellationTokenSource cancel = new();
        Task<ReportOutcome> sending = sink.SendAsync(Report, cancel.Token);
        using Socket connection = await silent.AcceptAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task Server_ThatSpeaksSomethingElse_IsAFailureAndNoMore()
    {
        await using TargetServer http1 = new();
        using GrpcReportSink sink = new(new Uri($"http://127.0.0.1:{http1.Port}"), Token("some-token-of-it"));
        ReportOutcome outcome = await sink.SendAsync(Report, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.NotEqual(ReportResult.Accepted, outcome.Result);
    }

    [Fact]
    public async Task Token_ChangedInItsFile_IsTakenWhenTheOldOneIsRefused()
    {
        string file = Path.GetTempFileName();
        try
        {
            string accepted = "first-token-of-it";
            List<string> presented = [];
            await using FakeGateway gateway = await FakeGateway.StartAsync((_, authorization) =>
            {
                presented.Add(authorization!);
                return authorization == "Bearer " + accepted ? new ReportAnswer() : throw new RpcException(new Status(StatusCode.Unauthenticated, "no"));
            });
            await File.WriteAllTextAsync(file, "first-token-of-it\n");
            using GrpcReportSink sink = new(gateway.Address, new GatewayToken(Parse("first-token-of-it"), file));
            Assert.Equal(ReportResult.Accepted, (await sink.SendAsync(Report, CancellationToken.None)).Result);

            // First here: nothing is refused, so nothing changes. Then there: one report is sent twice and none is lost.
            await File.WriteAllTextAsync(file, "second-token-of-it\n");
            Assert.Equal(ReportResult.Accepted, (await sink.SendAsync(Report, CancellationToken.None)).Result);
            accepted = "second-token-of-it";
            Assert.Equal(ReportResult.Accepted, (await sink.SendAsync(Report, CancellationToken.None)).Result);
            Assert.Equal(["first", "first", "first", "second"], presented.Select(one => one["Bearer ".Length..].Split('-')[0]));

            // The other way round: refused once, and well again when the file has it. A file without a token changes nothing.
            accepted = "third-token-of-it";
            Assert.Equal(ReportResult.Unauthorized, (await sink.SendAsync(Report, CancellationToken.None)).Result);
            await File.WriteAllTextAsync(file, "");
            Assert.Equal(ReportResult.Unauthorized, (await sink.SendAsync(Report, CancellationToken.None)).Result);
            await File.WriteAllTextAsync(file, "third-token-of-it");
            Assert.Equal(ReportResult.Accepted, (await sink.SendAsync(Report, CancellationToken.None)).Result);
            Assert.Equal(["second", "second", "second", "third"], presented.Skip(4).Select(one => one["Bearer ".Length..].Split('-')[0]));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static GatewayToken Token(string text) => new(Parse(text), null);

    private static BearerToken Parse(string text) => BearerToken.TryParse(text, out BearerToken? token, out string? error) ? token : throw new FormatException(error);
}
