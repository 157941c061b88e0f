package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"net/url"
	"reflect"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bind"
)

// Paging says how a list is cut into pages.
type Paging struct {
	Next Next   // how the next page is found; the zero Next is one page
	List string // the member that holds the page's list, or a path such as result.items; "" is the page itself
	Max  int    // pages that are asked for; 0 is any number
}

// Pages is a list in JSON that a server gives page by page, as a source: an element is a row, read
// into a T as by [JSON], a page is a chunk. Pages are asked for one after another, since each names
// the next; they are decoded by all workers. An element that cannot be read is a bad row, by the
// policy of the run; a page that does not come, after what the client's guard does, ends it. A page
// that names one as the next that was there before is an error.
//
//	users := web.Pages[User]("https://api.example/users", web.Paging{Next: web.Link()}, client)
func Pages[T any](url string, paging Paging, client *Client) chunker.Fallible {
	return pages[T]{url: url, paging: paging, client: given(client)}
}

type pages[T any] struct {
	url    string
	paging Paging
	client *Client
	policy chunker.Policy // of the run
}

// OwnPolicy is none: bad rows go by the policy of the run.
func (p pages[T]) OwnPolicy() chunker.Policy { return chunker.Policy{} }

// Under is the source as it reads for a run with a policy.
func (p pages[T]) Under(policy chunker.Policy) chunker.Source {
	p.policy = policy
	return p
}

// Describe checks the settings. It asks the server for nothing: the columns are T's.
func (p pages[T]) Describe(context.Context) (chunker.Input, error) {
	in, err := p.describe()
	if err != nil {
		return nil, fmt.Errorf("web.Pages: %w", err)
	}
	return in, nil
}

func (p pages[T]) describe() (*paged[T], error) {
	if p.paging.Max < 0 {
		return nil, fmt.Errorf("Paging.Max is %d: give the most pages, or 0 for any number", p.paging.Max)
	}
	if err := p.client.ready(); err != nil {
		return nil, err
	}
	in := &paged[T]{pages: p}
	var err error
	if in.first, err = url.Parse(p.url); err != nil || in.first.Host == "" {
		return nil, fmt.Errorf("%q is no URL to ask: give one that begins with http:// or https://", shownURL(p.url))
	}
	in.first = p.paging.Next.begin(in.first)
	if in.row, err = objectOf(reflect.TypeFor[T]()); err != nil {
		return nil, err
	}
	var fields []arrow.Field
	for _, f := range in.row.fields {
		packer, err := bind.PackerFor(f.Type)
		if err != nil {
			return nil, err
		}
		fields = append(fields, arrow.Field{Name: f.Name, Type: packer.Type, Nullable: true})
	}
	in.schema = arrow.NewSchema(fields, nil)
	return in, nil
}

// paged is the described source.
type paged[T any] struct {
	pages[T]
	first  *url.URL
	row    *object
	schema *arrow.Schema
}

// Schema is the columns of T.
func (p *paged[T]) Schema() *arrow.Schema { return p.schema }

// Close has nothing to free.
func (p *paged[T]) Close() error { return nil }

// Open begins with the first page.
func (p *paged[T]) Open(_ context.Context, req chunker.Request) (chunker.Stream, error) {
	s := &pageStream[T]{of: p, next: p.first, wanted: req.Rows, seen: map[uint64]bool{}, seed: maphash.MakeSeed()}
	return chunker.SelectStream(s, req.Columns)
}

// pageStream is one pass over the pages.
type pageStream[T any] struct {
	of     *paged[T]
	next   *url.URL // nil behind the last page
	number int      // of pages that were asked for
	rows   int64    // of them
	wanted int64    // 0 is all
	seen   map[uint64]bool
	seed   maphash.Seed
	err    error
}

// Schema is the columns of T.
func (s *pageStream[T]) Schema() *arrow.Schema { return s.of.schema }

// Close ends the pass.
func (s *pageStream[T]) Close() error {
	s.next = nil
	return nil
}

// Next asks for a page. Those without rows are passed over.
func (s *pageStream[T]) Next(ctx context.Context) (chunker.Part, error) {
	for s.err == nil && s.next != nil {
		at := s.next
		list, size, err := s.page(ctx)
		if err != nil {
			s.err = &chunker.Error{Op: "read", File: at.Redacted(), Row: -1, Offset: -1, Err: err}
			break
		}
		if len(list) > 0 {
			return s.part(at, list, size), nil
		}
	}
	if s.err != nil {
		return nil, s.err
	}
	return nil, io.EOF
}

// page asks for the next page, and finds the one behind it.
func (s *pageStream[T]) page(ctx context.Context) (list []json.RawMessage, size int, err error) {
	to := get(s.next.String())
	r, err := guarded(ctx, func(ctx context.Context) (*reply, error) { return s.of.client.fetch(ctx, to) })
	if err != nil {
		return nil, 0, err
	}
	if list, err = listIn(r.body, s.of.paging.List); err != nil {
		return nil, 0, err
	}
	p := page{at: s.next, number: s.number, header: r.header, body: r.body, rows: len(list)}
	s.number++
	s.next = nil
	enough := s.of.paging.Max > 0 && s.number >= s.of.paging.Max || s.wanted > 0 && s.rows+int64(len(list)) >= s.wanted
	if find := s.of.paging.Next.find; find != nil && !enough {
		s.next, err = s.behind(find, p)
	}
	return list, len(r.body), err
}

// behind is the page behind a page; nil if that is the last.
func (s *pageStream[T]) behind(find func(Next, page) (*url.URL, error), p page) (*url.URL, error) {
	next, err := find(s.of.paging.Next, p)
	if err != nil || next == nil {
		return nil, err
	}
	s.seen[maphash.String(s.seed, p.at.String())] = true
	switch {
	case s.seen[maphash.String(s.seed, next.String())]:
		return nil, fmt.Errorf("names %s as the next page, which was there before: %w", next.Redacted(), errRound)
	case s.of.client.Auth.header != "" && !sameOrigin(next, s.of.first):
		return nil, fmt.Errorf("names %s as the next page, which is on another host, that Client.Auth is not for", next.Redacted())
	}
	return next, nil
}

var errRound = errors.New("it would go round for ever")

// part decodes a page.
func (s *pageStream[T]) part(at *url.URL, list []json.RawMessage, size int) chunker.Part {
	row := s.rows
	s.rows += int64(len(list))
	return func(context.Context) (chunker.Chunk, error) {
		rows, rejects, err := s.of.decode(at, list)
		if err != nil {
			return chunker.Chunk{}, err
		}
		cols := make([]arrow.Array, len(s.of.row.fields))
		for i, f := range s.of.row.fields {
			if cols[i], err = columnOf(rows, f, nil); err != nil {
				return chunker.Chunk{}, fmt.Errorf("web.Pages: column %q: %w", f.Name, err)
			}
		}
		rec := array.NewRecord(s.of.schema, cols, int64(len(rows)))
		return chunker.Chunk{Record: rec, Origin: chunker.Origin{File: s.of.first.Redacted(), Row: row}, Read: int64(size), Rejects: rejects}, nil
	}
}

// decode reads the elements of a page. One that cannot be read is an error, or left out where the
// policy says so. (By Null, too: what would be kept of it, if a field is not there?)
func (p *paged[T]) decode(at *url.URL, list []json.RawMessage) (rows []T, rejects []*chunker.Error, err error) {
	rows = make([]T, 0, len(list))
	for i, text := range list {
		var row T
		err := p.row.decode(text, unsafe.Pointer(&row))
		if err == nil {
			rows = append(rows, row)
			continue
		}
		bad := &chunker.Error{Op: "read", File: p.first.Redacted(), Row: int64(i), Offset: -1, Raw: string(text), Err: err}
		if at != p.first {
			bad.Err = fmt.Errorf("page %s: %w", at.Redacted(), err)
		}
		if p.policy.Stops() {
			return nil, nil, bad
		}
		rejects = append(rejects, bad)
	}
	return rows, rejects, nil
}
