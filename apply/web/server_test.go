package web_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/web"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is a test's server, which counts what it sees.
type server struct {
	*httptest.Server
	mu      sync.Mutex
	calls   map[string]int // by path and query
	sockets map[net.Conn]bool
	most    int // sockets at the same time
	dialed  int
}

// serve starts a server for the length of a test.
func serve(t *testing.T, h http.HandlerFunc) *server {
	t.Helper()
	s := &server{calls: map[string]int{}, sockets: map[net.Conn]bool{}}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.calls[r.URL.RequestURI()]++
		s.mu.Unlock()
		h(w, r)
	}))
	s.Config.ConnState = s.state
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func (s *server) state(c net.Conn, now http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch now {
	case http.StateNew:
		s.sockets[c] = true
		s.dialed++
		s.most = max(s.most, len(s.sockets))
	case http.StateClosed, http.StateHijacked:
		delete(s.sockets, c)
	}
}

// seen is how often a path was asked for.
func (s *server) seen(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[path]
}

// urls is a frame of the columns n and url, of so many rows; the URL has the row's number in its
// path.
func (s *server) urls(t *testing.T, rows int) *frame.Frame {
	t.Helper()
	var paths []string
	for i := range rows {
		paths = append(paths, fmt.Sprintf("/%d", i))
	}
	return s.paths(t, paths...)
}

func (s *server) paths(t *testing.T, paths ...string) *frame.Frame {
	t.Helper()
	var urls []string
	var n []int
	for i, p := range paths {
		urls, n = append(urls, s.URL+p), append(n, i)
	}
	f, err := frame.New(frame.Of("n", n), frame.Of("url", urls))
	require.NoError(t, err)
	return f
}

// client closes a client at the end of a test.
func client(t *testing.T, c *web.Client) *web.Client {
	t.Helper()
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// column is the values of a column.
func column[T any](t *testing.T, f *frame.Frame, name string) []T {
	t.Helper()
	c, err := frame.Col[T](f, name)
	require.NoError(t, err)
	return c.Values()
}

// rejecting runs steps, and returns what came out and the reasons of the rows that did not, by n.
func rejecting(t *testing.T, f *frame.Frame, steps ...chunker.Step) (out *frame.Frame, reasons map[int]string) {
	t.Helper()
	sink := new(chunker.FrameSink)
	out, _, err := apply.Engine{OnError: chunker.Reject(sink, 0)}.Run(t.Context(), f, steps...)
	require.NoError(t, err)
	reasons = map[int]string{}
	if sink.Frame() == nil {
		return out, reasons
	}
	why := column[string](t, sink.Frame(), "reject_reason")
	for i, n := range column[int](t, sink.Frame(), "n") {
		reasons[n] = why[i]
	}
	require.Equal(t, f.NumRows(), out.NumRows()+len(reasons), "no row is lost")
	return out, reasons
}

// one asks for one URL.
func one(t *testing.T, url string, c *web.Client) (web.Page, error) {
	t.Helper()
	return oneAs[web.Page](t, url, c)
}

func oneAs[T any](t *testing.T, url string, c *web.Client) (row T, err error) {
	t.Helper()
	return first[T](t.Context(), url, web.GetAs[T]("url", c))
}

func first[T any](ctx context.Context, url string, step chunker.Step) (row T, err error) {
	f, err := frame.New(frame.Of("url", []string{url}))
	if err != nil {
		return row, err
	}
	out, err := apply.Apply(ctx, f, step)
	if err != nil {
		return row, err
	}
	rows, err := frame.Rows[T](out)
	if err != nil {
		return row, err
	}
	for _, r := range rows {
		row = r
	}
	return row, nil
}
