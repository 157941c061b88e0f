package web

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/volley-go/volley/apply/async"
)

// BodyError is the error of a row whose body is longer than [Client.Body] allows.
type BodyError struct {
	Max int64 // bytes
}

func (e *BodyError) Error() string {
	return fmt.Sprintf("the body has more than %d bytes: raise Client.Body, or set Client.Cut", e.Max)
}

// body reads an answer's body, unpacked, as far as it may be long. cancel ends the request once the
// server has been silent for too long.
func (c *Client) body(ctx context.Context, resp *http.Response, cancel context.CancelCauseFunc) ([]byte, error) {
	silence := c.readTimeout()
	timer := time.AfterFunc(silence, func() {
		cancel(&silentError{silence})
	})
	defer timer.Stop()
	heard := &listener{resp.Body, func() { timer.Reset(silence) }}
	from, err := unpacked(resp, heard)
	if err != nil {
		return nil, err
	}
	most := c.bodyMax()
	b, err := readUpTo(from, most+1, resp.ContentLength)
	switch {
	case int64(len(b)) > most && c.Cut:
		return b[:most], nil
	case int64(len(b)) > most:
		return b[:most], async.Permanent(&BodyError{Max: most})
	case err != nil && errors.Is(context.Cause(ctx), os.ErrDeadlineExceeded):
		return b, context.Cause(ctx)
	}
	return b, err
}

// silentError is the error of a request whose server said nothing in the middle of a body.
type silentError struct{ d time.Duration }

func (e *silentError) Error() string {
	return fmt.Sprintf("no byte of the body for %v (Client.ReadTimeout)", e.d)
}
func (e *silentError) Unwrap() error { return os.ErrDeadlineExceeded }
func (e *silentError) Timeout() bool { return true }

// listener tells of each read that brought something.
type listener struct {
	io.Reader
	heard func()
}

func (l *listener) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	if n > 0 {
		l.heard()
	}
	return n, err
}

// unpacked is the body as it was before it was compressed. net/http unpacks gzip where it asked for
// it; what is packed nevertheless is so at the wish of a header or a transport of the user's.
func unpacked(resp *http.Response, body io.Reader) (io.Reader, error) {
	coding := strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding")))
	if resp.Request.Method == http.MethodHead || resp.StatusCode == http.StatusNoContent || resp.StatusCode == http.StatusNotModified {
		return body, nil
	}
	switch coding {
	case "", "identity":
		return body, nil
	case "gzip", "x-gzip":
		return gzip.NewReader(body)
	case "deflate":
		return inflated(body)
	}
	return nil, async.Permanent(fmt.Errorf("the body is packed as %q: ask for gzip or deflate in Accept-Encoding", coding))
}

// inflated unpacks deflate, which some servers send in a zlib envelope, as the standard says, and
// some without.
func inflated(body io.Reader) (io.Reader, error) {
	b := bufio.NewReader(body)
	head, err := b.Peek(2)
	if err == nil && head[0]&0x0f == 8 && (uint(head[0])<<8|uint(head[1]))%31 == 0 {
		return zlib.NewReader(b)
	}
	return flate.NewReader(b), nil
}

// readUpTo reads until the end, or until there are most bytes. expected is the length that the
// server announces, -1 if it does not.
func readUpTo(from io.Reader, most, expected int64) ([]byte, error) {
	const first, trusted = 512, 1 << 20 // bytes set aside, at most on the server's word
	b := make([]byte, 0, min(most, max(first, min(expected+1, trusted))))
	for {
		if int64(len(b)) >= most {
			return b, nil
		}
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		room := min(int64(cap(b)), most)
		n, err := from.Read(b[len(b):room])
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return b, err
		}
	}
}

// text is a body as text, which is UTF-8 or an error. A body that was cut ends with a whole letter.
func text(r *reply, cut bool) (string, error) {
	b := r.body
	if cut {
		b = whole(b)
	}
	if !utf8.Valid(b) {
		return "", async.Permanent(fmt.Errorf("the body is no text in UTF-8 (its Content-Type is %q): take it as []byte", r.header.Get("Content-Type")))
	}
	return string(b), nil
}

// whole is text without the beginning of a letter at its end.
func whole(b []byte) []byte {
	for back := 1; back <= min(utf8.UTFMax-1, len(b)); back++ {
		if at := len(b) - back; utf8.RuneStart(b[at]) {
			if !utf8.FullRune(b[at:]) {
				return b[:at]
			}
			break
		}
	}
	return b
}
