// Package rules holds the project's rules as tests: which package may import which,
// that every package is documented, that the README's commands and texts are true.
package rules

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/volley-go/volley"

// layers are the packages from the ground up: a package imports only from layers below its own. A
// name ending in / stands for all packages under it that are not named.
var layers = [][]string{
	{"internal/", "io/csvio/internal/dialect"},
	{"frame", "chunker/predicate", "apply/fn", "apply/par", "apply/async", "apply/proc", "apply/progress", "ooc/dag", "io/csvio/internal/sniff"},
	{"chunker", "apply/expr"},
	{"internal/engine", "internal/spill", "io/csvio/internal/write"},
	{"apply", "chunker/chunkertest", "apply/table", "apply/order", "apply/group", "apply/window", "io/parquetio/internal/"},
	{"ooc", "apply/web", "io/csvio", "io/parquetio", "io/ipcio", "io/jsonio", "io/gotaio", "apply/gpu"},
	{"cmd/", "examples/"},
}

// outside says which packages may import what from other modules, by prefix. What is not
// named here may be imported by no package.
var outside = map[string][]string{
	"github.com/apache/arrow/go/v17/arrow":            {""},
	"github.com/apache/arrow/go/v17/arrow/array":      {""},
	"github.com/apache/arrow/go/v17/arrow/memory":     {""},
	"github.com/apache/arrow/go/v17/arrow/ipc":        {""},
	"github.com/apache/arrow/go/v17/arrow/decimal128": {""},
	"github.com/apache/arrow/go/v17/arrow/decimal256": {""},
	"github.com/apache/arrow/go/v17/arrow/float16":    {""},
	"golang.org/x/sys/":                               {""},
	"golang.org/x/time/rate":                          {"apply/async"},
	"golang.org/x/text/encoding":                      {"internal/charset"},
	"golang.org/x/text/encoding/":                     {"internal/charset"},
	"golang.org/x/text/transform":                     {"internal/charset"},
	"github.com/klauspost/compress/":                  {"internal/decompress", "io/"},
	"github.com/andybalholm/brotli":                   {"io/parquetio/internal/codecs"},
	"github.com/pierrec/lz4/v4":                       {"io/parquetio/internal/codecs"},
	"github.com/ulikunitz/xz":                         {"internal/decompress"},
	"github.com/parquet-go/parquet-go":                {"io/parquetio", "io/parquetio/internal/"},
	"github.com/parquet-go/parquet-go/":               {"io/parquetio", "io/parquetio/internal/"},
	"github.com/go-gota/gota/":                        {"io/gotaio"},
	"github.com/spf13/cobra":                          {"cmd/"},
	"github.com/stretchr/testify/require":             {"chunker/chunkertest"},
}

// listed is what go list tells of a package.
type listed struct {
	ImportPath string
	Name       string
	Doc        string
	Imports    []string
	Standard   bool
	GoFiles    []string
}

// root is the module's folder.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		require.NotEqual(t, dir, filepath.Dir(dir), "no go.mod above the test")
		dir = filepath.Dir(dir)
	}
}

// packages lists the module's packages that are not tests alone.
func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Name,Doc,Imports,GoFiles", "./...")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	require.NoError(t, err)
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p listed
		require.NoError(t, dec.Decode(&p))
		if len(p.GoFiles) > 0 {
			p.ImportPath = strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
			all = append(all, p)
		}
	}
	require.NotEmpty(t, all)
	return all
}

// layerOf is the layer that names the package, or else the folder it is in; -1 if none does.
func layerOf(pkg string) int {
	if at := slices.IndexFunc(layers, func(layer []string) bool { return slices.Contains(layer, pkg) }); at >= 0 {
		return at
	}
	return slices.IndexFunc(layers, func(layer []string) bool {
		return slices.ContainsFunc(layer, func(p string) bool { return matches(pkg, p) })
	})
}

// sameRooms reports whether both are rooms of one format, packages under its folder internal. They
// may import one another, as those under the module's own may.
func sameRooms(a, b string) bool {
	format, _, ok := strings.Cut(a, "/internal/")
	return ok && strings.HasPrefix(b, format+"/internal/")
}

func matches(pkg, pattern string) bool {
	return pkg == pattern || strings.HasSuffix(pattern, "/") && strings.HasPrefix(pkg, pattern)
}

func TestLayers(t *testing.T) {
	for _, p := range packages(t) {
		at := layerOf(p.ImportPath)
		require.GreaterOrEqual(t, at, 0, "package %q is in no layer: the table in docs/ARCHITECTURE.md and this test have its place", p.ImportPath)
		for _, imported := range p.Imports {
			inside, ok := strings.CutPrefix(imported, module+"/")
			if !ok {
				continue
			}
			below := layerOf(inside)
			if below == 0 && at == 0 || sameRooms(p.ImportPath, inside) {
				continue
			}
			if at == len(layers)-1 && inside == "examples/internal/data" {
				continue
			}
			require.Less(t, below, at, "%s (layer %d) imports %s (layer %d)", p.ImportPath, at, inside, below)
		}
	}
}

func TestImportsFromOutside(t *testing.T) {
	for _, p := range packages(t) {
		for _, imported := range p.Imports {
			first, _, _ := strings.Cut(imported, "/")
			if !strings.Contains(first, ".") || strings.HasPrefix(imported, module) {
				continue
			}
			allowed := false
			for pattern, who := range outside {
				if matches(imported, pattern) {
					allowed = allowed || slices.ContainsFunc(who, func(w string) bool { return w == "" || matches(p.ImportPath, w) || p.ImportPath == w })
				}
			}
			require.True(t, allowed, "%s imports %s", p.ImportPath, imported)
		}
	}
}

func TestPackagesAreDocumented(t *testing.T) {
	for _, p := range packages(t) {
		want := "Package " + p.Name + " "
		if p.Name == "main" {
			want = "Command "
		}
		require.True(t, strings.HasPrefix(p.Doc, want), "%s: the package doc begins with %q, not %q", p.ImportPath, want, p.Doc)
	}
}

func TestNoGoFilesWhereThereShouldBeNone(t *testing.T) {
	for _, dir := range []string{".", "io"} {
		files, err := filepath.Glob(filepath.Join(root(t), dir, "*.go"))
		require.NoError(t, err)
		require.Empty(t, files)
	}
}
