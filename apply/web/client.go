package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/volley-go/volley/apply/async"
)

// Client is how requests are made: how many sockets there are, how long a server is waited for, who
// is asking, and how much of an answer is read. The zero Client is ready. Steps that are given the
// same Client share its sockets and its limits, in one run or in many; a step that is given nil
// makes one of its own. The fields must not change after the first request, nor may a Client be
// copied.
type Client struct {
	// HTTP is a client of your own, which makes the requests in place of one made of the settings
	// for sockets below; those must then be left out. Its CheckRedirect goes before Redirects.
	HTTP *http.Client

	PerHost int // sockets to one host at the same time; 0 is any number
	// Sockets is the sockets at the same time, to all hosts together, those that wait for the next
	// request too; 0 is any number. No more requests than that are under way, over HTTP/2 either.
	Sockets        int
	ConnectTimeout time.Duration // for a socket to be ready: name, address, TLS; 0 is 10 s
	// ReadTimeout is how long a server may be silent, before its answer and in the middle of it; 0
	// is 60 s. How long a whole call may take is for a Timeout of package async, or the context.
	ReadTimeout time.Duration
	Idle        time.Duration // how long a socket is kept for the next request; 0 is 5 s
	// Proxy chooses the proxy of a request; nil goes by HTTPS_PROXY and the like in the
	// environment, [Direct] takes none.
	Proxy func(*http.Request) (*url.URL, error)
	TLS   *tls.Config // certificates and versions; nil is the system's
	// Addresses reports why a socket must not be opened to an address; nil allows all. It is asked
	// for each address that a name stands for when the socket is opened, so that neither a redirect
	// nor a name that changes its address gets round it. [Public] refuses those of private
	// networks. No proxy is used then, since that would open the socket unasked.
	Addresses func(netip.Addr) error

	Header http.Header // sent with each request that does not set the same itself
	Auth   Auth        // sent with each request; see [Bearer], [Basic], [Key]
	// Redirects is how many redirects of a request are followed; 0 is 10, -1 is none.
	Redirects int
	// Guard is what each request passes: an [async.Retry], an [async.Limiter], or a list of them. A
	// request that is repeated is built anew. Reports of runs know rows, not these requests: see
	// Counters.
	Guard async.Guard

	Body int64 // bytes of a body that are read, once unpacked; 0 is 16 MiB
	// Cut cuts a body that is longer, at the end of a letter if it is taken as text. Without it a
	// longer body is a [BodyError].
	Cut bool

	// OnEvent, if it is set, is told how each request gets on, on the goroutine that waits for it:
	// see [Event].
	OnEvent func(Event)

	prepared  sync.Once
	err       error // what is wrong with the fields
	http      http.Client
	turns     *async.Limiter // of Sockets; nil without
	transport *http.Transport
	counted   counters
}

const (
	bodyDefault      = 16 << 20
	redirectsDefault = 10
)

// Direct is no proxy, for [Client.Proxy].
func Direct(*http.Request) (*url.URL, error) { return nil, nil }

// Close closes the sockets that wait for the next request; those in use are closed once their
// request is done and nobody else needs them. The Client may still be used. Without Close sockets
// are closed when they have been idle for Idle.
func (c *Client) Close() error {
	if c.ready() == nil {
		c.http.CloseIdleConnections()
	}
	return nil
}

// ready prepares the client, once, and reports what is wrong with it.
func (c *Client) ready() error {
	c.prepared.Do(func() {
		if c.err = c.check(); c.err == nil {
			c.prepare()
		}
	})
	return c.err
}

func (c *Client) check() error {
	switch {
	case c.PerHost < 0 || c.Sockets < 0 || c.ConnectTimeout < 0 || c.ReadTimeout < 0 || c.Idle < 0 || c.Body < 0:
		return fmt.Errorf("Client{PerHost: %d, Sockets: %d, ConnectTimeout: %v, ReadTimeout: %v, Idle: %v, Body: %d}: none of them can be less than 0", c.PerHost, c.Sockets, c.ConnectTimeout, c.ReadTimeout, c.Idle, c.Body)
	case c.Redirects < -1:
		return fmt.Errorf("Client.Redirects is %d: give the number of redirects to follow, or -1 for none", c.Redirects)
	case c.HTTP != nil && c.ownSockets():
		return errors.New("a Client with HTTP has its sockets from there: leave PerHost, Sockets, ConnectTimeout, Idle, Proxy, TLS and Addresses out, or HTTP")
	case c.Addresses != nil && c.Proxy != nil:
		return errors.New("a Client with Addresses uses no proxy, which would open sockets unasked: leave Proxy out")
	}
	return nil
}

// ownSockets reports whether a setting is about sockets that the client opens itself.
func (c *Client) ownSockets() bool {
	return c.PerHost != 0 || c.Sockets != 0 || c.ConnectTimeout != 0 || c.Idle != 0 || c.Proxy != nil || c.TLS != nil || c.Addresses != nil
}

func (c *Client) prepare() {
	if c.HTTP != nil {
		c.http = *c.HTTP
	} else {
		c.transport = c.newTransport()
		c.http.Transport = c.transport
	}
	next := c.http.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	c.http.Transport = &carrier{client: c, next: next}
	c.http.CheckRedirect = c.redirect(c.http.CheckRedirect)
	if c.Sockets > 0 {
		c.turns = &async.Limiter{Concurrency: c.Sockets}
	}
}

func (c *Client) newTransport() *http.Transport {
	proxy := c.Proxy
	if proxy == nil && c.Addresses == nil {
		proxy = http.ProxyFromEnvironment
	}
	connect := or(c.ConnectTimeout, 10*time.Second)
	idle := 1 << 20 // the standard 2 would close the sockets of all other calls at once
	d := &dialer{client: c, net: net.Dialer{Timeout: connect, Control: c.control()}, wait: connect}
	if c.Sockets > 0 {
		d.slots = make(chan struct{}, c.Sockets)
	}
	return &http.Transport{
		Proxy: proxy, DialContext: d.dial, TLSClientConfig: c.TLS, TLSHandshakeTimeout: connect,
		MaxConnsPerHost: c.PerHost, MaxIdleConnsPerHost: or(c.PerHost, idle),
		IdleConnTimeout: or(c.Idle, 5*time.Second), ResponseHeaderTimeout: c.readTimeout(),
		ForceAttemptHTTP2: true, MaxResponseHeaderBytes: 1 << 20,
	}
}

func (c *Client) readTimeout() time.Duration { return or(c.ReadTimeout, time.Minute) }
func (c *Client) bodyMax() int64             { return or(c.Body, int64(bodyDefault)) }

// redirect decides about the next of a request's redirects, by the user's own rule if there is one,
// and keeps what is secret from other hosts. (net/http does so for Authorization alone.)
func (c *Client) redirect(own func(*http.Request, []*http.Request) error) func(*http.Request, []*http.Request) error {
	if own == nil {
		own = c.capped
	}
	return func(req *http.Request, via []*http.Request) error {
		if _, err := guarded(req.Context(), func(context.Context) (struct{}, error) {
			return struct{}{}, own(req, via)
		}); err != nil {
			return err
		}
		if name := c.Auth.header; name != "" && !sameOrigin(req.URL, via[0].URL) {
			req.Header.Del(name)
		}
		return nil
	}
}

func (c *Client) capped(_ *http.Request, via []*http.Request) error {
	switch most := or(c.Redirects, redirectsDefault); {
	case most < 0:
		return http.ErrUseLastResponse
	case len(via) > most:
		return async.Permanent(fmt.Errorf("more than %d redirects (Client.Redirects)", most))
	}
	return nil
}

// sameOrigin reports whether a URL may be told what another one was: it is of the same host and
// port, and not less safe.
func sameOrigin(to, from *url.URL) bool {
	return to.Host == from.Host && (to.Scheme == from.Scheme || to.Scheme == "https")
}

// or is the value, or what stands for 0.
func or[T comparable](v, standard T) T {
	var zero T
	if v == zero {
		return standard
	}
	return v
}
