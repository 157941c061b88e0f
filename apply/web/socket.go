package web

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// dialer opens sockets, of which there are at most as many as there are slots.
type dialer struct {
	client *Client
	net    net.Dialer
	slots  chan struct{} // nil is any number
	wait   time.Duration // for a slot
}

func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if err := d.take(ctx); err != nil {
		return nil, err
	}
	conn, err := d.net.DialContext(ctx, network, address)
	if err != nil {
		d.give()
		return nil, err
	}
	d.client.counted.dialed.Add(1)
	d.client.counted.sockets.Add(1)
	return &socket{Conn: conn, of: d}, nil
}

// take takes a slot. No more requests are under way than there are slots, so that one that finds
// none has idle sockets against it, which are closed, or some that are just becoming idle.
func (d *dialer) take(ctx context.Context) error {
	if d.slots == nil {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, d.wait, fmt.Errorf("none of %d sockets (Client.Sockets) became free in %v", cap(d.slots), d.wait))
	defer cancel()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for {
		select {
		case d.slots <- struct{}{}:
			return nil
		default:
			d.client.transport.CloseIdleConnections()
		}
		select {
		case d.slots <- struct{}{}:
			return nil
		case <-again.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (d *dialer) give() {
	if d.slots != nil {
		<-d.slots
	}
}

// socket is a connection that knows how much was written to it.
type socket struct {
	net.Conn
	of      *dialer
	written atomic.Int64
	closed  sync.Once
}

func (s *socket) Write(b []byte) (int, error) {
	n, err := s.Conn.Write(b)
	s.written.Add(int64(n))
	return n, err
}

func (s *socket) Close() error {
	err := s.Conn.Close()
	s.closed.Do(func() {
		s.of.client.counted.sockets.Add(-1)
		s.of.give()
	})
	return err
}

// socketOf is the socket under a connection; nil if the client did not open it.
func socketOf(conn net.Conn) *socket {
	for {
		switch c := conn.(type) {
		case *socket:
			return c
		case interface{ NetConn() net.Conn }: // TLS
			conn = c.NetConn()
		default:
			return nil
		}
	}
}
