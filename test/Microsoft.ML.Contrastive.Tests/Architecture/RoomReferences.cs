using Mono.Cecil;

namespace Microsoft.ML.Contrastive.Tests.Architecture;

/// <summary>One reference of a type in a room to something outside it.</summary>
/// <param name="From">The room, e.g. <c>Imaging</c>.</param>
/// <param name="To">Another room of the same assembly, or the name of another assembly.</param>
/// <param name="Place">The type and member that refer.</param>
/// <param name="Target">The type that is referred to.</param>
internal sealed record RoomReference(string From, string To, string Place, string Target)
{
    public override string ToString() => $"{From} -> {To}: {Place} uses {Target}";
}

/// <summary>
/// Who refers to whom in a compiled assembly, room by room: base types, interfaces, attributes, fields, signatures, and everything that a method body
/// mentions. A room is the first part of the namespace below the root namespace; what lies in the root namespace itself, or in <c>Microsoft.ML</c>
/// for extension methods, is the catalogue.
/// </summary>
internal sealed class RoomReferences(ModuleDefinition module, string rootNamespace)
{
    public const string Catalogue = "Catalog";

    /// <summary>Rooms that have a type.</summary>
    public IReadOnlyList<string> Rooms => [.. Types().Select(RoomOf).OfType<string>().Distinct().Order(StringComparer.Ordinal)];

    public IEnumerable<RoomReference> All() =>
        from type in Types()
        let room = RoomOf(type)
        where room is not null
        from reference in ReferencesOf(type)
        from target in Unwrap(reference.Type)
        let to = DestinationOf(target)
        where to is not null && to != room
        select new RoomReference(room, to, reference.Place, target.FullName);

    /// <summary>Methods that call into native libraries.</summary>
    public IEnumerable<(string Room, string Method)> NativeCalls() =>
        from type in Types()
        let room = RoomOf(type)
        where room is not null
        from method in type.Methods
        where method.HasPInvokeInfo
        select (room, method.FullName);

    private static IEnumerable<(string Place, TypeReference Type)> ReferencesOf(TypeDefinition type)
    {
        IEnumerable<TypeReference> declared = [
            .. type.BaseType is { } baseType ? [baseType] : Array.Empty<TypeReference>(),
            .. type.Interfaces.Select(implementation => implementation.InterfaceType),
            .. ConstraintsOf(type),
            .. AttributesOf(type),
        ];
        foreach (var reference in declared)
            yield return (type.FullName, reference);
        foreach (var field in type.Fields)
        {
            foreach (var reference in AttributesOf(field).Prepend(field.FieldType))
                yield return ($"{type.FullName}.{field.Name}", reference);
        }

        foreach (var method in type.Methods)
        {
            IEnumerable<TypeReference> mentioned = [method.ReturnType, .. method.Parameters.Select(parameter => parameter.ParameterType), .. ConstraintsOf(method), .. AttributesOf(method), .. BodyOf(method)];
            foreach (var reference in mentioned)
                yield return ($"{type.FullName}.{method.Name}", reference);
        }
    }

    private static IEnumerable<TypeReference> BodyOf(MethodDefinition method)
    {
        if (!method.HasBody)
            yield break;
        foreach (var variable in method.Body.Variables)
            yield return variable.VariableType;
        foreach (var handler in method.Body.ExceptionHandlers.Where(handler => handler.CatchType is not null))
            yield return handler.CatchType;
        foreach (var instruction in method.Body.Instructions)
        {
            switch (instruction.Operand)
            {
                case TypeReference type:
                    yield return type;
                    break;
                case FieldReference field:
                    yield return field.DeclaringType;
                    yield return field.FieldType;
                    break;
                case MethodReference called:
                    yield return called.DeclaringType;
                    yield return called.ReturnType;
                    foreach (var parameter in called.Parameters)
                        yield return parameter.ParameterType;
                    if (called is GenericInstanceMethod generic)
                    {
                        foreach (var argument in generic.GenericArguments)
                            yield return argument;
                    }

                    break;
            }
        }
    }

    private static IEnumerable<TypeReference> ConstraintsOf(IGenericParameterProvider provider) =>
        provider.GenericParameters.SelectMany(parameter => parameter.Constraints).Select(constraint => constraint.ConstraintType);

    private static IEnumerable<TypeReference> AttributesOf(ICustomAttributeProvider provider) =>
        provider.CustomAttributes.SelectMany(attribute => attribute.ConstructorArguments.Select(argument => argument.Value).OfType<TypeReference>().Prepend(attribute.AttributeType));

    /// <summary>The named types that a type is put together from: of <c>List&lt;T[]&gt;</c>, <c>List</c> and <c>T</c>.</summary>
    private static IEnumerable<TypeReference> Unwrap(TypeReference type) => type switch
    {
        GenericInstanceType generic => [.. Unwrap(generic.ElementType), .. generic.GenericArguments.SelectMany(Unwrap)],
        RequiredModifierType required => [.. Unwrap(required.ElementType), .. Unwrap(required.ModifierType)],
        OptionalModifierType optional => [.. Unwrap(optional.ElementType), .. Unwrap(optional.ModifierType)],
        FunctionPointerType pointer => [.. Unwrap(pointer.ReturnType), .. pointer.Parameters.SelectMany(parameter => Unwrap(parameter.ParameterType))],
        TypeSpecification wrapped => Unwrap(wrapped.ElementType),
        GenericParameter => [],
        _ => [type],
    };

    private IEnumerable<TypeDefinition> Types() => module.GetTypes();

    private string? DestinationOf(TypeReference type) =>
        type.Scope is AssemblyNameReference other ? other.Name : RoomOf(type);

    /// <summary>The room of a type of this assembly; null for what the compiler adds outside all rooms.</summary>
    private string? RoomOf(TypeReference type)
    {
        while (type.DeclaringType is not null)
            type = type.DeclaringType;
        if (type.Namespace == rootNamespace || type.Namespace == "Microsoft.ML")
            return Catalogue;
        return type.Namespace.StartsWith(rootNamespace + ".", StringComparison.Ordinal) ? type.Namespace[(rootNamespace.Length + 1)..].Split('.')[0] : null;
    }
}
