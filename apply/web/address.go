package web

import (
	"context"
	"fmt"
	"net/netip"
	"syscall"

	"github.com/volley-go/volley/apply/async"
)

// AddressError is the error of a request whose socket [Client.Addresses] refused.
type AddressError struct {
	Address netip.AddrPort
	Err     error // why
}

func (e *AddressError) Error() string { return fmt.Sprintf("no socket to %v: %v", e.Address, e.Err) }

// Unwrap returns why.
func (e *AddressError) Unwrap() error { return e.Err }

// Public refuses addresses that are not of the public internet: loopback, private, link-local,
// multicast, reserved and shared ones, and IPv6 addresses that stand for such a one. It is for
// [Client.Addresses], where URLs come from strangers, who must not reach what only this machine
// can reach.
func Public(a netip.Addr) error {
	a = a.Unmap().WithZone("")
	inner, is := embedded(a)
	if is {
		return Public(inner)
	}
	for _, of := range reserved {
		if of.prefix.Contains(a) {
			return fmt.Errorf("%v is %s address (Client.Addresses allows public ones)", a, of.kind)
		}
	}
	if !a.IsGlobalUnicast() {
		return fmt.Errorf("%v is no public address", a)
	}
	return nil
}

// reserved are the ranges of IANA's registries of special addresses that no public host has.
var reserved = []struct {
	prefix netip.Prefix
	kind   string
}{
	{netip.MustParsePrefix("0.0.0.0/8"), "this host's"},
	{netip.MustParsePrefix("10.0.0.0/8"), "a private"},
	{netip.MustParsePrefix("100.64.0.0/10"), "a provider's shared"},
	{netip.MustParsePrefix("127.0.0.0/8"), "a loopback"},
	{netip.MustParsePrefix("169.254.0.0/16"), "a link-local"},
	{netip.MustParsePrefix("172.16.0.0/12"), "a private"},
	{netip.MustParsePrefix("192.0.0.0/24"), "a reserved"},
	{netip.MustParsePrefix("192.0.2.0/24"), "a documentation"},
	{netip.MustParsePrefix("192.88.99.0/24"), "a reserved"},
	{netip.MustParsePrefix("192.168.0.0/16"), "a private"},
	{netip.MustParsePrefix("198.18.0.0/15"), "a benchmark"},
	{netip.MustParsePrefix("198.51.100.0/24"), "a documentation"},
	{netip.MustParsePrefix("203.0.113.0/24"), "a documentation"},
	{netip.MustParsePrefix("224.0.0.0/4"), "a multicast"},
	{netip.MustParsePrefix("240.0.0.0/4"), "a reserved"},
	{netip.MustParsePrefix("::/96"), "this host's"},
	{netip.MustParsePrefix("64:ff9b:1::/48"), "a private"},
	{netip.MustParsePrefix("100::/64"), "a discard"},
	{netip.MustParsePrefix("2001::/23"), "a reserved"},
	{netip.MustParsePrefix("2001:db8::/32"), "a documentation"},
	{netip.MustParsePrefix("3fff::/20"), "a documentation"},
	{netip.MustParsePrefix("5f00::/16"), "a reserved"},
	{netip.MustParsePrefix("fc00::/7"), "a private"},
	{netip.MustParsePrefix("fe80::/10"), "a link-local"},
	{netip.MustParsePrefix("fec0::/10"), "a private"},
	{netip.MustParsePrefix("ff00::/8"), "a multicast"},
}

var (
	nat64   = netip.MustParsePrefix("64:ff9b::/96")
	sixToUs = netip.MustParsePrefix("2002::/16")
)

// embedded is the IPv4 address that an IPv6 address is translated to, if it is.
func embedded(a netip.Addr) (netip.Addr, bool) {
	b := a.As16()
	switch {
	case nat64.Contains(a):
		return netip.AddrFrom4([4]byte(b[12:16])), true
	case sixToUs.Contains(a):
		return netip.AddrFrom4([4]byte(b[2:6])), true
	}
	return netip.Addr{}, false
}

// control is asked for each address that a socket is opened to, once names are resolved.
func (c *Client) control() func(network, address string, _ syscall.RawConn) error {
	if c.Addresses == nil {
		return nil
	}
	return func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err == nil {
			_, err = guarded(context.Background(), func(context.Context) (struct{}, error) {
				return struct{}{}, c.Addresses(at.Addr())
			})
		}
		if err != nil {
			return async.Permanent(&AddressError{Address: at, Err: err})
		}
		return nil
	}
}
