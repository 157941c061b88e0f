package rules

import (
	"context"
	"encoding/json"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/fn"
	"github.com/volley-go/volley/apply/order"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/apply/web"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

type structIn struct{ A float64 }

func one(a float64) float64                                         { return a }
func two(a, b float64) float64                                      { return a + b }
func three(a, b, c float64) float64                                 { return a + b + c }
func row(r structIn) structIn                                       { return r }
func call(_ context.Context, a float64) (float64, error)            { return a, nil }
func call2(_ context.Context, a, b float64) (float64, error)        { return a + b, nil }
func call3(_ context.Context, a, b, c float64) (float64, error)     { return a + b + c, nil }
func callInto(_ context.Context, a float64) (structIn, error)       { return structIn{a}, nil }
func callRow(_ context.Context, r structIn) (structIn, error)       { return r, nil }
func whole(_ context.Context, r arrow.Record) (arrow.Record, error) { return r, nil }

func init() {
	fn.Register("rules/one@v1", fn.Of1(one))
	fn.Register("rules/two@v1", fn.Of2(two))
	fn.Register("rules/three@v1", fn.Of3(three))
	fn.Register("rules/row@v1", fn.Of1(row))
	fn.Register("rules/call@v1", fn.Call1(call))
	fn.Register("rules/call2@v1", fn.Call2(call2))
	fn.Register("rules/call3@v1", fn.Call3(call3))
	fn.Register("rules/callInto@v1", fn.Call1(callInto))
	fn.Register("rules/callRow@v1", fn.Call1(callRow))
	fn.Register("rules/whole@v1", fn.Batch(whole))
}

// constructors has a step of every function and method of the module that returns one.
var constructors = map[string]chunker.Step{
	"apply.Where": apply.Where("a > 1"), "apply.Expr": apply.Expr("x = a * 2"), "apply.Cast": apply.Cast("a", "string"),
	"apply.Map1": apply.Map1("x", "a", one), "apply.Map2": apply.Map2("x", "a", "b", two), "apply.Map3": apply.Map3("x", "a", "b", "a", three),
	"apply.Call1": apply.Call1("x", "a", call), "apply.Call2": apply.Call2("x", "a", "b", call2), "apply.Call3": apply.Call3("x", "a", "b", "a", call3),
	"apply.Each": apply.Each("_x", []string{"a", "b"}, one), "apply.Rows": apply.Rows(row), "apply.CallRows": apply.CallRows(callRow),
	"apply.CallInto": apply.CallInto("a", callInto),
	"apply.Batch":    apply.Batch([]arrow.Field{{Name: "x", Type: arrow.PrimitiveTypes.Float64}}, whole),
	"table.Select":   table.Select("b", "a"), "table.Drop": table.Drop("a"), "table.Rename": table.Rename("a", "x"), "table.Limit": table.Limit(3), "table.RowNumber": table.RowNumber("x"),
	"order.By": order.By("-a", "b"), "order.Keys": order.Keys(order.Key{Column: "a", Descending: true, NullsFirst: true}, order.Key{Column: "b"}),
	"apply.Called.With":  apply.Call1("x", "a", call).With(apply.Calls{Concurrency: 3}),
	"apply.Mapped1.With": apply.Map1("x", "a", one).With(apply.Calls{Concurrency: 3}), "apply.Mapped2.With": apply.Map2("x", "a", "b", two).With(apply.Calls{Concurrency: 3}),
	"apply.Mapped3.With": apply.Map3("x", "a", "b", "a", three).With(apply.Calls{Concurrency: 3}),
	"chunker.Steps":      chunker.Steps{apply.Where("a > 1"), table.Limit(3), chunker.Steps{table.Drop("a")}},
}

// refusedSteps are those that cannot be stored, each with the words of its error that say what to
// do.
var refusedSteps = map[string]struct {
	step   chunker.Step
	remedy string
}{
	"apply.Chunks":         {apply.Chunks{Name: "best", Do: func(_ context.Context, f *frame.Frame, _ apply.Place) (*frame.Frame, error) { return f, nil }}, "best: its function cannot be stored: give the step in Go"},
	"web.Get":              {web.Get("a", nil), "web.Get: its client cannot be stored: give the step in Go"},
	"web.GetAs":            {web.GetAs[web.Page]("a", nil), "web.GetAs: its client cannot be stored"},
	"web.JSON":             {web.JSON[structIn]("a", nil), "web.JSON: its client cannot be stored"},
	"web.Do":               {web.Do[web.Page](func(context.Context, structIn) (*http.Request, error) { return nil, nil }, nil), "web.Do: its client cannot be stored"},
	"web.Post":             {web.Post[structIn, structIn]("http://x", web.Batches{}, nil), "web.Post: its client cannot be stored"},
	"web.Requests.With":    {web.Get("a", nil).With(apply.Calls{Concurrency: 3}), "web.Get: its client cannot be stored"},
	"apply.Mapped1.Vector": {apply.Map1("x", "a", one).Vector(func(a, out []float64) { copy(out, a) }), "leave Vector out"},
	"apply.Mapped2.Vector": {apply.Map2("x", "a", "b", two).Vector(func(a, b, out []float64) { copy(out, a) }), "leave Vector out"},
	"apply.Mapped3.Vector": {apply.Map3("x", "a", "b", "a", three).Vector(func(a, b, c, out []float64) { copy(out, a) }), "leave Vector out"},
}

// TestEveryStepIsStored finds every function and method of the public packages that returns a step,
// and every type that is one, and has each stored, read back, and stored as the same bytes again.
func TestEveryStepIsStored(t *testing.T) {
	names := stepConstructors(t)
	require.ElementsMatch(t, slices.AppendSeq(slices.Collect(maps.Keys(constructors)), maps.Keys(refusedSteps)), names,
		"what returns a step, and the tables of this test: give a step that is new a method Stored and register its kind (see chunker.StoredStep), and have one in the table; or say there how it is refused")
	for _, name := range names {
		if refused, ok := refusedSteps[name]; ok {
			_, err := json.Marshal(chunker.Steps{refused.step})
			require.ErrorContains(t, err, refused.remedy, name)
			continue
		}
		step := constructors[name]
		data, err := json.Marshal(chunker.Steps{step})
		require.NoError(t, err, name)
		var back chunker.Steps
		require.NoError(t, json.Unmarshal(data, &back), name)
		again, err := json.Marshal(back)
		require.NoError(t, err, name)
		require.Equal(t, string(data), string(again), name)
		schema := arrow.NewSchema([]arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Float64}, {Name: "b", Type: arrow.PrimitiveTypes.Float64}}, nil)
		want, err := step.Bind(t.Context(), schema)
		require.NoError(t, err, name)
		got, err := back[0].Bind(t.Context(), schema)
		require.NoError(t, err, name)
		require.Equal(t, want.String(), got.String(), name)
		require.True(t, want.Schema().Equal(got.Schema()), name)
	}
}

// stepConstructors are the exported functions and methods that return a step, and the exported
// types that are steps and are no result of these, by package and name.
func stepConstructors(t *testing.T) (names []string) {
	t.Helper()
	exports := exportData(t)
	imports := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	load := func(path string) *types.Package {
		p, err := imports.Import(path)
		require.NoError(t, err)
		return p
	}
	step := load(module + "/chunker").Scope().Lookup("Step").Type().Underlying().(*types.Interface)
	isStep := func(of types.Type) bool { return types.Implements(of, step) }
	for path := range exports {
		inside, ok := strings.CutPrefix(path, module+"/")
		if !ok || strings.Contains(inside, "internal/") || strings.HasPrefix(inside, "cmd/") || strings.HasPrefix(inside, "examples/") {
			continue
		}
		p := load(path)
		for _, name := range p.Scope().Names() {
			of := p.Scope().Lookup(name)
			if !of.Exported() {
				continue
			}
			names = append(names, makers(p.Name(), of, isStep)...)
		}
	}
	return names
}

// makers are what of an object of a package makes steps.
func makers(pkg string, of types.Object, isStep func(types.Type) bool) (names []string) {
	returns := func(f *types.Func) bool {
		results := f.Signature().Results()
		return results.Len() > 0 && isStep(results.At(0).Type())
	}
	switch of := of.(type) {
	case *types.Func:
		if returns(of) {
			names = append(names, pkg+"."+of.Name())
		}
	case *types.TypeName:
		named, ok := of.Type().(*types.Named)
		if !ok || types.IsInterface(named) {
			return nil
		}
		for m := range named.Methods() {
			if m.Exported() && returns(m) {
				names = append(names, pkg+"."+of.Name()+"."+m.Name())
			}
		}
		_, isStruct := named.Underlying().(*types.Struct)
		if isStep(named) && (!isStruct || hasExportedField(named)) { // whose values users write down themselves
			names = append(names, pkg+"."+of.Name())
		}
	}
	return names
}

func hasExportedField(named *types.Named) bool {
	s := named.Underlying().(*types.Struct)
	for f := range s.Fields() {
		if f.Exported() {
			return true
		}
	}
	return false
}

// exportData are the files in which the compiler has left what each package exports.
func exportData(t *testing.T) map[string]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-export", "-deps", "-f", "{{if .Export}}{{.ImportPath}}={{.Export}}{{end}}", "./...")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	require.NoError(t, err)
	files := map[string]string{}
	for _, line := range strings.Fields(string(out)) {
		path, file, _ := strings.Cut(line, "=")
		files[path] = file
	}
	return files
}
