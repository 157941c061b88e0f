package web

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// broken is a transport whose first attempts fail on a socket that was idle, after some bytes.
type broken struct {
	fails, written, calls int
	bodies                []string
}

func (b *broken) RoundTrip(req *http.Request) (*http.Response, error) {
	b.calls++
	body := ""
	if req.Body != nil {
		text, _ := io.ReadAll(req.Body)
		body = string(text)
	}
	b.bodies = append(b.bodies, body)
	ours, theirs := net.Pipe()
	go io.Copy(io.Discard, theirs)
	defer ours.Close()
	conn := &socket{Conn: ours, of: &dialer{client: new(Client)}}
	httptrace.ContextClientTrace(req.Context()).GotConn(httptrace.GotConnInfo{Conn: conn, Reused: true})
	conn.Write(make([]byte, b.written))
	if b.calls <= b.fails {
		return nil, errors.New("closed")
	}
	return &http.Response{StatusCode: 200, Body: http.NoBody, Request: req}, nil
}

// TestResent: only a request of which nothing was written gets another socket, with its body.
func TestResent(t *testing.T) {
	for _, c := range []struct {
		fails, written, calls int
		body                  io.Reader
		failed                bool
	}{
		{0, 0, 1, nil, false}, {2, 0, 3, nil, false}, {1, 1, 1, nil, true}, {2, 0, 3, strings.NewReader("text"), false},
		{100, 0, 6, nil, true}, {1, 5, 1, strings.NewReader("text"), true}, {1, 0, 1, io.MultiReader(strings.NewReader("once")), true},
	} {
		next := &broken{fails: c.fails, written: c.written}
		client := new(Client)
		req, err := http.NewRequest("PUT", "http://x/", c.body)
		require.NoError(t, err)
		_, err = (&carrier{client, next}).RoundTrip(req)
		require.Equal(t, c.failed, err != nil)
		require.Equal(t, c.calls, next.calls)
		require.Equal(t, int64(c.calls-1), client.Counters().Resent)
		for _, body := range next.bodies {
			require.Equal(t, next.bodies[0], body)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	date := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	for _, c := range []struct {
		after, date string
		want        time.Duration
	}{
		{"120", "", 2 * time.Minute}, {" 0 ", "", 0}, {date(time.Minute), "", time.Minute}, {date(-time.Minute), "", 0},
		{date(time.Hour), date(time.Hour - 5*time.Second), 5 * time.Second}, {"-5", "", 0}, {"soon", "", 0}, {"", "", 0}, {"99999999999999", "", 0},
	} {
		h := http.Header{"Retry-After": {c.after}}
		if c.date != "" {
			h.Set("Date", c.date)
		}
		require.Equal(t, c.want, retryAfter(h, now), "%+v", c)
	}
}

func TestWhole(t *testing.T) {
	for _, s := range []string{"", "a", "é", "aé", "€", "a€", "😀", "a😀"} {
		for cut := range len(s) + 1 {
			got := string(whole([]byte(s[:cut])))
			require.Equal(t, strings.ToValidUTF8(s[:cut], ""), got, "%q up to %d", s, cut)
		}
	}
	require.Equal(t, "\x80\x80\x80\x80", string(whole([]byte("\x80\x80\x80\x80"))), "what was no text before stays none")
}

func TestLinks(t *testing.T) {
	for header, want := range map[string]string{
		`<a>; rel=next`: "a", `<a>; rel="next"`: "a", `<p>; rel="prev", <b>; rel="next"; x="1"`: "b", `<b>;title="x, <c>; rel=next";REL="Next last"`: "b",
		`<a>; rel="nextish"`: "", `<a>; rel="prev"; rel="next"`: "", `<a?b=1,2;c>; foo; rel="next"`: "a?b=1,2;c", "": "", "<a": "", "rel=next": "", `<a>; rel="next`: "a", `<a>; title="\"<"; rel=next`: "a",
	} {
		got, ok := nextIn(header)
		require.Equal(t, want != "", ok, header)
		if ok {
			require.Equal(t, want, got, header)
		}
	}
}
