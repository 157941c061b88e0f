package async

import (
	"context"
	"slices"
	"testing"
	"time"
)

// The costs that the package doc states.

func BenchmarkTask(b *testing.B) {
	b.ReportAllocs()
	task := func(context.Context) (int, error) { return 1, nil }
	_, _ = Gather(b.Context(), Limit{}, slices.Repeat([]Task[int]{task}, b.N)...)
}

func BenchmarkAsCompleted(b *testing.B) {
	b.ReportAllocs()
	task := func(context.Context) (int, error) { return 1, nil }
	for range AsCompleted(b.Context(), Limit{}, slices.Values(slices.Repeat([]Task[int]{task}, b.N))) {
	}
}

func BenchmarkGuards(b *testing.B) {
	hosts := PerKey(func(string) *Limiter { return &Limiter{Concurrency: 8} })
	for _, c := range []struct {
		name  string
		guard Guard
	}{
		{"concurrency", &Limiter{Concurrency: 8}},
		{"rate", &Limiter{PerSecond: 1e9, Burst: 1e9}},
		{"key", hosts.For("host")},
		{"retry", Retry{}},
		{"breaker", &Breaker{}},
		{"timeout", &Timeout{After: time.Minute}},
		{"all", Guards{Retry{}, &Breaker{}, &Limiter{Concurrency: 8}, &Timeout{After: time.Minute}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = c.guard.Do(b.Context(), fails(nil))
			}
		})
	}
}

func BenchmarkQueue(b *testing.B) {
	q, ch := NewQueue[int](100), make(chan int, 100)
	b.Run("queue", func(b *testing.B) {
		go func() {
			for range b.N {
				_ = q.Put(b.Context(), 1)
			}
		}()
		for range b.N {
			_, _ = q.Get(b.Context())
			q.Done()
		}
	})
	b.Run("channel", func(b *testing.B) {
		go func() {
			for range b.N {
				ch <- 1
			}
		}()
		for range b.N {
			<-ch
		}
	})
}
