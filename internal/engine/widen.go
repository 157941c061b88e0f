package engine

import (
	"fmt"

	numbers "github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/openfiles"
)

// WideDefault is how many calls of functions that wait may be under way at the same time, unless
// somebody says otherwise.
const WideDefault = 1000

// Widen sets how many calls may be under way at the same time: as many as are told by who by names,
// or as is usual for told 0; no more than files may yet be opened, for a call may open one.
func (e *Env) Widen(told int, by string) {
	e.Wide, e.WideBy, e.Told = told, by, told > 0
	if !e.Told {
		e.Wide, e.WideBy = max(WideDefault, e.Workers), "by default"
	}
	if left, limit, ok := openfiles.Left(); ok && left < e.Wide {
		e.Wide = left
		e.WideBy = fmt.Sprintf("by open files, for the process may have %s (ulimit -n)", numbers.Thousands(limit))
	}
}
