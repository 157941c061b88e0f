package web

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
)

// Requests is a step that makes a request for each row: what [Get], [GetAs], [JSON] and [Do] make.
type Requests struct {
	made   string // by whom
	called apply.Called
	client *Client
	err    error // what is wrong with the struct that takes the answers
}

// With limits the calls: see [apply.Calls].
func (r Requests) With(calls apply.Calls) Requests {
	r.called = r.called.With(calls)
	return r
}

// Bind binds the step to the columns that it reads. A Client whose settings cannot be is an error
// here.
func (r Requests) Bind(ctx context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	if r.client == nil {
		return nil, fmt.Errorf("a web.Requests that no constructor made: use Get, GetAs, JSON or Do")
	}
	err := r.err
	if err == nil {
		err = r.client.ready()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.made, err)
	}
	return r.called.Bind(ctx, in)
}

// Stored refuses the step: what a Client holds has no form as data.
func (r Requests) Stored() (string, any, error) { return "", nil, unstored(r.made) }

func unstored(made string) error {
	return fmt.Errorf("%s: its client cannot be stored: give the step in Go behind those that are read", made)
}

// Get asks for the URL of each row, and writes the columns body, status and latency: the text that
// came, its status, which is one of 2xx, and how long that took, from the row's turn to the end of
// the body. Any other status is a [StatusError] of the row. A row whose URL is null is not asked
// for.
func Get(url string, client *Client) Requests { return getAs[Page]("web.Get", url, client) }

// GetAs is Get for other parts of an answer: those that the web tags of T's fields name. T is a
// struct as for [apply.Rows]; each field is a column.
//
//	type Cached struct {
//		Body  []byte           `web:"body"` // or a string, which must be UTF-8
//		Code  int              `web:"status"`
//		Took  time.Duration    `web:"latency"`
//		Final string           `web:"url"` // where redirects have ended
//		ETag  sql.Null[string] `volley:"etag" web:"header:ETag"`
//		Why   sql.Null[string] `web:"error"`
//		User  `web:"json"` // the body as a JSON object: see JSON
//	}
//
// With a field for the error no row fails: whatever happens, the status of an error too, is told
// there, beside what there is of the answer. (A Retry of apply.Calls then sees no error to repeat:
// set [Client.Guard].) An error and all that may be missing is taken as an sql.Null, or else is the
// zero value there.
func GetAs[T any](url string, client *Client) Requests {
	return getAs[T]("web.GetAs", url, client)
}

func getAs[T any](made, url string, client *Client) Requests {
	client = given(client)
	f, err := formOf(reflect.TypeFor[T]())
	called := apply.CallInto(url, func(ctx context.Context, to string) (T, error) {
		r, err := client.fetch(ctx, get(to))
		if ctx.Err() != nil && err != nil {
			var none T
			return none, err
		}
		return answerOf[T](f, client, r, err)
	})
	return Requests{made, called, client, err}
}

// JSON asks for the URL of each row, and reads what comes as a JSON object into a struct, each of
// whose fields is a column. A field reads the member that its volley tag names, or of its own name,
// or the only one that is the same but for case and underscores. A member that is missing or null
// is an error of the row, unless the field is an sql.Null; one that no field reads is passed over.
func JSON[T any](url string, client *Client) Requests {
	client = given(client)
	o, err := objectOf(reflect.TypeFor[T]())
	called := apply.CallInto(url, func(ctx context.Context, to string) (out T, err error) {
		r, err := client.fetch(ctx, get(to))
		if err != nil {
			return out, err
		}
		return out, inJSON(o.decode(r.body, unsafe.Pointer(&out)))
	})
	return Requests{"web.JSON", called, client, err}
}

// Do makes the request that a function builds of each row, and takes of the answer what the web
// tags of Out's fields name: see [GetAs]. In is a struct as for [apply.CallRows]; its fields read
// columns. The request gets the context of the call; it is built anew if it is repeated.
//
//	web.Do[web.Page](func(ctx context.Context, o Order) (*http.Request, error) {
//		return http.NewRequest("PUT", "https://shop.example/orders/"+o.ID, strings.NewReader(o.Note))
//	}, client)
func Do[Out, In any](request func(ctx context.Context, row In) (*http.Request, error), client *Client) Requests {
	client = given(client)
	f, err := formOf(reflect.TypeFor[Out]())
	if err == nil && request == nil {
		err = fmt.Errorf("the function is nil")
	}
	called := apply.CallRows(func(ctx context.Context, row In) (Out, error) {
		r, err := client.fetch(ctx, func(ctx context.Context) (*http.Request, error) { return request(ctx, row) })
		if ctx.Err() != nil && err != nil {
			var none Out
			return none, err
		}
		return answerOf[Out](f, client, r, err)
	})
	return Requests{"web.Do", called, client, err}
}

// given is the client of a step.
func given(c *Client) *Client {
	if c == nil {
		return new(Client)
	}
	return c
}
