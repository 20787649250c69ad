using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Seams;

public sealed class HeldScalarArithmeticTests
{
    public HeldScalarArithmeticTests() => TorchRuntime.EnsureLoaded();

    [Fact]
    public void Every_operation_is_what_it_says()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor([1f, 2f]), y = tensor([3f, 5f]);
        Assert.Equal([4f, 7f], Values(x.Plus(y)));
        Assert.Equal([7f, 12f], Values(x.Plus(y, 2)));
        Assert.Equal([-2f, -3f], Values(x.Minus(y)));
        Assert.Equal([0.5f, 1f], Values(x.Over(2)));
        Assert.Equal([4f, 5f], Values(x.Plus(3)));
        Assert.Equal([3f, 6f], Values(x.Times(3)));
        Assert.Equal([1f, float.NegativeInfinity], Values(x.Masked(tensor([false, true]), double.NegativeInfinity)));
        Assert.Equal([1f, 2f], Values(x));
        Assert.Equal([4f, 7f], Values(x.Add(y)));
        Assert.Equal([-2f, -3f], Values(x.Add(y, -2)));
        Assert.Equal([-1f, -2f], Values(x.Add(1)));
        Assert.Equal([2f, 4f], Values(x.Scale(-2)));
        Assert.Equal([1f, 2f], Values(x.Divide(2)));
        Assert.Equal([28f, 77f], Values(x.AddProduct(y, tensor([3f, 5f]), 3)));
        Assert.Equal([31f, 80f], Values(x.AddQuotient(y, tensor([3f, 5f]), 3)));
    }

    /// <summary>With TorchSharp's own <c>add_(y)</c> or <c>mul_(2)</c> some dozens of these calls throw.</summary>
    [Fact]
    public void A_number_outlives_collections_by_other_threads()
    {
        bool done = false;
        var collecting = new Thread(() =>
        {
            while (!Volatile.Read(ref done))
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collecting.Start();
        try
        {
            using Tensor sum = zeros(4), ones = torch.ones(4);
            for (int i = 0; i < 100_000; i++)
                sum.Add(ones).Scale(1).Add(ones, 2);
            Assert.Equal([300_000f, 300_000f, 300_000f, 300_000f], Values(sum));
        }
        finally
        {
            Volatile.Write(ref done, true);
            collecting.Join();
        }
    }

    private static float[] Values(Tensor tensor) => tensor.data<float>().ToArray();
}
