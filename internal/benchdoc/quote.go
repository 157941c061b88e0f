package benchdoc

import (
	"fmt"
	"strings"
)

// The markers between which a page holds a rendering.
const (
	TablesBegin  = "<!-- bench:tables -->"
	SummaryBegin = "<!-- bench:summary -->"
	BriefBegin   = "<!-- bench:brief -->"
	End          = "<!-- bench:end -->"
)

// Quote returns the page with everything between its markers replaced by what the
// results say. A page without markers is returned as it is.
func (r *Results) Quote(page string) (string, error) {
	for _, part := range []struct {
		begin  string
		render func() string
	}{{TablesBegin, r.Markdown}, {SummaryBegin, r.Summary}, {BriefBegin, r.Brief}} {
		var err error
		if page, err = replace(page, part.begin, part.render); err != nil {
			return "", err
		}
	}
	return page, nil
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
