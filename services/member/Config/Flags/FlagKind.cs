namespace Etcd.Member.Config.Flags;

/// <summary>How the value of a flag is written and checked.</summary>
internal enum FlagKind
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>Go's boolean words; the value may be left out.</summary>
    Bool,

    /// <summary>Unsigned number of 64 bits.</summary>
    UInt,

    /// <summary>Unsigned number of 32 bits with the error text of <c>strconv</c>.</summary>
    UInt32,

    /// <summary>Signed number of 64 bits.</summary>
    Int,

    /// <summary>Go's duration.</summary>
    Duration,

    /// <summary>Comma list of URLs, may be empty.</summary>
    Urls,

    /// <summary>Comma list of URLs, or <c>*</c>.</summary>
    UrlsOrStar,

    /// <summary>Comma list of texts.</summary>
    TextList,

    /// <summary>One of the choices.</summary>
    Choice,

    /// <summary>Comma list of <c>Name=bool</c>; repeated flags add up.</summary>
    FeatureGates,

    /// <summary>Accepted for compatibility with old scripts; the value is dropped.</summary>
    Ignored,
}
