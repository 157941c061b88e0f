package parquetenc

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// head is the beginning of delta-packed integers.
func head(block, minis, total uint64, first int64) []byte {
	b := binary.AppendUvarint(nil, block)
	b = binary.AppendUvarint(b, minis)
	b = binary.AppendUvarint(b, total)
	return binary.AppendVarint(b, first)
}

// TestMalformedDifferences has the error for each way in which delta-packed integers can be wrong,
// cut ones included.
func TestMalformedDifferences(t *testing.T) {
	endless := bytes.Repeat([]byte{0x80}, 11)
	block := func(least int64, rest ...byte) []byte {
		return slices.Concat(head(128, 4, 3, 7), binary.AppendVarint(nil, least), rest)
	}
	for name, c := range map[string]struct {
		src  []byte
		n    int
		want error
	}{
		"nothing":                        {nil, 3, ErrShort},
		"cut in the block's size":        {[]byte{0x80}, 3, ErrShort},
		"a block's size without end":     {endless, 3, ErrFormat},
		"cut behind the block's size":    {head(128, 4, 3, 7)[:2], 3, ErrShort},
		"miniblocks without end":         {append([]byte{0x80, 1}, endless...), 3, ErrFormat},
		"cut behind the miniblocks":      {head(128, 4, 3, 7)[:3], 3, ErrShort},
		"cut before the first value":     {head(128, 4, 3, 7)[:4], 3, ErrShort},
		"a first value without end":      {append(head(128, 4, 3, 0)[:4], endless...), 3, ErrFormat},
		"blocks of 0":                    {head(0, 4, 3, 7), 3, ErrFormat},
		"blocks of 127":                  {head(127, 1, 3, 7), 3, ErrFormat},
		"blocks of 64":                   {head(64, 2, 3, 7), 3, ErrFormat},
		"the largest block":              {append(head(1<<20, 1, 3, 7), 0, 0), 3, nil},
		"a larger block":                 {append(head(1<<20+128, 1, 3, 7), 0, 0), 3, ErrFormat},
		"no miniblocks":                  {head(128, 0, 3, 7), 3, ErrFormat},
		"miniblocks that divide nothing": {head(128, 3, 3, 7), 3, ErrFormat},
		"more miniblocks than values":    {append(head(128, 129, 3, 7), make([]byte, 300)...), 3, ErrFormat},
		"miniblocks without number":      {append(head(128, 1<<63, 3, 7), make([]byte, 300)...), 3, ErrFormat},
		"35 miniblocks of 32.9":          {append(head(1152, 35, 3, 7), make([]byte, 300)...), 3, ErrFormat},
		"36 miniblocks of 32":            {append(head(1152, 36, 3, 7), make([]byte, 300)...), 3, nil},
		"miniblocks of 16":               {head(128, 8, 3, 7), 3, ErrFormat},
		"fewer values than wanted":       {block(0, 0, 0, 0, 0), 4, ErrFormat},
		"more values than wanted":        {block(0, 0, 0, 0, 0), 2, ErrFormat},
		"no block":                       {head(128, 4, 3, 7), 3, ErrShort},
		"a least difference without end": {append(head(128, 4, 3, 7), endless...), 3, ErrFormat},
		"no widths":                      {block(1), 3, ErrShort},
		"three widths of four":           {block(1, 0, 0, 0), 3, ErrShort},
		"widths alone":                   {block(1, 0, 0, 0, 0), 3, nil},
		"a width of 64":                  {block(1, append([]byte{64, 0, 0, 0}, make([]byte, 16)...)...), 3, nil},
		"a width of 65":                  {block(1, append([]byte{65, 0, 0, 0}, make([]byte, 300)...)...), 3, ErrFormat},
		"a width of 255":                 {block(1, append([]byte{255, 0, 0, 0}, make([]byte, 2000)...)...), 3, ErrFormat},
		"a width that is not used":       {block(1, 0, 255, 255, 255), 3, nil},
		"packed values cut":              {block(1, append([]byte{64, 0, 0, 0}, make([]byte, 15)...)...), 3, ErrShort},
		"no packed values":               {block(1, 1, 0, 0, 0), 3, ErrShort},
		"the last miniblock cut short":   {block(1, 1, 0, 0, 0, 3), 3, nil},
	} {
		_, err := Delta(make([]int64, c.n), c.src)
		require.ErrorIs(t, err, c.want, name)
		_, err = Delta(make([]int32, c.n), c.src)
		require.ErrorIs(t, err, c.want, name)
	}
}

// TestCountsOfDifferences has the limits of a page's claim of how many it holds.
func TestCountsOfDifferences(t *testing.T) {
	for n, want := range map[uint64]error{0: nil, 1: nil, 1 << 31: nil, 1<<31 + 1: ErrFormat, math.MaxUint64: ErrFormat} {
		got, err := DeltaCount(head(128, 4, n, 0))
		require.ErrorIs(t, err, want)
		if want == nil {
			require.EqualValues(t, n, got)
		}
	}
	_, err := DeltaCount([]byte{0x80, 1})
	require.ErrorIs(t, err, ErrShort)
}

// TestDifferencesWithMalformedBlocks cuts good input everywhere: an error, never other values.
func TestDifferencesWithMalformedBlocks(t *testing.T) {
	values := make([]int64, 500)
	for i := range values {
		values[i] = int64(i*i) % 1001
	}
	whole := AppendDelta(nil, values)
	for cut := range whole {
		got := make([]int64, len(values))
		if _, err := Delta(got, whole[:cut]); err == nil {
			require.Equal(t, values, got, "cut at %d of %d", cut, len(whole)) // of the last miniblock what holds no value may be missing
		} else {
			require.ErrorIs(t, err, ErrShort)
		}
	}
}

// TestMalformedHybrids has the error for each way in which runs and packed bits can be wrong, by
// every method that reads them.
func TestMalformedHybrids(t *testing.T) {
	for _, width := range []int{-1, 33, 64, 255} {
		_, err := NewHybrid([]byte{2, 1}, width)
		require.ErrorIs(t, err, ErrFormat, width)
	}
	for _, width := range []int{0, 1, 31, 32} {
		_, err := NewHybrid([]byte{2, 1}, width)
		require.NoError(t, err, width)
	}
	long := bytes.Repeat([]byte{0x80}, 11)
	empty := bytes.Repeat([]byte{0, 0}, 1<<16+2)
	for name, c := range map[string]struct {
		src   []byte
		width int
		n     int
		want  error
	}{
		"nothing":                   {nil, 1, 1, ErrShort},
		"a head cut":                {[]byte{0x80}, 1, 1, ErrShort},
		"a head without end":        {long, 1, 1, ErrFormat},
		"a run without its value":   {[]byte{4}, 1, 2, ErrShort},
		"a value of two bytes cut":  {[]byte{4, 1}, 9, 2, ErrShort},
		"a value of four bytes cut": {[]byte{4, 1, 0, 0}, 32, 2, ErrShort},
		"a run":                     {[]byte{4, 1}, 1, 2, nil},
		"a run too short":           {[]byte{4, 1}, 1, 3, ErrShort},
		"packed":                    {[]byte{3, 0xff}, 1, 8, nil},
		"packed too short":          {[]byte{3, 0xff}, 1, 9, ErrShort},
		"packed and nothing there":  {[]byte{3}, 1, 1, ErrShort},
		"packed and cut":            {[]byte{3, 0xff, 0xff}, 3, 6, ErrShort},
		"packed as far as it goes":  {[]byte{3, 0xff, 0xff}, 3, 5, nil},
		"runs of nothing":           {empty, 1, 1, ErrFormat},
		"width 0 needs no bytes":    {[]byte{4}, 0, 2, nil},
		"width 0, too short":        {[]byte{4}, 0, 3, ErrShort},
	} {
		for method, read := range map[string]func(h *Hybrid) error{
			"Read of bytes": func(h *Hybrid) error { return Read(h, make([]uint8, c.n)) },
			"Read":          func(h *Hybrid) error { return Read(h, make([]uint32, c.n)) },
			"ReadIndexes":   func(h *Hybrid) error { _, err := h.ReadIndexes(make([]uint32, c.n)); return err },
			"Skip":          func(h *Hybrid) error { return h.Skip(c.n) },
			"ReadBits": func(h *Hybrid) error {
				if c.width > 1 {
					return c.want
				}
				_, err := h.ReadBits(make([]byte, 2), 0, c.n)
				return err
			},
		} {
			h, err := NewHybrid(c.src, c.width)
			require.NoError(t, err)
			require.ErrorIs(t, read(&h), c.want, "%s: %s", name, method)
		}
	}
	h, _ := NewHybrid([]byte{4, 2}, 1)
	_, err := h.ReadBits(make([]byte, 1), 0, 2)
	require.ErrorIs(t, err, ErrFormat, "a run of 2 is none of bits")
	for _, src := range [][]byte{nil, {0x80}, {4}, {3, 1}, {2, 1}} {
		h, _ := NewHybrid(src, 1)
		_, ok := h.One(2)
		require.False(t, ok, "%v is no run of two", src)
	}
}

// TestPackedLevelsThatAreCut are of the long deprecated encoding.
func TestPackedLevelsThatAreCut(t *testing.T) {
	for n := range 20 {
		h := NewPacked([]byte{0b10110100}, 1, n)
		err := Read(&h, make([]uint8, n))
		if n <= 8 {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, ErrShort)
		}
	}
}

// TestMalformedSplits has streams that end early.
func TestMalformedSplits(t *testing.T) {
	src := make([]byte, 12)
	for _, c := range []struct {
		dst, count, skip, take, width int
		want                          error
	}{
		{12, 3, 0, 3, 4, nil}, {4, 3, 2, 1, 4, nil}, {0, 3, 3, 0, 4, nil},
		{16, 4, 0, 4, 4, ErrShort}, {12, 3, 1, 3, 4, ErrShort}, {11, 3, 0, 3, 4, ErrShort}, {52, 13, 0, 1, 1, ErrShort},
	} {
		require.ErrorIs(t, Split(make([]byte, c.dst), src, c.count, c.skip, c.take, c.width), c.want, c)
	}
}
