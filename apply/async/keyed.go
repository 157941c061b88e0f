package async

import (
	"context"
	"sync"
)

// Rested is a guard that knows whether it has nothing to remember: [*Limiter] and [*Breaker] do.
type Rested interface {
	Guard
	Idle() bool // whether a new guard would do the same
}

// Keyed has a guard for each key: a limit for each host, a breaker for each tenant. [PerKey] makes
// one. Keys are forgotten when their guards are idle, so that any number of keys may pass; in
// memory are at most 64 or, if that is more, twice those that were not idle when they were last
// looked over.
type Keyed[K comparable, G Rested] struct {
	fresh func(key K) G

	mu      sync.Mutex
	guards  map[K]*keyed[G]
	sweepAt int // the number of guards at which the idle ones are looked for
}

type keyed[G Rested] struct {
	guard G
	users int // calls that wait or run
}

const sweepMin = 64

// PerKey makes guards for keys as they come: a [*Limiter] or a [*Breaker], or one of your own.
//
//	hosts := async.PerKey(func(host string) *async.Limiter { return &async.Limiter{Concurrency: 8} })
func PerKey[K comparable, G Rested](fresh func(key K) G) *Keyed[K, G] {
	return &Keyed[K, G]{fresh: fresh, guards: map[K]*keyed[G]{}, sweepAt: sweepMin}
}

// Do passes the key's guard and then calls the function. It allocates nothing for a key that is
// known.
func (k *Keyed[K, G]) Do(ctx context.Context, key K, call func(ctx context.Context) error) error {
	of := k.hold(key)
	defer k.drop(of)
	return of.guard.Do(ctx, call)
}

// Use calls the function with the key's guard, which is not forgotten before it returns: for who
// asks more of a guard than Do, such as [Breaker.Refuses].
func (k *Keyed[K, G]) Use(key K, use func(guard G) error) error {
	of := k.hold(key)
	defer k.drop(of)
	return use(of.guard)
}

// For is the key's guard as one for a list of [Guards].
func (k *Keyed[K, G]) For(key K) Guard { return keyGuard[K, G]{k, key} }

type keyGuard[K comparable, G Rested] struct {
	of  *Keyed[K, G]
	key K
}

func (g keyGuard[K, G]) Do(ctx context.Context, call func(ctx context.Context) error) error {
	return g.of.Do(ctx, g.key, call)
}

// Len is the number of keys in memory.
func (k *Keyed[K, G]) Len() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.guards)
}

// hold finds or makes the key's guard, which is not forgotten before drop.
func (k *Keyed[K, G]) hold(key K) *keyed[G] {
	k.mu.Lock()
	defer k.mu.Unlock()
	of := k.guards[key]
	if of == nil {
		of = &keyed[G]{guard: k.fresh(key)}
		k.sweep()
		k.guards[key] = of
	}
	of.users++
	return of
}

func (k *Keyed[K, G]) drop(of *keyed[G]) {
	k.mu.Lock()
	defer k.mu.Unlock()
	of.users--
}

// sweep forgets idle guards, each time that the guards have doubled: a constant cost for each key.
func (k *Keyed[K, G]) sweep() {
	if len(k.guards) < k.sweepAt {
		return
	}
	for key, of := range k.guards {
		if of.users == 0 && of.guard.Idle() {
			delete(k.guards, key)
		}
	}
	k.sweepAt = max(sweepMin, 2*len(k.guards))
}
