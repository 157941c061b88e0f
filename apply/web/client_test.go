package web_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/apply/web"
)

func TestPublic(t *testing.T) {
	for _, private := range []string{
		"0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.8.9.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.168.1.1",
		"192.0.0.1", "198.19.0.1", "203.0.113.7", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1",
		"::ffff:10.0.0.1", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0",
		"fec0::1", "ff02::1", "2001:db8::1", "100::1",
	} {
		require.Error(t, web.Public(netip.MustParseAddr(private)), private)
	}
	for _, public := range []string{"1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::1", "::ffff:8.8.8.8"} {
		require.NoError(t, web.Public(netip.MustParseAddr(public)), public)
	}
}

// TestAddressesAreRefused: by any name, and behind a redirect.
func TestAddressesAreRefused(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "a secret") })
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	public := client(t, &web.Client{Addresses: web.Public})
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"} {
		_, err := one(t, "http://"+host+port, public)
		var refused *web.AddressError
		require.ErrorAs(t, err, &refused, host)
		_, again := async.Retry{}.Next(1, 0, err)
		require.False(t, again)
	}
	open := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, s.URL, 302) })
	var asked atomic.Int64
	first := client(t, &web.Client{Addresses: func(netip.Addr) error {
		if asked.Add(1) > 1 {
			return errors.New("only the first")
		}
		return nil
	}})
	_, err := one(t, open.URL, first)
	require.ErrorAs(t, err, new(*web.AddressError))
	require.ErrorContains(t, err, "only the first")
	require.Equal(t, 1, open.seen("/"))
	require.Zero(t, s.dialed)
}

// TestSecretsStayWithTheirHost: no other host gets them by a redirect, nor one that they are not
// for.
func TestSecretsStayWithTheirHost(t *testing.T) {
	echo := func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Header.Get("Authorization"), r.Header.Get("X-Api-Key"))
	}
	there := serve(t, echo)
	here := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, there.URL, 307)
		case "/round":
			http.Redirect(w, r, "/", 302)
		default:
			echo(w, r)
		}
	})
	for secret, auth := range map[string]web.Auth{
		"Bearer sesame": web.Bearer("sesame"), "Basic YTpi": web.Basic("a", "b"), "opal": web.Key("x-api-key", "opal"),
	} {
		require.NotContains(t, fmt.Sprintf("%v %+v %#v %s", auth, auth, auth, auth), "sesame")
		for _, c := range []*web.Client{{Auth: auth}, {Auth: auth, HTTP: &http.Client{}}, {Auth: auth.For("127.0.0.1")}} {
			client(t, c)
			for path, want := range map[string]string{"/": secret, "/round": secret, "/away": ""} {
				page, err := one(t, here.URL+path, c)
				require.NoError(t, err)
				require.Equal(t, want, page.Body, path)
			}
		}
		page, err := one(t, here.URL, client(t, &web.Client{Auth: auth.For("api.example.com")}))
		require.NoError(t, err)
		require.Empty(t, page.Body)
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestEvents(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" {
			w.WriteHeader(500)
		}
		io.WriteString(w, "body")
	})
	var mu sync.Mutex
	events := map[string][]web.Event{}
	c := client(t, &web.Client{OnEvent: func(e web.Event) {
		mu.Lock()
		defer mu.Unlock()
		path := strings.TrimPrefix(e.URL, s.URL)
		events[path] = append(events[path], e)
	}})
	_, reasons := rejecting(t, s.paths(t, "/good", "/bad"), web.Get("url", c).With(apply.Calls{Concurrency: 1}))
	require.Len(t, reasons, 1)
	for path, of := range events {
		var moments []web.Moment
		for i, e := range of {
			moments = append(moments, e.Moment)
			require.Equal(t, "GET", e.Method)
			if i > 0 {
				require.GreaterOrEqual(t, e.Since, of[i-1].Since, "%s %v", path, e.Moment)
			}
		}
		require.Equal(t, []web.Moment{web.Queued, web.Started, web.Connected, web.FirstByte, web.Done}, moments)
	}
	good, bad := events["/good"][4], events["/bad"][4]
	require.Equal(t, 4, good.Bytes)
	require.Equal(t, 200, good.Status)
	require.NoError(t, good.Err)
	require.Equal(t, 500, bad.Status)
	require.Error(t, bad.Err)
	require.Equal(t, "queued, started, connected, first byte, done", fmt.Sprintf("%v, %v, %v, %v, %v", web.Queued, web.Started, web.Connected, web.FirstByte, web.Done))

	counted := c.Counters()
	require.Equal(t, int64(2), counted.Requests)
	require.Equal(t, int64(1), counted.Failed)
	require.Equal(t, int64(1), counted.Peak)
	require.Equal(t, int64(8), counted.Bytes)
	require.Positive(t, counted.Dialed)
}

// TestBrokenHooks: the row of a hook that panics fails, and no socket and no turn is lost.
func TestBrokenHooks(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "body") })
	for _, at := range []web.Moment{web.Queued, web.Started, web.Connected, web.FirstByte, web.Done} {
		broken := client(t, &web.Client{Sockets: 1, OnEvent: func(e web.Event) {
			if e.Moment == at && strings.HasSuffix(e.URL, "/good") {
				panic("a hook's bug")
			}
		}})
		_, reasons := rejecting(t, s.paths(t, "/good", "/fine", "/fine?2"), web.Get("url", broken))
		require.Len(t, reasons, 1, "%v", at)
		require.Contains(t, reasons[0], "a hook's bug")
		require.Zero(t, broken.Counters().Running)
	}
}

// TestHTTP2: a server that speaks it gets many requests over one socket.
func TestHTTP2(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s%s", r.Proto, body)
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c := client(t, &web.Client{TLS: &tls.Config{RootCAs: roots}, PerHost: 1})
	f := (&server{Server: s}).urls(t, 50)
	out, err := apply.Apply(t.Context(), f, web.Get("url", c).With(apply.Calls{Concurrency: 8}))
	require.NoError(t, err)
	for _, body := range column[string](t, out, "body") {
		require.Equal(t, "HTTP/2.0", body)
	}
	require.Equal(t, int64(1), c.Counters().Dialed)

	_, err = one(t, s.URL, client(t, &web.Client{}))
	require.ErrorContains(t, err, "certificate")
}

func TestProxy(t *testing.T) {
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "for %s", r.URL) })
	through := httptestURL(t, proxy.URL)
	page, err := one(t, "http://nowhere.invalid/x", client(t, &web.Client{Proxy: http.ProxyURL(through)}))
	require.NoError(t, err)
	require.Equal(t, "for http://nowhere.invalid/x", page.Body)
}

// TestOwnClient: its transport and its redirects are kept.
func TestOwnClient(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "/", 302)
		}
		io.WriteString(w, "x")
	})
	transport := &http.Transport{}
	own := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("stay here") }}
	c := client(t, &web.Client{HTTP: own})
	page, err := one(t, s.URL, c)
	require.NoError(t, err)
	require.Equal(t, "x", page.Body)
	_, err = one(t, s.URL+"/away", c)
	require.ErrorContains(t, err, "stay here")
	require.Same(t, transport, own.Transport, "it is not changed")
}

// TestClientsAreShared: by steps and by runs.
func TestClientsAreShared(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "{}") })
	type nothing struct {
		Body string `volley:"x" web:"body"`
	}
	c := client(t, &web.Client{PerHost: 1})
	for range 2 {
		_, err := apply.Apply(t.Context(), s.urls(t, 5), web.Get("url", c), web.GetAs[nothing]("url", c))
		require.NoError(t, err)
	}
	require.Equal(t, int64(20), c.Counters().Requests)
	require.Equal(t, 1, s.dialed)
}

// TestGoexitInABuilder: the row's error, and no turn is lost.
func TestGoexitInABuilder(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {})
	type row struct{ N int }
	c := client(t, &web.Client{Sockets: 1})
	_, reasons := rejecting(t, s.urls(t, 3), web.Do[web.Page](func(_ context.Context, r row) (*http.Request, error) {
		if r.N == 1 {
			goexit()
		}
		return http.NewRequest("GET", s.URL, nil)
	}, c))
	require.Len(t, reasons, 1)
	require.Contains(t, reasons[1], "Goexit")
}

// TestBrokenSettings: functions among the settings may panic or end their goroutine, wherever
// net/http calls them.
func TestBrokenSettings(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "/", 302)
		}
	})
	for want, broken := range map[string]func(){"a bug": func() { panic("a bug") }, "Goexit": goexit} {
		for _, c := range []*web.Client{
			{Addresses: func(netip.Addr) error { broken(); return nil }},
			{Proxy: func(*http.Request) (*url.URL, error) { broken(); return nil, nil }},
			{HTTP: &http.Client{Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error { broken(); return nil }}},
		} {
			_, err := one(t, s.URL+"/away", client(t, c))
			require.ErrorContains(t, err, want)
			require.Zero(t, c.Counters().Running+c.Counters().Sockets)
		}
	}
}
