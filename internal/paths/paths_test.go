package paths

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExpand(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"b.csv", "a.csv", "a.tsv", "odd[1].csv"} {
		require.NoError(t, os.WriteFile(name, nil, 0o600))
	}
	for _, c := range []struct {
		names, want []string
	}{
		{nil, nil},
		{[]string{"a.csv"}, []string{"a.csv"}},
		{[]string{"missing.csv"}, []string{"missing.csv"}},
		{[]string{"?.csv"}, []string{"a.csv", "b.csv"}},
		{[]string{"b.csv", "a.*"}, []string{"b.csv", "a.csv", "a.tsv"}},
		{[]string{"odd[1].csv"}, []string{"odd[1].csv"}},
	} {
		got, err := Expand(c.names...)
		require.NoError(t, err)
		require.Equal(t, c.want, got, c.names)
	}
	_, err := Expand("a.csv", "*.parquet")
	require.EqualError(t, err, "read *.parquet: no file has such a name")
	_, err = Expand("[")
	require.ErrorIs(t, err, filepath.ErrBadPattern)
}

// tree makes files, whose folders it makes too, in a folder that becomes the current one.
func tree(t *testing.T, names ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, name := range names {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
		require.NoError(t, os.WriteFile(name, nil, 0o600))
	}
}

func TestExpandRecurses(t *testing.T) {
	tree(t, "a/b.csv", "a/x/b.csv", "a/x/y/b.csv", "a/x/y/c.csv", "a/x/y/c.tsv", "a/.h/b.csv", "d.csv", "a/part.csv/0.csv", "e/b.csv/f", ".top.csv")
	for pattern, want := range map[string][]string{
		"a/**/b.csv":        {"a/b.csv", "a/x/b.csv", "a/x/y/b.csv"},
		"**/c.*":            {"a/x/y/c.csv", "a/x/y/c.tsv"},
		"**/*.csv":          {"a/b.csv", "a/part.csv/0.csv", "a/x/b.csv", "a/x/y/b.csv", "a/x/y/c.csv", "d.csv"},
		"./**/d.csv":        {"d.csv"},
		"a/x/**":            {"a/x/b.csv", "a/x/y/b.csv", "a/x/y/c.csv", "a/x/y/c.tsv"},
		"a/**/y/*.csv":      {"a/x/y/b.csv", "a/x/y/c.csv"},
		"a/**/**/c.csv":     {"a/x/y/c.csv"},
		"**/x/**/b.csv":     {"a/x/b.csv", "a/x/y/b.csv"},
		"**/**/x/**/**":     {"a/x/b.csv", "a/x/y/b.csv", "a/x/y/c.csv", "a/x/y/c.tsv"},
		"a/x/y/**/c.csv":    {"a/x/y/c.csv"},
		"*/*/*/c.csv":       {"a/x/y/c.csv"},
		"a//x/*.csv":        {"a/x/b.csv"},
		"a/../a/x/**/b.csv": {"a/x/b.csv", "a/x/y/b.csv"},
		"a/.*/b.csv":        {"a/.h/b.csv"},
		"a/**/.h/b.csv":     {"a/.h/b.csv"},
		"**/.h/*":           {"a/.h/b.csv"},
		".*.csv":            {".top.csv"},
		`.top*`:             {".top.csv"},
		"*.csv":             {"d.csv"},
		"a/*/b.csv":         {"a/x/b.csv"},
		"**/.t*":            {".top.csv"},
	} {
		got, err := Expand(filepath.FromSlash(pattern))
		require.NoError(t, err, pattern)
		for i := range got {
			got[i] = filepath.ToSlash(got[i])
		}
		require.Equal(t, want, got, pattern)
	}
	here, err := os.Getwd()
	require.NoError(t, err)
	got, err := Expand(filepath.Join(here, "**", "c.csv"))
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join(here, "a", "x", "y", "c.csv")}, got)
	for pattern, folder := range map[string]string{"[ae]/b.csv": "e/b.csv", "a/part.*": "a/part.csv", "a/*": "a/part.csv", "?": "a", "a/.*": "a/.h"} {
		_, err := Expand(filepath.FromSlash(pattern))
		require.ErrorContains(t, err, "read "+filepath.FromSlash(folder)+": is a folder, which the pattern names, too", pattern)
	}
	for _, nothing := range []string{"?top.csv", "[.]top.csv", "a/?h/b.csv", "a/x/**/.h/*", "**/*.parquet", "a/**/z/*.csv", "d.csv/**", "d.csv/*", "a/*/*/*/c.csv", "**/part.csv"} {
		_, err := Expand(nothing)
		require.EqualError(t, err, "read "+nothing+": no file has such a name")
	}
	for pattern, instead := range map[string]string{"**.csv": "**/*.csv", "a/b**": "**/b*", "a/**b/c.csv": "**/*b", "a/***": "**/**"} {
		_, err := Expand(pattern)
		require.ErrorContains(t, err, "** stands for folders", pattern)
		require.ErrorContains(t, err, "write "+filepath.FromSlash(instead), pattern)
	}
}

// TestExpandFollowsLinksOnce: what lies behind links is found, once, and links that lead in circles
// end.
func TestExpandFollowsLinksOnce(t *testing.T) {
	tree(t, "data/a/1.csv", "data/b/2.csv", "far/3.csv", "far/deep/4.csv")
	for link, to := range map[string]string{
		"data/a/up": "..", "data/self": ".", "data/again": "a", "data/c": "../far", "data/c2": "../far",
		"data/nowhere": "../no", "data/loop": "loop", "data/5.csv": "../far/3.csv", "far/back": "../data",
	} {
		if err := os.Symlink(to, link); err != nil {
			t.Skip("no links here: ", err)
		}
	}
	for pattern, want := range map[string][]string{
		"data/**/*.csv":   {"data/5.csv", "data/a/1.csv", "data/b/2.csv", "data/c/3.csv", "data/c/deep/4.csv"},
		"data/c/**/4.csv": {"data/c/deep/4.csv"},
		"data/*/3.csv":    {"data/c/3.csv", "data/c2/3.csv"},
		"data/a/up/b/*":   {"data/a/up/b/2.csv"},
		"data/self/**/1*": {"data/self/a/1.csv"},
	} {
		got, err := Expand(pattern)
		require.NoError(t, err, pattern)
		require.Equal(t, want, got, pattern)
	}
}

func TestExpandTellsOfFoldersThatCannotBeRead(t *testing.T) {
	tree(t)
	require.NoError(t, os.Chmod(".", 0o777))
	t.Run("", func(t *testing.T) { // what is left is removed by whom the test is run by
		asNobody(t)
		for _, name := range []string{"a/1.csv", "a/locked/2.csv", "a/locked/in/3.csv"} {
			require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
			require.NoError(t, os.WriteFile(name, nil, 0o600))
		}
		require.NoError(t, os.Symlink("a/locked/in", "link"))
		require.NoError(t, os.MkdirAll("d", 0o700))
		require.NoError(t, os.MkdirAll("e", 0o700))
		require.NoError(t, os.Symlink("../a/locked", "d/link"))
		require.NoError(t, os.Symlink("../a/locked/in", "e/link"))
		for mode, patterns := range map[os.FileMode][]string{
			0: {"a/**/*.csv", "a/*/2.csv", "a/locked/*", "a/**", "a/locked/in/*.csv", "a/**/in/*.csv", "a/locked/**", "link/*", "l*/3.csv", "**/2.csv", "d/**/4.csv", "e/**/4.csv"},
			// Its names alone can be read.
			0o400: {"a/*/in/*.csv", "a/locked/*/*", "a/locked/**/3.csv", "a/**/in/3.csv", "a/locked/[i]n/3.csv", "a/locked/*.csv"},
			// And here those alone that are known.
			0o100: {"a/**/2.csv", "a/locked/*", "a/*/*.csv", "d/**/2.csv", "a/locked/**/2.csv"},
		} {
			require.NoError(t, os.Chmod("a/locked", mode))
			for _, pattern := range append(patterns, "**/*.csv") {
				_, err := Expand(pattern)
				require.ErrorIs(t, err, os.ErrPermission, "%s, mode %o", pattern, mode)
				require.Regexp(t, `^read (a/locked|[de]?/?link)[^*]*: permission denied$`, err.Error(), pattern)
			}
		}
		require.NoError(t, os.Chmod("a/locked", 0o700))
		got, err := Expand("**/*.csv")
		require.NoError(t, err)
		require.Equal(t, []string{"a/1.csv", "a/locked/2.csv", "a/locked/in/3.csv"}, got)
	})
}
