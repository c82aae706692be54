namespace Etcd.Protocol.Wire;

/// <summary>How a field's value is laid out: the low three bits of its tag.</summary>
public enum WireType
{
    /// <summary>Seven bits per byte, least significant group first.</summary>
    Varint = 0,

    /// <summary>Eight bytes, little endian.</summary>
    Fixed64 = 1,

    /// <summary>A varint length and so many bytes.</summary>
    LengthDelimited = 2,

    /// <summary>Opens a group; not used by any message here.</summary>
    StartGroup = 3,

    /// <summary>Closes a group; not used by any message here.</summary>
    EndGroup = 4,

    /// <summary>Four bytes, little endian.</summary>
    Fixed32 = 5,
}
