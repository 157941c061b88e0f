package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"time"

	"github.com/volley-go/volley/apply/async"
)

// reply is an answer of a server, whatever its status.
type reply struct {
	status  int
	header  http.Header
	body    []byte
	url     *url.URL // where redirects have ended
	latency time.Duration
}

// build makes a request anew for each attempt.
type build func(ctx context.Context) (*http.Request, error)

// get builds a GET.
func get(to string) build {
	return func(ctx context.Context) (*http.Request, error) {
		return http.NewRequestWithContext(ctx, http.MethodGet, to, nil)
	}
}

// fetch makes a request, as often as the guard says. The reply is there beside a [StatusError] too.
// Each attempt passes one more guard.
func (c *Client) fetch(ctx context.Context, b build, each ...async.Guard) (*reply, error) {
	guard := c.Guard
	if len(each) > 0 {
		if guard != nil {
			each = append([]async.Guard{guard}, each...)
		}
		guard = async.Guards(each)
	}
	return async.Call(ctx, guard, func(ctx context.Context) (*reply, error) { return c.once(ctx, b) })
}

// request builds a request, with what the client sends with each.
func (c *Client) request(ctx context.Context, b build) (*http.Request, error) {
	req, err := b(ctx)
	switch {
	case err != nil:
		return nil, err
	case req == nil:
		return nil, errors.New("the function returned neither a request nor an error")
	case req.URL == nil || req.URL.Scheme != "http" && req.URL.Scheme != "https":
		return nil, fmt.Errorf("%q is no URL to ask: give one that begins with http:// or https://", req.URL.Redacted())
	case req.URL.Host == "":
		return nil, fmt.Errorf("the URL %q has no host", req.URL.Redacted())
	}
	if c.Header == nil && !c.Auth.suits(req.URL) {
		return req, nil
	}
	header := maps.Clone(c.Header)
	if header == nil {
		header = http.Header{}
	}
	if c.Auth.suits(req.URL) {
		header.Set(c.Auth.header, c.Auth.value)
	}
	maps.Copy(header, req.Header)
	req.Header = header
	return req, nil
}

// once makes a request once, and reads the answer.
func (c *Client) once(ctx context.Context, b build) (r *reply, err error) {
	w := &watch{client: c}
	ctx, cancel := context.WithCancelCause(context.WithValue(ctx, watchKey{}, w))
	defer cancel(nil)
	req, err := c.request(ctx, b)
	if err != nil {
		return nil, async.Permanent(err)
	}
	if req.Context() != ctx {
		req = req.WithContext(ctx)
	}
	err = errCrashed
	defer func() { w.done(r, err) }()
	w.begin(req)
	if c.turns != nil {
		if err = c.turns.Acquire(ctx); err != nil {
			return nil, err
		}
		defer c.turns.Release()
		err = errCrashed
	}
	w.start()
	r, err = c.answer(ctx, req, cancel)
	if r != nil {
		r.latency = time.Since(w.started)
	}
	return r, err
}

// answer sends a request and reads what comes back.
func (c *Client) answer(ctx context.Context, req *http.Request, cancel context.CancelCauseFunc) (*reply, error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, explained(err)
	}
	defer resp.Body.Close() // which ends the connection if there is more than was read
	r := &reply{status: resp.StatusCode, header: resp.Header, url: resp.Request.URL}
	r.body, err = c.body(ctx, resp, cancel)
	if failed := statusError(resp, r.body); failed != nil {
		return r, failed // whatever became of its body
	}
	if err != nil {
		return nil, &url.Error{Op: "read", URL: resp.Request.URL.Redacted(), Err: explained(err)}
	}
	return r, nil
}

// errCrashed is the end of a request that a panic in a hook ended.
var errCrashed = errors.New("the call panicked or ended its goroutine")

// errDropped is why a request has no answer, or not all of it.
var errDropped = errors.New("the server closed the connection before its answer ended")

// explained says what an end of file means here.
func explained(err error) error {
	if of, ok := errors.AsType[*url.Error](err); ok && errors.Is(of.Err, io.EOF) {
		return &url.Error{Op: of.Op, URL: of.URL, Err: fmt.Errorf("%w: %w", errDropped, of.Err)}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: %w", errDropped, err)
	}
	return err
}
