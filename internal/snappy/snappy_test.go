package snappy

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	oracle "github.com/klauspost/compress/snappy"
	"github.com/stretchr/testify/require"
)

// inputs are bytes as columns have them.
func inputs() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	all := map[string][]byte{"empty": {}, "one": {7}, "zeros": make([]byte, 5000)}
	numbers := func(step func(i int) uint64) (b []byte) {
		for i := range 20_000 {
			b = binary.LittleEndian.AppendUint64(b, step(i))
		}
		return b
	}
	all["ids"] = numbers(func(i int) uint64 { return uint64(i) })
	at := uint64(1.7e15)
	all["times"] = numbers(func(int) uint64 { at += uint64(r.IntN(7)) * 1e6; return at })
	all["keys"] = numbers(func(i int) uint64 { return uint64(i) * 7919 % 100_000 })
	all["noise"] = numbers(func(int) uint64 { return r.Uint64() })
	for period := 1; period < 70; period++ {
		pattern := make([]byte, period)
		for i := range pattern {
			pattern[i] = byte(r.Uint32())
		}
		all["period "+string(rune('0'+period/10))+string(rune('0'+period%10))] = bytes.Repeat(pattern, 3000/period)
	}
	all["text"] = []byte(strings.Repeat("the quick brown fox jumps over the lazy dog; ", 500))
	var mixed []byte
	for len(mixed) < 100_000 {
		if k := r.IntN(80); r.IntN(3) > 0 && len(mixed) > 0 {
			from := r.IntN(len(mixed))
			for i := range k { // some of it overlaps itself
				mixed = append(mixed, mixed[from+i])
			}
		} else {
			for range k {
				mixed = append(mixed, byte(r.Uint32()))
			}
		}
	}
	all["mixed"] = mixed
	return all
}

func TestDecodesWhatIsEncoded(t *testing.T) {
	for name, want := range inputs() {
		packed := oracle.Encode(nil, want)
		got := bytes.Repeat([]byte{0xAA}, len(want)+256)
		require.NoError(t, Decode(got[:len(want):len(want)], packed), name)
		require.True(t, bytes.Equal(want, got[:len(want)]), name)
		require.Equal(t, bytes.Repeat([]byte{0xAA}, 256), got[len(want):], "%s: nothing is written past the end", name)
	}
}

// TestHandMadeElements decodes every kind of element at every place near and far from the ends.
func TestHandMadeElements(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		packed, want := compose(r, 1+r.IntN(200))
		got := make([]byte, len(want))
		require.NoError(t, Decode(got, packed))
		require.True(t, bytes.Equal(want, got))
	}
}

// compose writes elements of all kinds and what they stand for.
func compose(r *rand.Rand, elements int) (packed, plain []byte) {
	var body []byte
	for range elements {
		kind := r.IntN(5)
		switch n := 1 + r.IntN(64); {
		case kind == 0 || len(plain) == 0:
			if n = min(n, 60); r.IntN(20) == 0 {
				n = 61 + r.IntN(300)
			}
			if n <= 60 {
				body = append(body, byte(n-1)<<2)
			} else {
				body = append(body, 61<<2, byte(n-1), byte((n-1)>>8))
			}
			for range n {
				b := byte(r.Uint32())
				body, plain = append(body, b), append(plain, b)
			}
		default:
			offset := 1 + r.IntN(min(len(plain), 1<<16-1))
			if r.IntN(2) == 0 {
				offset = 1 + r.IntN(min(len(plain), []int{20, 80}[r.IntN(2)]))
			}
			switch {
			case kind == 1 && offset < 2048:
				n = 4 + n%8
				body = append(body, 1|byte(n-4)<<2|byte(offset>>8)<<5, byte(offset))
			case kind == 2:
				body = append(body, 3|byte(n-1)<<2, byte(offset), byte(offset>>8), 0, 0)
			default:
				body = append(body, 2|byte(n-1)<<2, byte(offset), byte(offset>>8))
			}
			for range n {
				plain = append(plain, plain[len(plain)-offset])
			}
		}
	}
	return append(binary.AppendUvarint(nil, uint64(len(plain))), body...), plain
}

// FuzzDecode holds any input against decoding without the fast loop, and what is accepted against
// the library, which accepts more: it knows repeated offsets.
func FuzzDecode(f *testing.F) {
	for name, b := range inputs() {
		if len(b) < 6000 || name == "text" {
			f.Add(oracle.Encode(nil, b))
		}
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 20 {
		packed, _ := compose(r, 60)
		f.Add(packed)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		n, _, err := Len(src)
		if err != nil || n > 1<<20 {
			return
		}
		got := bytes.Repeat([]byte{0xAA}, n+128)
		err = Decode(got[:n:n], src)
		require.Equal(t, bytes.Repeat([]byte{0xAA}, 128), got[n:])
		want, slowErr := slowly(src)
		require.Equal(t, slowErr == nil, err == nil, "%v, slowly %v", err, slowErr)
		if err == nil {
			require.True(t, bytes.Equal(want, got[:n]))
			want, err = oracle.Decode(nil, src)
			require.NoError(t, err)
			require.True(t, bytes.Equal(want, got[:n]))
		}
	})
}

// slowly decodes without the fast loop.
func slowly(src []byte) ([]byte, error) {
	n, at, err := Len(src)
	dst := make([]byte, n)
	d := 0
	for at < len(src) && err == nil {
		d, at, err = element(dst, src, d, at)
	}
	if d != n {
		err = ErrCorrupt
	}
	return dst, err
}

func TestDamageIsFound(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 300 {
		packed, want := compose(r, 100)
		for range 50 {
			src := bytes.Clone(packed)
			src[r.IntN(len(src))] = byte(r.Uint32())
			got := bytes.Repeat([]byte{0xAA}, len(want)+128)
			err := Decode(got[:len(want):len(want)], src)
			require.Equal(t, bytes.Repeat([]byte{0xAA}, 128), got[len(want):])
			slow, slowErr := slowly(src)
			if err == nil {
				require.NoError(t, slowErr)
				require.True(t, bytes.Equal(slow, got[:len(want)]))
			} else {
				require.True(t, slowErr != nil || len(slow) != len(want))
			}
			require.Error(t, Decode(got[:len(want):len(want)], packed[:r.IntN(len(packed))]))
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	cases := map[string][]byte{}
	for _, name := range []string{"ids", "times", "keys", "noise", "text", "mixed"} {
		cases[name] = oracle.Encode(nil, inputs()[name])
	}
	if dir := os.Getenv("SNAP"); dir != "" {
		for _, n := range []string{"id", "pickup", "driver", "tip"} {
			cases[n], _ = os.ReadFile(filepath.Join(dir, n+".bin"))
		}
	}
	for name, packed := range cases {
		n, _, _ := Len(packed)
		dst := make([]byte, n)
		b.Run(name+"/volley", func(b *testing.B) {
			b.SetBytes(int64(n))
			for b.Loop() {
				if err := Decode(dst, packed); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/klauspost", func(b *testing.B) {
			b.SetBytes(int64(n))
			for b.Loop() {
				if _, err := oracle.Decode(dst, packed); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
