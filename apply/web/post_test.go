package web_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/apply/web"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/gauge"
)

type text struct {
	N    int
	Text string
}

type score struct {
	Score int              `volley:"score"`
	Label sql.Null[string] `volley:"label"`
}

// scorer is a service that scores texts by their length. A batch with a text "bad" fails.
type scorer struct {
	*server
	mu      sync.Mutex
	batches []int
	sent    map[int]int // rows, by n
}

func newScorer(t *testing.T, status int, answer func(rows []map[string]any) any) *scorer {
	t.Helper()
	s := &scorer{sent: map[int]int{}}
	s.server = serve(t, func(w http.ResponseWriter, r *http.Request) {
		var rows []map[string]any
		if err := json.NewDecoder(r.Body).Decode(&rows); err != nil || r.Header.Get("Content-Type") != "application/json" {
			w.WriteHeader(405)
			return
		}
		s.mu.Lock()
		s.batches = append(s.batches, len(rows))
		bad := false
		for _, row := range rows {
			s.sent[int(row["n"].(float64))]++
			bad = bad || row["text"] == "bad"
		}
		s.mu.Unlock()
		if bad {
			w.WriteHeader(status)
			return
		}
		json.NewEncoder(w).Encode(answer(rows))
	})
	return s
}

func scores(rows []map[string]any) any {
	var out []map[string]any
	for _, r := range rows {
		a := map[string]any{"n": r["n"], "score": len(r["text"].(string))}
		if len(r["text"].(string)) > 3 {
			a["label"] = "long"
		}
		out = append(out, a)
	}
	return out
}

func texts(t *testing.T, rows int, bad ...int) *frame.Frame {
	t.Helper()
	var n []int
	var words []string
	for i := range rows {
		n, words = append(n, i), append(words, strings.Repeat("x", i%7))
		if slices.Contains(bad, i) {
			words[i] = "bad"
		}
	}
	f, err := frame.New(frame.Of("n", n), frame.Of("text", words))
	require.NoError(t, err)
	return f
}

func TestPostMatchesAnswersToRows(t *testing.T) {
	s := newScorer(t, 500, scores)
	c := client(t, &web.Client{})
	out, err := apply.Apply(t.Context(), texts(t, 1030), web.Post[text, score](s.URL, web.Batches{}, c))
	require.NoError(t, err)
	require.Equal(t, []string{"n", "text", "score", "label"}, out.Names())
	labels := column[sql.Null[string]](t, out, "label")
	for i, n := range column[int](t, out, "score") {
		require.Equal(t, i%7, n)
		require.Equal(t, i%7 > 3, labels[i].Valid)
		require.Equal(t, 1, s.sent[i])
	}
	require.LessOrEqual(t, slices.Max(s.batches), 100)
}

// TestPostFindsBadRows: by halves, for what may be a row's fault, and for nothing else.
func TestPostFindsBadRows(t *testing.T) {
	for _, c := range []struct {
		status  int
		whole   bool
		rejects int
	}{{500, false, 3}, {400, false, 3}, {422, false, 3}, {413, false, 3}, {500, true, 48}, {503, false, 48}, {401, false, 48}} {
		s := newScorer(t, c.status, scores)
		f := texts(t, 100, 3, 17, 64)
		out, reasons := rejecting(t, f, web.Post[text, score](s.URL, web.Batches{Rows: 16, Whole: c.whole}, client(t, &web.Client{})))
		if c.rejects == 3 {
			require.Len(t, reasons, 3, "%+v", c)
			require.Equal(t, 97, out.NumRows())
			for n, times := range s.sent {
				require.LessOrEqual(t, times, 5, "row %d, in batches of 16, 8, 4, 2 and 1", n)
			}
		} else {
			for n := range reasons {
				require.Equal(t, 1, s.sent[n], "%+v", c)
			}
		}
		for _, n := range []int{3, 17, 64} {
			require.Contains(t, reasons[n], fmt.Sprint(c.status))
		}
	}
}

// TestPostByKey: answers come in any order, and some do not.
func TestPostByKey(t *testing.T) {
	s := newScorer(t, 500, func(rows []map[string]any) any {
		all := scores(rows).([]map[string]any)
		slices.Reverse(all)
		return slices.DeleteFunc(all, func(a map[string]any) bool { return int(a["n"].(float64))%10 == 4 })
	})
	f := texts(t, 200)
	out, reasons := rejecting(t, f, web.Post[text, score](s.URL, web.Batches{Key: "n"}, client(t, &web.Client{})))
	require.Len(t, reasons, 20)
	require.Equal(t, `the answer has none for this row: no "n" is 44 there`, reasons[44])
	n := column[int](t, out, "n")
	for i, got := range column[int](t, out, "score") {
		require.Equal(t, n[i]%7, got)
	}
	for _, times := range s.sent {
		require.Equal(t, 1, times)
	}
	_, err := apply.Apply(t.Context(), f, web.Post[text, score](s.URL, web.Batches{Key: "id"}, nil))
	require.ErrorContains(t, err, `Batches.Key is "id", which no field of web_test.text reads: its columns are n, text`)
}

// TestPostAnswersThatAreNone: too few, of another form, or one that is broken.
func TestPostAnswersThatAreNone(t *testing.T) {
	for want, answer := range map[string]func(rows []map[string]any) any{
		"0 answers came for 1 rows":      func([]map[string]any) any { return []int{} },
		"null where a list was expected": func([]map[string]any) any { return nil },
		"is no JSON for a list":          func([]map[string]any) any { return "no" },
		`field "score": missing`:         func(rows []map[string]any) any { return slices.Repeat([]any{map[string]any{}}, len(rows)) },
		`"7" is no JSON for an object`:   func(rows []map[string]any) any { return slices.Repeat([]any{7}, len(rows)) },
		`"1e400" is no JSON for int`: func(rows []map[string]any) any {
			return slices.Repeat([]any{map[string]any{"score": json.Number("1e400")}}, len(rows))
		},
	} {
		s := newScorer(t, 500, answer)
		out, reasons := rejecting(t, texts(t, 5), web.Post[text, score](s.URL, web.Batches{}, client(t, &web.Client{})))
		require.Zero(t, out.NumRows())
		require.Len(t, reasons, 5)
		for _, why := range reasons {
			require.Contains(t, why, want)
		}
	}
	// One answer of many is broken: one row.
	s := newScorer(t, 500, func(rows []map[string]any) any {
		all := scores(rows).([]map[string]any)
		all[0]["score"] = "many"
		return all
	})
	_, reasons := rejecting(t, texts(t, 30), web.Post[text, score](s.URL, web.Batches{Rows: 10, Concurrency: 1}, client(t, &web.Client{})))
	require.Len(t, reasons, 3)
	require.Contains(t, reasons[10], `field "score": "\"many\"" is no JSON for int`)
}

// TestPostLists: the lists lie in members of objects; nulls and what JSON has not are not sent.
func TestPostLists(t *testing.T) {
	type in struct {
		N    int
		X    float64
		Note sql.Null[string]
	}
	type out struct {
		Text string
		At   sql.Null[time.Time]
	}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var req struct{ Inputs []json.RawMessage }
		json.NewDecoder(r.Body).Decode(&req)
		answers := []any{}
		for _, raw := range req.Inputs {
			answers = append(answers, map[string]any{"text": string(raw), "at": nil})
		}
		json.NewEncoder(w).Encode(map[string]any{"results": answers})
	})
	null := sql.Null[float64]{}
	f, err := frame.New(frame.Of("n", []int{0, 1, 2}),
		frame.Of("x", []sql.Null[float64]{{V: 1.5, Valid: true}, null, {V: math.NaN(), Valid: true}}),
		frame.Of("note", []sql.Null[string]{{}, {V: "a", Valid: true}, {V: "b", Valid: true}}))
	require.NoError(t, err)
	step := web.Post[in, out](s.URL, web.Batches{List: "inputs", Answers: "results"}, client(t, &web.Client{}))
	got, reasons := rejecting(t, f, step)
	require.Equal(t, map[int]string{2: `field "X": json: unsupported value: NaN`}, reasons)
	require.Equal(t, []sql.Null[string]{{V: `{"n":0,"x":1.5,"note":null}`, Valid: true}, {}}, column[sql.Null[string]](t, got, "Text"))

	// Under Null the row stays.
	all, _, err := apply.Engine{OnError: chunker.Null()}.Run(t.Context(), f, step, table.Drop("x"))
	require.NoError(t, err)
	require.Equal(t, 3, all.NumRows())
	require.False(t, column[sql.Null[string]](t, all, "Text")[2].Valid)
}

// TestPostReplacesColumns, and reads only what it needs of a step before it.
func TestPostReplacesColumns(t *testing.T) {
	type upper struct {
		Text string `volley:"text"`
	}
	s := newScorer(t, 500, func(rows []map[string]any) any {
		var out []map[string]any
		for _, r := range rows {
			out = append(out, map[string]any{"text": strings.ToUpper(r["text"].(string))})
		}
		return out
	})
	c := client(t, &web.Client{})
	out, err := apply.Apply(t.Context(), texts(t, 10), apply.Expr("more = n + 1"), web.Post[text, upper](s.URL, web.Batches{}, c), table.Select("text", "more"))
	require.NoError(t, err)
	require.Equal(t, []string{"text", "more"}, out.Names())
	require.Equal(t, "XXX", column[string](t, out, "text")[3])

	out, err = apply.Apply(t.Context(), texts(t, 0), web.Post[text, score](s.URL, web.Batches{}, c))
	require.NoError(t, err)
	require.Equal(t, []string{"n", "text", "score", "label"}, out.Names())
}

// TestPostLimits: requests at the same time, in the whole run; and retries.
func TestPostLimits(t *testing.T) {
	var calls gauge.Gauge
	var mu sync.Mutex
	tries := 0
	s := newScorer(t, 500, func(rows []map[string]any) any {
		calls.Meet(3)
		return scores(rows)
	})
	limited := web.Post[text, score](s.URL, web.Batches{Rows: 1, Concurrency: 3}, client(t, &web.Client{}))
	_, _, err := apply.Engine{Workers: 4}.Run(t.Context(), texts(t, 60), limited)
	require.NoError(t, err)
	require.Equal(t, 3, calls.Most)

	flaky := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		tries++
		first := tries == 1
		mu.Unlock()
		if first {
			w.WriteHeader(503)
			return
		}
		var rows []map[string]any
		json.NewDecoder(r.Body).Decode(&rows)
		json.NewEncoder(w).Encode(scores(rows))
	})
	retried := client(t, &web.Client{Guard: async.Retry{Base: time.Millisecond}})
	_, err = apply.Apply(t.Context(), texts(t, 10), web.Post[text, score](flaky.URL, web.Batches{}, retried))
	require.NoError(t, err)
	require.Equal(t, 2, tries)
}

func TestPostWrongWiring(t *testing.T) {
	type nested struct{ Address struct{ City string } }
	for want, step := range map[string]chunker.Step{
		"no URL to send to":          web.Post[text, score]("nowhere", web.Batches{}, nil),
		"neither can be less than 0": web.Post[text, score]("http://x", web.Batches{Rows: -1}, nil),
		`field "Address"`:            web.Post[text, nested]("http://x", web.Batches{}, nil),
		`no column for field "Name"`: web.Post[user, score]("http://x", web.Batches{}, nil),
		"none of them can be less":   web.Post[text, score]("http://x", web.Batches{}, &web.Client{Body: -1}),
	} {
		_, err := apply.Apply(t.Context(), texts(t, 2), step)
		require.ErrorContains(t, err, "web.Post: ")
		require.ErrorContains(t, err, want)
	}
}
