package benchdoc

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Markdown renders all of it: the machine, the versions, a table for each job in
// order of speed, and below each who could not do it and why.
func (r *Results) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Measured on: %s, %d cores, %d GiB of memory, %s. Medians, systems in turns.\n\n",
		r.Machine.CPU, r.Machine.Cores, r.Machine.MemoryGiB, r.Machine.OS)
	b.WriteString(r.versions())
	for _, job := range r.Jobs {
		fmt.Fprintf(&b, "\n### %s\n\n%s. %s rows; %s.\n\n", job.Name, job.Title, thousands(job.Rows), job.measured())
		r.table(&b, job)
		r.absent(&b, job)
	}
	return b.String()
}

// measured says when, at what size and how often.
func (j Job) measured() string {
	least, most := 0, 0
	for _, c := range j.Cells {
		if n := len(c.Wall); n > 0 {
			least, most = min(cmp.Or(least, n), n), max(most, n)
		}
	}
	often := fmt.Sprint(most)
	if least < most {
		often = fmt.Sprintf("%d to %d", least, most)
	}
	return fmt.Sprintf("main table of %s rows, %s repetitions, %s", thousands(j.Run.Rows), often, j.Run.Date)
}

func (r *Results) versions() string {
	var have, lack []string
	for _, s := range r.Systems {
		if s.Version == "" {
			lack = append(lack, s.Title)
			continue
		}
		have = append(have, s.Title+" "+s.Version)
	}
	out := "Versions: " + strings.Join(have, ", ") + ".\n"
	if len(lack) > 0 {
		out += "\nNot measured: " + strings.Join(lack, ", ") + ".\n"
	}
	return out
}

// table shows who ran, fastest first.
func (r *Results) table(b *strings.Builder, job Job) {
	ran := slices.DeleteFunc(slices.Clone(job.Cells), func(c Cell) bool { return !c.Ran() })
	if len(ran) == 0 {
		return
	}
	slices.SortStableFunc(ran, func(x, y Cell) int { return cmp.Compare(Median(x.Wall), Median(y.Wall)) })
	_, fastest := job.Fastest()
	b.WriteString("| system | wall s | × fastest | CPU s | ns/row | peak MiB | remarks |\n")
	b.WriteString("|:--|--:|--:|--:|--:|--:|:--|\n")
	for _, c := range ran {
		wall := Median(c.Wall)
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %.0f | %s |\n", r.Title(c.System), digits(wall),
			ratio(wall, fastest), digits(Median(c.CPU)), digits(wall/float64(job.Rows)*1e9), slices.Max(c.PeakMiB), remark(job, c))
	}
}

// remark is what a reader must know beside the figures.
func remark(job Job, c Cell) string {
	var out []string
	if c.Status == Differs {
		out = append(out, "**answer differs**")
	}
	if job.Memory > 0 {
		out = append(out, fmt.Sprintf("%.1f × the memory given", job.memory(c)))
	}
	if job.Over(c) {
		out[len(out)-1] = "**" + out[len(out)-1] + "**"
	}
	if calls, ok := c.Answer["calls"].(float64); ok && job.Told {
		out = append(out, fmt.Sprintf("%s calls", thousands(int(calls))))
	}
	if c.Note != "" {
		out = append(out, strings.ReplaceAll(c.Note, "|", `\|`))
	}
	return strings.Join(out, "; ")
}

// absent names those without figures, the same reason once.
func (r *Results) absent(b *strings.Builder, job Job) {
	var reasons []string
	who := map[string][]string{}
	for _, s := range r.Systems {
		c := job.Cell(s.Name)
		if c.Ran() {
			continue
		}
		why := string(c.Status) + ": " + c.Note
		if c.System == "" {
			why = "left out of this job's run"
		}
		if who[why] == nil {
			reasons = append(reasons, why)
		}
		who[why] = append(who[why], s.Title)
	}
	if len(reasons) > 0 {
		b.WriteString("\n")
	}
	for _, why := range reasons {
		fmt.Fprintf(b, "- %s — %s.\n", strings.Join(who[why], ", "), strings.TrimSuffix(why, "."))
	}
}

// Summary renders one line a job: its size, Volley beside the fastest of the others,
// losses as plainly as wins.
func (r *Results) Summary() string {
	return r.summary(func(Job) bool { return true })
}

// brief are the jobs that the README quotes: one of each kind.
var brief = []string{"csv-scan", "csv-to-parquet", "csv-to-csv", "parquet-read", "parquet-to-parquet", "expr-select", "rows-two", "memory-csv-to-parquet"}

// Brief is the summary of a few jobs.
func (r *Results) Brief() string {
	return r.summary(func(j Job) bool { return slices.Contains(brief, j.Name) })
}

func (r *Results) summary(wanted func(Job) bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Median wall times; %s, %d cores; %s.\n\n", r.Machine.CPU, r.Machine.Cores, r.days())
	b.WriteString("| job | rows | Volley | fastest other | Volley is |\n|:--|--:|--:|:--|:--|\n")
	for _, job := range r.Jobs {
		c := job.Cell("volley")
		if job.Told || c.System == "" || !wanted(job) {
			continue
		}
		other, wall := job.Fastest("volley")
		beside := "–"
		if other != "" {
			beside = r.Title(other) + " " + seconds(wall)
		}
		mine, verdict := "–", string(c.Status)+": "+c.Note
		if c.Ran() {
			mine = seconds(Median(c.Wall))
			verdict = compared(Median(c.Wall), wall)
			if c.Status != OK {
				verdict += ", **answer differs**"
			}
			if job.Over(c) {
				verdict += ", **in more memory than given**"
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", job.Title, thousands(job.Rows), mine, beside, verdict)
	}
	return b.String()
}

// days is when the jobs were measured.
func (r *Results) days() string {
	var days []string
	for _, job := range r.Jobs {
		days = append(days, job.Run.Date)
	}
	if len(days) == 0 {
		return "never"
	}
	first, last := slices.Min(days), slices.Max(days)
	if first == last {
		return first
	}
	return first + " to " + last
}

func compared(mine, other float64) string {
	switch {
	case other == 0 || mine == 0:
		return "alone"
	case mine <= other:
		return fmt.Sprintf("%.1f× as fast", other/mine)
	default:
		return fmt.Sprintf("**%.1f× slower**", mine/other)
	}
}

// seconds prints a time in the unit that a reader would choose.
func seconds(s float64) string {
	switch {
	case s >= 1:
		return digits(s) + " s"
	case s >= 1e-3:
		return digits(s*1e3) + " ms"
	default:
		return digits(s*1e6) + " µs"
	}
}

// digits prints three significant digits without an exponent.
func digits(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	case v >= 1:
		return fmt.Sprintf("%.2f", v)
	case v >= 0.1:
		return fmt.Sprintf("%.3f", v)
	case v >= 0.001:
		return fmt.Sprintf("%.4f", v)
	case v >= 1e-9:
		return fmt.Sprintf("%.*f", 2-int(math.Floor(math.Log10(v))), v)
	default:
		return "0"
	}
}

func ratio(v, base float64) string {
	if base == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f", v/base)
}

// thousands groups digits by commas.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
