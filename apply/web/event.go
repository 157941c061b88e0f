package web

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"
)

// Moment is how far a request has come.
type Moment int

// The moments of a request, in their order. One that is redirected is Connected and has a FirstByte
// for each hop; one that fails comes to Done from anywhere.
const (
	Queued    Moment = iota // it waits for one of Client.Sockets
	Started                 // it waits for a socket to its host, or opens one
	Connected               // it has its socket
	FirstByte               // the answer begins
	Done                    // the body is read, or the request has failed
)

func (m Moment) String() string {
	return [...]string{"queued", "started", "connected", "first byte", "done"}[m]
}

// Event tells that a request has come to a moment.
type Event struct {
	Moment Moment
	Method string
	URL    string        // as it was asked for first; a password in it is left out
	Since  time.Duration // it was Queued
	Reused bool          // Connected: the socket had served another request before
	Status int           // FirstByte and Done, if there was an answer
	Bytes  int           // Done: of the body, unpacked
	Err    error         // Done
}

// Counters are what a [Client] has counted.
type Counters struct {
	Requests int64 // that were begun; those that a guard repeats are several
	Running  int64 // requests now
	Peak     int64 // the most requests at the same time
	Failed   int64 // requests without an answer of status 2xx
	Dialed   int64 // sockets that were opened
	Sockets  int64 // sockets that are open now
	// Resent is requests that were given a second socket since the first was closed before a byte
	// was written to it: the server has seen them once.
	Resent int64
	Bytes  int64 // of bodies, unpacked
}

// counters count for a client. Sockets are those that the client opened itself.
type counters struct {
	requests, running, peak, failed, dialed, sockets, resent, bytes atomic.Int64
}

// Counters returns what has been counted so far.
func (c *Client) Counters() Counters {
	n := &c.counted
	return Counters{
		Requests: n.requests.Load(), Running: n.running.Load(), Peak: n.peak.Load(), Failed: n.failed.Load(),
		Dialed: n.dialed.Load(), Sockets: n.sockets.Load(), Resent: n.resent.Load(), Bytes: n.bytes.Load(),
	}
}

// watch follows one request, and tells the client's OnEvent. It is used by the goroutine that waits
// for the request.
type watch struct {
	client  *Client
	event   Event
	queued  time.Time
	started time.Time
}

type watchKey struct{}

// watchOf is the watch of a request that the context belongs to.
func watchOf(ctx context.Context) *watch {
	w, _ := ctx.Value(watchKey{}).(*watch)
	return w
}

// begin begins to follow a request.
func (w *watch) begin(req *http.Request) {
	w.queued = time.Now()
	w.client.counted.requests.Add(1)
	w.client.counted.began()
	if w.client.OnEvent != nil {
		w.event = Event{Method: or(req.Method, http.MethodGet), URL: req.URL.Redacted()}
	}
	w.tell(Queued, w.queued)
}

func (n *counters) began() {
	now := n.running.Add(1)
	for {
		peak := n.peak.Load()
		if now <= peak || n.peak.CompareAndSwap(peak, now) {
			return
		}
	}
}

// tell tells of a moment that came at a time.
func (w *watch) tell(m Moment, at time.Time) {
	if w == nil || w.client.OnEvent == nil {
		return
	}
	w.event.Moment, w.event.Since = m, at.Sub(w.queued)
	w.client.OnEvent(w.event)
}

func (w *watch) start() {
	w.started = time.Now()
	w.tell(Started, w.started)
}

func (w *watch) connected(reused bool) {
	if w != nil {
		w.event.Reused = reused
		w.tell(Connected, time.Now())
	}
}

// firstByte tells that an answer of a status began, at a time in ns; 0 is now.
func (w *watch) firstByte(ns int64, status int) {
	if w == nil {
		return
	}
	at := time.Now()
	if ns > 0 {
		at = time.Unix(0, ns)
	}
	w.event.Status = status
	w.tell(FirstByte, at)
}

// done ends the watch of a request.
func (w *watch) done(r *reply, err error) {
	if r != nil {
		w.event.Bytes = len(r.body)
	}
	n := &w.client.counted
	n.running.Add(-1)
	n.bytes.Add(int64(w.event.Bytes))
	if err != nil {
		n.failed.Add(1)
	}
	w.event.Err = err
	w.tell(Done, time.Now())
}
