package bind

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/volley-go/volley/internal/near"
)

// Field is a struct field that stands for a column.
type Field struct {
	Name   string // column name: the tag's, else the field's own
	Tagged bool
	Offset uintptr
	Type   reflect.Type
}

// Fields lists the exported fields of a struct type, those of embedded structs
// included. A tag volley:"name" names the column, volley:"-" leaves the field out.
func Fields(t reflect.Type) ([]Field, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%s is no struct: rows are structs whose exported fields are columns", t)
	}
	fields, err := appendFields(nil, t, 0)
	if err != nil {
		return nil, err
	}
	if len(fields) == 0 {
		return nil, fmt.Errorf("struct %s has no exported fields: give it one for each column", t)
	}
	seen := map[string]bool{}
	for _, f := range fields {
		if seen[f.Name] {
			return nil, fmt.Errorf("struct %s has two fields for column %q: rename one with a volley tag", t, f.Name)
		}
		seen[f.Name] = true
	}
	return fields, nil
}

func appendFields(list []Field, t reflect.Type, base uintptr) ([]Field, error) {
	for i := range t.NumField() {
		sf := t.Field(i)
		tag, tagged := sf.Tag.Lookup("volley")
		switch {
		case tag == "-":
		case sf.Anonymous && !tagged && sf.Type.Kind() == reflect.Struct && isColumns(sf.Type):
			var err error
			if list, err = appendFields(list, sf.Type, base+sf.Offset); err != nil {
				return nil, err
			}
		case !sf.IsExported():
			if tagged {
				return nil, fmt.Errorf("field %s of %s has a volley tag but is not exported: begin it with a capital", sf.Name, t)
			}
		default:
			f := Field{Name: sf.Name, Tagged: tag != "", Offset: base + sf.Offset, Type: sf.Type}
			if f.Tagged {
				f.Name = tag
			}
			list = append(list, f)
		}
	}
	return list, nil
}

// isColumns tells an embedded struct of columns from one that is itself a value
// (time.Time, sql.Null).
func isColumns(t reflect.Type) bool {
	_, err := PackerFor(t)
	return err != nil
}

// Resolve finds the column each field reads: the one of exactly its name, or, for
// an untagged field, the only one that is the same but for case and
// underscores (DepDelay reads dep_delay). It returns the columns' positions.
func Resolve(fields []Field, columns []string) ([]int, error) {
	out := make([]int, len(fields))
	for i, f := range fields {
		at, err := resolve(f, columns)
		if err != nil {
			return nil, err
		}
		out[i] = at
	}
	return out, nil
}

func resolve(f Field, columns []string) (int, error) {
	if at := slices.Index(columns, f.Name); at >= 0 {
		return at, nil
	}
	found := -1
	for i, c := range columns {
		if f.Tagged || near.Fold(c) != near.Fold(f.Name) {
			continue
		}
		if found >= 0 {
			return 0, fmt.Errorf("field %s could be column %q or %q: name one with a volley tag", f.Name, columns[found], c)
		}
		found = i
	}
	if found < 0 {
		return 0, fmt.Errorf("no column for field %q%s", f.Name, near.Hint(f.Name, columns))
	}
	return found, nil
}
