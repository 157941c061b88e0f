package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/volley-go/volley/apply/async"
)

// StatusError is the error of a row whose answer's status is none of 2xx. A repetition is pointless
// ([async.Permanent]) for statuses of 3xx and 4xx, but for 408, 425 and 429.
type StatusError struct {
	Method, URL string
	Status      int
	Body        []byte // the first 200 bytes
	after       time.Duration
}

const statusBodyMax = 200

func (e *StatusError) Error() string {
	s := fmt.Sprintf("%s %s: %d %s", e.Method, e.URL, e.Status, http.StatusText(e.Status))
	if len(e.Body) > 0 {
		s += fmt.Sprintf(": %q", e.Body)
	}
	return s
}

// RetryAfter is how long the server asks to be left alone, by its header Retry-After; 0 if it does
// not say. A [async.Retry] waits that long at least.
func (e *StatusError) RetryAfter() time.Duration { return e.after }

// statusError is the error that an answer's status is; nil for 2xx.
func statusError(resp *http.Response, body []byte) error {
	if resp.StatusCode/100 == 2 {
		return nil
	}
	err := &StatusError{
		Method: or(resp.Request.Method, http.MethodGet), URL: resp.Request.URL.Redacted(), Status: resp.StatusCode,
		Body: append([]byte(nil), body[:min(len(body), statusBodyMax)]...), after: retryAfter(resp.Header, time.Now()),
	}
	if again(resp.StatusCode) {
		return err
	}
	return async.Permanent(err)
}

// again reports whether the same request may fare better later.
func again(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return status >= 500
}

// retryAfter reads seconds or a date, which is taken by the server's own clock if it tells it.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if s, err := strconv.ParseUint(text, 10, 32); err == nil {
		return time.Duration(s) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	if there, err := http.ParseTime(h.Get("Date")); err == nil {
		now = there
	}
	return max(0, at.Sub(now))
}
