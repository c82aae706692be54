using Etcd.Ports.Log;

namespace Etcd.Storage.Tests.Wal;

public sealed class WalDamageTests
{
    private const int SectorBytes = 512;

    // The second has sectors of zeros, which look unwritten unless the frame is masked.
    public static TheoryData<int, bool> Payloads => new() { { 90, false }, { 2100, false }, { 2100, true }, { 0, true } };

    [Theory]
    [MemberData(nameof(Payloads))]
    public void Log_cut_at_any_byte_opens_with_every_sync_before_the_cut(int payloadBytes, bool zeros)
    {
        var log = SmallLog.Create(Payload(payloadBytes, zeros));
        for (var cut = 0; cut <= log.EndOffset + 40; cut++)
        {
            var bytes = log.Bytes[..cut];
            if (cut < log.Syncs[0].EndOffset)
            {
                // Header and head frame are durable before the file has its name: no crash cuts them.
                Assert.Throws<LogCorruptException>(() => SmallLog.Open(bytes));
                continue;
            }

            var expected = log.Syncs.Last(sync => sync.EndOffset <= cut).Text;
            Assert.Equal((expected, expected), SmallLog.Open(bytes));
        }
    }

    [Theory]
    [MemberData(nameof(Payloads))]
    public void Flipped_bit_in_written_data_is_refused(int payloadBytes, bool zeros)
    {
        var log = SmallLog.Create(Payload(payloadBytes, zeros));
        var bytes = log.Bytes.ToArray();
        for (var bit = 0; bit < log.EndOffset * 8; bit++)
        {
            var (offset, flip) = (bit / 8, (byte)(1 << (bit % 8)));
            bytes[offset] ^= flip;
            if (offset == log.EndOffset - 1 && bytes[offset] == 0)
            {
                // A last frame without its last byte looks like a write cut short there.
                var expected = log.Syncs[^2].Text;
                Assert.Equal((expected, expected), SmallLog.Open(bytes));
            }
            else
            {
                var exception = Assert.Throws<LogCorruptException>(() => SmallLog.Open(bytes));
                Assert.EndsWith(SmallLog.FileName, exception.File, StringComparison.Ordinal);
                Assert.InRange(exception.OffsetBytes, 0, offset);
                var place = $"{exception.File} is corrupt at offset {exception.OffsetBytes}";
                Assert.Contains(place, exception.Message, StringComparison.Ordinal);
            }

            bytes[offset] ^= flip;
        }
    }

    [Fact]
    public void Flipped_bit_behind_the_data_is_refused_or_zeroed()
    {
        var log = SmallLog.Create(Payload(90, zeros: false));
        var text = log.Syncs[^1].Text;
        for (var offset = log.EndOffset; offset < log.Bytes.Length; offset++)
        {
            var bytes = log.Bytes.ToArray();
            bytes[offset] ^= (byte)(1 << (offset % 8));
            if (offset == log.EndOffset + 23)
            {
                // The last byte of a header that is there: no write cut short looks like that.
                Assert.Throws<LogCorruptException>(() => SmallLog.Open(bytes));
            }
            else
            {
                Assert.Equal((text, text), SmallLog.Open(bytes));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Payloads))]
    public void Last_frame_with_any_choice_of_unwritten_sectors_is_dropped(int payloadBytes, bool zeros)
    {
        var log = SmallLog.Create(Payload(payloadBytes, zeros));
        var parts = Parts(log.Syncs[^2].EndOffset, log.EndOffset);
        for (var lost = 1; lost < 1 << parts.Count; lost++)
        {
            var bytes = log.Bytes.ToArray();
            for (var i = 0; i < parts.Count; i++)
            {
                if ((lost & (1 << i)) != 0)
                {
                    bytes.AsSpan(parts[i].Start, parts[i].End - parts[i].Start).Clear();
                }
            }

            var expected = log.Syncs[^2].Text;
            Assert.Equal((expected, expected), SmallLog.Open(bytes));
        }
    }

    [Fact]
    public void Earlier_frame_with_unwritten_sectors_is_refused()
    {
        var log = SmallLog.Create(Payload(600, zeros: false));
        for (var frame = 1; frame < log.Syncs.Count - 1; frame++)
        {
            foreach (var (start, end) in Parts(log.Syncs[frame - 1].EndOffset, log.Syncs[frame].EndOffset))
            {
                var bytes = log.Bytes.ToArray();
                bytes.AsSpan(start, end - start).Clear();
                var exception = Assert.Throws<LogCorruptException>(() => SmallLog.Open(bytes));
                Assert.Equal(log.Syncs[frame - 1].EndOffset, exception.OffsetBytes);
            }
        }
    }

    [Fact]
    public void Frame_at_another_place_is_refused()
    {
        var log = SmallLog.Create(Payload(90, zeros: false));
        var bytes = log.Bytes.ToArray();
        log.Bytes.AsSpan(log.Syncs[^2].EndOffset, log.EndOffset - log.Syncs[^2].EndOffset)
            .CopyTo(bytes.AsSpan(log.EndOffset));
        Assert.Throws<LogCorruptException>(() => SmallLog.Open(bytes));
    }

    /// <summary>Nothing but the last frame may be missing afterwards, however the copy lies.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Range_written_twice_is_refused_or_costs_the_last_frame_only(bool shiftsTheRest)
    {
        var log = SmallLog.Create(Payload(90, zeros: false));
        string[] allowed = [log.Syncs[^1].Text, log.Syncs[^2].Text];
        foreach (var sizeBytes in (int[])[1, 8, 24, 64, 500, 512, 700])
        {
            for (var start = 0; start + sizeBytes <= log.EndOffset; start++)
            {
                var bytes = log.Bytes.ToArray();
                var behind = bytes.AsSpan(start + sizeBytes);
                if (shiftsTheRest)
                {
                    log.Bytes.AsSpan(start + sizeBytes, behind.Length - sizeBytes).CopyTo(behind[sizeBytes..]);
                }

                log.Bytes.AsSpan(start, sizeBytes).CopyTo(behind);
                ExpectRefusalOr(allowed, bytes);
            }
        }
    }

    /// <summary>Only a range that takes the last frame's header too may cost more: what is left of the frames that it
    /// touches looks like one frame whose first sectors were not written.</summary>
    [Fact]
    public void Zeroed_byte_or_range_is_refused_or_costs_the_last_frame_only()
    {
        var log = SmallLog.Create(Payload(2100, zeros: false));
        foreach (var sizeBytes in (int[])[1, 8, 100, 600])
        {
            for (var start = 0; start + sizeBytes <= log.EndOffset; start++)
            {
                var bytes = log.Bytes.ToArray();
                bytes.AsSpan(start, sizeBytes).Clear();
                var before = log.Syncs.LastOrDefault(sync => sync.EndOffset <= start);
                var reachesLastHeader = start + sizeBytes > log.Syncs[^2].EndOffset;
                ExpectRefusalOr([log.Syncs[^1].Text, reachesLastHeader ? before.Text : log.Syncs[^2].Text], bytes);
            }
        }
    }

    [Fact]
    public void Random_damage_never_gives_anything_but_a_state_after_some_sync()
    {
        var log = SmallLog.Create(Payload(700, zeros: false));
        var states = log.Syncs.Select(sync => sync.Text).ToHashSet();
        var random = new Random(7);
        for (var round = 0; round < 3000; round++)
        {
            var bytes = log.Bytes.ToArray();
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
                var (first, second) = SmallLog.Open(bytes);
                Assert.Contains(first, states);
                Assert.Equal(first, second);
            }
            catch (LogCorruptException exception)
            {
                Assert.InRange(exception.OffsetBytes, 0, Math.Max(64, bytes.Length));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Garbage_file_is_refused(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var bytes = new byte[random.Next(5000)];
            random.NextBytes(bytes);
            if (random.Next(2) == 0 && bytes.Length > 8)
            {
                "RAFTLOG1"u8.CopyTo(bytes);
            }

            Assert.Throws<LogCorruptException>(() => SmallLog.Open(bytes));
        }
    }

    private static void ExpectRefusalOr(string[] allowed, byte[] bytes)
    {
        try
        {
            var (first, second) = SmallLog.Open(bytes);
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
