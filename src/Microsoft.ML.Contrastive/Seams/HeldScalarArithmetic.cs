using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Seams;

/// <summary>
/// Arithmetic whose native scalars live until torch has read them. TorchSharp 0.107 makes a scalar of every number it is given, and of the factor 1 in every sum, in an
/// object that nothing holds during the native call: a collection that another thread starts may finalize it there, and torch reads freed memory. Seen
/// as "Expected false to be true" or "Unknown scalar type" (one sum in ten thousand while another thread collects without pause); a wrong
/// number would not be seen at all. So what runs millions of times, passes through networks, losses and steps of optimisers, calculates by these.
/// </summary>
internal static class HeldScalarArithmetic
{
    private static readonly Scalar One = 1;

    /// <summary>x + y.</summary>
    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, One);

    /// <summary>x + factor · y.</summary>
    public static Tensor Plus(this Tensor x, Tensor y, double factor)
    {
        using Scalar alpha = factor;
        return x.add(y, alpha);
    }

    /// <summary>x + number.</summary>
    public static Tensor Plus(this Tensor x, double number)
    {
        using Scalar added = number;
        return x.add(added, One);
    }

    /// <summary>x − y.</summary>
    public static Tensor Minus(this Tensor x, Tensor y) => x.Plus(y, -1);

    /// <summary>x ← x + y.</summary>
    public static Tensor Add(this Tensor x, Tensor y) => x.add_(y, One);

    /// <summary>x ← x + factor · y.</summary>
    public static Tensor Add(this Tensor x, Tensor y, double factor)
    {
        using Scalar alpha = factor;
        return x.add_(y, alpha);
    }

    /// <summary>x ← x + number.</summary>
    public static Tensor Add(this Tensor x, double number)
    {
        using Scalar added = number;
        return x.add_(added, One);
    }

    /// <summary>x ← x + factor · y · z.</summary>
    public static Tensor AddProduct(this Tensor x, Tensor y, Tensor z, double factor)
    {
        using Scalar value = factor;
        return x.addcmul_(y, z, value);
    }

    /// <summary>x ← x + factor · y / z.</summary>
    public static Tensor AddQuotient(this Tensor x, Tensor y, Tensor z, double factor)
    {
        using Scalar value = factor;
        return x.addcdiv_(y, z, value);
    }

    /// <summary>x ← factor · x.</summary>
    public static Tensor Scale(this Tensor x, double factor)
    {
        using Scalar value = factor;
        return x.mul_(value);
    }

    /// <summary>factor · x.</summary>
    public static Tensor Times(this Tensor x, double factor)
    {
        using Scalar value = factor;
        return x.mul(value);
    }

    /// <summary>x with a number in the places of a mask.</summary>
    public static Tensor Masked(this Tensor x, Tensor mask, double number)
    {
        using Scalar value = number;
        return x.masked_fill(mask, value);
    }

    /// <summary>x / divisor.</summary>
    public static Tensor Over(this Tensor x, double divisor)
    {
        using Scalar value = divisor;
        return x.div(value);
    }

    /// <summary>x ← x / divisor.</summary>
    public static Tensor Divide(this Tensor x, double divisor)
    {
        using Scalar value = divisor;
        return x.div_(value);
    }
}
