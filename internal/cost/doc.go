// Package cost finds out what units of work cost, and runs them by the cheapest way. It knows
// neither rows nor tasks: units are those of a [morsel.Cursor].
//
// A [Controller] takes a list of units through three phases. A sample: one worker does short runs
// of units from all over the list, and their times are taken. A choice: from what a unit costs,
// what part of that is waiting, and what it costs this machine to start a worker,
// [Estimate.Options] predicts each [Strategy]. The run: workers claim spans of about 1 ms of work,
// and the choice is made anew when units turn out otherwise.
//
// Nothing of that waits for a slow unit. A sample is over once a unit has taken 1 ms and another
// one too, or once one is still under way after 2 ms: a timer sees to that, and all workers then
// begin with what is left. The same timer looks at the run: a worker that is late gives back what
// it has not begun, and workers are added where one alone was the choice. Whether slow units wait
// or compute is told by the processor time of their threads; if they wait, the run goes wide: it
// has as many workers as an [inflight.Width] finds to pay.
//
//	set := cost.Settings{Limits: cost.Limits{Workers: 8, Wide: 1000}, Unit: "task", Start: start}
//	set.Width = inflight.New(1000, 128)
//	control := cost.New(cursor, set)
//	estimate := control.Sample()
//	if left := control.Left(); left > 0 {
//		control.Run(estimate.Options(estimate.PerUnit, left, set.Limits)[0], estimate.PerUnit)
//	}
//	control.End()
//
// start makes a worker: it returns a [Worker] and a function that calls [Controller.Next] with it
// for spans, until that says that there are no more.
//
// A controller costs 1 to 2 µs, a span about 0.3 µs.
package cost
