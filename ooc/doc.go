// Package ooc runs a list of steps over streams larger than memory: a source, steps, a sink, a
// memory budget.
//
//	report, err := ooc.Job{
//		From:   csvio.Open("trips/*.csv.zst"),
//		Steps:  chunker.Steps{apply.Where("distance > 0"), apply.Expr("rate = fare / distance")},
//		To:     parquetio.Create("trips.parquet"),
//		Memory: 512 << 20,
//	}.Run(ctx)
//
// The source is read in chunks, each of them decoded, transformed and encoded by one of the workers
// while others do the same to other chunks, and written in the order it was read. The steps are
// those that [apply.Apply] runs over a frame, and do the same here; functions are planned on the
// first chunk. The rows of the output, and their order, do not depend on workers or on the budget;
// its bytes do not depend on workers: chunks, and so row groups and compressed blocks, are cut by
// the budget alone. Columns that no step looks at and that are not written are not read, if their
// format can skip them and no rows are rejected, which are kept whole. What the first conditions
// say of single columns is told to the source, which may leave rows out undecoded. A step that
// needs the order of the stream, such as table.Limit, cuts it: chunks pass it one by one, and are
// worked on by all workers before and after. If nothing before a limit drops rows, chunks beyond it
// are not decoded, but for a few if later chunks have more rows than the first.
//
// A step that needs all rows before the first comes out, such as a sort, takes the rows that the
// steps before it let through; once it has them all, the steps behind it go on with what it hands
// on, chunk by chunk. What does not fit in Memory it keeps in files in TempDir, which are gone when
// the job ends, however it does. A condition behind a sort is told to the source if nothing before
// it can fail.
//
// # Memory
//
// All that holds much memory has a share of one budget, a [chunker.Memory]: chunks under way, pages
// and dictionaries of Parquet from which several chunks are cut, chunks that wait for a row group.
// A chunk is admitted before it is read, for six times its size: its text, its columns, what is
// written of it, and as much again of garbage, since the collector lets a heap grow to twice what
// is alive. The reader waits until there is room for another; nobody else waits. What can never fit
// ends the job with a [chunker.MemoryError] before its memory is taken: a single row, row group or
// page that is larger than the budget allows, or steps that need more than there is. It says who
// needs how much and what to do. Chunks are cut so that as many as keep 16 workers busy fit.
//
// Report has the most that was held, who held it, and the process's peak. From 64 MiB on the
// process keeps to the budget and 64 MiB: those are the program, the runtime (about 15 MiB), and
// garbage. What functions hold themselves is not counted. Known to take up to 100 MiB more than
// that is Parquet of 2,000 columns, written in 64 MiB (the footer). A program that sets
// debug.SetMemoryLimit has less garbage at a small budget; this package never does.
//
// # Failure
//
// The output appears whole, or not at all: sinks write under a temporary name. So do the rejects.
// The output is put on disk first, without its name; then the rejects appear, then the output: no
// output is there whose rejected rows are nowhere. If the rejects cannot be committed nothing
// appears. If the output cannot be given its name after that (its folder is gone, another file came
// to have the name) the rejects stay, and the error tells. Where rows end the job the rejects
// appear alone, since they say why. Where a write ends it, or the context, nothing appears, and
// files of those names stay as they were. An input that changed while it was read is an error, too.
// A row on which a function fails is named by file, row and line, also behind a sort; behind a step
// that makes new rows, such as groups, it has no number. It goes by the job's policy, and so do
// rows that the source cannot decode, unless the source has a policy of its own. The error that
// ends a job is the one that a loop over the rows ends with, which takes each row through all steps
// up to the next that needs all rows, and ends where a limit has its rows: it depends neither on
// workers nor on how the budget cuts the chunks.
//
// # Jobs as data
//
// A job of files is written to JSON and read back equal ([Job.MarshalJSON]), for a file, another
// program, or the command volley run. Go functions in it need names: see package fn.
package ooc
