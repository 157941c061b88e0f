// Package async runs functions that wait (requests, look-ups, sleeps), thousands at the same time,
// with limits, retries and deadlines. It knows no tables: its tasks are Go functions.
//
// # Words
//
// A task is a function of a context that gives a value or an error ([Task]). A [Limit] says how
// many tasks run at the same time. A [Guard] stands between a caller and a call: it makes the call
// wait ([Limiter]), repeats it ([Retry]), refuses it ([Breaker]), ends it ([Timeout]) or lets it go
// on ([Shield]). [Guards] is a list of guards, the outermost first.
//
// # Many tasks
//
//	// All of them, in order; the first error ends it.
//	pages, err := async.Gather(ctx, async.Limit{Concurrency: 1000}, tasks...)
//
//	// The first that answers.
//	won, results := async.Wait(ctx, async.Limit{}, async.FirstValue, mirrors...)
//
//	// Results as they come, tasks from a sequence of any length.
//	for i, r := range async.AsCompleted(ctx, async.Limit{Concurrency: 64}, sequence) {
//		fmt.Println(i, r.Value, r.Err)
//	}
//
//	// Tasks that are found on the way.
//	group := async.NewTaskGroup(ctx, async.Limit{Concurrency: 8})
//	for id := range ids {
//		group.Go(func(ctx context.Context) error { return store(ctx, id) })
//	}
//	err = group.Wait()
//
// A task starts when there is a place for it, and a sequence is asked for its next task only then:
// a million tasks need the memory of those that run. A goroutine stands for each running task and
// for none that waits. Every function here returns after its last task did; only a Timeout and a
// Shield leave calls behind, and both count them. A panic or a runtime.Goexit of a task is its
// error, a [PanicError].
//
// # One call
//
//	calls := async.Guards{
//		async.Retry{Attempts: 5},                         // each attempt passes what follows
//		&async.Breaker{Failures: 10},                     // counts attempts
//		&async.Limiter{Concurrency: 100, PerSecond: 500}, // not held during a pause of Retry
//		&async.Timeout{After: 2 * time.Second},           // of one attempt, once it has its turn
//	}
//	city, err := async.Call(ctx, calls, func(ctx context.Context) (string, error) {
//		return lookUp(ctx, ip)
//	})
//
// This order suits most calls. The same guards go into [Limit.Guard], to hold for each task, and
// may be shared by any number of runs: a Limiter holds for all of them together. What depends on a
// host or a tenant is a guard for each key: see [PerKey].
//
// # Costs
//
// On a 2.8 GHz core a task costs about 1.5 µs, 200 bytes and, while it runs, the stack of a
// goroutine (2 KiB or more). A Limiter, Retry or Breaker that lets a call through at once costs 0.1
// to 0.3 µs and allocates nothing. A Timeout starts a goroutine and a timer: about 4 µs and 650
// bytes. Guards and Call allocate about 50 bytes for each guard.
//
// docs/ASYNCIO.md puts the names of Python's asyncio beside these, and says where a plain goroutine
// and a channel are better.
package async
