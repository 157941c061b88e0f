package web

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/internal/bind"
)

// Page is what [Get] takes of an answer.
type Page struct {
	Body    string        `volley:"body" web:"body"`
	Status  int           `volley:"status" web:"status"`
	Latency time.Duration `volley:"latency" web:"latency"`
}

// form says which field of a struct is which part of an answer, by their web tags.
type form struct {
	parts  []part
	failed int // the field that takes the error, -1 if an error is the row's
}

// part fills a field of an answer.
type part struct {
	field int
	fill  func(dst reflect.Value, r *reply, c *Client) error
}

const partsHint = `say what of the answer it is: web:"body", "status", "latency", "url", "error", "json", or "header:NAME"`

func formOf(t reflect.Type) (*form, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%s is no struct: an answer is taken as one, whose fields have web tags; %s", t, partsHint)
	}
	f := &form{failed: -1}
	for i := range t.NumField() {
		field := t.Field(i)
		tag, tagged := field.Tag.Lookup("web")
		switch {
		case field.Tag.Get("volley") == "-" || !field.IsExported() && !tagged:
			continue
		case !tagged:
			return nil, fmt.Errorf("struct %s, field %s has no web tag: %s", t, field.Name, partsHint)
		case tag == "error" && f.failed < 0:
			f.failed = i
			fallthrough
		default:
			fill, err := filling(tag, field)
			if err != nil {
				return nil, fmt.Errorf("struct %s, field %s: %w", t, field.Name, err)
			}
			f.parts = append(f.parts, part{i, fill})
		}
	}
	return f, nil
}

// filling is how a field with a tag is filled.
func filling(tag string, field reflect.StructField) (func(reflect.Value, *reply, *Client) error, error) {
	t := field.Type
	if inner, ok := bind.NullType(t); ok {
		t = inner
	}
	isText := t.Kind() == reflect.String
	isBytes := t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
	header, isHeader := strings.CutPrefix(tag, "header:")
	switch {
	case tag == "body" && isText:
		return fillText, nil
	case tag == "body" && isBytes:
		return func(dst reflect.Value, r *reply, _ *Client) error { present(dst).SetBytes(r.body); return nil }, nil
	case tag == "status" && t.Kind() == reflect.Int:
		return func(dst reflect.Value, r *reply, _ *Client) error { present(dst).SetInt(int64(r.status)); return nil }, nil
	case tag == "latency" && t == reflect.TypeFor[time.Duration]():
		return func(dst reflect.Value, r *reply, _ *Client) error { present(dst).SetInt(int64(r.latency)); return nil }, nil
	case tag == "url" && isText:
		return func(dst reflect.Value, r *reply, _ *Client) error {
			present(dst).SetString(r.url.Redacted())
			return nil
		}, nil
	case tag == "error" && isText:
		return func(reflect.Value, *reply, *Client) error { return nil }, nil
	case isHeader && header != "" && isText:
		return fillHeader(header), nil
	case tag == "json":
		return fillJSON(field)
	}
	return nil, fmt.Errorf("web:%q cannot be a %s: a body is a string or []byte, a status an int, a latency a time.Duration, a url, an error and a header a string, each in an sql.Null if it may be missing; %s", tag, field.Type, partsHint)
}

// present is the place of a value in a field that may be null.
func present(dst reflect.Value) reflect.Value {
	if _, ok := bind.NullType(dst.Type()); ok {
		dst.FieldByName("Valid").SetBool(true)
		return dst.FieldByName("V")
	}
	return dst
}

func fillText(dst reflect.Value, r *reply, c *Client) error {
	s, err := text(r, c.Cut)
	if err == nil {
		present(dst).SetString(s)
	}
	return err
}

func fillHeader(name string) func(reflect.Value, *reply, *Client) error {
	return func(dst reflect.Value, r *reply, _ *Client) error {
		if values := r.header.Values(name); len(values) > 0 {
			present(dst).SetString(strings.ToValidUTF8(strings.Join(values, ", "), "\ufffd"))
		}
		return nil
	}
}

// fillJSON fills an embedded struct of a JSON object, or one value of JSON that is one.
func fillJSON(field reflect.StructField) (func(reflect.Value, *reply, *Client) error, error) {
	if _, err := bind.PackerFor(field.Type); err == nil {
		return func(dst reflect.Value, r *reply, _ *Client) error {
			return inJSON(value(json.RawMessage(r.body), field.Type, dst.Addr().UnsafePointer()))
		}, nil
	}
	if !field.Anonymous {
		return nil, errors.New(`web:"json" is for a struct that is embedded, or for one value`)
	}
	o, err := objectOf(field.Type)
	if err != nil {
		return nil, err
	}
	return func(dst reflect.Value, r *reply, _ *Client) error {
		return inJSON(o.decode(r.body, dst.Addr().UnsafePointer()))
	}, nil
}

// inJSON says that what does not fit is the body, which the same request would bring again.
func inJSON(err error) error {
	if err == nil {
		return nil
	}
	return async.Permanent(fmt.Errorf("the body: %w", err))
}

// answerOf fills a struct of what came of a request. The error is the row's, unless a field takes
// it.
func answerOf[T any](f *form, c *Client, r *reply, failed error) (out T, err error) {
	v := reflect.ValueOf(&out).Elem()
	if failed == nil {
		failed = f.fill(v, r, c)
	} else if r != nil && f.failed >= 0 {
		f.fill(v, r, c) // what can be had of an answer whose status is an error
	}
	if failed == nil || f.failed < 0 {
		return out, failed
	}
	present(v.Field(f.failed)).SetString(failed.Error())
	return out, nil
}

// fill fills what can be filled, and returns the first error.
func (f *form) fill(v reflect.Value, r *reply, c *Client) (first error) {
	for _, p := range f.parts {
		if err := p.fill(v.Field(p.field), r, c); err != nil && first == nil {
			first = err
		}
	}
	return first
}

var _ = sql.Null[string]{} // the type of a field that may be null
