// Package strictjson reads JSON that people write and strangers send: a field that nobody knows,
// one that is there twice, a number that does not fit or a text that is none is an error that says
// where in the document it stands, such as steps[2].condition. What encoding/json would mend
// without a word is refused here, in reading and in writing.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// depthMax is how deep values may lie in each other: far deeper than people nest, and no danger to
// the stack.
const depthMax = 64

type kind int

const (
	null kind = iota
	boolean
	number
	text
	array
	object
)

func (k kind) String() string {
	return [...]string{"null", "true or false", "a number", "a text", "a list", "an object"}[k]
}

// Value is a value of a document, which knows where it stands.
type Value struct {
	path   string
	kind   kind
	truth  bool
	text   string // of a text; of a number, its digits
	list   []*Value
	names  []string // of an object, in their order
	fields map[string]*Value
}

// Parse reads a document. root is what errors call it; it may be empty.
func Parse(root string, data []byte) (*Value, error) {
	if err := valid(data); err != nil {
		if root != "" {
			err = fmt.Errorf("%s: %w", root, err)
		}
		return nil, err
	}
	p := parser{data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	p.dec.UseNumber()
	return p.value(root, 0)
}

// valid refuses what is no JSON, with the line and column.
func valid(data []byte) error {
	if !utf8.Valid(data) {
		return errors.New("the document is not UTF-8: JSON always is")
	}
	err := json.Unmarshal(data, new(json.RawMessage))
	if err == nil {
		return nil
	}
	at := len(data)
	if s := (*json.SyntaxError)(nil); errors.As(err, &s) {
		at = min(max(int(s.Offset)-1, 0), len(data))
	}
	before := data[:at]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Errorf("line %d, column %d: this is no JSON: %w", line, column, err)
}

// parser takes the tokens of a document that is known to be valid.
type parser struct {
	data []byte
	dec  *json.Decoder
}

func (p *parser) value(path string, depth int) (*Value, error) {
	v := &Value{path: path}
	if depth > depthMax {
		return nil, v.Errorf("values lie more than %d deep in each other", depthMax)
	}
	begin := p.dec.InputOffset()
	token, err := p.dec.Token()
	if err != nil {
		return nil, v.Errorf("%w", err)
	}
	switch t := token.(type) {
	case bool:
		v.kind, v.truth = boolean, t
	case json.Number:
		v.kind, v.text = number, t.String()
	case string:
		v.kind, v.text = text, t
		return v, p.whole(v, t, begin)
	case json.Delim:
		if t == '[' {
			return v, p.array(v, depth)
		}
		return v, p.object(v, depth)
	}
	return v, nil
}

// whole refuses a text that encoding/json changed: halves of surrogates become U+FFFD there. A NUL
// is in no name and no file's path, and ends a text where systems take it.
func (p *parser) whole(v *Value, t string, begin int64) error {
	raw := strings.ToLower(string(p.data[begin:p.dec.InputOffset()]))
	if strings.Count(t, "\uFFFD") > strings.Count(raw, "\uFFFD")+strings.Count(raw, `\ufffd`) {
		return v.Errorf("the text has half of a character, an escape from \\ud800 to \\udfff that stands alone")
	}
	if strings.ContainsRune(t, 0) {
		return v.Errorf("the text has a NUL, \\u0000, which no text here may have")
	}
	return nil
}

func (p *parser) array(v *Value, depth int) error {
	v.kind = array
	for p.dec.More() {
		item, err := p.value(fmt.Sprintf("%s[%d]", v.path, len(v.list)), depth+1)
		if err != nil {
			return err
		}
		v.list = append(v.list, item)
	}
	_, err := p.dec.Token()
	return err
}

func (p *parser) object(v *Value, depth int) error {
	v.kind, v.fields = object, map[string]*Value{}
	for p.dec.More() {
		begin := p.dec.InputOffset()
		token, err := p.dec.Token()
		if err != nil {
			return v.Errorf("%w", err)
		}
		name := token.(string)
		if err := p.whole(v, name, begin); err != nil {
			return err
		}
		if v.fields[name] != nil {
			return v.Errorf("the field %q is there twice", name)
		}
		if v.fields[name], err = p.value(below(v.path, name), depth+1); err != nil {
			return err
		}
		v.names = append(v.names, name)
	}
	_, err := p.dec.Token()
	return err
}

// below is the path of a field.
func below(path, name string) string {
	plain := name != "" && strings.IndexFunc(name, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0
	switch {
	case !plain:
		return path + "[" + strconv.Quote(name) + "]"
	case path == "":
		return name
	}
	return path + "." + name
}

// Errorf is an error that begins with the value's place.
func (v *Value) Errorf(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	if v.path == "" {
		return err
	}
	return &PlaceError{v.path, err}
}

// PlaceError is an error at a place of a document.
type PlaceError struct {
	Path string // such as steps[2].condition
	Err  error
}

func (e *PlaceError) Error() string { return e.Path + ": " + e.Err.Error() }

func (e *PlaceError) Unwrap() error { return e.Err }

// Take removes a field of an object and returns its text; it is an error if there is none.
func (v *Value) Take(name string) (field *Value, value string, err error) {
	if v.kind != object {
		return nil, "", v.Errorf("this is %s, where an object with a field %q should be", v.kind, name)
	}
	field = v.fields[name]
	if field == nil {
		return nil, "", v.Errorf("there is no field %q", name)
	}
	rest := *v
	rest.fields, rest.names = map[string]*Value{}, nil
	for _, n := range v.names {
		if n != name {
			rest.names = append(rest.names, n)
			rest.fields[n] = v.fields[n]
		}
	}
	*v = rest
	return field, field.text, field.Decode(&value)
}

// List returns the items of a list.
func (v *Value) List() ([]*Value, error) {
	if v.kind != array {
		return nil, v.Errorf("this is %s, where a list should be", v.kind)
	}
	return v.list, nil
}
