package ooc_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/fn"
	"github.com/volley-go/volley/apply/order"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/strictjson"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/io/parquetio"
	"github.com/volley-go/volley/ooc"
)

// jobs is jobs of every setting, and the data that each is stored as.
func jobs() map[string]ooc.Job {
	from, to := csvio.Open("a.csv"), parquetio.Create("b.parquet")
	limited := chunker.Null()
	limited.RowsMax, limited.RatioMax = 7, 0.5
	const ends = `"from":{"format":"csv","files":["a.csv"]},"to":{"format":"parquet","files":["b.parquet"]}`
	return map[string]ooc.Job{
		`{"version":1,` + ends + `}`:                                                        {From: from, To: to},
		`{"version":1,` + ends + `,"memory":"256 MiB"}`:                                     {From: from, To: to, Memory: 256 << 20},
		`{"version":1,` + ends + `,"strategy":"wide","form":"vector"}`:                      {From: from, To: to, Strategy: apply.Wide, Form: apply.VectorForm},
		`{"version":1,` + ends + `,"strategy":"serial","form":"row"}`:                       {From: from, To: to, Strategy: apply.Serial, Form: apply.RowForm},
		`{"version":1,` + ends + `,"memory":"1000001 B","workers":3,"wide":9,"trust":true}`: {From: from, To: to, Memory: 1000001, Workers: 3, Wide: 9, Trust: true},
		`{"version":1,` + ends + `,"memory":"4194304 TiB"}`:                                 {From: from, To: to, Memory: 1 << 62},
		`{"version":1,"name":"b > a",` + ends + `}`:                                         {Name: "b > a", From: from, To: to},
		`{"version":1,` + ends + `,"onError":{"policy":"null"}}`:                            {From: from, To: to, OnError: chunker.Null()},
		`{"version":1,` + ends + `,"onError":{"policy":"null","rowsMax":7,"ratioMax":0.5}}`: {From: from, To: to, OnError: limited},
		`{"version":1,` + ends + `,"onError":{"policy":"reject","rowsMax":9,"to":{"format":"csv","files":["bad.csv"]}}}`: {
			From: from, To: to, OnError: chunker.Reject(csvio.Create("bad.csv"), 9)},
		`{"version":1,` + ends + `,"tempDir":"spill here"}`: {From: from, To: to, TempDir: "spill here"},
		`{"version":1,"from":{"format":"csv","files":["a.csv"]},"steps":[{"step":"order","by":["-n","m"]},{"step":"order","keys":[{"column":"-n","descending":true,"nullsFirst":true},{"column":"m"}]}],"to":{"format":"parquet","files":["b.parquet"]}}`: {
			From: from, To: to, Steps: chunker.Steps{order.By("-n", "m"), order.Keys(order.Key{Column: "-n", Descending: true, NullsFirst: true}, order.Key{Column: "m"})}},
		`{"version":1,"from":{"format":"parquet","files":["x*.parquet","y"],"options":{"int96Micros":true}},"steps":[{"step":"where","condition":"n > 1"},{"step":"select","columns":["n"]},{"step":"drop","columns":["m"]},{"step":"rename","from":"n","to":"k"},{"step":"limit","rows":5},{"step":"rowNumber","column":"row"}],"to":{"format":"csv","files":["b.csv"],"options":{"crlf":true}}}`: {
			From:  parquetio.ReadOptions{Int96Micros: true}.Open("x*.parquet", "y"),
			Steps: chunker.Steps{apply.Where("n > 1"), table.Select("n"), table.Drop("m"), table.Rename("n", "k"), table.Limit(5), table.RowNumber("row")},
			To:    csvio.WriteOptions{CRLF: true}.Create("b.csv")},
	}
}

func TestJobsAreStoredAndReadBackEqual(t *testing.T) {
	for want, job := range jobs() {
		data, err := job.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, want, string(data))
		for _, text := range []string{want, string(strictjson.Indent(data))} {
			var back ooc.Job
			require.NoError(t, json.Unmarshal([]byte(text), &back), text)
			require.Equal(t, job.OnError.String(), back.OnError.String())
			again, err := back.MarshalJSON()
			require.NoError(t, err)
			require.Equal(t, want, string(again))
		}
	}
}

func storedTwice(n int64) int64 { return 2 * n }

func init() { fn.Register("ooc_test/twice@v1", fn.Of1(storedTwice)) }

// TestIntegersOfAnySizeAreReadBack: no number passes through one of 53 bits, whether of the job, a
// step, a policy or a format.
func TestIntegersOfAnySizeAreReadBack(t *testing.T) {
	for _, n := range []int64{1, 1<<31 + 1, 1<<53 - 1, 1<<53 + 1, 1<<60 + 1, 1<<62 - 1, 1 << 62, 1<<62 + 1, math.MaxInt64 - 1, math.MaxInt64} {
		policy := chunker.Null()
		policy.RowsMax = int(n)
		limits := parquetio.Limits{FooterBytes: n, Columns: int(n), PageBytes: n, PageValues: int(n), ChunkBytes: n, Expansion: n}
		job := ooc.Job{
			From: parquetio.ReadOptions{Limits: limits}.Open("a"), To: parquetio.WriteOptions{RowGroupBytes: n}.Create("b"),
			Memory: n, Workers: int(n), Wide: int(n), OnError: policy,
			Steps: chunker.Steps{table.Limit(n), apply.Map1("h", "n", storedTwice).With(apply.Calls{Concurrency: int(n)})},
		}
		data, err := job.MarshalJSON()
		require.NoError(t, err)
		require.GreaterOrEqual(t, strings.Count(string(data), strconv.FormatInt(n, 10)), 12, string(data))
		var back ooc.Job
		require.NoError(t, json.Unmarshal(data, &back))
		require.Equal(t, []any{job.Memory, job.Workers, job.Wide, job.OnError, job.Steps[0], job.To}, []any{back.Memory, back.Workers, back.Wide, back.OnError, back.Steps[0], back.To})
		again, err := back.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, string(data), string(again))
	}
}

// TestMemoryOfAnySize: the largest budget is one like no other, and none overflows.
func TestMemoryOfAnySize(t *testing.T) {
	var want *frame.Frame
	for _, memory := range []int64{0, 1<<60 + 1, 1 << 62, math.MaxInt64} {
		var out chunker.FrameSink
		job := ooc.Job{From: chunker.FromFrame(shuffled(t, 1000, 5)), To: &out, Memory: memory, Steps: chunker.Steps{order.By("key")}}
		plan, err := job.Explain(t.Context())
		require.NoError(t, err)
		require.Greater(t, plan.Chunk, int64(64<<10))
		_, err = job.Run(t.Context())
		require.NoError(t, err)
		if want == nil {
			want = out.Frame()
		}
		require.True(t, want.Equal(out.Frame()))
	}
}

// TestAJobThatWasStoredWritesTheSame bytes, output and rejects.
func TestAJobThatWasStoredWritesTheSame(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("in.csv", []byte("n,s\n"+strings.Repeat("1,a\n0,b\n3,c\nx,d\n", 1000)), 0o600))
	job := ooc.Job{
		From:    csvio.Open("in.csv"),
		Steps:   chunker.Steps{apply.Expr("m = 6 / cast(n, int64)"), apply.Where("m < 6 || s == \"a\""), table.RowNumber("row")},
		To:      csvio.WriteOptions{Delimiter: ';'}.Create("out.csv"),
		OnError: chunker.Reject(csvio.Create("bad.csv"), 0), Memory: 64 << 20,
	}
	outputs := func(j ooc.Job) (all []string) {
		_, err := j.Run(t.Context())
		require.NoError(t, err)
		for _, name := range []string{"out.csv", "bad.csv"} {
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			require.NoError(t, os.Remove(name))
			all = append(all, string(data))
		}
		return all
	}
	want := outputs(job)
	data, err := json.Marshal(job)
	require.NoError(t, err)
	var back ooc.Job
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, want, outputs(back))
}

func TestWhatOfAJobCannotBeStoredIsTold(t *testing.T) {
	from, to := csvio.Open("a.csv"), parquetio.Create("b.parquet")
	for want, job := range map[string]ooc.Job{
		"a job without From or To":                                     {From: from},
		"from: chunker.frameSource: it cannot be stored":               {From: chunker.FromFrame(nil), To: to},
		"to: *chunker.FrameSink: it cannot be stored":                  {From: from, To: new(chunker.FrameSink)},
		"OnError is chunker.Reject without a sink":                     {From: from, To: to, OnError: chunker.Reject(nil, 0)},
		"from: ReadOptions.OnError: to: *chunker.FrameSink: it cannot": {From: csvio.ReadOptions{OnError: chunker.Reject(new(chunker.FrameSink), 0)}.Open("a"), To: to},
		"to: *chunker.FrameSink: it cannot":                            {From: from, To: to, OnError: chunker.Reject(new(chunker.FrameSink), 0)},
		"steps[1]: map h: its function":                                {From: from, To: to, Steps: chunker.Steps{table.Limit(1), apply.Map1("h", "x", func(x float64) float64 { return x })}},
		`files[0]: the text "\xff.csv" is not UTF-8`:                   {From: csvio.Open("\xff.csv"), To: to},
		"steps[0]: order: no columns are named":                        {From: from, To: to, Steps: chunker.Steps{order.By()}},
		"Memory -1, Workers 0 and Wide 0: a negative":                  {From: from, To: to, Memory: -1},
		`options.null[0]: the text "\x00" has a NUL`:                   {From: csvio.ReadOptions{Null: []string{"\x00"}}.Open("a"), To: to},
	} {
		_, err := job.MarshalJSON()
		require.ErrorContains(t, err, want)
		_, err = json.Marshal(job)
		require.ErrorContains(t, err, want)
	}
}

func TestWrongDocumentsAreToldByTheirPlace(t *testing.T) {
	const ends = `"from": {"format": "csv", "files": ["a"]}, "to": {"format": "csv", "files": ["b"]}`
	for text, want := range map[string]string{
		`{}`:                               `there is no field "from"`,
		`[]`:                               "this is a list, where an object should be",
		`nil`:                              "invalid character",
		`{` + ends + `, "stesp": []}`:      `no field "stesp" is known here; did you mean "steps"?`,
		`{` + ends + `, "version": 2}`:     "version: this is 2, and version 1 is read here",
		`{` + ends + `, "memory": 5}`:      "memory: this is a number, where a text should be",
		`{` + ends + `, "memory": "lots"}`: `memory: "lots" is no size`,
		`{` + ends + `, "workers": -1}`:    "workers -1 and wide 0: give numbers from 0",
		`{` + ends + `, "workers": 99999999999999999999}`:                                                                         "workers: 99999999999999999999 is no whole number",
		`{` + ends + `, "steps": [{"step": "limit", "rows": 1}, {"step": "limit"}]}`:                                              `steps[1]: there is no field "rows"`,
		`{` + ends + `, "steps": [{"step": "limit", "rows": 1, "step": "drop"}]}`:                                                 `steps[0]: the field "step" is there twice`,
		`{` + ends + `, "steps": [{"step": "order"}]}`:                                                                            `steps[0]: give columns in "by", or else in "keys"`,
		`{` + ends + `, "steps": [{"step": "order", "by": ["a"], "keys": [{"column": "b"}]}]}`:                                    `steps[0]: give columns in "by", or else in "keys"`,
		`{` + ends + `, "steps": [{"step": "order", "keys": [{"nullsFirst": true}]}]}`:                                            `steps[0].keys[0]: there is no field "column"`,
		`{` + ends + `, "steps": [{"step": "order", "key": ["a"]}]}`:                                                              `steps[0]: no field "key" is known here`,
		`{` + ends + `, "onError": {"policy": "rejects"}}`:                                                                        `onError: no policy "rejects"; did you mean "reject"?`,
		`{` + ends + `, "onError": {"policy": "reject"}}`:                                                                         `onError: the policy "reject" has a field "to", the format and file of the rejects: give it one, or say "skip"`,
		`{` + ends + `, "onError": {"policy": "null", "ratioMax": 2}}`:                                                            "onError: rowsMax 0 and ratioMax 2",
		`{` + ends + `, "onError": {"policy": "reject", "to": {"format": "csv"}}}`:                                                `onError.to: there is no field "files"`,
		`{"from": {"format": "csv", "files": []}, "to": {"format": "csv", "files": ["b"]}}`:                                       "from: no file is named",
		`{"from": {"format": "csv", "files": ["a", ""]}, "to": {}}`:                                                               "from: files[1] is empty",
		`{"from": {"format": "cvs", "files": ["a"]}, "to": {"format": "csv", "files": ["b"]}}`:                                    `from: no format "cvs" is known; did you mean "csv"?`,
		`{"from": {"format": "csv", "files": ["a"], "options": {"nul": []}}, "to": {"format": "csv", "files": ["b"]}}`:            `from.options: no field "nul" is known here; did you mean "null"?`,
		`{"from": {"format": "csv", "files": ["a"]}, "to": {"format": "csv", "files": ["b", "c"]}}`:                               "to: one file is written, and 2 are named",
		`{"from": {"format": "csv", "files": ["a\u0000b"]}, "to": {"format": "csv", "files": ["b"]}}`:                             "from.files[0]: the text has a NUL",
		`{"from": {"format": "csv", "files": ["a"]}, "to": {"format": "parquet", "files": ["b"], "options": {"compression": 1}}}`: "to.options.compression: this is a number",
	} {
		job := ooc.Job{Name: "before"}
		require.ErrorContains(t, json.Unmarshal([]byte(text), &job), want, text)
		require.Equal(t, ooc.Job{Name: "before"}, job, "nothing is read by halves")
	}
}

// FuzzJob: whatever document is read, none panics, and what is read is written and read back equal.
func FuzzJob(f *testing.F) {
	for text := range jobs() {
		f.Add(text)
	}
	f.Add(`{"from":{"format":"tsv","files":["a"],"options":{"onError":{"policy":"reject","to":{"format":"parquet","files":["b"]}},"types":{"a":"decimal(3,1)"}}},"to":{"format":"csv","files":["../b"]},"steps":[{"step":"steps","steps":[]}]}`)
	f.Add(`{"from":{"format":"csv","files":["a"],"options":{"badRatio":1e-400,"null":[],"encoding":"cp1252"}},"to":{"format":"csv","files":["\ud83d\ude00"]},"memory":"1e3"}`)
	f.Fuzz(func(t *testing.T, text string) {
		var job ooc.Job
		if json.Unmarshal([]byte(text), &job) != nil {
			return
		}
		data, err := job.MarshalJSON()
		require.NoError(t, err, "what was read can be written")
		var back ooc.Job
		require.NoError(t, json.Unmarshal(data, &back))
		again, err := back.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, string(data), string(again))
	})
}

// TestRelativePathsAreOfTheWorkingFolder and leave it as any path may.
func TestRelativePathsAreOfTheWorkingFolder(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "work"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "in.csv"), []byte("a\n1\n"), 0o600))
	t.Chdir(filepath.Join(dir, "work"))
	var job ooc.Job
	require.NoError(t, json.Unmarshal([]byte(`{"from": {"format": "csv", "files": ["../in.csv"]}, "to": {"format": "csv", "files": ["out.csv"]}}`), &job))
	_, err := job.Run(t.Context())
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(dir, "work", "out.csv"))
}
