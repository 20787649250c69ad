using System.Net;

namespace Microsoft.ML.Contrastive.Tests.Cli.Download;

/// <summary>A server on this machine that answers as a test says.</summary>
internal sealed class LocalServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;

    /// <summary>Begins to listen at a free port.</summary>
    /// <param name="answer">Answers a request; the number counts them from 0.</param>
    public LocalServer(Action<HttpListenerContext, int> answer)
    {
        for (int tries = 0; ; tries++)
        {
            Address = new Uri($"http://localhost:{Random.Shared.Next(20_000, 60_000)}/");
            _listener.Prefixes.Clear();
            _listener.Prefixes.Add(Address.ToString());
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException) when (tries < 20)
            {
                continue;
            }
        }

        _serving = Task.Run(async () =>
        {
            while (_listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                Ranges.Add(context.Request.Headers["Range"]);
                answer(context, Ranges.Count - 1);
            }
        });
    }

    public Uri Address { get; }

    /// <summary>What each request asked for.</summary>
    public List<string?> Ranges { get; } = [];

    /// <summary>Answers with bytes from where the request wants them, and breaks off after some.</summary>
    public static void Send(HttpListenerContext context, byte[] file, int? breakAfter = null, bool ranges = true)
    {
        HttpListenerResponse response = context.Response;
        int start = 0;
        if (ranges && context.Request.Headers["Range"] is { } range)
        {
            start = int.Parse(range["bytes=".Length..^1]);
            response.StatusCode = 206;
            response.AddHeader("Content-Range", $"bytes {start}-{file.Length - 1}/{file.Length}");
        }

        response.ContentLength64 = file.Length - start;
        int count = Math.Min(breakAfter ?? int.MaxValue, file.Length - start);
        response.OutputStream.Write(file, start, count);
        response.OutputStream.Flush();
        if (count < file.Length - start)
            response.Abort();
        else
            response.Close();
    }

    public void Dispose()
    {
        _listener.Close();
        _serving.Wait();
    }
}
