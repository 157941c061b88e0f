package apply

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/engine"
)

// Calls says how one function is called: how many calls at the same time and in a second, how long
// one may take, which are repeated. It goes with the function and holds for a whole run: for all of
// its workers and, over a stream, for all of its chunks together. The zero Calls sets nothing and
// costs nothing.
//
//	apply.Call1("city", "ip", geo.Lookup).With(apply.Calls{
//		Concurrency: 1000, PerSecond: 500, Retry: &async.Retry{}, Timeout: 2 * time.Second,
//	})
//
// A call passes Retry first, and then, each attempt anew, Breaker, PerKey, Concurrency with
// PerSecond, Limiters, Breaker once more, and Timeout. So a pause of Retry holds no place of a
// limit, calls that wait for a turn while the breaker opens are not made, and Timeout does not
// count the wait. A row whose calls fail has the error of the last one; if there were more than
// one, that is an [async.RetryError], which says how many. The end of the run ends pauses, waits
// and calls.
//
// The report counts the calls of a function whose Calls sets more than Concurrency: see
// [CallCounts]. On a 2.8 GHz core a guarded call costs about 2 µs and 200 bytes, one with a Timeout
// 7 µs and 800 bytes, and a row that Once saves 0.3 µs.
//
// Functions that take no context ([Map1], [Rows], [Each]) cannot fail or be ended: their Calls may
// set limits and Once only. A call of [Batch] is one of a batch, which has no key and is never
// equal to another; [Chunks] takes Concurrency only.
type Calls struct {
	// Concurrency is how many calls of the function may be under way at the same time. It replaces
	// [Engine.Wide] for the function, may be more than that, and with 1 makes it a function that
	// need not allow calls from many goroutines. 0 leaves it to the engine.
	Concurrency int

	PerSecond float64 // the calls that may start in a second, evenly spread; 0 is any number
	Burst     int     // the calls that may start at once after a pause, with PerSecond; 0 is 1

	// Limiters are limits that the function shares with whoever else has them: other functions,
	// other runs. They are taken in one order everywhere, so that functions that share several
	// never wait for each other.
	Limiters []*async.Limiter

	// Retry repeats calls that fail: nil never, &async.Retry{} by its defaults. A panic is not
	// repeated.
	Retry *async.Retry

	// Timeout is how long a call may take; 0 is any time. Then its context ends, and it has Grace
	// to return (0 is 1 s). A call that does not is abandoned: its row has the error, its goroutine
	// goes on, what it returns is dropped. With a Grace and no Timeout calls that ignore the end of
	// the run are abandoned; with neither the run waits for them.
	Timeout, Grace time.Duration
	// AbandonedMax is how many abandoned calls may be going on; 0 is 100. The call that would begin
	// beside so many ends the run. Those that are under way then may be abandoned too.
	AbandonedMax int

	PerKey PerKey // limits for each host, tenant, …

	// Breaker makes calls fail at once for a while after failures in a row: nil is none. Its
	// settings are taken, not the breaker itself: each run has a breaker of its own or, if PerKey
	// has By or ByFunc, one for each key.
	Breaker *async.Breaker

	// Hedge makes a second call for a row whose first one takes longer than this share of the calls
	// so far: 0.95 is for the slowest 5 %. The first answer counts, the other call's context ends.
	// 0 is never. It begins once 100 calls have answered, and is for functions that may be called
	// twice.
	Hedge float64

	// Once calls the function once for rows of equal input: rows behind the first get its result,
	// and rows that come while it is called wait for it. Equal are values of equal bits, so that
	// NaN equals NaN and 0 does not equal -0; null is a value. Errors are for the rows that waited
	// and are not kept, unless [async.Permanent] marks them. The function must not depend on
	// anything but its input.
	Once bool
	// OnceBytes is about how many bytes of inputs and results are kept; 0 is 64 MiB, for a frame
	// all of them. Those not used for the longest time go first, and are called anew if they come
	// again.
	OnceBytes int64
}

// PerKey is limits for each key: the host that is called, the tenant that pays. Rows whose key is
// null share one.
//
//	apply.Calls{PerKey: apply.PerKey{By: "host", Concurrency: 8}}
type PerKey struct {
	// By is the name of a column, or an expression over the row's columns: `lower(host)`.
	By string
	// ByFunc, in place of By, is a Go function from what the function gets of a row to the key: a
	// func(A) string for a func(context.Context, A) (R, error). It must allow calls from many
	// goroutines.
	ByFunc any

	Concurrency int     // calls of a key at the same time; 0 is any number
	PerSecond   float64 // calls of a key that may start in a second; 0 is any number
	Burst       int     // those that may start at once after a pause, with PerSecond; 0 is 1
}

func (k PerKey) given() bool { return k.By != "" || k.ByFunc != nil }

func (k PerKey) limits() bool { return k.Concurrency > 0 || k.PerSecond > 0 }

// guards reports whether calls pass more than a number of slots.
func (c *Calls) guards() bool {
	return c.PerSecond > 0 || len(c.Limiters) > 0 || c.Retry != nil || c.leaves() || c.PerKey.given() || c.Breaker != nil || c.Once
}

// leaves reports whether a call may be left behind.
func (c *Calls) leaves() bool { return c.Timeout > 0 || c.Grace > 0 || c.Hedge > 0 }

// check refuses settings that mean nothing.
func (c *Calls) check() error {
	if c.Concurrency < 0 {
		return c.refused()
	}
	for _, set := range []struct {
		name  string
		wrong bool
		why   string
	}{
		{"PerSecond", !(c.PerSecond >= 0), "give the number of calls that may start in a second, or 0 for any"},
		{"Burst", c.Burst < 0 || c.Burst > 0 && c.PerSecond == 0, "it is how many calls may start at once after a pause, and needs PerSecond"},
		{"Timeout", c.Timeout < 0, "give how long a call may take, or 0 for any time"},
		{"Grace", c.Grace < 0, "give how long a call may take to return after its context ended, or 0 for 1 s"},
		{"AbandonedMax", c.AbandonedMax < 0 || c.AbandonedMax > 0 && !c.leaves(), "it is how many abandoned calls may be going on, and needs Timeout or Grace"},
		{"Hedge", !(c.Hedge >= 0 && c.Hedge < 1), "give the share of calls that answer sooner, such as 0.95, or 0 for no second call"},
		{"OnceBytes", c.OnceBytes < 0 || c.OnceBytes > 0 && !c.Once, "it is how many bytes are kept, and needs Once"},
	} {
		if set.wrong {
			return fmt.Errorf("Calls.%s is %v: %s", set.name, reflect.ValueOf(*c).FieldByName(set.name), set.why)
		}
	}
	return errors.Join(c.checkGuards(), c.PerKey.check(c.Breaker != nil))
}

func (c *Calls) refused() error {
	return fmt.Errorf("Calls.Concurrency is %d: give the number of calls that may be under way, or 0", c.Concurrency)
}

func (c *Calls) checkGuards() error {
	if r := c.Retry; r != nil && (r.Attempts < 0 || r.Base < 0 || r.Max < 0 || r.Elapsed < 0) {
		return fmt.Errorf("Calls.Retry{Attempts: %d, Base: %v, Max: %v, Elapsed: %v}: none of them can be less than 0", r.Attempts, r.Base, r.Max, r.Elapsed)
	}
	if b := c.Breaker; b != nil && (b.Failures < 0 || b.Open < 0) {
		return fmt.Errorf("Calls.Breaker{Failures: %d, Open: %v}: neither can be less than 0", b.Failures, b.Open)
	}
	for i, l := range c.Limiters {
		if l == nil {
			return fmt.Errorf("Calls.Limiters[%d] is nil", i)
		}
		if l.Concurrency < 0 || !(l.PerSecond >= 0) || l.Burst < 0 {
			return fmt.Errorf("Calls.Limiters[%d]{Concurrency: %d, PerSecond: %v, Burst: %d}: none of them can be less than 0", i, l.Concurrency, l.PerSecond, l.Burst)
		}
	}
	return nil
}

func (k PerKey) check(breaks bool) error {
	switch {
	case k.Concurrency < 0 || !(k.PerSecond >= 0) || k.Burst < 0:
		return fmt.Errorf("Calls.PerKey{Concurrency: %d, PerSecond: %v, Burst: %d}: none of them can be less than 0", k.Concurrency, k.PerSecond, k.Burst)
	case k.By != "" && k.ByFunc != nil:
		return errors.New("Calls.PerKey has By and ByFunc: give one of them")
	case k.Burst > 0 && k.PerSecond == 0:
		return fmt.Errorf("Calls.PerKey.Burst is %d: it is how many calls may start at once after a pause, and needs PerSecond", k.Burst)
	case k.given() && !k.limits() && !breaks:
		return errors.New("Calls.PerKey has a key and no limit: give Concurrency or PerSecond, or Calls a Breaker")
	case !k.given() && k.limits():
		return errors.New("Calls.PerKey has limits and no key: give By, a column or an expression")
	}
	return nil
}

// suits refuses what a function cannot be held to.
func (c *Calls) suits(n *node) error {
	switch {
	case !n.waits && (c.Retry != nil || c.leaves() || c.Breaker != nil):
		return errors.New("Calls.Retry, Timeout, Grace, Breaker and Hedge are for functions that may fail and take a context: make it one, for Call1 or CallRows")
	case n.forms == 2 && c.guards():
		return errors.New("the function has a vector form, whose rows are not calls: leave Vector out, or set Concurrency only")
	case n.batch != nil && c.Once:
		return errors.New("Calls.Once is for functions of rows: a batch is not equal to another")
	case n.batch != nil && c.PerKey.given():
		return errors.New("Calls.PerKey is for functions of rows: the rows of a batch may have several keys")
	}
	return nil
}

// limit gives nodes of one function the limits that they share.
func (c Calls) limit(schema *columns, nodes ...*node) ([]*node, error) {
	err := c.check()
	var shared *guard
	for _, n := range nodes {
		if err == nil {
			err = c.suits(n)
		}
		if err == nil && c.guards() {
			shared, err = c.guard(schema, n, shared)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", n.name, err)
		}
		n.calls = c
	}
	if c.Concurrency > 0 {
		slots := engine.NewSlots(c.Concurrency)
		for _, n := range nodes {
			n.slots = slots
		}
	}
	return nodes, nil
}

// most is how many rows of the function may be begun at the same time, with Concurrency: more than
// its calls if some pause before the next call.
func (c *Calls) most() int {
	if c.Retry != nil && c.Concurrency < math.MaxInt/2 {
		return 2 * c.Concurrency
	}
	return c.Concurrency
}

// String is the settings as a plan shows them; empty if there are none.
func (c Calls) String() string {
	var out []string
	add := func(is bool, format string, args ...any) {
		if is {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	add(c.Concurrency > 0, "at most %s at a time", count.Of(c.Concurrency, "call"))
	add(c.PerSecond > 0, "%s", perSecond(c.PerSecond, c.Burst))
	add(len(c.Limiters) > 0, "%s shared with others", count.Of(len(c.Limiters), "limit"))
	add(c.PerKey.given(), "%s", c.PerKey)
	if c.Retry != nil {
		add(true, "up to %s a row", count.Of(cmp.Or(c.Retry.Attempts, 4), "call"))
	}
	add(c.Timeout > 0, "%v a call", c.Timeout)
	if c.Breaker != nil {
		add(true, "none for a while after %s in a row", count.Of(cmp.Or(c.Breaker.Failures, 5), "failure"))
	}
	add(c.Hedge > 0, "a second one beside the slowest %.3g %%", 100*(1-c.Hedge))
	add(c.Once, "once for equal input")
	return strings.Join(out, ", ")
}

// String is the limits as a plan shows them.
func (k PerKey) String() string {
	var out []string
	if k.Concurrency > 0 {
		out = append(out, "at most "+count.Of(k.Concurrency, "call")+" at a time")
	}
	if k.PerSecond > 0 {
		out = append(out, perSecond(k.PerSecond, k.Burst))
	}
	by := k.By
	if k.ByFunc != nil {
		by = "key, by a Go function"
	}
	return strings.TrimLeft(strings.Join(out, " and ")+" for each "+by, " ")
}

func perSecond(rate float64, burst int) string {
	text := fmt.Sprintf("%v a second", rate)
	if burst > 1 {
		text += fmt.Sprintf(" (%d at once)", burst)
	}
	return text
}
