package csvio_test

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/chunkertest"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
)

func sample(t testing.TB) *frame.Frame {
	t.Helper()
	f, err := frame.New(
		frame.Of("i", []sql.Null[int64]{{V: 1, Valid: true}, {}, {V: math.MinInt64, Valid: true}, {V: 4, Valid: true}}),
		frame.Of("f", []sql.Null[float64]{{V: 1, Valid: true}, {V: 0.1, Valid: true}, {V: 1e300, Valid: true}, {}}),
		frame.Of("b", []bool{true, false, true, false}),
		frame.Of("s", []sql.Null[string]{{V: "", Valid: true}, {}, {V: "NA", Valid: true}, {V: "a,\"b\"\nc", Valid: true}}),
	)
	require.NoError(t, err)
	return f
}

func text(t testing.TB, o csvio.WriteOptions, f *frame.Frame) string {
	t.Helper()
	var b bytes.Buffer
	_, err := chunker.Copy(t.Context(), o.To(&b), chunker.FromFrame(f))
	require.NoError(t, err)
	return b.String()
}

func TestWhatIsWritten(t *testing.T) {
	require.Equal(t, "i,f,b,s\n1,1.0,true,\"\"\n,0.1,false,\n-9223372036854775808,1e+300,true,\"NA\"\n4,,false,\"a,\"\"b\"\"\nc\"\n", text(t, csvio.WriteOptions{}, sample(t)))
	require.Equal(t, "1;1.0;true;\"\"\r\n-;0.1;false;-\r\n-9223372036854775808;1e+300;true;\"NA\"\r\n4;-;false;\"a,\"\"b\"\"\nc\"\r\n",
		text(t, csvio.WriteOptions{Delimiter: ';', Null: "-", CRLF: true, NoHeader: true}, sample(t)))
	require.Equal(t, "\"i\",\"f\",\"b\",\"s\"\n\"1\",\"1.0\",\"true\",\"\"\n", text(t, csvio.WriteOptions{QuoteAll: true}, sample(t).Head(1)))
	one, err := frame.New(frame.Of("s", []sql.Null[string]{{}, {V: "x", Valid: true}}))
	require.NoError(t, err)
	back, err := chunker.ReadAll(t.Context(), csvio.ReadOptions{Header: csvio.Present}.From("", strings.NewReader(text(t, csvio.WriteOptions{}, one))))
	require.NoError(t, err)
	require.True(t, one.Equal(back), "a null alone on its line is still a row, and null:\n%s", back)
}

func TestEveryTypeIsWritten(t *testing.T) {
	at := time.Date(2013, 1, 1, 5, 15, 0, 120_000_000, time.UTC)
	columns := []frame.Series{
		frame.Of("i8", []int8{-1}), frame.Of("u64", []uint64{math.MaxUint64}), frame.Of("f32", []float32{0.1}), frame.Of("inf", []float64{math.Inf(-1)}),
		frame.Of("nan", []float64{math.NaN()}), frame.Of("bin", [][]byte{{0, 255}}), frame.Of("t", []time.Time{at}), frame.Of("dur", []time.Duration{90 * time.Second}),
		frame.Of("d", []arrow.Date32{15706}),
	}
	for _, c := range []struct {
		name string
		t    arrow.DataType
		json string
	}{
		{"dec", &arrow.Decimal128Type{Precision: 9, Scale: 2}, `["-12.30"]`},
		{"sec", &arrow.TimestampType{Unit: arrow.Second}, `["2013-01-01T05:15:00"]`},
		{"ny", &arrow.TimestampType{Unit: arrow.Millisecond, TimeZone: "America/New_York"}, `["2013-01-01T05:15:00Z"]`},
		{"tod", arrow.FixedWidthTypes.Time64us, `["05:15:00.25"]`},
		{"dict", &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, `["a b"]`},
		{"view", arrow.BinaryTypes.StringView, `["v"]`},
		{"null", arrow.Null, `[null]`},
	} {
		arr, _, err := array.FromJSON(memory.DefaultAllocator, c.t, strings.NewReader(c.json))
		require.NoError(t, err)
		columns = append(columns, frame.Array(c.name, arr))
	}
	f, err := frame.New(columns...)
	require.NoError(t, err)
	lines := strings.Split(text(t, csvio.WriteOptions{}, f), "\n")
	require.Equal(t, "-1,18446744073709551615,0.1,-Inf,NaN,AP8=,2013-01-01T05:15:00.120000000Z,1m30s,2013-01-01,-12.30,2013-01-01T05:15:00,2013-01-01T00:15:00-05:00,05:15:00.25,a b,v,", lines[1])
	list, _, err := array.FromJSON(memory.DefaultAllocator, arrow.ListOf(arrow.PrimitiveTypes.Int8), strings.NewReader(`[[1]]`))
	require.NoError(t, err)
	f, err = frame.New(frame.Array("l", list))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "out.csv")
	require.ErrorContains(t, csvio.WriteFile(t.Context(), path, f), `column "l": a CSV field cannot hold a list`)
	require.NoFileExists(t, path)
}

func TestFilesAreWrittenWhole(t *testing.T) {
	f := sample(t)
	for _, name := range []string{"out.csv", "out.csv.gz", "out.csv.zst"} {
		path := filepath.Join(t.TempDir(), name)
		chunkertest.TestSink(t, func() (chunker.Sink, func() (*frame.Frame, error)) {
			os.Remove(path)
			return csvio.Create(path), func() (*frame.Frame, error) {
				return csvio.ReadOptions{Header: csvio.Present, Types: map[string]arrow.DataType{
					"i": arrow.PrimitiveTypes.Int64, "f": arrow.PrimitiveTypes.Float64, "b": arrow.FixedWidthTypes.Boolean, "s": arrow.BinaryTypes.String,
				}}.ReadFile(t.Context(), path)
			}
		}, f)
		entries, err := os.ReadDir(filepath.Dir(path))
		require.NoError(t, err)
		require.Len(t, entries, 1, "no temporary file is left")
	}
}

func TestOptionsThatCannotBeMeant(t *testing.T) {
	for _, c := range []struct {
		o    csvio.WriteOptions
		want string
	}{
		{csvio.WriteOptions{Delimiter: '"'}, "cannot be one"},
		{csvio.WriteOptions{Null: "a,b"}, "holds a delimiter"},
		{csvio.WriteOptions{Compression: "rar"}, `compression "rar" is not known`},
	} {
		require.ErrorContains(t, c.o.WriteFile(t.Context(), filepath.Join(t.TempDir(), "x.csv"), sample(t)), c.want)
	}
	require.ErrorContains(t, csvio.WriteFile(t.Context(), t.TempDir(), sample(t)), "is a directory")
	require.ErrorContains(t, csvio.WriteFile(t.Context(), filepath.Join(t.TempDir(), "no", "x.csv"), sample(t)), "create the folder first")
}

// TestNaughtyStringsComeBack writes hostile strings and reads them, with this package and
// with encoding/csv.
func TestNaughtyStringsComeBack(t *testing.T) {
	words := append([]string{"", " ", "NA", "null", `"`, `""`, "a\r\nb", "\n", "#x", "a,b", "\xEF\xBB\xBFx", "007", "1e5", "true", "=1+1", "\x00", "\r"}, naughty(t)...)
	for _, quoteAll := range []bool{false, true} {
		f, err := frame.New(frame.Of("s", words), frame.Of("n", make([]int, len(words))))
		require.NoError(t, err)
		out := text(t, csvio.WriteOptions{QuoteAll: quoteAll}, f)
		got, err := chunker.ReadAll(t.Context(), csvio.ReadOptions{Types: map[string]arrow.DataType{"s": arrow.BinaryTypes.String}}.From("naughty", strings.NewReader(out)))
		require.NoError(t, err)
		s, err := frame.Col[sql.Null[string]](got, "s")
		require.NoError(t, err)
		require.Equal(t, len(words), s.Len())
		for i, v := range s.Values() {
			require.Equal(t, sql.Null[string]{V: words[i], Valid: true}, v, "%q", words[i])
		}
		r := csv.NewReader(strings.NewReader(out))
		for i := -1; ; i++ {
			row, err := r.Read()
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			if i >= 0 {
				require.Equal(t, strings.ReplaceAll(words[i], "\r\n", "\n"), row[0]) // which encoding/csv does
			}
		}
	}
}

// naughty are the strings of the corpus, where it is at hand.
func naughty(t *testing.T) []string {
	b, err := os.ReadFile("../../../shared/corpora/naughty-strings/blns.json")
	if err != nil {
		return nil
	}
	var words []string
	require.NoError(t, json.Unmarshal(b, &words))
	require.Greater(t, len(words), 300)
	return words
}
