package rules

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// ofArrays are the modules that every program with Volley links: what Arrow's arrays need.
var ofArrays = []string{
	"github.com/apache/arrow/go/v17", "github.com/goccy/go-json", "github.com/google/flatbuffers",
	"github.com/klauspost/cpuid/v2", "github.com/zeebo/xxh3", "golang.org/x/exp", "golang.org/x/sys",
	"golang.org/x/xerrors",
}

// TestNothingUnusedIsLinked: go.mod names modules that no package of ours imports (gRPC, protobuf,
// thrift, the tools of Go), since Arrow's module needs them for packages of its own. A user's
// program links none of them, nor what only one format needs.
func TestNothingUnusedIsLinked(t *testing.T) {
	text := []string{"github.com/klauspost/compress", "github.com/ulikunitz/xz", "golang.org/x/text"}
	parquet := []string{
		"github.com/andybalholm/brotli", "github.com/klauspost/compress", "github.com/parquet-go/bitpack",
		"github.com/parquet-go/parquet-go", "github.com/pierrec/lz4/v4",
	}
	for of, want := range map[string][][]string{
		"./chunker ./frame": {ofArrays},
		"./apply ./ooc":     {ofArrays, {"golang.org/x/time"}},
		"./apply/async":     {{"golang.org/x/time"}},
		"./apply/...":       {ofArrays, {"golang.org/x/time"}},
		"./io/csvio":        {ofArrays, text},
		"./io/parquetio":    {ofArrays, parquet},
		"./io/gotaio":       {ofArrays, {"github.com/go-gota/gota", "golang.org/x/net", "gonum.org/v1/gonum"}},
		"./cmd/volley":      {ofArrays, text, parquet, {"github.com/spf13/cobra", "github.com/spf13/pflag", "golang.org/x/time"}},
	} {
		all := slices.Concat(want...)
		slices.Sort(all)
		require.Equal(t, slices.Compact(all), linked(t, strings.Fields(of)...), "linked into programs with %s", of)
	}
}

// linked lists the modules of the packages that are linked into a program with these.
func linked(t *testing.T, packages ...string) []string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}"}, packages...)...)
	cmd.Dir = root(t)
	out, err := cmd.Output()
	require.NoError(t, err)
	modules := strings.Fields(string(out))
	slices.Sort(modules)
	return slices.DeleteFunc(slices.Compact(modules), func(m string) bool { return m == module })
}
