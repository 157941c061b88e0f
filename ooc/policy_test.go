package ooc_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/order"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/ooc"
)

func rowsMax(p chunker.Policy, most int) chunker.Policy {
	p.RowsMax = most
	return p
}

// whole reads n as integers, whatever stands in a file.
func whole(own chunker.Policy) csvio.ReadOptions {
	return csvio.ReadOptions{OnError: own, Types: map[string]arrow.DataType{"n": arrow.PrimitiveTypes.Int64}}
}

// dirty is a file with a row of too many fields, one with a value that is no integer, one on which
// 6 / n fails, and one that is bad in both ways.
const dirty = "n,s\n1,a\n2,b,more\nx,c\n0,d\n0,e,more\n3,f\n"

// TestOnePolicyForReadersAndFunctions: the job's, in the reader too, unless that has one of its
// own.
func TestOnePolicyForReadersAndFunctions(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("in.csv", []byte(dirty), 0o600))
	none, stop, null, skip := chunker.Policy{}, chunker.Stop(), chunker.Null(), chunker.Skip()
	reject, own := chunker.Reject(csvio.Create("bad.csv"), 0), chunker.Reject(csvio.Create("own.csv"), 0)
	for name, c := range map[string]struct {
		job, own            chunker.Policy
		out, rejects, owned string // s of the rows, by their files
		leftOut, rejected   int64
		err                 string
	}{
		"nothing said":                {job: none, own: none, err: "in.csv:3: row 1"},
		"stop":                        {job: stop, own: none, err: "in.csv:3: row 1"},
		"null":                        {job: null, own: none, out: "a b c d e f"},
		"skip":                        {job: skip, own: none, out: "a f", leftOut: 4},
		"reject":                      {job: reject, own: none, out: "a f", rejects: "b c d e", rejected: 4},
		"reject, the source skips":    {job: reject, own: skip, out: "a f", rejects: "d", leftOut: 3, rejected: 1},
		"reject, the source nulls":    {job: reject, own: null, out: "a b c f", rejects: "d e", rejected: 2},
		"reject, the source stops":    {job: reject, own: stop, err: "in.csv:3: row 1"},
		"reject, the source too":      {job: reject, own: chunker.Reject(nil, 0), out: "a f", rejects: "b c d e", rejected: 4},
		"reject, the source apart":    {job: reject, own: own, out: "a f", rejects: "d", owned: "b c e", leftOut: 3, rejected: 1},
		"null, the source apart":      {job: null, own: own, out: "a d f", owned: "b c e", leftOut: 3},
		"stop, the source skips":      {job: none, own: skip, err: `in.csv:5: row 3, computing m from n = 0`},
		"skip, the source stops":      {job: skip, own: stop, err: "in.csv:3: row 1"},
		"skip, the source nulls":      {job: skip, own: null, out: "a b c f", leftOut: 2},
		"null, the source skips":      {job: null, own: skip, out: "a d f", leftOut: 3},
		"skip, the source is limited": {job: skip, own: rowsMax(skip, 2), err: "3 rows failed, more than Policy.RowsMax 2 allows; the first: read in.csv:3: row 1"},
	} {
		for _, from := range []chunker.Source{whole(c.own).Open("in.csv"), chunker.Select(whole(c.own).Open("in.csv"), "s", "n")} {
			job := ooc.Job{From: from, Steps: chunker.Steps{apply.Expr("m = 6 / n")}, To: csvio.Create("out.csv"), OnError: c.job}
			_, err := job.Explain(t.Context())
			require.Equal(t, strings.Contains(c.err, "row ") && !strings.Contains(c.err, "rows"), err != nil, "%s: %v", name, err) // limits are those of a run
			report, err := job.Run(t.Context())
			if c.err != "" {
				require.ErrorContains(t, err, c.err, name)
			} else {
				require.NoError(t, err, name)
				require.Equal(t, []int64{c.leftOut, c.rejected}, []int64{report.LeftOut, report.Rejected}, name)
				require.Equal(t, []string{c.out, c.rejects, c.owned}, []string{letters(t, "out.csv"), letters(t, "bad.csv"), letters(t, "own.csv")}, name)
			}
			for _, file := range []string{"out.csv", "bad.csv", "own.csv"} {
				_ = os.Remove(file)
			}
		}
	}
}

// letters are the s of the rows of a file: of rejects of a reader, the second field of their text.
func letters(t *testing.T, path string) string {
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	f, err := csvio.ReadFile(t.Context(), path)
	require.NoError(t, err)
	var out []string
	for row := range f.NumRows() {
		for _, name := range []string{"s", "reject_text"} {
			if c, err := f.Column(name); err == nil && !c.Chunk(0).IsNull(row) {
				text := c.Chunk(0).ValueStr(row)
				if name == "reject_text" {
					text = strings.Split(text, ",")[1]
				}
				out = append(out, text)
				break
			}
		}
	}
	return strings.Join(out, " ")
}

// TestReadersAndFunctionsAreCountedTogether against the limits of the job, each row once, before a
// sort and behind it.
func TestReadersAndFunctionsAreCountedTogether(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("in.csv", []byte(dirty), 0o600))
	steps := map[string]chunker.Steps{
		"a function":      {apply.Expr("m = 6 / n")},
		"a condition":     {apply.Where("6 / n > 0 || s == \"a\"")},
		"behind a sort":   {order.By("-s"), apply.Expr("m = 6 / n")},
		"before and then": {apply.Expr("m = 6 / n"), order.By("s"), apply.Expr("k = 7 / n")},
	}
	for name, list := range steps {
		for _, p := range []chunker.Policy{chunker.Null(), chunker.Skip(), chunker.Reject(new(chunker.FrameSink), 0)} {
			job := ooc.Job{From: whole(chunker.Policy{}).Open("in.csv"), Steps: list, To: new(chunker.FrameSink), OnError: rowsMax(p, 4)}
			_, err := job.Run(t.Context())
			require.NoError(t, err, "%s, %s", name, p)
			job.OnError.RowsMax = 3
			job.To = new(chunker.FrameSink)
			_, err = job.Run(t.Context())
			var many *chunker.TooManyError
			require.ErrorAs(t, err, &many, "%s, %s", name, p)
			require.Equal(t, 4, many.Failed, "%s, %s", name, p)
			require.ErrorContains(t, many.First, "in.csv:3: row 1", "%s, %s", name, p)
			job.OnError.RowsMax, job.OnError.RatioMax = 0, 0.5
			job.To = new(chunker.FrameSink)
			_, err = job.Run(t.Context())
			require.ErrorAs(t, err, &many, "%s, %s", name, p)
		}
	}
}

// TestThePolicyIsKnownWhenTheFileIsLookedAt: a broken row of names is mended by the job's Null as
// by the reader's.
func TestThePolicyIsKnownWhenTheFileIsLookedAt(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("in.csv", []byte("id,\"na\"me\n1,x\n2,y\n"), 0o600))
	options := csvio.ReadOptions{Header: csvio.Present, Delimiter: ',', Quote: '"'}
	own := options
	own.OnError = chunker.Null()
	for _, job := range []ooc.Job{{From: options.Open("in.csv"), OnError: chunker.Null()}, {From: own.Open("in.csv")}} {
		job.To = new(chunker.FrameSink)
		report, err := job.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, []int64{2, 1}, []int64{report.RowsOut, report.Mended})
	}
	_, err := ooc.Job{From: options.Open("in.csv"), To: new(chunker.FrameSink)}.Run(t.Context())
	require.ErrorContains(t, err, "in.csv:1")
}

// TestAPolicyThatWasStoredDoesTheSame, the job's and the source's own.
func TestAPolicyThatWasStoredDoesTheSame(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("in.csv", []byte(dirty), 0o600))
	policies := []chunker.Policy{{}, chunker.Stop(), chunker.Null(), rowsMax(chunker.Skip(), 9), chunker.Reject(csvio.Create("bad.csv"), 0)}
	outcome := func(job ooc.Job) (out [4]string) {
		_, err := job.Run(t.Context())
		out[0] = fmt.Sprint(err)
		for i, file := range []string{"out.csv", "bad.csv", "own.csv"} {
			data, _ := os.ReadFile(file)
			_ = os.Remove(file)
			out[i+1] = string(data)
		}
		return out
	}
	for _, p := range policies {
		for _, own := range append(policies[:4:4], chunker.Reject(nil, 0), chunker.Reject(csvio.Create("own.csv"), 3)) {
			job := ooc.Job{From: whole(own).Open("in.csv"), Steps: chunker.Steps{apply.Expr("m = 6 / n")}, To: csvio.Create("out.csv"), OnError: p}
			data, err := json.Marshal(job)
			require.NoError(t, err)
			var back ooc.Job
			require.NoError(t, json.Unmarshal(data, &back))
			require.Equal(t, p, back.OnError)
			require.Equal(t, own, chunker.OwnPolicy(back.From))
			require.Equal(t, outcome(job), outcome(back), string(data))
		}
	}
}

// TestRejectsNeedASink: rows would be lost, where Skip says that they are meant to be.
func TestRejectsNeedASink(t *testing.T) {
	_, err := ooc.Job{From: small{numbers(t, 9), 3}, To: new(chunker.FrameSink), OnError: chunker.Reject(nil, 5)}.Run(t.Context())
	require.ErrorContains(t, err, "or say chunker.Skip()")
	_, _, err = apply.Engine{OnError: chunker.Reject(nil, 5)}.Run(t.Context(), numbers(t, 9), odd(2))
	require.ErrorContains(t, err, "or say chunker.Skip()")
}
