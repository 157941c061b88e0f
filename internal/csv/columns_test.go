package csv

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// someField is a field that the loops over columns meet: of each kind, nearly of it, quoted or not.
func someField(r *rand.Rand) string {
	at := time.Unix(r.Int64N(8e9)-3e9, 0).UTC()
	f := []func() string{
		func() string { return strconv.FormatInt(int64(r.Uint64())>>r.IntN(64), 10) },
		func() string { return strconv.FormatFloat(r.NormFloat64()*1000, 'f', r.IntN(9), 64) },
		func() string { return at.Format("2006-01-02 15:04:05") },
		func() string {
			return at.Format([]string{"2006-01-02T15:04:05", "2006-01-02T15:04:05.123456Z", "2006-01-02", "2006-02-30 15:04:05"}[r.IntN(4)])
		},
		func() string { // a digit, letter or other thing somewhere in a good one
			s := []byte([]string{"2013-01-31 23:59:59", "12345678", "1234.567", "-123", "99.5"}[r.IntN(5)])
			s[r.IntN(len(s))] = "0123456789-:. ,T/;eE\x00\xff\"a"[r.IntN(24)]
			return strings.NewReplacer(",", "x", `"`, "y").Replace(string(s))
		},
		func() string {
			return []string{"", "NA", "null", "-", "+", ".", "-.", "..", "1.", ".5", "-0", "-0.0", "0", "00", "007", "-01", "00.5", "0.5", "9007199254740993", "9007199254740992", "123456789012345678901", "1e5", "+7", " 1", "1 ", "nan", "--1", "1-", "9.9.9", "2000-02-29 00:00:00", "1900-02-29 00:00:00", "0000-01-01 00:00:00", "9999-12-31 23:59:59", "2013-00-10 00:00:00", "2013-13-10 00:00:00", "2013-01-00 00:00:00", "2013-01-01 24:00:00", "2013-01-01x00:00:00"}[r.IntN(38)]
		},
		func() string { return strings.Repeat("text ", r.IntN(60)) + strings.Repeat("é", r.IntN(90)) },
	}
	s := f[r.IntN(len(f))]()
	switch r.IntN(12) {
	case 0:
		s = `"` + s + `"`
	case 1:
		s = `"` + s + `""x"`
	}
	return s
}

// columnText is rows of three fields, most of a column of one kind, so that whole groups are.
func columnText(r *rand.Rand, end string) []byte {
	var b []byte
	kind := someField(r)
	for range r.IntN(60) {
		for c := range 3 {
			if c > 0 {
				b = append(b, ',')
			}
			if r.IntN(6) > 0 {
				b = append(b, kind...)
			} else {
				b = append(b, someField(r)...)
			}
		}
		b = append(b, end...)
		if r.IntN(20) == 0 {
			b = append(b, "bad\n\n"...)
		}
	}
	return b
}

// columnsOf are all columns read as all types.
func columnsOf(x *Index) (out []string) {
	nulls := NewWords([]string{"NA", "null"})
	for c := range x.Columns {
		ints, floats := make([]int64, x.Rows), make([]float64, x.Rows)
		for _, strict := range []bool{false, true} {
			odd := x.Ints(c, strict, ints, nil)
			out = append(out, fmt.Sprint(ints, odd))
			odd = x.Floats(c, strict, floats, nil)
			for i := range floats {
				ints[i] = int64(math.Float64bits(floats[i]))
			}
			out = append(out, fmt.Sprint(ints, odd))
		}
		for _, unit := range []int64{1, 1e3, 1e6, 1e9} {
			odd := x.Times(c, unit, false, ints, nil)
			out = append(out, fmt.Sprint(ints, odd))
		}
		offsets := make([]int32, x.Rows)
		data, odd := x.Texts(c, nulls, offsets, make([]byte, 0, len(x.block)+Pad), nil)
		out = append(out, fmt.Sprint(string(data), offsets, odd))
	}
	return out
}

// plainLoops runs a test without the loops in assembly.
func plainLoops(run func()) {
	i, f, t, s := intGroups, floatGroups, timeGroups, textRun
	defer func() { intGroups, floatGroups, timeGroups, textRun = i, f, t, s }()
	intGroups, floatGroups, timeGroups, textRun = nil, nil, nil, nil
	run()
}

// groupLoops are the loops over groups that this processor has.
var groupLoops []struct {
	ints   func([]byte, []uint32, int, []int64, []uint8) int
	floats func([]byte, []uint32, int, []float64, []uint8) int
}

func TestLoopsAreTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 11))
	for range rounds(800) {
		b := columnText(r, []string{"\n", "\r\n"}[r.IntN(2)])
		x := new(Index)
		x.Build(b, comma, 3)
		got := columnsOf(x)
		plainLoops(func() {
			require.Equal(t, columnsOf(x), got, "%q", b)
			for _, g := range groupLoops {
				intGroups, floatGroups = g.ints, g.floats
				require.Equal(t, columnsOf(x), got, "%q", b)
			}
		})
	}
}

// TestColumnsAgainstFields holds the loops over columns against one field at a time.
func TestColumnsAgainstFields(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 12))
	nulls := NewWords([]string{"NA", "null"})
	for range 400 {
		b := columnText(r, "\n")
		x := new(Index)
		x.Build(b, comma, 3)
		strict, parseInt, parseFloat := r.IntN(2) == 0, Int, Float
		if strict {
			parseInt, parseFloat = StrictInt, StrictFloat
		}
		for c := range x.Columns {
			ints, floats, times, offsets := make([]int64, x.Rows), make([]float64, x.Rows), make([]int64, x.Rows), make([]int32, x.Rows+1)
			oddInts, oddFloats, oddTimes := set(x.Ints(c, strict, ints, nil)), set(x.Floats(c, strict, floats, nil)), set(x.Times(c, 1e6, false, times, nil))
			data, null := x.Texts(c, nulls, offsets[1:], make([]byte, 0, len(b)+Pad), nil)
			oddTexts := set(null)
			for row := range x.Rows {
				f := x.Field(row, c)
				raw := f.Raw(b)
				if v, ok := parseInt(raw); !oddInts[row] {
					require.True(t, ok && v == ints[row], "%q %d", raw, ints[row])
				} else {
					require.True(t, !ok || f.Quoted(), "%q", raw)
				}
				if v, ok := parseFloat(raw); !oddFloats[row] {
					require.True(t, ok && math.Float64bits(v) == math.Float64bits(floats[row]), "%q %g", raw, floats[row])
				} else {
					require.True(t, !ok || f.Quoted(), "%q", raw)
				}
				if v, ok := Time(raw, 1e6, false); !oddTimes[row] {
					require.True(t, ok && v == times[row], "%q", raw)
				} else {
					require.True(t, !ok || f.Quoted(), "%q", raw)
				}
				text, _ := f.Text(b, '"', nil)
				isNull := !f.Quoted() && (len(raw) == 0 || nulls.Has(raw))
				require.Equal(t, isNull, oddTexts[row], "%q", raw)
				if !isNull {
					require.Equal(t, string(text), string(data[offsets[row]:offsets[row+1]]))
				}
			}
		}
	}
}

func set(rows []int32) map[int]bool {
	out := map[int]bool{}
	for _, r := range rows {
		out[int(r)] = true
	}
	return out
}
