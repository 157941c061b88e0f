package benchdoc

import (
	"fmt"
	"strings"
)

// The markers between which a page holds a rendering.
const (
	TablesBegin  = "<!-- bench:tables -->"
	SummaryBegin = "<!-- bench:summary -->"
	End          = "<!-- bench:end -->"
)

// Quote returns the page with everything between its markers replaced by what the
// results say. A page without markers is returned as it is.
func (r *Results) Quote(page string) (string, error) {
	page, err := replace(page, TablesBegin, r.Markdown)
	if err != nil {
		return "", err
	}
	return replace(page, SummaryBegin, r.Summary)
}

func replace(page, begin string, render func() string) (string, error) {
	before, rest, ok := strings.Cut(page, begin)
	if !ok {
		return page, nil
	}
	_, after, ok := strings.Cut(rest, End)
	if !ok {
		return "", fmt.Errorf("%s without %s after it", begin, End)
	}
	return before + begin + "\n\n" + render() + "\n" + End + after, nil
}

// Pages are the files that may quote the stored results, from the root of the
// repository.
var Pages = []string{"README.md", "docs/BENCHMARKS.md"}

// Stored is where the quoted results lie, from the root of the repository.
const Stored = "bench/results/results.json"
