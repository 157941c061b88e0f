package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/take"
)

// Batches says how [Post] puts rows together, and finds their answers. The zero Batches sends lists
// of 100 rows and is answered by a list of as many, in their order.
type Batches struct {
	Rows int // rows a request, fewer at the end of a chunk of the table; 0 is 100
	// Concurrency is how many requests are under way in the whole run; 0 is 16.
	Concurrency int
	// List is the member of the request's object that holds the list of rows; "" sends the list
	// alone. Answers is the same of the answer's, or a path such as result.items.
	List, Answers string
	// Key is the member, of rows and of answers alike, by which answers are found, in whatever
	// order they come; "" finds them by their order.
	Key string
	// Whole leaves a batch that failed as it is: all of its rows fail. Otherwise it is sent again
	// in halves, down to the row that it fails for, if its failure may be a row's: a status of 400,
	// 413, 422 or 500, or an answer that is not what was asked for. Each row is then sent again
	// with them.
	Whole bool
}

// Post sends the rows of a table to a URL, many in a request, and reads columns from the answers.
// The rows are sent as JSON objects, of the fields of In by the names of the columns that they
// read; an answer is read into an Out as by [JSON]. A row with a null in a field that is no
// sql.Null is not sent, and its results are null. An answer that cannot be read is the error of its
// row, a request that fails that of all its rows, once it was tried in halves (see [Batches]).
//
//	web.Post[Text, Score]("https://model.example/score", web.Batches{Rows: 100}, client)
func Post[In, Out any](url string, batches Batches, client *Client) chunker.Step {
	return post[In, Out]{url, batches, given(client)}
}

type post[In, Out any] struct {
	url     string
	batches Batches
	client  *Client
}

func (p post[In, Out]) String() string { return "web.Post to " + shownURL(p.url) }

// Stored refuses the step: what a Client holds has no form as data.
func (p post[In, Out]) Stored() (string, any, error) { return "", nil, unstored("web.Post") }

// shownURL is a URL without a password in it.
func shownURL(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	return u.Redacted()
}

// Bind finds the columns, and checks the settings.
func (p post[In, Out]) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	b, err := p.bind(in)
	if err != nil {
		return nil, fmt.Errorf("web.Post: %w", err)
	}
	return b, nil
}

func (p post[In, Out]) bind(in *arrow.Schema) (*posting[In, Out], error) {
	if err := p.batches.check(); err != nil {
		return nil, err
	}
	if err := p.client.ready(); err != nil {
		return nil, err
	}
	if to, err := url.Parse(p.url); err != nil || to.Host == "" {
		return nil, fmt.Errorf("%q is no URL to send to: give one that begins with http:// or https://", shownURL(p.url))
	}
	b := &posting[In, Out]{post: p, turns: &async.Limiter{Concurrency: or(p.batches.Concurrency, 16)}}
	var err error
	if b.in, err = objectOf(reflect.TypeFor[In]()); err != nil {
		return nil, err
	}
	if b.out, err = objectOf(reflect.TypeFor[Out]()); err != nil {
		return nil, err
	}
	if b.reads, err = bind.Resolve(b.in.fields, chunker.Names(in)); err != nil {
		return nil, fmt.Errorf("struct %s: %w", b.in.of, err)
	}
	for i, f := range b.in.fields {
		column := in.Field(b.reads[i])
		if _, err := bind.Open(take.Nulls(column.Type, 0), f.Type); err != nil {
			return nil, fmt.Errorf("struct %s, field %q: %w", b.in.of, f.Name, err)
		}
		b.names = append(b.names, column.Name)
	}
	return b, b.layout(in)
}

func (b Batches) check() error {
	if b.Rows < 0 || b.Concurrency < 0 {
		return fmt.Errorf("Batches{Rows: %d, Concurrency: %d}: neither can be less than 0", b.Rows, b.Concurrency)
	}
	return nil
}

// posting is a post bound to columns, for one run.
type posting[In, Out any] struct {
	post[In, Out]
	in, out *object
	reads   []int
	names   []string // of the columns that are read
	turns   *async.Limiter
	schema  *arrow.Schema
	passes  []int // of each column that comes out: the column that comes in, -1 if it is an answer's
	writes  []int // of each field of the answers: the column that comes out
}

// layout puts the answers' columns behind those that are there, or in place of those of their
// names.
func (b *posting[In, Out]) layout(in *arrow.Schema) error {
	fields := append([]arrow.Field{}, in.Fields()...)
	for i := range fields {
		b.passes = append(b.passes, i)
	}
	for _, f := range b.out.fields {
		p, err := bind.PackerFor(f.Type)
		if err != nil {
			return err
		}
		column := arrow.Field{Name: f.Name, Type: p.Type, Nullable: true}
		switch at := in.FieldIndices(f.Name); len(at) {
		case 0:
			b.writes = append(b.writes, len(fields))
			fields, b.passes = append(fields, column), append(b.passes, -1)
		case 1:
			b.writes = append(b.writes, at[0])
			fields[at[0]], b.passes[at[0]] = column, -1
		default:
			return fmt.Errorf("there are %d columns %q: rename all but one", len(at), f.Name)
		}
	}
	meta := in.Metadata()
	b.schema = arrow.NewSchema(fields, &meta)
	return b.keyed()
}

// keyed checks that the rows have the key.
func (b *posting[In, Out]) keyed() error {
	if b.batches.Key == "" {
		return nil
	}
	for _, name := range b.names {
		if name == b.batches.Key {
			return nil
		}
	}
	return fmt.Errorf("Batches.Key is %q, which no field of %s reads: its columns are %s", b.batches.Key, b.in.of, strings.Join(b.names, ", "))
}

// Schema is the columns that come out.
func (b *posting[In, Out]) Schema() *arrow.Schema { return b.schema }

// Reads lists the columns that rows are sent of.
func (b *posting[In, Out]) Reads() []int { return b.reads }

// Passes says which columns come out as they came in.
func (b *posting[In, Out]) Passes() []int { return b.passes }

// Narrow binds the step to other columns.
func (b *posting[In, Out]) Narrow(ctx context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return b.Bind(ctx, in)
}

// Wants says that each row that comes out is one that comes in.
func (b *posting[In, Out]) Wants(rows int64) int64 { return rows }

// Worker sends chunks.
func (b *posting[In, Out]) Worker() (chunker.Work, error) {
	return func(ctx context.Context, c chunker.Chunk) (chunker.Chunk, error) {
		s := &sheet[In, Out]{of: b, results: make([]Out, c.Len()), errs: make([]error, c.Len())}
		if err := s.encode(c.Record); err != nil {
			return c, err
		}
		if err := s.send(ctx); err != nil {
			return c, err
		}
		return s.filled(c)
	}, nil
}

// sheet is the rows of a chunk on their way.
type sheet[In, Out any] struct {
	of      *posting[In, Out]
	rows    [][]byte // as JSON; nil is not sent
	keys    []string
	results []Out
	errs    []error
}

// encode writes the rows as JSON.
func (s *sheet[In, Out]) encode(rec arrow.Record) error {
	n := int(rec.NumRows())
	s.rows, s.keys = make([][]byte, n), make([]string, n)
	if n == 0 {
		return nil
	}
	values := make([]In, n)
	null := make([]bool, n)
	for i, f := range s.of.in.fields {
		c, err := bind.Open(rec.Column(s.of.reads[i]), f.Type)
		if err != nil {
			return fmt.Errorf("web.Post: column %q: %w", s.of.names[i], err)
		}
		c.Fill(unsafe.Add(unsafe.Pointer(&values[0]), f.Offset), unsafe.Sizeof(values[0]), 0, n)
		for row := range n {
			null[row] = null[row] || !c.SeesNull && c.IsNull(row)
		}
	}
	for row := range values {
		if null[row] {
			continue
		}
		text, err := s.of.in.encode(nil, unsafe.Pointer(&values[row]), s.of.names)
		if err == nil && s.of.batches.Key != "" {
			s.keys[row], err = keyOf(text, s.of.batches.Key)
		}
		s.rows[row], s.errs[row] = text, err
	}
	return nil
}

// filled is the chunk with the answers' columns.
func (s *sheet[In, Out]) filled(c chunker.Chunk) (chunker.Chunk, error) {
	good, picks := s.good()
	cols := make([]arrow.Array, len(s.of.passes))
	for i, from := range s.of.passes {
		if from >= 0 {
			cols[i] = c.Record.Column(from)
		}
	}
	for i, f := range s.of.out.fields {
		column, err := columnOf(good, f, picks)
		if err != nil {
			return c, fmt.Errorf("web.Post: column %q: %w", f.Name, err)
		}
		cols[s.of.writes[i]] = column
	}
	out := c.With(array.NewRecord(s.of.schema, cols, int64(len(picks))))
	for row, err := range s.errs {
		if err != nil {
			out.Fail(row, err)
		}
	}
	return out, nil
}

// good is the results that there are, and of each row which of them it has, or the null behind
// them.
func (s *sheet[In, Out]) good() (good []Out, picks []take.Pick) {
	picks = make([]take.Pick, len(s.results))
	for row := range s.results {
		if s.rows[row] == nil || s.errs[row] != nil {
			picks[row] = take.Pick{Array: 1}
			continue
		}
		picks[row] = take.Pick{Row: int32(len(good))}
		good = append(good, s.results[row])
	}
	return good, picks
}

// columnOf is a field of the results as a column, of rows that are picked; nil picks all.
func columnOf[Out any](good []Out, f bind.Field, picks []take.Pick) (arrow.Array, error) {
	p, err := bind.PackerFor(f.Type)
	if err != nil {
		return nil, err
	}
	values := take.Nulls(p.Type, 0)
	if len(good) > 0 {
		if values, err = bind.Array(unsafe.Add(unsafe.Pointer(&good[0]), f.Offset), unsafe.Sizeof(good[0]), len(good), f.Type); err != nil {
			return nil, err
		}
	}
	if picks == nil {
		return values, nil
	}
	return take.Picks(p.Type, []arrow.Array{values, take.Nulls(p.Type, 1)}, picks)
}

// bodyOf is the body of a request for rows.
func (s *sheet[In, Out]) bodyOf(rows []int) string {
	var b strings.Builder
	if list := s.of.batches.List; list != "" {
		fmt.Fprintf(&b, "{%s:", quoted(list))
	}
	b.WriteByte('[')
	for i, row := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(s.rows[row])
	}
	b.WriteByte(']')
	if s.of.batches.List != "" {
		b.WriteByte('}')
	}
	return b.String()
}

// request builds the request for rows.
func (s *sheet[In, Out]) request(rows []int) build {
	body := s.bodyOf(rows)
	return func(ctx context.Context) (*http.Request, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.of.url, strings.NewReader(body))
		if err == nil {
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Accept", "application/json")
		}
		return req, err
	}
}

var errNoAnswer = errors.New("the answer has none for this row")
