package csvio_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
)

// badKinds are rows of a table of an integer and a text that some policy calls bad, and what
// becomes of them under Null.
var badKinds = map[string]struct {
	rows                         string
	leftOut, nulled, cut, mended int64
}{
	"good":                          {"3,y", 0, 0, 0, 0},
	"good over two lines":           {"3,\"y\nz\"", 0, 0, 0, 0},
	"too few":                       {"3", 0, 1, 0, 0},
	"too many":                      {"3,y,z", 0, 0, 1, 0},
	"too many, with quotes":         {`3,y,"z,z",""`, 0, 0, 1, 0},
	"an empty one too many":         {"3,y,", 0, 0, 1, 0},
	"two empty ones too many":       {"3,y,,", 0, 0, 1, 0},
	"an empty one in the middle":    {"3,,y", 0, 0, 1, 0},
	"an empty one at the beginning": {",3,y", 0, 0, 1, 0},
	"delimiters alone":              {",,,", 0, 0, 1, 0},
	"empty quotes too many":         {`3,y,""`, 0, 0, 1, 0},
	"empty and not":                 {"3,,y,z", 0, 0, 1, 0},
	"no integer":                    {"x,y", 0, 1, 0, 0},
	"no integer and too many":       {"x,y,z", 0, 1, 1, 0},
	"no UTF-8":                      {"3,\xff", 0, 1, 0, 0},
	"text behind a quote":           {`3,"q"z`, 0, 0, 0, 1},
	"text behind the first quote":   {`"3"3,y`, 0, 1, 0, 1},
	"a quote more":                  {`3,"q"z"`, 0, 0, 0, 1},
	"a quote and no integer":        {`x,"q"z`, 0, 1, 0, 1},
	"two rows with quotes":          {"3,\"q\"z\n4,\"p\"y", 0, 0, 0, 2},
	"no reading fits":               {`"3" 3,"4" 4,5`, 1, 0, 0, 0},
	"closed rows later":             {"3,\"z\n4,\"q\"\n5,\"r\"", 0, 0, 0, 1},
	"closed rows later, cut":        {"3,\"z\n4,y,\n5,\"r\"", 0, 0, 1, 1},
	"closed rows later, short":      {"3,\"z\n4\n5,\"r\"", 0, 1, 0, 1},
	"closed rows later, twice":      {"3,\"z\n4,\"q\n5,r", 0, 0, 0, 2},
	"never closed":                  {`3,"z`, 0, 0, 0, 1},
	"never closed, and cut":         {"3,\"z\n4,y,", 0, 0, 1, 1},
}

// record is a bad row as it stands: its lines from first to last.
type record struct{ first, last int64 }

// complaints are the rows that Stop complains of if each is taken away in turn.
func complaints(t *testing.T, o csvio.ReadOptions, text string) (out []record) {
	o.OnError = chunker.Stop()
	lines := strings.SplitAfter(text, "\n")
	for {
		_, err := read(t, o, strings.Join(lines, ""))
		if err == nil {
			return out
		}
		var e *chunker.Error
		require.True(t, errors.As(err, &e) && e.Line > 0, "%v", err)
		r := record{e.Line, e.Line + int64(strings.Count(e.Raw, "\n"))}
		for i := r.first; i <= r.last; i++ {
			lines[i-1] = "\n" // which is no row, and keeps the others' lines
		}
		out = append(out, r)
	}
}

// TestWhatStopComplainsOfIsCountedByEveryPolicy: no policy lets a row pass without a word that
// another calls bad, whoever reads it and wherever blocks are cut.
func TestWhatStopComplainsOfIsCountedByEveryPolicy(t *testing.T) {
	dialects := []struct{ delimiter, end string }{{",", "\n"}, {"||", "\n"}, {",", "\r\n"}}
	readers := []struct {
		size    int64
		workers int
	}{{1, 3}, {8 << 20, 1}, {1, 1}, {8 << 20, 3}}
	if testing.Short() {
		dialects, readers = dialects[:2], readers[:2]
	}
	good := strings.Repeat("7,good\n", 800)
	for name, c := range badKinds {
		for _, d := range dialects {
			text := strings.NewReplacer("\n", d.end, ",", d.delimiter).Replace("a,b\n" + good + c.rows + "\n" + good)
			o := csvio.ReadOptions{
				Types: map[string]arrow.DataType{"a": intType, "b": textType}, Encoding: csvio.UTF8, Header: csvio.Present, Separator: d.delimiter, Quote: '"',
			}
			bad := complaints(t, o, text)
			path := file(t, text)
			for _, policy := range policies[1:] {
				for _, by := range readers {
					what := []any{"%s, dialect %q, policy %s, %+v", name, d, policy, by}
					var r csvio.Report
					o.OnError, o.Report = policy, &r
					got := drain(t.Context(), o.Open(path), by.size, by.workers)
					require.Empty(t, got.err, what...)
					want := []int64{int64(len(bad)), 0, 0, 0}
					if policy.Nulls() {
						want = []int64{c.leftOut, c.nulled, c.cut, c.mended}
					}
					if !policy.Nulls() || d.delimiter == "," { // what is written anew is mended less often
						require.Equal(t, want, []int64{r.LeftOut, r.Nulled, r.Cut, r.Mended}, what...)
					}
					require.Equal(t, bad, recordsOf(bad, r.First), what...)
				}
			}
		}
	}
}

// recordsOf are the bad rows that errors are about; what is about none of them is a record of its
// own.
func recordsOf(bad []record, errs []*chunker.Error) (out []record) {
	for _, e := range errs {
		r := record{e.Line, e.Line}
		if i := slices.IndexFunc(bad, func(b record) bool { return b.first <= e.Line && e.Line <= b.last }); i >= 0 {
			r = bad[i]
		}
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

// TestMendedNamesAreTold: names that are not as they stand count as a row of the file, also where
// no row follows.
func TestMendedNamesAreTold(t *testing.T) {
	for text, want := range map[string]string{
		"a,b\n1,2\n":              "",
		"a,b,\n1,2,\n":            "", // an empty name over no values
		"id,\"na\"me\n1,x\n2,y\n": "in.csv:1: the quotes of the row of names are broken: they are read as text",
		"id,\"na\"me\n":           "in.csv:1: the quotes of the row of names are broken: they are read as text",
		"\"id\"x,\"na\"me\n1,x\n": "in.csv:1: the quotes of the row of names are broken: they are read as text",
		"id,\"name\n1,\"a, b\"\n2,c\n3,d\n4,e\n5,f\n": "in.csv:1: the quotes of the row of names are broken: they are read as text",
		"id,name\n1,x,u\n2,y,v\n3,z,w\n":              "in.csv:1: the row of names has 2 fields, most rows have 3: column_3 stands for the first that is missing",
		"\n\nid\n1,x\n2,y\n3,z\n":                     "in.csv:3: the row of names has 1 field, most rows have 2: column_2 stands for the first that is missing",
		"id,name\n1,x,,\n2,y,,\n3,z,u,\n":             "in.csv:1: the row of names has 2 fields, most rows have 4: column_3 stands for the first that is missing",
	} {
		var r csvio.Report
		o := csvio.ReadOptions{OnError: chunker.Null(), Report: &r, Header: csvio.Present, Delimiter: ',', Quote: '"', Skip: -1}
		f, err := read(t, o, text)
		require.NoError(t, err, "%q", text)
		require.Equal(t, int64(f.NumRows()), r.Rows, "%q", text)
		stop := o
		stop.OnError, stop.Report = chunker.Stop(), nil
		_, stopped := read(t, stop, text)
		if want == "" {
			require.NoError(t, stopped, "%q", text)
			require.Empty(t, r.First, "%q", text)
			continue
		}
		require.Error(t, stopped, "%q", text)
		require.EqualValues(t, 1, r.Mended, "%q", text)
		require.Len(t, r.First, 1, "%q", text)
		require.ErrorContains(t, r.First[0], want, "%q", text)
		for _, policy := range []chunker.Policy{chunker.Skip(), chunker.Reject(new(chunker.FrameSink), 0)} {
			o.OnError = policy
			_, err = read(t, o, text)
			require.True(t, err != nil || r.LeftOut+r.Rejected > 0, "%q", text)
		}
	}
}
