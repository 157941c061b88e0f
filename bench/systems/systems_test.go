package systems

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/bench/jobs"
)

// A job that a system does not do is never left out in silence: there is a program,
// or there is a reason.
func TestEveryJobHasAProgramOrAReason(t *testing.T) {
	for _, s := range All {
		for _, j := range jobs.All {
			file, why := s.Program("..", j.Program)
			if file == "" {
				require.NotEmpty(t, why, "%s has neither peers/%s/%s nor a reason", s.Name, s.Name, j.Program)
			}
		}
	}
}

// Every file under peers is run by some job, and every Go program is wired up.
func TestEveryProgramIsUsed(t *testing.T) {
	programs := map[string]bool{}
	for _, j := range jobs.All {
		programs[j.Program] = true
	}
	for _, s := range All {
		files, err := filepath.Glob(filepath.Join("..", "peers", s.Name, "*"))
		require.NoError(t, err)
		require.NotEmpty(t, files, s.Name)
		main := ""
		if s.Go {
			raw, err := os.ReadFile(filepath.Join("..", "peers", s.Name, "main.go"))
			require.NoError(t, err)
			main = string(raw)
		}
		for _, file := range files {
			name, ext, _ := strings.Cut(filepath.Base(file), ".")
			if !s.Go && ext == "py" {
				require.True(t, programs[name], "%s is no job's program", file)
			}
			if s.Go && programs[name] {
				require.Contains(t, main, `"`+name+`"`, "%s is not in main.go", file)
			}
		}
	}
}

func TestSelect(t *testing.T) {
	all, err := Select("all")
	require.NoError(t, err)
	require.Equal(t, All, all)
	two, err := Select("polars,volley")
	require.NoError(t, err)
	require.Equal(t, []string{"volley", "polars"}, []string{two[0].Name, two[1].Name})
	_, err = Select("volley,nobody")
	require.ErrorContains(t, err, `"nobody"`)
}
