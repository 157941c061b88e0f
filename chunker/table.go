package chunker

import "context"

// TableStep is a BoundStep that needs all rows before the first can come out: a sort, groups. A run
// is cut there: what comes before it is written to its [Table], what comes after it reads from
// that.
//
// Rows that fail behind the step are named by the file, row and line that they came from if the
// step hands its rows on as they came, and says so: if it is [Passing], the run may bind it by
// Narrow to one column more, of type int64 and a name that no other has. A step that does not read
// that column, by Reads, and hands it on, by Passes, gets it, and the run takes it off what comes
// out; to steps, results and plans it does not show. So a sort that hands all columns on as they
// are need do nothing for it. A step that makes new rows hands on none but its own columns; rows
// that fail behind it have no number.
type TableStep interface {
	BoundStep
	// Table begins a run. It takes its [Share] of the run's memory, and touches no row: it is
	// called before the first is read, once for each step of the run.
	Table(ctx context.Context, env Env) (Table, error)
}

// Env is what a run gives a step that needs all rows.
type Env struct {
	Memory  *Memory // the run's budget
	Workers int     // how many goroutines the run has
	Bytes   int64   // what a chunk should take in memory
	Dir     string  // where files may be spilled to; empty is the system's folder for temporary files
	First   int64   // how many first rows of what comes out are enough; 0 is all
}

// Table takes all rows of a run, as a [Writer], and once committed hands on what became of them.
// Write may be called from many goroutines, and the Append it returns says which rows come first.
// Chunks without rows are not written. What a chunk was admitted for is given back once it is
// appended: what the table keeps of it, it counts in its own [Share]. Close, which ends also what
// was spilled, is called after the stream is closed, and also if the run ended before that.
type Table interface {
	Writer
	// Stream begins what comes out, in an order that does not depend on workers. It is called once,
	// after Commit. bytes is the size to aim for in each chunk.
	Stream(ctx context.Context, bytes int64) (Stream, error)
}

// Limiting is a Step that lets the first rows through and no more. A [TableStep] that is [Fusing]
// takes it in if it then needs to keep no more than those: the first rows of a sort. If steps
// between the two hand every row on, the limit stays where it is, and [Env].First says it to the
// table.
type Limiting interface {
	Step
	// Most is how many rows it lets through.
	Most() int64
}
