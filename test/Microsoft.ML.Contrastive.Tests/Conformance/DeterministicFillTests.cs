using Xunit;

namespace Microsoft.ML.Contrastive.Tests.Conformance;

public class DeterministicFillTests
{
    [Theory]
    [InlineData("conv1.weight", 0.2548900842666626, 0.02529597282409668, 0.46168577671051025)]
    [InlineData("layer1.0.bn1.running_var", 0.74603271484375, 0.8182897567749023, 0.6296313405036926)]
    public void Gives_the_check_values_of_the_golden_README(string name, double first, double second, double third)
    {
        Assert.Equal([first, second, third], Enumerable.Range(0, 3).Select(i => DeterministicFill.Uniform(name, i)));
    }

    [Fact]
    public void Gives_the_check_values_of_the_dino_head_case()
    {
        Assert.Equal([-0.10809920728206635f, 0.041652802377939224f, 0.34765228629112244f], DeterministicFill.Values("mlp.0.weight", [32, 24]).Take(3));
        Assert.Equal([-0.03333277627825737f, 0.0656033381819725f, -0.047430336475372314f], DeterministicFill.Values("mlp.0.bias", [32]).Take(3));
    }
}
