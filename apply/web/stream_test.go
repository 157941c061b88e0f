package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/apply/web"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/gauge"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/ooc"
)

// TestOverFiles: requests and batches over a stream of many chunks, in their order, by one client.
func TestOverFiles(t *testing.T) {
	var calls gauge.Gauge
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Meet(2)
		fmt.Fprintf(w, `{"told": %q}`, r.URL.Path)
	})
	var text strings.Builder
	text.WriteString("n,url,note\n")
	for i := range 600 {
		fmt.Fprintf(&text, "%d,%s/%d,%s\n", i, s.URL, i, strings.Repeat("x", 100))
	}
	path := filepath.Join(t.TempDir(), "urls.csv")
	require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	type told struct{ Told string }
	c := client(t, &web.Client{PerHost: 4, Guard: async.Retry{Base: time.Millisecond}})
	out := new(chunker.FrameSink)
	report, err := ooc.Job{
		From:  csvio.ReadOptions{}.Open(path),
		Steps: chunker.Steps{web.JSON[told]("url", c).With(apply.Calls{Concurrency: 8}), apply.Where("n % 2 == 0"), table.Select("n", "Told")},
		To:    out,
	}.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, int64(600), report.RowsIn)
	require.Equal(t, 300, out.Frame().NumRows())
	for i, n := range column[int](t, out.Frame(), "n") {
		require.Equal(t, 2*i, n)
		require.Equal(t, fmt.Sprintf("/%d", n), column[string](t, out.Frame(), "Told")[i])
		require.Equal(t, 1, s.seen(fmt.Sprintf("/%d", n)))
	}
	require.LessOrEqual(t, calls.Most, 4)
	require.LessOrEqual(t, s.most, 4)
}

// TestLimitStopsRequests: no row behind a limit is asked for, and Stop asks for none behind the row
// that failed, but for those under way.
func TestLimitStopsRequests(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/3" {
			w.WriteHeader(404)
		}
	})
	c := client(t, &web.Client{})
	_, err := apply.Apply(t.Context(), s.urls(t, 1000), apply.Where("n > 500"), web.Get("url", c), table.Limit(5))
	require.NoError(t, err)
	require.LessOrEqual(t, c.Counters().Requests, int64(499))
	for i := range 501 {
		require.Zero(t, s.seen(fmt.Sprintf("/%d", i)))
	}
	_, err = apply.Apply(t.Context(), s.urls(t, 1000), web.Get("url", c))
	require.ErrorContains(t, err, "row 3, computing body, status, latency from url")
	require.ErrorContains(t, err, "404 Not Found")
}

// TestCancelledPost ends with the context's error.
func TestCancelledPost(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // only then the end of a connection is seen
		cancel()
		<-r.Context().Done()
	})
	c := client(t, &web.Client{Guard: async.Retry{}})
	_, err := apply.Apply(ctx, texts(t, 500), web.Post[text, score](s.URL, web.Batches{Rows: 10}, c))
	require.ErrorIs(t, err, context.Canceled)
	_, err = chunker.ReadAll(ctx, web.Pages[item](s.URL, web.Paging{}, c))
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, c.Counters().Running)
}
