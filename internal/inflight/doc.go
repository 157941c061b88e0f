// Package inflight bounds how many calls that wait are under way at the same time, and finds out
// how many pay. It knows neither rows nor tasks.
//
// A [Width] is a semaphore whose size changes. Who calls takes a seat before and leaves it after:
//
//	width := inflight.New(1000, 128) // at most 1,000; 128 before a call has come back
//	width.Start(8, 0)
//	seat := width.Take()
//	err := call()
//	width.Leave(seat, 1, failed)
//
// The size is found by what the calls tell. While the width stays the same a window is measured:
// the rate of calls that succeed, their latency (by Little's law: calls under way by rate), and the
// share that fails. Then:
//
//   - At first it climbs, as TCP's slow start does: it doubles up to 128, and then as long as that
//     raises the rate by 1.15, or calls take less than 1.25 times as long as unloaded. Before any
//     call has come back it doubles by time.
//   - Once calls take longer than they took unloaded, a queue is thought to be there: what is under
//     way in the queue's stead is rate times unloaded latency, the estimate of TCP Vegas (Brakmo,
//     Peterson 1995), of Netflix's concurrency-limits and, as the bandwidth-delay product, of BBR.
//     That width is tried. Latency proposes, the rate decides, as in the hill climbing of .NET's
//     thread pool (Hellerstein 2009): the width stays if 0.92 of the rate does, else it was no
//     queue, and the latency is taken to be what a call takes there. So calls of very different
//     latency are not mistaken for a queue.
//   - Once there, 1.5 times as many are tried now and then (and twice as many right after, if that
//     paid), more rarely each time that was in vain, and at once if the rate has changed; and, more
//     rarely still, as many fewer.
//   - If the share of calls that fail rises, half as many are tried, and half of that, until it
//     falls again. If one at a time fail alike it is not the width: then all is as before.
//
// A window is of as many calls as are under way, at least 32, and of 50 ms at least. One in which
// less than three quarters of the seats were taken tells nothing and is measured anew. The memory
// of a Width does not depend on how many calls there are. A seat costs about 0.2 µs.
package inflight
