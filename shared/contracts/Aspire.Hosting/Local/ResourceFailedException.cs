namespace Aspire.Hosting.Local;

/// <summary>A resource ended or could not be started; the message says which, why and where to read more.</summary>
internal sealed class ResourceFailedException(string message) : Exception(message);
