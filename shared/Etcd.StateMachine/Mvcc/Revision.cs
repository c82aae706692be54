namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// A position in the store's history: all changes of one applied request share <see cref="Main"/>, and
/// <see cref="Sub"/> counts them from 0. Clients see only the main part.
/// </summary>
/// <param name="Main">Main revision, from 1 (the empty store).</param>
/// <param name="Sub">Order within the main revision, from 0.</param>
internal readonly record struct Revision(long Main, long Sub) : IComparable<Revision>
{
    /// <inheritdoc/>
    public int CompareTo(Revision other) =>
        Main != other.Main ? Main.CompareTo(other.Main) : Sub.CompareTo(other.Sub);

    public static bool operator <(Revision left, Revision right) => left.CompareTo(right) < 0;

    public static bool operator >(Revision left, Revision right) => left.CompareTo(right) > 0;

    public static bool operator <=(Revision left, Revision right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Revision left, Revision right) => left.CompareTo(right) >= 0;
}
