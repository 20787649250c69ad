using Microsoft.ML.Contrastive.Backbones;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>A self-supervised method and its settings: an immutable description, from which the trainer builds heads and loss.</summary>
public abstract record ContrastiveMethod
{
    /// <summary>The registry: one line a method.</summary>
    private static readonly Dictionary<string, Func<ContrastiveMethod>> ByName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["simclr"] = () => new SimClr(),
        ["mocov1"] = () => MoCo.V1,
        ["mocov2"] = () => MoCo.V2,
        ["mocov3"] = () => new MoCoV3(),
        ["byol"] = () => new Byol(),
        ["simsiam"] = () => new SimSiam(),
        ["dino"] = () => new Dino(),
        ["vicreg"] = () => new VicReg(),
    };

    private protected ContrastiveMethod()
    {
    }

    /// <summary>The names that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyCollection<string> Names => ByName.Keys;

    /// <summary>The name under which the registry knows it, e.g. "simclr".</summary>
    public abstract string Name { get; }

    /// <summary>The number of views a row that the method is defined for: at least this many, and exactly this many unless it takes multi-crop views.</summary>
    public virtual int ViewCount => 2;

    /// <summary>Whether views beyond <see cref="ViewCount"/> are welcome, as smaller crops (DINO).</summary>
    internal virtual bool TakesMultiCrop => false;

    /// <summary>A method by its name, with its original authors' settings.</summary>
    /// <param name="name">One of <see cref="Names"/>, in upper or lower case: simclr, mocov1, mocov2, mocov3, byol, simsiam, dino, vicreg.</param>
    /// <exception cref="ArgumentException">No method has this name; the message lists those that there are.</exception>
    public static ContrastiveMethod Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ByName.TryGetValue(name, out var create)
            ? create()
            : throw new ArgumentException($"There is no method '{name}'. There are: {string.Join(", ", ByName.Keys)}.", nameof(name));
    }

    /// <summary>Throws when a setting is out of its range.</summary>
    internal abstract void Validate();

    /// <summary>Throws when a setting does not go with the backbone.</summary>
    internal virtual void Validate(Backbone backbone)
    {
    }

    /// <summary>Throws when a setting does not go with the number of images that the loss sees together.</summary>
    internal virtual void Validate(int batchSize)
    {
    }

    /// <summary>Throws when the method takes another number of views.</summary>
    /// <param name="option">What names them.</param>
    /// <param name="count">Their number.</param>
    internal void ValidateViews(string option, int count)
    {
        if (TakesMultiCrop ? count < ViewCount : count != ViewCount)
            throw new ArgumentException($"{option} has {count} views; {Name} takes {(TakesMultiCrop ? "at least " : "")}{ViewCount}.", option);
    }

    /// <summary>Builds the network to be trained: encoder, heads and whatever the method carries along.</summary>
    internal abstract MethodModule Create(Backbone backbone);
}
