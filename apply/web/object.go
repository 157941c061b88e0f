package web

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"time"
	"unsafe"

	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/near"
)

// object is a struct whose fields are the members of a JSON object. They have the names of the
// columns that the struct stands for: a volley tag's, or else the field's own, or the only one that
// is the same but for case and underscores.
type object struct {
	of     reflect.Type
	fields []bind.Field
}

func objectOf(t reflect.Type) (*object, error) {
	fields, err := bind.Fields(t)
	if err != nil {
		return nil, err
	}
	for _, f := range fields {
		if _, err := bind.PackerFor(f.Type); err != nil {
			return nil, fmt.Errorf("struct %s, field %q: %w", t, f.Name, err)
		}
	}
	return &object{t, fields}, nil
}

// decode fills a struct of a JSON object. Members that no field stands for are passed over. One
// that is missing, or null, is a null of a field that can hold one, and else an error.
func (o *object) decode(data []byte, into unsafe.Pointer) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return notJSON("an object", data, err)
	}
	if members == nil {
		return errors.New("null where an object was expected")
	}
	for _, f := range o.fields {
		raw, err := member(members, f)
		if err == nil {
			err = value(raw, f.Type, unsafe.Add(into, f.Offset))
		}
		if err != nil {
			return fmt.Errorf("field %q: %w", f.Name, err)
		}
	}
	return nil
}

// member finds the member of a field; nil if there is none.
func member(members map[string]json.RawMessage, f bind.Field) (json.RawMessage, error) {
	if raw, ok := members[f.Name]; ok || f.Tagged {
		return raw, nil
	}
	var found json.RawMessage
	name := ""
	for key, raw := range members {
		if near.Fold(key) != near.Fold(f.Name) {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("could be %q or %q: name one with a volley tag", min(name, key), max(name, key))
		}
		name, found = key, raw
	}
	return found, nil
}

// value reads a value of a Go type.
func value(raw json.RawMessage, t reflect.Type, into unsafe.Pointer) error {
	dst := reflect.NewAt(t, into).Elem()
	inner, nullable := bind.NullType(t)
	missing := raw == nil || bytes.Equal(raw, []byte("null"))
	switch {
	case missing && nullable:
		return nil
	case missing && raw == nil:
		return fmt.Errorf("missing (take sql.Null[%s] if it may be)", t)
	case missing:
		return fmt.Errorf("null (take sql.Null[%s] if it may be)", t)
	case nullable:
		dst.FieldByName("Valid").SetBool(true)
		dst, t = dst.FieldByName("V"), inner
	}
	if err := json.Unmarshal(raw, dst.Addr().Interface()); err != nil {
		return notJSON(t.String(), raw, err)
	}
	if at, ok := dst.Interface().(time.Time); ok && (at.Before(earliest) || at.After(latest)) {
		return fmt.Errorf("time %s is outside the years 1678 to 2261 that a timestamp[ns] holds", raw)
	}
	return nil
}

// earliest and latest are the times that a column holds.
var (
	earliest = time.Unix(0, math.MinInt64)
	latest   = time.Unix(0, math.MaxInt64)
)

// notJSON is why a text cannot be read as what is wanted, with the text's beginning.
func notJSON(wanted string, data []byte, err error) error {
	const most = 60
	shown := data
	if len(shown) > most {
		shown = whole(shown[:most])
	}
	return fmt.Errorf("%q is no JSON for %s: %w", shown, wanted, err)
}

// encode is a struct as a JSON object, with the names of the columns that its fields are read from.
func (o *object) encode(b []byte, from unsafe.Pointer, names []string) ([]byte, error) {
	b = append(b, '{')
	for i, f := range o.fields {
		if i > 0 {
			b = append(b, ',')
		}
		name, err := json.Marshal(names[i])
		if err != nil {
			return nil, err
		}
		b = append(append(b, name...), ':')
		v := reflect.NewAt(f.Type, unsafe.Add(from, f.Offset)).Elem()
		if _, nullable := bind.NullType(f.Type); nullable {
			if !v.FieldByName("Valid").Bool() {
				b = append(b, "null"...)
				continue
			}
			v = v.FieldByName("V")
		}
		text, err := json.Marshal(v.Interface())
		if err != nil {
			return nil, fmt.Errorf("field %q: %w", f.Name, err)
		}
		b = append(b, text...)
	}
	return append(b, '}'), nil
}

var _ = sql.Null[int]{} // the type that holds nulls
