package apply

import (
	"fmt"
	"reflect"
	"time"

	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/internal/strictjson"
)

// callsData is Calls as data.
type callsData struct {
	Concurrency  int          `json:"concurrency,omitempty"`
	PerSecond    float64      `json:"perSecond,omitempty"`
	Burst        int          `json:"burst,omitempty"`
	Retry        *retryData   `json:"retry,omitempty"`
	Timeout      textDuration `json:"timeout,omitempty"`
	Grace        textDuration `json:"grace,omitempty"`
	AbandonedMax int          `json:"abandonedMax,omitempty"`
	PerKey       *perKeyData  `json:"perKey,omitempty"`
	Breaker      *breakerData `json:"breaker,omitempty"`
	Hedge        float64      `json:"hedge,omitempty"`
	Once         bool         `json:"once,omitempty"`
	OnceBytes    int64        `json:"onceBytes,omitempty"`
}

type retryData struct {
	Attempts int          `json:"attempts,omitempty"`
	Base     textDuration `json:"base,omitempty"`
	Max      textDuration `json:"max,omitempty"`
	Elapsed  textDuration `json:"elapsed,omitempty"`
}

type perKeyData struct {
	By          string  `json:"by"`
	Concurrency int     `json:"concurrency,omitempty"`
	PerSecond   float64 `json:"perSecond,omitempty"`
	Burst       int     `json:"burst,omitempty"`
}

type breakerData struct {
	Failures int          `json:"failures,omitempty"`
	Open     textDuration `json:"open,omitempty"`
}

// textDuration is a duration that is stored as people write it: "2s".
type textDuration time.Duration

// MarshalText writes it.
func (d textDuration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalStrict reads it.
func (d *textDuration) UnmarshalStrict(v *strictjson.Value) error {
	var text string
	if err := v.Decode(&text); err != nil {
		return err
	}
	of, err := time.ParseDuration(text)
	if err != nil {
		return v.Errorf("%q is no duration: write one such as \"2s\", \"500ms\" or \"1m30s\"", text)
	}
	*d = textDuration(of)
	return nil
}

// storedCalls is the settings of a step as data, nil for none. What is none is refused.
func storedCalls(step string, c Calls, err error) (*callsData, error) {
	refused := func(what, remedy string) (*callsData, error) {
		return nil, fmt.Errorf("%s: %s, which cannot be stored: %s", step, what, remedy)
	}
	switch {
	case err != nil:
		return nil, err
	case len(c.Limiters) > 0:
		return refused("its Calls share limiters", "set Concurrency and PerSecond in their place, which hold for the run")
	case c.PerKey.ByFunc != nil:
		return refused("Calls.PerKey.ByFunc is a Go function", "register it, as in fn.Register(\"acme/host@v1\", fn.Of1(f)), and call it in By: acme.host.v1(url)")
	case c.Retry != nil && (c.Retry.If != nil || c.Retry.OnRetry != nil):
		return refused("Calls.Retry has a Go function, If or OnRetry", "leave it out, and have the function mark what is not to be repeated by async.Permanent")
	case c.Breaker != nil && c.Breaker.If != nil:
		return refused("Calls.Breaker has a Go function, If", "leave it out, and have the function mark what is no failure of the service by async.Permanent")
	case reflect.ValueOf(c).IsZero():
		return nil, nil
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", step, err)
	}
	d := &callsData{
		Concurrency: c.Concurrency, PerSecond: c.PerSecond, Burst: c.Burst, Timeout: textDuration(c.Timeout), Grace: textDuration(c.Grace),
		AbandonedMax: c.AbandonedMax, Hedge: c.Hedge, Once: c.Once, OnceBytes: c.OnceBytes,
	}
	if r := c.Retry; r != nil {
		d.Retry = &retryData{r.Attempts, textDuration(r.Base), textDuration(r.Max), textDuration(r.Elapsed)}
	}
	if k := c.PerKey; k != (PerKey{}) {
		d.PerKey = &perKeyData{k.By, k.Concurrency, k.PerSecond, k.Burst}
	}
	if b := c.Breaker; b != nil {
		d.Breaker = &breakerData{b.Failures, textDuration(b.Open)}
	}
	return d, nil
}

// calls are the settings that were stored.
func (d *callsData) calls() Calls {
	if d == nil {
		return Calls{}
	}
	c := Calls{
		Concurrency: d.Concurrency, PerSecond: d.PerSecond, Burst: d.Burst, Timeout: time.Duration(d.Timeout), Grace: time.Duration(d.Grace),
		AbandonedMax: d.AbandonedMax, Hedge: d.Hedge, Once: d.Once, OnceBytes: d.OnceBytes,
	}
	if r := d.Retry; r != nil {
		c.Retry = &async.Retry{Attempts: r.Attempts, Base: time.Duration(r.Base), Max: time.Duration(r.Max), Elapsed: time.Duration(r.Elapsed)}
	}
	if k := d.PerKey; k != nil {
		c.PerKey = PerKey{By: k.By, Concurrency: k.Concurrency, PerSecond: k.PerSecond, Burst: k.Burst}
	}
	if b := d.Breaker; b != nil {
		c.Breaker = &async.Breaker{Failures: b.Failures, Open: time.Duration(b.Open)}
	}
	return c
}
