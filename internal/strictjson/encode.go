package strictjson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"unicode/utf8"
)

// Marshal writes what [Value.Decode] reads back equal: a text that JSON cannot hold is an error, in
// whose stead encoding/json would write another. What is an json.Marshaler writes itself.
func Marshal(of any) ([]byte, error) {
	if err := check("", reflect.ValueOf(of)); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false) // > and && are read by people
	if err := enc.Encode(of); err != nil {
		return nil, inner(err)
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}

// inner is the error of a type that writes itself, without what encoding/json puts before it.
func inner(err error) error {
	for {
		m, ok := err.(*json.MarshalerError)
		if !ok {
			return err
		}
		err = m.Err
	}
}

// Object writes an object whose first field is a text, followed by the fields of rest, a struct, or
// nil for none.
func Object(name, value string, rest any) ([]byte, error) {
	first, err := Marshal(map[string]string{name: value})
	if err != nil || rest == nil {
		return first, err
	}
	more, err := Marshal(rest)
	if err != nil {
		return nil, err
	}
	if len(more) < 2 || more[0] != '{' {
		return nil, fmt.Errorf("%s %q: its settings are a %T, and not a struct", name, value, rest)
	}
	if string(more) == "{}" {
		return first, nil
	}
	return append(append(first[:len(first)-1], ','), more[1:]...), nil
}

var marshaler = reflect.TypeFor[json.Marshaler]()

// check refuses texts and numbers that JSON cannot hold.
func check(path string, v reflect.Value) error {
	if !v.IsValid() || v.Type().Implements(marshaler) {
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		return checkText(path, v.String())
	case reflect.Float64:
		if x := v.Float(); math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("%s: JSON has no number %v", path, x)
		}
	case reflect.Pointer, reflect.Interface:
		return check(path, v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			if err := check(fmt.Sprintf("%s[%d]", path, i), v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			err := checkText(path, key.String())
			if err == nil {
				err = check(below(path, key.String()), v.MapIndex(key))
			}
			if err != nil {
				return err
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			if err := check(below(path, name), v.Field(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkText(path, s string) error {
	switch {
	case !utf8.ValidString(s):
		return fmt.Errorf("%s: the text %q is not UTF-8, and JSON can hold no other", path, s)
	case strings.ContainsRune(s, 0):
		return fmt.Errorf("%s: the text %q has a NUL, which no text here may have", path, s)
	}
	return nil
}

// MarshalJSON writes the value as it was read.
func (v *Value) MarshalJSON() ([]byte, error) {
	switch v.kind {
	case boolean:
		return json.Marshal(v.truth)
	case number:
		return []byte(v.text), nil
	case text:
		return Marshal(v.text)
	case array:
		return Marshal(append([]*Value{}, v.list...)) // an empty list, and not null
	case object:
		out := []byte("{")
		for i, name := range v.names {
			field, err := Object(name, "", nil)
			if err != nil {
				return nil, err
			}
			value, err := v.fields[name].MarshalJSON()
			if err != nil {
				return nil, err
			}
			if i > 0 {
				out = append(out, ',')
			}
			out = append(append(out, bytes.TrimSuffix(field[1:], []byte(`""}`))...), value...)
		}
		return append(out, '}'), nil
	}
	return []byte("null"), nil
}

// widthMax is how wide a value may be that is written on one line.
const widthMax = 100

// Indent writes a document for people: what fits on a line stays on one.
func Indent(data []byte) []byte {
	v, err := Parse("", data)
	if err != nil {
		return data
	}
	return append(v.indent(nil, 0), '\n')
}

func (v *Value) indent(out []byte, depth int) []byte {
	line, err := v.MarshalJSON()
	if err != nil || v.kind != array && v.kind != object || depth > 0 && len(line)+2*depth <= widthMax && !v.isLong() {
		return append(out, spaced(line)...)
	}
	open, end, inner := "[", "]", strings.Repeat("  ", depth+1)
	if v.kind == object {
		open, end = "{", "}"
	}
	out = append(out, open...)
	for i := range max(len(v.list), len(v.names)) {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, "\n"+inner...)
		if v.kind == array {
			out = v.list[i].indent(out, depth+1)
			continue
		}
		name, _ := Marshal(v.names[i])
		out = v.fields[v.names[i]].indent(append(append(out, name...), ": "...), depth+1)
	}
	return append(out, "\n"+strings.Repeat("  ", depth)+end...)
}

// isLong reports whether the value is a list of objects, which get a line each.
func (v *Value) isLong() bool {
	return v.kind == array && len(v.list) > 0 && v.list[0].kind == object
}

// spaced puts a blank behind the commas and colons that are not in texts.
func spaced(line []byte) (out []byte) {
	quoted := false
	for i := 0; i < len(line); i++ {
		c := line[i]
		out = append(out, c)
		switch {
		case quoted && c == '\\':
			i++
			out = append(out, line[i])
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ',' || c == ':'):
			out = append(out, ' ')
		}
	}
	return out
}
