// Package layout is for tests of code that shares structs with assembly: it holds the offsets that
// a generator of assembly writes down against the structs' fields. The generators are a module of
// their own and cannot ask the compiler.
package layout

import (
	"errors"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"reflect"
	"strings"
	"testing"
)

// Check fails the test if a constant of a generator's file that is named by prefix and a field, as
// scanAt by scan and at, is not the field's offset in bytes, or there is no such field. The prefix
// and Size name the struct's size. It fails, too, if a field has no constant, and skips where the
// generators are not at hand, as in a module that was downloaded.
func Check(t testing.TB, file, prefix string, of reflect.Type) {
	t.Helper()
	written := constants(t, file, prefix)
	for i := range of.NumField() {
		f := of.Field(i)
		name := prefix + strings.ToUpper(f.Name[:1]) + f.Name[1:]
		expect(t, file, name, written, int64(f.Offset))
		delete(written, name)
	}
	if size := prefix + "Size"; written[size] != nil {
		expect(t, file, size, written, int64(of.Size()))
		delete(written, size)
	}
	for name := range written {
		t.Errorf("%s: %s stands for no field of %v", file, name, of)
	}
}

// expect fails the test if a constant is not what it should be.
func expect(t testing.TB, file, name string, written map[string]constant.Value, want int64) {
	t.Helper()
	if v := written[name]; v == nil {
		t.Errorf("%s: there is no constant %s, which is %d", file, name, want)
	} else if got, exact := constant.Int64Val(constant.ToInt(v)); !exact || got != want {
		t.Errorf("%s: %s is %v, but should be %d", file, name, v, want)
	}
}

// constants are a file's constants whose names begin with a prefix. What the file imports is not
// looked at.
func constants(t testing.TB, file, prefix string) map[string]constant.Value {
	t.Helper()
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no generators here:", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	unknown := func(error) {} // of names that are imported
	pkg, _ := (&types.Config{Error: unknown, IgnoreFuncBodies: true}).Check("main", set, []*ast.File{tree}, nil)
	found := map[string]constant.Value{}
	for _, name := range pkg.Scope().Names() {
		if c, ok := pkg.Scope().Lookup(name).(*types.Const); ok && strings.HasPrefix(name, prefix) {
			found[name] = c.Val()
		}
	}
	return found
}
