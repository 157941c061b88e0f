package csvio_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
)

// nasty makes tables that a reader could take for something else.
type nasty struct{ *rand.Rand }

func (r nasty) pick(of ...string) string { return of[r.IntN(len(of))] }

func (r nasty) name(i int) string {
	switch r.IntN(12) {
	case 0:
		return fmt.Sprint(2015 + i)
	case 1:
		return fmt.Sprintf("%d.5", i)
	case 2:
		return fmt.Sprintf("2020-01-%02d", i+1)
	case 3:
		return fmt.Sprintf("col%d", i)
	case 4:
		return r.pick("true", "false", "yes", "no", "NA", "null", "-") + strings.Repeat(" ", i)
	case 5:
		return r.pick("a;b", "a|b", "a, b", "a\tb", `a "b"`, "a\nb", " a", "#a", "'a'", "sep=;", "first name", "12:30") + fmt.Sprint(i)
	case 6:
		return fmt.Sprintf("+1415555%04d", i)
	case 7:
		return r.text() + fmt.Sprint(i)
	}
	return r.pick("id", "name", "city", "total", "x", "größe") + fmt.Sprint(i)
}

func (r nasty) text() string {
	switch r.IntN(16) {
	case 0, 1:
		return ""
	case 2:
		return r.pick("NA", "null", "-", "#N/A", "true", "yes", "no", "0", "7", "2019", "2020-01-01", "1,5", "1.5", "007")
	case 3:
		return r.pick("Smith; John", "a|b|c", "x\ty", "a, b", "k:1", "a^b~c", "rock 'n' roll", "'quoted'", "'", `"`, `""`, `5" nail`, "\\", `a\"b`)
	case 4:
		return r.pick("line\nend", "a\r\nb", "a\rb", "\n", "\r", "x\n\n\"y\"\n", "1,2\n3,4\n", "#x", "# a\n# b")
	case 5:
		return " " + r.pick("a", "b ", " ", "\t")
	case 6:
		return r.pick("a1", "a2", "b3", "GET", "PUT", "DE", "FR", "x@y.org", "/usr/bin/a")
	case 7:
		if r.IntN(40) == 0 {
			return strings.Repeat(r.pick("well, I think so\n", "1;2;3\n", "a\tb\n", "{\"k\": 1}\n"), 100<<10/12)
		}
	}
	return r.pick("Ann", "Bob", "New York", "Rome", "fine", "red", "blue") + strings.Repeat("x", r.IntN(3))
}

// column is an array of n values, some or all of them null.
func (r nasty) column(n int) arrow.Array {
	nulls := r.pick("none", "none", "some", "all")
	one := ""
	if r.IntN(4) == 0 {
		one = r.text() // the same in all rows, or nearly
	}
	build := [](func() array.Builder){
		func() array.Builder { return array.NewStringBuilder(memory.DefaultAllocator) },
		func() array.Builder { return array.NewStringBuilder(memory.DefaultAllocator) },
		func() array.Builder { return array.NewInt64Builder(memory.DefaultAllocator) },
		func() array.Builder { return array.NewFloat64Builder(memory.DefaultAllocator) },
		func() array.Builder { return array.NewBooleanBuilder(memory.DefaultAllocator) },
		func() array.Builder { return array.NewDate32Builder(memory.DefaultAllocator) },
	}[r.IntN(6)]()
	for range n {
		if nulls == "all" || nulls == "some" && r.IntN(3) == 0 {
			build.AppendNull()
			continue
		}
		switch b := build.(type) {
		case *array.StringBuilder:
			if one != "" && r.IntN(9) > 0 {
				b.Append(one)
			} else {
				b.Append(r.text())
			}
		case *array.Int64Builder:
			b.Append(int64(r.IntN(3000)))
		case *array.Float64Builder:
			b.Append(float64(r.IntN(9000)) / 8)
		case *array.BooleanBuilder:
			b.Append(r.IntN(2) == 0)
		case *array.Date32Builder:
			b.Append(arrow.Date32(18000 + r.IntN(900)))
		}
	}
	return build.NewArray()
}

func (r nasty) table(t *testing.T) *frame.Frame {
	rows := []int{0, 1, 2, 3, 5, 20, 100}[r.IntN(7)]
	columns := []int{1, 1, 2, 3, 6}[r.IntN(5)]
	var fields []arrow.Field
	var cols []arrow.Array
	taken := map[string]bool{}
	for i := range columns {
		name := r.name(i)
		for taken[name] || name == "" {
			name += "_"
		}
		taken[name] = true
		cols = append(cols, r.column(rows))
		fields = append(fields, arrow.Field{Name: name, Type: cols[i].DataType(), Nullable: true})
	}
	schema := arrow.NewSchema(fields, nil)
	f, err := frame.FromRecords(schema, array.NewRecord(schema, cols, int64(rows)))
	require.NoError(t, err)
	return f
}

// TestWhatIsWrittenIsReadTheSame: everything but the types of columns, which texts do not keep, is
// found out.
func TestWhatIsWrittenIsReadTheSame(t *testing.T) {
	seeds := 400
	if testing.Short() {
		seeds = 150
	}
	for seed := range seeds {
		r := nasty{rand.New(rand.NewPCG(uint64(seed), 7))}
		f := r.table(t)
		w := csvio.WriteOptions{Delimiter: []byte{',', ';', '\t', '|'}[r.IntN(4)], CRLF: r.IntN(4) == 0}
		var text bytes.Buffer
		_, err := chunker.Copy(t.Context(), w.To(&text), chunker.FromFrame(f))
		require.NoError(t, err)
		o := csvio.ReadOptions{Types: map[string]arrow.DataType{}}
		for _, field := range f.Schema().Fields() {
			o.Types[field.Name] = field.Type
		}
		shown := text.String()[:min(text.Len(), 1000)]
		d, err := csvio.ReadOptions{}.Sniff(t.Context(), file(t, text.String()))
		require.NoError(t, err, "seed %d:\n%s", seed, shown)
		got, err := read(t, o, text.String())
		require.NoError(t, err, "seed %d: %q\n%s\n%s", seed, w.Delimiter, shown, d)
		require.Equal(t, f.Names(), got.Names(), "seed %d: %q\n%s\n%s", seed, w.Delimiter, shown, d)
		require.True(t, f.Equal(got), "seed %d: %q\n%s\n%s\n%s\n%s", seed, w.Delimiter, shown, d, f, got)
	}
}
