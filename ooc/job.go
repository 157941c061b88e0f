package ooc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/progress"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/cputime"
	"github.com/volley-go/volley/internal/engine"
	"github.com/volley-go/volley/internal/paths"
)

// Job is a list of steps over a stream. From and To must be set; the zero value of all else is a
// good default.
type Job struct {
	From  chunker.Source
	Steps chunker.Steps // done one after another; none: the rows are copied
	To    chunker.Sink

	// Memory is the budget in bytes; 0 is 1 GiB. See the package doc for what it counts. Less than
	// 16 MiB is taken as 16 MiB.
	Memory int64
	// Workers is how many chunks are worked on at the same time; 0 is one a core, and more than
	// 4,096 are taken as 4,096. More than 16 are kept busy by 100 MiB of Memory each. The output
	// does not depend on their number, to the byte; behind a sort its rows do not, but where
	// Parquet begins a row group, or compressed text a piece, may differ.
	Workers int
	// Wide is how many calls of functions that wait may be under way at the same time at most, in
	// all chunks together; 0 is 1,000, or Workers if that is more. Trust leaves out the checks of
	// vector forms: see [apply.Engine].
	Wide  int
	Trust bool
	// Strategy and Form force how the functions are run on each chunk: see [apply.Engine]. Serial
	// puts one worker on a chunk, while others have other chunks.
	Strategy apply.Strategy
	Form     apply.Form
	// OnError says what becomes of a bad row, one that the source cannot read or on which a step
	// fails; the zero Policy is [chunker.Stop], which ends the job. Its limits are of both
	// together. Under [chunker.Null] a row on which a condition fails is left out, as one that it
	// does not choose, and counted: see [Report]. A source that has a policy of its own goes by
	// that, and its bad rows count against OnError's limits nevertheless; what it skips, or writes
	// to a sink of its own, is not among OnError's rejects. The job ends with the first row that is
	// too many for one of both, in the order of the stream.
	OnError chunker.Policy
	// TempDir is the folder for files of steps that need all rows and find no room for them in
	// Memory; empty is the system's. One that no file can be made in is an error before anything is
	// read.
	TempDir string
	// Progress is called now and then, and at the end; nil is never. If steps need all rows, rows
	// and bytes are done in part until all of them have handed them on.
	Progress progress.Func
	// Name is what progress calls the job; empty is "job".
	Name string
}

const (
	memoryDefault = 1 << 30
	memoryMin     = 16 << 20
	chunkMin      = 64 << 10
	chunkMax      = 16 << 20
	// copies is how many times its decoded size a chunk takes while it is under way: its text, its
	// columns with the results, the encoded output, and as much again of garbage that is not
	// collected yet.
	copies = 6
	// workersFit is how many workers chunks are cut for, whatever their number: what is written,
	// row groups and compressed blocks, follows the chunks, and is to be the same on any machine.
	// Of more workers some wait for memory, unless there is so much that chunks have chunkMax.
	workersFit = 16
	// workersMost is how many goroutines are started at most: each takes some memory of its own.
	workersMost = 4096
)

// Run does the job. The report is there also where it ends with an error, unless
// nothing was begun.
func (j Job) Run(ctx context.Context) (report *Report, err error) {
	if err := j.check(); err != nil {
		return nil, err
	}
	r := newRun(j)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := r.describe(ctx); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.input.Close()) }()
	if err := r.bind(ctx); err != nil {
		return nil, err
	}
	if err := r.open(ctx); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	if r.flow, err = engine.Start(ctx, r.stream.Schema(), r.steps, r.env()); err != nil {
		return nil, err
	}
	err = r.finish(ctx)
	if err != nil {
		r.rowsOut = 0 // what was written is gone
	}
	report = r.report()
	r.tell(true, err)
	return report, err
}

// finish writes and commits, or leaves nothing behind, whatever ends it: also a panic of the
// source, a function, the sink or Progress, which goes on to the caller.
func (r *run) finish(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, r.flow.Close()) }()
	if r.writer, err = chunker.Create(ctx, r.job.To, r.steps.Schema()); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.writer.Close()) }()
	if h, ok := r.writer.(chunker.Holder); ok {
		if err := h.Hold(r.memory); err != nil {
			return err
		}
	}
	r.put = chunker.Shared(r.writer)
	return r.commit(ctx, r.write(ctx))
}

// commit commits the rejects, and then the output, if err and all that can fail before leave it. So
// no output is ever there whose rejected rows are nowhere. Where rows ended the job the rejects are
// committed alone, since they say why; where a write did, or ctx, nothing is.
func (r *run) commit(ctx context.Context, err error) error {
	if err == nil {
		err = unwritten(chunker.Finish(ctx, r.writer))
	}
	if err == nil {
		err = r.close()
	}
	torn := errors.As(err, new(*writeError))
	if !torn && ctx.Err() == nil {
		cerr := r.flow.Commit(ctx, err == nil)
		if err == nil {
			err = cerr
		}
	}
	if err == nil {
		err = r.writer.Commit(ctx)
	}
	if e, ok := err.(*writeError); ok {
		return e.error
	}
	return err
}

// close closes the stream, once: before the commit if it comes so far.
func (r *run) close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	return r.stream.Close()
}

// writeError is an error of the output, of which something is missing then.
type writeError struct{ error }

func (e *writeError) Unwrap() error { return e.error }

func unwritten(err error) error {
	if err == nil {
		return nil
	}
	return &writeError{err}
}

func (j Job) memory() int64 {
	if j.Memory == 0 {
		return memoryDefault
	}
	return max(j.Memory, memoryMin)
}

var errNoFrom = errors.New("ooc: the job has no From: give it a source, such as csvio.Open(path)")

var errNoRejects = errors.New("ooc: OnError is chunker.Reject without a sink: the rejected rows would be lost: give it one, such as csvio.Create(path), or say chunker.Skip()")

// check refuses what can be refused before anything is opened.
func (j Job) check() error {
	switch {
	case j.From == nil:
		return errNoFrom
	case j.To == nil:
		return errors.New("ooc: the job has no To: give it a sink, such as parquetio.Create(path)")
	case j.OnError.Rejects() && j.OnError.Sink() == nil:
		return errNoRejects
	case j.Memory < 0:
		return fmt.Errorf("ooc: Memory is %s", count.Of(j.Memory, "byte"))
	}
	if err := j.checkPolicies(); err != nil {
		return err
	}
	if err := j.checkTempDir(); err != nil {
		return err
	}
	return j.checkPlaces()
}

// checkPolicies refuses limits that mean nothing, of the job and of its source.
func (j Job) checkPolicies() error {
	if err := j.OnError.Check(); err != nil {
		return fmt.Errorf("ooc: OnError has %w", err)
	}
	if err := chunker.OwnPolicy(j.From).Check(); err != nil {
		return fmt.Errorf("ooc: the source's own OnError has %w", err)
	}
	return nil
}

// checkTempDir refuses a folder that is not there, or that no file can be made in, before hours of
// work end for want of it.
func (j Job) checkTempDir() error {
	if j.TempDir == "" { // the system's, which most jobs never need
		return nil
	}
	info, err := os.Stat(j.TempDir)
	switch {
	case err == nil && !info.IsDir():
		err = errors.New("it is no folder")
	case err == nil:
		err = tryFile(j.TempDir)
	}
	if err != nil {
		return fmt.Errorf("ooc: TempDir %q: %w", j.TempDir, err)
	}
	return nil
}

// tryFile makes a file in a folder, and removes it.
func tryFile(dir string) error {
	f, err := os.CreateTemp(dir, "volley-try-*")
	if err != nil {
		return fmt.Errorf("no file can be made there: %w: name another folder", err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// checkPlaces refuses to write what is read, and to write a file twice.
func (j Job) checkPlaces() error {
	ins, outs, rejects := places(j.From), places(j.To), places(j.OnError.Sink())
	for _, own := range places(chunker.OwnPolicy(j.From).Sink()) {
		if slices.ContainsFunc(rejects, func(r string) bool { return paths.Same(r, own) }) {
			return fmt.Errorf("ooc: %s would hold the rejects of the job and those of its source: give the source no OnError, and both are in one file, or write one of them to another name", own)
		}
		rejects = append(rejects, own)
	}
	for _, out := range slices.Concat(outs, rejects) {
		if slices.ContainsFunc(ins, func(in string) bool { return paths.Same(in, out) }) {
			return fmt.Errorf("ooc: %s is both input and output: write to another name", out)
		}
	}
	for _, r := range rejects {
		if slices.ContainsFunc(outs, func(out string) bool { return paths.Same(r, out) }) {
			return fmt.Errorf("ooc: %s would hold both the output and the rejects: write one of them to another name", r)
		}
	}
	return nil
}

// places are the files that a source or sink lies in, where it tells.
func places(of any) []string {
	if p, ok := of.(chunker.Placed); ok {
		return p.Places()
	}
	return nil
}

// run is a job under way.
type run struct {
	job     Job
	start   time.Time
	cpu     time.Duration
	memory  *chunker.Memory
	under   *chunker.Share // of the chunks under way
	workers int
	chunk   int64 // bytes to aim for in a chunk
	places  int   // chunks under way at most
	input   chunker.Input
	stream  chunker.Stream
	closed  bool // stream is
	steps   chunker.BoundSteps
	flow    *engine.Flow
	writer  chunker.Writer
	put     chunker.Write // into writer

	rowsTotal, bytesTotal int64 // -1 unknown
	rowsOut               int64 // of emit alone
	bytesRead             int64
}

func newRun(j Job) *run {
	r := &run{job: j, start: time.Now(), memory: chunker.NewMemory(j.memory()), workers: j.Workers}
	r.cpu, _ = cputime.Process()
	if r.workers <= 0 {
		r.workers = runtime.GOMAXPROCS(0)
	}
	r.workers = min(r.workers, workersMost)
	// One chunk is read and one written while each worker has one.
	r.places = r.workers + 2
	// An eighth is left for chunks that come out larger than they were meant to be.
	r.chunk = min(max(r.memory.Limit()/8*7/(copies*(workersFit+2)), chunkMin), chunkMax)
	// One chunk is always let in, so that its memory is there is no question.
	r.under, _ = r.memory.Share("chunks under way", copies*r.chunk)
	return r
}

// engine is the job's settings for functions over a frame.
func (r *run) engine() apply.Engine {
	return apply.Engine{
		Workers: r.workers, Wide: r.job.Wide, Strategy: r.job.Strategy, Form: r.job.Form, Trust: r.job.Trust, OnError: r.job.OnError,
	}
}

func (r *run) env() engine.Env {
	workers := r.workers
	if r.job.Strategy == apply.Serial {
		workers = 1 // on a chunk
	}
	env := engine.Env{
		Workers: workers, Strategy: int(r.job.Strategy), Form: int(r.job.Form),
		Trust: r.job.Trust, Policy: r.job.OnError, Own: chunker.OwnPolicy(r.job.From), Memory: r.memory, Bytes: r.chunk, Dir: r.job.TempDir,
	}
	env.Widen(r.job.Wide, "by the job's Wide")
	return env
}

// describe looks at the input. How much there is to read is asked for if somebody is told: some
// formats open every file for it.
func (r *run) describe(ctx context.Context) (err error) {
	if r.input, err = chunker.Under(r.job.From, r.job.OnError).Describe(ctx); err != nil {
		return err
	}
	r.rowsTotal, r.bytesTotal = -1, -1
	if s, ok := r.input.(chunker.Sized); ok && r.job.Progress != nil {
		if rows, bytes, err := s.Size(ctx); err == nil {
			r.rowsTotal, r.bytesTotal = rows, bytes
		}
	}
	return nil
}

// item is a chunk on its way, with the memory that it is admitted for.
type item struct {
	run     *run
	part    chunker.Part
	bytes   int64
	decoded bool // bytes are what it takes
}

// write takes every chunk through decode, steps and encode, and puts them in order.
func (r *run) write(ctx context.Context) error {
	return r.flow.Stream(ctx, engine.Ends{
		Workers: r.workers, Window: r.places, Next: r.from(r.stream), Behind: r.from, Read: r.close, Write: r.encode, Emit: r.emit,
	})
}

// from admits the chunks of a stream, and then takes them.
func (r *run) from(stream chunker.Stream) func(context.Context) (engine.Item, error) {
	return func(ctx context.Context) (engine.Item, error) {
		it := &item{run: r, bytes: copies * r.chunk}
		if err := r.under.Admit(ctx, it.bytes); err != nil {
			return nil, err
		}
		var err error
		if it.part, err = stream.Next(ctx); err != nil {
			it.Release()
			return nil, err
		}
		return it, nil
	}
}

// Release gives back what the chunk was admitted for.
func (it *item) Release() {
	if it.decoded {
		it.run.under.Add(-it.bytes)
	} else {
		it.run.under.Settle(it.bytes, 0)
	}
}

// Decode makes the chunk, and corrects what it is counted for once its size is known.
func (it *item) Decode(ctx context.Context) (chunker.Chunk, error) {
	c, err := it.part(ctx)
	if c.Record == nil {
		return c, err
	}
	if err := it.settle(c.File, copies*chunker.Bytes(c.Record)); err != nil {
		c.Release()
		return chunker.Chunk{}, err
	}
	return c, err
}

// settle counts what the chunk of a file takes, which may be more than it was admitted for.
func (it *item) settle(file string, bytes int64) error {
	r := it.run
	if bytes > max(it.bytes, r.under.Most()) {
		err := r.under.Err(bytes)
		err.Who, err.Held, err.Remedy = "one chunk", err.Held-it.bytes, "have the source give smaller ones"
		if file != "" {
			err.Who, err.Remedy = file+": one chunk", "write a file that has row groups with smaller ones"
		}
		return err
	}
	r.under.Settle(it.bytes, bytes)
	it.bytes, it.decoded = bytes, true
	return nil
}

func (r *run) encode(ctx context.Context, c chunker.Chunk) (chunker.Append, error) {
	put, err := r.put(ctx, c)
	if err != nil {
		return nil, unwritten(err)
	}
	return func(ctx context.Context) error { return unwritten(put(ctx)) }, nil
}

func (r *run) emit(_ context.Context, in chunker.Chunk, rows int) error {
	r.rowsOut += int64(rows)
	r.bytesRead += in.Read
	r.tell(false, nil)
	return nil
}

// tell reports progress. Only the goroutine that Run was called on comes here.
func (r *run) tell(end bool, err error) {
	if r.job.Progress == nil {
		return
	}
	counts := r.flow.Counts()
	rows, bytes := int64(counts.Seen()), r.bytesRead
	if !end {
		rows, bytes = r.flow.Done(rows), r.flow.Done(bytes)
	}
	name := r.job.Name
	if name == "" {
		name = "job"
	}
	r.job.Progress(progress.Event{
		Job: name, RowsDone: rows, RowsTotal: r.rowsTotal, BytesDone: bytes, BytesTotal: r.bytesTotal,
		Calls: apply.CallsOf(r.steps), Elapsed: time.Since(r.start), Done: end, Err: err,
	})
}
