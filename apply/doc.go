// Package apply computes columns from rows by the cheapest way that gives the
// right answer.
//
// A [Func] is a Go function and the columns it reads and writes. [Apply] runs a list of them, and
// of other steps, over a frame in one call:
//
//	out, err := apply.Apply(ctx, trips,
//		apply.Where("distance > 0"), // keeps rows
//		apply.Map2("rate", "fare", "km", func(fare, km float64) float64 { return fare / km }),
//		apply.Call1("city", "ip", geo.Lookup), // func(context.Context, string) (string, error)
//		apply.Rows(func(t Trip) Priced { … }), // struct in, struct out
//		table.Select("city", "rate"),
//	)
//
// Steps are done in the order given. A function's result is a new column behind those that are
// there, or replaces the one of its name; it may read what an earlier one writes. Functions one
// after another that do not read each other's results go over the rows together; that two of these
// write one column is an error. Package apply/table has the verbs that compute nothing; any
// [chunker.Step] is as good, and [chunker.Steps] makes one of several. The same list runs over
// files in package ooc.
//
// [Engine] is the same with settings, and says what it did:
//
//	eng := apply.Engine{Workers: 4, OnError: chunker.Reject(sink, 1000)}
//	out, report, err := eng.Run(ctx, trips, steps...)
//	plan, err := eng.Explain(ctx, trips, steps...)
//
// # What a function sees
//
// The Go types of a function's parameters are checked against the columns before a row is read;
// package frame says which type stands for which column. A row with a null in a column that a
// function takes as a plain Go type gives null and the function is not called for it; a function
// that wants to see nulls takes sql.Null[T], and returns sql.Null[R] to make one. Every other row
// is one call, exactly one, whatever the strategy: the rows the engine samples are real work whose
// results are kept, and no row is ever run again. (There are three exceptions: what [Calls] asks
// for, by Retry, Hedge and Once; a function with two forms, below; and one that an expression calls
// by name, which is called for the branches of a choice that are not taken, too: see package fn.)
//
// A string parameter is a view of the column's memory, valid for good. Functions are
// called from many goroutines, in no particular order; Engine{Workers: 1} makes
// it one call at a time, and [Calls]{Concurrency: 1} one of that function.
//
// # How it decides
//
// A sample of whole runs of rows (head, tail, a row with nulls, seeded places in
// between) is computed first and timed. From what a row costs, what part of that is
// waiting, and what it costs this machine to start a worker, the engine predicts
// the time of each strategy and takes the least:
//
//	serial    one worker: for little work, and always with Workers: 1
//	parallel  a worker a core, each claiming morsels of about 1 ms of rows
//	wide      for functions that wait: as many calls at a time as pay, 1,000 at most
//
// Morsels shrink near the end, and a worker that finds nothing left is given part of what another
// one holds, so that rows of unequal cost keep all cores busy. While it runs the engine compares
// what rows cost with what it predicted, and adds workers if serial was the wrong choice.
//
// No worker waits for another's slow row. A sample is cut short once a row has been under way for
// 2 ms, and all workers begin with the rows that are left, one at a time. Whether slow rows wait or
// compute is measured while they run, by the processor time of their threads: if they wait, the run
// goes wide. So ten rows of 2 s that wait take 2 s, and a clump of slow rows among cheap ones is on
// all cores after its first row.
//
// Engine.Strategy forces one of them for a call, and Engine.Form one of a function's two forms; the
// plan says so. Engine.SerialBelow says how little work is left to one worker.
//
// [Plan] and [Report] print all of that.
//
// The engine costs 15 to 60 µs a call for up to some thousand rows, 80 to 150 µs where it samples a
// larger table, and then about 0.2 ns a row and function on top of the function itself; more where
// a column's values must be converted (1 ns for a string).
//
// # How many calls at a time
//
// How many calls pay is measured while they are made. The width doubles as long as that gets more
// done a second; it falls back where calls only queue, which is seen by latency and confirmed by
// the rate, and where more of them fail than before, until fewer do. Later it is tried now and then
// whether more pay, or fewer do as well. Within 0.1 s of a first call that does not come back 128
// are begun, and then more and more; as many as may be, if Engine.Wide or [Calls] says a number.
// Package internal/inflight has the method, its sources and the servers that it is held against:
// the width is within a half of the best one for servers with 10 and more parallel places.
//
// The width is one for all of a stage's chunks. It is at most 1,000, or what Engine.Wide, a job's
// Wide or the function's Calls.Concurrency says, and never more than files may yet be opened. The
// plan says which of them it is by; the report says what it came to, the most calls that were under
// way, and how long calls took (p50, p90, p99). One goroutine makes one call at a time. A wide run
// of a million rows takes about 25 MiB of memory at 1,000 calls.
//
// # Whole chunks
//
// [Chunks] hands each chunk of the table to a function as a frame, and goes on with the frame that
// it returns, of any number of rows: for models that score many rows at once, and code that is
// written for tables.
//
// # Limits on calls
//
// Engine{Wide: 64} bounds the calls of functions that wait over the whole run, and of all its
// functions together. A limit of one function goes with the function, and holds for all workers
// and, over a stream, all chunks of a run:
//
//	apply.Call1("city", "ip", geo.Lookup).With(apply.Calls{Concurrency: 16})
//
// [Calls] has all that a service asks for: limits per second and for each host, retries, a timeout,
// a breaker; and Once, which calls a function once for rows of equal input. Retries and hedges are
// the only ways in which a row is called twice, and calls abandoned by a timeout the only ones that
// go on after the run; the report counts all of them.
//
// # Two forms
//
// A function given a vector form too (Map1(…).Vector(…)) is computed by it where that is
// faster and equal to the row form on the sample: the same nulls, NaN equal to
// NaN, floats within [ULPs] units in the last place, all else exactly. Then two rows
// of each morsel go through the row form as well; on a difference the vector form is
// given up, that vector is computed by rows, and the report says so. Those two rows
// are called a second time. Engine{Trust: true} leaves the checks out.
//
// # Errors
//
// A row on which a function returns an error, panics or calls runtime.Goexit, or on which a
// condition fails, is a [chunker.RowError] that names the row and its values. The [chunker.Policy]
// says what then: [chunker.Stop] (the default), [chunker.Null], [chunker.Skip], or
// [chunker.Reject] to a sink.
//
// # Determinism
//
// The result does not depend on workers or morsels: each row's value goes to the row's place.
// Neither does the error that Stop ends with: it is the one that a loop over the rows ends with,
// which takes each row through all steps up to the next that needs all rows, and ends where a limit
// has its rows. A run that ends since more rows failed than may tells of the first of them up to
// the one that was too many. A function of a [Batch] that fails is called again with fewer rows,
// until those that it fails on are found; one of [Chunks] fails for its whole chunk, which is cut
// by the data.
package apply
