// Package examples tests the example programs: each runs, and prints what its reader is to see.
package examples

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestExamples runs each program and looks for the lines that do not depend on the machine.
func TestExamples(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		want []string
	}{
		{"quickstart", nil, []string{
			"UA         1545  EWR     IAH             2      1400       227  2013-01-01 10:00:00Z",
			"5 rows × 8 columns", "27,004 rows on ", "mph ", "s a row", "made_up",
			"wrote 27004 rows × 12 columns", "the same rows came back: true",
			"JFK-STT         59  529.2391  late    true", "on time 21565, late 4918, cancelled 521",
		}},
		{"structs", nil, []string{
			"UA1545  2253.082   0.03333333  Tuesday", "521 flights were cancelled; HA51 left 21.7 hours late on a Wednesday",
			`error: apply: code, km, hours_late, weekday: struct struct { Carrier int }, field "Carrier": column is string, Go type is int: take string`,
		}},
		{"errors", nil, []string{
			`1. stop: row 817, computing arrival from arr_time = 2400, carrier = "B6": 2400 is no time of day`, "2. null: 12 of 27004 rows failed",
			"3. reject: 27004 rows in, 26992 out, 12 rejected", "B6         1109      2400  2400 is no time of day         817",
			"4. capped: 11 rows failed, more than Policy.RowsMax 10 allows; the first: row 817",
		}},
		{"shared_columns", nil, []string{
			" 1 workers, morsels of 8192 rows: the same frame: true", "64 workers, morsels of    1 rows: the same frame: true",
			"4481 flights took less than an hour", "JFK     BQN        1576  true       17  jfk>bqn",
		}},
		{"enrich", nil, []string{
			"1. 2000 flights: 1929 enriched, 71 rejected; requests were repeated: true", "UA         1545  IAH     Town of IAH  somewhere",
			`1141  MIA     the body: field "state": missing`, "3. 71 replayed, 2000 flights know their town", "AA         1141  MIA     Miami   Florida",
		}},
		{"larger_than_memory", []string{"-mib", "64", "-budget", "32"}, []string{
			"64 MiB of CSV, a budget of 32 MiB", "756112 rows in, 558768 out", "peak resident memory",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			cmd := exec.Command("go", append([]string{"run", "./" + c.name}, c.args...)...)
			cmd.Stdout, cmd.Stderr = &out, &errs
			require.NoError(t, cmd.Run(), errs.String())
			for _, want := range c.want {
				require.True(t, strings.Contains(out.String(), want), "no line %q in:\n%s", want, out.String())
			}
		})
	}
}

// TestJob runs the document of job, from the folder that its paths are of.
func TestJob(t *testing.T) {
	cmd := exec.Command("go", "run", "./cmd/volley", "run", "examples/job/job.json")
	cmd.Dir = ".."
	out, err := cmd.Output()
	require.NoError(t, err)
	require.Equal(t, "carrier,flight,destination,hours\nMQ,4576,CLT,1.6833333333333333\nAA,443,MIA,1.1833333333333333\nMQ,3944,BWI,14.216666666666667\n", string(out))
}
