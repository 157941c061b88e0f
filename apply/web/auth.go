package web

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Auth is a header that says who is asking. It is sent to the host that a request's URL names, and
// to no other that it is redirected to. [Auth.For] keeps it to some hosts, where the URLs are not
// your own.
type Auth struct {
	header, value string
	hosts         []string
}

// Bearer is a token: Authorization: Bearer TOKEN.
func Bearer(token string) Auth { return Key("Authorization", "Bearer "+token) }

// Basic is a name and a password.
func Basic(user, password string) Auth {
	return Key("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
}

// Key is a header of any name, such as X-Api-Key.
func Key(header, value string) Auth {
	return Auth{header: http.CanonicalHeaderKey(header), value: value}
}

// For sends it to these hosts alone, without regard to ports.
func (a Auth) For(hosts ...string) Auth {
	a.hosts = slices.Clone(hosts)
	return a
}

// String does not tell the secret.
func (a Auth) String() string {
	if a.header == "" {
		return "none"
	}
	return a.header + ": (secret)"
}

// GoString does not tell the secret either.
func (a Auth) GoString() string { return "web.Auth{" + a.String() + "}" }

// suits reports whether a URL's host may be told.
func (a Auth) suits(to *url.URL) bool {
	return a.header != "" && (a.hosts == nil || slices.ContainsFunc(a.hosts, func(h string) bool {
		return strings.EqualFold(h, to.Hostname())
	}))
}
