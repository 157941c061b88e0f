package layout

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

// counter is a test that counts its errors.
type counter struct {
	testing.TB
	errors []string
}

func (c *counter) Helper()                      {}
func (c *counter) Errorf(f string, args ...any) { c.errors = append(c.errors, fmt.Sprintf(f, args...)) }

// TestCheck, with offsets that are right, wrong, missing and of no field.
func TestCheck(t *testing.T) {
	type state struct {
		at     uint64
		N      uint32
		flags  [4]byte
		inside uint64
	}
	const head = "package main\n\nimport . \"example.org/not/here\"\n\nvar x = Y()\n\n"
	for constants, want := range map[string][]string{
		"const stateAt, stateN, stateFlags, stateInside = 0, 8, 12, 2 * 8":                                nil,
		"const (\n stateAt = 4 * iota\n _\n stateN\n stateFlags\n stateInside\n)\nconst stateSize = 24":   nil,
		"const stateAt, stateN, stateFlags, stateInside, stateSize = 0, 8, 12, 16, 32":                    {"stateSize is 32, but should be 24"},
		"const stateAt, stateN, stateFlags, stateInside = 0, 12, 8, 16":                                   {"stateN is 12, but should be 8", "stateFlags is 8, but should be 12"},
		"const stateAt, stateN, stateInside = 0, 8, 16":                                                   {"no constant stateFlags, which is 12"},
		"const stateAt, stateN, stateFlags, stateInside, stateBefore, other = 0, 8, 12, 16, 24, 5":        {"stateBefore stands for no field"},
		"var stateAt = 0\nconst stateN, stateFlags, stateInside = 8, 12, 16":                              {"no constant stateAt, which is 0"},
		"const stateAt, stateN, stateFlags, stateInside = \"0\" + \"\", 8, 12, 16; const Statement = 100": {"stateAt is \"0\", but should be 0"},
	} {
		file := filepath.Join(t.TempDir(), "main.go")
		require.NoError(t, os.WriteFile(file, []byte(head+constants), 0o600))
		c := &counter{TB: t}
		Check(c, file, "state", reflect.TypeFor[state]())
		require.Len(t, c.errors, len(want), "%s: %v", constants, c.errors)
		for i, w := range want {
			require.Contains(t, c.errors[i], w)
		}
	}
}
