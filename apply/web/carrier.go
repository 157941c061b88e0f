package web

import (
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// carrier sends requests, each once. net/http sends a GET a second time on its own if the socket
// that it was written to turns out to be closed, whether the server has seen it or not. The carrier
// takes that from it, and repeats only a request of which not a byte was written: a socket that the
// server has closed while nobody used it costs a row nothing.
type carrier struct {
	client *Client
	next   http.RoundTripper
}

// resentMax is how often a request is given another socket. What fails more often has another cause
// than sockets that were closed, such as a body that cannot be read.
const resentMax = 5

// RoundTrip sends a request.
func (c *carrier) RoundTrip(req *http.Request) (*http.Response, error) {
	for resent := 0; ; resent++ {
		w := watchOf(req.Context())
		try := &attempt{watch: w}
		resp, err := c.next.RoundTrip(try.request(req))
		if err == nil {
			try.told(func() { w.firstByte(try.answered.Load(), resp.StatusCode) }, resp.Body)
			return resp, nil
		}
		if resent == resentMax || !try.unsent() || req.Context().Err() != nil || !rewind(req) {
			return nil, err
		}
		c.client.counted.resent.Add(1)
	}
}

// CloseIdleConnections closes the sockets that wait for a request.
func (c *carrier) CloseIdleConnections() {
	if t, ok := c.next.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// attempt is a request on its way.
type attempt struct {
	watch    *watch
	socket   *socket // of the client's own, once it has one
	had      int64   // bytes that were written to it before
	reused   bool
	answered atomic.Int64 // when the answer began, in ns; set on a goroutine of net/http
}

// request is the request as net/http is given it: one that it does not repeat.
func (a *attempt) request(req *http.Request) *http.Request {
	out := req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			a.socket, a.reused = socketOf(info.Conn), info.Reused
			if a.socket != nil {
				a.had = a.socket.written.Load()
			}
			a.told(func() { a.watch.connected(info.Reused) }, info.Conn)
		},
		GotFirstResponseByte: func() { a.answered.Store(time.Now().UnixNano()) },
	}))
	out.GetBody = nil // without which a body is not sent again
	if out.Body == nil || out.Body == http.NoBody {
		unrepeated(out)
	}
	return out
}

// told tells the user's hook. If that does not return, nobody else will close what is held.
func (a *attempt) told(tell func(), held io.Closer) {
	returned := false
	defer func() {
		if !returned {
			held.Close()
		}
	}()
	tell()
	returned = true
}

// unrepeated gives a request without a body an empty one that net/http cannot know to be empty, and
// so does not send again. "identity" keeps it from announcing a body in chunks.
func unrepeated(req *http.Request) {
	switch req.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		req.Body, req.TransferEncoding = empty{}, []string{"identity"}
	default:
		if req.Header.Get("Idempotency-Key") != "" || req.Header.Get("X-Idempotency-Key") != "" {
			req.Body = empty{}
		}
	}
}

type empty struct{}

func (empty) Read([]byte) (int, error) { return 0, io.EOF }
func (empty) Close() error             { return nil }

// WriteTo spares net/http the 32 KiB that it would copy nothing through.
func (empty) WriteTo(io.Writer) (int64, error) { return 0, nil }

// unsent reports whether a request failed before a byte of it was written, on a socket that had
// been idle. (On a new socket the next attempt would fare no better.)
func (a *attempt) unsent() bool {
	return a.reused && a.socket != nil && a.socket.written.Load() == a.had
}

// rewind gives a request its body for another attempt, and reports whether that is possible.
func rewind(req *http.Request) bool {
	if req.Body == nil || req.Body == http.NoBody {
		return true
	}
	if req.GetBody == nil {
		return false
	}
	body, err := req.GetBody()
	req.Body = body
	return err == nil
}
