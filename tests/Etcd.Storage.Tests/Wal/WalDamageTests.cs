using Etcd.Ports.Log;

namespace Etcd.Storage.Tests.Wal;

public sealed class WalDamageTests
{
    private const int SectorBytes = SmallLog.SectorBytes;

    // Size of the last payload, whether it is all zeros, and whether the file was another segment before.
    public static TheoryData<int, bool, bool> Payloads => new()
    {
        { 90, false, false },
        { 2100, false, false },
        { 2100, true, false },
        { 90, false, true },
        { 2100, false, true },
    };

    [Theory]
    [MemberData(nameof(Payloads))]
    public void Log_cut_at_any_byte_opens_with_every_sync_before_the_cut(int payloadBytes, bool zeros, bool usedAgain)
    {
        var log = SmallLog.Create(Payload(payloadBytes, zeros), usedAgain);
        for (var cut = 0; cut <= log.EndOffset + 40; cut++)
        {
            var bytes = log.Bytes[..cut];
            if (cut < log.Syncs[0].EndOffset)
            {
                // Header and head frame are durable before the file has its name: no crash cuts them.
                Assert.Throws<LogCorruptException>(() => log.Open(bytes));
                continue;
            }

            var expected = log.Syncs.Last(sync => sync.EndOffset <= cut).Text;
            Assert.Equal((expected, expected), log.Open(bytes));
        }
    }

    [Theory]
    [MemberData(nameof(Payloads))]
    public void Flipped_bit_in_written_data_is_refused(int payloadBytes, bool zeros, bool usedAgain)
    {
        var log = SmallLog.Create(Payload(payloadBytes, zeros), usedAgain);
        var bytes = log.Bytes;
        for (var bit = 0; bit < log.EndOffset * 8; bit++)
        {
            var (offset, flip) = (bit / 8, (byte)(1 << (bit % 8)));
            bytes[offset] ^= flip;
            var exception = Assert.Throws<LogCorruptException>(() => log.Open(bytes));
            Assert.EndsWith(log.FileName, exception.File, StringComparison.Ordinal);
            Assert.InRange(exception.OffsetBytes, 0, offset);
            var place = $"{exception.File} is corrupt at offset {exception.OffsetBytes}";
            Assert.Contains(place, exception.Message, StringComparison.Ordinal);
            bytes[offset] ^= flip;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Flipped_bit_behind_the_data_is_refused_or_zeroed(bool usedAgain)
    {
        var log = SmallLog.Create(Payload(90, zeros: false), usedAgain);
        var text = log.Syncs[^1].Text;
        for (var offset = log.EndOffset; offset < log.Bytes.Length; offset++)
        {
            var bytes = log.Bytes;
            bytes[offset] ^= (byte)(1 << (offset % 8));
            if (offset < log.EndOffset + SectorBytes)
            {
                // A frame of one sector may have been there.
                Assert.Throws<LogCorruptException>(() => log.Open(bytes));
            }
            else
            {
                Assert.Equal((text, text), log.Open(bytes));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Payloads))]
    public void Last_frame_with_any_choice_of_unwritten_sectors_is_dropped(int payloadBytes, bool zeros, bool usedAgain)
    {
        var log = SmallLog.Create(Payload(payloadBytes, zeros), usedAgain);
        var parts = Parts(log.Syncs[^2].EndOffset, log.EndOffset);
        for (var lost = 1; lost < 1 << parts.Count; lost++)
        {
            var bytes = log.Bytes;
            for (var i = 0; i < parts.Count; i++)
            {
                if ((lost & (1 << i)) != 0)
                {
                    Restore(log, bytes, parts[i]);
                }
            }

            var expected = log.Syncs[^2].Text;
            Assert.Equal((expected, expected), log.Open(bytes));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Earlier_frame_with_unwritten_sectors_is_refused(bool usedAgain)
    {
        var log = SmallLog.Create(Payload(600, zeros: false), usedAgain);
        for (var frame = 1; frame < log.Syncs.Count - 1; frame++)
        {
            foreach (var part in Parts(log.Syncs[frame - 1].EndOffset, log.Syncs[frame].EndOffset))
            {
                var bytes = log.Bytes;
                Restore(log, bytes, part);
                var exception = Assert.Throws<LogCorruptException>(() => log.Open(bytes));
                Assert.Equal(log.Syncs[frame - 1].EndOffset, exception.OffsetBytes);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Frame_at_another_place_is_refused(bool usedAgain)
    {
        var log = SmallLog.Create(Payload(90, zeros: false), usedAgain);
        var bytes = log.Bytes;
        log.Bytes.AsSpan(log.Syncs[^2].EndOffset, log.EndOffset - log.Syncs[^2].EndOffset)
            .CopyTo(bytes.AsSpan(log.EndOffset));
        Assert.Throws<LogCorruptException>(() => log.Open(bytes));
    }

    /// <summary>Nothing but the last frame may be missing afterwards, however the copy lies.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Range_written_twice_is_refused_or_costs_the_last_frame_only(bool shiftsTheRest, bool usedAgain)
    {
        var log = SmallLog.Create(Payload(90, zeros: false), usedAgain);
        string[] allowed = [log.Syncs[^1].Text, log.Syncs[^2].Text];
        foreach (var sizeBytes in (int[])[1, 8, 24, 64, 500, 512, 700])
        {
            for (var start = 0; start + sizeBytes <= log.EndOffset; start++)
            {
                var bytes = log.Bytes;
                var behind = bytes.AsSpan(start + sizeBytes);
                if (shiftsTheRest)
                {
                    log.Bytes.AsSpan(start + sizeBytes, behind.Length - sizeBytes).CopyTo(behind[sizeBytes..]);
                }

                log.Bytes.AsSpan(start, sizeBytes).CopyTo(behind);
                ExpectRefusalOr(log, allowed, bytes);
            }
        }
    }

    /// <summary>Only a range that reaches into the last frame too may cost more: a frame before it whose only sector is
    /// zeroed looks as if it had not been written.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Zeroed_byte_or_range_is_refused_or_costs_the_last_frame_only(bool usedAgain)
    {
        var log = SmallLog.Create(Payload(2100, zeros: false), usedAgain);
        foreach (var sizeBytes in (int[])[1, 8, 100, 600])
        {
            for (var start = 0; start + sizeBytes <= log.EndOffset; start++)
            {
                var bytes = log.Bytes;
                bytes.AsSpan(start, sizeBytes).Clear();
                var before = Math.Max(0, log.Syncs.FindLastIndex(sync => sync.EndOffset <= start));
                var reachesLastFrame = start + sizeBytes > log.Syncs[^2].EndOffset;
                var least = reachesLastFrame ? before : log.Syncs.Count - 2;
                ExpectRefusalOr(log, [.. log.Syncs.Skip(least).Select(sync => sync.Text)], bytes);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Random_damage_never_gives_anything_but_a_state_after_some_sync(bool usedAgain)
    {
        var log = SmallLog.Create(Payload(700, zeros: false), usedAgain);
        var states = log.Syncs.Select(sync => sync.Text).ToHashSet();
        var random = new Random(7);
        for (var round = 0; round < 3000; round++)
        {
            var bytes = log.Bytes;
            for (var edits = random.Next(1, 5); edits > 0; edits--)
            {
                var start = random.Next(bytes.Length);
                var span = bytes.AsSpan(start, Math.Min(bytes.Length - start, random.Next(1, 700)));
                switch (random.Next(4))
                {
                    case 0:
                        span.Clear();
                        break;
                    case 1:
                        random.NextBytes(span);
                        break;
                    case 2:
                        bytes.AsSpan(random.Next(bytes.Length - span.Length), span.Length).CopyTo(span);
                        break;
                    default:
                        span[0] ^= (byte)(1 << random.Next(8));
                        break;
                }
            }

            if (random.Next(4) == 0)
            {
                bytes = bytes[..random.Next(bytes.Length)];
            }

            try
            {
                var (first, second) = log.Open(bytes);
                Assert.Contains(first, states);
                Assert.Equal(first, second);
            }
            catch (LogCorruptException exception)
            {
                Assert.InRange(exception.OffsetBytes, 0, Math.Max(SectorBytes, bytes.Length));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Garbage_file_is_refused(int seed)
    {
        var random = new Random(seed);
        var log = SmallLog.Create([], usedAgain: false);
        for (var round = 0; round < 200; round++)
        {
            var bytes = new byte[random.Next(5000)];
            random.NextBytes(bytes);
            if (random.Next(2) == 0 && bytes.Length > 8)
            {
                "RAFTLOG2"u8.CopyTo(bytes);
            }

            Assert.Throws<LogCorruptException>(() => log.Open(bytes));
        }
    }

    [Fact]
    public void Log_of_an_earlier_build_is_refused_with_what_to_do()
    {
        var log = SmallLog.Create([], usedAgain: false);
        var bytes = log.Bytes;
        "RAFTLOG1"u8.CopyTo(bytes);
        var exception = Assert.Throws<LogCorruptException>(() => log.Open(bytes));
        Assert.Contains("start the member with that build", exception.Message, StringComparison.Ordinal);
    }

    private static void ExpectRefusalOr(SmallLog log, string[] allowed, byte[] bytes)
    {
        try
        {
            var (first, second) = log.Open(bytes);
            Assert.Contains(first, allowed);
            Assert.Equal(first, second);
        }
        catch (LogCorruptException exception)
        {
            Assert.InRange(exception.OffsetBytes, 0, bytes.Length);
        }
    }

    private static byte[] Payload(int sizeBytes, bool zeros)
    {
        var payload = new byte[sizeBytes];
        if (!zeros)
        {
            new Random(sizeBytes).NextBytes(payload);
        }

        return payload;
    }

    /// <summary>Makes a part of the file what it was before it became the segment.</summary>
    private static void Restore(SmallLog log, byte[] bytes, (int Start, int End) part) =>
        log.Unwritten.AsSpan(part.Start..part.End).CopyTo(bytes.AsSpan(part.Start));

    private static List<(int Start, int End)> Parts(int start, int end)
    {
        var parts = new List<(int, int)>();
        while (start < end)
        {
            var partEnd = Math.Min(end, (start / SectorBytes * SectorBytes) + SectorBytes);
            parts.Add((start, partEnd));
            start = partEnd;
        }

        return parts;
    }
}
