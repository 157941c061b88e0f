package decompress

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zip"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
)

// memberPlaces are where the members of a BGZF stream begin.
func memberPlaces(b []byte) (at []int) {
	for i := 0; i < len(b); i += int(binary.LittleEndian.Uint16(b[i+12+9:])) + 1 {
		at = append(at, i)
	}
	return at
}

// TestDamagedHeadersOfMembersAreErrors changes the method of each member in turn: nothing that is
// read is anything but the beginning of the text, and it does not end without an error.
func TestDamagedHeadersOfMembersAreErrors(t *testing.T) {
	text := noise(1_300_000)
	b := bgzf(t, text, 60_000)
	begin := memberPlaces(b)
	require.Greater(t, len(b), 2*batchSize, "members are decoded in several batches")
	for i, at := range begin {
		broken := bytes.Clone(b)
		broken[at+2]++ // the method; 8 is the one that there is
		got, _, err := read(broken)
		require.ErrorIs(t, err, gzip.ErrHeader, "member %d of %d", i, len(begin))
		require.ErrorContains(t, err, "gzip: ")
		require.True(t, strings.HasPrefix(text, got), "member %d", i)
	}
}

// TestNoByteOfAMemberIsDamagedInSilence changes each byte of a small stream in turn.
func TestNoByteOfAMemberIsDamagedInSilence(t *testing.T) {
	text := numbers(60)
	for name, b := range map[string][]byte{"bgzf": bgzf(t, text, 500), "gzip": stream(t, "gzip", text), "zstd": zstds(t, text, 300), "zstd stream": stream(t, "zstd", text)} {
		unread := 0
		for at := range b {
			broken := bytes.Clone(b)
			broken[at] ^= 0x11
			if at < 6 && Format(broken) != Format(b) {
				continue // no longer compressed, as far as can be told
			}
			got, _, err := read(broken)
			if err != nil {
				unread++
			} else if len(got) == len(text) { // times, names and what is skipped are no text
				require.Equal(t, text, got, "%s, byte %d of %d", name, at, len(b))
			}
		}
		require.Greater(t, unread, len(b)/2, name)
	}
}

// TestWhatIsReadBeforeAnErrorIsTheBeginning: not a byte more than was decoded.
func TestWhatIsReadBeforeAnErrorIsTheBeginning(t *testing.T) {
	text := numbers(20_000)
	for name, b := range map[string][]byte{"bgzf": bgzf(t, text, 40_000), "zstd": zstds(t, text, 100_000), "gzip": stream(t, "gzip", text), "zstd stream": stream(t, "zstd", text)} {
		for _, cut := range []int{len(b) / 4, len(b) / 2, len(b) - 30, len(b) - 1} {
			for _, size := range []int{7, 512, 100_000} {
				d, _, err := New("", bytes.NewReader(b[:cut]))
				require.NoError(t, err)
				var got []byte
				for p := bytes.Repeat([]byte("#"), size); err == nil; {
					var n int
					n, err = d.Read(p)
					got = append(got, p[:n]...)
				}
				d.Close() // some say the error once more
				require.True(t, strings.HasPrefix(text, string(got)), "%s cut at %d, read by %d", name, cut, size)
			}
		}
	}
}

// TestGzipWithAnyExtraField: fields that look like BGZF's, and are not, change nothing.
func TestGzipWithAnyExtraField(t *testing.T) {
	for _, extra := range []string{
		"", "x", "BC", "BC\x00", "BC\x00\x00", "BX\x02\x00ab", "AC\x02\x00ab", "BC\x01\x00a", "BC\x03\x00abc", "CB\x02\x00ab",
		"BX\x02\x00\x05\x00", "AC\x02\x00\xff\xff", "BC\x02\x00\x00\x00", "BC\x02\x00\x19\x00", "BC\x02\x00a", "x\x00\xff\xffBC", "xy\x00\x00BX\x02\x00ab",
		strings.Repeat("ab\x00\x00", 300), "RA\x00\x40" + strings.Repeat("z", 0x4000),
	} {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Extra = []byte(extra)
		_, err := io.WriteString(w, "a,b\n1,2\n")
		require.NoError(t, err)
		require.NoError(t, w.Close())
		for _, twice := range []int{1, 2} {
			got, name, err := read(bytes.Repeat(b.Bytes(), twice))
			require.NoError(t, err, "%.20q", extra)
			require.Equal(t, "gzip", name)
			require.Equal(t, strings.Repeat("a,b\n1,2\n", twice), got, "%.20q", extra)
		}
	}
}

// TestMembersBesideTheirLimits: a size that a member names is taken where it can hold one, and
// nowhere else.
func TestMembersBesideTheirLimits(t *testing.T) {
	const plain = "BC\x02\x00"
	size := func(extra string, total int) ([]byte, error) {
		b := []byte("\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\xff")
		b = binary.LittleEndian.AppendUint16(b, uint16(len(extra)+2))
		b = append(b, extra...)
		b = binary.LittleEndian.AppendUint16(b, uint16(total-1))
		_, err := memberSize(bufReader(b))
		return b, err
	}
	least := 12 + 6 + 8 + 1 // header, field, checksum and size, and a byte between them
	_, err := size(plain, least)
	require.NoError(t, err)
	_, err = size(plain, least-1)
	require.ErrorIs(t, err, errStream)
	_, err = size(strings.Repeat("ab\x00\x00", 254)+plain, 5000)
	require.NoError(t, err, "1,022 bytes of fields")
	_, err = size(strings.Repeat("ab\x00\x00", 256)+plain, 5000)
	require.ErrorIs(t, err, errStream, "more than is looked at")

	b, _ := size(plain, least)
	for n := range len(b) {
		_, err := memberSize(bufReader(b[:n]))
		if n == 0 {
			require.ErrorIs(t, err, io.EOF)
		} else {
			require.ErrorIs(t, err, errStream, "a header of %d bytes", n)
		}
	}
}

// TestMalformedStreamsAndTheirErrors is what each fault is called.
func TestMalformedStreamsAndTheirErrors(t *testing.T) {
	change := func(b []byte, at int) []byte {
		b = bytes.Clone(b)
		if at < 0 {
			at += len(b)
		}
		b[at] ^= 1
		return b
	}
	text := numbers(200)
	gz, bg, zs := stream(t, "gzip", text), bgzf(t, text, 1000), stream(t, "zstd", text)
	frame := zstds(t, text, 1000)[11:] // without what is skipped
	bg = bg[:memberPlaces(bg)[2]]
	for name, c := range map[string]struct {
		in   []byte
		want error
	}{
		"gzip, the method":                       {change(gz, 2), gzip.ErrHeader},
		"gzip, its checksum":                     {change(gz, -8), gzip.ErrChecksum},
		"gzip, its size":                         {change(gz, -4), gzip.ErrChecksum},
		"gzip, text behind it":                   {append(bytes.Clone(gz), "a,b\n1,2\n 3"...), gzip.ErrHeader},
		"gzip, half a member behind it":          {append(bytes.Clone(gz), gz[:len(gz)/2]...), io.ErrUnexpectedEOF},
		"BGZF, a checksum":                       {change(bg, -8), gzip.ErrChecksum},
		"BGZF, a size":                           {change(bg, -4), gzip.ErrChecksum},
		"BGZF, text behind it":                   {append(bytes.Clone(bg), "a,b\n1,2\n 3"...), gzip.ErrHeader},
		"BGZF, a member cut in its header":       {append(bytes.Clone(bg), bg[:15]...), io.ErrUnexpectedEOF},
		"BGZF, a member cut":                     {append(bytes.Clone(bg), bg[:100]...), io.ErrUnexpectedEOF},
		"zstd, a checksum":                       {change(zs, -1), zstd.ErrCRCMismatch},
		"zstd, a frame's checksum":               {change(frame, -1), zstd.ErrCRCMismatch},
		"zstd, text behind a frame":              {append(bytes.Clone(frame), "a,b\n1,2\n"...), zstd.ErrMagicMismatch},
		"zstd, a window too large":               {[]byte("\x28\xb5\x2f\xfd\x00\xf8\x01\x00\x00"), zstd.ErrWindowSizeExceeded},
		"zstd, a reserved block":                 {[]byte("\x28\xb5\x2f\xfd\x20\x05\x2f\x00\x00hello"), zstd.ErrReservedBlockType},
		"zstd, what is skipped is cut":           {[]byte("\x50\x2A\x4D\x18\x03\x00\x00\x00ab"), io.ErrUnexpectedEOF},
		"zstd, a frame, what is skipped is cut":  {append(bytes.Clone(frame), "\x50\x2A\x4D\x18\x03\x00\x00\x00ab"...), io.ErrUnexpectedEOF},
		"zstd, a frame's content more than said": {[]byte("\x28\xb5\x2f\xfd\x20\x04\x29\x00\x00hello"), zstd.ErrFrameSizeExceeded},
		"zstd, a frame's content less than said": {[]byte("\x28\xb5\x2f\xfd\x20\x06\x29\x00\x00hello"), zstd.ErrFrameSizeMismatch},
	} {
		for by, r := range map[string]io.Reader{"at once": bytes.NewReader(c.in), "by byte": iotest.OneByteReader(bytes.NewReader(c.in))} {
			d, _, err := New("", r)
			if err == nil {
				_, err = io.ReadAll(d)
				d.Close()
			}
			require.ErrorIs(t, err, c.want, "%s, read %s", name, by)
			require.ErrorContains(t, err, Format(c.in)+": ")
		}
	}
	got, _, err := read([]byte("\x28\xb5\x2f\xfd\x20\x05\x29\x00\x00hello"))
	require.NoError(t, err)
	require.Equal(t, "hello", got, "the frame that those with faults are made of")
}

// TestAFailingInputIsToldAsItIs fails at each byte of the beginning and the end, and some between
// them.
func TestAFailingInputIsToldAsItIs(t *testing.T) {
	down := errors.New("the wire is cut")
	text := numbers(300)
	for name, b := range map[string][]byte{"gzip": stream(t, "gzip", text), "zstd": stream(t, "zstd", text), "none": []byte(text)} {
		for n := 0; n < len(b); n += 1 + n/8 {
			d, _, err := New("", io.MultiReader(bytes.NewReader(b[:n]), iotest.ErrReader(down)))
			if err == nil {
				var got []byte
				got, err = io.ReadAll(d)
				require.True(t, strings.HasPrefix(text, string(got)))
				d.Close()
			}
			require.ErrorIs(t, err, down, "%s, after %d bytes", name, n)
		}
	}
}

// TestAClosedReaderReadsNoMore and starts nothing.
func TestAClosedReaderReadsNoMore(t *testing.T) {
	text := noise(2_000_000)
	for name, b := range map[string][]byte{"bgzf": bgzf(t, text, 60_000), "zstd": zstds(t, text, 60_000)} {
		d, err := open(Format(b), bufio.NewReaderSize(bytes.NewReader(b), 32<<10), new(input))
		require.NoError(t, err)
		_, err = d.Read(make([]byte, 10))
		require.NoError(t, err)
		require.NoError(t, d.Close())
		n, err := d.Read(make([]byte, 10))
		require.ErrorIs(t, err, io.ErrClosedPipe, name)
		require.Zero(t, n)
	}
}

// TestNoMoreIsDecodedAheadThanThereAreCores counts what lies in the queue.
func TestNoMoreIsDecodedAheadThanThereAreCores(t *testing.T) {
	b := zstds(t, numbers(20_000), 1000)
	d, err := open(Format(b), bufio.NewReaderSize(bytes.NewReader(b), 32<<10), new(input))
	require.NoError(t, err)
	_, err = d.Read(make([]byte, 10))
	require.NoError(t, err)
	require.Len(t, d.(*frames).queue, runtime.GOMAXPROCS(0))
	require.NoError(t, d.Close())
}

// TestLargeFramesAreAStream: a frame whose content is larger than what is decoded by itself, and
// one that says so.
func TestLargeFramesAreAStream(t *testing.T) {
	w, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	defer w.Close()
	for size, alone := range map[int]bool{frameMax: true, frameMax + 1: false} {
		b := w.EncodeAll(bytes.Repeat([]byte("0123456789abcdef"), size/16+1)[:size], nil)
		d, err := open(Format(b), bufio.NewReaderSize(bytes.NewReader(b), 32<<10), new(input))
		require.NoError(t, err)
		_, cut := d.(*frames)
		require.Equal(t, alone, cut, "%d bytes", size)
		n, err := io.Copy(io.Discard, d)
		require.NoError(t, err)
		require.EqualValues(t, size, n)
		require.NoError(t, d.Close())
	}
}

// TestTheFirstFrameThatCannotBeCutBeginsTheStream: behind one that can, at each limit.
func TestTheFirstFrameThatCannotBeCutBeginsTheStream(t *testing.T) {
	w, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	defer w.Close()
	packed := func(text string) []byte { return w.EncodeAll([]byte(text), nil) }
	long := strings.Repeat(numbers(120_000), 10)[:frameMax+1]
	var unsized bytes.Buffer
	stream, err := zstd.NewWriter(&unsized)
	require.NoError(t, err)
	_, err = io.WriteString(stream, long[:1<<20])
	require.NoError(t, err)
	require.NoError(t, stream.Close())
	for name, c := range map[string]struct {
		frame []byte
		want  string
		cut   bool
	}{
		"the largest":                  {packed(long[:frameMax]), long[:frameMax], true},
		"a byte more":                  {packed(long), long, false},
		"no size":                      {unsized.Bytes(), long[:1<<20], false},
		"64 KiB of one letter":         {packed(strings.Repeat("a", 64<<10)), strings.Repeat("a", 64<<10), true},
		"1 MiB of one letter":          {packed(strings.Repeat("a", 1<<20)), strings.Repeat("a", 1<<20), false},
		"a letter repeated by a block": {[]byte("\x28\xB5\x2F\xFD\x20\x03\x1B\x00\x00a"), "aaa", true},
		"by a dictionary":              {[]byte("\x28\xB5\x2F\xFD\x21\x05\x03\x19\x00\x00abc"), "", false},
		"a block of no kind":           {[]byte("\x28\xB5\x2F\xFD\x20\x03\x1F\x00\x00abc"), "", false},
	} {
		begin := strings.Repeat("first\n", 100)
		first := packed(begin)
		b := slices.Concat(first, c.frame, first)
		d, err := open(Format(b), bufio.NewReaderSize(bytes.NewReader(b), 32<<10), new(input))
		require.NoError(t, err, name)
		got, err := io.ReadAll(d)
		if c.want == "" {
			require.Error(t, err, name)
			require.Equal(t, begin, string(got), name)
		} else {
			require.NoError(t, err, name)
			require.True(t, begin+c.want+begin == string(got), name)
		}
		require.Equal(t, c.cut, d.(*frames).rest == nil, name)
		require.NoError(t, d.Close())
	}
}

func TestArchivesThatAreNoOneFile(t *testing.T) {
	open := func(b []byte) (string, error) {
		r, err := Zip(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return "", err
		}
		defer r.Close()
		got, err := io.ReadAll(r)
		return string(got), err
	}
	for n, files := range []map[string]string{{}, {"a": "1"}, {"a": "1", "b": "2"}, {"a": "", "b/c": "2", "d/": ""}} {
		_, err := open(archive(t, files))
		if n == 1 {
			require.NoError(t, err)
			continue
		}
		require.EqualError(t, err, fmt.Sprintf("zip: the archive holds %d files, which are not one table: unpack it", min(n, 2)))
	}
	b := archive(t, map[string]string{"a.csv": text})
	broken := bytes.Clone(b)
	broken[len("a.csv")+30+5] ^= 0x40 // of the text, packed
	_, err := open(broken)
	require.ErrorContains(t, err, "zip: ")
	broken = bytes.Clone(b)
	at := bytes.Index(broken, []byte("PK\x01\x02"))
	broken[at+16] ^= 1 // the checksum
	got, err := open(broken)
	require.ErrorIs(t, err, zip.ErrChecksum)
	require.Equal(t, text, got)
	broken = bytes.Clone(b)
	broken[at+10] = 99 // the method
	_, err = open(broken)
	require.ErrorIs(t, err, zip.ErrAlgorithm)
	for _, s := range []string{"", "P", "PK\x03", "PK\x01\x02", "PKs"} {
		require.False(t, IsZip(strings.NewReader(s)), "%q", s)
	}
}

func bufReader(b []byte) *bufio.Reader { return bufio.NewReader(bytes.NewReader(b)) }

// noise is what does not become smaller.
func noise(n int) string {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{}).Read(b)
	return string(b)
}
