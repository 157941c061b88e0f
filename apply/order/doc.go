// Package order sorts tables, in memory or larger than it.
//
//	order.By("-total", "city")      // by total, greatest first, then by city
//	order.Keys(                     // the same, said at length; and nulls before the rest
//		order.Key{Column: "total", Descending: true, NullsFirst: true},
//		order.Key{Column: "city"},
//	)
//
// A sort is a step like any other:
//
//	steps := chunker.Steps{
//		apply.Where("distance > 0"),
//		order.By("-total", "city"),
//		table.Limit(100), // taken into the sort: no more than 100 rows and a chunk's are kept
//	}
//
// Steps that hand every row on, such as table.Select or a function, may stand between the two. What
// a condition behind a sort says of single columns reaches the source all the same, so that Parquet
// leaves rows out before they are sorted; a condition written before the sort spares it the others,
// too.
//
// # The order
//
// Rows with equal keys stay as they came. So the result does not depend on workers, memory or the
// size of chunks, to the bit. Nor does where the chunks that come out are cut: each has as many
// rows as fit into the size that is asked for, or one that is larger. So a Parquet file written
// from them has the same row groups for any number of workers, and for any budgets that ask for one
// size. A budget below 32 times that size, or below 1 KiB for each row of a chunk, makes chunks
// smaller.
//
// Numbers, dates, times, timestamps, durations and decimals go by value, false before true. Texts
// and bytes go by their bytes, which for UTF-8 is by code point: "Z" before "a". Dictionaries and
// run-ends go by the values behind them. -0 equals 0. NaN equals NaN and is greater than any
// number, so that it comes last, and first where the order is descending. Nulls come last,
// descending too, unless the key says NullsFirst. Lists, structs, maps, unions and intervals have
// no order, and are refused where the step is bound.
//
// # What it costs
//
// Every chunk is sorted by the worker that brings it: a radix sort of one 8-byte word a row, and of
// the next 8 bytes only among rows that are equal so far. Sorted chunks are cut into ranges of
// keys, and every part of the result is one range, sorted together again. So n rows cost about n
// log n comparisons, all cores work on both halves, and the first row comes out after the last came
// in. Beside the rows themselves, 32 bytes a row are used while it is sorted, of a part at a time.
//
// What does not fit into the budget is spilled: the sorted chunks that are there are merged into a
// run in a temporary file, which takes as many bytes as the columns take in memory. At the end the
// runs are merged, of each one or two blocks (1/1,000 of the budget, 8 to 128 KiB) in memory. If
// the budget does not hold that of every run, neighbouring runs are merged into longer ones first,
// which writes and reads their rows once more: at 64 MiB from about 4 GiB on, at 1 MiB from 3 MiB
// on. The file grows by what is written, and goes away when the run ends.
package order
