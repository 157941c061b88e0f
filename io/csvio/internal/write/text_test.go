package write

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"
)

// written is what a function writes, with a buffer that has just the room it is promised.
func written(room int, put func(b []byte, at int) int) string {
	b := make([]byte, 3+room+spare)
	return string(b[3:put(b, 3)])
}

func TestIntegersAreWritten(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	values := []int64{0, 1, 9, 10, 99, 100, 99999999, 100000000, 9999999999999999, math.MaxInt64, math.MinInt64, -1, -10}
	for range 20000 {
		values = append(values, int64(r.Uint64())>>r.IntN(64))
	}
	for _, v := range values {
		require.Equal(t, strconv.FormatInt(v, 10), written(intRoom, func(b []byte, at int) int { return putInt(b, at, v) }))
		require.Equal(t, strconv.FormatUint(uint64(v), 10), written(intRoom, func(b []byte, at int) int { return putUint(b, at, uint64(v)) }))
	}
	for v := range uint64(1e5) {
		require.Equal(t, strconv.FormatUint(v*997, 10), written(intRoom, func(b []byte, at int) int { return putUint(b, at, v*997) }))
	}
}

// TestFloatsAreShortest holds floats of all kinds against strconv's shortest digits.
func TestFloatsAreShortest(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	values := []float64{0, math.Copysign(0, -1), 1, -1, 0.1, 0.25, 1e15, 1e15 - 1, 1e20, 1e21, 123456789012345, 999999999999999, 1e-6, 1e-7, 9.999999e-7, 5e-324, math.MaxFloat64,
		0.3, 0.1 + 0.2, 2.675, 1e-5, 0.000001, 100000000.5, 99999999.99, 123456.7, math.Inf(1), math.Inf(-1), math.NaN()}
	for range 50000 {
		values = append(values, math.Float64frombits(r.Uint64()), r.NormFloat64(), float64(r.IntN(1e6))/100, float64(r.IntN(1e6))/100+float64(r.IntN(1e6))/100,
			float64(r.Int64N(1e15))/math.Pow10(r.IntN(9)))
	}
	d := new(decimals)
	for _, v := range values {
		if r.IntN(100) == 0 {
			d = new(decimals)
		}
		got := written(floatRoom, func(b []byte, at int) int { return d.put(b, at, v) })
		format := byte('f')
		if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
			format = 'e'
		}
		want := strconv.FormatFloat(v, format, -1, 64)
		if !strings.ContainsAny(want, ".eIN") {
			want += ".0"
		}
		require.Equal(t, want, got)
		back, err := strconv.ParseFloat(got, 64)
		require.NoError(t, err)
		require.True(t, back == v && math.Signbit(back) == math.Signbit(v) || v != v, got)
	}
}

// TestFloatsInSlotsAreTheSame holds whole columns of floats against one at a time.
func TestFloatsInSlotsAreTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	const width = floatRoom + spare
	for range 2000 {
		kind := r.IntN(6)
		vals := make([]float64, r.IntN(rowsAtOnce+1))
		for i := range vals {
			switch scale := math.Pow10(kind); r.IntN(20) {
			case 0:
				vals[i] = math.Float64frombits(r.Uint64())
			case 1:
				vals[i] = []float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), 1e8, 99999999, 1e15, 9999999.9, 0.1 + 0.2, 1e-7}[r.IntN(11)]
			case 2:
				vals[i] = float64(r.Int64N(1e12)-5e11) / scale
			default:
				vals[i] = float64(r.Int64N(2e6)-1e6) / scale
			}
		}
		b, lens := make([]byte, len(vals)*width+spare), make([]uint32, len(vals))
		d := &decimals{digits: r.IntN(triedDigits + 1)}
		d.fill(vals, b, width, lens)
		for i, v := range vals {
			want := written(floatRoom, func(b []byte, at int) int { return new(decimals).put(b, at, v) })
			require.Equal(t, want, string(b[i*width:i*width+int(lens[i])]), "%v", v)
		}
	}
}

func TestIntegersInSlotsAreTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	const width = intRoom + spare
	for range 1000 {
		vals := make([]int64, r.IntN(rowsAtOnce+1))
		for i := range vals {
			vals[i] = int64(r.Uint64()) >> (40 + r.IntN(24))
			if r.IntN(20) == 0 {
				vals[i] = []int64{math.MinInt64, math.MaxInt64, 1e8, 99999999, -99999999, -9999999, 0, -1}[r.IntN(8)]
			}
		}
		b, lens := make([]byte, len(vals)*width+spare), make([]uint32, len(vals))
		fillInts(vals, b, width, lens)
		for i, v := range vals {
			require.Equal(t, strconv.FormatInt(v, 10), string(b[i*width:i*width+int(lens[i])]))
		}
	}
}

func TestTextsInStrandsAreTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	for range 1000 {
		b := array.NewStringBuilder(memory.DefaultAllocator)
		words := []string{"plain", "Zone 12", "a longer text than a word", "", "NA", "a,b", `say "hi"`, "two\nlines", " x", "ninechars"}[:1+r.IntN(10)]
		for range 1 + r.IntN(rowsAtOnce) {
			b.Append(words[r.IntN(len(words))] + strings.Repeat("x", r.IntN(20)*r.IntN(2)))
		}
		arr := b.NewStringArray()
		lo := r.IntN(arr.Len())
		c := &stringEncoder{quotes: newQuoting(Options{Delimiter: ','}), offsets: arr.ValueOffsets(), data: stringData(arr)}
		s := &columnText{starts: make([]uint32, rowsAtOnce), lens: make([]uint32, rowsAtOnce)}
		text := c.encode(s, lo, arr.Len())
		for i := range arr.Len() - lo {
			want := written(textRoom(len(arr.Value(lo+i))), func(b []byte, at int) int { return c.put(b, at, lo+i) })
			require.Equal(t, want, string(text[s.starts[i]:s.starts[i]+s.lens[i]]))
		}
	}
}

func TestTimesAreWritten(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for _, unit := range []struct {
		perSecond int64
		digits    int
		layout    string
	}{{1, 0, ""}, {1e3, 3, ".000"}, {1e6, 6, ".000000"}, {1e9, 9, ".000000000"}} {
		w := &stamps{perSecond: unit.perSecond, digits: unit.digits}
		for range 5000 {
			v := int64(r.Uint64()) >> (r.IntN(40) + 24)
			if r.IntN(2) == 0 {
				v = (v >> 20) * unit.perSecond
			}
			nanos := (v - floorDiv(v, unit.perSecond)*unit.perSecond) * (1e9 / unit.perSecond)
			at := time.Unix(floorDiv(v, unit.perSecond), nanos).UTC()
			layout := "2006-01-02T15:04:05"
			if nanos != 0 {
				layout += unit.layout
			}
			require.Equal(t, at.Format(layout), written(dateRoom+32, func(b []byte, at int) int { return w.put(b, at, v) }))
		}
	}
}

func TestQuotesWhereNeeded(t *testing.T) {
	q := newQuoting(Options{Delimiter: ','})
	for _, s := range []string{"", "NA", "null", " x", "x ", "\tx", "#x", "a,b", "a\nb", "a\rb", `a"b`, `"`, "12345678,", "1234567\"9", "\xEF\xBB\xBFx"} {
		want := `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
		require.Equal(t, want, written(textRoom(len(s)), func(b []byte, at int) int { return q.put(b, at, []byte(s)) }))
	}
	for _, s := range []string{"x", "Nobody", "a b", "nullify", "12345678", "a;b", "-", "é"} {
		require.Equal(t, s, written(textRoom(len(s)), func(b []byte, at int) int { return q.put(b, at, []byte(s)) }))
	}
	for c := range 256 { // the search by words finds what the table says
		for n := range 20 {
			s := []byte(strings.Repeat("x", n) + string([]byte{byte(c)}) + strings.Repeat("y", 19-n))
			require.Equal(t, q.inside[c], q.special(s), "%q", s)
		}
	}
}
