package web_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/apply/web"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/chunkertest"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/ooc"
)

type item struct {
	ID   int
	Name sql.Null[string]
}

// items are so many items, of which every third has no name.
func items(n int) (out []item) {
	for i := range n {
		out = append(out, item{i, sql.Null[string]{V: fmt.Sprint("item ", i), Valid: i%3 != 0}})
	}
	return out
}

// listing serves items, seven a page, and says by each way where the next page is.
func listing(t *testing.T, n int) *server {
	t.Helper()
	var s *server
	s = serve(t, func(w http.ResponseWriter, r *http.Request) {
		from, _ := strconv.Atoi(r.URL.Query().Get("from"))
		if page := r.URL.Query().Get("page"); page != "" {
			number, _ := strconv.Atoi(page)
			from = (number - 1) * 7
		}
		list := []map[string]any{}
		for _, it := range items(n)[min(from, n):min(from+7, n)] {
			m := map[string]any{"id": it.ID, "other": []int{1}}
			if it.Name.Valid {
				m["name"] = it.Name.V
			}
			list = append(list, m)
		}
		answer := map[string]any{"data": map[string]any{"items": list}, "meta": map[string]any{"cursor": nil, "next": nil}}
		if from+7 < n {
			w.Header().Set("Link", fmt.Sprintf(`<%s/?from=0>; rel="first", </list?from=%d&x=1,2>; rel="prefetch next"; title="a, b"`, s.URL, from+7))
			answer["meta"] = map[string]any{"cursor": from + 7, "next": fmt.Sprintf("?from=%d", from+7)}
		}
		if strings.HasPrefix(r.URL.Path, "/list") {
			json.NewEncoder(w).Encode(list)
			return
		}
		json.NewEncoder(w).Encode(answer)
	})
	return s
}

func TestPages(t *testing.T) {
	s := listing(t, 40)
	want, err := frame.FromStructs(items(40))
	require.NoError(t, err)
	c := client(t, &web.Client{})
	chunkertest.TestSource(t, web.Pages[item](s.URL+"/list", web.Paging{Next: web.Link()}, c), want)
	for name, next := range map[string]web.Next{
		"member": web.NextURL("meta.next"), "cursor": web.Cursor("meta.cursor", "from"), "number": web.Numbered("page", 1),
	} {
		got, err := chunker.ReadAll(t.Context(), web.Pages[item](s.URL+"/?order=up", web.Paging{Next: next, List: "data.items"}, c))
		require.NoError(t, err, name)
		require.True(t, want.Equal(got), name)
	}
	require.Equal(t, 1, s.seen("/?order=up&page=6"))
	require.Equal(t, 1, s.seen("/?order=up&page=7"), "the page without rows ends it")

	got, err := chunker.ReadAll(t.Context(), web.Pages[item](s.URL+"/list", web.Paging{}, c))
	require.NoError(t, err)
	require.Equal(t, 7, got.NumRows(), "without Next there is one page")
	got, err = chunker.ReadAll(t.Context(), web.Pages[item](s.URL+"/list", web.Paging{Next: web.Link(), Max: 2}, c))
	require.NoError(t, err)
	require.Equal(t, 14, got.NumRows())
}

// TestPagesInAJob: only as many pages are asked for as a limit needs; bad elements go the policy's
// way; a page that fails now and then is asked for again.
func TestPagesInAJob(t *testing.T) {
	pages := map[string]string{
		"/":  `{"list": [{"id": 0}, {"id": "one"}, {"id": 2, "name": "two"}], "next": "/b"}`,
		"/b": `{"list": [], "next": "/c"}`,
		"/c": `{"list": [{"name": "three"}, 4, {"id": 5}], "next": ""}`,
	}
	failed := map[string]bool{}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if !failed[r.URL.Path] {
			failed[r.URL.Path] = true
			w.WriteHeader(503)
			return
		}
		io.WriteString(w, pages[r.URL.Path])
	})
	c := client(t, &web.Client{Guard: async.Retry{Base: time.Millisecond}})
	src := web.Pages[item](s.URL+"/", web.Paging{Next: web.NextURL("next"), List: "list"}, c)
	good, bad := new(chunker.FrameSink), new(chunker.FrameSink)
	report, err := ooc.Job{From: src, Steps: chunker.Steps{apply.Expr("more = ID + 1")}, To: good, OnError: chunker.Reject(bad, 0)}.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, int64(3), report.RowsIn, "those that could be read")
	require.Equal(t, []int{1, 3, 6}, column[int](t, good.Frame(), "more"))
	require.Equal(t, []int{1, 3, 4}, column[int](t, bad.Frame(), "reject_row"))
	require.Contains(t, column[string](t, bad.Frame(), "reject_reason")[1], `field "ID": missing`)
	for path := range pages {
		require.Equal(t, 2, s.seen(path))
	}

	_, err = chunker.ReadAll(t.Context(), src)
	require.ErrorContains(t, err, `row 1: field "ID": "\"one\"" is no JSON for int`)
}

func TestPagesThatCannotGoOn(t *testing.T) {
	other := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "[]") })
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		next := map[string]string{"/round": "/round2", "/round2": "/round", "/self": "/self", "/away": other.URL, "/bad": "http://%%"}[r.URL.Path]
		switch r.URL.Path {
		case "/status":
			w.WriteHeader(500)
		case "/object":
			io.WriteString(w, `{"rows": []}`)
		case "/typed":
			io.WriteString(w, `{"list": [], "next": {"a": 1}}`)
		default:
			fmt.Fprintf(w, `{"list": [{"id": 1}], "next": %q}`, next)
		}
	})
	c := client(t, &web.Client{Auth: web.Bearer("sesame")})
	for path, want := range map[string]string{
		"/round": "which was there before: it would go round for ever", "/self": "it would go round for ever", "/away": "which is on another host",
		"/bad": "invalid URL escape", "/status": "500 Internal", "/object": `no member "list"`, "/typed": `is {"a": 1}, and no text or number`,
	} {
		_, err := chunker.ReadAll(t.Context(), web.Pages[item](s.URL+path, web.Paging{Next: web.NextURL("next"), List: "list"}, c))
		require.ErrorContains(t, err, "read "+s.URL+"/", path)
		require.ErrorContains(t, err, want, path)
	}
	require.Zero(t, other.dialed)

	type nested struct{ Address struct{ City string } }
	for want, src := range map[string]chunker.Source{
		"no URL to ask":            web.Pages[item]("nowhere", web.Paging{}, nil),
		"Paging.Max is -1":         web.Pages[item]("http://x", web.Paging{Max: -1}, nil),
		`field "Address"`:          web.Pages[nested]("http://x", web.Paging{}, nil),
		"none of them can be less": web.Pages[item]("http://x", web.Paging{}, &web.Client{PerHost: -1}),
	} {
		_, err := src.Describe(t.Context())
		require.ErrorContains(t, err, want)
	}
}

// TestPagesWithABrokenHook: what a hook does ends the read with an error, and nothing else.
func TestPagesWithABrokenHook(t *testing.T) {
	s := listing(t, 40)
	for name, hook := range map[string]func(){"a hook's bug": func() { panic("a hook's bug") }, "Goexit": goexit} {
		c := client(t, &web.Client{Sockets: 1, OnEvent: func(e web.Event) {
			if e.Moment == web.FirstByte && strings.Contains(e.URL, "from=7") {
				hook()
			}
		}})
		src := web.Pages[item](s.URL+"/list", web.Paging{Next: web.Link()}, c)
		_, err := chunker.ReadAll(t.Context(), src)
		require.ErrorContains(t, err, name)
		_, err = ooc.Job{From: src, To: new(chunker.FrameSink)}.Run(t.Context())
		require.ErrorContains(t, err, name)
		post := web.Post[item, item](s.URL+"/list?from=7", web.Batches{}, c)
		f, err := frame.FromStructs(items(5))
		require.NoError(t, err)
		_, err = apply.Apply(t.Context(), f, post)
		require.ErrorContains(t, err, name)
		require.Zero(t, c.Counters().Running)
	}
}
