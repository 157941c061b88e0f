package async_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/volley-go/volley/apply/async"
)

// cities is a service that looks up where an airport is.
var cities = map[string]string{"JFK": "New York", "LHR": "London", "HND": "Tokyo"}

func lookUp(ctx context.Context, airport string) (string, error) {
	if city, ok := cities[airport]; ok {
		return city, ctx.Err()
	}
	return "", fmt.Errorf("no airport %s", airport)
}

// lookUps are tasks that look up airports.
func lookUps(airports ...string) []async.Task[string] {
	var tasks []async.Task[string]
	for _, airport := range airports {
		tasks = append(tasks, func(ctx context.Context) (string, error) { return lookUp(ctx, airport) })
	}
	return tasks
}

func ExampleGather() {
	found, err := async.Gather(context.Background(), async.Limit{Concurrency: 100}, lookUps("JFK", "LHR", "HND")...)
	fmt.Printf("%q %v\n", found, err)

	found, err = async.Gather(context.Background(), async.Limit{Concurrency: 100}, lookUps("JFK", "XXX", "HND")...)
	fmt.Printf("%q %v\n", found, err)
	// Output:
	// ["New York" "London" "Tokyo"] <nil>
	// [] task 1: no airport XXX
}

// Each task's value or error, none of which cancels the others.
func ExampleWait() {
	airports := []string{"JFK", "XXX", "HND"}
	_, results := async.Wait(context.Background(), async.Limit{}, async.All, lookUps(airports...)...)
	for i, r := range results {
		fmt.Printf("%s | %-8s | %v\n", airports[i], r.Value, r.Err)
	}
	// Output:
	// JFK | New York | <nil>
	// XXX |          | no airport XXX
	// HND | Tokyo    | <nil>
}

// The first mirror that answers; the other one is cancelled.
func ExampleWait_firstValue() {
	down := func(context.Context) (string, error) { return "", errors.New("connection refused") }
	slow := func(ctx context.Context) (string, error) { <-ctx.Done(); return "", context.Cause(ctx) }
	quick := func(context.Context) (string, error) { return "index", nil }
	won, results := async.Wait(context.Background(), async.Limit{}, async.FirstValue, down, slow, quick)
	fmt.Println(won, results[won].Value)
	fmt.Println(errors.Is(results[1].Err, async.ErrEnough))
	// Output:
	// 2 index
	// true
}

// A long sequence of tasks, of which only those are made that run. The loop leaves when it has
// enough.
func ExampleAsCompleted() {
	made := 0
	squares := func(yield func(async.Task[int]) bool) {
		for i := range 1_000_000 {
			made++
			if !yield(func(context.Context) (int, error) { return i * i, nil }) {
				return
			}
		}
	}
	right := 0
	for i, r := range async.AsCompleted(context.Background(), async.Limit{Concurrency: 2}, squares) {
		if r.Err == nil && r.Value == i*i {
			right++
		}
		if right == 40 {
			break
		}
	}
	fmt.Println(right, made <= 42)
	// Output: 40 true
}

// Links are found while others are followed. Since tasks start tasks, none waits for a place to
// start, and what is limited is the calls that they make.
func ExampleTaskGroup() {
	links := map[string][]string{"/": {"/docs", "/blog"}, "/docs": {"/docs/api"}}
	var pages atomic.Int64
	group := async.NewTaskGroup(context.Background(), async.Limit{Concurrency: math.MaxInt})
	site := &async.Limiter{Concurrency: 2}
	get := func(_ context.Context, page string) ([]string, error) { return links[page], nil }
	var follow func(page string) func(context.Context) error
	follow = func(page string) func(context.Context) error {
		return func(ctx context.Context) error {
			found, err := async.Call(ctx, site, func(ctx context.Context) ([]string, error) { return get(ctx, page) })
			pages.Add(1)
			for _, link := range found {
				group.Go(follow(link))
			}
			return err
		}
	}
	group.Go(follow("/"))
	err := group.Wait()
	fmt.Println(pages.Load(), err)
	// Output: 4 <nil>
}

// With KeepGoing an error ends no other task.
func ExampleTaskGroup_keepGoing() {
	group := async.NewTaskGroup(context.Background(), async.Limit{Concurrency: 1})
	group.KeepGoing = true
	for _, n := range []int{2, 0, 5} {
		group.Go(func(context.Context) error {
			if n == 0 {
				return errors.New("nothing to share out")
			}
			fmt.Println(10 / n)
			return nil
		})
	}
	fmt.Println(group.Wait())
	// Output:
	// 5
	// 2
	// nothing to share out
}

// Two jobs share a limit: no more than three calls of both run at the same time.
func ExampleLimiter() {
	database := &async.Limiter{Concurrency: 3}
	group := async.NewTaskGroup(context.Background(), async.Limit{})
	for range 2 {
		group.Go(func(ctx context.Context) error {
			airports := slices.Repeat([]string{"JFK", "LHR", "HND"}, 50)
			_, err := async.Gather(ctx, async.Limit{Guard: database}, lookUps(airports...)...)
			return err
		})
	}
	fmt.Println(group.Wait(), database.Stats().Peak <= 3)
	// Output: <nil> true
}

// A limit for each host, and one for all of them together.
func ExamplePerKey() {
	hosts := async.PerKey(func(host string) *async.Limiter { return &async.Limiter{Concurrency: 2} })
	all := &async.Limiter{Concurrency: 100}
	get := func(ctx context.Context, url string) (string, error) {
		host, page, _ := strings.Cut(url, "/")
		return async.Call(ctx, async.Guards{hosts.For(host), all}, func(context.Context) (string, error) {
			return page + " of " + host, nil
		})
	}
	page, err := get(context.Background(), "volley.example/docs")
	fmt.Println(page, err)
	// Output: docs of volley.example <nil>
}

// A service that is busy twice and then answers.
func ExampleRetry() {
	busy := 2
	ask := func(ctx context.Context) (string, error) {
		if busy--; busy >= 0 {
			return "", errors.New("503")
		}
		return lookUp(ctx, "JFK")
	}
	retry := async.Retry{Attempts: 5, Base: time.Millisecond, OnRetry: func(_ context.Context, again async.Again) {
		fmt.Println("again after call", again.Calls, again.Err)
	}}
	fmt.Println(async.Call(context.Background(), retry, ask))
	// Output:
	// again after call 1 503
	// again after call 2 503
	// New York <nil>
}

// An error that no repetition helps against.
func ExampleIsPermanent() {
	err := fmt.Errorf("user 7: %w", async.Permanent(errors.New("not found")))
	fmt.Println(err, async.IsPermanent(err), async.IsPermanent(errors.New("busy")))
	// Output: user 7: not found true false
}

func ExamplePermanent() {
	calls := 0
	err := async.Retry{}.Do(context.Background(), func(context.Context) error {
		calls++
		return async.Permanent(errors.New("404"))
	})
	fmt.Println(calls, err)
	// Output: 1 404
}

// A service that is down is left alone after three failures.
func ExampleBreaker() {
	breaker := &async.Breaker{Failures: 3, Open: time.Hour}
	calls := 0
	for range 1000 {
		_ = breaker.Do(context.Background(), func(context.Context) error {
			calls++
			return errors.New("connection refused")
		})
	}
	err := breaker.Do(context.Background(), func(context.Context) error { return nil })
	fmt.Println(calls, breaker.Refused(), errors.Is(err, async.ErrOpen))
	// Output: 3 998 true
}

// A function that does not look at its context is left to itself, and counted.
func ExampleTimeout() {
	timeout := &async.Timeout{After: time.Millisecond, Grace: time.Millisecond}
	answer := make(chan string)
	city, err := async.Call(context.Background(), timeout, func(context.Context) (string, error) { return <-answer, nil })
	all, running := timeout.Abandoned()
	fmt.Printf("%q %v\n%d %d\n", city, err, all, running)
	answer <- "too late"
	// Output:
	// "" no answer after 1ms; the call ignored its context for 1ms more and was abandoned
	// 1 1
}

// A payment that has begun goes on though whoever asked for it has left.
func ExampleShield() {
	var shield async.Shield
	ctx, leave := context.WithCancel(context.Background())
	bank, paid := make(chan string), ""
	err := shield.Do(ctx, func(ctx context.Context) error {
		leave()
		paid = <-bank
		return ctx.Err()
	})
	fmt.Println(err)
	bank <- "paid"
	fmt.Println(shield.Wait(context.Background()), paid)
	// Output:
	// context canceled
	// <nil> paid
}

// The order that suits most calls: what stands first is passed first, and once more by each
// attempt.
func ExampleGuards() {
	calls := async.Guards{
		async.Retry{Attempts: 3, Base: time.Millisecond},
		&async.Breaker{Failures: 10},
		&async.Limiter{Concurrency: 50, PerSecond: 1000, Burst: 10},
		&async.Timeout{After: time.Minute},
	}
	found, err := async.Gather(context.Background(), async.Limit{Guard: calls}, lookUps("JFK", "HND")...)
	fmt.Println(found, err)
	_, err = async.Call(context.Background(), calls, lookUps("XXX")[0])
	var gaveUp *async.RetryError
	fmt.Println(errors.As(err, &gaveUp), gaveUp.Calls, gaveUp.Err)
	// Output:
	// [New York Tokyo] <nil>
	// true 3 no airport XXX
}

func ExampleCall() {
	limiter := &async.Limiter{PerSecond: 1000}
	city, err := async.Call(context.Background(), limiter, func(ctx context.Context) (string, error) { return lookUp(ctx, "LHR") })
	fmt.Println(city, err)
	// Output: London <nil>
}

// One side puts airports in, three look them up, and the first waits until all is done.
func ExampleQueue() {
	ctx := context.Background()
	queue := async.NewQueue[string](10)
	var found atomic.Int64
	group := async.NewTaskGroup(ctx, async.Limit{})
	for range 3 {
		group.Go(func(ctx context.Context) error {
			for airport := range queue.All(ctx) {
				if _, err := lookUp(ctx, airport); err == nil {
					found.Add(1)
				}
			}
			return nil
		})
	}
	for range 100 {
		for _, airport := range []string{"JFK", "XXX", "HND"} {
			if err := queue.Put(ctx, airport); err != nil {
				fmt.Println(err)
			}
		}
	}
	fmt.Println(queue.Join(ctx), found.Load())
	queue.Close()
	fmt.Println(group.Wait())
	// Output:
	// <nil> 200
	// <nil>
}

func ExampleSleep() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	fmt.Println(async.Sleep(ctx, time.Hour))
	// Output: context deadline exceeded
}
