package ooc_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/ooc"
)

// TestExplainSaysWhichColumnsAreRead: all, or some, by name; and what it leaves out where there is
// nothing to say.
func TestExplainSaysWhichColumnsAreRead(t *testing.T) {
	explain := func(job ooc.Job) string {
		job.From = chunker.FromFrame(wide(t))
		plan, err := job.Explain(t.Context())
		require.NoError(t, err)
		return plan.String()
	}
	for want, job := range map[string]ooc.Job{
		"reads    all 4 columns\n":          {},
		"reads    2 of 4 columns: a, c\n":   {Steps: chunker.Steps{table.Select("c", "a")}},
		"reads    1 of 4 columns: b\n":      {Steps: chunker.Steps{table.Select("b")}},
		"reads    2 of 4 columns: b, d\n":   {Steps: chunker.Steps{apply.Where("d == 1"), table.Select("b")}},
		"writes   c int64, a int64\n":       {Steps: chunker.Steps{table.Select("c", "a")}},
		"  1. where d == 1\n":               {Steps: chunker.Steps{apply.Where("d == 1")}},
		"steps\n  1. x\n  check types":      {Steps: chunker.Steps{apply.Expr("x = a / 2.0")}},
		"first chunk\n  plan for 3 rows on": {Steps: chunker.Steps{apply.Expr("x = a + b")}},
		"writes   a int64, b int64, c int6": {},
	} {
		require.Contains(t, explain(job), want)
	}
	text := explain(ooc.Job{})
	for _, absent := range []string{"steps", "first chunk", " of 4 columns"} {
		require.NotContains(t, text, absent)
	}
}

// TestAReportDoesNotSpeakOfWhatDidNotHappen: no line of its begins with none.
func TestAReportDoesNotSpeakOfWhatDidNotHappen(t *testing.T) {
	report, err := ooc.Job{From: chunker.FromFrame(wide(t)), To: new(chunker.FrameSink)}.Run(t.Context())
	require.NoError(t, err)
	require.NotRegexp(t, `(?m)^0 `, report.String())
}
