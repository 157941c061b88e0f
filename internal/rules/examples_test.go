package rules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryIdeaHasAnExample finds the exported functions and types of the public packages that no
// runnable Example is of, or uses.
func TestEveryIdeaHasAnExample(t *testing.T) {
	shown := map[string]bool{}
	var exported []string
	for _, p := range packages(t) {
		if p.Name == "main" || strings.Contains("/"+p.ImportPath, "/internal/") || strings.HasPrefix(p.ImportPath, "examples/") {
			continue
		}
		files := parsed(t, filepath.Join(root(t), p.ImportPath))
		for name, file := range files {
			if strings.HasSuffix(name, "_test.go") {
				maps.Copy(shown, shownBy(p.ImportPath, name, file))
			} else {
				exported = append(exported, exportedBy(p.ImportPath, file)...)
			}
		}
	}
	slices.Sort(exported)
	for _, name := range exported {
		why, excepted := withoutExample[name]
		switch {
		case shown[name]:
			require.False(t, excepted, "%s has an Example: it is no exception any more", name)
		case !excepted:
			t.Errorf("%s: no Example is of it or uses it: write one, with what comes out under // Output:; or say in withoutExample why it needs none", name)
		default:
			require.NotEmpty(t, why, "%s: why it needs no Example", name)
		}
	}
	for name := range withoutExample {
		require.Contains(t, exported, name, "an exception that is not there")
	}
}

// parsed are the Go files of a folder.
func parsed(t *testing.T, dir string) map[string]*ast.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	out := map[string]*ast.File{}
	for _, name := range names {
		if out[name], err = parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution); err != nil {
			require.NoError(t, err)
		}
	}
	return out
}

// exportedBy are the exported functions and types of a file.
func exportedBy(pkg string, file *ast.File) (names []string) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.IsExported() {
				names = append(names, pkg+"."+d.Name.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if s, ok := s.(*ast.TypeSpec); ok && s.Name.IsExported() {
					names = append(names, pkg+"."+s.Name.Name)
				}
			}
		}
	}
	return names
}

// shownBy is what the Examples of a test file are of, and what they use; of a file of examples,
// also what stands beside them.
func shownBy(pkg, name string, file *ast.File) map[string]bool {
	out, imports := map[string]bool{}, importsOf(file)
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		of, example := "", false
		if ok && f.Recv == nil {
			of, example = strings.CutPrefix(f.Name.Name, "Example")
		}
		if !example && !strings.HasPrefix(filepath.Base(name), "example") {
			continue
		}
		of, _, _ = strings.Cut(of, "_")
		out[pkg+"."+of] = true
		ast.Inspect(d, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if in, ok := s.X.(*ast.Ident); ok {
					out[imports[in.Name]+"."+s.Sel.Name] = true
				}
			}
			return true
		})
	}
	return out
}

// importsOf are the module's packages that a file imports, by the names that it has for them.
func importsOf(file *ast.File) map[string]string {
	out := map[string]string{}
	for _, i := range file.Imports {
		full, err := strconv.Unquote(i.Path.Value)
		inside, ok := strings.CutPrefix(full, module+"/")
		if err != nil || !ok {
			continue
		}
		name := path.Base(inside)
		if i.Name != nil {
			name = i.Name.Name
		}
		out[name] = inside
	}
	return out
}

// withoutExample are the exported functions and types that need no Example, and why.
var withoutExample = map[string]string{}

func init() {
	for why, names := range map[string][]string{
		"is what another function returns or takes, in whose Example it is at work without its name": {
			"ooc.Plan", "ooc.Report", "apply.Plan", "apply.Report", "apply.StagePlan", "apply.StageReport", "apply.FunctionPlan",
			"apply.Func", "apply.Called", "apply.Mapped1", "apply.Mapped2", "apply.Mapped3", "apply/fn.Func", "apply/fn.Called",
			"apply/async.Guard", "apply/async.Result", "apply/async.LimiterStats", "apply/progress.Event", "apply/expr.Program", "apply/expr.Constant",
			"io/csvio.Dialect", "io/csvio.ColumnDialect", "io/csvio.Report", "io/csvio.UndecidedColumn",
			"io/parquetio.Info", "io/parquetio.ColumnInfo", "io/parquetio.RowGroupInfo", "io/parquetio.ChunkInfo", "io/parquetio.SchemaElement", "io/parquetio.KeyValue",
			"apply.CallCounts", "apply.CallsReport", "apply.FunctionReport", "apply/progress.Calls",
			"apply/web.Auth", "apply/web.Counters", "apply/web.Moment", "apply/web.Next", "apply/web.Requests",
			"frame.Column", "frame.Series", "frame.Array", "frame.Summary", "chunker.Holding", "chunker.Failure", "chunker.Lines", "chunker.ExtraLine", "chunker.Losses", "chunker.Value",
		},
		"is an error, which says all that it is; docs and tests show it": {
			"apply.PanicError", "apply/expr.PanicError", "apply/expr.RowError", "apply/async.OpenError", "apply/async.PanicError", "apply/async.TaskError", "apply/async.TimeoutError",
			"io/csvio.LimitError", "io/parquetio.PageError", "chunker.Error", "chunker.RowError", "chunker.MemoryError",
			"apply/web.BodyError",
		},
		"is one of several of which the Example of another shows how they are called": {
			"apply.Batch", "apply.Call3", "apply.CallRows", "apply.Map3", "apply.Number",
			"apply/fn.Batch", "apply/fn.Call1", "apply/fn.Call2", "apply/fn.Call3", "apply/fn.Of2", "apply/fn.Of3", "apply/fn.Try1", "apply/fn.Try2", "apply/fn.Try3", "apply/fn.Named", "apply/fn.Names", "apply/fn.NameOf",
			"apply/expr.CompileAll", "apply/expr.Call", "apply/expr.Null", "apply/expr.Time", "io/csvio.WriteFile", "io/parquetio.Open", "frame.FromTable", "frame.NewSummary", "apply/async.Keyed", "apply/async.RetryAfter", "apply/async.Until", "apply/async.Rested",
			"io/csvio.DateOrder", "io/csvio.Encoding", "io/csvio.Header", "io/csvio.LineEnd", "io/csvio.Trim", "io/csvio.NullWords", "io/parquetio.Limits", "io/parquetio.ReadOptions", "frame.Style",
			"apply/web.Direct", "apply/web.Key", "apply/web.Link", "apply/web.Numbered",
		},
		"draws on a terminal": {"apply/progress.Auto", "apply/progress.Terminal"},
		"is for packages that put expressions to work, whose tests show it": {
			"apply/expr.Evaluator", "apply/expr.NewOutput", "apply/expr.Output", "apply/expr.OnRowError", "apply/expr.Functions", "apply/expr.FunctionNames", "apply/fn.CallName",
		},
		"is for packages of formats, which io/csvio and the module examples/outside show": {
			"chunker.Checker", "chunker.Creator", "chunker.Opener", "chunker.PartOpener", "chunker.Format", "chunker.FormatNames", "chunker.FormatOfBytes", "chunker.RegisterFormat", "chunker.Settings", "chunker.StoredFiles",
			"chunker.Fallible", "chunker.Under", "chunker.OwnPolicy", "chunker.Finisher", "chunker.Finish", "chunker.Holder", "chunker.Nested", "chunker.Placed", "chunker.Sized",
			"chunker.RejectedRow", "chunker.RejectColumns", "chunker.RejectSchema",
		},
		"is for engines that run steps and streams": {"apply.CallsOf", "chunker.Create", "chunker.Open", "chunker.Shared", "chunker.MayFail"},
		"is what a step may say of itself: its doc has the rule, and a step of apply/table or apply/order the code": {
			"chunker.Fusing", "chunker.Limiting", "chunker.Wanting", "chunker.OrderedStep", "chunker.StoredStep",
		},
		"is called by tests: the package doc and the module examples/outside show it": {
			"chunker/chunkertest.Output", "chunker/chunkertest.ReadMeddled", "chunker/chunkertest.TestSink", "chunker/chunkertest.TestSource", "chunker/chunkertest.TestStep",
		},
	} {
		for _, name := range names {
			withoutExample[name] = why
		}
	}
}
