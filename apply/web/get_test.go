package web_test

import (
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/apply/web"
	"github.com/volley-go/volley/frame"
)

func TestGetFillsColumns(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "page %s", r.URL.Path[1:]) })
	c := client(t, &web.Client{})
	out, err := apply.Apply(t.Context(), s.urls(t, 300), web.Get("url", c))
	require.NoError(t, err)
	require.Equal(t, []string{"n", "url", "body", "status", "latency"}, out.Names())
	for i, body := range column[string](t, out, "body") {
		require.Equal(t, fmt.Sprintf("page %d", i), body)
		require.Equal(t, 1, s.seen(fmt.Sprintf("/%d", i)))
	}
	require.Equal(t, int64(300), c.Counters().Requests)
	require.Zero(t, c.Counters().Running+c.Counters().Failed)
	for _, l := range column[time.Duration](t, out, "latency") {
		require.Positive(t, l)
	}
}

// TestNullURLs: a row without a URL is null, and nobody is asked.
func TestNullURLs(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "x") })
	f, err := frame.New(frame.Of("url", []sql.Null[string]{{V: s.URL + "/a", Valid: true}, {}}))
	require.NoError(t, err)
	out, err := apply.Apply(t.Context(), f, web.Get("url", client(t, &web.Client{})))
	require.NoError(t, err)
	body := column[sql.Null[string]](t, out, "body")
	require.Equal(t, []sql.Null[string]{{V: "x", Valid: true}, {}}, body)
}

func TestStatusIsTheRowsError(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var status int
		fmt.Sscanf(r.URL.Path, "/%d", &status)
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(status)
		io.WriteString(w, strings.Repeat("because ", 100))
	})
	c := client(t, &web.Client{})
	for status, permanent := range map[int]bool{
		300: true, 304: true, 400: true, 404: true, 410: true, 408: false, 425: false, 429: false, 500: false, 503: false, 599: false,
	} {
		_, err := one(t, fmt.Sprintf("%s/%d", s.URL, status), c)
		var failed *web.StatusError
		require.ErrorAs(t, err, &failed, "%d", status)
		require.Equal(t, status, failed.Status)
		require.Equal(t, 7*time.Second, failed.RetryAfter())
		if status != 304 {
			require.Len(t, failed.Body, 200)
		}
		_, again := async.Retry{}.Next(1, 0, err)
		require.Equal(t, !permanent, again, "%d", status)
	}
}

// TestErrorAsAColumn: no row fails, and what there is of an answer is kept.
func TestErrorAsAColumn(t *testing.T) {
	type told struct {
		Body   string           `web:"body"`
		Status int              `web:"status"`
		Tag    sql.Null[string] `volley:"tag" web:"header:X-Tag"`
		Why    sql.Null[string] `web:"error"`
	}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/good":
			w.Header().Add("X-Tag", "a")
			w.Header().Add("X-Tag", "b")
			io.WriteString(w, "fine")
		case "/missing":
			w.WriteHeader(404)
			io.WriteString(w, "no such page")
		case "/cut":
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "short")
		}
	})
	f, err := frame.New(frame.Of("url", []string{s.URL + "/good", s.URL + "/missing", s.URL + "/cut", "ftp://nowhere", "::"}))
	require.NoError(t, err)
	out, err := apply.Apply(t.Context(), f, web.GetAs[told]("url", client(t, &web.Client{})))
	require.NoError(t, err)
	rows, err := frame.Rows[told](out)
	require.NoError(t, err)
	var got []told
	for _, r := range rows {
		got = append(got, r)
	}
	require.Equal(t, told{"fine", 200, sql.Null[string]{V: "a, b", Valid: true}, sql.Null[string]{}}, got[0])
	require.Equal(t, 404, got[1].Status)
	require.Equal(t, "no such page", got[1].Body)
	require.False(t, got[1].Tag.Valid)
	require.Contains(t, got[1].Why.V, "404 Not Found")
	require.Contains(t, got[2].Why.V, "the server closed the connection before its answer ended")
	require.Contains(t, got[3].Why.V, "begins with http:// or https://")
	require.Contains(t, got[4].Why.V, "missing protocol scheme")
}

func TestBodies(t *testing.T) {
	type raw struct {
		Body []byte `web:"body"`
	}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/latin":
			w.Header().Set("Content-Type", "text/plain; charset=iso-8859-1")
			w.Write([]byte("caf\xe9"))
		case "/long":
			io.WriteString(w, strings.Repeat("é", 600))
		case "/exact":
			io.WriteString(w, strings.Repeat("x", 1000))
		case "/empty":
		}
	})
	small, cut := client(t, &web.Client{Body: 1000}), client(t, &web.Client{Body: 999, Cut: true})

	_, err := one(t, s.URL+"/latin", small)
	require.ErrorContains(t, err, `no text in UTF-8 (its Content-Type is "text/plain; charset=iso-8859-1"): take it as []byte`)
	got, err := oneAs[raw](t, s.URL+"/latin", small)
	require.NoError(t, err)
	require.Equal(t, []byte("caf\xe9"), got.Body)

	_, err = one(t, s.URL+"/long", small)
	var long *web.BodyError
	require.ErrorAs(t, err, &long)
	require.Equal(t, int64(1000), long.Max)
	page, err := one(t, s.URL+"/long", cut)
	require.NoError(t, err)
	require.Equal(t, strings.Repeat("é", 499), page.Body, "cut at a letter's end")
	got, err = oneAs[raw](t, s.URL+"/long", cut)
	require.NoError(t, err)
	require.Len(t, got.Body, 999)

	page, err = one(t, s.URL+"/exact", small)
	require.NoError(t, err)
	require.Len(t, page.Body, 1000)
	page, err = one(t, s.URL+"/empty", small)
	require.NoError(t, err)
	require.Empty(t, page.Body)
}

// TestBombs: what is small on the way and large once unpacked stays within the cap.
func TestBombs(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		zeros := make([]byte, 1<<20)
		for range 1 << 10 {
			if _, err := z.Write(zeros); err != nil {
				return
			}
		}
		z.Close()
	})
	c := client(t, &web.Client{Body: 1 << 20})
	_, err := one(t, s.URL, c)
	require.ErrorAs(t, err, new(*web.BodyError))
	require.LessOrEqual(t, c.Counters().Bytes, int64(1<<20))
}

// TestPackedBodies: also where a header of the user's asks for it, so that net/http unpacks
// nothing.
func TestPackedBodies(t *testing.T) {
	packed := map[string]string{
		"gzip":    "\x1f\x8b\b\x00\x00\x00\x00\x00\x02\xff\xcbH\xcd\xc9\xc9\a\x00\x86\xa6\x106\x05\x00\x00\x00",
		"deflate": "x\x9c\xcbH\xcd\xc9\xc9\a\x00\x06,\x02\x15",
		"raw":     "\xcbH\xcd\xc9\xc9\a\x00",
	}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		name := r.URL.Path[1:]
		coding := strings.Replace(name, "raw", "deflate", 1)
		w.Header().Set("Content-Encoding", coding)
		if name == "br" {
			packed := "whatever"
			io.WriteString(w, packed)
			return
		}
		io.WriteString(w, packed[name])
	})
	for _, header := range []http.Header{nil, {"Accept-Encoding": {"gzip, deflate"}}} {
		c := client(t, &web.Client{Header: header})
		for name := range packed {
			page, err := one(t, s.URL+"/"+name, c)
			require.NoError(t, err, name)
			require.Equal(t, "hello", page.Body, name)
		}
		_, err := one(t, s.URL+"/br", c)
		require.ErrorContains(t, err, `packed as "br": ask for gzip or deflate`)
	}
}

func TestRedirects(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var left int
		fmt.Sscanf(r.URL.Path, "/%d", &left)
		if left == 0 {
			io.WriteString(w, "there")
			return
		}
		http.Redirect(w, r, fmt.Sprintf("/%d", left-1), 307)
	})
	type final struct {
		URL  string `volley:"at" web:"url"`
		Body string `web:"body"`
	}
	c := client(t, &web.Client{Redirects: 3})
	got, err := oneAs[final](t, s.URL+"/3", c)
	require.NoError(t, err)
	require.Equal(t, final{s.URL + "/0", "there"}, got)
	_, err = one(t, s.URL+"/4", c)
	require.ErrorContains(t, err, "more than 3 redirects (Client.Redirects)")
	_, again := async.Retry{}.Next(1, 0, err)
	require.False(t, again)
	_, err = one(t, s.URL+"/2", client(t, &web.Client{Redirects: -1}))
	var status *web.StatusError
	require.ErrorAs(t, err, &status)
	require.Equal(t, 307, status.Status)
}

type user struct {
	Name    string
	Country sql.Null[string] `volley:"land"`
	Visits  int64
	Since   time.Time
}

func TestJSON(t *testing.T) {
	answers := map[string]string{
		"/whole": `{"name": "Ann", "land": "NO", "VISITS": 9007199254740993, "since": "2020-01-02T03:04:05Z", "more": [1]}`,
		"/nulls": `{"name": "Bob", "land": null, "visits": 1, "since": "2020-01-02T03:04:05Z"}`,
		"/none":  `{"visits": 1, "since": "2020-01-02T03:04:05Z"}`,
		"/type":  `{"name": "Bob", "visits": 1.5, "since": "2020-01-02T03:04:05Z"}`,
		"/list":  `[1, 2]`, "/html": `<html>`, "/null": `null`, "/empty": ``, "/two": `{"name": "A"} {"name": "B"}`,
		"/both": `{"name": "A", "Visits": 1, "vis_its": 2, "since": "2020-01-02T03:04:05Z", "NAME": "B"}`,
	}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, answers[r.URL.Path]) })
	c := client(t, &web.Client{})
	get := func(path string) (user, error) {
		return first[user](t.Context(), s.URL+path, web.JSON[user]("url", c))
	}
	since := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	got, err := get("/whole")
	require.NoError(t, err)
	require.Equal(t, user{"Ann", sql.Null[string]{V: "NO", Valid: true}, 9007199254740993, since}, got)
	got, err = get("/nulls")
	require.NoError(t, err)
	require.Equal(t, user{"Bob", sql.Null[string]{}, 1, since}, got)
	for path, want := range map[string]string{
		"/none": `field "Name": missing (take sql.Null[string] if it may be)`,
		"/type": `field "Visits": "1.5" is no JSON for int64`,
		"/list": `"[1, 2]" is no JSON for an object`, "/html": `"<html>" is no JSON for an object`,
		"/null": "null where an object was expected", "/empty": `"" is no JSON for an object`,
		"/two": "is no JSON for an object", "/both": `could be "NAME" or "name"`,
	} {
		_, err := get(path)
		require.ErrorContains(t, err, want, path)
		_, again := async.Retry{}.Next(1, 0, err)
		require.False(t, again, "the same request would bring the same body")
	}
}

func TestDoBuildsRequests(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Saw", fmt.Sprintf("%s %s %s %s %s", r.Method, r.URL, r.Header.Get("X-N"), r.Header.Get("X-All"), body))
		if r.URL.Query().Get("json") != "" {
			io.WriteString(w, `{"total": 3}`)
		}
	})
	type order struct {
		N   int
		URL string
	}
	type total struct{ Total int }
	type answer struct {
		total `web:"json"`
		Saw   string `volley:"saw" web:"header:X-Saw"`
	}
	c := client(t, &web.Client{Header: http.Header{"X-All": {"all"}, "X-N": {"not this"}}})
	out, err := apply.Apply(t.Context(), s.paths(t, "/a?json=1", "/b?json=1"), web.Do[answer](func(_ context.Context, o order) (*http.Request, error) {
		req, err := http.NewRequest("PUT", o.URL, strings.NewReader(fmt.Sprint("row ", o.N)))
		req.Header.Set("X-N", fmt.Sprint(o.N))
		return req, err
	}, c))
	require.NoError(t, err)
	require.Equal(t, []int{3, 3}, column[int](t, out, "Total"))
	require.Equal(t, []string{"PUT /a?json=1 0 all row 0", "PUT /b?json=1 1 all row 1"}, column[string](t, out, "saw"))

	_, reasons := rejecting(t, s.urls(t, 3), web.Do[web.Page](func(_ context.Context, o order) (*http.Request, error) {
		switch o.N {
		case 0:
			return nil, errors.New("no order today")
		case 1:
			return nil, nil
		}
		panic("a bug")
	}, c))
	require.Equal(t, "no order today", reasons[0])
	require.Contains(t, reasons[1], "neither a request nor an error")
	require.Contains(t, reasons[2], "a bug")
	require.Equal(t, 0, s.seen("/0")+s.seen("/1")+s.seen("/2"))
}

// TestWrongWiringFailsFirst: before any request.
func TestWrongWiringFailsFirst(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {})
	f := s.urls(t, 2)
	type untagged struct{ Body string }
	type mistyped struct {
		Body int `web:"body"`
	}
	type unknown struct {
		Body string `web:"bdoy"`
	}
	type nested struct{ Address struct{ City string } }
	for want, step := range map[string]web.Requests{
		"field Body has no web tag":              web.GetAs[untagged]("url", nil),
		`web:"body" cannot be a int`:             web.GetAs[mistyped]("url", nil),
		`web:"bdoy" cannot be a string`:          web.GetAs[unknown]("url", nil),
		`no column "ulr"; did you mean "url"?`:   web.Get("ulr", nil),
		"take int64":                             web.Get("n", nil),
		`field "Address"`:                        web.JSON[nested]("url", nil),
		"none of them can be less than 0":        web.Get("url", &web.Client{PerHost: -1}),
		"leave PerHost, Sockets, ConnectTimeout": web.Get("url", &web.Client{PerHost: 1, HTTP: http.DefaultClient}),
		"leave Proxy out":                        web.Get("url", &web.Client{Addresses: web.Public, Proxy: web.Direct}),
		"Redirects is -2":                        web.Get("url", &web.Client{Redirects: -2}),
		"web.Do: the function is nil":            web.Do[web.Page, user](nil, nil),
		"a web.Requests that no constructor made: use Get, GetAs, JSON or Do": {},
	} {
		_, err := apply.Apply(t.Context(), f, step)
		require.ErrorContains(t, err, want)
	}
	require.Zero(t, s.dialed)
}
