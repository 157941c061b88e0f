package main

import (
	"errors"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/io/parquetio"
	"github.com/volley-go/volley/ooc"
)

// libraryWords matches what the libraries' users write in Go: names of packages, and of options.
func libraryWords() *regexp.Regexp {
	words := []string{"ReadOptions", "WriteOptions", "EncodingOf", "NoQuotes", "Rechunk", "Policy", "Select", "Where"}
	for _, options := range []any{csvio.ReadOptions{}, csvio.WriteOptions{}, parquetio.ReadOptions{}, parquetio.WriteOptions{}, parquetio.Limits{}, ooc.Job{}, chunker.Policy{}} {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(options)) {
			words = append(words, f.Name)
		}
	}
	return regexp.MustCompile(`\b(?:csvio|parquetio|ooc|apply|expr|frame|chunker|atomicfile|paths|decompress)(?:\.[A-Z]|:)|\border\.[A-Z]|[^:\n] (?:` + strings.Join(words, "|") + `)\b`)
}

// TestMessagesHaveNoWordOfTheLibraries: whatever is wrong, a command says its flags.
func TestMessagesHaveNoWordOfTheLibraries(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for name, text := range map[string]string{
		"a.csv": "a,b\n1,2\n3,4\n", "ba.csv": "b,a\n1,2\n", "abc.csv": "a,b,c\n1,2,3\n", "ragged.csv": "a,b\n1\n1,2,3\n", "bad.csv": "a,b\n" + strings.Repeat("1,2\n", 200) + "x,2\n",
		"dates.csv": "d,n\n03/04/2020,1\n05/06/2021,2\n", "quote.csv": "\"a,b\n1,2\n", "behind.csv": "\"a\"x,b\n1,2\n", "open.csv": "a,b\n1,\"2\n3,4\n", "empty.csv": "",
		"utf.csv": "a,b\n1,\xe9\xff\xfe\n2,\xc3\xa9\xc3\xa9\n", "gbk.csv": "a,b\n\xc4\xe3\xba\xc3,\xca\xc0\xbd\xe7\n\xd6\xd0\xb9\xfa,\xb1\xb1\xbe\xa9\n", "wide.csv": strings.Repeat("x,", 300) + "y\n" + strings.Repeat("1,", 300) + "2\n",
		"long.csv": "a,b\n" + strings.Repeat("x", 5000) + ",1\n", "not.parquet": "PAR1 nonsense PAR1", "cut.csv.gz": "\x1f\x8b\x08\x00", "zero.csv": "n\n0\n1\n", "text.csv": "s,n\nx,1\ny,2\n",
		"a.json": `{"from": {"format": "csv", "files": ["a.csv"]}, "to": {"format": "csv", "files": ["a.csv"]}}`, "gbk.json": `{"from": {"format": "csv", "files": ["gbk.csv"]}, "to": {"format": "csv", "files": ["-"]}}`,
		"step.json":  `{"from": {"format": "csv", "files": ["a.csv"]}, "to": {"format": "csv", "files": ["-"]}, "steps": [{"step": "map", "fn": "x@v1", "out": "c", "in": []}]}`,
		"dashed.csv": "-x,-y,y\n1,2,3\n", "sort.json": `{"from": {"format": "csv", "files": ["dashed.csv"]}, "to": {"format": "csv", "files": ["-"]}, "steps": [{"step": "order", "by": ["-x"]}]}`, "temp.json": `{"from": {"format": "csv", "files": ["a.csv"]}, "to": {"format": "csv", "files": ["-"]}, "tempDir": "z"}`,
		"wide.json": `{"from": {"format": "csv", "files": ["wide.csv"], "options": {"columnsMax": 9}}, "to": {"format": "csv", "files": ["-"]}}`, "to.json": `{"from": {"format": "csv", "files": ["a.csv"]}, "to": {"format": "csv", "files": ["-"], "options": {"compression": "lz4"}}}`,
	} {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	}
	require.NoError(t, os.Mkdir("folder.csv", 0o700))
	require.Empty(t, told(t, "convert", "a.csv", "a.parquet"))
	library := libraryWords()
	require.Regexp(t, library, "bring the columns into one order by Select")
	require.Regexp(t, library, "the policy, more than Policy.RowsMax 1 allows")
	require.NotRegexp(t, library, "a, b: --select a")
	for _, line := range []string{
		"convert a.csv ba.csv -", "convert a.csv abc.csv -", "convert ba.csv abc.csv -", "convert ragged.csv -", "convert bad.csv -", "convert quote.csv -", "convert behind.csv -", "convert open.csv -", "convert empty.csv -",
		"convert utf.csv -", "convert gbk.csv -", "convert utf.csv - --encoding utf-16", "convert a.csv - --encoding klingon", "convert gbk.csv - --encoding utf-8", "convert utf.csv - --encoding shift-jis",
		"convert wide.csv - --limit csv-columns=100", "convert long.csv - --limit row=1000", "convert long.csv - --limit field=1000", "convert a.parquet - --limit footer=10", "convert a.parquet - --limit columns=1", "convert a.parquet - --limit page=1", "convert a.parquet - --limit page-values=1", "convert a.parquet - --limit part=1",
		"convert a.parquet - --limit row=1", "convert a.csv - --limit page=1", "convert a.csv - --limit row=2GiB", "convert a.csv - --limit rows=1", "convert a.csv - --limit row",
		"convert a.csv - --names x", "convert a.csv - --names x,x", "convert a.csv - --types z=int64", "convert a.csv - --types a=foo", "convert a.csv - --types a", "convert dates.csv - --types d=date", "convert text.csv - --types s=int64",
		"convert a.csv - --delimiter ab", "convert a.csv - --delimiter \"", "convert a.csv - --dates dmy", "convert a.csv - --null 1 --types a=bool", "convert a.csv - --header --no-header",
		"convert a.csv - --select z", "convert a.csv - --drop z", "convert a.csv - --select a --drop a", "convert a.csv - --select a,a", "convert a.csv - --where a", "convert a.csv - --where a=1", "convert a.csv - --where z>1", "convert a.csv - --set x", "convert a.csv - --set x=z", "convert a.csv - --set x=sum(a)",
		"convert a.csv - --set x=max(a)", "convert a.csv - --set x=lag(a)", "convert text.csv - --set x=cast(s,int64)", "convert zero.csv - --set x=1/n", "convert zero.csv - --where 1/n>0", "convert dates.csv - --set x=year(d)", "convert dates.csv - --set x=cast(d,date)", "convert dates.csv - --where d>date(\"2020-01-01\")",
		"convert a.csv - --sort z", "convert a.csv - --sort a,a", "convert a.csv - --sort ,", "convert a.csv - --sort -", "convert a.csv - --temp-dir z", "convert dashed.csv - --sort -x", "convert dashed.csv - --sort -y", "run sort.json", "run temp.json",
		"convert bad.csv o.csv --types a=int64 --on-error null --max-errors 1", "convert ragged.csv o2.csv --on-error null --max-errors 1", "convert zero.csv o3.csv --set x=1/n --on-error reject=r.csv --max-errors 1", "convert text.csv o4.csv --set x=cast(s,int64) --on-error null --max-errors 1", "convert ragged.csv - --rejects r.csv", "convert a.csv - --on-error ignore", "convert a.csv - --max-errors 3", "convert a.csv - --on-error null --max-errors -1",
		"convert ragged.csv o.csv --on-error reject=o.csv", "convert ragged.csv o.csv --on-error reject=ragged.csv --force", "convert ragged.csv - --on-error reject=r", "convert a.csv a.csv", "convert a.csv a.csv --force", "convert a.csv missing/o.csv", "convert a.csv folder.csv", "convert a.csv o.parquet --compression foo", "convert a.csv o.csv --compression lz4", "convert a.csv o.xyz", "convert a.csv o.parquet --out-delimiter ;",
		"convert missing.csv -", "convert missing/*.csv -", "convert *.nope -", "convert folder.csv -", "convert not.parquet -", "convert cut.csv.gz -", "convert a.csv a.parquet -", "convert a.parquet - --header", "convert a.csv - --int96-micros", "convert a.csv - --memory 0", "convert a.csv - --workers -1",
		"plan", "plan a.csv", "plan a.csv o.xyz", "plan a.csv o.csv --workers -1", "plan a.csv o.csv --select a,a", "plan missing/*.csv -", "plan a.parquet o.csv --header", "plan - o.csv --int96-micros --header", "plan a.csv o.csv --on-error ignore",
		"run", "run missing.json", "run a.csv", "run a.json", "run gbk.json", "run step.json", "run wide.json", "run to.json",
		"schema", "schema a.csv --stored", "schema missing.parquet --stored", "sniff a.parquet", "sniff a.csv --names x,y", "sniff dates.csv --null z", "sniff a.csv --header", "head a.csv -n -1", "stats z.csv", "explain a.csv --where b>0 --set c=a+b", "explain a.csv --set c=pow(a,2)^b", "expresions",
	} {
		assert.NotRegexp(t, library, told(t, strings.Fields(line)...), line)
	}
}

// told is what a command, run by itself, tells on both its outputs.
func told(t *testing.T, args ...string) string {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(program, args...)
	cmd.Args[0] = "volley" // which testscript looks at
	out, err := cmd.CombinedOutput()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return string(out)
}

// TestASortByWhatHasNoOrderIsRefused, with what to do.
func TestASortByWhatHasNoOrderIsRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	b := array.NewListBuilder(memory.DefaultAllocator, arrow.PrimitiveTypes.Int64)
	b.Append(true)
	b.ValueBuilder().(*array.Int64Builder).Append(1)
	schema := arrow.NewSchema([]arrow.Field{{Name: "tags", Type: b.Type(), Nullable: true}}, nil)
	f, err := frame.FromRecords(schema, array.NewRecord(schema, []arrow.Array{b.NewArray()}, 1))
	require.NoError(t, err)
	_, err = ooc.Job{From: chunker.FromFrame(f), To: parquetio.Create("lists.parquet")}.Run(t.Context())
	require.NoError(t, err)
	require.Regexp(t, `^volley: sort: column "tags" is list<.*>, which has no order: sort by a column computed from it`, told(t, "convert", "lists.parquet", "o.parquet", "--sort", "-tags"))
}
