package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/io/parquetio"
	"github.com/volley-go/volley/ooc"
)

// scriptCommands are the programs that scripts run.
var scriptCommands = map[string]func(){"volley": main}

func TestMain(m *testing.M) { testscript.Main(m, scriptCommands) }

// TestScripts runs the command as its users do: each script of testdata in a folder of its own.
func TestScripts(t *testing.T) {
	heedHangup(t)
	data, err := filepath.Abs("../../testdata")
	require.NoError(t, err)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "root":
				return os.Geteuid() == 0, nil
			case "pty": // whether pseudo-terminals are lent here, and as testscript knows them
				f, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
				if err != nil || runtime.GOOS != "linux" {
					return false, nil
				}
				return true, f.Close()
			}
			return false, fmt.Errorf("no condition %q", cond)
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("DATA", data)
			// Under the race detector a process sleeps for a second before it ends, here two
			// hundred times.
			env.Setenv("GORACE", "atexit_sleep_ms=0")
			return nil
		},
	})
}

func TestTell(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		ctx  context.Context
		err  error
		want int
	}{
		{t.Context(), nil, 0},
		{t.Context(), errors.New("failed"), 1},
		{t.Context(), usage(newRoot(), "wrong"), 2},
		{t.Context(), errRowsFailed, 3},
		{cancelled, context.Canceled, 130},
		{t.Context(), fmt.Errorf("write: %w", syscall.EPIPE), 141},
	} {
		require.Equal(t, c.want, tell(c.ctx, io.Discard, c.err), "%v", c.err)
	}
}

// heedHangup has the test and the commands that it runs heed SIGHUP, though the tests run under
// nohup.
func heedHangup(t *testing.T) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(c) })
}

func TestWhatIsIgnoredStaysSo(t *testing.T) {
	heedHangup(t)
	require.Contains(t, endings(), os.Signal(syscall.SIGHUP))
	signal.Ignore(syscall.SIGHUP) // as nohup does
	defer signal.Reset(syscall.SIGHUP)
	require.NotContains(t, endings(), os.Signal(syscall.SIGHUP))
	require.Contains(t, endings(), os.Signal(syscall.SIGTERM))
}

func TestAFileThatComesMeanwhileIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.csv")
	sink, err := new(output).sink(path)
	require.NoError(t, err)
	w, err := sink.Create(t.Context(), arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, []byte("theirs"), 0o600))
	require.ErrorContains(t, w.Commit(t.Context()), path+": is there already")
	require.NoError(t, w.Close())
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1)
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "theirs", string(got))
}

// Each kind of bad row is told apart from the others, and each makes the exit code 3.
func TestWhatBecameOfRowsIsTold(t *testing.T) {
	bad := func(text string) []*chunker.Error {
		return []*chunker.Error{{Op: "read", File: "a.csv", Err: errors.New(text)}}
	}
	failed := func(of string) *apply.Report {
		return &apply.Report{Failed: 1, Errors: []*chunker.RowError{{Func: of, Row: 1, Values: []chunker.Value{{Column: "n", Value: 0}}, Err: errors.New("oops")}}}
	}
	for _, c := range []struct {
		report  ooc.Report
		rejects string
		want    []string
	}{
		{ooc.Report{}, "", nil},
		{ooc.Report{Refused: 1, LeftOut: 1, FirstRefused: bad("no row")}, "", []string{"1 of 10 rows could not be read: it is left out; the first: read a.csv: no row"}},
		{ooc.Report{Refused: 1, Rejected: 1, FirstRefused: bad("no row")}, "bad.csv", []string{"1 of 10 rows could not be read: it is in bad.csv; the first: read a.csv: no row"}},
		{ooc.Report{Unchosen: 1, LeftOut: 1, Steps: failed("where n > 0")}, "", []string{"1 of 9 rows failed on --where: it is left out; the first: row 1, computing where n > 0 from n = 0: oops"}},
		{ooc.Report{NullResults: 1, Steps: failed("m")}, "", []string{"1 of 9 rows failed: its results are null; the first: row 1, computing m from n = 0: oops"}},
		{ooc.Report{Rejected: 1, Steps: failed("m")}, "bad.csv", []string{"1 of 9 rows failed: it is in bad.csv; the first: row 1, computing m from n = 0: oops"}},
		{ooc.Report{LeftOut: 1, Steps: failed("m")}, "", []string{"1 of 9 rows failed: it is left out; the first: row 1, computing m from n = 0: oops"}},
		{ooc.Report{Refused: 1, Rejected: 1, LeftOut: 1, Steps: failed("m")}, "bad.csv", []string{
			"1 of 10 rows could not be read: it went by from.options.onError", "1 of 10 rows failed: it is in bad.csv; the first: row 1, computing m from n = 0: oops",
		}},
		{ooc.Report{Nulled: 3, FirstNulled: bad("no int")}, "", []string{
			"3 of 9 rows have a null for a value that could not be read or was missing; the first: read a.csv: no int; --on-error reject=FILE sets such rows aside",
		}},
		{ooc.Report{Cut: 3, FirstCut: bad(`dropped "6"`)}, "", []string{
			`3 of 9 rows have more fields than there are columns: what is too much was dropped; the first: read a.csv: dropped "6"; --on-error reject=FILE sets such rows aside`,
		}},
		{ooc.Report{Mended: 1, FirstMended: bad("the quotes are broken")}, "", []string{
			"1 of 9 rows was mended: broken quotes are read as text, names that are missing are made up; the first: read a.csv: the quotes are broken; --on-error reject=FILE sets such rows aside",
		}},
	} {
		r := c.report
		r.RowsIn = 9
		if r.Steps == nil {
			r.Steps = &apply.Report{}
		}
		require.Equal(t, c.want, failures(&r, c.rejects))
		if err := new(reporting).report(&r, nil, "out.csv", c.rejects, true); c.want == nil {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, errRowsFailed)
		}
	}
}

func TestMessagesCallOptionsByTheirFlags(t *testing.T) {
	for text, want := range map[string]string{
		"ooc: the text is unknown: give ReadOptions.Encoding, or convert it":                                            "the text is unknown: give --encoding, or convert it",
		"give ReadOptions.Encoding (EncodingOf finds it by name), or":                                                   "give --encoding with its name, or",
		"too many columns; ReadOptions.ColumnsMax sets the limit":                                                       "too many columns; --limit csv-columns=… sets the limit",
		"over a limit of ReadOptions.Limits; raise it if the file is to be trusted: the page has 9 bytes (PageBytes 5)": "over a limit; raise it by --limit if the file is to be trusted: the page has 9 bytes (--limit page=5)",
		"10 MiB are taken: raise Memory, or":                                                                            "10 MiB are taken: raise --memory, or",
	} {
		require.Equal(t, want, message(errors.New(text)))
	}
}

// TestMessagesOfJobsCallOptionsByTheirFields: whoever runs a document has no flags.
func TestMessagesOfJobsCallOptionsByTheirFields(t *testing.T) {
	for text, want := range map[string]string{
		"the text is unknown: give ReadOptions.Encoding (EncodingOf finds it by name), or convert it": "the text is unknown: give from.options.encoding with its name, or convert it",
		"csvio.ReadOptions.RowMax sets the limit":                                                     "from.options.rowMax sets the limit",
		"WriteOptions.Compression":                                                                    "to.options.compression",
		"the budget is 16 MiB: raise Memory; or":                                                      `the budget is 16 MiB: raise "memory"; or`,
		"2 rows failed, more than Policy.RowsMax 1":                                                   "2 rows failed, more than onError.rowsMax 1",
		"ooc: a.csv is there already: --force replaces it":                                            "a.csv is there already: volley run --force replaces it",
	} {
		require.Equal(t, want, message(&jobError{errors.New(text)}))
	}
}

func TestLimits(t *testing.T) {
	l := new(limitFlag)
	require.NoError(t, l.Set("row=64MiB, page=1GiB"))
	require.NoError(t, l.Set("ratio=5000"))
	require.Equal(t, 64<<20, l.csv.RowMax)
	require.Equal(t, 5000, l.csv.RatioMax)
	require.EqualValues(t, 1<<30, l.parquet.PageBytes)
	require.ErrorContains(t, l.Set("rows=1"), `no limit "rows"; did you mean "row"?`)
	require.EqualError(t, l.Set("foo=1"), `no limit "foo"; there are row, field, csv-columns, ratio, footer, columns, page, page-values, part, expansion`)
	for text, want := range map[string]string{
		"row":                    `row: "" is no number and no size: write row=1000 or row=64MiB`,
		"page=big":               `page: "big" is no number and no size: write page=1000 or page=64MiB`,
		"row=-1":                 "row=-1 is out of range: row is 1 at least, and 1073741824 at most",
		"row=0":                  "row=0 is out of range: row is 1 at least, and 1073741824 at most",
		"row=0.5":                "row=0.5 is out of range: row is 1 at least, and 1073741824 at most",
		"row=2GiB":               "row=2GiB is out of range: row is 1 at least, and 1GiB at most",
		"field=1.5gib":           "field=1.5gib is out of range: field is 1 at least, and 1gib at most",
		"row=1025MiB":            "row=1025MiB is out of range: row is 1 at least, and 1024MiB at most",
		"row=2 GB":               "row=2 GB is out of range: row is 1 at least, and 1.073741824GB at most",
		"csv-columns=1073741825": "csv-columns=1073741825 is out of range: csv-columns is 1 at least, and 1073741824 at most",
		"ratio=0":                "ratio=0 is out of range: ratio is 1 at least, and 2147483647 at most",
		"columns=3000000000":     "columns=3000000000 is out of range: columns is 1 at least, and 2147483647 at most",
		"page=1e30":              "page=1e30 is out of range: page is 1 at least, and 4611686018427388000 at most",
		"row=NaN":                "row=NaN is out of range: row is 1 at least, and 1073741824 at most",
	} {
		require.EqualError(t, l.Set(text), want)
	}
	for _, name := range []string{"row", "field", "csv-columns"} { // what csvio takes, and no more
		most := new(limitFlag)
		require.NoError(t, most.Set(name+"=1GiB"))
		_, err := chunker.Open(t.Context(), most.csv.From("in", strings.NewReader("a,b\n1,2\n")), chunker.Request{})
		require.NoError(t, err, name)
		require.Error(t, most.Set(name+"=1073741825"))
	}
	for _, known := range allLimits {
		require.NoError(t, l.Set(known.name+"=7"))
	}
	require.Equal(t, parquetio.Limits{FooterBytes: 7, Columns: 7, PageBytes: 7, PageValues: 7, ChunkBytes: 7, Expansion: 7}, l.parquet)
	require.Equal(t, csvio.ReadOptions{RowMax: 7, FieldMax: 7, ColumnsMax: 7, RatioMax: 7}, l.csv)
}
