package apply

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/cost"
	"github.com/volley-go/volley/internal/count"
)

// Plan is what the engine found out about a call, and what it chose. Its String is a
// table for people.
type Plan struct {
	Rows    int // of the table
	Workers int // that compute at the same time, at most
	Policy  chunker.Policy
	Stages  []StagePlan
}

// StagePlan is the plan of functions that go over the rows together.
type StagePlan struct {
	Step      string // what the step is, if it is no function; nothing of what follows is set then
	Functions []FunctionPlan
	Sampled   int     // rows
	Wait      float64 // share of the sample's time spent waiting, 0 … 1
	Spread    float64 // of a row's cost over the sample: interquartile range over median
	Cut       string  // why the sample was cut short; empty if it was not

	Strategy Strategy
	Workers  int
	Predict  time.Duration // for the rows not sampled; 0 if nothing was sampled, or the sample was cut short in its first row
	Forced   bool          // Strategy is, by the setting of that name
	Width    int           // calls that may be under way at the same time, of functions that wait
	WidthBy  string        // what that is by: the default, a setting, open files

	RunnerUp        Strategy // the next best; Strategy itself where there is no other
	RunnerUpWorkers int
	RunnerUpPredict time.Duration
	BreakEven       int // rows from which more workers than one pay; 0 never or not known
}

// FunctionPlan is one function's part of the plan.
type FunctionPlan struct {
	Name     string  // the columns it writes
	RowNs    float64 // what a row costs by the row form, in nanoseconds
	VectorNs float64 // by the vector form; 0 where there is none
	Vector   bool    // the vector form was accepted
	Why      string  // about the vector form, where there is one
	Calls    Calls   // its own
	Saves    int     // calls that Calls.Once is predicted to save, of the frame's rows or the first chunk's
	Of       int     // those rows
}

// String is the plan as a table.
func (p *Plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "plan for %s on %s, rows that fail: %s\n", count.Grouped(p.Rows, "row"), count.Of(p.Workers, "worker"), p.Policy)
	for i := range p.Stages {
		p.Stages[i].write(&b, i+1)
	}
	return b.String()
}

func (s *StagePlan) write(b *strings.Builder, number int) {
	if s.Step != "" {
		fmt.Fprintf(b, "  stage %d, %s\n", number, s.Step)
		return
	}
	sampled := "not sampled"
	if s.Sampled > 0 || s.Cut != "" {
		sampled = "sampled " + count.Grouped(s.Sampled, "row")
	}
	fmt.Fprintf(b, "  stage %d, %s", number, sampled)
	if s.Cut != "" {
		fmt.Fprintf(b, " and no more, for %s", s.Cut)
	}
	if s.Wait >= 0.005 {
		fmt.Fprintf(b, ", %.0f %% of the time waiting", 100*s.Wait)
	}
	if s.Spread > 0.5 {
		fmt.Fprintf(b, ", costs uneven (spread %.1f)", s.Spread)
	}
	b.WriteString("\n")
	width := 0
	for _, f := range s.Functions {
		width = max(width, len([]rune(f.Name)))
	}
	for _, f := range s.Functions {
		f.write(b, width, s.Sampled > 0 || s.Cut != "")
	}
	s.writeChoice(b)
}

// write adds the function's line.
func (f *FunctionPlan) write(b *strings.Builder, width int, sampled bool) {
	fmt.Fprintf(b, "    %-*s", width, f.Name)
	switch {
	case f.RowNs > 0:
		fmt.Fprintf(b, "  %s a row", cost.Text(f.RowNs))
	case sampled:
		b.WriteString("  not known what a row costs")
	}
	switch {
	case f.VectorNs > 0:
		fmt.Fprintf(b, ", %s by its vector form: %s", cost.Text(f.VectorNs), f.Why)
	case f.Why != "":
		b.WriteString(", vector form: " + f.Why)
	}
	if limits := f.Calls.String(); limits != "" {
		b.WriteString(", " + limits)
	}
	if f.Calls.Once && f.Saves > 0 {
		fmt.Fprintf(b, ", which saves about %s of %s", count.Thousands(int64(f.Saves)), count.Grouped(f.Of, "call"))
	}
	b.WriteString("\n")
}

// writeChoice adds what was chosen for the rows that were not sampled.
func (s *StagePlan) writeChoice(b *strings.Builder) {
	if s.Predict == 0 && s.Strategy <= Serial && !((s.Forced || s.Cut != "") && s.Workers > 0) {
		b.WriteString("    over with the sample\n")
		return
	}
	b.WriteString("    " + s.Strategy.String())
	if s.Strategy != Serial {
		b.WriteString(" on " + count.Of(s.Workers, "worker"))
	}
	if s.Forced {
		b.WriteString(", forced by Strategy")
	}
	if s.Strategy == Wide && s.Width > 0 {
		fmt.Fprintf(b, " (at most %s %s)", count.Thousands(s.Width), s.WidthBy)
	}
	switch {
	case s.Predict > 0:
		fmt.Fprintf(b, ": %s predicted", duration(s.Predict))
	case s.Cut != "":
		b.WriteString(": for how long could not be predicted")
	}
	if s.RunnerUp != s.Strategy && s.RunnerUpPredict > 0 {
		fmt.Fprintf(b, "; %s %s: %s", map[bool]string{true: "cheapest", false: "runner-up"}[s.Forced], s.RunnerUp, duration(s.RunnerUpPredict))
	}
	if s.BreakEven > 0 {
		fmt.Fprintf(b, "; more workers pay from %s on", count.Grouped(s.BreakEven, "row"))
	}
	b.WriteString("\n")
}

// Report is what a run came to: the plan, and what was measured.
type Report struct {
	Plan    *Plan
	Rows    int                 // in the table
	Failed  int                 // rows that failed
	Errors  []*chunker.RowError // the first of them, at most 10
	Elapsed time.Duration       // of the whole call
	CPU     time.Duration       // the process used meanwhile; 0 where the system does not tell
	Stages  []StageReport
}

// StageReport is what a stage came to.
type StageReport struct {
	Elapsed time.Duration // sample included
	Actual  time.Duration // of the rows not sampled: what Predict was for
	Workers int           // that were started
	Calls   CallsReport   // of functions that may wait
	Notes   []string      // plans made anew, vector forms given up

	Functions []FunctionReport // those whose Calls set more than Concurrency
}

// Add takes in what steps that have run came to.
func (r *Report) Add(steps chunker.BoundSteps) {
	for _, step := range steps.List {
		plan, report := StagePlan{Step: step.String()}, StageReport{}
		if s, ok := step.(interface {
			CameTo() (StagePlan, StageReport)
		}); ok {
			plan, report = s.CameTo()
		}
		r.Plan.Stages, r.Stages = append(r.Plan.Stages, plan), append(r.Stages, report)
	}
}

// CameTo is the stage's plan, and what was measured.
func (s *stage) CameTo() (StagePlan, StageReport) {
	s.mu.Lock()
	defer s.mu.Unlock()
	report := s.report
	calls, notes := s.calls.cameTo()
	report.Calls, report.Notes = calls, append(slices.Clone(report.Notes), notes...)
	report.Functions = s.came()
	return s.plan, report
}

// String is the report as a table: the plan with what it came to.
func (r *Report) String() string {
	var b strings.Builder
	p := r.Plan
	fmt.Fprintf(&b, "%s on %s in %s", count.Grouped(p.Rows, "row"), count.Of(p.Workers, "worker"), duration(r.Elapsed))
	if r.CPU > 0 {
		fmt.Fprintf(&b, " (%s of processor time)", duration(r.CPU))
	}
	b.WriteString("\n")
	for i := range p.Stages {
		p.Stages[i].write(&b, i+1)
		s := r.Stages[i]
		switch predict := p.Stages[i].Predict; {
		case predict > 0:
			fmt.Fprintf(&b, "    came to %s, %.2f times the prediction\n", duration(s.Actual), float64(s.Actual)/float64(predict))
		case p.Stages[i].Forced && s.Actual > 0:
			fmt.Fprintf(&b, "    came to %s\n", duration(s.Actual))
		}
		if s.Calls.Width > 0 || p.Stages[i].Strategy == Wide {
			s.Calls.write(&b)
		}
		for _, f := range s.Functions {
			fmt.Fprintf(&b, "    %s: %s\n", f.Name, f.Calls)
		}
		for _, note := range s.Notes {
			fmt.Fprintf(&b, "    %s\n", note)
		}
	}
	if r.Failed > 0 {
		fmt.Fprintf(&b, "  %s failed (policy: %s), the first:\n", count.Grouped(r.Failed, "row"), p.Policy)
		for _, e := range r.Errors[:min(len(r.Errors), 3)] {
			fmt.Fprintf(&b, "    %v\n", e)
		}
	}
	return b.String()
}

// write adds what calls came to that waited.
func (c *CallsReport) write(b *strings.Builder) {
	if c.Calls == 0 {
		return
	}
	fmt.Fprintf(b, "    %s", count.Grouped(c.Calls, "call"))
	if c.Failed > 0 {
		fmt.Fprintf(b, ", %s failed", count.Thousands(c.Failed))
	}
	fmt.Fprintf(b, ", at most %s at a time: p50 %s, p90 %s, p99 %s\n",
		count.Thousands(c.Peak), duration(c.P50), duration(c.P90), duration(c.P99))
}

func duration(d time.Duration) string { return cost.Text(float64(d)) }
