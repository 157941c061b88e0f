// Package morsel shares numbered units of work out among goroutines, a few at a time.
//
// A unit is whatever its user says: a row, a task, a group. Units lie in parts (the record batches
// of a table, or one part for all) and are numbered from 0 through all of them. A [Cursor] hands
// them out in order as spans; a worker holds a [Hand] with which it claims. Who finds nothing left
// while others hold spans waits for what they give back: it interrupts them, and they see that
// between two units. So a span that turns out dear is shared, however long it is.
//
// A [Crew] is the goroutines. A function of a user's may end its goroutine (runtime.Goexit);
// the crew then goes on with the same worker on another one.
//
// A parallel map over tasks, complete:
//
//	func Map[R any](n int, f func(i int) R) []R {
//		out, units := make([]R, n), morsel.NewCursor(n)
//		var crew morsel.Crew
//		for range runtime.GOMAXPROCS(0) {
//			hand := new(morsel.Hand)
//			crew.Go(func() {
//				for i := range units.Units(hand, func(left int) int { return left / 64 }) {
//					out[i] = f(i)
//				}
//			})
//		}
//		crew.Wait()
//		return out
//	}
//
// A claim costs about 50 ns, a goroutine about 1 µs. Package cost says how many units a span
// should have, and how many workers pay.
package morsel
