package web_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/apply/web"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/gauge"
)

// rawServer answers each connection by a function, which gets the number of the connection.
func rawServer(t *testing.T, answer func(n int, c net.Conn)) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := 0; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				answer(n, c)
			})
		}
	})
	t.Cleanup(func() {
		require.NoError(t, l.Close())
		wg.Wait()
	})
	return "http://" + l.Addr().String()
}

// TestEveryRowEndsWithItsValueOrItsError: whatever the server does, each row is asked for once.
func TestEveryRowEndsWithItsValueOrItsError(t *testing.T) {
	const kinds = 8
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var n int
		fmt.Sscanf(r.URL.Path, "/%d", &n)
		switch n % kinds {
		case 0:
			fmt.Fprint(w, "value ", n)
		case 1:
			w.WriteHeader(503)
		case 2: // a body that is cut
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, "some")
		case 3: // closed without a word, maybe on a socket that was used before
			c, _, _ := w.(http.Hijacker).Hijack()
			c.Close()
		case 4: // no HTTP
			c, _, _ := w.(http.Hijacker).Hijack()
			io.WriteString(c, "garbage in place of an answer\r\n\r\n")
			c.Close()
		case 5: // packed wrongly
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, "this is not gzip")
		case 6: // the socket is not kept
			w.Header().Set("Connection", "close")
			fmt.Fprint(w, "value ", n)
		case 7: // a chunk that is none
			c, _, _ := w.(http.Hijacker).Hijack()
			io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")
			c.Close()
		}
	})
	const rows = 50 * kinds
	out, reasons := rejecting(t, s.urls(t, rows), web.Get("url", client(t, &web.Client{})).With(apply.Calls{Concurrency: 16}))
	want := map[int]string{1: "503 Service Unavailable", 2: "before its answer ended", 3: "before its answer ended", 4: "malformed HTTP", 5: "gzip: invalid header", 7: "invalid byte in chunk length"}
	good := map[int]string{}
	body := column[string](t, out, "body")
	for i, n := range column[int](t, out, "n") {
		good[n] = body[i]
	}
	for n := range rows {
		if n%kinds == 0 || n%kinds == 6 {
			require.Equal(t, fmt.Sprint("value ", n), good[n])
		} else if n%kinds == 3 && !strings.Contains(reasons[n], want[3]) {
			require.Contains(t, reasons[n], "reset by peer")
		} else {
			require.Contains(t, reasons[n], want[n%kinds], n)
		}
		require.Equal(t, 1, s.seen(fmt.Sprintf("/%d", n)), "row %d, of kind %d", n, n%kinds)
	}
}

// everySecondDropped is a server that answers the first request of a socket, and closes the socket
// once it has read the second. seenSince returns how often each path was asked for since the last
// time.
func everySecondDropped(t *testing.T) (url string, seenSince func() map[string]int) {
	t.Helper()
	var mu sync.Mutex
	seen := map[string]int{}
	url = rawServer(t, func(_ int, c net.Conn) {
		in := bufio.NewReader(c)
		for served := 0; ; served++ {
			req, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			io.Copy(io.Discard, req.Body)
			mu.Lock()
			seen[req.URL.Path]++
			mu.Unlock()
			if served%2 == 1 {
				return // the second request of a socket gets no answer
			}
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
			if req.Method != "HEAD" {
				io.WriteString(c, "ok")
			}
		}
	})
	return url, func() map[string]int {
		mu.Lock()
		defer mu.Unlock()
		defer func() { seen = map[string]int{} }()
		return seen
	}
}

// TestASentRequestIsNotSentAgain: net/http would repeat a GET that it wrote to a socket which the
// server then closed.
func TestASentRequestIsNotSentAgain(t *testing.T) {
	url, seen := everySecondDropped(t)
	for _, method := range []string{"GET", "HEAD", "OPTIONS", "POST"} {
		seen() // and forget
		type row struct {
			URL string
			N   int
		}
		var urls []string
		var n []int
		for i := range 40 {
			urls, n = append(urls, fmt.Sprintf("%s/%d", url, i)), append(n, i)
		}
		f, err := frame.New(frame.Of("n", n), frame.Of("url", urls))
		require.NoError(t, err)
		c := client(t, &web.Client{})
		out, reasons := rejecting(t, f, web.Do[web.Page](func(_ context.Context, r row) (*http.Request, error) {
			req, err := http.NewRequest(method, r.URL, nil)
			if method == "POST" {
				req.Header.Set("Idempotency-Key", r.URL) // which net/http takes for leave to repeat it
			}
			return req, err
		}, c).With(apply.Calls{Concurrency: 1}))
		require.NotEmpty(t, reasons, "%s: no socket was used twice", method)
		require.Positive(t, out.NumRows())
		calls := seen()
		require.Len(t, calls, 40, method)
		for path, n := range calls {
			require.Equal(t, 1, n, "%s %s", method, path)
		}
	}
}

// TestRequestsHaveNoBody: what keeps net/http from repeating a request does not show in it.
func TestRequestsHaveNoBody(t *testing.T) {
	var head strings.Builder
	url := rawServer(t, func(_ int, c net.Conn) {
		in := bufio.NewReader(c)
		for line := ""; line != "\r\n"; {
			line, _ = in.ReadString('\n')
			head.WriteString(line)
		}
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
	})
	_, err := one(t, url+"/x", client(t, &web.Client{}))
	require.NoError(t, err)
	require.Equal(t, "GET /x HTTP/1.1\r\nHost: "+strings.TrimPrefix(url, "http://")+"\r\nUser-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\n\r\n", head.String())
}

// TestRetries: a row is asked for as often as it takes, and never more often than may be.
func TestRetries(t *testing.T) {
	var mu sync.Mutex
	tries := map[string]int{}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var n int
		fmt.Sscanf(r.URL.Path, "/%d", &n)
		mu.Lock()
		tries[r.URL.Path]++
		try := tries[r.URL.Path]
		mu.Unlock()
		fails := 0
		if n%10 == 0 {
			fails = n / 10 % 5
		}
		switch {
		case n%10 == 5:
			w.WriteHeader(404)
		case try <= fails && n%20 == 0:
			w.WriteHeader(503)
		case try <= fails:
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(429)
		default:
			fmt.Fprint(w, n)
		}
	})
	retried := client(t, &web.Client{Guard: async.Retry{Attempts: 4, Base: time.Millisecond}})
	out, reasons := rejecting(t, s.urls(t, 200), web.Get("url", retried).With(apply.Calls{Concurrency: 32}))
	for n := range 200 {
		want := 1
		if n%10 == 0 {
			want = min(4, n/10%5+1)
		}
		require.Equal(t, want, s.seen(fmt.Sprintf("/%d", n)), "row %d", n)
		_, failed := reasons[n]
		require.Equal(t, n%10 == 5 || n%10 == 0 && n/10%5 == 4, failed, "row %d: %s", n, reasons[n])
	}
	require.Equal(t, 200-len(reasons), out.NumRows())
	require.Contains(t, reasons[40], "after 4 calls")
}

// TestSilentServers: a server that says nothing, or stops in the middle, is not waited for.
func TestSilentServers(t *testing.T) {
	leave := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/body") {
			io.WriteString(w, "the beginning")
			w.(http.Flusher).Flush()
		}
		<-leave
	})
	defer close(leave)
	c := client(t, &web.Client{ReadTimeout: 30 * time.Millisecond})
	for _, path := range []string{"/head", "/body"} {
		_, err := one(t, s.URL+path, c)
		var timeout net.Error
		require.ErrorAs(t, err, &timeout, path)
		require.True(t, timeout.Timeout(), "%s: %v", path, err)
		_, again := async.Retry{}.Next(1, 0, err)
		require.True(t, again)
	}
}

// TestGigabytes: no more is read than may be kept.
func TestGigabytes(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/announced" {
			w.Header().Set("Content-Length", fmt.Sprint(1<<30))
		}
		piece := make([]byte, 1<<20)
		for range 1 << 10 {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
	})
	c := client(t, &web.Client{Body: 1 << 20})
	_, reasons := rejecting(t, s.paths(t, "/announced", "/unannounced", "/announced?2", "/x"), web.Get("url", c))
	require.Len(t, reasons, 4)
	for _, why := range reasons {
		require.Equal(t, "read ", why[:5])
		require.Contains(t, why, "the body has more than 1048576 bytes: raise Client.Body, or set Client.Cut")
	}
	require.LessOrEqual(t, c.Counters().Bytes, int64(4<<20))
}

// TestPerHost: as many sockets as may be, and no more.
func TestPerHost(t *testing.T) {
	for _, limit := range []*web.Client{{PerHost: 4}, {Sockets: 4}, {PerHost: 4, Sockets: 9}} {
		var calls gauge.Gauge
		s := serve(t, func(w http.ResponseWriter, r *http.Request) { calls.Meet(4) })
		c := client(t, limit)
		_, err := apply.Apply(t.Context(), s.urls(t, 100), web.Get("url", c).With(apply.Calls{Concurrency: 32}))
		require.NoError(t, err)
		require.NoError(t, c.Close())
		require.Equal(t, 4, calls.Most)
		require.LessOrEqual(t, s.most, 4)
		require.LessOrEqual(t, c.Counters().Dialed, int64(4))
	}
}

// TestSocketsMoveBetweenHosts: idle sockets of one host make room for those of another.
func TestSocketsMoveBetweenHosts(t *testing.T) {
	var urls []string
	var n []int
	for range 5 {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.URL.Path) })
		for i := range 20 {
			urls, n = append(urls, fmt.Sprintf("%s/%d", s.URL, i)), append(n, len(n))
		}
	}
	f, err := frame.New(frame.Of("url", urls), frame.Of("n", n))
	require.NoError(t, err)
	c := client(t, &web.Client{Sockets: 2})
	out, err := apply.Apply(t.Context(), f, web.Get("url", c).With(apply.Calls{Concurrency: 8}))
	require.NoError(t, err)
	require.Equal(t, "/19", column[string](t, out, "body")[99])
	require.LessOrEqual(t, c.Counters().Peak, int64(8))
	require.LessOrEqual(t, c.Counters().Sockets, int64(2))
}

// TestCancel: the calls under way end, and nothing is left.
func TestCancel(t *testing.T) {
	var calls gauge.Gauge
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Meet(16)
		cancel()
		<-r.Context().Done() // the client's end
	})
	c := client(t, &web.Client{Guard: async.Retry{}})
	_, err := apply.Apply(ctx, s.urls(t, 64), web.Get("url", c).With(apply.Calls{Concurrency: 16}))
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, c.Counters().Running)
	for i := range 64 {
		require.LessOrEqual(t, s.seen(fmt.Sprintf("/%d", i)), 1)
	}
}

// TestNobodyThere: a host that is not there is the row's error, of the others nothing.
func TestNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {})
	f, err := frame.New(frame.Of("n", []int{0, 1}), frame.Of("url", []string{"http://" + l.Addr().String(), s.URL}))
	require.NoError(t, err)
	for _, c := range []*web.Client{{}, {Sockets: 1}} {
		out, reasons := rejecting(t, f, web.Get("url", client(t, c)))
		require.Equal(t, 1, out.NumRows())
		require.Contains(t, reasons[0], "connection refused")
	}
}
